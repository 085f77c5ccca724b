//! Starts that have to fail.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Checks that a worker ends at once as failed, and says why in one line with these words; the line.
#[track_caller]
pub fn check_refused(program: &str, arguments: &[&str], words: &str) -> String {
    let output =
        Command::new(program).args(arguments).stdin(Stdio::null()).output().expect("the worker can be started");
    let line = String::from_utf8(output.stderr).expect("the worker writes text");
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {line}");
    assert!(
        line.contains(words) && line.lines().count() == 1,
        "{arguments:?}: {line:?} is not one line with {words:?}"
    );
    line
}

/// Checks that a worker with an option `--model` starts with no part of a model, no folder and none of these `others`,
/// each a file's contents and the words that its refusal has.
#[track_caller]
pub fn check_only_whole_models_start(program: &str, model: &Path, others: &[(&[u8], &str)]) {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let refused = |path: &Path, words: &str| {
        let path = path.to_str().expect("temporary files have plain names");
        check_refused(program, &["--model", path], words);
    };
    let file = folder.path().join("model");
    refused(&file, "No such file");
    refused(folder.path(), "not a file");
    let whole = fs::read(model).expect("the model can be read");
    let parts = [0, 1000, whole.len() / 2, whole.len() - 1].map(|length| (&whole[..length], "cut short"));
    for (contents, words) in parts.iter().chain(others) {
        fs::write(&file, contents).expect("there is room for temporary files");
        refused(&file, words);
    }
}
