//! A gain on its way to another one, which can be taken back to where the ear is.

use std::collections::VecDeque;

/// Runs that are kept, as of what was written and not heard. Beyond, the oldest count as heard.
const MAX_RUNS: usize = 256;

/// A gain that moves sample by sample to another one, and stays there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slope {
    from: f32,
    to: f32,
    /// The most that it moves in a sample.
    step: f32,
}

impl Slope {
    /// Changes nothing.
    pub(super) const NONE: Self = Self { from: 1.0, to: 1.0, step: 1.0 };

    /// The gain after so many samples.
    pub(super) fn after(self, samples: usize) -> f32 {
        let (way, most) = (self.to - self.from, self.step * samples as f32);
        if way.abs() <= most { self.to } else { self.from + most.copysign(way) }
    }

    /// The gain, where it does not move.
    pub(super) fn constant(self) -> Option<f32> {
        (self.from == self.to).then_some(self.to)
    }
}

#[derive(Debug, Clone, Copy)]
struct Run {
    frames: usize,
    slope: Slope,
}

/// A gain as it was written, with its way since the last sample that was heard.
#[derive(Debug)]
pub(super) struct Ramp {
    gain: f32,
    /// What has not been heard, oldest first.
    runs: VecDeque<Run>,
    frames: usize,
}

impl Ramp {
    pub(super) fn new(gain: f32) -> Self {
        Self { gain, runs: VecDeque::with_capacity(MAX_RUNS), frames: 0 }
    }

    /// Where it is.
    pub(super) fn gain(&self) -> f32 {
        self.gain
    }

    /// Goes there without a way in between: nothing sounds that could click.
    pub(super) fn jump(&mut self, gain: f32) {
        self.gain = gain;
    }

    /// Moves to another gain, by at most `step` in each of the frames that are being written.
    pub(super) fn push(&mut self, frames: usize, to: f32, step: f32) -> Slope {
        let slope = Slope { from: self.gain, to, step };
        self.gain = slope.after(frames);
        self.frames += frames;
        match self.runs.back_mut() {
            Some(last) if last.slope.constant() == Some(to) && slope.constant().is_some() => last.frames += frames,
            _ => {
                if self.runs.len() == MAX_RUNS
                    && let Some(oldest) = self.runs.front()
                {
                    self.keep_last(self.frames - oldest.frames);
                }
                self.runs.push_back(Run { frames, slope });
            }
        }
        slope
    }

    /// Forgets all but the last `frames`: the others were heard.
    pub(super) fn keep_last(&mut self, frames: usize) {
        while let Some(oldest) = self.runs.front_mut()
            && self.frames > frames
        {
            let heard = oldest.frames.min(self.frames - frames);
            oldest.frames -= heard;
            oldest.slope.from = oldest.slope.after(heard);
            self.frames -= heard;
            if oldest.frames == 0 {
                self.runs.pop_front();
            }
        }
    }

    /// Goes back to where it was when the last sample was heard.
    pub(super) fn rewind(&mut self) {
        if let Some(oldest) = self.runs.front() {
            self.gain = oldest.slope.from;
        }
        self.runs.clear();
        self.frames = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_moves_by_its_step_and_arrives_exactly() {
        let mut ramp = Ramp::new(0.3);
        let slope = ramp.push(100, 1.0, 0.01);
        let way: Vec<f32> = (0..=100).map(|samples| slope.after(samples)).collect();
        assert!(way.windows(2).all(|pair| (0.0..0.011).contains(&(pair[1] - pair[0]))), "{way:?}");
        assert_eq!((way[0], way[100], ramp.gain()), (0.3, 1.0, 1.0));
        assert_eq!(ramp.push(10, 0.0, 1.0).after(1), 0.0);
    }

    #[test]
    fn it_goes_back_to_what_the_ear_heard_last() {
        let mut ramp = Ramp::new(1.0);
        for _ in 0..6 {
            ramp.push(10, 0.0, 0.01);
        }
        ramp.keep_last(35);
        ramp.rewind();
        assert!((ramp.gain() - 0.75).abs() < 1e-6, "{}", ramp.gain());
        ramp.rewind();
        assert!((ramp.gain() - 0.75).abs() < 1e-6, "nothing is unheard any more");
    }

    #[test]
    fn a_gain_that_stays_takes_no_room_and_many_changes_are_bounded() {
        let mut ramp = Ramp::new(1.0);
        (0..10_000).for_each(|_| _ = ramp.push(10, 1.0, 0.01));
        assert_eq!(ramp.runs.len(), 1);
        for round in 0..10_000 {
            ramp.push(10, (round % 2) as f32, 0.01);
        }
        assert_eq!((ramp.runs.len(), ramp.runs.capacity()), (MAX_RUNS, MAX_RUNS));
    }
}
