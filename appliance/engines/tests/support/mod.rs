//! What the tests of the supervisor share.
#![allow(dead_code)]

pub mod script;

use std::path::Path;
use std::time::Duration;

use parley_engines::supervisor::RestartRules;
use parley_engines::{
    ChatMessage, EngineError, Generate, Generated, Job, LanguageModel, Limits, Role, Speak, Spoken, Supervised,
    TextToSpeech, WorkerProgram,
};

use self::script::{JobScript, StartScript, character, sample};

/// What ends in a millisecond may take so long on a busy machine.
pub const HANG: Duration = Duration::from_secs(120);

pub fn program(kind: &str, start: &StartScript) -> WorkerProgram {
    WorkerProgram::new(env!("CARGO_BIN_EXE_scripted-worker"))
        .argument(kind)
        .argument(serde_json::to_string(start).unwrap())
}

/// Limits that no working worker reaches, and restarts without a wait and without an end.
pub fn limits() -> Limits {
    let restart = RestartRules { delays: vec![Duration::ZERO; 10_000], ..RestartRules::default() };
    Limits { start: HANG, stall: HANG, cancel: HANG, shutdown: HANG, restart }
}

pub fn thinker(limits: Limits) -> Supervised<LanguageModel> {
    Supervised::spawn(program("think", &StartScript::default()), limits)
}

pub fn talker(limits: Limits) -> Supervised<TextToSpeech> {
    Supervised::spawn(program("talk", &StartScript::default()), limits)
}

pub fn think(script: &JobScript) -> Generate {
    let messages = vec![ChatMessage { role: Role::User, text: script.json() }];
    Generate { messages, max_tokens: 1, grammar: None, temperature: 0.0, seed: 0 }
}

pub fn talk(script: &JobScript) -> Speak {
    Speak { text: script.json(), language: None }
}

pub fn expected_text(length: usize) -> String {
    (0..length).map(character).collect()
}

pub fn expected_sound(length: usize) -> Vec<i16> {
    (0..length).map(sample).collect()
}

/// What a job said until its end.
#[derive(Debug, PartialEq)]
pub struct Heard<T> {
    pub outputs: T,
    pub finished: usize,
    pub error: Option<EngineError>,
}

pub async fn text_of(mut job: Job<Generated>) -> Heard<String> {
    let mut heard = Heard { outputs: String::new(), finished: 0, error: None };
    while let Some(output) = soon(job.next()).await {
        match output {
            Ok(Generated::Text(text)) => {
                assert_eq!(heard.finished, 0, "text after the end");
                heard.outputs += &text;
            }
            Ok(Generated::Sentence(_) | Generated::Certainty(_)) => {}
            Ok(Generated::Finished { .. }) => heard.finished += 1,
            Err(error) => heard.error = Some(error),
        }
    }
    heard
}

pub async fn sound_of(mut job: Job<Spoken>) -> Heard<Vec<i16>> {
    let mut heard = Heard { outputs: Vec::new(), finished: 0, error: None };
    while let Some(output) = soon(job.next()).await {
        match output {
            Ok(block) => heard.outputs.extend(block.audio),
            Err(error) => heard.error = Some(error),
        }
    }
    heard
}

pub async fn check_whole_text(job: Job<Generated>, length: usize) {
    let heard = text_of(job).await;
    assert_eq!(heard, Heard { outputs: expected_text(length), finished: 1, error: None });
}

pub async fn check_text_fails(job: Job<Generated>, expected: EngineError) {
    let heard = text_of(job).await;
    assert_eq!(heard.error, Some(expected), "{heard:?}");
    assert_eq!(heard.outputs, expected_text(heard.outputs.chars().count()), "outputs before an error are right");
}

pub async fn soon<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(HANG, future).await.expect("hangs")
}

/// Waits until something is true that comes about by itself.
pub async fn until(what: &str, mut is_true: impl FnMut() -> bool) {
    let wait = async {
        while !is_true() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(HANG, wait).await.unwrap_or_else(|_| panic!("never happens: {what}"));
}

pub async fn until_gone(pid: u32) {
    until("the process ends", || !runs(pid)).await;
}

/// A zombie does not run.
pub fn runs(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z')))
}

pub fn kill(pid: u32) {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
    // It may have ended meanwhile.
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
}

pub fn file(folder: &tempfile::TempDir, name: &str) -> Option<std::path::PathBuf> {
    Some(Path::join(folder.path(), name))
}
