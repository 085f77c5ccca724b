//! A seat of the daemon's, with the example that an owner would begin with: a recorded question goes in, and a spoken answer comes out.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use parley_door::FOLDER_VARIABLE;
use parley_speech::word_errors::word_errors;
use serde_json::Value;

use crate::conversation::contains_word;
use crate::support::{lines, parley, parley_with, programs, scratch, speech, succeed};

/// Models are read from a disk that others use too.
const FAR_TOO_LONG: Duration = Duration::from_secs(180);
/// What no silence and no click has for long, of 32,767.
const AUDIBLE: u16 = 1_000;

/// `examples/seat.rs` as it is, built with this test.
fn example() -> PathBuf {
    let example = programs().join("examples/seat-of-a-test");
    assert!(example.is_file(), "{} is not built: run `cargo xtask test`", example.display());
    example
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The daemon, on a sound card that is silent, and deaf.
fn daemon(folder: &Path) -> Running {
    fs::write(folder.join("asound.conf"), "pcm.silence { type null }\n").expect("it can be written");
    let settings = "[audio]\ninput = \"silence\"\noutput = \"silence\"\n[engines]\nspeech-to-text-threads = 1\n\
                    language-model-threads = 1\ntext-to-speech-threads = 1\n";
    let config = folder.join("parley.toml");
    fs::write(&config, settings).expect("it can be written");
    let mut daemon = parley_with(&config);
    daemon.arg("run").env("ALSA_CONFIG_PATH", folder.join("asound.conf")).env(FOLDER_VARIABLE, folder.join("door"));
    daemon.env("XDG_STATE_HOME", folder).env_remove("STATE_DIRECTORY");
    Running(daemon.stdout(Stdio::null()).spawn().expect("it starts"))
}

fn ctl(folder: &Path, arguments: &[&str]) -> Command {
    let mut ctl = parley();
    ctl.arg("ctl").args(arguments).env(FOLDER_VARIABLE, folder.join("door"));
    ctl
}

/// The last text of an event of that kind in the program's seat.
fn text(events: &[Value], kind: &str) -> String {
    let is_its = |event: &&Value| event["event"] == kind && event["seat"].as_str().is_some_and(|seat| seat != "own");
    let texts = events.iter().filter(is_its).filter_map(|event| event["text"].as_str());
    texts.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_example_of_a_seat_asks_aloud_and_is_answered_aloud() {
    let sets = speech();
    let folder = scratch().join("seat");
    fs::create_dir_all(&folder).expect("there is room");
    let _daemon = daemon(&folder);
    let begun = Instant::now();
    // An answer in writing: all engines but the first one are there.
    while !ctl(&folder, &["ask", "Say hello."]).output().expect("it starts").status.success() {
        assert!(begun.elapsed() < FAR_TOO_LONG, "the daemon does not answer");
        std::thread::sleep(Duration::from_millis(500));
    }
    let told = folder.join("told");
    let mut watch = ctl(&folder, &["watch", "--words", "--json"]);
    let watch = watch.stdout(File::create(&told).expect("it can be made")).spawn().expect("it starts");
    let watch = Running(watch);
    while fs::read_to_string(&told).map_or(0, |told| told.len()) == 0 {
        assert!(begun.elapsed() < FAR_TOO_LONG, "the control door does not tell");
        std::thread::sleep(Duration::from_millis(50));
    }

    let clip = sets.demo.iter().find(|clip| clip.text.ends_with('?')).expect("the demo has questions");
    let answer = folder.join("answer.wav");
    let mut example = Command::new(example());
    example.arg(sets.path(clip)).arg(&answer).env(FOLDER_VARIABLE, folder.join("door"));
    succeed(&mut example);
    drop(watch);

    let told = fs::read_to_string(told).expect("it is there");
    let whole = told.rsplit_once('\n').map_or("", |(whole, _)| whole);
    let events = lines(whole);
    let (heard, said) = (text(&events, "understood"), text(&events, "answering"));
    let errors = word_errors(&clip.text, &heard, &sets.replacements);
    assert!(errors.rate() <= 0.35, "{:?} was heard as {heard:?}", clip.text);
    assert!(!said.is_empty(), "nothing was answered: {events:?}");

    // What the example wrote down is that answer: nothing while the question is asked, then speech, as long as its words take.
    let mut wav = hound::WavReader::open(&answer).expect("the example has written it");
    let rate_hz = wav.spec().sample_rate as usize;
    let samples = wav.samples::<i16>().collect::<Result<Vec<_>, _>>().expect("it is whole");
    let audible: Vec<bool> =
        samples.chunks(rate_hz / 50).map(|frame| frame.iter().any(|sample| sample.unsigned_abs() > AUDIBLE)).collect();
    let spoken_s = audible.iter().filter(|frame| **frame).count() as f64 / 50.0;
    let words = said.split_whitespace().count() as f64;
    assert!((0.1 * words..1.5 * words + 1.0).contains(&spoken_s), "{spoken_s} s for {said:?}");
    let begins_s = audible.iter().position(|frame| *frame).expect("something is audible") as f64 / 50.0;
    assert!(begins_s > 0.5, "it spoke after {begins_s} s, before it can have heard the question");
    let understood = succeed(parley().arg("transcribe").arg(&answer));
    let common = said.split_whitespace().filter(|word| contains_word(&understood, word)).count();
    assert!(2 * common >= said.split_whitespace().count().min(12), "{said:?} was spoken as {understood:?}");
}
