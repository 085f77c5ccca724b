//! Which channels of a device are the microphone.
//!
//! Of a device with several channels some carry nothing (a microphone at one side of a stereo card), and some the same sound
//! upside down, which cancels in a mean. So once a second it is looked which channels carry sound, and the mean of those is
//! taken; where they cancel each other, the loudest one alone. A channel that is nothing but zeroes now and then, while another
//! has sound, is no microphone: arrays have one with what the loudspeaker plays, which would be the loudest. An array whose other
//! channels are something else needs the setting. Nothing is allocated.

use super::thread::MAX_CHANNELS;

/// A channel this far below the loudest carries nothing: 30 dB.
const DEAD: f64 = 1e-3;
/// Below this variance, 5 steps of 16 bits, it is too quiet to tell.
const SILENT: f64 = 25.0;
/// What was nothing but zeroes within so many seconds is no microphone: longer than an answer takes.
const ZEROES: u32 = 600;
/// So many seconds have to agree before another choice is taken.
const AGREE: u32 = 3;

/// Mixes the chosen channels.
#[derive(Debug)]
pub(super) struct ChannelMix {
    /// A channel that somebody has set, from 0.
    set: Option<usize>,
    channels: usize,
    /// A bit for each channel that is mixed.
    chosen: u32,
    wanted: u32,
    agreed: u32,
    /// For each channel the seconds since one of zeroes alone.
    since_zeroes: [u32; MAX_CHANNELS],
    each: [Moments; MAX_CHANNELS],
    mixed: Moments,
    frames: usize,
}

/// What a variance is computed from.
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    sum: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, sample: i16) {
        let sample = f64::from(sample);
        self.sum += sample;
        self.squares += sample * sample;
    }

    fn variance(self, frames: usize) -> f64 {
        let frames = frames.max(1) as f64;
        (self.squares / frames - (self.sum / frames).powi(2)).max(0.0)
    }
}

impl ChannelMix {
    /// `channel`: from 1; none chooses by itself.
    pub(super) fn new(channel: Option<usize>) -> Self {
        let set = channel.and_then(|channel| channel.checked_sub(1));
        let each = [Moments::default(); MAX_CHANNELS];
        let (wanted, agreed, mixed, frames) = (0, 0, Moments::default(), 0);
        let since_zeroes = [u32::MAX; MAX_CHANNELS];
        Self { set, channels: 0, chosen: 0, wanted, agreed, since_zeroes, each, mixed, frames }
    }

    /// Mixes interleaved `frames` into `mono`, and returns how many: as many whole ones as both sides hold.
    pub(super) fn mix(&mut self, frames: &[i16], channels: usize, rate_hz: u32, mono: &mut [i16]) -> usize {
        let channels = channels.clamp(1, MAX_CHANNELS);
        let mixed = (frames.len() / channels).min(mono.len());
        if channels == 1 {
            mono[..mixed].copy_from_slice(&frames[..mixed]);
            return mixed;
        }
        if channels != self.channels {
            *self = Self { channels, chosen: all(channels), ..Self::new(self.set.map(|channel| channel + 1)) };
            if let Some(channel) = self.set {
                self.chosen = 1 << channel.min(channels - 1);
            }
        }
        let count = i64::from(self.chosen.count_ones().max(1));
        for (frame, mono) in frames.chunks_exact(channels).zip(&mut mono[..mixed]) {
            let chosen = frame.iter().enumerate().filter(|(channel, _)| self.chosen >> channel & 1 == 1);
            *mono = (chosen.map(|(_, sample)| i64::from(*sample)).sum::<i64>() / count) as i16;
            if self.set.is_none() {
                frame.iter().zip(&mut self.each).for_each(|(sample, moments)| moments.add(*sample));
                self.mixed.add(*mono);
            }
        }
        self.frames += mixed;
        if self.set.is_none() && self.frames >= rate_hz as usize {
            self.look();
        }
        mixed
    }

