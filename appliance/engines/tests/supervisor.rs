//! The supervisor against a real worker process that misbehaves on demand.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod support;

use std::time::Duration;

use parley_engines::protocol::MAX_JSON_BYTES;
use parley_engines::schedule::QUEUE_LENGTH;
use parley_engines::{
    EndOfTurn, Engine, EngineError, Generated, Job, Kind, LanguageModel, Limits, ProcessUsage, SpeechToText, Spoken,
    Supervised, TextToSpeech, Transcript,
};
use support::script::{JobFault, JobScript, LOADING_MS, StartScript, character};
use support::*;
use tokio::time::{Instant, sleep};

const CRASHED: EngineError = EngineError::Crashed { engine: LanguageModel::NAME };
const STUCK: EngineError = EngineError::Stuck { engine: LanguageModel::NAME };

/// A job gives its whole text, and its worker is started again so often.
async fn check_restarts(limits: Limits, script: &JobScript, restarts: u32) {
    let llm = thinker(limits);
    check_whole_text(llm.start(think(script)), script.length).await;
    assert_eq!(llm.restarts(), restarts);
}

fn is_refused(error: Option<EngineError>, words: &str) -> bool {
    matches!(error, Some(EngineError::Refused { message, .. }) if message.contains(words))
}

#[tokio::test]
async fn a_worker_announces_itself_and_answers() {
    let llm = thinker(limits());
    let details = soon(llm.ready()).await.unwrap();
    assert_eq!((details.engine.as_str(), details.model.as_str()), (LanguageModel::NAME, "scripted"));
    assert!(details.load_ms >= LOADING_MS, "{details:?}");
    for length in [0, 1, 1_000] {
        check_whole_text(llm.start(think(&JobScript::of(length))), length).await;
    }
    assert_eq!(llm.restarts(), 0);
    assert!(llm.usage().unwrap().resident_bytes > 0);
}

fn check_left_out<K: Kind<Output: PartialEq>>(output: K::Output, amount: usize) {
    assert_eq!(K::amount(&output), amount);
    assert_eq!(K::skip(output.clone(), 0), Some(output.clone()));
    assert_eq!(K::skip(output, amount), None);
}

#[test]
fn what_was_delivered_is_left_out_of_a_job_that_is_sent_again() {
    let (text, language) = ("Yes".to_owned(), "en".to_owned());
    check_left_out::<SpeechToText>(
        Transcript { text, language, language_probability: 1.0, confidence: 1.0, incomplete: false, remedy: None },
        1,
    );
    check_left_out::<LanguageModel>(Generated::Text("né".to_owned()), 2);
    check_left_out::<TextToSpeech>(Spoken { rate_hz: 22_050, audio: vec![7, 8, 9] }, 3);
    check_left_out::<EndOfTurn>(0.5, 1);
}

#[tokio::test]
async fn a_crash_in_a_job_neither_loses_nor_repeats_text() {
    let folder = tempfile::tempdir().unwrap();
    let llm = thinker(limits());
    for pieces in [0, 1, 20, 100] {
        let once = file(&folder, &pieces.to_string());
        let script = JobScript { once, ..JobScript::of(1_000).fault(pieces, JobFault::Crash) };
        check_whole_text(llm.start(think(&script)), 1_000).await;
    }
    assert_eq!(llm.restarts(), 4);
}

#[tokio::test]
async fn a_crash_in_a_job_neither_loses_nor_repeats_sound() {
    let folder = tempfile::tempdir().unwrap();
    let tts = talker(limits());
    let script = JobScript { once: file(&folder, "crash"), ..JobScript::of(100_000).fault(15, JobFault::Crash) };
    let heard = sound_of(tts.start(talk(&script))).await;
    assert_eq!(heard, Heard { outputs: expected_sound(100_000), finished: 0, error: None });
    assert_eq!(tts.restarts(), 1);
}

