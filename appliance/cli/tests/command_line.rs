//! What a newcomer types, on a machine that has nothing yet: no models, no workers, no sound.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// `parley` with an empty store of models, at the home of somebody who has no settings.
fn bare(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parley"));
    command.args(arguments).env("PARLEY_MODELS", folder).env_remove("PARLEY_LOG");
    command.env("HOME", folder).env_remove("XDG_CONFIG_HOME");
    command
}

/// `parley` with this configuration file and an empty store of models.
fn command(folder: &Path, configuration: &str, arguments: &[&str]) -> Command {
    let file = folder.join("parley.toml");
    std::fs::write(&file, configuration).expect("it can be written");
    let mut command = bare(folder, &["--config"]);
    command.arg(file).args(arguments);
    command
}

fn parley(folder: &Path, configuration: &str, arguments: &[&str]) -> Output {
    command(folder, configuration, arguments).output().expect("it can be started")
}

fn printed(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let output = parley(folder.path(), "", arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

fn refused(configuration: &str, arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let output = parley(folder.path(), configuration, arguments);
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{arguments:?}: {:?} {message}", output.status);
    assert!(!message.contains("panicked"), "{message}");
    message
}

#[test]
fn help_names_every_command() {
    let help = printed(&["--help"]);
    for command in [
        "run",
        "talk",
        "ask",
        "say",
        "transcribe",
        "models",
        "bench",
        "check",
        "ctl",
        "faults",
        "gateway",
        "update",
        "completions",
        "man",
    ] {
        assert!(help.contains(&format!("  {command}")), "{command} is missing in:\n{help}");
        assert!(!printed(&[command, "--help"]).is_empty());
    }
}

#[test]
fn completions_and_manual_are_printed() {
    assert!(printed(&["completions", "bash"]).contains("_parley"));
    assert!(printed(&["man"]).contains(".TH parley 1"));
}

/// No model is there, and none is needed.
#[test]
fn what_would_be_said_is_shown() {
    assert_eq!(
        printed(&["say", "--show", "It costs $5 at 8:00. Then *go*."]),
        "It costs five dollars at eight o'clock.\nThen go.\n"
    );
    let shown = printed(&["say", "--show", "--json", "--language", "nl", "Het kost 5."]);
    assert_eq!(shown, "{\"text\":\"Het kost 5.\",\"language\":\"nl\",\"spoken\":[\"Het kost 5.\"]}\n");
}

#[test]
fn missing_models_name_the_command_that_gets_them() {
    let message = refused("", &["ask", "hello"]);
    assert!(message.contains("parley models fetch"), "{message}");
}

#[test]
fn a_configuration_with_a_mistake_is_shown_with_its_place() {
    let message = refused("[audio]\nimput = \"x\"\n", &["models", "list"]);
    assert!(message.contains("line 2") && message.contains("imput"), "{message}");
}

/// What is wrong is said before any engine is started, with what to write.
#[test]
fn settings_that_cannot_work_are_refused_at_once() {
    for (configuration, words) in [
        ("[conversation]\nanswer-tokens = 2048\n", &["conversation.answer-tokens", "engines.context-tokens"][..]),
        ("[conversation]\nanswer-tokens = 4294967295\n", &["line 2", "1 to 8192"]),
        ("[engines]\ncontext-tokens = 0\n", &["engines.context-tokens = 0", "128 to 131072"]),
        ("[engines]\ncontext-tokens = 1000000\n", &["engines.context-tokens = 1000000", "128 to 131072"]),
        ("[engines]\nlanguage-model-threads = 5000\n", &["language-model-threads = 5000", "1 to 64"]),
        ("[conversation]\nlanguage = \"gb\"\n", &["write \"en\" for English"]),
        ("[conversation]\nlanguage = \"en-GB\"\n", &["write \"en\" for English"]),
        ("[conversation]\nlanguage = \"English\"\n", &["write \"en\" for English"]),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let checked = parley(folder.path(), configuration, &["check"]);
        let checked = (checked.status.code(), String::from_utf8(checked.stdout).expect("UTF-8"));
        assert_eq!(checked.0, Some(1), "{checked:?}");
        assert!(checked.1.starts_with("✗ configuration") && checked.1.lines().count() == 1, "{checked:?}");
        for message in [checked.1, refused(configuration, &["ask", "hello"]), refused(configuration, &["run"])] {
            assert!(words.iter().all(|word| message.contains(word)), "{words:?} in {message}");
        }
    }
    let message = refused("", &["transcribe", "--language", "gb", "x.wav"]);
    assert!(message.contains("write \"en\" for English"), "{message}");
}

#[test]
fn check_says_what_a_file_would_change() {
    let folder = tempfile::tempdir().expect("a folder");
    let usual = folder.path().join(".config/parley/parley.toml");
    std::fs::create_dir_all(usual.parent().expect("a folder")).expect("a folder");
    std::fs::write(usual, "[conversation]\nlanguage = \"de\"\nremembered-turns = 2\n").expect("it can be written");
    let checked = |configuration: &str, arguments: &[&str]| {
        String::from_utf8(parley(folder.path(), configuration, arguments).stdout).expect("UTF-8")
    };
    let file = "[conversation]\nlanguage = \"fr\"\nremembered-turns = 2\npersona = \"P\"\n";
    let said = checked(file, &["check"]);
    assert!(said.contains("✓ configuration  is valid; ") && said.contains("parley.toml changes:\n"), "{said}");
    assert!(said.contains("  conversation.persona: none → \"P\"\n"), "{said}");
    assert!(said.contains("  conversation.language: \"de\" → \"fr\"\n"), "{said}");
    assert!(!said.contains("remembered-turns"), "{said}");
    assert!(checked("", &["check"]).contains("changes nothing"));
    let json: serde_json::Value = serde_json::from_str(&checked(file, &["check", "--json"])).expect("JSON");
    let changes = json["changes"].as_array().expect("a list");
    assert_eq!(changes.len(), 2);
    assert_eq!(changes[1], serde_json::json!({"key": "conversation.language", "old": "\"de\"", "new": "\"fr\""}));
}

#[test]
fn a_mistake_in_a_usual_file_is_remarked_and_fails_only_the_check() {
    let folder = tempfile::tempdir().expect("a folder");
    let usual = folder.path().join(".config/parley/parley.toml");
    std::fs::create_dir_all(usual.parent().expect("a folder")).expect("a folder");
    std::fs::write(usual, "[conversation]\nlanguage = \"gb\"\n[future]\nx = 1\n").expect("it can be written");
    let listed = bare(folder.path(), &["models", "list"]).output().expect("it starts");
    let remarks = String::from_utf8_lossy(&listed.stderr).into_owned();
    assert!(listed.status.success(), "{remarks}");
    assert!(
        remarks.contains("write \"en\" for English; it has no effect") && remarks.contains("[future]"),
        "{remarks}"
    );
    let checked = bare(folder.path(), &["check"]).output().expect("it starts");
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(!checked.status.success() && said.contains("✗ configuration") && said.contains("✗ models"), "{said}");
    assert!(said.contains("line 2") && said.contains("line 4"), "{said}");
}

#[test]
fn check_lists_the_names_that_the_configuration_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let alsa = folder.path().join("asound.conf");
    let devices = "pcm.kitchen { type null hint { show on description \"Above the sink\" } }\n";
    std::fs::write(&alsa, devices).expect("it can be written");
    let check = |device: &str| {
        let configuration = format!("[audio]\ninput = \"{device}\"\noutput = \"{device}\"\n");
        let mut command = command(folder.path(), &configuration, &["check"]);
        String::from_utf8(command.env("ALSA_CONFIG_PATH", &alsa).output().expect("it starts").stdout).expect("UTF-8")
    };
    let missing = check("attic");
    assert!(missing.contains("✗ microphone") && missing.contains("✗ loudspeaker"), "{missing}");
    assert_eq!(missing.matches("  kitchen  Above the sink\n").count(), 2, "one list for each device: {missing}");
    let named = check("kitchen");
    assert!(named.contains("kitchen opens") && !named.contains("✗ microphone"), "a listed name is taken: {named}");
}

/// The program that `parley update` becomes lies beside it; here it only says what it was told.
#[test]
fn an_update_is_left_to_the_program_beside_with_the_same_arguments() {
    let folder = tempfile::tempdir().expect("a folder");
    let parley = folder.path().join("parley");
    std::fs::copy(env!("CARGO_BIN_EXE_parley"), &parley).expect("it can be copied");
    let run = |arguments: &[&str]| Command::new(&parley).args(arguments).output().expect("it can be started");
    let alone = run(&["update", "status"]);
    assert!(!alone.status.success());
    assert!(String::from_utf8_lossy(&alone.stderr).contains("parley-update, which belongs beside"), "{alone:?}");
    let beside = folder.path().join("parley-update");
    std::fs::write(&beside, "#!/bin/sh\necho \"$@\"\nexit 3\n").expect("it can be written");
    std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o755)).expect("it can be run");
    for (arguments, expected) in [
        (&["update", "install", "--again", "update"][..], "install --again update\n"),
        (&["--config", "update", "update", "status"], "--config update status\n"),
    ] {
        let told = run(arguments);
        assert_eq!((told.status.code(), String::from_utf8_lossy(&told.stdout).as_ref()), (Some(3), expected));
    }
}

