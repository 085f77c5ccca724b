//! Another program in a worker's place while jobs go on.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fastrand::Rng;
use parley_engines::{
    Engine, EngineError, Generated, Job, LanguageModel, ReplaceOrder, Supervised, WorkerHealth, WorkerProgram,
};
use support::script::{JobFault, JobScript, StartFault, StartScript, character};
use support::*;
use tokio::time::sleep;

const BOTH: [ReplaceOrder; 2] = [ReplaceOrder::NewFirst, ReplaceOrder::OldFirst];
/// Every model says something else; these begin with different characters.
const MODELS: [&str; 3] = ["a", "b", "c"];

fn with_model(name: &str) -> WorkerProgram {
    program("think", &StartScript::model(name))
}

fn spawn(name: &str) -> Supervised<LanguageModel> {
    Supervised::spawn(with_model(name), limits())
}

fn text_by(name: &str, length: usize) -> String {
    let shift = StartScript::model(name).shift();
    (shift..shift + length).map(character).collect()
}

async fn check_by(name: &str, job: Job<Generated>, length: usize) {
    assert_eq!(text_of(job).await, Heard { outputs: text_by(name, length), finished: 1, error: None });
}

#[tokio::test]
async fn the_job_that_runs_is_done_by_the_old_worker_and_those_that_wait_by_the_new_one() {
    for order in BOTH {
        let folder = tempfile::tempdir().unwrap();
        let llm = Arc::new(spawn("a"));
        let begun = file(&folder, "begun");
        let running = llm.start(think(&JobScript { begun: begun.clone(), pause_ms: 5, ..JobScript::of(400) }));
        until("it begins", || begun.as_ref().is_some_and(|file| file.exists())).await;
        let waiting = llm.start(think(&JobScript::of(30)));
        let old = llm.pid().unwrap();
        let replacing = {
            let llm = Arc::clone(&llm);
            tokio::spawn(async move { llm.replace(with_model("b"), order).await })
        };
        let (running, waiting) = tokio::join!(text_of(running), text_of(waiting));
        assert_eq!(running, Heard { outputs: text_by("a", 400), finished: 1, error: None }, "{order:?}");
        assert_eq!(waiting.outputs.chars().count(), 30);
        assert_eq!(soon(replacing).await.unwrap().unwrap().model, "b");
        check_by("b", llm.start(think(&JobScript::of(30))), 30).await;
        until_gone(old).await;
        assert!(matches!(&*llm.health().borrow(), WorkerHealth::Ready(details) if details.model == "b"));
        assert_eq!(llm.restarts(), 0, "{order:?}");
        kill(llm.pid().unwrap());
        until("a restart", || llm.restarts() == 1).await;
        check_by("b", llm.start(think(&JobScript::of(30))), 30).await;
    }
}

#[tokio::test]
async fn the_old_worker_answers_until_the_new_one_is_ready() {
    let llm = spawn("a");
    soon(llm.ready()).await.unwrap();
    let mut never = std::pin::pin!(llm.replace(faulty(StartFault::Hang), ReplaceOrder::NewFirst));
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut never).await.is_err());
    check_by("a", llm.start(think(&JobScript::of(30))), 30).await;
}

fn faulty(fault: StartFault) -> WorkerProgram {
    program("think", &StartScript { fault: Some(fault), ..StartScript::default() })
}

#[tokio::test]
async fn only_one_worker_is_there_at_a_time_where_the_old_one_goes_first() {
    let llm = spawn("a");
    soon(llm.ready()).await.unwrap();
    let old = llm.pid().unwrap();
    let mut never = std::pin::pin!(llm.replace(faulty(StartFault::Hang), ReplaceOrder::OldFirst));
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut never).await.is_err());
    until("the new one", || llm.pid().is_some_and(|pid| pid != old)).await;
    assert!(!runs(old));
    // Meanwhile tasks wait, and a third program is not kept waiting by the second.
    let waiting = llm.start(think(&JobScript::of(30)));
    assert_eq!(soon(llm.replace(with_model("b"), ReplaceOrder::OldFirst)).await.unwrap().model, "b");
    assert!(matches!(soon(never).await, Err(EngineError::Unavailable { .. })));
    check_by("b", waiting, 30).await;
}