#[tokio::test]
async fn a_crash_after_the_last_output_does_not_repeat_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let once = file(&folder, "crash");
    let script = JobScript { once, ..JobScript::of(30).fault(usize::MAX, JobFault::CrashBeforeEnd) };
    check_restarts(limits(), &script, 1).await;
}

#[tokio::test]
async fn what_a_next_worker_says_otherwise_is_never_spliced_to_what_was_said() {
    let folder = tempfile::tempdir().unwrap();
    let crash =
        |name| JobScript { once: file(&folder, name), differs: true, ..JobScript::of(500).fault(10, JobFault::Crash) };
    let llm = thinker(limits());
    let heard = text_of(llm.start(think(&crash("text")))).await;
    assert_eq!((heard.error, heard.finished), (Some(CRASHED), 0));
    let said = heard.outputs.chars().count();
    let by = |shift: usize| (shift..shift + said).map(character).collect::<String>();
    assert!(said > 0 && (0..11).any(|shift| by(shift) == heard.outputs), "{:?}", heard.outputs);
    check_whole_text(llm.start(think(&JobScript::of(50))), 50).await;

    let tts = talker(limits());
    let heard = sound_of(tts.start(talk(&JobScript { length: 100_000, ..crash("sound") }))).await;
    assert_eq!(heard.error, Some(EngineError::Crashed { engine: TextToSpeech::NAME }));
    assert!(heard.outputs.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == 31), "two sounds are spliced");
    assert_eq!((llm.restarts(), tts.restarts()), (1, 1));
}

#[tokio::test]
async fn a_second_crash_over_a_job_ends_it_and_no_other() {
    let llm = thinker(limits());
    let bad = llm.start(think(&JobScript::of(100).fault(5, JobFault::Crash)));
    let good = llm.start(think(&JobScript::of(100)));
    check_text_fails(bad, CRASHED).await;
    check_whole_text(good, 100).await;
    assert_eq!(llm.restarts(), 2);
}

#[tokio::test]
async fn a_dead_worker_is_replaced_while_the_owner_is_behind() {
    let llm = thinker(limits());
    let job = llm.start(think(&JobScript::of(5_000)));
    soon(llm.ready()).await.unwrap();
    let first = llm.pid().unwrap();
    until_still(first).await;
    kill(first);
    until("another worker", || llm.pid().is_some_and(|pid| pid != first)).await;
    check_whole_text(job, 5_000).await;
}

/// Waits until a worker uses no processor time any more, and checks that this process does not swell meanwhile.
async fn until_still(pid: u32) {
    let cpu_time = || ProcessUsage::of(pid).unwrap().cpu_time;
    let mut last = (cpu_time(), Instant::now());
    let wait = async {
        while last.1.elapsed() < STILL {
            sleep(Duration::from_millis(20)).await;
            let own = ProcessUsage::of(std::process::id()).unwrap().resident_bytes;
            assert!(own < OWN_MEMORY, "{own} bytes are buffered");
            if cpu_time() != last.0 {
                last = (cpu_time(), Instant::now());
            }
        }
    };
    soon(wait).await;
}

/// A worker that does not wait uses at least one tick of 10 ms in this time.
const STILL: Duration = Duration::from_millis(500);
/// Far above what all tests of this file need together, far below what a worker fills in a second.
const OWN_MEMORY: u64 = 300 << 20;

#[tokio::test]
async fn a_stuck_worker_is_killed_and_its_job_fails() {
    let llm = thinker(Limits { stall: Duration::from_secs(2), ..limits() });
    let hangs = llm.start(think(&JobScript { ignore_cancel: true, ..JobScript::of(50).fault(3, JobFault::Hang) }));
    let next = llm.start(think(&JobScript::of(50)));
    check_text_fails(hangs, STUCK).await;
    check_whole_text(next, 50).await;
    assert_eq!(llm.restarts(), 1);
}

#[tokio::test]
async fn an_owner_that_is_behind_does_not_make_its_worker_stuck() {
    let llm = thinker(Limits { stall: Duration::from_secs(2), ..limits() });
    let job = llm.start(think(&JobScript::of(5_000)));
    sleep(Duration::from_secs(5)).await;
    check_whole_text(job, 5_000).await;
    assert_eq!(llm.restarts(), 0);
}

