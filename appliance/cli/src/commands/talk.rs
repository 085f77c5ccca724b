//! `parley talk`: a conversation at the terminal, live or from recordings.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use parley_audio::playback::{LOUDSPEAKER_HZ, Sink as _};
use parley_audio::wav::WavWriter;
use parley_conversation::{BargeIn, Event, Notice, Outcome, Settings, Waking};
use parley_models::Selection;
use serde::Serialize;

use super::{common, output};
use parley_daemon::conductor::{Observation, StagesMs, TurnReport, milliseconds};
use parley_daemon::context;
use parley_daemon::listening::Mute;
use parley_daemon::machine;
use parley_daemon::rehearsal::{Answered, Question, Room};
use parley_daemon::session::{Session, settings_at_device};
use parley_daemon::volume::Volume;
use parley_daemon::workers::{Needed, Workers};
use parley_settings::{BargeInSetting, Config};

#[derive(Debug, Args)]
pub(super) struct Options {
    /// WAV files with spoken questions, asked one after another in real time; `-` is standard input
    #[arg(required_unless_present = "mic", conflicts_with = "mic")]
    wavs: Vec<PathBuf>,
    /// Use the microphone and the loudspeaker
    #[arg(long)]
    mic: bool,
    /// Let speech interrupt an answer; needs a headset, or a microphone that does not hear the loudspeaker. Without it,
    /// recordings and microphone alike are heard as conversation.barge-in says
    #[arg(long)]
    headset: bool,
    /// What is said in a recording, for the report; repeat it for each recording
    #[arg(long, value_name = "TEXT", requires = "report")]
    expect: Vec<String>,
    /// Write report.json and the answers as WAV files into this folder
    #[arg(long, value_name = "FOLDER", conflicts_with = "mic")]
    report: Option<PathBuf>,
    /// Print one line of JSON for each event
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    machine: machine::Machine,
    models: Vec<String>,
    /// Whether speech interrupts an answer, or only a key does.
    barge_in: BargeIn,
    turns: &'a [Turn],
}

#[derive(Serialize)]
struct Turn {
    question_wav: PathBuf,
    expected: Option<String>,
    heard: String,
    answer: String,
    answer_wav: Option<PathBuf>,
    first_audio_ms: Option<f64>,
    stages_ms: StagesMs,
}

