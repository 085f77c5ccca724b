//! What is offered: which sentence is for which tool, and whose that is. Pure.

use std::collections::{BTreeMap, HashMap};

use parley_conversation::{Effect, Transcript};
use parley_door::{DoorError, ErrorCode};
use serde_json::json;

use crate::door::Guest;

/// Tools that may be offered at once, by all clients together.
pub const MOST_TOOLS: usize = 32;
/// Tools that one client may offer.
pub const MOST_TOOLS_OF_A_CLIENT: usize = 8;
/// Sentences by which one tool may be asked for.
pub const MOST_SENTENCES: usize = 64;
/// The longest such sentence, in characters.
pub const LONGEST_SENTENCE_CHARS: usize = 200;
/// The longest name of a tool, in characters.
const LONGEST_NAME: usize = 32;
/// The longest description of a tool, in characters.
const LONGEST_DESCRIPTION: usize = 1_000;

/// A tool that somebody may offer.
#[derive(Debug, Clone)]
pub(crate) struct ToolOffer {
    name: String,
    /// As they are compared, with what is to be done.
    sentences: BTreeMap<String, Effect>,
    any: bool,
}

impl ToolOffer {
    /// `any`: it is for whatever no sentence asks for, too.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub(crate) fn checked(
        name: &str,
        description: &str,
        sentences: &[String],
        parameters: Option<&str>,
        any: bool,
    ) -> Result<Self, String> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(fits) {
            return Err(format!("a tool's name has 1 to {LONGEST_NAME} of the characters a to z, 0 to 9 and -"));
        }
        if description.trim().is_empty() || description.chars().nth(LONGEST_DESCRIPTION).is_some() {
            return Err(format!("a tool's description has 1 to {LONGEST_DESCRIPTION} characters"));
        }
        if parameters.is_some_and(|schema| serde_json::from_str::<serde_json::Map<_, _>>(schema).is_err()) {
            return Err("a tool's parameters are a JSON schema, in a string".into());
        }
        if (sentences.is_empty() && !any) || sentences.len() > MOST_SENTENCES {
            return Err(format!("a tool has 1 to {MOST_SENTENCES} sentences by which people ask for it"));
        }
        let mut known = BTreeMap::new();
        for sentence in sentences {
            let compared = compared(sentence);
            if compared.is_empty() || sentence.chars().nth(LONGEST_SENTENCE_CHARS).is_some() {
                return Err(format!("a sentence has words, and at most {LONGEST_SENTENCE_CHARS} characters"));
            }
            let arguments = json!({ "sentence": sentence }).to_string();
            known.entry(compared).or_insert_with(|| Effect { name: name.to_owned(), arguments });
        }
        Ok(Self { name: name.to_owned(), sentences: known, any })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

/// Everything that is offered.
#[derive(Debug, Clone, Default)]
pub(super) struct Offered {
    /// By name.
    tools: BTreeMap<String, Guest>,
    /// As they are compared.
    sentences: HashMap<String, Effect>,
    /// Which of them is for any text.
    any: Option<String>,
}

impl Offered {
    /// # Errors
    /// It is too much, or somebody has the name or a sentence; nothing of it is taken then.
    pub(super) fn add(&mut self, offer: ToolOffer, guest: &Guest) -> Result<(), DoorError> {
        let taken = |what: String| Err(DoorError::new(ErrorCode::Taken, format!("{what}; offer another one")));
        if self.tools.contains_key(&offer.name) {
            return taken(format!("there is a tool with the name {:?}", offer.name));
        }
        if let Some((sentence, effect)) = offer.sentences.keys().find_map(|said| self.sentences.get_key_value(said)) {
            return taken(format!("{sentence:?} asks for the tool {:?}", effect.name));
        }
        if offer.any && !guest.words() {
            let text = "a tool for any text is told what people say: say \"words\":true in the hello";
            return Err(DoorError::new(ErrorCode::NotAllowed, text));
        }
        if let Some(other) = self.any.as_ref().filter(|_| offer.any) {
            let text = format!("the tool {other:?} is asked for any text, and there is one such; end its program");
            return Err(DoorError::new(ErrorCode::Taken, text));
        }
        let own = self.tools.values().filter(|other| other.number() == guest.number()).count();
        if own >= MOST_TOOLS_OF_A_CLIENT {
            let text = format!("a client has at most {MOST_TOOLS_OF_A_CLIENT} tools");
            return Err(DoorError::new(ErrorCode::Busy, text));
        }
        if self.tools.len() >= MOST_TOOLS {
            let text = format!("{MOST_TOOLS} tools are offered, and no more may be; end a program that offers some");
            return Err(DoorError::new(ErrorCode::Busy, text));
        }
        if offer.any {
            self.any = Some(offer.name.clone());
        }
        self.tools.insert(offer.name, guest.clone());
        self.sentences.extend(offer.sentences);
        Ok(())
    }

