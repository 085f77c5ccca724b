//! A running worker.

use std::process::{Child, ChildStdin, ChildStdout, Command as Process, Stdio};
use std::time::Duration;

use parley_engines::protocol::{self, Command, JobId, Report};
use parley_engines::{Kind, WorkerDetails};

/// A worker process that has said that it is ready; killed when dropped. Its jobs count from 1.
pub struct Worker<K: Kind> {
    process: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    jobs: u64,
    details: WorkerDetails,
    kind: std::marker::PhantomData<K>,
}

#[derive(Debug, PartialEq)]
pub enum End {
    Done,
    Failed(String),
}

impl<K: Kind> Worker<K> {
    /// Starts a program and waits until it is ready.
    pub fn start(program: &str, arguments: &[&str]) -> Self {
        let mut process = Process::new(program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the worker can be started");
        let stdin = process.stdin.take().expect("standard input is a pipe");
        let mut stdout = process.stdout.take().expect("standard output is a pipe");
        let ready = protocol::read(&mut stdout).expect("the worker becomes ready; where not, its log is above");
        let Report::<K::Output>::Ready { protocol: version, details } = ready else {
            panic!("the first report is not Ready: {ready:?}")
        };
        assert_eq!(version, protocol::VERSION);
        Self { process, stdin, stdout, jobs: 0, details, kind: std::marker::PhantomData }
    }

    /// What it said of itself when it was ready.
    pub fn details(&self) -> &WorkerDetails {
        &self.details
    }

    pub fn send(&mut self, task: K::Task) -> JobId {
        self.jobs += 1;
        let job = JobId(self.jobs);
        self.write(&Command::Start { job, task, fed: false });
        job
    }

    pub fn cancel(&mut self, job: JobId) {
        self.write(&Command::Cancel { job });
    }

    fn write(&mut self, command: &Command<K::Task>) {
        protocol::write(&mut self.stdin, command).expect("the worker takes commands");
    }

    /// The next report that says more than that the job goes on.
    pub fn read(&mut self) -> Report<K::Output> {
        loop {
            let report = protocol::read(&mut self.stdout).expect("the worker reports");
            if !matches!(report, Report::Alive { .. }) {
                return report;
            }
        }
    }

    /// The outputs of a job from here on, and how it ended.
    pub fn rest(&mut self, job: JobId) -> (Vec<K::Output>, End) {
        let mut outputs = Vec::new();
        loop {
            let (of, end) = match self.read() {
                Report::Output { job, output } => {
                    outputs.push(output);
                    (job, None)
                }
                Report::End { job } => (job, Some(End::Done)),
                Report::Failed { job, error } => (job, Some(End::Failed(error))),
                other @ (Report::Ready { .. } | Report::Alive { .. } | Report::Taken { .. }) => {
                    panic!("not a report of a job without input: {other:?}")
                }
            };
            assert_eq!(of, job, "a report of another job");
            if let Some(end) = end {
                return (outputs, end);
            }
        }
    }

    pub fn run(&mut self, task: K::Task) -> (Vec<K::Output>, End) {
        let job = self.send(task);
        self.rest(job)
    }

    /// Does a job that must succeed; its outputs.
    pub fn done(&mut self, task: K::Task) -> Vec<K::Output> {
        let (outputs, end) = self.run(task);
        assert_eq!(end, End::Done);
        outputs
    }

    /// Does a job that must be refused before it gives anything; why it was.
    pub fn refusal(&mut self, task: K::Task) -> String {
        match self.run(task) {
            (outputs, End::Failed(error)) if outputs.is_empty() => error,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Checks that a cancel ends a job in the middle, and gives back most of its time: does `whole` to its end, and
    /// cancels `other`, which is as much work, after a fifth of that. Counts processor time, which a busy machine does
    /// not stretch.
    pub fn check_cancelled_in_the_middle(&mut self, whole: K::Task, other: K::Task) {
        let before = self.processor_ticks();
        self.done(whole);
        let whole = self.processor_ticks() - before;

        let before = self.processor_ticks();
        let job = self.send(other);
        while self.processor_ticks() < before + whole / 5 {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.cancel(job);
        let (outputs, end) = self.rest(job);
        assert!(outputs.is_empty() && end == End::Done, "{outputs:?}, {end:?}");
        let cancelled = self.processor_ticks() - before;
        assert!(cancelled * 2 < whole, "{cancelled} of {whole} ticks");
    }

    /// Processor time that the worker has used, in ticks of the kernel.
    fn processor_ticks(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).expect("the worker runs");
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        fields.skip(11).take(2).map(|field| field.parse::<u64>().expect("a number of ticks")).sum()
    }
}

impl<K: Kind> Drop for Worker<K> {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
