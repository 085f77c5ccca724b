//! The worker's side of the pipe: what every engine's `main` is built on.
//!
//! Standard input carries [`Command`]s, standard output [`Report`]s, standard error the log. Commands are read on a
//! thread of their own so that a cancel reaches a job that is computing. The process ends when its input does, even
//! in the middle of a job: a worker never outlives Parley. What a native library prints to standard output goes to
//! the log: [`serve`] keeps the pipe for itself.

mod input;
mod outputs;

use std::collections::BTreeSet;
use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use self::input::Feeding;
pub use self::input::Input;
use self::outputs::Pipe;
pub use self::outputs::{LifeSign, Outputs};
use crate::fed::Fed;
use crate::protocol::{self, Command, FrameError, JobId, Report};
use crate::task::{Kind, WorkerDetails};

/// Tells a running job to stop. Cheap to check, so check it often.
#[derive(Debug, Clone, Default)]
pub struct CancelFlag(Arc<AtomicBool>);

impl CancelFlag {
    /// Whether the job should stop now.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Tells the job to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// A loaded model, which does one kind of task.
pub trait Model<K: Kind> {
    /// Does one task. Returns early, without an error, once `cancel` is set. `input` is what flows in besides the task,
    /// for an engine that can use it. A job that computes for seconds without an output says that it is alive
    /// ([`Outputs::life_sign`]), or passes for stuck.
    ///
    /// # Errors
    /// The task was refused; the message is shown to a person.
    fn run(
        &mut self,
        task: K::Task,
        input: &mut Input,
        cancel: &CancelFlag,
        outputs: &mut Outputs<K>,
    ) -> Result<(), String>;
}

/// Jobs that were cancelled, and the flag of the one that runs.
#[derive(Default)]
struct Cancels {
    running: Option<(JobId, CancelFlag)>,
    waiting: BTreeSet<JobId>,
    /// Every job up to this one has been taken; a cancel for it is too late, and forgotten.
    taken: Option<JobId>,
}

/// A job that was read and not begun.
struct Waiting<K: Kind> {
    job: JobId,
    task: K::Task,
    fed: Option<mpsc::Receiver<Fed>>,
}

/// Lets other engines compute first: to be called by one whose work may be done a little later. The voice must not wait
/// for the language model, which has written the next sentence long before this one is heard.
pub fn let_others_first() {
    /// With two busy cores the others have three quarters of them; the processes of somebody else do not stop this one.
    const NICENESS: i32 = 5;
    // An error leaves it as urgent as the others.
    let _ = rustix::process::nice(NICENESS);
}

/// A worker's `main` once its arguments are read: loads a model, does jobs until Parley is gone, and says on standard
/// error, in one line, why it cannot. `load` gives the model and what is worth telling of it; kind and loading time are
/// filled in here.
pub fn main<K: Kind, M: Model<K>>(load: impl FnOnce() -> Result<(M, WorkerDetails), Box<dyn Error>>) -> ExitCode {
    let begun = Instant::now();
    let served = load().and_then(|(model, details)| {
        let load_ms = begun.elapsed().as_millis() as u64;
        Ok(serve(model, WorkerDetails { engine: K::NAME.to_owned(), load_ms, ..details })?)
    });
    let Err(error) = served else { return ExitCode::SUCCESS };
    let program = std::env::args().next().unwrap_or_default();
    let program = Path::new(&program).file_name().unwrap_or_default().to_string_lossy().into_owned();
    // What native libraries say has line ends of its own.
    let words = error.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    // Standard error may be closed; then the exit code is all that can be told.
    let _ = writeln!(io::stderr(), "{program}: {words}");
    ExitCode::FAILURE
}

/// Says that the model is ready, then does jobs until standard input ends.
///
/// # Errors
/// The pipe broke or carried something other than the protocol.
pub fn serve<K: Kind>(mut model: impl Model<K>, details: WorkerDetails) -> Result<(), FrameError> {
    let pipe = Arc::new(Pipe::new(take_stdout()?));
    pipe.write(&Report::<K::Output>::Ready { protocol: protocol::VERSION, details })?;

    let cancels = Arc::new(Mutex::new(Cancels::default()));
    // Unbounded on this side only: the supervisor keeps at most one job on the pipe.
    let (jobs_in, jobs) = mpsc::channel::<Waiting<K>>();
    let reader_cancels = Arc::clone(&cancels);
    std::thread::spawn(move || {
        let error = read_commands::<K>(io::stdin().lock(), &jobs_in, &reader_cancels);
        // Parley is gone or has broken the protocol: nobody wants the result of a job that still runs.
        std::process::exit(if matches!(error, FrameError::Closed) { 0 } else { 70 });
    });

    for Waiting { job, task, fed } in jobs {
        let cancel = CancelFlag::default();
        let cancelled_early = {
            let mut cancels = cancels.lock().unwrap_or_else(PoisonError::into_inner);
            cancels.taken = Some(job);
            cancels.running = Some((job, cancel.clone()));
            cancels.waiting.remove(&job)
        };
        let result = if cancelled_early {
            Ok(())
        } else {
            let mut outputs = Outputs::new(job, Arc::clone(&pipe));
            let mut input = Input::new(fed, cancel.clone(), outputs.life_sign());
            model.run(task, &mut input, &cancel, &mut outputs)
        };
        cancels.lock().unwrap_or_else(PoisonError::into_inner).running = None;
        pipe.write(&match result {
            Ok(()) => Report::<K::Output>::End { job },
            Err(error) => Report::Failed { job, error },
        })?;
    }
    Ok(())
}

/// Keeps standard output for the protocol; whatever else the process prints there goes to standard error from now on.
fn take_stdout() -> io::Result<File> {
    let pipe = rustix::io::fcntl_dupfd_cloexec(io::stdout(), FIRST_OWN_FD)?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    Ok(File::from(pipe))
}

/// The first file descriptor that is not one of the three standard ones.
const FIRST_OWN_FD: i32 = 3;

fn read_commands<K: Kind>(
    mut stdin: impl io::Read,
    jobs: &mpsc::Sender<Waiting<K>>,
    cancels: &Mutex<Cancels>,
) -> FrameError {
    let mut feeding = Feeding::default();
    loop {
        match protocol::read::<Command<K::Task>>(&mut stdin) {
            Ok(Command::Start { job, task, fed }) => {
                let fed = fed.then(|| feeding.begin(job));
                if jobs.send(Waiting { job, task, fed }).is_err() {
                    return FrameError::Closed;
                }
            }
            Ok(Command::Feed { job, fed }) => {
                if let Err(error) = feeding.feed(job, fed) {
                    return error;
                }
            }
            Ok(Command::FeedEnd { job }) => feeding.end(job),
            Ok(Command::Cancel { job }) => {
                cancel(job, cancels);
                // Whoever waits for input need not wait until it comes.
                feeding.end(job);
            }
            Err(error) => return error,
        }
    }
}

fn cancel(job: JobId, cancels: &Mutex<Cancels>) {
    let mut cancels = cancels.lock().unwrap_or_else(PoisonError::into_inner);
    match &cancels.running {
        Some((running, flag)) if *running == job => flag.set(),
        _ if cancels.taken.is_some_and(|taken| job <= taken) => {}
        _ => {
            cancels.waiting.insert(job);
        }
    }
}
