//! Teaches the heads that hear a word by embeddings. `cargo xtask teach --help`.
//!
//! Voices say the words, and what only sounds like them; that, recordings of people, and music are put into simulated
//! surroundings, and heard by the product's own code; a head is taught to tell the one from all the other, and it is
//! chosen from which odds on it is in doubt and sure. What was said and fetched is kept, so that a run that was ended
//! goes on where it was.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a developer's command line talks to its terminal")]

mod choosing;
mod examples;
mod hearing;
mod network;
mod report;
mod surroundings;
mod training;
mod voices;
mod words;

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use parley_daemon::wake_words::speech_embedding;
use parley_e2e::product;
use parley_models::Wanted;
use parley_speech::{default_folder, teaching};
use parley_wake::Head;

use self::examples::Examples;
use self::report::{TaughtHead, TaughtReport};
use self::training::Lessons;
use self::words::{TaughtWord, WORDS};

#[derive(Parser)]
#[command(name = "teach", about = "Teaches the heads that hear a word by embeddings, from voices, people and music")]
struct Options {
    /// Only the heads of these words [default: all]
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    /// The folder that the heads are written into
    #[arg(long, value_name = "FOLDER", default_value = "target/heads")]
    out: PathBuf,
    /// What chance does comes from this: the same gives the same heads
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Have the words said by so many mixtures of voices, too
    #[arg(long, default_value_t = 40)]
    mixtures: usize,
    /// Steps of teaching each head
    #[arg(long, default_value_t = 9_000)]
    steps: usize,
    /// Only fetch and say what is needed, to go on later
    #[arg(long)]
    only_say: bool,
    /// What was done as one line of JSON
    #[arg(long)]
    json: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(&options))
}

async fn run(options: &Options) -> Result<()> {
    let wanted = wanted(&options.words)?;
    let begun = Instant::now();
    let tell = |line: &str| eprintln!("{:>5.0} s  {line}", begun.elapsed().as_secs_f64());
    let all: Vec<&TaughtWord> = WORDS.iter().collect();
    tell("recordings of people, and music");
    let (people, music) = teaching::teachers(&default_folder())?;
    let told = |number: usize, of: usize, voice: &str| tell(&format!("voice {} of {of}, {voice}", number + 1));
    // Each word is to be told from the others, too.
    let spoken = voices::say(&all, options.mixtures, options.seed, told).await?;
    if options.only_say {
        return Ok(());
    }
    let catalogue = product::catalogue()?;
    catalogue.fetch(&catalogue.resolve(&Wanted::Profile("tiny".to_owned()))?, &mut |_| {})?;
    let model = speech_embedding(&catalogue).map_err(|problem| anyhow!(problem))?;
    let examples = Examples::of(&spoken, &people, &music, &model, options.seed, &tell)?;
    let mut report = TaughtReport::of(options.seed, &spoken, &people, &music, &examples);
    fs::create_dir_all(&options.out).with_context(|| format!("cannot make {}", options.out.display()))?;
    for (word, head, taught) in heads(options, &wanted, &examples, &tell)? {
        let file = options.out.join(format!("{}.head", word.file));
        fs::write(&file, head.bytes()).with_context(|| format!("cannot write {}", file.display()))?;
        tell(&format!("{}: {}", file.display(), taught.line()));
        report.heads.push(taught);
    }
    report.seconds = begun.elapsed().as_secs();
    if options.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!("{}", report.text());
    }
    Ok(())
}

/// The heads of these words, each taught by a thread of its own.
fn heads(
    options: &Options,
    wanted: &[&str],
    examples: &Examples,
    tell: &(dyn Fn(&str) + Sync),
) -> Result<Vec<(&'static TaughtWord, Head, TaughtHead)>> {
    let teach = |(number, word): (usize, &'static TaughtWord)| {
        let lessons = Lessons::of(examples, number);
        let looked = |step: usize, odds: f32| {
            tell(&format!("{}: {step} of {} steps, at most {odds:.1} in anything else", word.name, options.steps));
        };
        let network = lessons.teach(&examples.bank, options.steps, options.seed, number, looked);
        let (head, taught) = report::chosen(word, number, examples, &lessons, &network)?;
        Ok((word, head, taught))
    };
    thread::scope(|scope| {
        let taught = WORDS.iter().enumerate().filter(|(_, word)| wanted.contains(&word.name));
        let threads: Vec<_> = taught.map(|each| scope.spawn(move || teach(each))).collect();
        threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a thread that teaches died"))?).collect()
    })
}

/// The names of these words, all of them where none is named.
fn wanted(names: &[String]) -> Result<Vec<&'static str>> {
    let all = || WORDS.iter().map(|word| word.name);
    if names.is_empty() {
        return Ok(all().collect());
    }
    let find = |name: &String| {
        let found = all().find(|known| known.eq_ignore_ascii_case(name.trim()));
        found.with_context(|| format!("no head hears {name:?}, but: {}", all().collect::<Vec<_>>().join(", ")))
    };
    names.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_names_words_that_there_are() {
        Options::command().debug_assert();
        assert_eq!(wanted(&[]).expect("all").len(), WORDS.len());
        assert_eq!(wanted(&["Hey Jarvis".to_owned()]).expect("there is one"), ["hey jarvis"]);
        let refused = wanted(&["hey you".to_owned()]).expect_err("there is none").to_string();
        assert!(refused.contains("hey parley"), "{refused}");
    }
}
