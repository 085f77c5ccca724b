//! What was written to the sink and has not been heard: runs of speech and of silence.

use std::collections::VecDeque;

/// Runs that are kept: a second of alternating periods. Beyond, the oldest count as heard.
const MAX_RUNS: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    frames: usize,
    is_speech: bool,
}

/// The frames that are on their way to the ear, oldest first.
#[derive(Debug)]
pub(super) struct Unheard {
    runs: VecDeque<Run>,
    frames: usize,
    speech: usize,
}

impl Unheard {
    pub(super) fn new() -> Self {
        Self { runs: VecDeque::with_capacity(MAX_RUNS), frames: 0, speech: 0 }
    }

    /// Frames of speech among them.
    pub(super) fn speech(&self) -> usize {
        self.speech
    }

    /// Adds frames that are being written.
    pub(super) fn push(&mut self, frames: usize, is_speech: bool) {
        if frames == 0 {
            return;
        }
        self.frames += frames;
        self.speech += if is_speech { frames } else { 0 };
        match self.runs.back_mut() {
            Some(last) if last.is_speech == is_speech => last.frames += frames,
            _ => {
                if self.runs.len() == MAX_RUNS
                    && let Some(oldest) = self.runs.front()
                {
                    self.keep_last(self.frames - oldest.frames);
                }
                self.runs.push_back(Run { frames, is_speech });
            }
        }
    }

    /// Forgets all but the last `frames`: the others were heard.
    pub(super) fn keep_last(&mut self, frames: usize) {
        while let Some(oldest) = self.runs.front_mut()
            && self.frames > frames
        {
            let heard = oldest.frames.min(self.frames - frames);
            oldest.frames -= heard;
            self.frames -= heard;
            self.speech -= if oldest.is_speech { heard } else { 0 };
            if oldest.frames == 0 {
                self.runs.pop_front();
            }
        }
    }
}
