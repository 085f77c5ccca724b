//! `parley say`: text to sound.

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use parley_audio::playback::{Control, Feed, Part, PlaybackThread};
use parley_audio::resample::Resampler;
use parley_audio::wav::WavWriter;
use parley_engines::{Engine, Speak, TextToSpeech};
use parley_models::Voices;
use parley_speech_text::{Clause, ClauseCutter, clauses, language_of_letters};
use serde::Serialize;

use super::{common, output};
use parley_daemon::conductor::milliseconds;
use parley_daemon::languages::has_machine_voice;
use parley_daemon::volume::Volume;
use parley_daemon::workers::{Needed, Workers};
use parley_settings::{Config, language};

/// The longest text; more than half an hour of speech.
const MAX_CHARS: usize = 32_000;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The text to speak
    #[arg(required = true)]
    text: Vec<String>,
    /// Write a WAV file instead of playing; `-` is standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print what would be said, one clause a line, and say nothing; no voice is needed
    #[arg(long, conflicts_with = "output")]
    show: bool,
    /// The text's language (ISO 639-1); else that of its letters, where they tell, or of the first voice (with `--show`:
    /// of the settings, or English)
    #[arg(long, value_name = "CODE", value_parser = language::parse)]
    language: Option<String>,
    /// Print one line of JSON: {text, audio_ms, first_block_ms, elapsed_ms}; with `--show` {text, language, spoken}
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Said<'a> {
    text: &'a str,
    audio_ms: f64,
    first_block_ms: Option<f64>,
    elapsed_ms: f64,
}

#[derive(Serialize)]
struct Shown<'a> {
    text: &'a str,
    language: &'a str,
    spoken: Vec<String>,
}