#[tokio::test]
async fn a_long_job_that_reports_is_not_stuck_even_when_its_outputs_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let stall = Duration::from_secs(2);
    let (pieces, pause_ms) = (20, 150);
    let once = file(&folder, "crash");
    let script = JobScript { pause_ms, once, ..JobScript::of(100).fault(pieces, JobFault::Crash) };
    assert!(pause_ms * pieces as u64 > stall.as_millis() as u64, "too short to tell anything");
    check_restarts(Limits { stall, ..limits() }, &script, 1).await;
}

#[tokio::test]
async fn a_job_that_was_interrupted_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let llm = thinker(limits());
    let script = JobScript { once: file(&folder, "crash"), ..JobScript::of(1_000).fault(1, JobFault::Crash) };
    let interrupted = llm.start(think(&script));
    let begun = file(&folder, "begun");
    let next = llm.start(think(&JobScript { begun: begun.clone(), ..JobScript::of(10) }));
    until("a restart", || llm.restarts() == 1).await;
    soon(llm.ready()).await.unwrap();
    sleep(Duration::from_millis(100)).await;
    assert!(!begun.unwrap().exists(), "the interrupted job still waits for its reader");
    check_whole_text(interrupted, 1_000).await;
    check_whole_text(next, 10).await;
}

async fn check_cancel_frees(script: JobScript) {
    let folder = tempfile::tempdir().unwrap();
    let llm = thinker(limits());
    let script = JobScript { begun: file(&folder, "begun"), ..script };
    let job = llm.start(think(&script));
    until("the job begins", || script.begun.as_ref().is_some_and(|file| file.exists())).await;
    sleep(Duration::from_millis(50)).await;
    drop(job);
    check_whole_text(llm.start(think(&JobScript::of(50))), 50).await;
    assert_eq!(llm.restarts(), 0, "the worker lives on");
}

#[tokio::test]
async fn a_cancel_frees_a_silent_worker() {
    check_cancel_frees(JobScript::of(50).fault(3, JobFault::Hang)).await;
}

#[tokio::test]
async fn a_cancel_frees_a_worker_whose_outputs_nobody_reads() {
    check_cancel_frees(JobScript::of(0).fault(0, JobFault::Endless)).await;
}

#[tokio::test]
async fn a_job_that_is_dropped_while_it_waits_is_never_begun() {
    let folder = tempfile::tempdir().unwrap();
    let llm = thinker(limits());
    let first = llm.start(think(&JobScript { pause_ms: 20, ..JobScript::of(50) }));
    let begun = file(&folder, "begun");
    let dropped = llm.start(think(&JobScript { begun: begun.clone(), ..JobScript::of(50) }));
    let last = llm.start(think(&JobScript::of(50)));
    drop(dropped);
    check_whole_text(first, 50).await;
    check_whole_text(last, 50).await;
    assert!(!begun.unwrap().exists());
}

#[tokio::test]
async fn a_worker_that_ignores_a_cancel_is_killed() {
    for fault in [JobFault::Hang, JobFault::Endless] {
        let folder = tempfile::tempdir().unwrap();
        let llm = thinker(Limits { cancel: Duration::from_millis(200), ..limits() });
        let begun = file(&folder, "begun");
        let script = JobScript { ignore_cancel: true, begun: begun.clone(), ..JobScript::of(50).fault(3, fault) };
        let job = llm.start(think(&script));
        until("the job begins", || begun.as_ref().is_some_and(|file| file.exists())).await;
        drop(job);
        check_whole_text(llm.start(think(&JobScript::of(50))), 50).await;
        assert_eq!(llm.restarts(), 1);
    }
}

