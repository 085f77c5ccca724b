//! The worker binary as its supervisor sees it.

#![expect(clippy::unwrap_used, reason = "a test that cannot run has failed")]

use std::env;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command as Process, Stdio};

use parley_engine::protocol::{self, Command, JobId, Report};
use parley_engine::{Speak, Spoken, WorkerDetails};

/// `EX_CONFIG`.
const UNUSABLE: i32 = 78;

/// A file of the folder of models; a test without it fails, because a skipped test looks like a passed one.
pub fn model(name: &str) -> PathBuf {
    let folder = env::var_os("PARLEY_MODELS")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(".cache/parley/models"));
    let path = folder.join(name);
    assert!(path.is_file(), "{} is missing: run this test with `cargo xtask test`, which fetches it", path.display());
    path
}

/// A running worker; dropping it ends it.
pub struct Worker {
    /// What it said of itself.
    pub details: WorkerDetails,
    process: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
}

impl Worker {
    pub fn send(&mut self, command: &Command<Speak>) {
        protocol::write(&mut self.stdin, command).unwrap();
    }

    pub fn read(&mut self) -> Report<Spoken> {
        protocol::read(&mut self.stdout).unwrap()
    }

    pub fn ask(&mut self, job: u64, text: &str, language: Option<&str>) {
        let task = Speak { text: text.to_owned(), language: language.map(str::to_owned) };
        self.send(&Command::Start { job: JobId(job), task });
    }

    /// The blocks that follow in this job, or why it was refused.
    pub fn blocks(&mut self, job: u64) -> Result<Vec<Vec<i16>>, String> {
        let mut blocks = Vec::new();
        loop {
            match self.read() {
                Report::Output { job: of, output } => {
                    assert_eq!((of, Some(output.rate_hz)), (JobId(job), self.details.rate_hz));
                    assert!(!output.audio.is_empty(), "an empty block");
                    blocks.push(output.audio);
                }
                Report::End { .. } => return Ok(blocks),
                Report::Failed { error, .. } => return Err(error),
                Report::Ready { .. } => panic!("ready twice"),
            }
        }
    }

    /// All samples of a text in the first voice.
    pub fn say(&mut self, job: u64, text: &str) -> Vec<i16> {
        self.ask(job, text, None);
        self.blocks(job).unwrap().concat()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts the worker and waits until it is ready.
pub fn start(options: &[&str]) -> Worker {
    let mut process = worker(options).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let stdin = process.stdin.take().unwrap();
    let mut stdout = process.stdout.take().unwrap();
    let ready: Report<Spoken> = protocol::read(&mut stdout).expect("the worker did not become ready; its log is above");
    let Report::Ready { protocol: version, details } = ready else { panic!("the first report is not Ready") };
    assert_eq!(version, protocol::VERSION);
    Worker { details, process, stdin, stdout }
}

/// Expects that the worker ends at once with one line that contains `expected`.
pub fn start_failing(options: &[&str], expected: &str) {
    let mut process =
        worker(options).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut log = String::new();
    process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(UNUSABLE), "{log}");
    assert!(log.contains(expected) && log.trim_end().lines().count() == 1, "{log:?} is not one line with {expected:?}");
}

fn worker(options: &[&str]) -> Process {
    let mut process = Process::new(env!("CARGO_BIN_EXE_parley-engine-piper"));
    process.args(options);
    process
}
