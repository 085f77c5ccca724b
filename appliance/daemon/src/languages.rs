//! In which languages a conversation is held, decided once, from what the settings say, which voices there are, and what the
//! models understand.
//!
//! Whoever speaks a language that has a voice or a table ([`parley_conversation::Language`]) is answered in it. What has a
//! table and no voice is spoken by espeak-ng's own, and so is the language of the settings.

use parley_conversation::{LANGUAGES, Language};
use parley_models::Selection;
use parley_settings::{Config, language};
use parley_update::announcements::AnnouncementFile;

/// ISO 639-1 codes of the languages that espeak-ng has a voice for, of those that speech-to-text knows.
const ESPEAK: &str = "af am ar as az ba be bg bn bs ca cs cy da de el en es et eu fa fi fr gu haw he hi hr ht hu hy id is it \
    ja ka kk kn ko la lb lt lv mi mk ml mr ms mt my ne nl no pa pl pt ro ru sd si sk sl sq sr sv sw ta te th tk tr tt uk ur \
    uz vi zh";

/// Whether the voice of espeak-ng's own can say a language.
pub fn has_machine_voice(code: &str) -> bool {
    ESPEAK.split(' ').any(|known| known == code)
}

/// What follows from `conversation.language`, the installed voices and the models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages {
    /// ISO 639-1 codes of the languages that are answered, the preferred one first.
    pub voices: Vec<String>,
    /// Those of them that only espeak-ng has a voice for.
    pub by_machine: Vec<String>,
    /// The one language that is spoken; none: it is detected.
    pub only: Option<String>,
    /// A configured language that nobody could be answered in.
    pub without_voice: Option<String>,
}

impl Languages {
    pub fn of(config: &Config, models: &Selection) -> Self {
        let voices = models.text_to_speech.files.iter().map(|(language, _)| language.clone());
        Self::decide(&config.conversation.language, voices.collect(), models.languages.as_deref())
    }

    /// `understood`: what the models understand; none: many languages.
    fn decide(configured: &str, installed: Vec<String>, understood: Option<&[String]>) -> Self {
        let configured = Some(configured.to_owned()).filter(|code| code != language::AUTO);
        let is_understood =
            |code: &str| understood.is_none_or(|understood| understood.iter().any(|known| known == code));
        let mut voices: Vec<String> = installed.iter().filter(|code| is_understood(code)).cloned().collect();
        let wanted = LANGUAGES.into_iter().map(|language| language.code).chain(configured.as_deref());
        let mut by_machine: Vec<String> = Vec::new();
        for code in wanted.filter(|code| is_understood(code) && has_machine_voice(code)) {
            if !voices.iter().any(|voice| voice == code) {
                voices.push(code.to_owned());
                by_machine.push(code.to_owned());
            }
        }
        if voices.is_empty() {
            voices = installed;
        }
        match configured.as_ref().and_then(|code| voices.iter().position(|voice| voice == code)) {
            Some(index) => {
                voices[..=index].rotate_right(1);
                Self { voices, by_machine, only: configured, without_voice: None }
            }
            None => Self { voices, by_machine, only: None, without_voice: configured },
        }
    }

    /// The language to expect until another one is clearly heard.
    pub fn usual(&self) -> Option<&str> {
        self.voices.first().map(String::as_str)
    }