#[test]
fn faults_are_listed_and_the_last_one_is_shown() {
    let state = tempfile::tempdir().expect("a folder");
    let folder = state.path().to_str().expect("UTF-8");
    assert!(printed(&["faults", "--state", folder]).starts_with("no fault was recorded in "));
    assert_eq!(printed(&["faults", "--json", "--state", folder]), "[]\n");
    refused("", &["faults", "--last", "--state", folder]);
    let faults = state.path().join("faults");
    std::fs::create_dir(&faults).expect("a folder");
    for (number, stage) in [(1, "text-to-speech"), (2, "language-model")] {
        let entries = r#"[{"at_ms":1000,"what":"speech"},{"at_ms":2500,"what":"failed","turn":7,"detail":0.5}]"#;
        let text = format!(
            r#"{{"fault":"an engine failed","detail":"{stage}","version":"9.9.9","time_s":1,"at_ms":2500,"entries":{entries}}}"#
        );
        std::fs::write(faults.join(format!("fault-{number:06}.json")), text).expect("it can be written");
    }
    let listed = printed(&["faults", "--state", folder]);
    let lines: Vec<_> = listed.lines().collect();
    assert!(lines[0].contains("an engine failed (language-model), Parley 9.9.9: "), "newest first: {listed}");
    assert_eq!(lines.len(), 2);
    let last = printed(&["faults", "--last", "--state", folder]);
    assert!(last.contains("\n    -1.500       speech\n    +0.000    7  failed 0.5\n"), "{last}");
    let json = printed(&["faults", "--last", "--json", "--state", folder]);
    assert!(json.starts_with(r#"[{"file":""#) && json.contains(r#""turn":7"#) && json.lines().count() == 1, "{json}");
    std::fs::remove_dir_all(&faults).expect("it can be removed");
    std::fs::write(&faults, "").expect("it can be written");
    assert!(refused("", &["faults", "--state", folder]).contains("cannot read the faults in "));
}
