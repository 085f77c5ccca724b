//! A worker's process: its pipes, its handshake and its end.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::WorkerProgram;
use super::log_lines::log_lines;
use crate::protocol::{self, FrameError, HEADER_BYTES, Report};
use crate::task::Wire;
use crate::{Kind, WorkerDetails};

/// How long a killed process may take to go; only a stuck kernel takes longer.
const REAP: Duration = Duration::from_secs(1);

/// How much sooner than others a worker is ended for want of memory, of 1,000.
const OOM_SCORE: &str = "500";

/// Why a worker can no longer be used.
#[derive(Debug)]
pub(super) enum Failure {
    /// A new process may do better.
    Passing(String),
    /// It did not become ready in time; a new process may do better.
    Late(String),
    /// A new process would fail too.
    Lasting(String),
}

impl Failure {
    /// For a person to read.
    pub fn reason(&self) -> &str {
        let (Self::Passing(reason) | Self::Late(reason) | Self::Lasting(reason)) = self;
        reason
    }

    pub fn with_last_words(mut self, words: &str) -> Self {
        let (Self::Passing(reason) | Self::Late(reason) | Self::Lasting(reason)) = &mut self;
        if !words.is_empty() {
            *reason += &format!(": {words}");
        }
        self
    }
}

/// Asks the kernel to end a worker before anything else where memory is short: its loss is made good. Everybody may ask so
/// of their own processes.
fn offer_to_oom_killer(pid: u32) {
    if let Err(error) = std::fs::write(format!("/proc/{pid}/oom_score_adj"), OOM_SCORE) {
        tracing::debug!(pid, %error, "the kernel may end Parley before this worker");
    }
}

/// The process itself, apart from its pipes.
pub(super) struct Life(Child);

/// A running worker. Dropping it kills the process.
pub(super) struct Process<K: Kind> {
    pub pid: u32,
    pub life: Life,
    pub stdin: ChildStdin,
    /// Full after one report: the worker waits while nobody takes it. Ends after an error.
    pub reports: mpsc::Receiver<Result<Report<K::Output>, FrameError>>,
    last_words: Arc<Mutex<String>>,
}

impl<K: Kind> Process<K> {
    pub fn spawn(program: &WorkerProgram) -> Result<Self, Failure> {
        let failed = |error: io::Error| {
            let reason = format!("{} could not be started: {error}", program.path.display());
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) {
                Failure::Lasting(reason)
            } else {
                // Such as too many processes.
                Failure::Passing(reason)
            }
        };
        let mut child = Command::new(&program.path)
            .args(&program.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A Ctrl-C in the terminal is for Parley alone, which then ends its workers in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let (Some(pid), Some(stdin), Some(stdout), Some(stderr)) =
            (child.id(), child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Failure::Passing(format!("{} ended at once", program.path.display())));
        };
        offer_to_oom_killer(pid);
        let (reports_in, reports) = mpsc::channel(1);
        tokio::spawn(read_reports::<K>(BufReader::new(stdout), reports_in));
        let last_words = Arc::<Mutex<String>>::default();
        tokio::spawn(log_lines(K::NAME, pid, stderr, Arc::clone(&last_words)));
        Ok(Self { pid, life: Life(child), stdin, reports, last_words })
    }

    /// Waits for the first report and checks it.
    pub async fn ready(&mut self, deadline: Duration) -> Result<WorkerDetails, Failure> {
        match timeout(deadline, self.reports.recv()).await {
            Ok(Some(Ok(Report::Ready { protocol, details }))) => {
                if protocol != protocol::VERSION {
                    return Err(Failure::Lasting(format!(
                        "the worker speaks protocol {protocol}, Parley {}: install both from one release",
                        protocol::VERSION
                    )));
                }
                if details.engine != K::NAME {
                    return Err(Failure::Lasting(format!("the worker is \"{}\", not \"{}\"", details.engine, K::NAME)));
                }
                Ok(details)
            }
            Ok(Some(Ok(
                Report::Output { .. }
                | Report::Alive { .. }
                | Report::Taken { .. }
                | Report::End { .. }
                | Report::Failed { .. },
            ))) => Err(Failure::Passing("the worker spoke of a job before it was ready".to_owned())),
            Ok(Some(Err(error))) => Err(Failure::Passing(self.life.epitaph(&error).await)),
            Ok(None) => Err(Failure::Passing("the worker closed its output".to_owned())),
            Err(_) => Err(Failure::Late(format!("the worker was not ready within {deadline:?}"))),
        }
    }

    /// The worker's last line on standard error. After its first task it may hold what people said.
    pub fn last_words(&self) -> String {
        self.last_words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub async fn kill(self) {
        self.shut_down(Duration::ZERO).await;
    }

    /// Closes the worker's input, waits for the process to end, and kills it if it does not.
    pub async fn shut_down(self, grace: Duration) {
        let Self { life: Life(mut child), stdin, reports, .. } = self;
        drop((stdin, reports));
        if timeout(grace, child.wait()).await.is_err() {
            // An error means that it has ended already.
            let _ = child.start_kill();
            // A process that does not even die of SIGKILL is left to the runtime.
            let _ = timeout(REAP, child.wait()).await;
        }
    }
}

impl Life {
    /// Why the reports ended, for a person to read.
    pub async fn epitaph(&mut self, error: &FrameError) -> String {
        match error {
            // The pipe ends a moment before the process can be waited for.
            FrameError::Closed | FrameError::Io(_) => match timeout(REAP, self.0.wait()).await {
                Ok(Ok(status)) => describe_exit(status),
                Ok(Err(_)) | Err(_) => "the worker closed its output".to_owned(),
            },
            FrameError::TooLarge { .. } | FrameError::StraySamples(_) | FrameError::Overfed | FrameError::Json(_) => {
                format!("the worker broke the protocol: {error}")
            }
        }
    }

    /// Waits until the process ends by itself. Cancel-safe.
    pub async fn exited(&mut self) -> String {
        match self.0.wait().await {
            Ok(status) => describe_exit(status),
            Err(error) => format!("the worker is lost: {error}"),
        }
    }
}

fn describe_exit(status: ExitStatus) -> String {
    format!("the worker ended with {status}")
}

/// Takes reports off the pipe, one ahead of the job that they are for.
async fn read_reports<K: Kind>(
    mut stdout: impl AsyncRead + Unpin,
    reports: mpsc::Sender<Result<Report<K::Output>, FrameError>>,
) {
    loop {
        let report = read_frame(&mut stdout).await;
        let last = report.is_err();
        if reports.send(report).await.is_err() || last {
            return;
        }
    }
}

async fn read_frame<M: Wire>(from: &mut (impl AsyncRead + Unpin)) -> Result<M, FrameError> {
    let mut header = [0; HEADER_BYTES];
    match from.read(&mut header).await? {
        0 => return Err(FrameError::Closed),
        begun => from.read_exact(&mut header[begun..]).await?,
    };
    let (json_bytes, samples) = protocol::parse_header(header)?;
    let mut body = vec![0; json_bytes + 2 * samples];
    from.read_exact(&mut body).await?;
    let (json, sample_bytes) = body.split_at(json_bytes);
    protocol::decode(json, sample_bytes)
}
