//! In which languages a conversation is held, decided once, from what the settings say and which voices there are.

use parley_models::Selection;
use parley_settings::{Config, language};
use parley_update::announcements::AnnouncementFile;

/// What follows from `conversation.language` and the installed voices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages {
    /// ISO 639-1 codes of the voices, the preferred one first.
    pub voices: Vec<String>,
    /// The one language that is spoken; none: it is detected.
    pub only: Option<String>,
    /// A configured language that nobody could be answered in.
    pub without_voice: Option<String>,
}

impl Languages {
    pub fn of(config: &Config, models: &Selection) -> Self {
        let voices = models.text_to_speech.files.iter().map(|(language, _)| language.clone());
        Self::decide(&config.conversation.language, voices.collect())
    }

    fn decide(configured: &str, mut voices: Vec<String>) -> Self {
        let configured = Some(configured.to_owned()).filter(|code| code != language::AUTO);
        match configured.as_ref().and_then(|code| voices.iter().position(|voice| voice == code)) {
            Some(index) => {
                voices[..=index].rotate_right(1);
                Self { voices, only: configured, without_voice: None }
            }
            None => Self { voices, only: None, without_voice: configured },
        }
    }

    /// The language to expect until another one is clearly heard.
    pub fn usual(&self) -> Option<&str> {
        self.voices.first().map(String::as_str)
    }

    /// What is wrong with the setting, and what to do about it.
    pub fn problem(&self) -> Option<String> {
        let wanted = self.without_voice.as_deref()?;
        let (name, voices) = (language::name(wanted), self.named_voices());
        Some(format!(
            "conversation.language = \"{wanted}\": there is no voice for {name}, only for {voices}; the language is detected instead. \
             Choose a profile of models with such a voice, or one of these languages"
        ))
    }

    /// What a device says of it at each start.
    pub fn announcement(&self) -> Option<AnnouncementFile> {
        let name = language::name(self.without_voice.as_deref()?);
        let voices = self.named_voices();
        Some(AnnouncementFile::at_every_start(format!(
            "My settings say that people speak {name} with me, but I only have a voice for {voices}."
        )))
    }

    /// The voices' languages by their names.
    pub fn named_voices(&self) -> String {
        let names: Vec<&str> = self.voices.iter().map(|code| language::name(code)).collect();
        names.join(" and ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(configured: &str, voices: &[&str]) -> (Vec<String>, Option<String>, Option<String>) {
        let Languages { voices, only, without_voice } =
            Languages::decide(configured, voices.iter().map(ToString::to_string).collect());
        (voices, only, without_voice)
    }

    #[test]
    fn a_language_with_a_voice_is_the_only_one_and_its_voice_is_preferred() {
        let voices = |codes: &[&str]| codes.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(decide("auto", &["en", "de"]), (voices(&["en", "de"]), None, None));
        assert_eq!(decide("en", &["en"]), (voices(&["en"]), Some("en".into()), None));
        assert_eq!(
            decide("fr", &["en", "de", "fr", "it"]),
            (voices(&["fr", "en", "de", "it"]), Some("fr".into()), None)
        );
        assert_eq!(decide("fr", &["en", "de"]), (voices(&["en", "de"]), None, Some("fr".into())));
    }

    #[test]
    fn a_language_that_nobody_could_be_answered_in_is_told_by_its_name() {
        let languages = Languages::decide("de", vec!["en".into(), "es".into()]);
        let problem = languages.problem().expect("there is no such voice");
        assert!(problem.contains("conversation.language = \"de\"") && problem.contains("German"), "{problem}");
        let said = languages.announcement().expect("the owner is told");
        assert!(
            said.every_start && said.text.contains("German") && said.text.contains("English and Spanish"),
            "{said:?}"
        );
        assert_eq!(Languages::decide("en", vec!["en".into()]).problem(), None);
        assert_eq!(Languages::decide("auto", vec!["en".into()]).announcement(), None);
    }
}