pub(super) fn run(options: &Options, config: &Config, named: Option<&Path>) -> Result<ExitCode> {
    let models = common::selection(config)?;
    if options.mic {
        common::block_on(live(options, config, &models, named))?;
        return Ok(ExitCode::SUCCESS);
    }
    let questions: Vec<Question> = options.wavs.iter().map(|path| Question::read(path)).collect::<Result<_, _>>()?;
    let understood = common::block_on(from_recordings(options, config, &models, &questions))?;
    Ok(if understood { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Those of the configuration, which are those that the image ships where nothing else was said.
fn settings_of(options: &Options, config: &Config, models: &Selection, loudspeaker_hz: u32) -> Settings {
    let configured = settings_at_device(config, models, loudspeaker_hz);
    let barge_in = if options.headset { BargeIn::Voice } else { configured.barge_in };
    output::remark(match barge_in {
        BargeIn::Voice => "Mode: voice. Speech interrupts an answer.",
        BargeIn::Key => "Mode: key. The microphone is closed while Parley speaks; with --headset speech interrupts.",
    });
    Settings { barge_in, ..configured }
}

async fn live(options: &Options, config: &Config, models: &Selection, named: Option<&Path>) -> Result<()> {
    let mut config = context::fitted(config, models);
    if options.headset {
        config.conversation.barge_in = BargeInSetting::Voice;
    }
    let config = &config;
    let devices = common::sound_devices(config);
    let sink = common::loudspeaker(&devices)?;
    let settings = settings_of(options, config, models, sink.format().rate_hz);
    let source = common::microphone(&devices)?;
    let workers = Workers::spawn(config, models, Needed::All)?;
    let wake_words = common::wake_words(config)?;
    let names = wake_words.names();
    if !names.is_empty() {
        output::remark(format!("Sleeps until it hears: {}; Enter wakes it, too.", names.join(", ")));
    }
    let session =
        Session::start(settings, common::generating(config), workers, wake_words, Mute::default(), source, sink)?;
    let volume = session.handle.mixer.clone().map(|mixer| Volume::start(mixer, config.audio.volume));
    volume.iter().for_each(|volume| session.volume.is_of(volume.clone()));
    let door = common::door(&session, volume, config, named, None);
    let mut observations = session.handle.observations.subscribe();
    output::remark("Speak; Enter interrupts an answer, Ctrl-C ends the conversation.");
    let control = session.handle.control.clone();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines() {
            if line.is_err() || control.blocking_send(Event::Woken { by: Waking::Button }).is_err() {
                return;
            }
        }
    });
    let mut stop = std::pin::pin!(tokio::signal::ctrl_c());
    loop {
        tokio::select! {
            _ = &mut stop => break,
            error = session.over() => return Err(error.into()),
            observation = observations.recv() => match observation {
                Ok(observation) => show(&observation, options.json)?,
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(tokio::sync::broadcast::error::RecvError::Closed) => break,
            },
        }
    }
    drop(door);
    session.close().await;
    Ok(())
}

async fn from_recordings(
    options: &Options,
    config: &Config,
    models: &Selection,
    questions: &[Question],
) -> Result<bool> {
    let settings = settings_of(options, config, models, LOUDSPEAKER_HZ);
    let barge_in = settings.barge_in;
    let workers = Workers::spawn(config, models, Needed::All)?;
    let mut room = Room::open(settings, common::generating(config), workers)?;
    room.ready().await?;
    let mut turns = Vec::new();
    for (number, (path, question)) in (1..).zip(options.wavs.iter().zip(questions)) {
        if !options.json {
            output::line(format_args!("\n♪ {}", path.display()))?;
        }
        let mut failure = Ok(());
        let answered = room
            .ask(question, |observation| {
                let shown = show(observation, options.json);
                failure = std::mem::replace(&mut failure, Ok(())).and(shown);
            })
            .await?;
        failure?;
        if !options.json {
            print_latency(&answered)?;
        }
        let expected = options.expect.get(number - 1).cloned();
        turns.push(turn(number, path, expected, answered, options.report.as_deref())?);
    }
    room.close().await;
    if let Some(folder) = &options.report {
        write_report(folder, models, barge_in, &turns)?;
    }
    Ok(turns.iter().all(|turn| !turn.heard.is_empty()))
}

fn turn(
    number: usize,
    path: &Path,
    expected: Option<String>,
    answered: Answered,
    folder: Option<&Path>,
) -> Result<Turn> {
    let report = answered.report;
    let answer_wav = match folder {
        Some(folder) if !answered.audio.is_empty() => {
            std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
            let path = folder.join(format!("answer-{number}.wav"));
            let mut wav = WavWriter::create(&path, LOUDSPEAKER_HZ)?;
            wav.write(&answered.audio)?;
            wav.finish()?;
            Some(path)
        }
        _ => None,
    };
    let (heard, answer) = match report {
        Some(TurnReport { question, answer, .. }) => (question, answer),
        None => Default::default(),
    };
    let stages_ms = answered.stages_ms.unwrap_or_default();
    let first_audio_ms = answered.first_audio.map(milliseconds);
    Ok(Turn { question_wav: path.to_owned(), expected, heard, answer, answer_wav, first_audio_ms, stages_ms })
}

fn write_report(folder: &Path, models: &Selection, barge_in: BargeIn, turns: &[Turn]) -> Result<()> {
    let report = Report { machine: machine::Machine::this(), models: common::model_names(models), barge_in, turns };
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let path = folder.join("report.json");
    std::fs::write(&path, serde_json::to_vec_pretty(&report)?)
        .with_context(|| format!("cannot write {}", path.display()))
}

fn show(observation: &Observation, json: bool) -> Result<()> {
    if json {
        return output::json(observation);
    }
    match observation {
        Observation::Notice(Notice::Understood { text, language, .. }) => {
            output::part(format_args!("  you ({language}): {text}\n  parley: "))
        }
        Observation::Notice(Notice::Answering { text, .. }) => output::part(format_args!("{text} ")),
        Observation::Notice(Notice::Ended { outcome, .. }) => output::line(match outcome {
            Outcome::Completed => "",
            Outcome::Interrupted => "— (interrupted)",
            Outcome::Withdrawn => "— (you had not finished)",
        }),
        Observation::Notice(Notice::NoWords) => output::line("  (no words)"),
        Observation::Notice(Notice::Degraded { stage, degraded: true }) => {
            output::line(format_args!("  ! {stage} is out of order; `parley check` says why"))
        }
        Observation::Notice(Notice::Degraded { stage, degraded: false }) => {
            output::line(format_args!("  ! {stage} works again"))
        }
        Observation::Notice(Notice::Announcing { .. }) => output::part("  parley, unasked: "),
        Observation::Notice(Notice::SpeechBegan | Notice::Announced { .. } | Notice::Attentive { .. })
        | Observation::Turn(_) => Ok(()),
    }
}

fn print_latency(answered: &Answered) -> Result<()> {
    let Some(stages) = &answered.stages_ms else { return output::line("  (nothing was understood)") };
    let ms = |value: Option<f64>| value.map_or("–".into(), |ms| format!("{ms:.0}"));
    output::line(format_args!(
        "  ms after the last word: transcript {} · end confirmed {} · first token {} · first clause {} · voice {} · first sound {}",
        ms(stages.transcribed),
        ms(stages.endpoint),
        ms(stages.first_text),
        ms(stages.first_clause),
        ms(stages.first_block),
        ms(answered.first_audio.map(|first: Duration| milliseconds(first))),
    ))
}
