//! Which language a typed text is in, of those that can be answered: nobody says so, as speech-to-text does.
//!
//! Its letters tell, or else its frequent words. Where neither does, nothing is told: a wrong voice is worse than the
//! preferred one.

use parley_speech_text::language_of_letters;

use super::Language;

/// No more words of a text are looked at.
const MOST_WORDS: usize = 40;
/// Of few words so many more than of the preferred language make it another one: "Cold War" has one of German's.
const LEAD: usize = 2;
const FEW: usize = 3;
/// One sign of these is enough, beside what its words say.
const UNMISTAKABLE: &[char] = &['ß', '¿', '¡', 'ñ', 'œ'];
/// Frequent words of Portuguese, which has a voice and no table, and would be taken for Spanish.
const PORTUGUESE: &[&str] = &[
    "são", "não", "você", "uma", "um", "é", "o", "os", "ao", "do", "da", "dos", "das", "em", "na", "no", "com",
    "horas", "qual", "que", "como", "se", "isso", "meu", "minha", "a", "de", "chama", "eu", "por", "quem", "onde",
    "quanto",
];

/// The language (ISO 639-1) that a text is surely in, of these, the preferred one first.
///
/// More of its words are frequent in that language than in any other of them, and they are more than a third; where they are few and not
/// of the preferred one, at least two more than of that, or the one word that there is. Where the preferred language has no table its own
/// words are not known, so that no words tell another.
pub(crate) fn language_of_text<'a>(text: &str, languages: &'a [String]) -> Option<&'a str> {
    if let Some(language) = language_of_letters(text) {
        return languages.iter().map(String::as_str).find(|code| *code == language);
    }
    Language::of(languages.first()?)?;
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .take(MOST_WORDS)
        .map(str::to_lowercase)
        .collect();
    let is_known = |code: &str, word: &String| match Language::of(code) {
        Some(table) => table.knows(word),
        None => code == "pt" && PORTUGUESE.contains(&word.as_str()),
    };
    let known = |code: &str| words.iter().filter(|word| is_known(code, word)).count();
    let counts: Vec<(&str, usize)> = languages.iter().map(|code| (code.as_str(), known(code))).collect();
    let most = counts.iter().map(|(_, count)| *count).max().filter(|most| 3 * most > words.len())?;
    let mut best = counts.iter().filter(|(_, count)| *count == most);
    let (code, _) = best.next().filter(|_| best.next().is_none())?;
    let preferred = counts.first().map_or(0, |(_, count)| *count);
    let leads = counts.first().is_some_and(|(first, _)| first == code)
        || words.len() == 1
        || words.len() > FEW
        || most >= preferred + LEAD
        || text.contains(UNMISTAKABLE);
    leads.then_some(*code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::languages::LANGUAGES;

    fn codes(codes: &[&str]) -> Vec<String> {
        codes.iter().map(ToString::to_string).collect()
    }

    fn all() -> Vec<String> {
        codes(&LANGUAGES.map(|language| language.code))
    }

    const TYPED: &[(&str, [&str; 12])] = &[
        (
            "en",
            [
                "What time is it?",
                "what is 17 times 23",
                "How tall is Mount Kenya?",
                "who painted the Mona Lisa",
                "Tell me a joke.",
                "Where is Paris?",
                "Is it raining?",
                "hello",
                "What's the capital of Ghana?",
                "Explain photosynthesis in two sentences.",
                "What does Guten Morgen mean?",
                "why is the sky blue",
            ],
        ),
        (
            "de",
            [
                "Wie spät ist es?",
                "Was ist 17 mal 23?",
                "wie hoch ist die Zugspitze",
                "Wer war Karl der Große?",
                "Erzähl mir einen Witz",
                "Wo liegt Madrid?",
                "Regnet es gerade?",
                "Hallo",
                "Wie heißt die Hauptstadt von Ghana?",
                "Wie viele Gramm sind zwei Pfund?",
                "Was heißt good morning auf Deutsch?",
                "Warum ist der Himmel blau?",
            ],
        ),
        (
            "es",
            [
                "¿Qué hora es?",
                "que hora es",
                "¿Cuánto es 17 por 23?",
                "¿Dónde está Madrid?",
                "cuentame un chiste",
                "¿Quién pintó la Mona Lisa?",
                "Hola",
                "¿Cuál es la capital de Ghana?",
                "cuantos gramos son dos libras",
                "¿Está lloviendo?",
                "¿Qué significa good morning en español?",
                "¿Por qué el cielo es azul?",
            ],
        ),
        (
            "fr",
            [
                "Quelle heure est-il ?",
                "Combien font 17 fois 23 ?",
                "Où est Paris ?",
                "raconte-moi une blague",
                "Qui a peint la Joconde ?",
                "Bonjour",
                "Quelle est la capitale du Ghana ?",
                "combien de grammes dans deux livres",
                "Est-ce qu'il pleut ?",
                "Qu'est-ce que la photosynthèse ?",
                "Que veut dire good morning ?",
                "Pourquoi le ciel est-il bleu ?",
            ],
        ),
        (
            "it",
            [
                "Che ore sono?",
                "Quanto fa 17 per 23?",
                "Dov'è Roma?",
                "raccontami una barzelletta",
                "Chi ha dipinto la Gioconda?",
                "Ciao",
                "Qual è la capitale del Ghana?",
                "quanti grammi ci sono in due libbre",
                "Sta piovendo? Che tempo fa?",
                "Cos'è la fotosintesi?",
                "Cosa significa good morning in italiano?",
                "perche il cielo è blu",
            ],
        ),
    ];

    #[test]
    fn frequent_words_tell_the_language() {
        for (language, texts) in TYPED {
            for text in texts {
                assert_eq!(language_of_text(text, &all()), Some(*language), "{text}");
            }
        }
    }

    #[test]
    fn what_parley_says_itself_is_told_right() {
        for table in LANGUAGES {
            let says = &table.sentences;
            for text in [table.persona, says.did_not_hear, says.too_long, says.no_microphone, says.half_duplex] {
                assert_eq!(language_of_text(text, &all()), Some(table.code), "{text}");
            }
        }
    }

    #[test]
    fn where_nothing_or_too_little_is_known_no_language_is_told() {
        for text in [
            "",
            "?",
            "2 + 2",
            "17 plus 23",
            "Berlin",
            "no",
            "Photosynthese Chlorophyll Zellwand Mitochondrien und Ribosomen",
            "Kolik je hodin?",
            "Vad är klockan?",
            "Hoe laat is het?",
            "Hva er klokka?",
            "xkcd qwerty",
            "Привет, как дела?",
            "Cold War",
            "Civil war",
            "Iron Man",
            "Hat trick",
            "Die Hard",
            "Man United",
            "Come in",
            "Per diem",
            "Dove soap",
            "Call me Al",
        ] {
            assert_eq!(language_of_text(text, &all()), None, "{text}");
        }
    }

    #[test]
    fn only_a_language_that_is_answered_is_told() {
        assert_eq!(language_of_text("Wie spät ist es?", &codes(&["en", "fr"])), None);
        assert_eq!(language_of_text("Wie spät ist es?", &codes(&["fr", "de"])), Some("de"));
        assert_eq!(language_of_text("Привет, как дела?", &codes(&["de", "ru"])), Some("ru"));
        assert_eq!(language_of_text("Wie is die man?", &codes(&["nl", "en", "de"])), None, "Dutch has no table");
        assert_eq!(language_of_text("What time is it?", &[]), None);
    }

    #[test]
    fn portuguese_is_not_taken_for_spanish() {
        let voices = codes(&["en", "es", "fr", "it", "pt"]);
        for text in
            ["Que horas são?", "Como se chama a capital de Portugal?", "Por que o céu é azul?", "O que é fotossíntese?"]
        {
            assert_ne!(language_of_text(text, &voices), Some("es"), "{text}");
        }
        assert_eq!(language_of_text("¿Por qué el cielo es azul?", &voices), Some("es"));
        assert_eq!(language_of_text("¿Qué hora es?", &voices), Some("es"));
    }

    #[test]
    fn a_long_text_is_told_by_its_beginning() {
        let text = format!("What is wrong with this text? {}", "Das ist der Hund und die Katze. ".repeat(100));
        assert_eq!(language_of_text(&text, &all()), Some("de"));
        let text = format!("{}{}", "what is the name of it ".repeat(7), "Das ist der Hund und die Katze. ".repeat(100));
        assert_eq!(language_of_text(&text, &all()), Some("en"));
    }
}