    /// What is said of itself, in that language.
    pub fn table(&self) -> &'static Language {
        Language::or_english(self.usual().unwrap_or_default())
    }

    /// What is wrong with the setting, and what to do about it.
    pub fn problem(&self) -> Option<String> {
        let wanted = self.without_voice.as_deref()?;
        let (name, voices) = (language::name(wanted), self.named_voices());
        Some(format!(
            "conversation.language = \"{wanted}\": these models and voices cannot speak {name}, only {voices}; the language is \
             detected instead. Choose a profile of models that can, or one of these languages"
        ))
    }

    /// What a device says of it at each start.
    pub fn announcement(&self) -> Option<AnnouncementFile> {
        let wanted = self.without_voice.as_deref()?;
        let table = self.table();
        let text = table.language_of_settings(wanted, &self.voices);
        Some(AnnouncementFile::at_every_start(text).in_language(table.code))
    }

    /// The languages by their names, and which of them have no voice but espeak-ng's.
    pub fn named_voices(&self) -> String {
        let names = self.voices.iter().map(|code| {
            let by =
                if self.by_machine.contains(code) { " (espeak-ng's own voice: no other is installed)" } else { "" };
            format!("{}{by}", language::name(code))
        });
        names.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(codes: &[&str]) -> Vec<String> {
        codes.iter().map(ToString::to_string).collect()
    }

    /// What is answered, by espeak-ng alone, only, and without a voice.
    fn decide(
        configured: &str,
        voices: &[&str],
        understood: Option<&[&str]>,
    ) -> (Vec<String>, Vec<String>, Option<String>, Option<String>) {
        let Languages { voices, by_machine, only, without_voice } =
            Languages::decide(configured, codes(voices), understood.map(codes).as_deref());
        (voices, by_machine, only, without_voice)
    }

    #[test]
    fn who_speaks_a_language_with_a_table_is_answered_in_it_with_a_voice_or_by_espeak() {
        let expected = (codes(&["en", "es", "pt", "de", "fr", "it"]), codes(&["de", "fr", "it"]), None, None);
        assert_eq!(decide("auto", &["en", "es", "pt"], None), expected);
        assert_eq!(
            decide("auto", &["en"], Some(&["en"])),
            (codes(&["en"]), vec![], None, None),
            "the models know no other"
        );
        assert_eq!(decide("auto", &["fr"], Some(&["en"])).1, codes(&["en"]), "a French voice says no English");
        assert_eq!(decide("auto", &["yo"], Some(&["bo"])).0, codes(&["yo"]), "some voice is better than none");
    }

    #[test]
    fn a_language_that_can_be_spoken_is_the_only_one_and_its_voice_is_preferred() {
        let only = |code: &str| (Some(code.to_owned()), None);
        let (voices, by_machine, one, none) = decide("fr", &["en", "fr"], None);
        assert_eq!((voices[0].as_str(), (one, none)), ("fr", only("fr")));
        assert_eq!(by_machine, codes(&["de", "es", "it"]));
        let (voices, by_machine, one, none) = decide("nl", &["en"], None);
        assert_eq!((voices[0].as_str(), (one, none)), ("nl", only("nl")));
        assert!(by_machine.contains(&"nl".to_owned()));
        assert_eq!(decide("de", &["en", "de"], Some(&["en"])), (codes(&["en"]), vec![], None, Some("de".into())));
    }

    #[test]
    fn a_language_that_nobody_could_be_answered_in_is_told_by_its_name() {
        let languages = Languages::decide("de", codes(&["en", "es"]), Some(&codes(&["en", "es"])));
        let problem = languages.problem().expect("the models know none");
        assert!(problem.contains("conversation.language = \"de\"") && problem.contains("German"), "{problem}");
        let said = languages.announcement().expect("the owner is told");
        let expected = "My settings say that people speak German with me, but I only speak English and Spanish.";
        assert!(said.every_start && said.text == expected, "{said:?}");
        let languages = Languages::decide("yo", codes(&["de"]), None);
        let said = languages.announcement().expect("espeak-ng has no Yoruba");
        assert!(said.text.starts_with("In meinen Einstellungen steht, dass man eine andere Sprache"), "{said:?}");
        assert_eq!(Languages::decide("en", codes(&["en"]), None).problem(), None);
        assert_eq!(Languages::decide("auto", codes(&["en"]), None).announcement(), None);
    }

    #[test]
    fn a_voice_of_espeaks_own_is_named_so() {
        let named = Languages::decide("auto", codes(&["en", "es"]), Some(&codes(&["en", "es", "de"]))).named_voices();
        assert_eq!(named, "English, Spanish, German (espeak-ng's own voice: no other is installed)");
    }

    #[test]
    fn speech_to_text_knows_what_espeak_speaks() {
        assert!(ESPEAK.split(' ').all(language::is_known));
    }
}
