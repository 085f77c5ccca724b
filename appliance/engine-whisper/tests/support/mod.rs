//! Drives a worker over its pipe, and finds the real models.

use std::path::PathBuf;
use std::process::{Child, Command as Process, Stdio};

use parley_engine::protocol::{self, Command, JobId, Report};
use parley_engine::{Kind, WorkerDetails};

/// A file of the model folder. Fails where it is missing: a test that needs a real model never passes without.
pub fn model(name: &str) -> PathBuf {
    let folder = std::env::var_os("PARLEY_MODELS").map(PathBuf::from).unwrap_or_else(|| {
        let home = std::env::var_os("HOME").expect("HOME is set");
        PathBuf::from(home).join(".cache/parley/models")
    });
    let file = folder.join(name);
    assert!(file.exists(), "{} is missing: run `cargo xtask test`, which fetches what the tests need", file.display());
    file
}

/// A worker process; killed when dropped.
pub struct Worker<K: Kind> {
    child: Child,
    jobs: u64,
    pub details: WorkerDetails,
    kind: std::marker::PhantomData<K>,
}

/// How a job ended.
#[derive(Debug, PartialEq)]
pub enum End {
    Done,
    Failed(String),
}

impl<K: Kind> Worker<K> {
    pub fn start(program: &str, arguments: &[&str]) -> Self {
        let mut child = Process::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the worker starts");
        let ready = protocol::read(child.stdout.as_mut().expect("piped"));
        let Ok(Report::<K::Output>::Ready { details, .. }) = ready else { panic!("not ready: {ready:?}") };
        Worker { child, jobs: 0, details, kind: std::marker::PhantomData }
    }

    pub fn send(&mut self, task: K::Task) -> JobId {
        self.jobs += 1;
        let job = JobId(self.jobs);
        self.write(&Command::Start { job, task });
        job
    }

    pub fn cancel(&mut self, job: JobId) {
        self.write(&Command::Cancel { job });
    }

    fn write(&mut self, command: &Command<K::Task>) {
        protocol::write(self.child.stdin.as_mut().expect("piped"), command).expect("the worker reads");
    }

    pub fn read(&mut self) -> Report<K::Output> {
        protocol::read(self.child.stdout.as_mut().expect("piped")).expect("the worker writes")
    }

    /// The rest of the running job's outputs, and how it ended.
    pub fn rest(&mut self) -> (Vec<K::Output>, End) {
        let mut outputs = Vec::new();
        loop {
            match self.read() {
                Report::Output { output, .. } => outputs.push(output),
                Report::End { .. } => return (outputs, End::Done),
                Report::Failed { error, .. } => return (outputs, End::Failed(error)),
                Report::Ready { .. } => panic!("ready twice"),
            }
        }
    }

    pub fn run(&mut self, task: K::Task) -> (Vec<K::Output>, End) {
        self.send(task);
        self.rest()
    }

    /// Processor time that the worker has used, in ticks of the kernel; not disturbed by a busy machine.
    pub fn processor_ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("the worker runs");
        let fields = stat.rsplit(')').next().expect("not empty").split_whitespace();
        fields.skip(11).take(2).map(|field| field.parse::<u64>().expect("a number")).sum()
    }

    /// Waits until the worker is well into its job: until it has used this much more processor time.
    pub fn wait_for_ticks(&self, ticks: u64) {
        let start = self.processor_ticks();
        while self.processor_ticks() < start + ticks {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

impl<K: Kind> Drop for Worker<K> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a worker that cannot start; its exit code, `None` where a signal ended it, and its standard error.
pub fn failed_start(program: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Process::new(program).args(arguments).stdin(Stdio::null()).output().expect("the worker starts");
    (output.status.code(), String::from_utf8(output.stderr).expect("text"))
}