    /// Whether any of it is of this client.
    pub(super) fn are_of(&self, client: u64) -> bool {
        self.tools.values().any(|guest| guest.number() == client)
    }

    /// Whatever this client has offered is offered no more.
    pub(super) fn remove(&mut self, client: u64) {
        self.tools.retain(|_, guest| guest.number() != client);
        self.sentences.retain(|_, effect| self.tools.contains_key(&effect.name));
        self.any.take_if(|name| !self.tools.contains_key(name));
    }

    /// What is to be done for what was said, if somebody does it.
    pub(super) fn effect(&self, said: &Transcript) -> Option<Effect> {
        let any = |name: &String| {
            let arguments = json!({ "text": said.text, "language": said.language }).to_string();
            Effect { name: name.clone(), arguments }
        };
        self.sentences.get(&compared(&said.text)).cloned().or_else(|| self.any.as_ref().map(any))
    }

    /// Who does exactly this. Another client may have come to the name since.
    pub(super) fn who_offers(&self, effect: &Effect) -> Option<&Guest> {
        let any = self.any.as_ref() == Some(&effect.name) && is_for_any(effect);
        let offered = any || self.sentences.values().any(|offered| offered == effect);
        self.tools.get(&effect.name).filter(|_| offered)
    }
}

/// Whether it tells what was said, and no sentence that was offered.
pub(super) fn is_for_any(effect: &Effect) -> bool {
    let arguments = serde_json::from_str::<serde_json::Map<_, _>>(&effect.arguments);
    arguments.is_ok_and(|arguments| arguments.contains_key("text"))
}

