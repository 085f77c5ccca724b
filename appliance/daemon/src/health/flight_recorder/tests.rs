use parley_conversation::{Notice, Position, Transcript};

use parley_update::records::faults::{FOLDER, FaultFile, recorded};

use super::*;

const SECRET: &str = "zanzibar";

fn recorder() -> FlightRecorder {
    FlightRecorder::new(Instant::now())
}

fn failed(turn: u64) -> Event {
    Event::Failed { turn: TurnId(turn), stage: Stage::LanguageModel }
}

fn found(state: &Path) -> Vec<(PathBuf, FaultFile)> {
    recorded(state).expect("the folder can be read")
}

fn entries(file: &Path) -> Vec<String> {
    let written: serde_json::Value = serde_json::from_slice(&fs::read(file).expect("it is there")).expect("JSON");
    let entries = written["entries"].as_array().expect("entries");
    entries.iter().map(|entry| entry["what"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn no_word_of_what_was_said_is_in_a_file() {
    let (recorder, state) = (recorder(), tempfile::tempdir().expect("a folder"));
    let (turn, text, language) = (TurnId(1), SECRET.to_owned(), SECRET.to_owned());
    let transcript = Transcript {
        text: text.clone(),
        language: language.clone(),
        language_probability: 0.5,
        confidence: 0.756,
        incomplete: false,
    };
    recorder.event(&Event::Transcribed { turn, transcript });
    recorder.event(&Event::Text { turn, text: text.clone() });
    recorder.event(&Event::Typed { text: text.clone() });
    recorder.action(&Action::Speak {
        turn,
        clause: 0,
        text: text.clone(),
        language: language.clone(),
        rest: std::time::Duration::ZERO,
    });
    recorder.action(&Action::Play { turn, sound: text.clone() });
    recorder.action(&Action::Tell(Notice::Understood { turn, text: text.clone(), language }));
    recorder.action(&Action::Tell(Notice::Answering { turn, text }));
    recorder.event(&failed(1));
    let file = recorder.write(state.path()).expect("it can be written").expect("there was a fault");
    let written = fs::read_to_string(&file).expect("it is there");
    assert!(!written.contains(SECRET), "{written}");
    assert!(written.contains("\"detail\": 0.76"), "{written}");
    assert_eq!(
        entries(&file),
        [
            "words are known",
            "text",
            "typed",
            "> speak",
            "> play",
            "= understood",
            "= answering",
            "failed",
            "an engine failed"
        ]
    );
}

#[test]
fn of_frames_only_the_change_is_noted_and_the_oldest_go() {
    let (recorder, state) = (recorder(), tempfile::tempdir().expect("a folder"));
    for speech in [false, true, true, false, false] {
        recorder.event(&Event::Frame { end: Position(0), speech, dbfs: -30.0 });
    }
    recorder.event(&failed(0));
    let file = recorder.write(state.path()).expect("it can be written").expect("there was a fault");
    assert_eq!(entries(&file), ["speech", "silence", "failed", "an engine failed"]);
    (0..5_000).for_each(|_| recorder.event(&Event::Interrupt));
    recorder.fault(RecordedFault::StandsStill("the conductor"));
    let file = recorder.write(state.path()).expect("it can be written").expect("there was a fault");
    assert_eq!((entries(&file).len(), entries(&file)[0].as_str()), (ENTRIES, "interrupt"));
}

#[test]
fn the_newest_files_are_kept_and_what_lies_beside_them_too() {
    let (recorder, state) = (recorder(), tempfile::tempdir().expect("a folder"));
    let folder = state.path().join(FOLDER);
    assert!(recorder.write(&folder).expect("nothing to write").is_none(), "there was no fault");
    assert_eq!(found(state.path()), []);
    fs::create_dir(&folder).expect("a folder");
    for foreign in ["notes", "fault-x.json", "fault-000001.json.bak"] {
        fs::write(folder.join(foreign), "{").expect("it can be written");
    }
    for turn in 0..20 {
        recorder.event(&failed(turn));
        recorder.write(&folder).expect("it can be written");
        lock(&recorder.0.noted).written.clear();
    }
    let all = found(state.path());
    assert_eq!(all.len(), FILES);
    assert!(all.first().is_some_and(|(file, _)| file.ends_with("fault-000013.json")), "{all:?}");
    let (_, last) = all.last().expect("files");
    assert_eq!((last.fault.as_str(), &last.detail), ("an engine failed", &Some("language-model".into())));
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), FILES + 3);
    fs::write(folder.join("fault-000020.json"), "nonsense").expect("it can be written");
    assert_eq!(found(state.path()).len(), FILES - 1);
    fs::write(folder.join(format!("fault-{}.json", u32::MAX)), "{}").expect("it can be written");
    recorder.event(&failed(21));
    recorder.write(&folder).expect("the last number is used again");
}

#[tokio::test(start_paused = true)]
async fn a_fault_is_written_with_what_follows_it_and_the_same_again_waits() {
    let (recorder, state) = (recorder(), tempfile::tempdir().expect("a folder"));
    let keeping = tokio::spawn(recorder.clone().keep(Some(state.path().to_owned())));
    let written = async |count: usize| {
        while found(state.path()).len() < count {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    recorder.event(&Event::Degraded { stage: Stage::TextToSpeech, degraded: true });
    tokio::time::sleep(AFTERMATH / 2).await;
    recorder.event(&Event::Interrupt);
    written(1).await;
    let [(file, _)] = found(state.path()).try_into().expect("one");
    assert_eq!(entries(&file), ["out of order", "an engine is out of order", "interrupt"]);
    recorder.event(&failed(7));
    written(2).await;
    let files = async |seconds| {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        found(state.path()).len()
    };
    let ten_minutes = BETWEEN_FILES.as_secs();
    recorder.event(&failed(8));
    assert_eq!(files(ten_minutes - 60).await, 2, "the same");
    recorder.fault(RecordedFault::StandsStill("the playback thread"));
    assert_eq!(files(10).await, 3, "another one is not kept waiting by it");
    assert_eq!(files(60).await, 3);
    recorder.event(&failed(9));
    assert_eq!(files(10).await, 4, "the same, much later");
    keeping.abort();
}

#[test]
fn a_conductor_that_stands_still_is_recorded_before_the_watchdog_bites() {
    let (recorder, state) = (recorder(), tempfile::tempdir().expect("a folder"));
    let begun = std::time::Instant::now();
    // It moves for a second, then hangs for the rest of the test.
    let events = move || Some(begun.elapsed().as_secs().min(1)).filter(|_| begun.elapsed() < Duration::from_secs(30));
    recorder.watch_conductor(Some(state.path().to_owned()), events).expect("a thread");
    while found(state.path()).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(25), "nothing is written");
        std::thread::sleep(Duration::from_millis(50));
    }
    let [(_, said)] = found(state.path()).try_into().expect("one file");
    assert_eq!((said.fault.as_str(), said.detail), ("a part stands still", Some("the conductor".into())));
}

#[tokio::test(start_paused = true)]
async fn a_file_is_of_the_first_fault_and_tells_when_that_was() {
    let (recorder, state) = (recorder(), tempfile::tempdir().expect("a folder"));
    let keeping = tokio::spawn(recorder.clone().keep(Some(state.path().to_owned())));
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    recorder.event(&failed(1));
    tokio::time::sleep(AFTERMATH / 2).await;
    recorder.fault(RecordedFault::StandsStill("the conductor"));
    while found(state.path()).is_empty() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let [(file, said)] = found(state.path()).try_into().expect("one");
    assert_eq!((said.fault.as_str(), said.detail), ("an engine failed", Some("language-model".into())));
    let written: serde_json::Value = serde_json::from_slice(&fs::read(file).expect("it is there")).expect("JSON");
    assert_eq!(written["at_ms"], 1_500);
    keeping.abort();
}

#[test]
fn what_works_again_is_no_fault_and_what_comes_by_the_clock_is_not_noted() {
    let (recorder, state) = (recorder(), tempfile::tempdir().expect("a folder"));
    recorder.event(&Event::Degraded { stage: Stage::TextToSpeech, degraded: false });
    recorder.event(&Event::Due);
    assert!(recorder.write(state.path()).expect("nothing to write").is_none());
    recorder.event(&failed(1));
    let file = recorder.write(state.path()).expect("it can be written").expect("there was a fault");
    assert_eq!(entries(&file), ["works again", "failed", "an engine failed"]);
}

/// Its own process would lose its hook; the hook of this one is put back.
#[test]
fn a_panic_is_written_at_once() {
    let (recorder, state) = (recorder(), tempfile::tempdir().expect("a folder"));
    recorder.event(&Event::Interrupt);
    let told = Arc::<std::sync::atomic::AtomicBool>::default();
    let tells = Arc::clone(&told);
    std::panic::set_hook(Box::new(move |_| tells.store(true, std::sync::atomic::Ordering::Relaxed)));
    recorder.watch_panics(Some(state.path().to_owned()));
    std::thread::spawn(|| panic!("on purpose")).join().expect_err("it panics");
    drop(std::panic::take_hook());
    assert!(told.load(std::sync::atomic::Ordering::Relaxed), "whoever was told before still is");
    let [(file, said)] = found(state.path()).try_into().expect("one file");
    assert_eq!(said.fault, "a part of the program panicked");
    assert_eq!(entries(&file), ["interrupt", "a part of the program panicked"]);
}

#[tokio::test(start_paused = true)]
async fn where_there_is_no_folder_nothing_is_written_and_nobody_waits() {
    let recorder = recorder();
    recorder.watch_panics(None);
    recorder.event(&failed(1));
    recorder.keep(None).await;
}

#[test]
fn a_device_that_is_away_is_a_fault_and_a_slow_voice_only_noted() {
    let (recorder, state) = (recorder(), tempfile::tempdir().expect("a folder"));
    recorder.trouble(SoundPart::Loudspeaker, Trouble::Gaps);
    assert!(recorder.write(state.path()).expect("nothing to write").is_none());
    recorder.trouble(SoundPart::Microphone, Trouble::Away);
    let file = recorder.write(state.path()).expect("it can be written").expect("there was a fault");
    assert_eq!(entries(&file), ["the voice is too slow", "a device is away"]);
}
