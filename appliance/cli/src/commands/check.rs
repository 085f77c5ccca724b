//! `parley check`: what works on this machine.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use parley_audio::capture::Source;
use parley_audio::devices::{self, NamedDevice};
use parley_audio::playback::Sink;
use parley_door::EchoState;
use parley_models::Selection;
use parley_settings::{BargeInSetting, Change, Config, Loaded, Mistake, Places, language};
use parley_update::observed;
use serde::Serialize;

use super::{common, output, room};
use parley_daemon::context;
use parley_daemon::health::echo_days::{self, answers_in_words, chirp_in_words};
use parley_daemon::health::wakes::{self, Wakes};
use parley_daemon::keys;
use parley_daemon::languages::Languages;
use parley_daemon::own_words::OwnWords;
use parley_daemon::self_test;
use parley_daemon::session::settings;
use parley_daemon::wake_words::WakeWords;
use parley_daemon::workers::{Needed, Workers};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Print one JSON object: {ok, checks: [{name, ok, detail}], changes: [{key, old, new}], echo: {answers, chirp, faults}}; with `--config FILE`, the changes
    /// are what the file makes of the settings
    #[arg(long)]
    json: bool,
    /// Play a chirp twice and some noise, and say how well the microphone hears the loudspeaker and how much of that can be taken out; 1 is returned
    /// where something is wrong. Where Parley runs it does that, as soon as nobody speaks. With --json: {ok, running, troubles,
    /// figures, faults: [{name, says}], words}
    #[arg(long)]
    room: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    checks: Vec<Check>,
    changes: Vec<Change>,
    /// What is known of the device's own echo.
    #[serde(skip_serializing_if = "Option::is_none")]
    echo: Option<EchoState>,
}

#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    /// What works, or how to fix it.
    detail: String,
}

