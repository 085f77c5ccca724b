//! `parley bench`: how fast a conversation is on this machine, measured at the microphone and the loudspeaker.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use parley_audio::playback::LOUDSPEAKER_HZ;
use parley_conversation::{BargeIn, Settings};
use parley_engines::{Kind, LanguageModel, ProcessUsage, SpeechToText, TextToSpeech};
use parley_models::Selection;
use serde::Serialize;

use super::{common, output};
use parley_daemon::conductor::{StagesMs, milliseconds};
use parley_daemon::machine::Machine;
use parley_daemon::rehearsal::{Answered, Question, Room};
use parley_daemon::session::{settings_at_device, told_settings};
use parley_daemon::workers::{Needed, Workers};
use parley_settings::Config;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A folder of spoken questions (WAV files)
    #[arg(long, value_name = "FOLDER")]
    questions: PathBuf,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Ask only the first N questions
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Skip the second pass, which runs without speculation
    #[arg(long)]
    once: bool,
    /// Let speech interrupt answers, as with a headset; without it as the settings say
    #[arg(long)]
    headset: bool,
    /// How many seconds of silence to measure the idle load over
    #[arg(long, default_value_t = 10, value_name = "SECONDS")]
    idle: u64,
}

#[derive(Debug, Clone, Copy, Default, Serialize)]
struct Spread {
    p50: f64,
    p95: f64,
    min: f64,
    max: f64,
    count: usize,
}

#[derive(Debug, Serialize)]
struct Report {
    machine: Machine,
    models: Vec<String>,
    /// What was measured: the settings, and what interrupts an answer.
    settings: BTreeMap<&'static str, String>,
    threads: BTreeMap<&'static str, usize>,
    /// From start until the microphone is heard, and until every model is loaded.
    start_ms: BTreeMap<&'static str, f64>,
    questions: usize,
    unanswered: Vec<String>,
    #[serde(flatten)]
    pass: Pass,
    /// Processor time for each answered question, by process.
    cpu_ms_per_turn: BTreeMap<String, f64>,
    /// Memory at the end, by process.
    resident_mb: BTreeMap<String, f64>,
    /// Of one core, all processes together, while nobody speaks.
    idle_cpu_percent: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    without_speculation: Option<Comparison>,
}

#[derive(Debug, Serialize)]
struct Comparison {
    #[serde(flatten)]
    pass: Pass,
    /// Median first audio with speculation over that without.
    ratio: f64,
}

/// Milliseconds from the true end of speech.
#[derive(Debug, Default, Serialize)]
struct Pass {
    first_audio_ms: Spread,
    transcribed_ms: Spread,
    endpoint_ms: Spread,
    first_text_ms: Spread,
    first_clause_ms: Spread,
    first_block_ms: Spread,
    played_ms: Spread,
}

pub(super) fn run(options: &Options, config: &Config) -> Result<ExitCode> {
    let questions = read_questions(&options.questions, options.limit)?;
    let models = common::selection(config)?;
    let report = common::block_on(measure(options, config, &models, &questions))?;
    if options.json {
        output::json(&report)?;
    } else {
        print(&report)?;
    }
    Ok(if report.unanswered.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read_questions(folder: &Path, limit: Option<usize>) -> Result<Vec<(String, Question)>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav")));
    paths.sort();
    paths.truncate(limit.unwrap_or(usize::MAX));
    if paths.is_empty() {
        bail!("there are no WAV files in {}", folder.display());
    }
    let read = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok((name, Question::read(path)?))
    };
    paths.iter().map(read).collect()
}

/// As the image ships it, unless a headset is asked for.
fn measured(headset: bool, shipped: Settings) -> Settings {
    if headset { Settings { barge_in: BargeIn::Voice, ..shipped } } else { shipped }
}

