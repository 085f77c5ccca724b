//! `parley check`: what works here.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;
use parley_audio::devices;
use parley_models::Selection;
use parley_update::measure;
use serde::Serialize;

use super::{common, output};
use parley_daemon::config::{Config, ConfigError};
use parley_daemon::self_test;
use parley_daemon::session::settings;
use parley_daemon::workers::{Needed, Workers};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// One JSON object: {ok, checks: [{name, ok, detail}]}
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    ok: bool,
    checks: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct Check {
    name: &'static str,
    ok: bool,
    /// What works, or what to do.
    detail: String,
}

pub(super) fn run(options: &Options, config: Result<Config, ConfigError>) -> Result<ExitCode> {
    let mut checks = Vec::new();
    let mut note = |name, result: Result<String, String>| {
        let ok = result.is_ok();
        checks.push(Check { name, ok, detail: result.unwrap_or_else(|problem| problem) });
    };
    match config {
        Err(error) => note("configuration", Err(error.to_string())),
        Ok(config) => {
            note("configuration", Ok("is sound".into()));
            let selection = common::selection(&config);
            note(
                "models",
                match &selection {
                    Ok(_) => Ok(format!("profile {} is complete", config.models.profile)),
                    Err(error) => Err(format!("{error:#}")),
                },
            );
            if daemon_runs() {
                let said = measure::of_parts(Path::new(measure::FOLDER));
                let sound = said.get("sound-card").is_some_and(|sound| sound.value >= 1.0);
                let (works, fails) = ("Parley runs, and listens", "Parley runs, but its sound devices do not deliver");
                note("running", if sound { Ok(works.into()) } else { Err(fails.into()) });
            } else {
                if let Ok(selection) = &selection {
                    check_workers(&config, selection, &mut note)?;
                }
                check_sound(&config, &mut note);
            }
        }
    }
    let report = Report { ok: checks.iter().all(|check| check.ok), checks };
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

/// Whether the appliance itself runs: it holds the sound devices and the models, so that nobody else can try them.
fn daemon_runs() -> bool {
    let asked = Command::new("systemctl").args(["is-active", "--quiet", "parley.service"]).status();
    Path::new(measure::FOLDER).exists() && asked.is_ok_and(|active| active.success())
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

fn check_sound(config: &Config, note: &mut impl FnMut(&'static str, Result<String, String>)) {
    let cards: Vec<String> = devices::cards().into_iter().map(|card| card.name).collect();
    let found = if cards.is_empty() { String::new() } else { format!("; the cards here are: {}", cards.join(", ")) };
    let works = |name: &str| format!("{name} opens{found}");
    let fails = |error: &anyhow::Error| format!("{error:#}{found}");
    note("microphone", common::microphone(config).map(|_| works(&config.audio.input)).map_err(|error| fails(&error)));
    note(
        "loudspeaker",
        common::loudspeaker(config).map(|_| works(&config.audio.output)).map_err(|error| fails(&error)),
    );
}
