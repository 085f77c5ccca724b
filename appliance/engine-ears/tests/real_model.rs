//! The worker with the real model: needs PARLEY_MODELS, which `cargo xtask test` provides.

mod support;

use parley_engine::protocol::{Command, JobId, Report};
use parley_engine::{EndOfTurn, Judge, Kind};
use support::{Worker, model, start, start_failing};

const MODEL: &str = "smart-turn-v3.2-cpu.onnx";

fn ears() -> Worker {
    start(&["--end-of-turn", &model(MODEL).to_string_lossy()])
}

fn ask(ears: &mut Worker, job: u64, audio: Vec<i16>) {
    ears.send(&Command::Start { job: JobId(job), task: EndOfTurn { audio: audio.into() } });
}

/// The probability, and nothing else, that a job gives.
fn judge(ears: &mut Worker, job: u64, audio: Vec<i16>) -> f32 {
    ask(ears, job, audio);
    let Report::Output { job: of, output } = ears.read() else { panic!("no probability") };
    assert_eq!(of, JobId(job));
    assert_eq!(ears.read(), Report::End { job: JobId(job) });
    output
}

fn noise(samples: u32) -> Vec<i16> {
    (0..samples).map(|n| (n.wrapping_mul(2_654_435_761) >> 20) as i16 - 2_048).collect()
}

#[test]
fn the_worker_says_what_it_loaded() {
    let ears = ears();
    assert_eq!((ears.details.engine.as_str(), ears.details.model.as_str()), (Judge::NAME, MODEL));
}

#[test]
fn a_judgement_is_a_probability_and_always_the_same() {
    let mut ears = ears();
    let first = judge(&mut ears, 1, noise(32_000));
    assert!((0.0..=1.0).contains(&first), "{first}");
    let other = judge(&mut ears, 2, noise(1));
    let long = judge(&mut ears, 3, noise(300_000));
    assert!([other, long].iter().all(|probability| (0.0..=1.0).contains(probability)));
    assert_eq!(judge(&mut ears, 4, noise(32_000)), first, "an earlier task left traces");
}

#[test]
fn a_task_without_sound_is_refused_and_the_next_one_is_done() {
    let mut ears = ears();
    ask(&mut ears, 1, Vec::new());
    assert!(matches!(ears.read(), Report::Failed { job: JobId(1), error } if error.contains("no sound")));
    judge(&mut ears, 2, noise(16_000));
}

#[test]
fn a_model_that_is_no_use_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let check = |name: &str, bytes: &[u8], expected: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        start_failing(&["--end-of-turn", &path.to_string_lossy()], expected);
    };
    let whole = std::fs::read(model(MODEL)).unwrap();
    check("empty.onnx", b"", "cannot be loaded");
    check("text.onnx", b"not a model", "cannot be loaded");
    check("truncated.onnx", &whole[..whole.len() / 2], "cannot be loaded");
    start_failing(&["--end-of-turn", "/nowhere/at-all.onnx"], "there is no model at /nowhere/at-all.onnx");
    start_failing(&["--end-of-turn", &model("en_US-joe-medium.onnx").to_string_lossy()], "is not smart-turn 3");
}
