//! Watches every event and action, and panics with the name of the rule that was broken.

use std::collections::BTreeMap;
use std::time::Duration;

use parley_conversation::{
    Action, Author, Conversation, EffectId, Event, MAX_THOUGHTS, Message, Notice, Outcome, Phase, Settings, TurnId,
    VolumeStep, estimated_tokens,
};

use super::{kind_of, ms, turn_of};

/// What "a bounded time" means for playback that is paused.
const LONGEST_PAUSE: Duration = Duration::from_secs(9);

#[derive(Debug, Default)]
struct Turn {
    transcripts_due: usize,
    has_words: bool,
    asked_by_typing: bool,
    announces: bool,
    generated: usize,
    effects: Vec<EffectId>,
    results: usize,
    clauses: Vec<String>,
    /// What was shown of them.
    written: Vec<String>,
    speech_ended: bool,
    released: bool,
    paused_since: Option<Duration>,
    heard: Duration,
    playback_ended: bool,
    cancelled: bool,
    ended: bool,
}

pub struct Auditor {
    pub last_effect: Option<EffectId>,
    turns: BTreeMap<TurnId, Turn>,
    spoken: bool,
    speculation: bool,
    prompt_tokens: usize,
}

impl Auditor {
    pub fn new(settings: &Settings) -> Self {
        Self {
            last_effect: None,
            turns: BTreeMap::new(),
            spoken: settings.spoken,
            speculation: settings.speculation,
            prompt_tokens: settings.prompt_tokens,
        }
    }

    pub fn watch(&mut self, event: &Event, actions: &[Action], conversation: &Conversation, now: Duration) {
        self.take_in(event);
        for action in actions {
            self.check_action(action, event, now);
        }
        self.check_turns(conversation);
        self.check_pauses(now, event);
        self.check_phase(conversation.phase(), actions);
        self.check_history(conversation);
    }

    fn take_in(&mut self, event: &Event) {
        let (Event::Transcribed { turn, .. }
        | Event::Heard { turn, .. }
        | Event::PlaybackEnded { turn }
        | Event::Performed { turn, .. }) = event
        else {
            return;
        };
        let Some(turn) = self.turns.get_mut(turn) else { return };
        if let Event::Performed { id, .. } = event {
            turn.results += usize::from(turn.effects.contains(id));
        } else if let Event::Heard { heard, .. } = event {
            turn.heard = if turn.released { turn.heard.max(*heard) } else { turn.heard };
        } else if let Event::PlaybackEnded { .. } = event {
            turn.playback_ended |= turn.released && turn.speech_ended;
        } else {
            turn.has_words |= turn.transcripts_due > 0;
            turn.transcripts_due = 0;
        }
    }

    fn check_action(&mut self, action: &Action, event: &Event, now: Duration) {
        let spoken = self.spoken;
        let Some(id) = turn_of(action) else { return };
        let kind = kind_of(action);
        let announced = self.turns.values().any(|turn| turn.announces && !turn.cancelled && !turn.ended);
        let turn = self.turns.entry(id).or_default();
        let end = matches!(action, Action::Tell(Notice::Ended { .. }));
        assert!(!turn.cancelled || end, "a cancelled turn never says anything: {kind} for {id} because of {event:?}");
        assert!(!turn.ended, "what is over stays over: {kind} for {id} because of {event:?}");
        match action {
            Action::Transcribe { from, to, .. } => {
                assert!(from < to, "a stretch of audio has a length");
                assert!(to.since(*from) <= ms(30_000), "no engine transcribes more than 30 s");
                turn.transcripts_due += 1;
            }
            Action::JudgeEndOfTurn { from, to, .. } => assert!(from < to, "a stretch of audio has a length"),
            Action::Generate { messages, .. } => {
                assert!(
                    turn.generated == 0 || (turn.generated <= MAX_THOUGHTS as usize && turn.results >= turn.generated),
                    "a turn is generated once, and once more after each of a few results"
                );
                turn.generated += 1;
                turn.asked_by_typing |= matches!(event, Event::Typed { .. });
                check_prompt(messages, self.prompt_tokens);
            }
            Action::Prepare { .. } => {}
            Action::Play { .. } => assert!(spoken && turn.announces, "only announcements are sounds"),
            Action::Tell(Notice::Announcing { .. }) => turn.announces = true,
            Action::Speak { clause, text, .. } => {
                assert!(spoken, "nothing is spoken where answers are shown");
                assert!(!turn.speech_ended, "nothing is spoken after the end of speech");
                assert_eq!(*clause, turn.clauses.len(), "clauses are numbered 0, 1, 2 in each turn");
                turn.clauses.push(text.clone());
            }
            Action::EndSpeech { .. } => {
                assert!(!turn.speech_ended, "speech ends once");
                turn.speech_ended = true;
            }
            Action::Release { .. } => {
                assert!(!turn.released, "a turn is released at most once");
                let unasked = turn.generated == 0;
                assert!(
                    turn.has_words || turn.asked_by_typing || unasked || turn.announces,
                    "no turn is released before its words are known"
                );
                turn.released = true;
            }
            Action::Perform { id, effect, .. } => {
                assert!(turn.released, "an effect is begun by a released turn alone");
                assert!(turn.paused_since.is_none() || announced, "no effect is begun while somebody may be going on");
                assert!(self.last_effect < Some(*id), "an effect is begun at most once");
                assert!(turn.effects.len() <= MAX_THOUGHTS as usize, "a turn does not do things for ever");
                self.last_effect = Some(*id);
                if VolumeStep::of(effect).is_none() {
                    turn.effects.push(*id);
                }
            }
            Action::Pause { .. } => {
                assert!(turn.released && turn.paused_since.is_none(), "only what plays is paused");
                turn.paused_since = Some(now);
            }
            Action::Resume { .. } => {
                assert!(turn.paused_since.is_some(), "only what is paused is resumed");
                turn.paused_since = None;
            }
            Action::Cancel { .. } => {
                turn.cancelled = true;
                turn.paused_since = None;
            }
            Action::Tell(Notice::Ended { outcome, .. }) => {
                assert!(turn.effects.is_empty() || *outcome != Outcome::Withdrawn, "what was begun is not withdrawn");
                turn.ended = true;
                turn.paused_since = None;
                assert!(
                    turn.cancelled || !spoken || turn.speech_ended,
                    "a spoken turn that was not cancelled has an end of speech"
                );
            }
            Action::Tell(Notice::Answering { text, .. }) => {
                assert!(turn.released, "only what is certain is shown");
                turn.written.push(text.clone());
            }
            Action::Tell(Notice::Understood { text, .. }) => assert!(!text.is_empty(), "only words are understood"),
            Action::Tell(_) => {}
        }
    }

