//! `parley wake-test`: how many wake words are heard in recordings that have them, and in recordings that have none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use parley_audio::wav;
use parley_daemon::own_words::OwnWords;
use parley_daemon::wake_words::WakeWords;
use parley_settings::{Config, WakeWord};
use parley_wake::{RATE_HZ, WakeListener};
use serde::Serialize;

use super::{common, output};

/// What is heard without a word of one's own.
const USUAL: &str = "hey jarvis";
/// Silence before each recording, as nothing in a house is the beginning of all sound, and behind it: a word is known a little after
/// its end.
const BEFORE: usize = 3 * RATE_HZ as usize / 2;
const BEHIND: usize = RATE_HZ as usize;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// A folder with `positive/*.wav`, in each of which a word is said once, and `negative/*.wav`, in which none is; either may be missing
    folder: PathBuf,
    /// A word: one that comes with the models, or the absolute path of a microWakeWord description (JSON) with its network beside it;
    /// repeat it for several. Without it, those of the settings, or "hey jarvis"
    #[arg(long = "word", value_name = "WORD")]
    words: Vec<String>,
    /// Print one JSON object: {words: [{name, found, missed, false_accepts, hours, per_hour, doubts_missed, doubts_false}], skipped}
    #[arg(long)]
    json: bool,
}

/// What became of one word.
#[derive(Debug, Default, Serialize)]
struct Counted {
    name: String,
    /// Recordings with a word in which this one was heard, and those in which it was not.
    found: usize,
    missed: usize,
    /// How often it was heard in recordings without one, and how long these are.
    false_accepts: usize,
    hours: f64,
    /// None where nothing was listened to.
    per_hour: Option<f64>,
    /// Of those missed, how many it was in doubt about, and how often it was where there is no word. Parley looks at the words then.
    doubts_missed: usize,
    doubts_false: usize,
}

#[derive(Debug, Serialize)]
struct Report {
    words: Vec<Counted>,
    /// Files that could not be read.
    skipped: usize,
}

pub(super) fn run(options: &Options, config: &Config) -> Result<ExitCode> {
    let mut config = config.clone();
    if !options.words.is_empty() {
        config.conversation.wake_words = options.words.iter().cloned().map(WakeWord::Usual).collect();
    } else if config.conversation.wake_words.is_empty() {
        config.conversation.wake_words = vec![WakeWord::Usual(USUAL.to_owned())];
    }
    let WakeWords { words, problems, .. } =
        WakeWords::named(&config, &common::models(&config)?, &OwnWords::of_this_machine());
    if !problems.is_empty() {
        bail!("{}", problems.join("\n"));
    }
    let mut listener = WakeListener::new(words);
    let counts = |name: &String| Counted { name: name.clone(), ..Counted::default() };
    let mut counted: Vec<Counted> = listener.names().iter().map(counts).collect();
    let (positive, negative) = (recordings(&options.folder, "positive")?, recordings(&options.folder, "negative")?);
    if positive.is_empty() && negative.is_empty() {
        bail!("{0} has neither positive/*.wav nor negative/*.wav", options.folder.display());
    }
    let (mut listened, mut skipped, begun) = (Duration::ZERO, 0, Instant::now());
    // One of thousands that cannot be read does not keep the others from being counted.
    let mut read = |file: &Path| {
        let sound = wav::load(file, RATE_HZ).inspect_err(|error| output::remark(format!("skipped: {error}"))).ok();
        skipped += usize::from(sound.is_none());
        sound
    };
    for sound in positive.iter().filter_map(|file| read(file)) {
        let (heard, length) = hear(&mut listener, sound, counted.len());
        listened += length;
        for (counted, Times { sure, doubtful }) in counted.iter_mut().zip(heard) {
            *(if sure > 0 { &mut counted.found } else { &mut counted.missed }) += 1;
            counted.doubts_missed += usize::from(sure == 0 && doubtful > 0);
        }
    }
    for sound in negative.iter().filter_map(|file| read(file)) {
        let (heard, length) = hear(&mut listener, sound, counted.len());
        listened += length;
        for (counted, Times { sure, doubtful }) in counted.iter_mut().zip(heard) {
            counted.false_accepts += sure;
            counted.doubts_false += doubtful;
            counted.hours += length.as_secs_f64() / 3_600.0;
        }
    }
    if listened.is_zero() {
        bail!("none of the {skipped} files can be read");
    }
    for counted in &mut counted {
        counted.per_hour = (counted.hours > 0.0).then(|| counted.false_accepts as f64 / counted.hours);
    }
    if options.json {
        output::json(&Report { words: counted, skipped })?;
    } else {
        counted.iter().try_for_each(|counted| output::line(line(counted)))?;
        let share = 100.0 * begun.elapsed().as_secs_f64() / listened.as_secs_f64().max(f64::MIN_POSITIVE);
        output::remark(format!("listening took {share:.2} % of a core, reading the files included"));
    }
    Ok(ExitCode::SUCCESS)
}

/// The recordings of one kind, in the order of their names.
fn recordings(folder: &Path, kind: &str) -> Result<Vec<PathBuf>> {
    let folder = folder.join(kind);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav")));
    files.sort();
    Ok(files)
}

/// How often a word was heard in a recording.
#[derive(Debug, Clone, Copy, Default)]
struct Times {
    sure: usize,
    doubtful: usize,
}

/// How often each word is heard in a recording, and how long that is.
fn hear(listener: &mut WakeListener, recording: Vec<i16>, words: usize) -> (Vec<Times>, Duration) {
    let length = Duration::from_secs_f64(recording.len() as f64 / f64::from(RATE_HZ));
    let sound = [vec![0; BEFORE], recording, vec![0; BEHIND]].concat();
    listener.forget();
    let mut times = vec![Times::default(); words];
    for heard in listener.push(&sound) {
        let times = &mut times[heard.word];
        *(if heard.sure { &mut times.sure } else { &mut times.doubtful }) += 1;
    }
    (times, length)
}

fn line(counted: &Counted) -> String {
    let Counted { name, found, missed, false_accepts, hours, per_hour, doubts_missed, doubts_false } = counted;
    let rate = per_hour.map_or_else(String::new, |rate| format!(", {rate:.2} an hour"));
    format!(
        "{name}: heard in {found} of {}, and {false_accepts} times in {hours:.2} h without it{rate}; in doubt in {doubts_missed} more, and \
         {doubts_false} times without it",
        found + missed
    )
}
