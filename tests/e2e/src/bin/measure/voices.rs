//! How soon and how fast each language's voice speaks, and whether speech-to-text understands it.
//!
//! A sentence is said as an answer would be, clause by clause. **First** is until its first block, **factor** how long it was
//! computed for each second of sound: above 1 the sound has gaps. **Again** is until the first block of a sentence that was said before.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use parley_daemon::languages::Languages;
use parley_daemon::workers::{Needed, Workers};
use parley_e2e::product::catalogue;
use parley_e2e::said::say;
use parley_engines::{Engine as _, Transcribe};
use parley_speech::word_errors::word_errors;

use crate::room;

#[derive(Debug, Args)]
pub struct Options {
    /// The profile of models whose voices speak
    #[arg(long, default_value = "multilingual")]
    profile: String,
    /// Only this language (ISO 639-1)
    #[arg(long)]
    language: Option<String>,
    /// Print what was understood of each sentence
    #[arg(long)]
    show: bool,
}

/// Three answers in each language that has a table, and in Portuguese, which Kokoro speaks.
const SENTENCES: [(&str, [&str; 3]); 6] = [
    (
        "en",
        [
            "The capital of Italy is Rome.",
            "Water boils at a lower temperature in the mountains, because the air is thinner there.",
            "I have found three trains, and the next one leaves in ten minutes.",
        ],
    ),
    (
        "de",
        [
            "Die Hauptstadt von Italien ist Rom.",
            "Wasser kocht in den Bergen bei niedrigerer Temperatur, weil die Luft dort dünner ist.",
            "Ich habe drei Züge gefunden, und der nächste fährt in zehn Minuten.",
        ],
    ),
    (
        "es",
        [
            "La capital de Italia es Roma.",
            "El agua hierve a menor temperatura en las montañas, porque allí el aire es más fino.",
            "He encontrado tres trenes, y el próximo sale dentro de diez minutos.",
        ],
    ),
    (
        "fr",
        [
            "La capitale de l'Italie est Rome.",
            "L'eau bout à une température plus basse en montagne, parce que l'air y est plus rare.",
            "J'ai trouvé trois trains, et le prochain part dans dix minutes.",
        ],
    ),
    (
        "it",
        [
            "La capitale d'Italia è Roma.",
            "In montagna l'acqua bolle a una temperatura più bassa, perché lì l'aria è più sottile.",
            "Ho trovato tre treni, e il prossimo parte tra dieci minuti.",
        ],
    ),
    (
        "pt",
        [
            "A capital da Itália é Roma.",
            "A água ferve a uma temperatura mais baixa nas montanhas, porque lá o ar é mais fino.",
            "Encontrei três trens, e o próximo sai em dez minutos.",
        ],
    ),
];

pub async fn run(options: &Options) -> Result<()> {
    let models = catalogue()?.select(&options.profile)?;
    let config = room::config()?;
    let languages = Languages::of(&config, &models);
    let voices = Workers::spawn(&config, &models, Needed::TextToSpeech)?;
    let ears = Workers::spawn(&config, &models, Needed::SpeechToText)?;
    let speaker = voices.text_to_speech().context("text-to-speech was not started")?;
    let listener = ears.speech_to_text().context("speech-to-text was not started")?;
    speaker.ready().await?;
    listener.ready().await?;
    println!("{:<9} {:<11} {:>9} {:>9} {:>8} {:>12}", "language", "voice", "first", "again", "factor", "words wrong");
    for (language, sentences) in SENTENCES {
        if options.language.as_deref().is_some_and(|only| only != language) {
            continue;
        }
        let by_machine = languages.by_machine.iter().any(|code| code == language);
        let voice = match models.text_to_speech.files.iter().find(|(code, _)| code == language) {
            Some((_, file)) => file.file_stem().unwrap_or_default().to_string_lossy().chars().take(11).collect(),
            None if by_machine => "espeak-ng".to_owned(),
            None => continue,
        };
        // Loads the voice.
        say(speaker.as_ref(), language, "1").await?;
        let (mut first, mut again) = (Vec::new(), Vec::new());
        let (mut took, mut length) = (Duration::ZERO, Duration::ZERO);
        let (mut wrong, mut words) = (0, 0);
        for sentence in sentences {
            let said = say(speaker.as_ref(), language, sentence).await?;
            first.push(said.first.as_secs_f64() * 1e3);
            took += said.took;
            length += said.length;
            again.push(say(speaker.as_ref(), language, sentence).await?.first.as_secs_f64() * 1e3);
            let task = Transcribe { language: Some(language.to_owned()), audio: said.audio.into() };
            let heard = listener.start(task).next().await.context("nothing was understood")??.text;
            let errors = word_errors(sentence, &heard, &BTreeMap::new());
            wrong += errors.total();
            words += errors.reference_words;
            if options.show {
                println!("  {sentence}\n  {heard}");
            }
        }
        println!(
            "{language:<9} {voice:<11} {:>6.0} ms {:>6.0} ms {:>8.2} {:>12}",
            room::percentile(&mut first, 0.5),
            room::percentile(&mut again, 0.5),
            took.as_secs_f64() / length.as_secs_f64(),
            format!("{wrong} of {words}"),
        );
    }
    voices.shut_down().await;
    ears.shut_down().await;
    Ok(())
}
