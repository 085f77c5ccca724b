//! Killing any worker at any moment loses no other turn and never hangs.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fastrand::Rng;
use parley_engines::{Engine, EngineError, LanguageModel, Supervised};
use support::script::{JobFault, JobScript, character};
use support::*;
use tokio::time::sleep;

const JOBS: u64 = 400;
const SEED_VARIABLE: &str = "PARLEY_TEST_SEED";

#[derive(Default)]
struct Tally {
    whole: AtomicU32,
    dropped: AtomicU32,
    crashed: AtomicU32,
    /// Jobs that the next worker would have done differently.
    differed: AtomicU32,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_any_worker_at_any_moment_loses_no_other_turn_and_never_hangs() {
    let seed = std::env::var(SEED_VARIABLE).map_or_else(
        |_| SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos().into(),
        |text| text.parse().unwrap(),
    );
    println!("{SEED_VARIABLE}={seed}");
    let mut random = Rng::with_seed(seed);
    let llm = Arc::new(thinker(limits()));

    let over = Arc::new(AtomicBool::new(false));
    let killer = tokio::spawn(kill_now_and_then(Arc::clone(&llm), Rng::with_seed(seed ^ 1), Arc::clone(&over)));

    let tally = Arc::new(Tally::default());
    for _ in 0..JOBS / 4 {
        let owners: Vec<_> =
            (0..4).map(|_| tokio::spawn(own_a_job(Arc::clone(&llm), random.fork(), Arc::clone(&tally)))).collect();
        for owner in owners {
            soon(owner).await.unwrap();
        }
    }
    over.store(true, Ordering::Relaxed);
    let kills = soon(killer).await.unwrap();
    check_whole_text(llm.start(think(&JobScript::of(100))), 100).await;
    let [whole, dropped, crashed, differed] =
        [&tally.whole, &tally.dropped, &tally.crashed, &tally.differed].map(|count| count.load(Ordering::Relaxed));
    println!(
        "{kills} kills, {} restarts; {whole} jobs whole, {dropped} dropped, {crashed} crashed, {differed} differed",
        llm.restarts()
    );
    assert_eq!(u64::from(whole + dropped + crashed + differed), JOBS);
    assert!(u64::from(whole) > JOBS / 2 && kills > 20, "the kills are too many, or too few, to tell anything");
    assert!(crashed * 2 <= kills, "a job fails only where two workers died over it");
}

async fn kill_now_and_then(llm: Arc<Supervised<LanguageModel>>, mut random: Rng, over: Arc<AtomicBool>) -> u32 {
    let mut kills = 0;
    while !over.load(Ordering::Relaxed) {
        sleep(Duration::from_micros(random.u64(..60_000))).await;
        if let Some(pid) = llm.pid() {
            kill(pid);
            kills += 1;
        }
    }
    kills
}

async fn own_a_job(llm: Arc<Supervised<LanguageModel>>, mut random: Rng, tally: Arc<Tally>) {
    let length = random.u64(..120) as usize;
    if random.u64(..8) == 0 {
        return own_a_job_that_every_worker_does_differently(&llm, length, &tally).await;
    }
    let mut script = JobScript { pause_ms: random.u64(..2), ..JobScript::of(length) };
    if random.u64(..8) == 0 {
        script = script.fault(random.u64(..20) as usize, JobFault::Endless);
        let mut job = llm.start(think(&script));
        for _ in 0..random.u64(..40) {
            match soon(job.next()).await {
                Some(Ok(_)) => {}
                Some(Err(EngineError::Crashed { .. })) | None => break,
                Some(Err(error)) => panic!("{error}"),
            }
        }
        tally.dropped.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let job = llm.start(think(&script));
    match random.u64(..8) {
        0 => {
            sleep(Duration::from_micros(random.u64(..20_000))).await;
            drop(job);
            tally.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        1 => sleep(Duration::from_micros(random.u64(..50_000))).await,
        _ => {}
    }
    let heard = text_of(job).await;
    match heard.error {
        None => {
            assert_eq!(heard.outputs, expected_text(length));
            assert_eq!(heard.finished, 1);
            tally.whole.fetch_add(1, Ordering::Relaxed);
        }
        Some(EngineError::Crashed { .. }) => {
            assert_eq!(heard.outputs, expected_text(heard.outputs.chars().count()));
            tally.crashed.fetch_add(1, Ordering::Relaxed);
        }
        Some(error) => panic!("{error}"),
    }
}

/// What it says is of one worker alone, or it says that it was lost.
async fn own_a_job_that_every_worker_does_differently(llm: &Supervised<LanguageModel>, length: usize, tally: &Tally) {
    let script = JobScript { differs: true, pause_ms: 1, ..JobScript::of(length) };
    let heard = text_of(llm.start(think(&script))).await;
    let said = heard.outputs.chars().count();
    let by = |shift: usize| (shift..shift + said).map(character).collect::<String>();
    assert!((0..11).any(|shift| by(shift) == heard.outputs), "two texts are spliced: {heard:?}");
    match heard.error {
        None => {
            assert_eq!((said, heard.finished), (length, 1));
            tally.whole.fetch_add(1, Ordering::Relaxed);
        }
        Some(EngineError::Crashed { .. }) => {
            tally.differed.fetch_add(1, Ordering::Relaxed);
        }
        Some(error) => panic!("{error}"),
    }
}