    /// Looks at a second of sound.
    fn look(&mut self) {
        let frames = std::mem::take(&mut self.frames);
        let mixed = std::mem::take(&mut self.mixed).variance(frames);
        let each = std::mem::take(&mut self.each);
        let variances = each.map(|moments| moments.variance(frames));
        let variances = &variances[..self.channels];
        let microphones = self.microphones(&each);
        // Zeroes are missed by nobody, and what may follow them is not to be heard for a moment.
        if self.chosen & microphones != 0 {
            self.chosen &= microphones;
        }
        let is_one = |channel: &usize| microphones >> channel & 1 == 1;
        let of_microphones = variances.iter().copied().enumerate().filter(|(channel, _)| is_one(channel));
        let (loudest, most) =
            of_microphones.fold(
                (0, 0.0),
                |loudest, (channel, variance)| {
                    if variance > loudest.1 { (channel, variance) } else { loudest }
                },
            );
        if most < SILENT {
            // What is no microphone is none in silence either.
            let left = self.chosen & microphones;
            return self.agree(if left == 0 { microphones } else { left });
        }
        let alive = |channel: &usize| variances.get(*channel).is_some_and(|variance| *variance > most * DEAD);
        let alive = (0..self.channels).filter(is_one).filter(alive).fold(0_u32, |bits, channel| bits | 1 << channel);
        let of_chosen = |channel: &usize| self.chosen >> channel & 1 == 1;
        let sum: f64 = (0..self.channels).filter(of_chosen).filter_map(|channel| variances.get(channel)).sum();
        let chosen = f64::from(self.chosen.count_ones());
        // Sounds that have nothing to do with each other lose in a mean of n what n of them have more than one.
        let cancels = self.chosen.count_ones() > 1 && mixed * chosen < 0.5 * sum / chosen;
        // One that was chosen because they cancel stays: of it alone nobody can tell whether they still would.
        let alone = self.chosen.count_ones() == 1 && alive & self.chosen != 0 && alive.count_ones() > 1;
        // Two that are as loud as each other take turns in being the loudest: the first one stays.
        let is_named = self.wanted.count_ones() == 1 && alive & self.wanted != 0;
        let wanted = if cancels {
            if is_named { self.wanted } else { 1 << loudest }
        } else if alone {
            self.chosen
        } else {
            alive
        };
        self.agree(wanted);
    }

    /// A bit for each channel that may be a microphone, by a second of sound; all where none is left.
    fn microphones(&mut self, each: &[Moments; MAX_CHANNELS]) -> u32 {
        let is_zeroes = |moments: &Moments| moments.squares == 0.0;
        let any = each[..self.channels].iter().any(|moments| !is_zeroes(moments));
        let mut bits = 0;
        for (channel, (since, moments)) in self.since_zeroes.iter_mut().zip(each).take(self.channels).enumerate() {
            // Where all are zeroes the device has been muted, which tells nothing of any.
            *since = if any && is_zeroes(moments) { 0 } else { since.saturating_add(1) };
            bits |= u32::from(*since >= ZEROES) << channel;
        }
        if bits == 0 { all(self.channels) } else { bits }
    }

    fn agree(&mut self, wanted: u32) {
        self.agreed = if wanted == self.wanted { self.agreed + 1 } else { 1 };
        self.wanted = wanted;
        if self.agreed >= AGREE {
            self.chosen = wanted;
        }
    }
}

