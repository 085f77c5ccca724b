//! How workers start, keep failing, and end.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod support;

use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::Duration;

use parley_engines::protocol::{self, Command, JobId, Report};
use parley_engines::supervisor::RestartRules;
use parley_engines::{
    Engine, EngineError, Generated, Kind, LanguageModel, Limits, Supervised, WorkerHealth, WorkerProgram,
};
use support::script::{JobFault, JobScript, StartFault, StartScript};
use support::*;

const LONG: Duration = Duration::from_secs(3_600);

fn restarts(waits: usize, degraded_delay: Duration) -> Limits {
    let restart = RestartRules { delays: vec![Duration::ZERO; waits], degraded_delay, forget_after: LONG };
    Limits { restart, ..limits() }
}

fn faulty(fault: StartFault) -> WorkerProgram {
    program("think", &StartScript { fault: Some(fault), ..StartScript::default() })
}

async fn check_degraded(program: WorkerProgram, limits: Limits, words: &str, restarts: u32) {
    let llm = Supervised::<LanguageModel>::spawn(program, limits);
    let waiting = llm.start(think(&JobScript::of(1)));
    let Err(EngineError::Unavailable { reason, .. }) = soon(llm.ready()).await else { panic!("it is available") };
    assert!(reason.contains(words), "{reason}");
    assert_eq!(llm.restarts(), restarts);
    assert_eq!(*llm.health().borrow(), WorkerHealth::Degraded { reason: reason.clone() });
    let unavailable = EngineError::Unavailable { engine: LanguageModel::NAME, reason };
    check_text_fails(waiting, unavailable.clone()).await;
    check_text_fails(llm.start(think(&JobScript::of(1))), unavailable).await;
}

#[tokio::test]
async fn a_worker_that_keeps_failing_is_degraded_with_its_last_words() {
    check_degraded(faulty(StartFault::Exit), restarts(3, LONG), "the model is not there", 3).await;
}

#[tokio::test]
async fn a_worker_is_the_first_to_go_where_memory_is_short() {
    let llm = thinker(limits());
    soon(llm.ready()).await.unwrap();
    let score = |pid: u32| -> i32 {
        let score = std::fs::read_to_string(format!("/proc/{pid}/oom_score_adj")).unwrap();
        score.trim().parse().unwrap()
    };
    assert!(score(llm.pid().unwrap()) >= score(std::process::id()).max(500), "before the daemon, and anybody else");
}

#[tokio::test]
async fn what_a_restart_cannot_cure_is_degraded_at_once() {
    check_degraded(WorkerProgram::new("/nowhere/worker"), restarts(3, LONG), "/nowhere/worker could not be started", 0)
        .await;
    let other = format!("speaks protocol {}", parley_engines::protocol::VERSION + 1);
    check_degraded(faulty(StartFault::WrongVersion), restarts(3, LONG), &other, 0).await;
    check_degraded(faulty(StartFault::WrongEngine), restarts(3, LONG), "abacus", 0).await;
}

#[tokio::test]
async fn a_start_that_hangs_or_talks_nonsense_is_a_failure() {
    let hasty = Limits { start: Duration::from_millis(100), ..restarts(0, LONG) };
    check_degraded(faulty(StartFault::Hang), hasty, "not ready within", 0).await;
    check_degraded(faulty(StartFault::Garbage), restarts(1, LONG), "broke the protocol", 1).await;
}

#[tokio::test]
async fn nobody_waits_for_a_second_start_that_hangs_and_it_is_made_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let times = file(&folder, "starts").map(|file| (file, 1));
    let start = StartScript { fault: Some(StartFault::Hang), times, ..StartScript::default() };
    let hasty = Limits { start: Duration::from_secs(1), ..restarts(3, LONG) };
    let llm = Supervised::<LanguageModel>::spawn(program("think", &start), hasty);
    let mut health = llm.health();
    soon(health.wait_for(|health| matches!(health, WorkerHealth::Degraded { .. }))).await.unwrap();
    soon(health.wait_for(|health| matches!(health, WorkerHealth::Ready(_)))).await.unwrap();
    assert_eq!(llm.restarts(), 1);
}

#[tokio::test]
async fn a_degraded_worker_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let times = file(&folder, "starts").map(|file| (file, 5));
    let start = StartScript { fault: Some(StartFault::Exit), times, ..StartScript::default() };
    let llm = Supervised::<LanguageModel>::spawn(program("think", &start), restarts(2, Duration::from_millis(10)));
    soon(llm.ready()).await.unwrap_err();
    let mut health = llm.health();
    soon(health.wait_for(|health| matches!(health, WorkerHealth::Ready(_)))).await.unwrap();
    assert_eq!(llm.restarts(), 5);
    check_whole_text(llm.start(think(&JobScript::of(20))), 20).await;
}

