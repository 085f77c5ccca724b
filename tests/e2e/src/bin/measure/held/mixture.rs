//! What a microphone hears of somebody who calls and asks while a television speaks, and where everything is in it.

use std::fmt;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use parley_e2e::level::{louder, louder_half_dbfs, power};
use parley_e2e::said::Said;
use parley_speech::noise::Randomness;
use parley_speech::{corpus, default_folder, write_wav};

use super::Set;
use crate::echo::looped;
use crate::room::time;
use crate::wake::speakers;
use crate::wake::surroundings::across;

const RATE: usize = 16_000;
/// The television has spoken for so long when somebody calls, and goes on for so long after the question.
const BEFORE: usize = 11 * RATE;
const AFTER: usize = 15 * RATE;
/// How far away the television is, in metres.
const TELEVISION_M: f32 = 3.0;
/// A pause of the television's is no longer.
const LONGEST_PAUSE: usize = RATE / 10;
/// What is so much quieter than its louder half is a pause.
const PAUSE_BELOW_DB: f32 = 25.0;
/// A microphone's own noise, as a factor of full scale: -70 dBFS.
const NOISE: f32 = 0.000_5;
/// How loud a voice's louder half is at half a metre, in dB of full scale; 6 dB less with each doubling of the distance.
const AT_HALF_A_METRE_DBFS: f32 = -26.0;
/// How far away whoever asks is, in metres, and how long they wait behind the word, in samples: by turns.
const DISTANCES_M: [f32; 4] = [0.5, 1.0, 1.5, 2.0];
const WAITS: [usize; 5] = [RATE / 10, RATE / 5, RATE / 20, 2 * RATE / 5, RATE / 4];
const WORD: &str = "Hey Jarvis.";

/// Who asks what: a voice asks two questions of the measured, and three of the others.
const MEASURED: [(&str, [&str; 2]); 10] = [
    ("af_aoede", ["What time is it?", "How long does it take to boil an egg?"]),
    ("am_adam", ["What is the capital of Australia?", "Turn off the lights in the kitchen."]),
    ("bf_alice", ["How is the weather tomorrow?", "Who wrote Romeo and Juliet?"]),
    ("bm_daniel", ["Set a timer for ten minutes.", "How many people live in Iceland?"]),
    ("af_jessica", ["What is twelve times fifteen?", "When does the next bus leave?"]),
    ("am_eric", ["How far away is the moon?", "Play some quiet music, please."]),
    ("bf_isabella", ["What day is it today?", "Why do cats purr when they are happy?"]),
    ("bm_george", ["How do I get a coffee stain out of a shirt?", "Make it a little warmer."]),
    ("af_nova", ["How many grams are there in a pound?", "Who painted the Mona Lisa?"]),
    ("am_michael", ["Is a tomato a fruit or a vegetable?", "Remind me to water the plants."]),
];
const TUNING: [(&str, [&str; 3]); 8] = [
    ("af_bella", ["What is the tallest mountain in the world?", "Add milk to my list.", "How old is the universe?"]),
    (
        "am_echo",
        ["How many days are left until Christmas?", "What is the square root of eighty one?", "Stop the alarm."],
    ),
    ("bf_emma", ["Can I freeze bread?", "Where does chocolate come from?", "Switch on the heating in the bathroom."]),
    ("bm_fable", ["What is the speed of light?", "How do you say thank you in Japanese?", "Tell me a short joke."]),
    ("af_kore", ["Who invented the telephone?", "How much is five miles in kilometres?", "Close the blinds."]),
    ("am_liam", ["Do I need an umbrella today?", "Which planet is the largest?", "Wake me up at half past six."]),
    ("af_sarah", ["What does a wombat eat?", "Read me the news.", "How many minutes should rice cook?"]),
    ("am_puck", ["When did the Berlin Wall fall?", "Why is the sky blue?", "Start the washing machine at nine."]),
];

