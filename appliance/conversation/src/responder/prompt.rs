//! What the language model is given.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::history::History;
use crate::effect::{Effect, bounded};
use crate::ids::TurnId;
use crate::languages::{LANGUAGES, Language};
use crate::settings::Settings;

/// Who says a message of the chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The persona and its rules.
    System,
    /// The person.
    Person,
    /// Parley.
    Parley,
    /// What came of something that Parley wanted done.
    Tool,
}

/// One message of the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub author: Author,
    /// The words.
    pub text: String,
}

impl Message {
    fn new(author: Author, text: impl Into<String>) -> Self {
        Self { author, text: text.into() }
    }
}

/// What the language model wanted done in a turn, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thought {
    pub(super) effect: Effect,
    pub(super) result: String,
}

impl Thought {
    pub(super) fn new(effect: Effect, result: String) -> Self {
        Self { effect, result: bounded(result) }
    }

    /// As models are taught to write it.
    fn call(&self) -> String {
        let Effect { name, arguments } = &self.effect;
        format!("<tool_call>{{\"name\": {name:?}, \"arguments\": {arguments}}}</tool_call>")
    }
}

/// The question that is to be answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// The turn that answers it; what history holds of that is no past exchange.
    pub(super) turn: TurnId,
    pub(super) question: &'a str,
    /// What was done for it already.
    pub(super) thoughts: &'a [Thought],
}

/// Tokens that a chat template puts around a message, generously.
const TEMPLATE_TOKENS: usize = 8;

/// More tokens than this text has in any common vocabulary: each three ASCII characters, or one other byte.
pub fn estimated_tokens(text: &str) -> usize {
    let ascii = text.bytes().filter(u8::is_ascii).count();
    ascii.div_ceil(3) + (text.len() - ascii)
}

/// The chat for a question: the persona, as many past exchanges as fit (the newest first to be kept), the question.
/// what was done for it, of which the newest fit. Without a question, what will stand before the next.
///
/// The persona comes first and never changes within a language, so that its evaluated state can be kept. It is cut to
/// half of the room where it would leave none for the question.
pub(super) fn messages(
    settings: &Settings,
    history: &History,
    asked: Option<Asked<'_>>,
    language: &str,
) -> Vec<Message> {
    let persona = persona(settings, language);
    let cost = |text: &str| estimated_tokens(text) + TEMPLATE_TOKENS;
    let persona = shortened(&persona, settings.prompt_tokens / 2);
    let mut room = settings.prompt_tokens.saturating_sub(cost(persona) + TEMPLATE_TOKENS);
    let (question, thoughts) = asked.map(|asked| (asked.question, asked.thoughts)).unwrap_or_default();
    let question = end_of(question, room.saturating_sub(TEMPLATE_TOKENS));
    room = room.saturating_sub(cost(question));
    let mut done = Vec::new();
    for thought in thoughts.iter().rev() {
        let call = thought.call();
        room = room.saturating_sub(cost(&call) + TEMPLATE_TOKENS);
        let result = shortened(&thought.result, room);
        if result.is_empty() {
            break;
        }
        room = room.saturating_sub(estimated_tokens(result));
        done.push((call, result.to_owned()));
    }

    let mut past = Vec::new();
    let own = asked.map(|asked| asked.turn);
    let answered = history.exchanges().rev().filter(|exchange| exchange.is_answered() && Some(exchange.turn) != own);
    for exchange in answered.take(settings.remembered_turns) {
        let answer = exchange.heard_text();
        let needed = cost(&exchange.question) + cost(&answer);
        if needed > room {
            break;
        }
        room -= needed;
        past.push((exchange.question.as_str(), answer));
    }

    let mut chat = vec![Message::new(Author::System, persona)];
    for (question, answer) in past.into_iter().rev() {
        say(&mut chat, Author::Person, question);
        say(&mut chat, Author::Parley, &answer);
    }
    say(&mut chat, Author::Person, question);
    for (call, result) in done.into_iter().rev() {
        say(&mut chat, Author::Parley, &call);
        say(&mut chat, Author::Tool, &result);
    }
    chat
}

/// Who Parley is, in the language that it answers in, where that has a table and the owner has not said otherwise.
fn persona<'a>(settings: &'a Settings, language: &str) -> Cow<'a, str> {
    let answer_in = || format!(" Answer in {}.", LANGUAGES[0].name(language));
    match (&settings.persona, Language::of(language)) {
        (None, Some(table)) => table.persona.into(),
        (None, None) => (LANGUAGES[0].persona.to_owned() + &answer_in()).into(),
        (Some(persona), _) if settings.voices.first().is_some_and(|preferred| preferred == language) => persona.into(),
        (Some(persona), _) => (persona.clone() + &answer_in()).into(),
    }
}

/// Adds a message. Chat templates want authors to alternate: words that follow words of the same author, because the
/// answer between them was never heard, join them.
fn say(chat: &mut Vec<Message>, author: Author, text: &str) {
    match chat.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.author == author => {
            last.text.push(' ');
            last.text.push_str(text);
        }
        _ => chat.push(Message::new(author, text)),
    }
}

