//! How a worker's program is started, and how long it may take.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::RestartRules;

/// A worker's program and how it is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerProgram {
    /// The executable; a name without a slash is looked up in `PATH`.
    pub path: PathBuf,
    /// On its command line, without its own name.
    pub arguments: Vec<OsString>,
}

impl WorkerProgram {
    /// A program without arguments.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), arguments: Vec::new() }
    }

    /// Adds an argument at the end.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }
}

/// How long a worker may take before it is killed, and when it is restarted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// From the start of the process to its first report: the time to load the model.
    pub start: Duration,
    /// Between two reports of a running job, each of which is a sign of life; time during which the job's owner is behind
    /// does not count.
    pub stall: Duration,
    /// From a cancel to the end of the job.
    pub cancel: Duration,
    /// From the end of its input to the end of the process.
    pub shutdown: Duration,
    /// When it is started again after a failure.
    pub restart: RestartRules,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A gigabyte of model from a slow SD card.
            start: Duration::from_secs(90),
            // However long they compute, speech-to-text and language model say twice a second that they are alive. A
            // voice that is loaded from a slow SD card in the middle of a job, or speaks only whole sentences, does not.
            stall: Duration::from_secs(20),
            cancel: Duration::from_secs(2),
            shutdown: Duration::from_millis(500),
            restart: RestartRules::default(),
        }
    }
}