#[tokio::test]
async fn endless_output_waits_for_its_reader() {
    let tts = talker(limits());
    let mut job = tts.start(talk(&JobScript::of(0).fault(0, JobFault::Endless)));
    let mut heard = Vec::new();
    for _ in 0..3 {
        heard.extend(soon(job.next()).await.unwrap().unwrap().audio);
        until_still(tts.pid().unwrap()).await;
    }
    assert_eq!(heard, expected_sound(heard.len()));
    assert_eq!(tts.restarts(), 0);
}

#[tokio::test]
async fn a_refusal_is_the_engines_answer_not_a_failure() {
    let llm = thinker(limits());
    let refused = llm.start(think(&JobScript::of(50).fault(3, JobFault::Refuse("no such language".to_owned()))));
    assert!(is_refused(text_of(refused).await.error, "no such language"));
    check_whole_text(llm.start(think(&JobScript::of(50))), 50).await;
    assert_eq!(llm.restarts(), 0);
}

#[tokio::test]
async fn an_error_reaches_an_owner_that_is_behind() {
    let llm = thinker(limits());
    let bad = llm.start(think(&JobScript::of(5_000).fault(1, JobFault::Crash)));
    let refused = llm.start(think(&JobScript::of(500).fault(16, JobFault::Refuse("no".to_owned()))));
    let good = llm.start(think(&JobScript::of(10)));
    check_whole_text(good, 10).await;
    check_text_fails(bad, CRASHED).await;
    let heard = text_of(refused).await;
    assert!(!heard.outputs.is_empty() && is_refused(heard.error, "no"));
}

#[tokio::test]
async fn a_worker_that_breaks_the_protocol_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    for fault in [JobFault::Garbage, JobFault::WrongJob] {
        let llm = Supervised::<LanguageModel>::spawn(program("raw", &StartScript::default()), limits());
        let name = format!("{fault:?}");
        let script = JobScript::of(10).fault(0, fault);
        let once = JobScript { once: file(&folder, &name), ..script.clone() };
        assert_eq!(text_of(llm.start(think(&once))).await.outputs, expected_text(10));
        assert_eq!(llm.restarts(), 1);
        check_text_fails(llm.start(think(&script)), CRASHED).await;
    }
}

#[tokio::test]
async fn what_a_native_library_prints_does_not_reach_the_pipe() {
    check_restarts(limits(), &JobScript::of(50).fault(3, JobFault::Print), 0).await;
}

#[tokio::test]
async fn a_task_may_be_larger_than_the_pipe_but_not_than_the_protocol() {
    let llm = thinker(limits());
    let mut large = think(&JobScript::of(50));
    large.messages[0].text.push_str(&" ".repeat(MAX_JSON_BYTES - 2_000));
    let mut too_large = large.clone();
    too_large.messages[0].text.push_str(&" ".repeat(2_000));
    check_whole_text(llm.start(large), 50).await;
    assert!(is_refused(text_of(llm.start(too_large)).await.error, "beyond the protocol's bounds"));
    assert_eq!(llm.restarts(), 0);
}

#[tokio::test]
async fn the_queue_is_bounded_and_forgets_what_was_dropped() {
    let llm = thinker(limits());
    let running = llm.start(think(&JobScript::of(50).fault(3, JobFault::Hang)));
    soon(llm.ready()).await.unwrap();
    let mut waiting = Vec::new();
    for _ in 0..QUEUE_LENGTH + 1 {
        waiting.push(llm.start(think(&JobScript::of(50))));
        // The actor takes it off the inbox.
        sleep(Duration::from_millis(1)).await;
    }
    let refused = |job: Job<_>| async { is_refused(text_of(job).await.error, "too many tasks") };
    assert!(refused(waiting.pop().unwrap()).await);
    assert!(refused(llm.start(think(&JobScript::of(50)))).await);
    drop(waiting.remove(0));
    let welcome = llm.start(think(&JobScript::of(50)));
    sleep(Duration::from_millis(20)).await;
    drop((running, waiting));
    check_whole_text(welcome, 50).await;
    assert_eq!(llm.restarts(), 0);
}
