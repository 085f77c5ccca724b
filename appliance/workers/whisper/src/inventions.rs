//! What Whisper says where nobody speaks: the ends of the videos that it was trained on.
//!
//! People say most of these too, and are believed. Only where the sound does not carry the words is one of them taken
//! for what it usually is: where there is too little sound to say it in, where the model doubts that there is speech, or
//! where nothing stands out of a noise and the words are not sure. All of the text has to be such a phrase, again and
//! again perhaps; within a sentence it is a part of that.

use crate::belief::MOST_LETTERS_PER_SECOND;
use crate::speech::Speech;

/// Above this the model doubts that there is speech. It says 0.2 of people.
const DOUBT: f32 = 0.3;
/// Below this mean logarithmic probability words are not sure.
const SURE: f32 = -0.45;
/// Who speaks is heard for at least as long.
const LEAST_S: f32 = 0.12;

/// By language, in lower case, letters and figures alone, with one blank between words.
const PHRASES: &[(&str, &[&str])] = &[
    (
        "en",
        &[
            "thank you",
            "thank you very much",
            "thank you so much",
            "thank you so much for watching",
            "thank you for watching",
            "thanks for watching",
            "thank you for your watching",
            "thank you for listening",
            "thanks for listening",
            "thank you for watching and see you next time",
            "thanks for watching and see you next time",
            "please subscribe",
            "please subscribe to my channel",
            "please subscribe to our channel",
            "please like and subscribe",
            "dont forget to like and subscribe",
            "like and subscribe",
            "see you next time",
            "see you in the next video",
            "ill see you in the next video",
            "see you later",
            "bye",
            "bye bye",
            "you",
            "the end",
            "to be continued",
            "im sorry",
            "oh",
            "so",
            "subtitles by the amaraorg community",
            "transcription by castingwords",
        ],
    ),
    (
        "de",
        &[
            "vielen dank",
            "vielen dank fürs zuschauen",
            "vielen dank für ihre aufmerksamkeit",
            "danke fürs zuschauen",
            "danke",
            "bis zum nächsten mal",
            "das wars für heute",
            "tschüss",
            "untertitel",
            "untertitelung",
            "untertitel der amaraorg community",
            "untertitel im auftrag des zdf",
            "untertitel im auftrag des zdf für funk",
            "untertitelung im auftrag des zdf",
            "untertitelung des zdf",
            "untertitelung aufgrund der amaraorg community",
            "copyright wdr",
            "swr",
        ],
    ),
    (
        "es",
        &[
            "gracias",
            "muchas gracias",
            "gracias por ver",
            "gracias por ver el video",
            "gracias por ver el vídeo",
            "muchas gracias por ver el video",
            "suscríbete",
            "suscríbete al canal",
            "no olvides suscribirte",
            "hasta la próxima",
            "nos vemos en el próximo video",
            "subtítulos por la comunidad de amaraorg",
            "subtítulos realizados por la comunidad de amaraorg",
        ],
    ),
    (
        "fr",
        &[
            "merci",
            "merci beaucoup",
            "merci davoir regardé",
            "merci davoir regardé cette vidéo",
            "merci davoir regardé la vidéo",
            "abonnez vous",
            "à bientôt",
            "au revoir",
            "sous titrage",
            "sous titrage st",
            "sous titrage société radio canada",
            "sous titres réalisés par la communauté damaraorg",
            "sous titres par la communauté damaraorg",
            "sous titres réalisés para la communauté damaraorg",
        ],
    ),
    (
        "it",
        &[
            "grazie",
            "grazie mille",
            "grazie a tutti",
            "grazie per aver guardato",
            "grazie per aver guardato il video",
            "grazie per la visione",
            "iscriviti al canale",
            "iscrivetevi al canale",
            "alla prossima",
            "ciao",
            "sottotitoli creati dalla comunità amaraorg",
            "sottotitoli e revisione a cura di qtss",
        ],
    ),
    (
        "ru",
        &[
            "спасибо",
            "спасибо за просмотр",
            "спасибо за внимание",
            "продолжение следует",
            "до свидания",
            "подписывайтесь на канал",
            "субтитры сделал dimatorzok",
            "субтитры создавал dimatorzok",
            "субтитры подогнал симон",
            "редактор субтитров асемкин корректор аегорова",
        ],
    ),
];

/// Whether this is what Whisper says where nobody speaks, and the sound carries nothing of it. `no_speech`: the
/// probability that nobody speaks; `log_probability`: the mean logarithmic one of the words.
pub fn is_invented(text: &str, language: &str, speech: Speech, no_speech: f32, log_probability: f32) -> bool {
    let words = words(text);
    let stands_out = speech.least_s > 0.0;
    let letters = words.chars().filter(|c| *c != ' ').count() as f32;
    let time = if stands_out { speech.most_s } else { f32::INFINITY };
    let is_carried = no_speech <= DOUBT
        && time >= (letters / MOST_LETTERS_PER_SECOND).max(LEAST_S)
        && (stands_out || log_probability >= SURE);
    !is_carried && is_usual(&words, language)
}