#[tokio::test]
async fn a_program_that_does_not_become_ready_leaves_the_old_one_in_place() {
    for order in BOTH {
        let llm = spawn("a");
        soon(llm.ready()).await.unwrap();
        let old = llm.pid();
        for program in
            [faulty(StartFault::Exit), faulty(StartFault::WrongEngine), WorkerProgram::new("/nowhere/worker")]
        {
            let Err(EngineError::Unavailable { reason, .. }) = soon(llm.replace(program, order)).await else {
                panic!("it is available")
            };
            assert!(!reason.is_empty());
            check_by("a", llm.start(think(&JobScript::of(30))), 30).await;
        }
        assert_eq!(llm.pid() == old, order == ReplaceOrder::NewFirst, "{order:?}");
    }
}

#[tokio::test]
async fn a_degraded_worker_can_be_replaced() {
    for order in BOTH {
        let llm = Supervised::<LanguageModel>::spawn(WorkerProgram::new("/nowhere/worker"), limits());
        soon(llm.ready()).await.unwrap_err();
        soon(llm.replace(with_model("b"), order)).await.unwrap();
        check_by("b", llm.start(think(&JobScript::of(30))), 30).await;
    }
}

#[tokio::test]
async fn shutdown_ends_a_replacement() {
    for order in BOTH {
        let llm = Arc::new(spawn("a"));
        soon(llm.ready()).await.unwrap();
        let job = llm.start(think(&JobScript::of(50).fault(3, JobFault::Hang)));
        let replacing = {
            let llm = Arc::clone(&llm);
            tokio::spawn(async move { llm.replace(with_model("b"), order).await })
        };
        sleep(Duration::from_millis(100)).await;
        soon(llm.shut_down()).await;
        assert!(matches!(soon(replacing).await.unwrap(), Err(EngineError::Unavailable { .. })));
        assert!(text_of(job).await.error.is_some());
    }
}

/// Any worker may be killed and any replaced at any moment: every job ends, says what one model says from its beginning,
/// and says it once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replacing_and_killing_at_any_moment_loses_and_doubles_no_job() {
    let seed = std::env::var("PARLEY_TEST_SEED").map_or_else(|_| fastrand::u64(..), |text| text.parse().unwrap());
    println!("PARLEY_TEST_SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let llm = Arc::new(spawn(MODELS[0]));
    let over = Arc::new(AtomicBool::new(false));
    let disturbing = {
        let (llm, over, mut random) = (Arc::clone(&llm), Arc::clone(&over), random.fork());
        tokio::spawn(async move {
            let mut replaced = 0;
            while !over.load(Ordering::Relaxed) {
                sleep(Duration::from_millis(random.u64(..60))).await;
                match random.u8(..3) {
                    0 => llm.pid().into_iter().for_each(kill),
                    1 => drop(
                        tokio::time::timeout(
                            Duration::from_millis(random.u64(..20)),
                            llm.replace(with_model("b"), BOTH[random.usize(..2)]),
                        )
                        .await,
                    ),
                    _ => {
                        let name = MODELS[random.usize(..3)];
                        replaced +=
                            u32::from(soon(llm.replace(with_model(name), BOTH[random.usize(..2)])).await.is_ok());
                    }
                }
            }
            replaced
        })
    };
    let (mut whole, mut crashed) = (0, 0);
    for _ in 0..80 {
        let jobs = [(); 3].map(|()| {
            let length = random.usize(..80);
            let script = JobScript { pause_ms: random.u64(..2), ..JobScript::of(length) };
            (llm.start(think(&script)), length)
        });
        for (job, length) in jobs {
            let heard = text_of(job).await;
            let said = heard.outputs.chars().count();
            assert!(MODELS.iter().any(|name| text_by(name, said) == heard.outputs), "two texts in one: {heard:?}");
            match heard.error {
                None => {
                    assert_eq!((said, heard.finished), (length, 1));
                    whole += 1;
                }
                Some(EngineError::Crashed { .. }) => crashed += 1,
                Some(error) => panic!("{error}"),
            }
        }
    }
    over.store(true, Ordering::Relaxed);
    let replaced = soon(disturbing).await.unwrap();
    println!("{replaced} replaced, {} restarts; {whole} jobs whole, {crashed} crashed", llm.restarts());
    assert!(replaced > 3 && llm.restarts() > 3 && whole > 4 * crashed, "too much or too little to tell anything");
}
