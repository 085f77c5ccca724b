//! Where a word is said: in simulated rooms, beside noise, music and other people, more or less loud. All of it is
//! computed or comes out of `parley_speech::teaching`, and none of it is what `measure wake` judges in: its music has
//! other tunes, tempos and sounds.

use std::f32::consts::TAU;

use parley_e2e::level::{louder_half_dbfs, power};
use parley_e2e::speed::at_speed;
use parley_speech::babble::babble;
use parley_speech::convolution::convolve;
use parley_speech::noise::Randomness;
use parley_speech::room::SimulatedRoom;

const RATE: usize = 16_000;
/// Before a word, so that all that is looked at together has been heard: 1.5 s,
const BEFORE: usize = 3 * RATE / 2;
/// and what of it is chance: one embedding comes so many samples after another.
const GRID: usize = 1_280;
/// Behind a word, 0.6 s.
const AFTER: usize = 3 * RATE / 5;

/// What is beside a word out of recordings.
pub struct Beside {
    /// People, one after another.
    pub people: Vec<f32>,
    pub music: Vec<f32>,
}

/// A word where it is said.
pub struct Placed {
    pub sound: Vec<i16>,
    /// Where it ends.
    pub end: usize,
}

/// The chance of what follows a seed, for what has this number among its kind.
pub fn chance(seed: u64, kind: u64, number: usize) -> Randomness {
    let mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ kind.wrapping_mul(0xd1b5_4a32_d192_ed03);
    Randomness::new(mixed.wrapping_add((number as u64).wrapping_mul(0x2545_f491_4f6c_dd1d)))
}

/// A word, of which nothing before and behind it is left, somewhere; `behind`: what follows it in the same breath.
/// `clips`: now and then a little of its beginning or end is missing.
pub fn placed(word: &[f32], behind: Option<&[f32]>, clips: bool, beside: &Beside, random: &mut Randomness) -> Placed {
    let mut word = word.to_vec();
    if clips && random.next_share() < 0.25 {
        let (first, last) = (random.below(640), random.below(960));
        let kept = if random.next_share() < 0.5 { first..word.len() } else { 0..word.len().saturating_sub(last) };
        word = word.get(kept).unwrap_or_default().to_vec();
    }
    let word = match random.below(10) {
        0..4 => word,
        4..8 => at_speed(&word, f64::from(random.between(0.72, 1.38))),
        _ => as_another(&word, random.between(0.87, 1.14)),
    };
    let begin = BEFORE + random.below(GRID);
    let end = begin + word.len();
    let mut said = word;
    let level = louder_half_dbfs(&said);
    if let Some(behind) = behind {
        said.resize(said.len() + random.below(RATE / 4), 0.0);
        let gain = 10_f32.powf((level - louder_half_dbfs(behind)) / 20.0);
        said.extend(behind.iter().take(RATE).map(|sample| sample * gain));
    }
    let said = if random.next_share() < 0.8 { through(&said, &way(random)) } else { said };
    let mut sound = vec![0.0; begin];
    sound.extend(said);
    sound.resize(sound.len().max(end + AFTER), 0.0);
    sound.truncate(end + AFTER.max(RATE));
    // As loud as the word itself is.
    let heard = louder_half_dbfs(&sound[begin..end]);
    if random.next_share() > 0.12 {
        let ratio_db = random.between(-5.0, 16.0);
        let gain = 10_f32.powf((heard - ratio_db) / 20.0);
        add(&mut sound, &bed(sound_len(end), beside, random), gain);
    }
    Placed { sound: at_microphone(&sound, heard, random), end }
}

const fn sound_len(end: usize) -> usize {
    end + if AFTER > RATE { AFTER } else { RATE }
}

/// Sound without a word somewhere: `ratio_db` is how much more there is of it than of what is beside it.
pub fn elsewhere(sound: &[f32], ratio_db: f32, beside: &Beside, random: &mut Randomness) -> Vec<i16> {
    let mut heard = if random.next_share() < 0.6 { through(sound, &way(random)) } else { sound.to_vec() };
    heard.truncate(sound.len());
    let level = louder_half_dbfs(&heard);
    let bed = bed(heard.len(), beside, random);
    add(&mut heard, &bed, 10_f32.powf((level - ratio_db) / 20.0));
    at_microphone(&heard, level, random)
}