/// The beginning of a text that takes at most this many tokens.
fn shortened(text: &str, tokens: usize) -> &str {
    if estimated_tokens(text) <= tokens {
        return text;
    }
    let (mut ascii, mut other) = (0_usize, 0);
    let end = text.char_indices().find_map(|(index, c)| {
        if c.is_ascii() {
            ascii += 1;
        } else {
            other += c.len_utf8();
        }
        (ascii.div_ceil(3) + other > tokens).then_some(index)
    });
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

/// The end of a text that takes at most this many tokens: what is asked comes last.
fn end_of(text: &str, tokens: usize) -> &str {
    let (mut ascii, mut other) = (0_usize, 0);
    let fits = |c: &(usize, char)| {
        if c.1.is_ascii() {
            ascii += 1;
        } else {
            other += c.1.len_utf8();
        }
        ascii.div_ceil(3) + other <= tokens
    };
    let start = text.char_indices().rev().take_while(fits).last().map_or(text.len(), |(start, _)| start);
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::history::Clause;
    use super::*;

    fn history(exchanges: &[(&str, &str)]) -> History {
        let mut history = History::new(10);
        for (turn, (question, answer)) in (1..).map(TurnId).zip(exchanges) {
            history.begin(turn, (*question).into(), Duration::ZERO);
            let said = parley_speech_text::Clause { spoken: (*answer).into(), written: (*answer).into() };
            history.clause(turn, Clause::of(&said, "en"));
            history.length(turn, 0, Duration::from_secs(1));
            if !answer.is_empty() {
                history.complete(turn);
            }
        }
        history
    }

    fn asked(question: &str) -> Option<Asked<'_>> {
        Some(Asked { turn: TurnId(99), question, thoughts: &[] })
    }

    fn texts(chat: &[Message]) -> Vec<(Author, &str)> {
        chat.iter().map(|message| (message.author, message.text.as_str())).collect()
    }

    #[test]
    fn tokens_are_estimated_by_ascii_and_other_bytes() {
        assert_eq!(["", "a", "four", "seven w", "größe"].map(estimated_tokens), [0, 1, 2, 3, 5]);
    }

    #[test]
    fn the_chat_is_persona_history_question() {
        let settings = Settings { persona: Some("P".into()), ..Settings::default() };
        let chat = messages(&settings, &history(&[("a?", "A."), ("b?", "B.")]), asked("c?"), "en");
        assert_eq!(
            texts(&chat),
            [
                (Author::System, "P"),
                (Author::Person, "a?"),
                (Author::Parley, "A."),
                (Author::Person, "b?"),
                (Author::Parley, "B."),
                (Author::Person, "c?"),
            ]
        );
    }

    #[test]
    fn an_answer_that_nobody_heard_leaves_no_gap() {
        let settings = Settings { persona: Some("P".into()), ..Settings::default() };
        let chat = messages(&settings, &history(&[("a?", "")]), asked("b?"), "en");
        assert_eq!(texts(&chat), [(Author::System, "P"), (Author::Person, "a? b?")]);
    }

    #[test]
    fn the_persona_asks_for_the_language_of_the_answer() {
        let chat = messages(&Settings::default(), &History::new(5), asked("¿Qué?"), "es");
        assert_eq!(chat[0].text, Language::or_english("es").persona);
        let chat = messages(&Settings::default(), &History::new(5), asked("Wat?"), "nl");
        assert_eq!(chat[0].text, format!("{} Answer in Dutch.", LANGUAGES[0].persona));
        let own = Settings { persona: Some("P".into()), ..Settings::default() };
        let persona = |language| messages(&own, &History::new(5), None, language)[0].text.clone();
        assert_eq!([persona("en"), persona("es")], ["P", "P Answer in Spanish."]);
    }

    #[test]
    fn of_a_question_that_is_too_long_the_end_is_kept() {
        for filler in ["and then ", "а потом "] {
            let question = format!("{}what is the capital of Italy?", filler.repeat(2_000));
            let settings = Settings { prompt_tokens: 300, ..Settings::default() };
            let chat = messages(&settings, &History::new(5), asked(&question), "en");
            assert!(chat.last().is_some_and(|last| last.text.ends_with("what is the capital of Italy?")), "{chat:?}");
        }
        assert_eq!([end_of("größe", 3), end_of("größe", 0), end_of("abc", 9)], ["ße", "", "abc"]);
    }

    #[test]
    fn the_prompt_never_exceeds_the_models_context() {
        let long = "слово ".repeat(200);
        let past: Vec<(&str, &str)> = vec![(&long, &long); 8];
        for prompt_tokens in [60, 150, 300, 2_000, 5_000, 20_000] {
            let settings = Settings { prompt_tokens, remembered_turns: 5, ..Settings::default() };
            for question in ["short?", &long, &"x".repeat(100_000)] {
                let chat = messages(&settings, &history(&past), asked(question), "en");
                let tokens: usize = chat.iter().map(|m| estimated_tokens(&m.text) + TEMPLATE_TOKENS).sum();
                assert!(tokens <= prompt_tokens, "{tokens} of {prompt_tokens}");
                assert!(
                    estimated_tokens(&chat[0].text) <= prompt_tokens / 2,
                    "the persona takes half of the room at most"
                );
                assert!(chat.len() <= 2 + 2 * 5, "five remembered turns at most");
                assert!(chat.last().is_some_and(|last| last.author == Author::Person && !last.text.is_empty()));
            }
        }
    }
}
