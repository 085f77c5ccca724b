//! Whose job is next, on a worker that several seats share.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod support;

use parley_engines::{Engine, Generate, Generated, Job, LanguageModel, Order, Priority, Supervised};
use support::script::{JobFault, JobScript};
use support::*;
use tokio::sync::mpsc;

fn order(seat: u32, priority: Priority) -> Order {
    Order { seat, priority }
}

/// A job whose end is told by its name.
fn start(
    llm: &Supervised<LanguageModel>,
    name: &'static str,
    order: Order,
    told: &mpsc::Sender<&'static str>,
) -> Job<Generated> {
    let job = llm.start_as(think(&JobScript::of(10)), order);
    let told = told.clone();
    // The first output is told, which is there as soon as the job has begun.
    let (sender, passed_on) = Job::channel();
    let urgency = job.job_priority();
    tokio::spawn(async move {
        let mut job = job;
        let first = job.next().await;
        let _ = told.send(name).await;
        if let Some(first) = first {
            sender.send(first).await;
        }
        while let Some(output) = job.next().await {
            sender.send(output).await;
        }
        drop(urgency);
    });
    passed_on
}

/// Something that keeps the worker busy until it is dropped.
async fn busy(llm: &Supervised<LanguageModel>, folder: &tempfile::TempDir) -> Job<Generated> {
    let begun = file(folder, "begun");
    let job = llm.start(think(&JobScript { begun: begun.clone(), ..JobScript::of(50).fault(3, JobFault::Hang) }));
    until("the job begins", || begun.as_ref().is_some_and(|file| file.exists())).await;
    job
}

#[tokio::test]
async fn a_released_turn_goes_before_a_draft_and_a_draft_before_reading_ahead_and_seats_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let llm = thinker(limits());
    let running = busy(&llm, &folder).await;
    let (told, mut order_of) = mpsc::channel(16);
    let wanted = [
        ("ahead", order(1, Priority::ReadingAhead)),
        ("draft 1a", order(1, Priority::Draft)),
        ("draft 1b", order(1, Priority::Draft)),
        ("draft 1c", order(1, Priority::Draft)),
        ("draft 2", order(2, Priority::Draft)),
        ("released 2", order(2, Priority::Released)),
    ];
    let jobs = wanted.map(|(name, order)| start(&llm, name, order, &told));
    until_taken().await;
    drop(running);
    let mut done = Vec::new();
    for _ in 0..jobs.len() {
        done.push(soon(order_of.recv()).await.unwrap());
    }
    assert_eq!(done, ["released 2", "draft 1a", "draft 2", "draft 1b", "draft 1c", "ahead"]);
    assert_eq!(llm.restarts(), 0);
}

#[tokio::test]
async fn a_draft_that_is_released_while_it_waits_moves_up() {
    let folder = tempfile::tempdir().unwrap();
    let llm = thinker(limits());
    let running = busy(&llm, &folder).await;
    let first = llm.start_as(think(&JobScript::of(10)), order(1, Priority::Draft));
    let begun = file(&folder, "first");
    let second =
        llm.start_as(think(&JobScript { begun: begun.clone(), ..JobScript::of(5_000) }), order(2, Priority::Draft));
    until_taken().await;
    second.set_priority(Priority::Released);
    drop(running);
    until("the released one begins", || begun.as_ref().is_some_and(|file| file.exists())).await;
    check_whole_text(second, 5_000).await;
    check_whole_text(first, 10).await;
}

/// As long as it takes until all that was asked is in the queue.
async fn until_taken() {
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
}

fn read_ahead(script: &JobScript) -> Generate {
    Generate { max_tokens: 0, ..think(script) }
}

#[tokio::test]
async fn reading_ahead_gives_way_and_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let llm = thinker(limits());
    let begun = file(&folder, "begun");
    let once = file(&folder, "once");
    let script = JobScript { begun: begun.clone(), once, ..JobScript::of(0).fault(0, JobFault::Hang) };
    let ahead = llm.start_as(read_ahead(&script), order(1, Priority::ReadingAhead));
    until("it begins", || begun.as_ref().is_some_and(|file| file.exists())).await;
    let also_ahead = llm.start_as(read_ahead(&JobScript::of(0)), order(2, Priority::ReadingAhead));
    until_taken().await;
    // It would hang for ever.
    check_whole_text(llm.start_as(think(&JobScript::of(20)), order(2, Priority::Draft)), 20).await;
    check_whole_text(ahead, 0).await;
    check_whole_text(also_ahead, 0).await;
    assert_eq!(llm.restarts(), 0);
}

#[tokio::test]
async fn reading_ahead_gives_way_to_what_becomes_urgent_while_it_waits() {
    let folder = tempfile::tempdir().unwrap();
    let llm = thinker(limits());
    let begun = file(&folder, "begun");
    let script =
        JobScript { begun: begun.clone(), once: file(&folder, "once"), ..JobScript::of(0).fault(0, JobFault::Hang) };
    let ahead = llm.start_as(read_ahead(&script), order(1, Priority::ReadingAhead));
    until("it begins", || begun.as_ref().is_some_and(|file| file.exists())).await;
    let waits = llm.start_as(think(&JobScript::of(20)), order(2, Priority::ReadingAhead));
    until_taken().await;
    waits.set_priority(Priority::Released);
    check_whole_text(waits, 20).await;
    check_whole_text(ahead, 0).await;
}

#[tokio::test]
async fn an_answer_never_gives_way() {
    let folder = tempfile::tempdir().unwrap();
    let llm = thinker(limits());
    let begun = file(&folder, "begun");
    let answer = JobScript { begun: begun.clone(), pause_ms: 20, ..JobScript::of(50) };
    let answer = llm.start_as(think(&answer), order(1, Priority::ReadingAhead));
    until("it begins", || begun.as_ref().is_some_and(|file| file.exists())).await;
    std::fs::remove_file(begun.as_ref().unwrap()).unwrap();
    let urgent = llm.start_as(think(&JobScript::of(50)), order(2, Priority::Released));
    check_whole_text(answer, 50).await;
    check_whole_text(urgent, 50).await;
    assert!(!begun.unwrap().exists(), "it has begun again");
}