async fn measure(
    options: &Options,
    config: &Config,
    models: &Selection,
    questions: &[(String, Question)],
) -> Result<Report> {
    let begun = Instant::now();
    let spoken = measured(options.headset, settings_at_device(config, models, LOUDSPEAKER_HZ));
    let open = |settings, workers| -> Result<Room> {
        Ok(Room::asleep(settings, common::generating(config), workers, common::wake_words(config)?)?)
    };
    let mut room = open(spoken.clone(), Workers::spawn(config, models, Needed::All)?)?;
    let listening = begun.elapsed();
    room.ready().await?;
    let answering = begun.elapsed();

    tokio::time::sleep(Duration::from_secs(1)).await;
    let idle_before = total_cpu(&usage(&room));
    tokio::time::sleep(Duration::from_secs(options.idle)).await;
    let idle = total_cpu(&usage(&room)).saturating_sub(idle_before);

    let before = usage(&room);
    let (pass, unanswered) = ask_all(&mut room, questions, options.json).await?;
    let after = usage(&room);
    room.close().await;

    let answered = (questions.len() - unanswered.len()).max(1) as f64;
    let cpu = |name: &String, usage: &ProcessUsage| {
        let earlier = before.get(name).map_or(Duration::ZERO, |earlier| earlier.cpu_time);
        milliseconds(usage.cpu_time.saturating_sub(earlier)) / answered
    };
    let megabytes = |usage: &ProcessUsage| (usage.resident_bytes as f64 / 1e5).round() / 10.0;
    let mut resident_mb: BTreeMap<String, f64> =
        after.iter().map(|(name, usage)| (name.clone(), megabytes(usage))).collect();
    resident_mb.insert("total".into(), resident_mb.values().sum());

    let without_speculation = if options.once {
        None
    } else {
        let plain = Settings { speculation: false, ..spoken.clone() };
        let workers = Workers::spawn(config, models, Needed::All)?;
        let mut room = open(plain, workers)?;
        room.ready().await?;
        let (without, _) = ask_all(&mut room, questions, options.json).await?;
        room.close().await;
        let ratio = pass.first_audio_ms.p50 / without.first_audio_ms.p50;
        Some(Comparison { pass: without, ratio: (ratio * 100.0).round() / 100.0 })
    };
    let engines = &config.engines;
    Ok(Report {
        machine: Machine::this(),
        models: common::model_names(models),
        settings: told_settings(config, spoken.barge_in),
        threads: BTreeMap::from([
            (SpeechToText::NAME, engines.speech_to_text_threads),
            (LanguageModel::NAME, engines.language_model_threads),
            (TextToSpeech::NAME, engines.text_to_speech_threads),
        ]),
        start_ms: BTreeMap::from([("listening", milliseconds(listening)), ("answering", milliseconds(answering))]),
        questions: questions.len(),
        unanswered,
        pass,
        cpu_ms_per_turn: after.iter().map(|(name, usage)| (name.clone(), cpu(name, usage).round())).collect(),
        resident_mb,
        idle_cpu_percent: (idle.as_secs_f64() / options.idle.max(1) as f64 * 1_000.0).round() / 10.0,
        without_speculation,
    })
}

async fn ask_all(room: &mut Room, questions: &[(String, Question)], quiet: bool) -> Result<(Pass, Vec<String>)> {
    let (mut answers, mut unanswered) = (Vec::new(), Vec::new());
    for (name, question) in questions {
        let answered = room.ask(question, |_| {}).await?;
        let heard = answered.report.as_ref().map(|report| report.question.clone()).unwrap_or_default();
        if !quiet {
            let ms = answered.first_audio.map_or("no answer".into(), |first| format!("{:.0} ms", milliseconds(first)));
            output::remark(format_args!("{name:<24} {ms:>9}  {heard}"));
        }
        if answered.first_audio.is_some() && answered.report.is_some() {
            answers.push(answered)
        } else {
            unanswered.push(name.clone())
        }
    }
    Ok((pass(&answers), unanswered))
}

fn pass(answers: &[Answered]) -> Pass {
    let stage = |of: fn(&StagesMs) -> Option<f64>| {
        spread(answers.iter().filter_map(|answered| of(answered.stages_ms.as_ref()?)))
    };
    Pass {
        first_audio_ms: spread(answers.iter().filter_map(|answered| answered.first_audio.map(milliseconds))),
        transcribed_ms: stage(|stages| stages.transcribed),
        endpoint_ms: stage(|stages| stages.endpoint),
        first_text_ms: stage(|stages| stages.first_text),
        first_clause_ms: stage(|stages| stages.first_clause),
        first_block_ms: stage(|stages| stages.first_block),
        played_ms: stage(|stages| stages.played),
    }
}

