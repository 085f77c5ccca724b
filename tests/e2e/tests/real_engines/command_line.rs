//! What a newcomer types once everything is there.

use serde_json::Value;

use crate::support::{parley, run, succeed};

#[test]
fn check_says_what_works_and_what_to_do() {
    let output = run(parley().args(["check", "--json"]));
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    let checks = report["checks"].as_array().expect("a list");
    let state = |name: &str| checks.iter().find(|check| check["name"] == name).map(|check| check["ok"] == true);
    for name in ["configuration", "models", "speech-to-text", "language-model", "text-to-speech", "end-of-turn"] {
        assert_eq!(state(name), Some(true), "{name} in {report}");
    }
    let ok = checks.iter().all(|check| check["ok"] == true);
    assert_eq!((report["ok"] == true, output.status.success()), (ok, ok));
}

#[test]
fn models_are_listed_and_verified() {
    let list = succeed(parley().args(["models", "list", "--json", "--profile", "tiny"]));
    assert!(list.lines().count() >= 4, "{list}");
    let verified = succeed(parley().args(["models", "verify", "--json", "--profile", "tiny"]));
    assert!(!verified.contains("missing") && !verified.contains("damaged"), "{verified}");
}
