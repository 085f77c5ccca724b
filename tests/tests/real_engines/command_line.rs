//! What a newcomer types.

use serde_json::Value;

use crate::support::{fail, parley, parley_with, run, succeed};

#[test]
fn help_names_every_command() {
    let help = succeed(parley().arg("--help"));
    for command in ["run", "talk", "ask", "say", "transcribe", "models", "bench", "check", "completions", "man"] {
        assert!(help.contains(&format!("  {command}")), "{command} is missing in:\n{help}");
        assert!(!succeed(parley().args([command, "--help"])).is_empty());
    }
}

#[test]
fn completions_and_manual_are_printed() {
    assert!(succeed(parley().args(["completions", "bash"])).contains("_parley"));
    assert!(succeed(parley().arg("man")).contains(".TH parley 1"));
}

#[test]
fn check_says_what_works_and_what_to_do() {
    let output = run(parley().args(["check", "--json"]));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let checks = report["checks"].as_array().expect("a list");
    let state = |name: &str| checks.iter().find(|check| check["name"] == name).map(|check| check["ok"] == true);
    for name in ["configuration", "models", "whisper", "llama", "piper", "ears"] {
        assert_eq!(state(name), Some(true), "{name} in {report}");
    }
    let ok = checks.iter().all(|check| check["ok"] == true);
    assert_eq!((report["ok"] == true, output.status.success()), (ok, ok));
}

#[test]
fn models_are_listed_and_verified() {
    let list = succeed(parley().args(["models", "list", "--json", "--profile", "demo"]));
    assert!(list.lines().count() >= 4, "{list}");
    let verified = succeed(parley().args(["models", "verify", "--json", "--profile", "demo"]));
    assert!(!verified.contains("missing") && !verified.contains("damaged"), "{verified}");
}

#[test]
fn missing_models_name_the_command_that_gets_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let message = fail(parley().args(["ask", "hello"]).env("PARLEY_MODELS", folder.path()));
    assert!(message.contains("parley models fetch"), "{message}");
}

#[test]
fn a_configuration_with_a_mistake_is_shown_with_its_place() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), "[audio]\nimput = \"x\"\n").expect("it can be written");
    let message = fail(parley_with(file.path()).args(["models", "list"]));
    assert!(message.contains("line 2") && message.contains("imput"), "{message}");
}