    fn check_turns(&self, conversation: &Conversation) {
        let (mut drafts, mut released, mut announced) = (0, 0, 0);
        for (id, turn) in &self.turns {
            let over = turn.cancelled || turn.ended;
            assert_eq!(conversation.is_alive(*id), !over, "no turn leaks: {id} {turn:?}");
            drafts += usize::from(!over && !turn.released);
            released += usize::from(!over && turn.released && !turn.announces);
            announced += usize::from(!over && turn.released && turn.announces);
            assert!(!turn.cancelled || !turn.released || turn.ended, "the end of {id} is told");
        }
        assert!(drafts <= 1, "at most one draft is alive");
        assert!(released <= 1, "at most one answer is alive");
        assert!(announced <= 1, "at most one announcement is alive");
        let alive = |turn: &&Turn| turn.released && !turn.cancelled && !turn.ended;
        let answer = self.turns.values().filter(alive).find(|turn| !turn.announces);
        assert!(
            announced == 0 || !self.spoken || answer.is_none_or(|answer| answer.paused_since.is_some()),
            "an answer waits behind an announcement"
        );
    }

    /// What waits behind an announcement waits for its end.
    fn check_pauses(&mut self, now: Duration, event: &Event) {
        let announced = self.turns.values().any(|turn| turn.announces && !turn.cancelled && !turn.ended);
        for (id, turn) in &mut self.turns {
            if announced && !turn.announces {
                turn.paused_since = turn.paused_since.map(|_| now);
            }
            if let Some(since) = turn.paused_since {
                assert!(
                    now.saturating_sub(since) <= LONGEST_PAUSE,
                    "playback that was paused is resumed or cancelled within a bounded time: {id}, {event:?}"
                );
            }
        }
    }

    fn check_phase(&self, phase: Phase, actions: &[Action]) {
        let alive = |turn: &&Turn| !turn.cancelled && !turn.ended;
        let mut said: Vec<&Turn> = self.turns.values().filter(alive).filter(|turn| turn.released).collect();
        said.sort_by_key(|turn| !turn.announces);
        let answer = said.first();
        let draft = self.turns.values().filter(alive).any(|turn| !turn.released);
        let consistent = match phase {
            Phase::Quiet | Phase::Asleep => answer.is_none() && !draft,
            Phase::Listening => answer.is_none(),
            Phase::Deciding => answer.is_none() && (draft || !self.speculation),
            Phase::Thinking => answer.is_some_and(|turn| turn.heard.is_zero() && turn.paused_since.is_none()),
            Phase::Speaking => answer.is_some_and(|turn| turn.paused_since.is_none()),
            Phase::Interrupted => answer.is_some_and(|turn| turn.paused_since.is_some() || !self.spoken),
        };
        assert!(consistent, "the phase is consistent with the actions: {phase:?} after {actions:?}");
    }

    fn check_history(&self, conversation: &Conversation) {
        for exchange in conversation.history().exchanges() {
            let Some(turn) = self.turns.get(&exchange.turn) else {
                panic!("history only holds turns: {exchange:?}");
            };
            let heard = exchange.heard_text();
            let nothing = turn.heard.is_zero() && !turn.playback_ended && self.spoken;
            assert!(heard.is_empty() || !nothing, "history never holds text that was not heard: {heard:?}");
            let mut said = turn.written.iter().flat_map(|clause| clause.split_whitespace());
            assert!(
                heard.split_whitespace().all(|word| said.any(|other| other == word)),
                "history never holds text that was not said: {heard:?} of {:?}",
                turn.written
            );
        }
    }
}

fn check_prompt(messages: &[Message], prompt_tokens: usize) {
    let tokens: usize = messages.iter().map(|message| estimated_tokens(&message.text)).sum();
    assert!(tokens <= prompt_tokens, "the prompt is within the model's context: {tokens}");
    let speakers: Vec<Author> = messages.iter().map(|message| message.author).collect();
    assert!(speakers.starts_with(&[Author::System]) && matches!(speakers.last(), Some(Author::Person | Author::Tool)));
    assert!(speakers.windows(2).all(|pair| pair[0] != pair[1]), "speakers take turns: {speakers:?}");
}
