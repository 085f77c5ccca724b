//! `parley check --room` through ALSA itself, with devices that need no sound card: what each bad microphone is called.
//!
//! The loudspeaker keeps nothing, and the microphone plays a file: it never hears the chirp.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Seconds of the microphone's file; the check takes about ten.
const FILE_S: usize = 30;

/// `parley check --room` with a microphone that delivers these samples, 16 kHz, mono, or zeroes.
fn check(microphone: Option<Vec<i16>>, more: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let heard = folder.path().join("heard.raw");
    let alsa = folder.path().join("asound.conf");
    let device = match microphone {
        Some(samples) => {
            let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            std::fs::write(&heard, bytes).expect("it can be written");
            format!("type file slave.pcm \"silent\" file \"/dev/null\" infile \"{}\" format \"raw\"", heard.display())
        }
        None => "type null".into(),
    };
    let devices =
        format!("pcm.microphone {{ {device} }}\npcm.loudspeaker {{ type null }}\npcm.silent {{ type null }}\n");
    std::fs::write(&alsa, devices).expect("it can be written");
    parley(folder.path(), &alsa, more)
}

fn parley(folder: &Path, alsa: &Path, more: &[&str]) -> Output {
    let settings = folder.join("parley.toml");
    std::fs::write(&settings, "[audio]\ninput = \"microphone\"\noutput = \"loudspeaker\"\n")
        .expect("it can be written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_parley"));
    command.arg("--config").arg(settings).args(["check", "--room"]).args(more);
    command.env("ALSA_CONFIG_PATH", alsa).env("HOME", folder).env("PARLEY_DOOR", folder.join("door"));
    command.env_remove("XDG_CONFIG_HOME").env_remove("STATE_DIRECTORY").env("XDG_STATE_HOME", folder);
    command.output().expect("it can be started")
}

/// Noise as a quiet room has it, with something done to it.
fn room(change: impl Fn(usize, i32) -> i32) -> Vec<i16> {
    let noise = |at: usize| ((at * 7_919 + at / 13 * 104_729) % 61) as i32 - 30;
    (0..FILE_S * 16_000).map(|at| change(at, noise(at)).clamp(-32_768, 32_767) as i16).collect()
}

#[test]
fn a_microphone_of_zeroes_is_named_and_as_json_too() {
    let checked = check(None, &[]);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
    assert!(said.starts_with("✗ the microphone delivers nothing but zeroes"), "{said}");
    let checked = check(None, &["--json"]);
    let report: Value = serde_json::from_slice(&checked.stdout).expect("JSON");
    assert_eq!((&report["ok"], &report["running"]), (&Value::Bool(false), &Value::Bool(false)), "{report}");
    assert_eq!(report["faults"][0]["name"], "zeroes", "{report}");
    assert_eq!(report["figures"]["chirps-heard"], 0, "{report}");
}

#[test]
fn a_microphone_that_hears_no_loudspeaker_is_told_from_one_that_is_broken() {
    for (sound, words) in [
        (room(|_, noise| noise), &["✗ the loudspeaker is not heard"][..]),
        (room(|_, noise| noise + 2_000), &["✗ the microphone has an offset", "✗ the loudspeaker is not heard"]),
        (room(|at, _| if at / 18 % 2 == 0 { 40_000 } else { -40_000 }), &["✗ the microphone is too loud and clips"]),
    ] {
        let checked = check(Some(sound), &[]);
        let said = String::from_utf8_lossy(&checked.stdout).into_owned();
        assert_eq!(checked.status.code(), Some(1), "{checked:?}");
        assert!(words.iter().all(|word| said.contains(word)), "{words:?} in {said}");
    }
}
