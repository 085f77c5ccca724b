//! The scripted engines keep the rules of real ones, in simulated time.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::time::Duration;

use parley_engines::scripted::{Counts, Fault, Pace, RATE_HZ, Scripted, last_words};
use parley_engines::{
    ChatMessage, EndOfTurn, Engine, EngineError, Fed, Generate, Generated, Job, JudgeEndOfTurn, Kind, LanguageModel,
    OUTPUTS_IN_FLIGHT, Order, Priority, Role, Speak, SpeechToText, StopReason, TextToSpeech, Transcribe,
};
use tokio::time::{Instant, sleep};

const PACE: Pace = Pace { first: Duration::from_millis(300), each: Duration::from_millis(50) };

fn ask(words: &str) -> Generate {
    let messages = vec![ChatMessage { role: Role::User, text: words.to_owned() }];
    Generate { messages, max_tokens: 100, grammar: None, temperature: 0.0, seed: 0 }
}

fn say(text: &str) -> Speak {
    Speak { text: text.to_owned(), language: None }
}

fn ms(duration: Duration) -> u128 {
    duration.as_millis()
}

/// The text of a job, its error, and the milliseconds at which its outputs came.
async fn text_of(mut job: Job<Generated>) -> (String, Option<EngineError>, Vec<u128>) {
    let begin = Instant::now();
    let (mut all, mut times) = (String::new(), Vec::new());
    while let Some(output) = job.next().await {
        times.push(ms(begin.elapsed()));
        match output {
            Ok(Generated::Text(text)) => all += &text,
            Ok(Generated::Sentence(_) | Generated::Certainty(_) | Generated::Finished { .. }) => {}
            Err(error) => return (all, Some(error), times),
        }
    }
    (all, None, times)
}

#[tokio::test(start_paused = true)]
async fn each_engine_answers_from_its_script() {
    let stt = Scripted::<SpeechToText>::new(|task| format!("{} samples", task.audio.len()));
    let heard = stt.start(Transcribe { language: Some("de".to_owned()), audio: vec![0; 7].into() });
    let heard = heard.collect().await.unwrap();
    assert_eq!((heard[0].text.as_str(), heard[0].language.as_str()), ("7 samples", "de"));

    let judge = Scripted::<EndOfTurn>::judging(0.75);
    assert_eq!(judge.start(JudgeEndOfTurn { audio: vec![].into() }).collect().await, Ok(vec![0.75]));

    let loudness = |tts: Scripted<TextToSpeech>| async move {
        let blocks = tts.start(say("Ten chars.")).collect().await.unwrap();
        let samples: Vec<i16> = blocks.into_iter().flat_map(|block| block.audio).collect();
        (samples.len(), samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap())
    };
    let (length, tone) = loudness(Scripted::<TextToSpeech>::tone()).await;
    assert_eq!(length as u32 * 1_000 / RATE_HZ, 649, "ten characters take 650 ms, less a rounding");
    assert!((8_000..8_200).contains(&tone));
    assert_eq!(loudness(Scripted::<TextToSpeech>::silence()).await, (length, 0));
}

#[tokio::test(start_paused = true)]
async fn a_model_streams_pieces_at_its_pace() {
    let llm = Scripted::<LanguageModel>::new(|task| format!("Yes, {}.", last_words(task))).with_pace(PACE);
    let (text, error, times) = text_of(llm.start(ask("of course"))).await;
    assert_eq!((text.as_str(), error), ("Yes, of course.", None));
    assert_eq!(times, [300, 350, 400, 450, 450]);
}

#[tokio::test(start_paused = true)]
async fn a_model_obeys_max_tokens() {
    let llm = Scripted::<LanguageModel>::answering("one two three");
    for (max_tokens, expected) in [(0, 0), (2, 2)] {
        let outputs = llm.start(Generate { max_tokens, ..ask("x") }).collect().await.unwrap();
        let Some(Generated::Finished { reason: StopReason::Length, generated_tokens, .. }) = outputs.last() else {
            panic!("{outputs:?}")
        };
        assert_eq!((*generated_tokens, outputs.len()), (expected, expected as usize + 1));
    }
}

