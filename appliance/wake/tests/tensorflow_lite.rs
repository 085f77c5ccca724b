//! Features and networks as TensorFlow Lite has them: `cargo test -p parley-wake --test tensorflow_lite -- --ignored` fetches
//! microWakeWord and its runtime from PyPI, with the networks, and lets both hear the same sound.

#![allow(clippy::unwrap_used, reason = "all of it is a test")]

use std::f32::consts::TAU;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use parley_wake::{CHANNELS, Features, Network, RATE_HZ};

const PACKAGES: [&str; 2] = ["pymicro-wakeword==2.5.0", "pymicro-features==2.0.2"];
const SCRIPT: &str = include_str!("tensorflow_lite.py");

/// Something to hear, the same each time: tones that glide, noise, and silence.
fn sound() -> Vec<i16> {
    let mut state = 1_u32;
    let (mut phase, mut samples) = (0.0_f32, Vec::new());
    for index in 0..RATE_HZ * 12 {
        let seconds = index as f32 / RATE_HZ as f32;
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (state >> 16) as f32 / 32_768.0 - 1.0;
        phase += TAU * (200.0 + 1_500.0 * (seconds * 1.7).sin().abs()) / RATE_HZ as f32;
        let loud = if (seconds * 1.3).fract() < 0.6 { 6_000.0 * (seconds * 5.0).sin().abs() } else { 0.0 };
        samples.push((phase.sin() * loud + noise * 400.0 * (seconds * 0.4).fract()) as i16);
    }
    samples
}

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
#[ignore = "fetches microWakeWord and its runtime from PyPI"]
fn features_and_likelihoods_are_those_of_tensorflow_lite() {
    let folder = tempfile::tempdir().unwrap();
    run(Command::new("python3").args(["-m", "venv"]).arg(folder.path()));
    let python = folder.path().join("bin/python");
    run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "numpy"]).args(PACKAGES));
    let found =
        Command::new(&python).args(["-c", "import pymicro_wakeword as p; print(p.__path__[0])"]).output().unwrap();
    let package = String::from_utf8(found.stdout).unwrap();
    let sound = sound();
    for name in ["hey_jarvis", "okay_nabu", "alexa"] {
        let bytes = std::fs::read(Path::new(package.trim()).join(format!("models/{name}.tflite"))).unwrap();
        let (theirs, ours) = (theirs(&python, name, &sound), ours(&bytes, &sound));
        let (features, likelihoods) = (&ours.0, &ours.1);
        assert_eq!((features.len(), likelihoods.len()), (theirs.0.len(), theirs.1.len()), "{name}");
        let apart: f64 = features.iter().zip(&theirs.0).map(|(ours, theirs)| (ours - theirs).abs()).sum();
        let apart = apart / features.len() as f64;
        let furthest =
            likelihoods.iter().zip(&theirs.1).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f64::max);
        println!("{name}: features {apart:.2} units apart in the mean, likelihoods at most {furthest:.3}");
        // Where a band is nearly silent, a spectrum of 16-bit integers has noise of its own.
        assert!(apart < 4.0, "{name}: features are {apart} units apart");
        assert!(furthest < 0.15, "{name}: likelihoods are up to {furthest} apart");
    }
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
