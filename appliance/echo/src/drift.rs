//! How fast two clocks run: least squares of what a device has counted against when it had.
//!
//! A device that stops and begins again counts on from another moment, and its clock is as fast as before. So its time is
//! cut into *stretches* at every step; each has an offset of its own, and all of them one slope.

use std::time::{Duration, Instant};

/// What is further from the line than this is no jitter: the device stood still, or somebody came late.
const STEP: f64 = 0.01;
/// What is older counts less and less: clocks drift with the temperature. In seconds.
const REMEMBERED: f64 = 300.0;
/// A slope is certain from this standard error on, in ppm, and from so many seconds on.
const CERTAIN_PPM: f64 = 1.5;
const CERTAIN_AFTER: f64 = 8.0;
/// No quartz is so wrong: a device that keeps no time.
const MOST_PPM: f64 = 1_000.0;
/// Less than the first is none, until it is more; it is none again from the second on: what shares a clock is left as it is.
const LEAST_PPM: f64 = 3.0;
const NONE_PPM: f64 = 2.0;

/// What a moment told of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// It goes on.
    Steady,
    /// It does not fit, and may be a mistake.
    Odd,
    /// A stretch has begun: another offset.
    Stepped,
}

/// A device's clock, as far as it is known.
#[derive(Debug)]
pub(crate) struct Clock {
    rate_hz: f64,
    /// So many odd moments, one after the other, are a step.
    steps_after: u32,
    odd: u32,
    /// The first of all moments, from which both times count.
    origin: Option<(u64, Instant)>,
    /// Of the present stretch: its weight, and the means of counted seconds and of what has passed beyond them.
    weight: f64,
    mean: (f64, f64),
    latest: f64,
    /// Of all stretches: weight, length in seconds, and sums of squares and products about their means.
    sums: Sums,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    weight: f64,
    seconds: f64,
    xx: f64,
    xy: f64,
    yy: f64,
}

impl Clock {
    /// A device that says it has so many samples a second. `steps_after`: so many moments that do not fit are a step, at
    /// least 1.
    pub(crate) fn new(rate_hz: u32, steps_after: u32) -> Self {
        Self {
            rate_hz: rate_hz.max(1).into(),
            steps_after,
            odd: 0,
            origin: None,
            weight: 0.0,
            mean: (0.0, 0.0),
            latest: 0.0,
            sums: Sums::default(),
        }
    }

    /// The device had counted so many samples at this moment.
    pub(crate) fn add(&mut self, samples: u64, at: Instant) -> Told {
        let (first, origin) = *self.origin.get_or_insert((samples, at));
        let x = samples.saturating_sub(first) as f64 / self.rate_hz;
        let y = seconds_between(origin, at) - x;
        let mut told = Told::Steady;
        if self.weight == 0.0 || (y - self.beyond(x)).abs() > STEP {
            self.odd += 1;
            if self.weight > 0.0 && self.odd < self.steps_after {
                return Told::Odd;
            }
            (self.weight, self.mean, self.latest, told) = (0.0, (x, y), x, Told::Stepped);
        }
        self.odd = 0;
        self.sum_up(x, y);
        told
    }

    fn sum_up(&mut self, x: f64, y: f64) {
        let passed = (x - self.latest).max(0.0);
        self.latest = x;
        let kept = (-passed / REMEMBERED).exp();
        self.weight = self.weight * kept + 1.0;
        let (dx, dy) = (x - self.mean.0, y - self.mean.1);
        self.mean.0 += dx / self.weight;
        self.mean.1 += dy / self.weight;
        let Sums { weight, seconds, xx, xy, yy } = &mut self.sums;
        *weight = *weight * kept + 1.0;
        *seconds = *seconds * kept + passed;
        *xx = *xx * kept + dx * (x - self.mean.0);
        *xy = *xy * kept + dx * (y - self.mean.1);
        *yy = *yy * kept + dy * (y - self.mean.1);
    }

    /// What passes beyond each second that the device counts, in parts of it, and its standard error: a slow clock's is
    /// positive. `None` where nothing is known.
    fn slope(&self) -> Option<(f64, f64)> {
        let Sums { weight, xx, xy, yy, .. } = self.sums;
        (xx > 0.0 && weight > 2.0).then(|| {
            let slope = xy / xx;
            let variance = ((yy - slope * xy) / (weight - 2.0)).max(0.0);
            (slope, (variance / xx).sqrt())
        })
    }

    /// Whether it is known how fast it runs.
    pub(crate) fn is_known(&self) -> bool {
        self.certain().is_some()
    }

    /// The slope where it is certain.
    fn certain(&self) -> Option<f64> {
        let (slope, error) = self.slope()?;
        let is_certain =
            self.sums.seconds >= CERTAIN_AFTER && error * 1e6 < CERTAIN_PPM && slope.abs() * 1e6 < MOST_PPM;
        is_certain.then_some(slope)
    }

    /// What has passed beyond so many counted seconds, by the present stretch.
    fn beyond(&self, x: f64) -> f64 {
        self.mean.1 + self.certain().unwrap_or(0.0) * (x - self.mean.0)
    }

    /// When it had, or will have, counted so many samples; `None` before it has told anything.
    pub(crate) fn time_of(&self, samples: f64) -> Option<Instant> {
        let (first, origin) = self.origin?;
        let x = (samples - first as f64) / self.rate_hz;
        let seconds = x + self.beyond(x);
        let span = Duration::try_from_secs_f64(seconds.abs()).ok()?;
        if seconds < 0.0 { origin.checked_sub(span) } else { origin.checked_add(span) }
    }