fn all(channels: usize) -> u32 {
    u32::MAX >> (u32::BITS as usize - channels.clamp(1, MAX_CHANNELS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: u32 = 8_000;

    /// A number that has nothing to do with those before and after it.
    fn noise_of(number: usize) -> u64 {
        let mixed = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ mixed >> 31
    }

    /// What is heard in the last of so many seconds: each channel's share of a tone, in percent, with noise of its own.
    fn heard(mix: &mut ChannelMix, seconds: usize, shares: &[i32], noise: i32) -> f64 {
        let mut moments = Moments::default();
        let mut mono = vec![0; 80];
        for period in 0..seconds * 100 {
            let frames: Vec<i16> = (period * 80..(period + 1) * 80)
                .flat_map(|at| {
                    let tone = ((at as f64 * 0.3).sin() * 8_000.0) as i32;
                    shares.iter().enumerate().map(move |(channel, share)| {
                        let random = (noise_of(at * MAX_CHANNELS + channel) % 1_009) as i32 - 504;
                        (tone * share / 100 + random * noise / 504) as i16
                    })
                })
                .collect();
            assert_eq!(mix.mix(&frames, shares.len(), RATE_HZ, &mut mono), 80);
            if period % 100 == 0 {
                moments = Moments::default();
            }
            mono.iter().for_each(|sample| moments.add(*sample));
        }
        moments.variance(8_000).sqrt()
    }

    #[test]
    fn channels_that_carry_nothing_are_left_out_and_ones_that_cancel_do_not() {
        let tone = 8_000.0 / 2_f64.sqrt();
        for (shares, noise, least) in [
            (&[100, 100][..], 0, 0.98),
            (&[100, 0], 3, 0.98),
            (&[0, 0, 100, 0, 0, 0], 3, 0.98),
            (&[100, -100], 3, 0.9),
            (&[100, -90, 100], 3, 0.3),
        ] {
            let level = heard(&mut ChannelMix::new(None), 6, shares, noise);
            assert!((least..1.05).contains(&(level / tone)), "{shares:?}: {} of the tone", level / tone);
        }
    }

    #[test]
    fn two_that_cancel_and_take_turns_in_being_the_louder_are_one_in_the_end() {
        let mut mix = ChannelMix::new(None);
        for second in 0..6 {
            heard(&mut mix, 1, if second % 2 == 0 { &[100, -98] } else { &[98, -100] }, 3);
        }
        assert_eq!(mix.chosen.count_ones(), 1);
    }

    #[test]
    fn what_the_loudspeaker_plays_is_no_microphone_however_loud_it_is() {
        let mut mix = ChannelMix::new(None);
        // A quiet room: faint noise in five channels, and zeroes in the last.
        let mut mono = [0; 80];
        let mut second = |mix: &mut ChannelMix, seconds: usize, played: f64| {
            for at in 0..seconds * 100 {
                let sample = |at: usize, channel: usize| match channel {
                    5 => ((at as f64 * 0.3).sin() * played) as i16,
                    _ => (noise_of(at * 6 + channel) % 7) as i16 - 3,
                };
                let frames: Vec<i16> =
                    (at * 80..(at + 1) * 80).flat_map(|at| (0..6).map(move |channel| sample(at, channel))).collect();
                mix.mix(&frames, 6, RATE_HZ, &mut mono);
            }
        };
        second(&mut mix, 1, 0.0);
        assert_eq!(mix.chosen, 0b01_1111, "in silence already, and at once");
        second(&mut mix, 30, 20_000.0);
        assert_eq!(mix.chosen, 0b01_1111, "an answer is 60 dB louder than the room");
    }

    #[test]
    fn an_offset_is_no_sound() {
        let mut mix = ChannelMix::new(None);
        let mut mono = [0; 80];
        for period in 0..600 {
            let tone = |at: usize| ((at as f64 * 0.3).sin() * 8_000.0) as i16;
            let frames: Vec<i16> = (0..80).flat_map(|at| [3_000, tone(period * 80 + at)]).collect();
            mix.mix(&frames, 2, RATE_HZ, &mut mono);
        }
        assert_eq!(mix.chosen, 0b10);
    }

    #[test]
    fn an_array_in_a_quiet_room_is_left_whole() {
        let mut mix = ChannelMix::new(None);
        heard(&mut mix, 10, &[0; 8], 500);
        assert_eq!(mix.chosen, 0xff, "noises that have nothing to do with each other do not cancel");
        heard(&mut mix, 10, &[0; 8], 0);
        assert_eq!(mix.chosen, 0xff, "silence tells nothing");
    }

    #[test]
    fn what_somebody_has_set_is_taken_and_a_moment_changes_nothing() {
        let mut mix = ChannelMix::new(Some(2));
        assert!(heard(&mut mix, 5, &[100, 10], 0) < 700.0);
        assert!(heard(&mut ChannelMix::new(Some(9)), 1, &[10, 100], 0) > 5_000.0, "the last one there is");
        let mut mix = ChannelMix::new(None);
        heard(&mut mix, 2, &[100, 0], 3);
        assert_eq!(mix.chosen, 0b11);
        heard(&mut mix, 2, &[100, 0], 3);
        assert_eq!(mix.chosen, 0b01);
        heard(&mut mix, 5, &[100, 100, 100], 3);
        assert_eq!(mix.chosen, 0b111, "another device has other channels");
    }
}