/// What a television says in English: of the measured, and of the others.
const PROGRAMME: [&str; 7] = [
    "The council has decided to close the old bridge for repairs, and drivers will have to find another way into town.",
    "Our reporter spoke with the owners of the shops along the river, who fear that fewer customers will come this winter.",
    "In the second half the visitors were clearly the better side, and only the goalkeeper kept the score so low.",
    "She walked along the beach every morning before breakfast, and she never told anybody what she was looking for.",
    "The oldest of these trees were planted more than three hundred years ago by monks who lived on the island.",
    "Add the onions to the pan and let them cook slowly until they are soft and golden, then stir in the flour.",
    "Scientists were surprised to find that the animals return to the very same place year after year.",
];

/// One turn.
pub struct Mixture {
    pub question: String,
    pub voice: String,
    pub beside: String,
    /// 16 kHz.
    pub samples: Vec<i16>,
    /// Where the wake word ended, and where the question did.
    pub name_ended: Duration,
    pub over: Duration,
}

impl fmt::Display for Mixture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<12} {:<22} {:>5.2} s", self.voice, self.beside, (self.over - self.name_ended).as_secs_f64())
    }
}

/// All turns of a set. What was said once is kept beside the speech sets.
pub async fn prepare(set: Set, quiet: bool) -> Result<Vec<Mixture>> {
    let televisions = televisions(set).await?;
    let asked: Vec<(&str, &[&str])> = match set {
        Set::Measured => MEASURED.iter().map(|(voice, questions)| (*voice, questions.as_slice())).collect(),
        Set::Tuning => TUNING.iter().map(|(voice, questions)| (*voice, questions.as_slice())).collect(),
    };
    let mut mixtures = Vec::new();
    for (voice, questions) in asked {
        let texts = [&[WORD], questions].concat();
        let mut said = speakers::by_voice(voice, &texts).await?.into_iter();
        let word = said.next().context("the word was said")?;
        for question in said {
            let number = mixtures.len();
            let (beside, television) = &televisions[number % televisions.len()];
            let television = if quiet { &[][..] } else { television };
            mixtures.push(mixed(number, set, &word, question, beside, television));
        }
    }
    Ok(mixtures)
}

fn mixed(number: usize, set: Set, word: &Said, question: Said, beside: &str, television: &[f32]) -> Mixture {
    let seed = number as u64 * 7 + if set == Set::Tuning { 5_000 } else { 100 };
    let distance_m = DISTANCES_M[number % DISTANCES_M.len()];
    let dbfs = AT_HALF_A_METRE_DBFS - 20.0 * (distance_m / 0.5).log10();
    let (word, question_sound) = (sounding(&word.sound), sounding(&question.sound));
    let mut voice = word.to_vec();
    voice.extend(std::iter::repeat_n(0.0, WAITS[number % WAITS.len()]));
    let asked_at = voice.len();
    voice.extend(question_sound);
    let ends = [word.len(), asked_at + question_sound.len()];
    let voice = louder(&across(&voice, distance_m, seed), dbfs);
    let length = BEFORE + ends[1] + AFTER;
    // Each turn is somewhere else in the programme.
    let beside_it = looped(television, length, number * 13 * RATE);
    let beside_it = if television.is_empty() { vec![0.0; length] } else { beside_it };
    let beside_it = louder(&across(&beside_it, TELEVISION_M, seed + 1), dbfs);
    let mut random = Randomness::new(seed + 2);
    let samples = (0..length).map(|index| {
        let voice = index.checked_sub(BEFORE).and_then(|index| voice.get(index)).copied().unwrap_or_default();
        let television = if television.is_empty() { 0.0 } else { beside_it[index] };
        ((voice + television + NOISE * random.next_sample()).clamp(-1.0, 1.0) * 32_767.0) as i16
    });
    Mixture {
        samples: samples.collect(),
        question: question.text,
        voice: format!("{} {distance_m} m", question.voice),
        beside: beside.to_owned(),
        name_ended: time(BEFORE + ends[0]),
        over: time(BEFORE + ends[1]),
    }
}