/// A sentence as it is compared: its words in small letters, with a blank between two. Apostrophes are left out
/// ("what's" is "whats"), everything else that is no letter or digit is a gap.
fn compared(sentence: &str) -> String {
    let kept = |c: &char| !matches!(c, '\'' | '’');
    let letters: String = sentence.to_lowercase().chars().filter(kept).collect();
    let words = letters.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offer(name: &str, sentences: &[&str]) -> Result<ToolOffer, String> {
        let sentences: Vec<String> = sentences.iter().map(|sentence| (*sentence).to_owned()).collect();
        ToolOffer::checked(name, "does something", &sentences, None, false)
    }

    fn effect_of(offered: &Offered, said: &str) -> Option<Effect> {
        let (language_probability, confidence) = (1.0, 1.0);
        let (text, language) = (said.to_owned(), "en".to_owned());
        offered.effect(&Transcript { text, language, language_probability, confidence, incomplete: false })
    }

    #[test]
    fn one_tool_is_for_any_text_that_no_sentence_asks_for() {
        let mut offered = Offered::default();
        let ((first, _first), (second, _second)) = (Guest::new(), Guest::new());
        let any = |name: &str| ToolOffer::checked(name, "answers", &[], None, true).unwrap();
        assert_eq!(offered.add(any("mind"), &first).unwrap_err().code, ErrorCode::NotAllowed, "it may not hear");
        let (first, second) = (first.with_words(true), second.with_words(true));
        offered.add(offer("load", &["What's the load?"]).unwrap(), &second).unwrap();
        offered.add(any("mind"), &first).unwrap();
        assert_eq!(offered.add(any("other"), &second).unwrap_err().code, ErrorCode::Taken);
        let effect = effect_of(&offered, "Why \"so\"?").unwrap();
        assert_eq!(effect.arguments, r#"{"language":"en","text":"Why \"so\"?"}"#);
        assert!(is_for_any(&effect));
        assert_eq!(offered.who_offers(&effect).map(Guest::number), Some(first.number()));
        let load = effect_of(&offered, "what's the load").unwrap();
        assert!(load.name == "load" && !is_for_any(&load));
        offered.remove(first.number());
        assert_eq!((effect_of(&offered, "Why?"), offered.who_offers(&effect).map(Guest::number)), (None, None));
        offered.add(any("other"), &second).unwrap();
    }

    #[test]
    fn a_sentence_is_known_however_it_is_written_and_no_other_is() {
        let mut offered = Offered::default();
        let (guest, _calls) = Guest::new();
        offered.add(offer("load", &["What's the load?", "¿Qué tal?"]).unwrap(), &guest).unwrap();
        for said in ["what's the load", " WHAT’S,  the\tload?! ", "Whats the load…", "qué tal", "QUÉ TAL?"] {
            assert!(effect_of(&offered, said).is_some_and(|effect| effect.name == "load"), "{said:?}");
        }
        for said in ["", "?", "what's the", "what's the load now", "what s the load", "whatsthe load", "que tal"] {
            assert_eq!(effect_of(&offered, said), None, "{said:?}");
        }
        let effect = effect_of(&offered, "whats the load").unwrap();
        assert_eq!(effect.arguments, r#"{"sentence":"What's the load?"}"#, "as it was offered");
    }

    #[test]
    fn an_offer_out_of_its_bounds_is_refused_in_words() {
        let (long, longer) = ("x".repeat(200), "x".repeat(201));
        assert!(offer(&"n".repeat(32), &[&long]).is_ok());
        for name in ["", "Light", "light!", "light bulb", "lämp", "light\n", &"n".repeat(33)] {
            assert!(offer(name, &["on"]).unwrap_err().contains("name"), "{name:?}");
        }
        for sentences in [&[][..], &["..."], &["on", ""], &[&longer]] {
            assert!(offer("light", sentences).unwrap_err().contains("sentence"), "{sentences:?}");
        }
        let many: Vec<String> = (0..=MOST_SENTENCES).map(|number| format!("light {number}")).collect();
        assert!(ToolOffer::checked("light", "d", &many, None, false).is_err());
        assert!(ToolOffer::checked("light", "d", &many[1..], Some(r#"{"type":"object"}"#), false).is_ok());
        assert!(ToolOffer::checked("light", "d", &many[1..], Some("[]"), false).is_err());
        for description in ["", " ", &"d".repeat(1_001)] {
            assert!(ToolOffer::checked("light", description, &many[1..], None, false).is_err());
        }
    }

    /// A client comes and offers, or goes.
    #[derive(Debug, Clone)]
    enum Step {
        Offer { client: usize, name: u8, sentences: Vec<u8> },
        Go { client: usize },
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let offers = (0..6_usize, 0..60_u8, proptest::collection::vec(0..120_u8, 1..4))
            .prop_map(|(client, name, sentences)| Step::Offer { client, name, sentences });
        proptest::collection::vec(
            prop_oneof![12 => offers, 1 => (0..6_usize).prop_map(|client| Step::Go { client })],
            0..120,
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn a_sentence_is_the_same_after_it_was_compared(said in ".{0,60}") {
            let once = compared(&said);
            prop_assert_eq!(&compared(&once), &once);
            prop_assert_eq!(compared(&format!("  {}?! ", once.to_uppercase().to_lowercase())), compared(&once.to_uppercase()));
        }

        /// Against a list that is looked through from its beginning.
        #[test]
        fn whoever_came_first_has_a_name_and_its_sentences_until_they_go(steps in steps()) {
            let guests: Vec<Guest> = (0..6).map(|_| Guest::new().0).collect();
            let mut offered = Offered::default();
            let mut list: Vec<(usize, u8, Vec<u8>)> = Vec::new();
            for step in steps {
                match step {
                    Step::Offer { client, name, sentences } => {
                        let said: Vec<String> = sentences.iter().map(|number| format!("do {number}")).collect();
                        let offer = ToolOffer::checked(&format!("t{name}"), "d", &said, None, false).unwrap();
                        let free = list.iter().all(|(_, other, others)| {
                            *other != name && !others.iter().any(|other| sentences.contains(other))
                        });
                        let own = list.iter().filter(|(whose, ..)| *whose == client).count();
                        let room = own < MOST_TOOLS_OF_A_CLIENT && list.len() < MOST_TOOLS;
                        let taken = offered.add(offer, &guests[client]);
                        prop_assert_eq!(taken.is_ok(), free && room);
                        let code = taken.err().map(|error| error.code);
                        prop_assert_eq!(code == Some(ErrorCode::Taken), !free);
                        if free && room {
                            list.push((client, name, sentences));
                        }
                    }
                    Step::Go { client } => {
                        offered.remove(guests[client].number());
                        list.retain(|(whose, ..)| *whose != client);
                    }
                }
                for number in 0..120_u8 {
                    let wanted = list.iter().find(|(.., sentences)| sentences.contains(&number));
                    let effect = effect_of(&offered, &format!("Do {number}!"));
                    let whose = effect.as_ref().and_then(|effect| offered.who_offers(effect)).map(Guest::number);
                    prop_assert_eq!(whose, wanted.map(|(whose, ..)| guests[*whose].number()));
                    prop_assert_eq!(effect.map(|effect| effect.name), wanted.map(|(_, name, _)| format!("t{name}")));
                }
            }
        }
    }
}