/// Whether the words are a phrase of a language, once or again and again, and the year of a film behind it.
fn is_usual(words: &str, language: &str) -> bool {
    let phrases = PHRASES.iter().find(|(code, _)| *code == language).map_or(&[][..], |(_, phrases)| phrases);
    let words = words.trim_end_matches(|c: char| c == ' ' || c.is_ascii_digit());
    let is_made_of = |phrase: &&str| {
        let mut rest = words;
        while let Some(behind) = rest.strip_prefix(*phrase) {
            match behind.strip_prefix(' ') {
                Some(more) => rest = more,
                None => return behind.is_empty(),
            }
        }
        false
    };
    !words.is_empty() && phrases.iter().any(is_made_of)
}

/// In lower case, with one blank for whatever parts words.
fn words(text: &str) -> String {
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | '/'));
    let bare = parts.map(|part| part.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect());
    bare.filter(|word: &String| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Somebody who speaks so long in a quiet room.
    fn said(seconds: f32) -> Speech {
        Speech { most_s: seconds, least_s: seconds * 0.7 }
    }

    /// In which nothing stands out.
    fn noise(seconds: f32) -> Speech {
        Speech { most_s: seconds, least_s: 0.0 }
    }

    fn check(text: &str, language: &str, speech: Speech, no_speech: f32, log_probability: f32, invented: bool) {
        let found = is_invented(text, language, speech, no_speech, log_probability);
        assert_eq!(found, invented, "{text:?} in {speech:?}, {no_speech}, {log_probability}");
    }

    #[test]
    fn who_says_thank_you_is_heard() {
        for text in ["Thank you.", "Thank you very much!", "Bye.", "Thanks for watching the kids, Mary."] {
            check(text, "en", said(0.9), 0.2, -0.3, false);
            check(text, "en", said(0.9), 0.05, -0.9, false);
        }
        check("Danke.", "de", said(0.4), 0.1, -0.6, false);
        // In a noise as loud as they are, the words have to be sure.
        check("Thank you.", "en", noise(2.0), 0.1, -0.2, false);
        check("Thank you.", "en", noise(2.0), 0.1, -0.8, true);
    }

    #[test]
    fn what_the_sound_does_not_carry_is_an_invention() {
        for (text, language) in [
            ("Thank you for watching.", "en"),
            ("Thank you. Thank you. Thank you.", "en"),
            ("Untertitel im Auftrag des ZDF für funk, 2017", "de"),
            ("Untertitel der Amara.org-Community", "de"),
            ("¡Gracias por ver el vídeo!", "es"),
            ("Sous-titres réalisés para la communauté d'Amara.org", "fr"),
            ("Sottotitoli creati dalla comunità Amara.org", "it"),
            ("Продолжение следует...", "ru"),
        ] {
            check(text, language, said(2.0), 0.4, -0.2, true);
            check(text, language, noise(2.0), 0.2, -0.7, true);
            // A knock.
            check(text, language, said(0.1), 0.1, -0.2, true);
        }
        check("Thank you for watching.", "en", said(0.3), 0.1, -0.2, true);
    }

    #[test]
    fn whatever_else_is_said_is_none_however_little_carries_it() {
        for text in
            ["Thank you, turn it off.", "What is the end?", "You are right.", "Set a timer.", "Ohio.", "", "2017"]
        {
            check(text, "en", noise(0.1), 0.6, -2.0, false);
        }
        check("Thank you.", "de", noise(0.1), 0.6, -2.0, false);
        check("Thank you.", "xx", noise(0.1), 0.6, -2.0, false);
    }

    #[test]
    fn the_table_is_written_as_words_are_compared() {
        for (language, phrases) in PHRASES {
            for phrase in *phrases {
                assert_eq!(words(phrase), *phrase, "{language}");
                assert!(is_usual(phrase, language), "{phrase}");
            }
        }
    }

    proptest! {
        #[test]
        fn more_and_surer_sound_never_makes_an_invention(
            text in "(thank you|bye|you|the end|hello)[.!]?", most_s in 0.0_f32..3.0, no_speech in 0.0_f32..0.6,
            log_probability in -2.0_f32..0.0, more in 0.0_f32..2.0,
        ) {
            if !is_invented(&text, "en", said(most_s), no_speech, log_probability) && most_s > 0.0 {
                prop_assert!(!is_invented(&text, "en", said(most_s + more), no_speech / 2.0, log_probability / 2.0));
            }
        }
    }
}