/// A sound from its first to its last word.
fn sounding(sound: &[f32]) -> &[f32] {
    parley_speech::sound_span(sound).and_then(|span| sound.get(span.first..span.end)).unwrap_or(sound)
}

/// What televisions say: people in other languages, a reader, and a synthetic voice in English.
async fn televisions(set: Set) -> Result<Vec<(String, Vec<f32>)>> {
    let people = corpus::people(&default_folder())?;
    let of = |language: &str| {
        let own = people.iter().filter(|told| told.language == language).enumerate();
        let own = own.filter(|(number, _)| (number % 2 == 0) == (set == Set::Measured));
        // What is long has sentences.
        let mut own: Vec<_> = own.map(|(_, told)| told).filter(|told| told.samples.len() > 2 * RATE).collect();
        own.sort_by_key(|told| std::cmp::Reverse(told.samples.len()));
        let sounds = own.into_iter().take(60).map(|told| told.samples.clone());
        (format!("people, {language}"), without_pauses(sounds))
    };
    let reader = || {
        let read = people.iter().filter(|told| told.id.contains("librivox"));
        ("a reader, en".to_owned(), without_pauses(read.map(|told| told.samples.clone())))
    };
    let voice = if set == Set::Measured { "am_santa" } else { "joe" };
    let said = speakers::by_voice(voice, &PROGRAMME).await?;
    let synthetic = (format!("{voice}, en"), without_pauses(said.into_iter().map(|said| said.sound)));
    Ok(match set {
        Set::Measured => vec![of("es"), reader(), of("fr"), synthetic, of("it")],
        Set::Tuning => vec![of("ru"), synthetic, of("es"), of("fr"), of("it")],
    })
}

/// One sound of many, all as loud, in which no pause is longer than [`LONGEST_PAUSE`].
fn without_pauses(sounds: impl Iterator<Item = Vec<f32>>) -> Vec<f32> {
    const STEP: usize = RATE / 100;
    let mut whole = Vec::new();
    for sound in sounds {
        let sound = louder(&sound, -20.0);
        let least_dbfs = louder_half_dbfs(&sound) - PAUSE_BELOW_DB;
        let mut pause = 0;
        for part in sound.chunks(STEP) {
            let sounds = 10.0 * power(part).log10() as f32 >= least_dbfs;
            pause = if sounds { 0 } else { pause + part.len() };
            if pause <= LONGEST_PAUSE {
                whole.extend_from_slice(part);
            }
        }
    }
    whole
}

/// Writes each turn as a WAV file, and a table of where everything is.
pub fn save(mixtures: &[Mixture], folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut table = String::from("file\tname_ended_s\tover_s\tvoice\tbeside\tquestion\n");
    for (number, mixture) in mixtures.iter().enumerate() {
        let file = format!("{number:02}.wav");
        let samples: Vec<f32> = mixture.samples.iter().map(|sample| f32::from(*sample) / 32_768.0).collect();
        write_wav(&folder.join(&file), &samples)?;
        let Mixture { question, voice, beside, name_ended, over, .. } = mixture;
        let (ended, over) = (name_ended.as_secs_f64(), over.as_secs_f64());
        writeln!(table, "{file}\t{ended:.3}\t{over:.3}\t{voice}\t{beside}\t{question}")?;
    }
    fs::write(folder.join("turns.tsv"), table)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_television_has_no_long_pause() {
        let tone = |n: usize| (n as f32 * 0.3).sin() * 0.3;
        let sound: Vec<f32> =
            (0..3 * RATE).map(|n| if (RATE..2 * RATE).contains(&n) { 0.0 } else { tone(n) }).collect();
        let whole = without_pauses(std::iter::once(sound));
        assert!((whole.len() as f32 / RATE as f32 - 2.1).abs() < 0.03, "{}", whole.len());
    }
}