pub(super) fn run(options: &Options, named: Option<&Path>) -> Result<ExitCode> {
    if options.room {
        return room::run(&Places::of_this_machine().load_with(named)?.config, options.json);
    }
    let mut checks = Vec::new();
    let mut note = |name, result: Result<String, String>| {
        let ok = result.is_ok();
        checks.push(Check { name, ok, detail: result.unwrap_or_else(|problem| problem) });
    };
    let places = Places::of_this_machine();
    let mut changes = Vec::new();
    match places.load_with(named) {
        Err(refused) => note("configuration", Err(refused.to_string())),
        Ok(Loaded { config, mistakes }) => {
            changes = places.load().config.changes_to(&config);
            let mistakes: Vec<String> = mistakes.iter().map(Mistake::to_string).collect();
            let valid = || Ok("is valid".to_owned() + &named.map(|file| told(file, &changes)).unwrap_or_default());
            note("configuration", if mistakes.is_empty() { valid() } else { Err(mistakes.join("\n")) });
            let selection = common::selection(&config);
            note(
                "models",
                match &selection {
                    Ok(models) => Ok(complete(&config, models)),
                    Err(error) => Err(format!("{error:#}")),
                },
            );
            if let Ok(models) = &selection {
                let languages = Languages::of(&config, models);
                let spoken = languages.only.as_deref().map_or("detected", language::name);
                note(
                    "language",
                    languages
                        .problem()
                        .map_or_else(|| Ok(format!("{spoken}; answers in {}", languages.named_voices())), Err),
                );
            }
            if !config.conversation.wake_words.is_empty() {
                note("wake-words", wake_words(&config));
            }
            if daemon_runs() {
                let said = observed::of_daemon(Path::new(observed::FOLDER));
                let sound = said.get("sound-card").is_some_and(|sound| sound.value >= 1.0);
                let (works, fails) =
                    ("Parley is running and listening", "Parley is running, but its sound devices deliver nothing");
                note("running", if sound { Ok(works.into()) } else { Err(fails.into()) });
            } else {
                if let Ok(selection) = &selection {
                    check_workers(&config, selection, &mut note)?;
                }
                check_sound(&config, &mut note);
            }
            note("barge-in", barge_in(config.conversation.barge_in, !keys::found(Path::new("/")).is_empty()));
        }
    }
    let echo = echo_days::of_this_machine();
    if let Some(state) = &echo {
        checks.push(of_echo(state));
    }
    let report = Report { ok: checks.iter().all(|check| check.ok), checks, changes, echo };
    if options.json {
        output::json(&report)?;
    } else {
        for check in &report.checks {
            let mark = if check.ok { "✓" } else { "✗" };
            output::line(format_args!(
                "{mark} {:<14} {}",
                check.name,
                check.detail.replace('\n', "\n                 ")
            ))?;
        }
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What ordinary answers and the last chirp have shown of the device's own echo.
fn of_echo(EchoState { answers, chirp, faults }: &EchoState) -> Check {
    let faults: Vec<_> = faults.iter().map(|fault| fault.says.clone()).collect();
    let figures = answers.as_ref().map(answers_in_words).into_iter().chain(chirp.as_ref().map(chirp_in_words));
    let ok = faults.is_empty();
    Check { name: "echo", ok, detail: faults.into_iter().chain(figures).collect::<Vec<_>>().join("\n") }
}

fn wake_words(config: &Config) -> Result<String, String> {
    let models = common::models(config).map_err(|error| format!("{error:#}"))?;
    let WakeWords { words, problems, .. } = WakeWords::read(config, &Arc::new(models), &OwnWords::of_this_machine());
    let names: Vec<&str> = words.iter().map(|word| word.name.as_str()).collect();
    let week = wakes::of_this_week().map(|Wakes { woken, for_nothing, near_misses }| {
        format!("\nin seven days woken {woken} times, {for_nothing} of them for nothing; {near_misses} near misses")
    });
    let listens = || format!("listens for {}{}", names.join(", "), week.unwrap_or_default());
    if problems.is_empty() { Ok(listens()) } else { Err(problems.join("\n")) }
}

/// What is used, and what is not as the settings have it.
fn complete(config: &Config, models: &Selection) -> String {
    let own = [&config.models.speech_to_text, &config.models.language_model].into_iter().flatten();
    let own: String = own.chain(&config.models.voices).map(|path| format!("\n{} is used", path.display())).collect();
    let word = context::lowered(config, models).map(|word| format!("\n{word}")).unwrap_or_default();
    format!("profile {} is complete{own}{word}", config.models.profile)
}

/// What a file changes, in lines.
fn told(file: &Path, changes: &[Change]) -> String {
    if changes.is_empty() {
        return format!("; {} changes nothing", file.display());
    }
    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".into());
    let lines =
        changes.iter().map(|change| format!("\n  {}: {} → {}", change.key, value(&change.old), value(&change.new)));
    format!("; {} changes:{}", file.display(), lines.collect::<String>())
}

/// Whether the appliance itself is running: it holds the sound devices and the models, so no other program can try them.
fn daemon_runs() -> bool {
    let asked = Command::new("systemctl").args(["is-active", "--quiet", "parley.service"]).status();
    Path::new(observed::FOLDER).exists() && asked.is_ok_and(|active| active.success())
}

fn check_workers(
    config: &Config,
    selection: &Selection,
    note: &mut impl FnMut(&'static str, Result<String, String>),
) -> Result<()> {
    common::block_on(async {
        match Workers::spawn(config, selection, Needed::All) {
            Err(error) => note("workers", Err(error.to_string())),
            Ok(workers) => {
                for (name, ready) in workers.ready_each().await {
                    note(
                        name,
                        ready
                            .map(|details| format!("{} loaded in {} ms", details.model, details.load_ms))
                            .map_err(|error| error.to_string()),
                    );
                }
                if let (Ok(()), Some(engines)) = (workers.ready().await, workers.engines()) {
                    let answered =
                        self_test::ask_itself(engines, settings(config, selection), common::generating(config)).await;
                    note(
                        "self-test",
                        answered
                            .map(|took| {
                                format!("a question was answered aloud {:.1} s after it began", took.as_secs_f64())
                            })
                            .map_err(|error| error.to_string()),
                    );
                }
                workers.shut_down().await;
            }
        }
        Ok(())
    })
}

/// What may interrupt an answer, and whether that can be done here.
fn barge_in(setting: BargeInSetting, keys: bool) -> Result<String, String> {
    match (setting, keys) {
        (BargeInSetting::Auto, _) => {
            Ok("speech interrupts an answer: what the loudspeaker plays is taken out of what the microphone hears".into())
        }
        (BargeInSetting::Voice, _) => Ok("speech interrupts an answer".into()),
        (BargeInSetting::Key, true) => Ok("a key interrupts an answer".into()),
        (BargeInSetting::Key, false) => Err("conversation.barge-in = \"key\", but there is no key that may be read. Plug in a \
                                             loudspeaker or remote control with keys, or write \"auto\", or \"voice\" for a headset"
            .into()),
    }
}

fn check_sound(config: &Config, note: &mut impl FnMut(&'static str, Result<String, String>)) {
    let devices = devices::named_devices();
    let mut check = |name, opened: Result<String, anyhow::Error>, suits: fn(&NamedDevice) -> bool| {
        let names: String = devices.iter().filter(|device| suits(device)).map(line).collect();
        let names = format!("\nthe configuration may say \"auto\", or name any of these:{names}");
        note(name, opened.map(|opened| format!("{opened}{names}")).map_err(|error| format!("{error:#}{names}")));
    };
    // Together, as the daemon has them: on one card they have one rate.
    let sound = common::sound_devices(config);
    let sink = common::loudspeaker(&sound);
    let source = common::microphone(&sound);
    let opens = |device: Option<&str>, rate_hz: u32| format!("{} opens, at {rate_hz} Hz", device.unwrap_or_default());
    check("microphone", source.map(|source| opens(source.device(), source.format().rate_hz)), |device| device.records);
    check("loudspeaker", sink.map(|sink| opens(sink.device(), sink.format().rate_hz)), |device| device.plays);
}

/// A device as a line of a list: the name to write into the configuration, and what it is.
fn line(device: &NamedDevice) -> String {
    let description = if device.description.is_empty() { "" } else { "  " };
    format!("\n  {}{description}{}", device.name, device.description)
}

#[cfg(test)]
mod tests {
    use parley_door::{AnswersEcho, EchoFaultState};

    use super::*;

    #[test]
    fn an_echo_without_faults_is_well_and_has_its_figures() {
        let answers = AnswersEcho { answers: 12, suppressed_db: 34.2, volume: 60, ..AnswersEcho::default() };
        let state = EchoState { answers: Some(answers), ..EchoState::default() };
        let well = of_echo(&state);
        assert!(well.ok && well.detail.contains("34 dB") && well.detail.contains("12 answers"), "{}", well.detail);
        let fault = EchoFaultState { name: "stays".into(), says: "it stays".into() };
        let ill = of_echo(&EchoState { faults: vec![fault], ..state });
        assert!(!ill.ok && ill.detail.starts_with("it stays\n"), "{}", ill.detail);
    }

    #[test]
    fn a_key_that_is_asked_for_has_to_be_there() {
        let refused = barge_in(BargeInSetting::Key, false).expect_err("there is none");
        assert!(refused.contains("conversation.barge-in") && refused.contains("\"auto\""), "{refused}");
        assert!(barge_in(BargeInSetting::Key, true).is_ok());
        assert!(barge_in(BargeInSetting::Voice, false).is_ok());
        assert!(barge_in(BargeInSetting::Auto, false).expect("it works without").starts_with("speech interrupts"));
    }
}
