//! What a scripted worker is told to do: as its second argument for the start, as the text of each task for a job.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How long a scripted worker loads its model at least.
pub const LOADING_MS: u64 = 5;

/// How a scripted worker starts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StartScript {
    pub fault: Option<StartFault>,
    /// The fault happens as long as this file is shorter than `times`; each time makes it a byte longer.
    pub times: Option<(PathBuf, u64)>,
    /// The name of the model; every model says something else.
    pub model: Option<String>,
}

impl StartScript {
    /// A worker with this model.
    pub fn model(name: &str) -> Self {
        Self { model: Some(name.to_owned()), ..Self::default() }
    }

    /// At which unit of the endless answer this worker's answers begin.
    pub fn shift(&self) -> usize {
        self.model.as_ref().map_or(0, |name| name.bytes().map(usize::from).sum())
    }
}

/// What goes wrong before a worker is ready.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum StartFault {
    Exit,
    Hang,
    Garbage,
    WrongVersion,
    WrongEngine,
    /// Does not end when its input does.
    Immortal,
}

/// One job: `length` units of the endless answer, in pieces whose sizes differ from process to process.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct JobScript {
    /// Characters or samples.
    pub length: usize,
    /// Before each piece.
    pub pause_ms: u64,
    /// After how many pieces the fault happens.
    pub after_pieces: usize,
    pub fault: Option<JobFault>,
    /// The fault happens only while this file does not exist; it is created then.
    pub once: Option<PathBuf>,
    pub ignore_cancel: bool,
    /// Created when the job begins.
    pub begun: Option<PathBuf>,
    /// Every process begins its answer somewhere else.
    pub differs: bool,
    /// Before the first piece: computes so long, and says that it is alive.
    pub computes_ms: u64,
    /// Says again what flows in, until that has ended, and then nothing.
    pub echo: bool,
}

/// What goes wrong in a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum JobFault {
    Crash,
    /// Crashes after the last output, before the end is reported.
    CrashBeforeEnd,
    Hang,
    /// Goes on without an end.
    Endless,
    Refuse(String),
    /// Writes bytes that are not a frame (a raw worker only).
    Garbage,
    /// Reports on a job that it was not given (a raw worker only).
    WrongJob,
    /// Prints to standard output as a native library may.
    Print,
}

impl JobScript {
    /// `length` units, nothing wrong.
    pub fn of(length: usize) -> Self {
        Self { length, ..Self::default() }
    }

    /// With a fault after so many pieces.
    pub fn fault(mut self, after_pieces: usize, fault: JobFault) -> Self {
        (self.after_pieces, self.fault) = (after_pieces, Some(fault));
        self
    }

    pub fn json(&self) -> String {
        serde_json::to_string(self).expect("a script has nothing that JSON has not")
    }
}

/// Unit `index` of every text; multi-byte characters included.
pub fn character(index: usize) -> char {
    ['a', 'é', '7', ' ', '語', '"', 'z', '\n', 'q', '🦀', 'm'][index % 11]
}

/// Unit `index` of every sound.
pub fn sample(index: usize) -> i16 {
    (index.wrapping_mul(31) % 65_536) as u16 as i16
}