fn spread(values: impl Iterator<Item = f64>) -> Spread {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    // The nearest rank: no figure that was not measured.
    let rank = |share: f64| {
        values.get(((values.len() as f64 * share).ceil() as usize).saturating_sub(1)).copied().unwrap_or(0.0)
    };
    Spread { p50: rank(0.5), p95: rank(0.95), min: rank(0.0), max: rank(1.0), count: values.len() }
}

fn usage(room: &Room) -> BTreeMap<String, ProcessUsage> {
    let own = ProcessUsage::of(std::process::id()).ok().map(|usage| ("parley".to_owned(), usage));
    room.workers().usage().into_iter().map(|(name, _, usage)| (name.to_owned(), usage)).chain(own).collect()
}

fn total_cpu(usage: &BTreeMap<String, ProcessUsage>) -> Duration {
    usage.values().map(|usage| usage.cpu_time).sum()
}

fn print(report: &Report) -> Result<()> {
    let machine = &report.machine;
    output::line(format_args!(
        "{}, {} cores, {} MB, {}",
        machine.processor, machine.cores, machine.memory_mb, machine.system
    ))?;
    output::line(format_args!("models: {}; threads: {:?}", report.models.join(", "), report.threads))?;
    let settings: Vec<String> = report.settings.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    output::line(format_args!("settings: {}", settings.join(", ")))?;
    output::line(format_args!("{} questions, {} unanswered", report.questions, report.unanswered.len()))?;
    print_pass("ms after the end of speech", &report.pass)?;
    if let Some(plain) = &report.without_speculation {
        print_pass("without speculation", &plain.pass)?;
        output::line(format_args!("first audio with speculation / without: {:.2}", plain.ratio))?;
    }
    let row = |values: &BTreeMap<String, f64>| {
        values.iter().map(|(name, value)| format!("{name} {value:.0}")).collect::<Vec<_>>().join(", ")
    };
    output::line(format_args!("CPU ms per turn: {}", row(&report.cpu_ms_per_turn)))?;
    output::line(format_args!("resident MB: {}", row(&report.resident_mb)))?;
    output::line(format_args!("idle: {} % of a core; start: {:?} ms", report.idle_cpu_percent, report.start_ms))
}

fn print_pass(title: &str, pass: &Pass) -> Result<()> {
    output::line(format_args!("\n{title:<28} {:>7} {:>7} {:>7} {:>7}", "p50", "p95", "min", "max"))?;
    for (name, spread) in [
        ("transcript", pass.transcribed_ms),
        ("end confirmed", pass.endpoint_ms),
        ("first token", pass.first_text_ms),
        ("first clause", pass.first_clause_ms),
        ("first synthesised block", pass.first_block_ms),
        ("handed to the loudspeaker", pass.played_ms),
        ("first audio heard", pass.first_audio_ms),
    ] {
        output::line(format_args!(
            "{name:<28} {:>7.0} {:>7.0} {:>7.0} {:>7.0}",
            spread.p50, spread.p95, spread.min, spread.max
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ships_is_what_is_measured() {
        for barge_in in [BargeIn::Key, BargeIn::Voice] {
            let shipped = Settings { barge_in, ..Settings::default() };
            assert_eq!(measured(false, shipped.clone()), shipped);
            assert_eq!(measured(true, shipped.clone()), Settings { barge_in: BargeIn::Voice, ..shipped });
        }
        let told = told_settings(&Config::default(), BargeIn::Key);
        assert_eq!((told["interrupted by"].as_str(), told["conversation.barge-in"].as_str()), ("a key", "\"auto\""));
        assert!(told.contains_key("engines.context-tokens") && !told.contains_key("audio.volume"));
    }

    #[test]
    fn percentiles_are_measured_values() {
        let spread = spread((1..=20).map(f64::from));
        assert_eq!((spread.p50, spread.p95, spread.min, spread.max), (10.0, 19.0, 1.0, 20.0));
        assert_eq!(super::spread(std::iter::empty()).count, 0);
    }
}
