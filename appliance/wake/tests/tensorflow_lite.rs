//! Features and networks as TensorFlow Lite has them: `cargo test -p parley-wake --test tensorflow_lite -- --ignored` fetches
//! microWakeWord and its runtime from PyPI, with the networks, and lets both hear the same sound.

#![allow(clippy::unwrap_used, reason = "all of it is a test")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use parley_wake::{CHANNELS, Features, Network, RATE_HZ};

const PACKAGES: [&str; 2] = ["pymicro-wakeword==2.5.0", "pymicro-features==2.0.2"];
const SCRIPT: &str = include_str!("tensorflow_lite.py");

/// Something to hear, the same each time: silence, the word by a synthesiser (16 kHz), and noise that swells.
fn sound(folder: &Path) -> Vec<i16> {
    let file = folder.join("word.wav");
    run(Command::new("flite").args(["-voice", "awb", "-t", "Hey Jarvis, what time is it?", "-o"]).arg(&file));
    let said = std::fs::read(file).unwrap();
    let mut samples = vec![0; RATE_HZ as usize];
    samples.extend(said[44..].chunks_exact(2).map(|bytes| i16::from_le_bytes([bytes[0], bytes[1]])));
    let mut state = 1_u32;
    samples.extend((0..RATE_HZ * 3).map(|index| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) as f32 / 32_768.0 * index as f32 / 20.0) as i16
    }));
    samples
}

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// Python with the packages, and the folder of their networks.
fn fetched(folder: &Path) -> (PathBuf, PathBuf) {
    run(Command::new("python3").args(["-m", "venv"]).arg(folder));
    let python = folder.join("bin/python");
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "numpy"]).args(PACKAGES));
    let found =
        Command::new(&python).args(["-c", "import pymicro_wakeword as p; print(p.__path__[0])"]).output().unwrap();
    let package = String::from_utf8(found.stdout).unwrap();
    (python, Path::new(package.trim()).join("models"))
}

#[test]
#[ignore = "fetches microWakeWord and its runtime from PyPI"]
fn features_and_likelihoods_are_those_of_tensorflow_lite() {
    let folder = tempfile::tempdir().unwrap();
    let (python, networks) = fetched(folder.path());
    let sound = sound(folder.path());
    for (name, is_said) in [("hey_jarvis", true), ("okay_nabu", false), ("alexa", false)] {
        let bytes = std::fs::read(networks.join(format!("{name}.tflite"))).unwrap();
        let (theirs, ours) = (theirs(&python, name, &sound), ours(&bytes, &sound));
        assert_eq!((ours.0.len(), ours.1.len()), (theirs.0.len(), theirs.1.len()), "{name}");
        assert_eq!(theirs.1.iter().any(|likelihood| *likelihood > 0.9), is_said, "{name}: nothing is shown");
        let apart = ours.0.iter().zip(&theirs.0).map(|(ours, theirs)| (ours - theirs).abs()).sum::<f64>();
        let apart = apart / ours.0.len() as f64;
        let likelihoods = furthest(&ours.1, &theirs.1);
        // The network by itself, on their features.
        let network = furthest(&on(&bytes, &theirs.0), &theirs.1);
        println!(
            "{name}: features {apart:.2} units apart in the mean, likelihoods at most {likelihoods:.3}, on the same features {network:.3}"
        );
        assert!(apart < 1.5 && likelihoods < 0.1 && network < 0.08, "{name}");
    }
}

#[test]
#[ignore = "fetches microWakeWord and its runtime from PyPI"]
fn a_real_network_with_other_bytes_panics_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let (_, networks) = fetched(folder.path());
    let (mut state, mut read) = (7_u64, 0);
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for name in ["hey_jarvis", "okay_nabu"] {
        let whole = std::fs::read(networks.join(format!("{name}.tflite"))).unwrap();
        for _ in 0..4_000 {
            let mut bytes = whole.clone();
            for _ in 0..=random(3) {
                // Most of a file are weights, which may be anything: what matters is around them.
                let place =
                    if random(2) == 0 { random(bytes.len()) } else { bytes.len() - 1 - random(bytes.len() / 4) };
                bytes[place] = [0, 1, 255, random(256) as u8][random(4)];
            }
            if let Ok(mut network) = Network::new(&bytes) {
                read += 1;
                for step in 0..4 {
                    let _ = network.push(&[step * 200; CHANNELS]).is_some();
                }
            }
        }
    }
    assert!(read > 500, "only {read} could be read at all: nothing is shown");
}

fn furthest(ours: &[f64], theirs: &[f64]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f64::max)
}

fn on(network: &[u8], features: &[f64]) -> Vec<f64> {
    let mut network = Network::new(network).unwrap();
    let steps = features.chunks_exact(CHANNELS).map(|step| {
        <[u16; CHANNELS]>::try_from(step.iter().map(|feature| *feature as u16).collect::<Vec<_>>()).unwrap()
    });
    steps.filter_map(|step| network.push(&step)).map(f64::from).collect()
}

/// All features, and all likelihoods.
type Said = (Vec<f64>, Vec<f64>);

fn ours(bytes: &[u8], sound: &[i16]) -> Said {
    let (mut network, mut said) = (Network::new(bytes).unwrap(), Said::default());
    Features::default().push(sound, |features: &[u16; CHANNELS]| {
        said.0.extend(features.iter().map(|feature| f64::from(*feature)));
        said.1.extend(network.push(features).map(f64::from));
    });
    said
}

fn theirs(python: &Path, name: &str, sound: &[i16]) -> Said {
    let mut command = Command::new(python);
    command.args(["-c", SCRIPT, name]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = command.spawn().unwrap();
    let bytes: Vec<u8> = sound.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut input = running.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let printed = String::from_utf8(running.wait_with_output().unwrap().stdout).unwrap();
    writer.join().unwrap().unwrap();
    let mut said = Said::default();
    for line in printed.lines() {
        let mut words = line.split(' ');
        let into = if words.next() == Some("features") { &mut said.0 } else { &mut said.1 };
        into.extend(words.map(|word| word.parse::<f64>().unwrap()));
    }
    said
}
