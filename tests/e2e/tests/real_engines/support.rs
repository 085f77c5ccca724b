//! Running the built program.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use parley_speech::SpeechSets;
use serde_json::Value;

/// The folder of the built programs: this test's own.
pub fn programs() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let programs = test.parent().and_then(Path::parent).expect("tests lie in target/release/deps");
    for program in
        ["parley", "parley-worker-whisper", "parley-worker-llama", "parley-worker-piper", "parley-worker-smart-turn"]
    {
        assert!(programs.join(program).is_file(), "{program} is not built: run `cargo xtask test`");
    }
    programs.to_owned()
}

/// `parley`, with one thread for each engine and nobody's own configuration.
pub fn parley() -> Command {
    let config = scratch().join("parley.toml");
    let threads = "[engines]\nspeech-to-text-threads = 1\nlanguage-model-threads = 1\ntext-to-speech-threads = 1\n";
    std::fs::write(&config, threads).expect("the scratch folder takes files");
    parley_with(&config)
}

/// `parley` with this configuration file.
pub fn parley_with(config: &Path) -> Command {
    let mut command = Command::new(programs().join("parley"));
    command.arg("--config").arg(config).stdin(Stdio::null()).env_remove("PARLEY_LOG");
    command.env("XDG_CONFIG_HOME", scratch());
    command
}

pub fn scratch() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().expect("there is room for temporary files")).path()
}

pub fn speech() -> &'static SpeechSets {
    static SETS: OnceLock<SpeechSets> = OnceLock::new();
    SETS.get_or_init(|| {
        parley_speech::prepare(&parley_speech::default_folder()).expect("`cargo xtask test` prepares the recordings")
    })
}

#[track_caller]
pub fn run(command: &mut Command) -> Output {
    command.output().expect("the program can be started")
}

/// Runs a command that must succeed; what it printed.
#[track_caller]
pub fn succeed(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// Runs a command that must fail with an ordinary exit code and a message; the message.
#[track_caller]
pub fn fail(command: &mut Command) -> String {
    let output = run(command);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        output.status.code().map(|code| code == 1 || code == 2),
        Some(true),
        "{command:?}: {:?} {message}",
        output.status
    );
    assert!(!message.trim().is_empty(), "{command:?} failed without a word");
    assert!(!message.contains("panicked"), "{message}");
    message
}

#[track_caller]
pub fn lines(output: &str) -> Vec<Value> {
    output.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}