/// What may be beside somebody, alone.
pub fn alone(samples: usize, beside: &Beside, random: &mut Randomness) -> Vec<i16> {
    let bed = bed(samples, beside, random);
    at_microphone(&bed, louder_half_dbfs(&bed), random)
}

fn add(sound: &mut [f32], other: &[f32], gain: f32) {
    sound.iter_mut().zip(other).for_each(|(sample, other)| *sample += gain * other);
}

/// What a microphone makes of a sound of this level: louder or quieter, with a noise of its own or with none.
fn at_microphone(sound: &[f32], level_dbfs: f32, random: &mut Randomness) -> Vec<i16> {
    let gain = 10_f32.powf((random.between(-50.0, -14.0) - level_dbfs) / 20.0);
    let own = if random.next_share() < 0.2 { 0.0 } else { random.between(1.0, 15.0) };
    let sample = |sample: &f32| ((sample * gain).clamp(-1.0, 1.0) * 32_767.0 + own * random.next_sample()) as i16;
    sound.iter().map(sample).collect()
}

/// A way from a mouth to a microphone.
fn way(random: &mut Randomness) -> Vec<f32> {
    let distance_m = 0.2 * 25.0_f32.powf(random.next_share());
    let reverberates_s = random.between(0.15, 0.7);
    let room = SimulatedRoom { name: "", reverberates_s, distance_m, device_ms: 0.0, drive: 1.0, gain: 1.0 };
    let mut way = room.way(random.next_seed());
    // How long it is on its way tells nobody anything.
    let direct = way.iter().position(|tap| *tap != 0.0).unwrap_or_default();
    way.drain(..direct);
    way
}

fn through(sound: &[f32], way: &[f32]) -> Vec<f32> {
    convolve(sound, way)
}

/// The same by somebody with another head: faster and higher, or slower and deeper.
fn as_another(sound: &[f32], faster: f32) -> Vec<f32> {
    let length = (sound.len() as f32 / faster) as usize;
    let at = |index: usize| {
        let place = index as f32 * faster;
        let (whole, part) = (place as usize, place.fract());
        let sample = |index: usize| sound.get(index).copied().unwrap_or_default();
        sample(whole) * (1.0 - part) + sample(whole + 1) * part
    };
    (0..length).map(at).collect()
}

/// What is beside somebody, with a power of 1.
fn bed(samples: usize, beside: &Beside, random: &mut Randomness) -> Vec<f32> {
    let sound = match random.below(12) {
        0 => (0..samples).map(|_| random.next_sample()).collect(),
        1 | 2 => coloured(samples, random),
        3 | 4 => part(&beside.music, samples, random),
        5 => through(&part(&beside.music, samples, random), &way(random)),
        6 => chords(samples, random),
        7 => strings(samples, random),
        8 => through(&strings(samples, random), &way(random)),
        9 => babble(samples, random.between(90.0, 240.0), random.next_seed()),
        _ => {
            let mut sum = vec![0.0; samples];
            for _ in 0..1 + random.below(3) {
                add(&mut sum, &through(&part(&beside.people, samples, random), &way(random)), 1.0);
            }
            sum
        }
    };
    let gain = 1.0 / power(&sound).sqrt() as f32;
    let mut sound: Vec<f32> = sound.into_iter().map(|sample| sample * gain).collect();
    sound.truncate(samples);
    sound
}

/// A part of a long sound.
fn part(sound: &[f32], samples: usize, random: &mut Randomness) -> Vec<f32> {
    let latest = sound.len().saturating_sub(samples);
    // Two draws, for one reaches no further than 2^24.
    let from = if latest == 0 {
        0
    } else {
        ((random.below(1 << 12) << 12) | random.below(1 << 12)) * (latest / 4_096) / 4_096
    };
    sound.iter().skip(from).take(samples).copied().collect()
}

/// Noise that is louder where it is lower.
fn coloured(samples: usize, random: &mut Randomness) -> Vec<f32> {
    let (slow, fast) = (random.between(0.9, 0.999), random.between(0.3, 0.9));
    let shares = [random.next_share() * 0.3, random.next_share(), random.next_share() * 0.3];
    let mut poles = [0.0_f32; 2];
    let next = |_| {
        let white = random.next_sample();
        poles[0] = slow * poles[0] + (1.0 - slow * slow).sqrt() * white;
        poles[1] = fast * poles[1] + (1.0 - fast * fast).sqrt() * white;
        shares[0] * white + shares[1] * poles[0] + shares[2] * poles[1]
    };
    (0..samples).map(next).collect()
}