pub(super) fn run(options: &Options, config: &Config) -> Result<ExitCode> {
    let text = options.text.join(" ");
    let chars = text.chars().count();
    if chars > MAX_CHARS {
        bail!("the text has {chars} characters; say at most {MAX_CHARS} at a time");
    }
    if options.show {
        return show(&text, options, config);
    }
    let to_standard_output = options.output.as_deref().is_some_and(is_standard_output);
    if options.json && to_standard_output {
        bail!("--json and the sound would both go to standard output; name a file with --output");
    }
    let models = common::selection(config)?;
    let wanted = options.language.as_deref().or_else(|| language_of_letters(&text));
    let voice = voice(wanted, &models.text_to_speech)?;
    let clauses = spoken(&text, &voice)?;
    common::block_on(async {
        let workers = Workers::spawn(config, &models, Needed::TextToSpeech)?;
        let engine = common::ready(workers.text_to_speech()).await?;
        let outlet = Outlet::open(options, config)?;
        let (begun, all) = (Instant::now(), clauses.len());
        let spoken = speak(engine.as_ref(), clauses, &voice, begun, outlet).await;
        workers.shut_down().await;
        let Spoken { length, first, unspoken } = spoken?;
        if unspoken > 0 {
            output::remark(format_args!("{unspoken} of {all} pieces have nothing that this voice can say"));
        }
        if options.json {
            let (audio_ms, elapsed_ms) = (milliseconds(length), milliseconds(begun.elapsed()));
            output::json(&Said { text: &text, audio_ms, first_block_ms: first.map(milliseconds), elapsed_ms })?;
        }
        Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What is said of a text, as an answer would be: cut into pieces, and each of them made fit for the voice.
fn spoken(text: &str, language: &str) -> Result<Vec<String>> {
    let mut cutter = ClauseCutter::default();
    let mut pieces = cutter.push(text);
    pieces.extend(cutter.finish());
    let clauses = pieces.iter().flat_map(|piece| clauses(piece, language));
    let spoken: Vec<String> = clauses.map(|Clause { spoken, .. }| spoken).collect();
    if spoken.is_empty() {
        bail!("this text has nothing that can be spoken");
    }
    Ok(spoken)
}

fn show(text: &str, options: &Options, config: &Config) -> Result<ExitCode> {
    let known = [options.language.as_deref(), language_of_letters(text), Some(config.conversation.language.as_str())];
    let language = known.into_iter().flatten().find(|language| *language != language::AUTO).unwrap_or("en");
    let spoken = spoken(text, language)?;
    if options.json {
        output::json(&Shown { text, language, spoken })?;
    } else {
        output::line(spoken.join("\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The language of the voice that speaks: the wanted one, or the first.
fn voice(wanted: Option<&str>, voices: &Voices) -> Result<String> {
    let mut known = voices.files.iter().map(|(language, _)| language.as_str());
    match wanted {
        None => Ok(known.next().unwrap_or_default().to_owned()),
        Some(wanted) if known.clone().any(|language| language == wanted) => Ok(wanted.to_owned()),
        Some(wanted) if has_machine_voice(wanted) => {
            output::remark(format_args!("no voice for \"{wanted}\" is installed: espeak-ng's own speaks"));
            Ok(wanted.to_owned())
        }
        Some(wanted) => {
            let known: Vec<&str> = known.collect();
            bail!("there is no voice for \"{wanted}\" among the models in use, only for {}", known.join(", "))
        }
    }
}

fn is_standard_output(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

/// What was spoken.
#[derive(Default)]
struct Spoken {
    length: Duration,
    /// Until the first block.
    first: Option<Duration>,
    /// Clauses without any sound.
    unspoken: usize,
}

async fn speak(
    voice: &dyn Engine<TextToSpeech>,
    clauses: Vec<String>,
    language: &str,
    begun: Instant,
    mut outlet: Outlet,
) -> Result<Spoken> {
    let mut spoken = Spoken::default();
    for text in clauses {
        let mut job = voice.start(Speak { text, language: Some(language.to_owned()) });
        let before = spoken.length;
        while let Some(block) = job.next().await {
            let block = block?;
            spoken.first.get_or_insert_with(|| begun.elapsed());
            spoken.length += Duration::from_secs_f64(block.audio.len() as f64 / f64::from(block.rate_hz));
            outlet.write(&block.audio, block.rate_hz).await?;
        }
        spoken.unspoken += usize::from(spoken.length == before);
    }
    if spoken.length.is_zero() {
        bail!("this voice can say nothing of the text; it speaks \"{language}\"");
    }
    outlet.finish().await?;
    Ok(spoken)
}

struct Loudspeaker {
    feed: Feed,
    control: Control,
    resampler: Option<Resampler>,
    _thread: PlaybackThread,
}

enum Outlet {
    File { path: PathBuf, writer: Option<WavWriter> },
    Loudspeaker(Box<Loudspeaker>),
}

/// How often the loudspeaker is asked for room.
const FEED_EVERY: Duration = Duration::from_millis(10);

impl Outlet {
    fn open(options: &Options, config: &Config) -> Result<Self> {
        match &options.output {
            Some(path) => Ok(Self::File { path: path.clone(), writer: None }),
            None => {
                let sink = common::loudspeaker(&common::sound_devices(config))
                    .context("`--output FILE` writes a WAV file instead of playing")?;
                let (mixer, _thread) = PlaybackThread::start(sink)?;
                let (feed, control) = mixer.open(Part::Speech)?;
                Volume::start(mixer, config.audio.volume);
                Ok(Self::Loudspeaker(Box::new(Loudspeaker { feed, control, resampler: None, _thread })))
            }
        }
    }

    async fn write(&mut self, audio: &[i16], rate_hz: u32) -> Result<()> {
        match self {
            Self::File { path, writer } => {
                let writer = match writer {
                    Some(writer) => writer,
                    none => none.insert(WavWriter::create(path, rate_hz)?),
                };
                writer.write(audio).map_err(|error| match error {
                    // No failure: whoever listens has had enough.
                    error if error.is_reader_gone() => io::Error::from(io::ErrorKind::BrokenPipe).into(),
                    error => error.into(),
                })
            }
            Self::Loudspeaker(speaker) => {
                let Loudspeaker { feed, control, resampler, .. } = speaker.as_mut();
                let resampler = match resampler {
                    Some(resampler) => resampler,
                    none => none.insert(Resampler::new(rate_hz, feed.rate_hz())?),
                };
                let mut converted = Vec::new();
                resampler.process(audio, &mut converted);
                offer(feed, control, &converted).await
            }
        }
    }

    async fn finish(self) -> Result<()> {
        match self {
            Self::File { writer, .. } => Ok(writer.map_or(Ok(()), WavWriter::finish)?),
            Self::Loudspeaker(speaker) => {
                let Loudspeaker { mut feed, control, resampler, _thread } = *speaker;
                let mut rest = Vec::new();
                if let Some(mut resampler) = resampler {
                    resampler.finish(&mut rest);
                }
                offer(&mut feed, &control, &rest).await?;
                while !control.is_drained() {
                    tokio::time::sleep(FEED_EVERY).await;
                }
                Ok(())
            }
        }
    }
}

async fn offer(feed: &mut Feed, control: &Control, mut samples: &[f32]) -> Result<()> {
    while !samples.is_empty() {
        let taken = feed.offer(control.stream(), samples)?;
        samples = samples.get(taken..).unwrap_or_default();
        tokio::time::sleep(FEED_EVERY).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use parley_engines::MAX_SPOKEN_CHARS;
    use parley_engines::scripted::Scripted;

    use super::*;

    #[test]
    fn a_language_without_a_voice_is_refused_with_those_that_have_one() {
        let file = |language: &str| (language.to_owned(), PathBuf::new());
        let voices = Voices { worker: String::new(), files: vec![file("en"), file("es")] };
        assert_eq!(voice(None, &voices).ok().as_deref(), Some("en"));
        assert_eq!(voice(Some("es"), &voices).ok().as_deref(), Some("es"));
        assert_eq!(voice(Some("de"), &voices).ok().as_deref(), Some("de"), "espeak-ng has one");
        let refused = voice(Some("yo"), &voices).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("\"yo\"") && refused.ends_with("only for en, es"), "{refused}");
    }

    #[test]
    fn what_is_in_other_letters_is_said_by_a_voice_that_can_read_them() {
        let voices = Voices { worker: String::new(), files: vec![("en".into(), PathBuf::new())] };
        for (text, language) in [
            ("سلام", "ar"),
            ("Բարեւ", "hy"),
            ("হ্যালো", "bn"),
            ("Привет", "ru"),
            ("नमस्ते", "hi"),
            ("ሰላም", "am"),
            ("გამარჯობა", "ka"),
            ("Γεια", "el"),
            ("નમસ્તે", "gu"),
            ("ਹੈਲੋ", "pa"),
            ("你好", "zh"),
            ("안녕", "ko"),
            ("שלום", "he"),
            ("こんにちは", "ja"),
            ("ನಮಸ್ತೆ", "kn"),
            ("ഹലോ", "ml"),
            ("ဟယ်လို", "my"),
            ("හෙලෝ", "si"),
            ("வணக்கம்", "ta"),
            ("హలో", "te"),
            ("สวัสดี", "th"),
        ] {
            assert_eq!(voice(language_of_letters(text), &voices).ok().as_deref(), Some(language), "{text}");
        }
    }

    /// Whatever the text, the voice is asked for no more at once than it takes, and for all of it.
    #[test]
    fn a_text_is_said_whole() -> Result<()> {
        let voice = Scripted::<TextToSpeech>::from_outputs(|task: &Speak| {
            assert!(task.text.chars().count() <= MAX_SPOKEN_CHARS);
            vec![parley_engines::Spoken { rate_hz: 1_000, audio: vec![1; task.text.chars().count()] }]
        });
        let folder = tempfile::tempdir()?;
        for text in ["\u{e01}".repeat(3_900), "word".repeat(400), "1*".repeat(2_000), "So. ".repeat(100)] {
            let path = folder.path().join("x.wav");
            let clauses = super::spoken(&text, "en")?;
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            assert!(clauses.iter().map(|clause| letters(clause)).sum::<usize>() >= letters(&text));
            let samples: usize = clauses.iter().map(|clause| clause.chars().count()).sum();
            let outlet = Outlet::File { path: path.clone(), writer: None };
            let spoken = common::block_on(speak(&voice, clauses, "en", Instant::now(), outlet))?;
            assert_eq!((spoken.length, spoken.unspoken), (Duration::from_millis(samples as u64), 0));
            assert_eq!(parley_audio::wav::load(&path, 1_000)?.len(), samples);
        }
        Ok(())
    }

    #[test]
    fn what_a_voice_cannot_say_is_told() -> Result<()> {
        let voice = Scripted::<TextToSpeech>::from_outputs(|task: &Speak| {
            let audio = vec![1; if task.text == "silent" { 0 } else { 10 }];
            vec![parley_engines::Spoken { rate_hz: 1_000, audio }]
        });
        let folder = tempfile::tempdir()?;
        let say = |clauses: &[&str]| {
            let outlet = Outlet::File { path: folder.path().join("x.wav"), writer: None };
            let clauses = clauses.iter().map(|clause| (*clause).to_owned()).collect();
            common::block_on(speak(&voice, clauses, "en", Instant::now(), outlet))
        };
        assert_eq!(say(&["silent", "loud"])?.unspoken, 1);
        assert!(say(&["silent"]).is_err());
        Ok(())
    }
}
