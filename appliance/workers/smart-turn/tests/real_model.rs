//! The worker with the real model: needs PARLEY_MODELS, which `cargo xtask test` provides.

use std::path::Path;

use parley_engines::{EndOfTurn, JudgeEndOfTurn, Kind};
use parley_worker_harness::{check_refused, model};

const PROGRAM: &str = env!("CARGO_BIN_EXE_parley-worker-smart-turn");
const MODEL: &str = "smart-turn-v3.2-cpu.onnx";

type Worker = parley_worker_harness::Worker<EndOfTurn>;

fn worker() -> Worker {
    Worker::start(PROGRAM, &["--model", &model(MODEL).to_string_lossy()])
}

fn task(audio: Vec<i16>) -> JudgeEndOfTurn {
    JudgeEndOfTurn { audio: audio.into() }
}

/// The probability, and nothing else, that a job gives.
fn judge(worker: &mut Worker, audio: Vec<i16>) -> f32 {
    let outputs = worker.done(task(audio));
    let [probability] = outputs[..] else { panic!("not one probability: {outputs:?}") };
    probability
}

fn noise(samples: u32) -> Vec<i16> {
    (0..samples).map(|n| (n.wrapping_mul(2_654_435_761) >> 20) as i16 - 2_048).collect()
}

#[test]
fn the_worker_says_what_it_loaded() {
    let worker = worker();
    assert_eq!((worker.details().engine.as_str(), worker.details().model.as_str()), (EndOfTurn::NAME, MODEL));
}

#[test]
fn a_judgement_is_a_probability_and_always_the_same() {
    let mut worker = worker();
    let first = judge(&mut worker, noise(32_000));
    assert!((0.0..=1.0).contains(&first), "{first}");
    let other = judge(&mut worker, noise(1));
    let long = judge(&mut worker, noise(300_000));
    assert!([other, long].iter().all(|probability| (0.0..=1.0).contains(probability)));
    assert_eq!(judge(&mut worker, noise(32_000)), first, "an earlier task left traces");
}

#[test]
fn a_task_without_sound_is_refused_and_the_next_one_is_done() {
    let mut worker = worker();
    assert!(worker.refusal(task(Vec::new())).contains("no sound"));
    judge(&mut worker, noise(16_000));
}

#[test]
fn a_model_that_is_no_use_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path, words: &str| {
        check_refused(PROGRAM, &["--model", &path.to_string_lossy()], words);
    };
    let check = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        refused(&path, "cannot be loaded");
    };
    let whole = std::fs::read(model(MODEL)).unwrap();
    check("empty.onnx", b"");
    check("text.onnx", b"not a model");
    check("truncated.onnx", &whole[..whole.len() / 2]);
    refused(Path::new("/nowhere/at-all.onnx"), "there is no model at /nowhere/at-all.onnx");
    refused(&model("en_US-joe-medium.onnx"), "is not smart-turn 3");
}