    /// How many samples it had counted at a moment, or will have; `None` before it has told anything.
    pub(crate) fn samples_at(&self, at: Instant) -> Option<f64> {
        let (first, origin) = self.origin?;
        let passed = seconds_between(origin, at);
        let slope = self.certain().unwrap_or(0.0);
        let x = (passed - self.mean.1 + slope * self.mean.0) / (1.0 + slope);
        Some(first as f64 + x * self.rate_hz)
    }
}

/// How much faster the loudspeaker's clock runs than the microphone's.
#[derive(Debug, Default)]
pub(crate) struct Drift {
    is_on: bool,
}

impl Drift {
    /// In ppm, as far as it is to be made up for: 0 where it is not certain, or so little that both clocks are one.
    pub(crate) fn ppm(&mut self, loudspeaker: &Clock, microphone: &Clock) -> f64 {
        let Some((loudspeaker, microphone)) = loudspeaker.certain().zip(microphone.certain()) else {
            return 0.0;
        };
        let ppm = (microphone - loudspeaker) * 1e6;
        self.is_on = ppm.abs() >= if self.is_on { NONE_PPM } else { LEAST_PPM };
        if self.is_on { ppm } else { 0.0 }
    }
}

/// From the first to the second, which may be the earlier one.
fn seconds_between(from: Instant, to: Instant) -> f64 {
    match to.checked_duration_since(from) {
        Some(after) => after.as_secs_f64(),
        None => -from.saturating_duration_since(to).as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Repeatable, -1..1, with the spread of a uniform distribution.
    struct Jitter(u64);

    impl Jitter {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
        }
    }

    /// A clock of which so many seconds were seen, ten milliseconds at a time, with steps of time every so often.
    fn seen(rate_hz: u32, ppm: f64, seconds: u32, jitter: f64, stops_every: u32) -> Clock {
        let (mut clock, mut random, origin) = (Clock::new(rate_hz, 1), Jitter(rate_hz.into()), Instant::now());
        let (block, mut stood) = (rate_hz / 100, 0.0);
        for number in 0..seconds * 100 {
            if stops_every > 0 && number % (stops_every * 100) == 99 {
                stood += 0.25;
            }
            let samples = u64::from(number * block);
            let at = samples as f64 / (f64::from(rate_hz) * (1.0 + ppm * 1e-6)) + stood + 1.0;
            clock.add(samples, origin + Duration::from_secs_f64(at + jitter * random.next()));
        }
        clock
    }

    #[test]
    fn two_clocks_are_known_to_five_ppm_within_a_minute_whatever_jitters() {
        for ppm in [-200.0, -100.0, 20.0, 200.0] {
            // Up to so many seconds early or late; and a loudspeaker that begins anew every five seconds.
            for (jitter, stops_every) in [(0.0, 0), (0.000_1, 5), (0.001, 0), (0.001, 20)] {
                let microphone = seen(16_000, -30.0, 60, jitter, 0);
                let loudspeaker = seen(48_000, ppm - 30.0, 60, jitter, stops_every);
                let found = Drift::default().ppm(&loudspeaker, &microphone);
                assert!((found - ppm).abs() < 5.0, "{ppm} ppm with {jitter} s of jitter was found to be {found}");
            }
        }
    }

    #[test]
    fn one_clock_is_left_as_it_is_and_what_is_not_certain_is_not_believed() {
        let found = |ppm, seconds, jitter| {
            let microphone = seen(16_000, 0.0, seconds, jitter, 0);
            Drift::default().ppm(&seen(48_000, ppm, seconds, jitter, 0), &microphone)
        };
        assert_eq!(found(0.0, 60, 0.000_1), 0.0, "one clock");
        assert_eq!(found(2.5, 60, 0.000_1), 0.0, "as good as one");
        assert_eq!(found(200.0, 5, 0.000_1), 0.0, "five seconds");
        assert_eq!(found(200.0, 12, 0.004), 0.0, "too much jitter");
        assert_eq!(found(30_000.0, 60, 0.0), 0.0, "it keeps no time");
    }

    #[test]
    fn drift_that_is_made_up_for_stays_so_when_it_is_a_little_less() {
        let mut drift = Drift::default();
        let microphone = seen(16_000, 0.0, 60, 0.0, 0);
        let mut ppm = |ppm| drift.ppm(&seen(48_000, ppm, 60, 0.0, 0), &microphone);
        assert_eq!(ppm(2.6), 0.0);
        assert!(ppm(3.4) > 3.0);
        assert!(ppm(2.6) > 2.0);
        assert_eq!(ppm(1.5), 0.0);
    }

    #[test]
    fn a_moment_that_does_not_fit_is_left_out_and_several_are_a_step() {
        let (mut clock, origin) = (Clock::new(16_000, 3), Instant::now());
        let mut tell =
            |number: u64, late_ms: u64| clock.add(number * 320, origin + Duration::from_millis(number * 20 + late_ms));
        assert_eq!(tell(0, 0), Told::Stepped);
        assert_eq!(
            [tell(1, 0), tell(2, 4), tell(3, 30), tell(4, 0)],
            [Told::Steady, Told::Steady, Told::Odd, Told::Steady]
        );
        assert_eq!(
            [tell(5, 30), tell(6, 30), tell(7, 30), tell(8, 30)],
            [Told::Odd, Told::Odd, Told::Stepped, Told::Steady]
        );
    }

    #[test]
    fn time_and_samples_are_two_names_for_one_moment() {
        let clock = seen(48_000, 150.0, 60, 0.000_2, 0);
        for samples in [0.0, 1e6, 5e6] {
            let at = clock.time_of(samples).expect("it is known");
            assert!((clock.samples_at(at).expect("it is known") - samples).abs() < 0.01, "{samples}");
        }
        assert!(Clock::new(48_000, 1).time_of(0.0).is_none());
    }
}