/// Steps of a scale from its first, in semitones.
const SCALE: [i32; 11] = [0, 3, 4, 5, 7, 9, 12, -5, -8, -12, 16];

/// Chords of an organ or a piano, computed.
fn chords(samples: usize, random: &mut Randomness) -> Vec<f32> {
    let mut sound = vec![0.0; samples];
    let (beat, first) = (2_400 + random.below(6_600), random.between(90.0, 330.0));
    let (fades, dull, partials) = (random.between(0.5, 8.0), random.between(0.6, 1.6), 2 + random.below(8));
    for begin in (0..samples).step_by(beat) {
        for _ in 0..1 + random.below(4) {
            let hz = first * 2.0_f32.powf(SCALE[random.below(SCALE.len())] as f32 / 12.0);
            let lasts = beat * (1 + random.below(4));
            for partial in (1..=partials).map(|partial| partial as f32).filter(|partial| hz * partial < 7_500.0) {
                let phase = random.between(0.0, TAU);
                let turn = TAU * hz * partial / RATE as f32;
                for (index, place) in sound.iter_mut().skip(begin).take(lasts).enumerate() {
                    let at = index as f32;
                    *place += (phase + turn * at).sin() / partial.powf(dull) * (-fades * at / RATE as f32).exp();
                }
            }
        }
    }
    sound
}

/// Plucked strings (Karplus and Strong), computed.
fn strings(samples: usize, random: &mut Randomness) -> Vec<f32> {
    let mut sound = vec![0.0; samples];
    let (beat, first) = (2_400 + random.below(7_200), random.between(90.0, 260.0));
    let (damped, softly) = (random.between(0.985, 0.999), random.between(0.3, 0.7));
    for begin in (0..samples).step_by(beat) {
        for _ in 0..1 + random.below(4) {
            let hz = first * 2.0_f32.powf(SCALE[random.below(SCALE.len())] as f32 / 12.0);
            let mut string: Vec<f32> = (0..(RATE as f32 / hz) as usize).map(|_| random.next_sample()).collect();
            let (length, loud) = (string.len(), random.between(0.4, 1.0));
            for (index, place) in sound.iter_mut().skip(begin).take(beat * 4).enumerate() {
                let (this, next) = (index % length, (index + 1) % length);
                *place += loud * string[this];
                string[this] = damped * (softly * string[this] + (1.0 - softly) * string[next]);
            }
        }
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beside() -> Beside {
        let mut random = Randomness::new(1);
        let noise = |random: &mut Randomness| (0..64_000).map(|_| 0.1 * random.next_sample()).collect::<Vec<f32>>();
        Beside { people: noise(&mut random), music: noise(&mut random) }
    }

    #[test]
    fn the_same_chance_is_the_same_sound_and_another_another() {
        let (beside, word) = (beside(), babble(8_000, 140.0, 2));
        let placed = |number| placed(&word, None, true, &beside, &mut chance(1, 2, number));
        assert_eq!(placed(7).sound, placed(7).sound);
        assert_ne!(placed(7).sound, placed(8).sound);
    }

    #[test]
    fn a_word_ends_where_it_says_at_every_place_between_two_embeddings() {
        let (beside, word) = (beside(), vec![0.1; 6_000]);
        let mut places = [false; 8];
        for number in 0..200 {
            let placed = placed(&word, None, false, &beside, &mut chance(1, 3, number));
            assert!(placed.sound.len() >= placed.end + AFTER, "enough is heard behind it");
            places[placed.end % GRID / 160] = true;
        }
        assert_eq!(places, [true; 8]);
    }

    #[test]
    fn every_bed_is_as_loud_as_any_other() {
        let beside = beside();
        for number in 0..60 {
            let bed = bed(16_000, &beside, &mut chance(1, 4, number));
            assert!(bed.len() == 16_000 && (power(&bed) - 1.0).abs() < 0.6, "{number}: {}", power(&bed));
        }
    }
}
