//! What a newcomer types, on a machine that has nothing yet: no models, no workers, no sound.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// `parley` with this configuration file and an empty store of models.
fn command(folder: &Path, configuration: &str, arguments: &[&str]) -> Command {
    let file = folder.join("parley.toml");
    std::fs::write(&file, configuration).expect("it can be written");
    let mut command = Command::new(env!("CARGO_BIN_EXE_parley"));
    command.arg("--config").arg(file).args(arguments).env("PARLEY_MODELS", folder).env_remove("PARLEY_LOG");
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
    for command in
        ["run", "talk", "ask", "say", "transcribe", "models", "bench", "check", "update", "completions", "man"]
    {
        assert!(help.contains(&format!("  {command}")), "{command} is missing in:\n{help}");
        assert!(!printed(&[command, "--help"]).is_empty());
    }
}

#[test]
fn completions_and_manual_are_printed() {
    assert!(printed(&["completions", "bash"]).contains("_parley"));
    assert!(printed(&["man"]).contains(".TH parley 1"));
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