#[tokio::test]
async fn tasks_wait_while_a_worker_is_restarted() {
    let folder = tempfile::tempdir().unwrap();
    let times = file(&folder, "starts").map(|file| (file, 3));
    let start = StartScript { fault: Some(StartFault::Exit), times, ..StartScript::default() };
    let llm = Supervised::<LanguageModel>::spawn(program("think", &start), limits());
    check_whole_text(llm.start(think(&JobScript::of(20))), 20).await;
    assert_eq!(llm.restarts(), 3);
}

async fn running() -> (Supervised<LanguageModel>, parley_engines::Job<parley_engines::Generated>, u32) {
    let llm = thinker(limits());
    let mut job = llm.start(think(&JobScript::of(0).fault(0, JobFault::Endless)));
    soon(job.next()).await;
    let pid = llm.pid().unwrap();
    assert!(runs(pid));
    (llm, job, pid)
}

#[tokio::test]
async fn dropping_everything_leaves_no_process() {
    let (llm, job, pid) = running().await;
    drop((llm, job));
    until_gone(pid).await;
}

#[tokio::test]
async fn dropping_the_supervised_worker_fails_its_jobs() {
    let (llm, job, pid) = running().await;
    let waiting = llm.start(think(&JobScript::of(1)));
    drop(llm);
    for job in [job, waiting] {
        assert!(matches!(text_of(job).await.error, Some(EngineError::Unavailable { .. })));
    }
    until_gone(pid).await;
}

#[tokio::test]
async fn shut_down_returns_when_the_process_is_gone() {
    let (llm, job, pid) = running().await;
    soon(llm.shut_down()).await;
    assert!(!runs(pid));
    assert_eq!(llm.pid(), None);
    assert!(matches!(text_of(job).await.error, Some(EngineError::Unavailable { .. })));
    assert!(matches!(text_of(llm.start(think(&JobScript::of(1)))).await.error, Some(EngineError::Unavailable { .. })));
    soon(llm.shut_down()).await;
    assert!(llm.ready().await.is_err());
}

#[tokio::test]
async fn a_worker_that_does_not_end_is_killed_at_shutdown() {
    let hasty = Limits { shutdown: Duration::from_millis(100), ..limits() };
    let llm = Supervised::<LanguageModel>::spawn(faulty(StartFault::Immortal), hasty);
    soon(llm.ready()).await.unwrap();
    let pid = llm.pid().unwrap();
    soon(llm.shut_down()).await;
    assert!(!runs(pid));
}

#[test]
fn the_end_of_the_runtime_leaves_no_process() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let llm = runtime.block_on(async {
        let llm = Supervised::<LanguageModel>::spawn(faulty(StartFault::Immortal), limits());
        soon(llm.ready()).await.unwrap();
        llm
    });
    let pid = llm.pid().unwrap();
    drop(runtime);
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(until_gone(pid));
}

/// A worker without a supervisor, and its pipes.
fn alone() -> (Child, ChildStdin, ChildStdout) {
    let mut worker = std::process::Command::new(env!("CARGO_BIN_EXE_scripted-worker"));
    let mut child = worker.arg("think").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    (child, stdin, stdout)
}

#[tokio::test]
async fn a_worker_ends_with_its_input_even_in_a_job() {
    let (mut child, mut stdin, _stdout) = alone();
    let script = JobScript { ignore_cancel: true, ..JobScript::of(50).fault(3, JobFault::Hang) };
    protocol::write(&mut stdin, &Command::Start { job: JobId(1), task: think(&script), fed: false }).unwrap();
    drop(stdin);
    until("the worker ends", || child.try_wait().unwrap().is_some()).await;
}

#[test]
fn a_cancel_ends_its_own_job_alone_and_is_forgotten_after_it() {
    let (mut child, mut stdin, mut stdout) = alone();
    let mut read = || protocol::read::<Report<Generated>>(&mut stdout).unwrap();
    assert!(matches!(read(), Report::Ready { .. }));
    let task = think(&JobScript { pause_ms: 5, ..JobScript::of(100) });
    let mut send = |command| protocol::write(&mut stdin, &command).unwrap();
    send(Command::Start { job: JobId(1), task: task.clone(), fed: false });
    let mut texts = [String::new(), String::new(), String::new()];
    for job in 1..=3 {
        loop {
            match read() {
                Report::Output { output: Generated::Text(text), .. } => {
                    if job == 1 && texts[0].is_empty() {
                        send(Command::Cancel { job: JobId(2) });
                        send(Command::Start { job: JobId(2), task: task.clone(), fed: false });
                    }
                    texts[job as usize - 1] += &text;
                }
                Report::End { job: ended } if ended == JobId(job) => break,
                Report::Output { .. } => {}
                other @ (Report::Ready { .. }
                | Report::Alive { .. }
                | Report::Taken { .. }
                | Report::End { .. }
                | Report::Failed { .. }) => panic!("{other:?}"),
            }
        }
        if job == 2 {
            send(Command::Cancel { job: JobId(1) });
            send(Command::Start { job: JobId(3), task: task.clone(), fed: false });
        }
    }
    assert_eq!(texts, [expected_text(100), String::new(), expected_text(100)]);
    child.kill().unwrap();
    child.wait().unwrap();
}
