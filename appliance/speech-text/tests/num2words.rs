//! Numbers in words against PyPI's num2words: a committed file of references for each language, and, where the package may
//! be fetched, 10,000 random values a language.
//!
//! `cargo test -p parley-speech-text --test num2words -- --ignored --nocapture` does the latter, and prints how often which
//! known difference met; a failure prints its seed, and `PARLEY_SEED=<seed>` repeats it.
//!
//! Where num2words does not say what a native speaker would, `num2words/differences.rs` says why, and turns its words into
//! ours; all the rest has to be the same.

#![allow(clippy::unwrap_used, reason = "all of it is a test")]

#[path = "num2words/differences.rs"]
mod differences;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use differences::Difference;
use parley_speech_text::found::{Amount, Money, Number};
use parley_speech_text::language::{self, Language};
use parley_speech_text::numbers::Form;

const VERSION: &str = "num2words==0.5.14";
const VALUES: usize = 10_000;
const LANGUAGES: [&str; 5] = ["en", "de", "es", "fr", "it"];

/// One number, and what num2words says for it.
pub struct Reference {
    kind: String,
    value: String,
    words: String,
}

impl Reference {
    fn read(line: &str) -> Self {
        let mut columns = line.split('\t').map(str::to_owned);
        let mut column = || columns.next().unwrap_or_else(|| panic!("a column is missing: {line:?}"));
        Self { kind: column(), value: column(), words: column() }
    }
}

fn ours(language: &dyn Language, kind: &str, value: &str) -> String {
    let numbers = language.numbers();
    match kind {
        "cardinal" => numbers.cardinal(value.parse().unwrap()),
        "ordinal" => numbers.ordinal(value.parse().unwrap(), Form::default()),
        "year" => numbers.year(value.parse().unwrap()),
        "decimal" => {
            let (whole, fraction) = value.split_once('.').unwrap();
            numbers.decimal(whole.parse().unwrap(), value.starts_with('-'), fraction)
        }
        code => money(language, code, value.parse().unwrap()),
    }
}

fn money(language: &dyn Language, code: &str, cents: i64) -> String {
    let sign = ["€", "$", "£"][["EUR", "USD", "GBP"].iter().position(|of_sign| *of_sign == code).unwrap()];
    let currency = language.table().currencies.iter().find(|currency| currency.written.contains(&sign)).unwrap();
    let size = cents.unsigned_abs();
    let (whole, fraction) = ((size / 100).to_string(), Some(format!("{:02}", size % 100)));
    let number = Number { negative: cents < 0, whole, fraction, ..Number::default() };
    language.money(&Money { amount: Amount::of(number), currency, describes: false })
}

/// What is neither num2words' nor a known difference; and how often each of these met.
fn compare(code: &str, references: &[Reference]) -> (Vec<String>, BTreeMap<&'static str, usize>) {
    let language = language::of(code).unwrap();
    let (mut wrong, mut met) = (Vec::new(), BTreeMap::new());
    for reference in references {
        let Reference { kind, value, words } = reference;
        let mut right = words.clone();
        for Difference { reason, apply, .. } in differences::of(code) {
            let before = std::mem::take(&mut right);
            right = apply(language, reference, &before);
            if right != before {
                *met.entry(*reason).or_default() += 1;
            }
        }
        let ours = ours(language, kind, value);
        if ours != right {
            wrong.push(format!("{code} {kind} {value}: {ours:?}; num2words: {words:?}, corrected: {right:?}"));
        }
    }
    (wrong, met)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/num2words")
}

#[test]
fn numbers_are_said_as_by_num2words() {
    for language in LANGUAGES {
        let text = fs::read_to_string(folder().join(format!("{language}.tsv"))).unwrap();
        let references: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).map(Reference::read).collect();
        assert!(references.len() >= 300, "{language} has {} references", references.len());
        let (wrong, met) = compare(language, &references);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        for difference in differences::of(language) {
            assert!(met.contains_key(difference.reason), "{language}: nothing shows that {}", difference.reason);
        }
    }
}

#[test]
#[ignore = "fetches num2words from PyPI"]
fn ten_thousand_random_numbers_of_each_language_are_said_as_by_num2words() {
    let seed = env::var("PARLEY_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    eprintln!("PARLEY_SEED={seed}");
    let package = fetch();
    let mut failures = 0;
    for language in LANGUAGES {
        let mut random = fastrand::Rng::with_seed(seed);
        let values: String = (0..VALUES).map(|_| value(language, &mut random)).collect();
        let references: Vec<_> = said(&package, language, &values).lines().map(Reference::read).collect();
        assert_eq!(references.len(), VALUES);
        let (wrong, met) = compare(language, &references);
        eprintln!("{language}: {} of {VALUES} as num2words, or better for a known reason:", VALUES - wrong.len());
        met.iter().for_each(|(reason, times)| eprintln!("{times:6} {reason}"));
        failures += wrong.len();
        wrong.iter().take(20).for_each(|wrong| eprintln!("{wrong}"));
    }
    assert_eq!(failures, 0, "{failures} numbers are wrong");
}

/// A kind and a value that num2words can say; its own failures are not asked for.
fn value(language: &str, random: &mut fastrand::Rng) -> String {
    let sign = |random: &mut fastrand::Rng| if random.u8(..6) == 0 { "-" } else { "" };
    match random.u8(..20) {
        0..6 => format!("cardinal\t{}{}\n", sign(random), size(random, 15)),
        // Its Spanish ordinals from a thousand millions on are of another scale, or fail.
        6..11 => format!("ordinal\t{}\n", size(random, if language == "es" { 9 } else { 15 }).max(1)),
        11..14 => {
            let (whole, digits) = (size(random, 8), random.usize(1..=4));
            let fraction: String = (1..digits).map(|_| random.digit(10)).collect();
            format!("decimal\t{}{whole}.{fraction}{}\n", sign(random), random.u8(1..=9))
        }
        14..16 => format!("year\t{}\n", random.u16(1..3000)),
        kind => {
            // Its Italian money cannot be negative: it fails.
            let sign = if language == "it" { "" } else { sign(random) };
            let code = ["EUR", "USD", "GBP"][usize::from(kind) % 3];
            format!("{code}\t{sign}{}\n", size(random, 15))
        }
    }
}

/// As many numbers of one length as of another, and every fourth of them round.
fn size(random: &mut fastrand::Rng, digits: u32) -> u64 {
    let length = random.u32(1..=digits);
    let number = random.u64(..10_u64.pow(length));
    let round = 10_u64.pow(random.u32(..length));
    if random.u8(..4) == 0 { number / round * round } else { number }
}

/// The folder of the package, fetched once.
fn fetch() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(VERSION);
    if !folder.is_dir() {
        let pip =
            ["-m", "pip", "install", "--quiet", "--no-input", "--no-deps", "--only-binary=:all:", VERSION, "--target"];
        let fetched = Command::new("python3").args(pip).arg(&folder).status().unwrap();
        assert!(fetched.success(), "pip cannot fetch {VERSION}: {fetched}");
    }
    folder
}

fn said(package: &Path, language: &str, values: &str) -> String {
    let input = package.join(format!("{language}.txt"));
    fs::write(&input, values).unwrap();
    let output = Command::new("python3")
        .arg(folder().join("say.py"))
        .arg(language)
        .env("PYTHONPATH", package)
        .env("PYTHONIOENCODING", "utf-8")
        .stdin(fs::File::open(&input).unwrap())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "num2words failed: {}", output.status);
    String::from_utf8(output.stdout).unwrap()
}