#[tokio::test(start_paused = true)]
async fn jobs_run_one_after_the_other_in_the_order_of_the_calls() {
    let llm = Scripted::<LanguageModel>::new(|task| last_words(task).to_owned()).with_pace(PACE);
    let (first, second) = (llm.start(ask("a")), llm.start(ask("b")));
    let (second, first) = tokio::join!(text_of(second), text_of(first));
    assert_eq!((first.0.as_str(), first.2[0]), ("a", 300));
    assert_eq!((second.0.as_str(), second.2[0]), ("b", 600));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_job_stops_at_once_and_one_that_waits_is_never_begun() {
    let llm = Scripted::<LanguageModel>::answering("one two three").with_pace(PACE);
    let (running, waiting, last) = (llm.start(ask("a")), llm.start(ask("b")), llm.start(ask("c")));
    sleep(Duration::from_millis(310)).await;
    drop((running, waiting));
    assert_eq!(text_of(last).await.2[0], 300);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(llm.counts(), Counts { asked: 3, begun: 2, finished: 1, cancelled: 2, ..Counts::default() });
    assert_eq!(llm.tasks().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_engine_waits_for_its_reader() {
    let tts = Scripted::<TextToSpeech>::silence();
    let job = tts.start(say(&"x".repeat(1_000)));
    sleep(Duration::from_secs(3_600)).await;
    assert_eq!(tts.counts().finished, 0);
    let blocks = job.collect().await.unwrap();
    assert!(blocks.len() > 2 * OUTPUTS_IN_FLIGHT);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(tts.counts().finished, 1);
}

async fn check_fault(fault: Fault, text: &str, error: Option<EngineError>, last_at: u128) {
    let llm = Scripted::<LanguageModel>::answering("one two three").with_pace(PACE);
    llm.fail_next(fault);
    let (heard, failure, times) = text_of(llm.start(ask("x"))).await;
    assert_eq!((heard.as_str(), failure, times.last()), (text, error, Some(&last_at)));
    let next = text_of(llm.start(ask("x"))).await;
    assert_eq!((next.0.as_str(), next.1), ("one two three", None), "only the next job fails");
}

#[tokio::test(start_paused = true)]
async fn faults_happen_as_the_supervisor_would_report_them() {
    let (engine, restart, after_outputs) = (LanguageModel::NAME, Duration::from_secs(1), 2);
    let message = "no".to_owned();
    check_fault(Fault::Refuse("no".to_owned()), "", Some(EngineError::Refused { engine, message }), 300).await;
    let reason = "no".to_owned();
    check_fault(Fault::Unavailable("no".to_owned()), "", Some(EngineError::Unavailable { engine, reason }), 0).await;
    // 350 ms for two pieces, the restart, the two pieces again, and the rest.
    check_fault(Fault::Crash { after_outputs, restart }, "one two three", None, 350 + 1_000 + 350 + 100).await;
    check_fault(Fault::Crash { after_outputs: 0, restart }, "one two three", None, 1_000 + 450).await;
    let crashed = Some(EngineError::Crashed { engine });
    check_fault(Fault::CrashTwice { after_outputs, restart }, "one two", crashed, 350 + 1_000 + 350).await;
    let stall = Duration::from_secs(20);
    check_fault(Fault::Hang { after_outputs, stall }, "one two", Some(EngineError::Stuck { engine }), 20_350).await;
}

#[tokio::test(start_paused = true)]
async fn a_lasting_fault_lasts_until_it_is_taken_away() {
    let llm = Scripted::<LanguageModel>::answering("yes");
    llm.fail_always(Some(Fault::Refuse("no".to_owned())));
    for _ in 0..3 {
        assert!(llm.start(ask("x")).collect().await.is_err());
    }
    llm.fail_always(None);
    assert!(llm.start(ask("x")).collect().await.is_ok());
}

fn order(seat: u32, priority: Priority) -> Order {
    Order { seat, priority }
}

/// When the first output of each of these jobs comes.
async fn begins(jobs: Vec<Job<Generated>>) -> Vec<u128> {
    let jobs = jobs.into_iter().map(|job| tokio::spawn(async move { text_of(job).await.2[0] }));
    let mut times = Vec::new();
    for job in jobs.collect::<Vec<_>>() {
        times.push(job.await.unwrap());
    }
    times
}

#[tokio::test(start_paused = true)]
async fn seats_take_turns_and_the_urgent_go_first() {
    let llm = Scripted::<LanguageModel>::answering("a").with_pace(PACE);
    let jobs = [
        (1, Priority::Draft),
        (1, Priority::Draft),
        (1, Priority::Draft),
        (2, Priority::Draft),
        (3, Priority::Released),
    ];
    let jobs: Vec<_> = jobs.map(|(seat, priority)| llm.start_as(ask("x"), order(seat, priority))).into();
    // Nothing has begun yet, so that the most urgent of all is first.
    assert_eq!(begins(jobs).await, [600, 1_200, 1_500, 900, 300]);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_waits_may_become_more_urgent() {
    let llm = Scripted::<LanguageModel>::answering("a").with_pace(PACE);
    let jobs: Vec<_> = (0..4).map(|_| llm.start_as(ask("x"), order(1, Priority::Draft))).collect();
    jobs[3].set_priority(Priority::Released);
    assert_eq!(begins(jobs).await, [600, 900, 1_200, 300]);
}

#[tokio::test(start_paused = true)]
async fn reading_ahead_gives_way_and_begins_again() {
    let llm = Scripted::<LanguageModel>::answering("a").with_pace(PACE);
    let ahead = llm.start_as(Generate { max_tokens: 0, ..ask("x") }, order(1, Priority::ReadingAhead));
    sleep(Duration::from_millis(200)).await;
    let urgent = llm.start_as(ask("x"), order(2, Priority::Draft));
    assert_eq!(begins(vec![urgent, ahead]).await, [300, 600]);
    let counts = llm.counts();
    assert_eq!((counts.begun, counts.gave_way, counts.finished), (2, 1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_job_takes_what_flows_into_it_and_ends_with_it() {
    let llm = Scripted::<LanguageModel>::answering("a").with_pace(PACE);
    let (job, input) = llm.start_fed(ask("x"), Order::default());
    for _ in 0..40 {
        input.feed(Fed::Text("more".to_owned())).await.unwrap();
    }
    sleep(Duration::from_secs(60)).await;
    assert_eq!((llm.counts().fed, llm.counts().finished), (40, 0));
    drop(input);
    assert_eq!(text_of(job).await.0, "a");
    sleep(Duration::from_millis(1)).await;
    assert_eq!(llm.counts().finished, 1);
}
