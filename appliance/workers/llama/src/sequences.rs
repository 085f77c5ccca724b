//! Which of several remembered prompts a new one goes on from, so that two conversations do not push each other out. Pure.
//!
//! Terms: a **sequence** is one of llama.cpp's, with the tokens that are in the cache for it; its **tail** is what a
//! prompt has no use for; the **prefix** is the system prompt, which all conversations have in common.
//!
//! Rules:
//! - A prompt goes on from the sequence that it has most in common with.
//! - Where that is of the same conversation, the tail is given up. Where it is of another one, what both have in common
//!   is copied into the sequence that was used longest ago, which costs nothing: they share the memory.

/// A tail that is computed again in a moment, such as the words of a draft.
const SHORT_TAIL: usize = 32;
/// The part of a conversation's own tokens (those after the prefix) that another prompt of it has in common with it.
const SAME_CONVERSATION: usize = 4;

#[derive(Debug, Clone)]
struct Sequence<T> {
    tokens: Vec<T>,
    /// How many of the tokens were a prompt; the others are its answer.
    prompt: usize,
    used: u64,
}

/// The tokens of every sequence.
#[derive(Debug)]
pub struct Sequences<T> {
    all: Vec<Sequence<T>>,
    current: usize,
    uses: u64,
}

/// What is to be done before a prompt is computed in the current sequence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Nothing: the sequence has what there is.
    Stay,
    /// Forget the current sequence, and give it the first `count` tokens of another.
    Copy { from: usize, count: usize },
}

impl<T: Copy + PartialEq> Sequences<T> {
    /// So many empty sequences, at least one.
    pub fn new(count: usize) -> Self {
        let all = vec![Sequence { tokens: Vec::new(), prompt: 0, used: 0 }; count.max(1)];
        Self { all, current: 0, uses: 0 }
    }

    /// The number of the sequence in use.
    pub fn current(&self) -> usize {
        self.current
    }

    /// The tokens of the sequence in use.
    pub fn tokens(&self) -> &[T] {
        &self.all[self.current].tokens
    }

    /// Adds what was computed.
    pub fn extend(&mut self, tokens: &[T]) {
        self.all[self.current].tokens.extend_from_slice(tokens);
    }

    /// Keeps the first `count` tokens.
    pub fn truncate(&mut self, count: usize) {
        self.all[self.current].tokens.truncate(count);
    }

    /// Forgets all sequences.
    pub fn clear(&mut self) {
        for sequence in &mut self.all {
            sequence.tokens.clear();
        }
    }

    /// Takes up the sequence for a prompt whose first `prefix` tokens are the system prompt. After [`Choice::Copy`] it has
    /// the tokens that are to be copied.
    pub fn choose(&mut self, prompt: &[T], prefix: usize) -> Choice {
        self.uses += 1;
        let similarity = |sequence: &Sequence<T>| common(&sequence.tokens, prompt);
        let best = (0..self.all.len()).max_by_key(|index| (similarity(&self.all[*index]), self.all[*index].used));
        let best = best.unwrap_or_default();
        let count = similarity(&self.all[best]);
        let of = &self.all[best];
        let own = of.prompt.saturating_sub(prefix);
        let is_same = of.prompt.saturating_sub(count) <= SHORT_TAIL
            || count.saturating_sub(prefix) * SAME_CONVERSATION >= own.max(1);
        let choice = if is_same {
            self.current = best;
            Choice::Stay
        } else {
            let oldest = (0..self.all.len()).filter(|index| *index != best).min_by_key(|index| self.all[*index].used);
            self.current = oldest.unwrap_or(best);
            let copied = self.all[best].tokens[..count].to_vec();
            self.all[self.current].tokens = copied;
            if self.current == best { Choice::Stay } else { Choice::Copy { from: best, count } }
        };
        let current = &mut self.all[self.current];
        (current.prompt, current.used) = (prompt.len(), self.uses);
        choice
    }

    /// Forgets the sequence that was used longest ago, to make room; `None` where only the current one is left.
    pub fn forget_oldest(&mut self) -> Option<usize> {
        let others = (0..self.all.len()).filter(|index| *index != self.current && !self.all[*index].tokens.is_empty());
        let oldest = others.min_by_key(|index| self.all[*index].used)?;
        self.all[oldest].tokens.clear();
        Some(oldest)
    }
}

fn common<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: usize = 100;

    /// A conversation's prompt of so many exchanges of 50 tokens, the last with `words` tokens.
    fn prompt(conversation: u32, exchanges: u32, words: u32) -> Vec<u32> {
        let history = (0..exchanges).flat_map(|exchange| (0..50).map(move |token| (exchange, token)));
        let last = (0..words).map(|token| (exchanges, token));
        let own = history.chain(last).map(|(exchange, token)| 10_000 * conversation + 100 * exchange + token);
        (1..=PREFIX as u32).chain(own).collect()
    }

    /// How many tokens have to be computed for a prompt and an answer of 40 tokens.
    fn computed(sequences: &mut Sequences<u32>, prompt: &[u32]) -> usize {
        sequences.choose(prompt, PREFIX);
        let reused = common(sequences.tokens(), prompt);
        sequences.truncate(reused);
        sequences.extend(&prompt[reused..]);
        sequences.extend(&[0; 40]);
        prompt.len() - reused
    }

    #[test]
    fn two_conversations_do_not_push_each_other_out() {
        let mut sequences = Sequences::new(4);
        computed(&mut sequences, &prompt(1, 4, 10));
        assert_eq!(computed(&mut sequences, &prompt(2, 4, 10)), 210, "only the system prompt is common");
        for turn in 4..8 {
            for conversation in [1, 2] {
                assert_eq!(computed(&mut sequences, &prompt(conversation, turn + 1, 10)), 50, "{conversation}, {turn}");
            }
        }
    }

    #[test]
    fn the_drafts_of_one_conversation_stay_in_one_sequence() {
        let mut sequences = Sequences::new(2);
        computed(&mut sequences, &prompt(1, 4, 10));
        assert_eq!(computed(&mut sequences, &prompt(2, 2, 1)), 101);
        for words in 2..20 {
            assert_eq!(computed(&mut sequences, &prompt(2, 2, words)), 1);
        }
        assert_eq!(computed(&mut sequences, &prompt(1, 4, 12)), 2, "it is still there");
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let mut sequences = Sequences::new(3);
        for conversation in 1..=4 {
            computed(&mut sequences, &prompt(conversation, 4, 10));
        }
        assert_eq!(computed(&mut sequences, &prompt(2, 4, 11)), 1);
        assert!(sequences.forget_oldest().is_some(), "the third");
        assert_eq!(computed(&mut sequences, &prompt(4, 4, 11)), 1);
        assert!(sequences.forget_oldest().is_some(), "the second");
        assert_eq!(sequences.forget_oldest(), None);
        assert_eq!(computed(&mut sequences, &prompt(4, 4, 12)), 1, "the current one stays");
    }

    #[test]
    fn one_sequence_is_as_good_as_it_was() {
        let mut sequences = Sequences::new(1);
        computed(&mut sequences, &prompt(1, 4, 10));
        assert_eq!(sequences.choose(&prompt(2, 4, 10), PREFIX), Choice::Stay);
        assert_eq!(sequences.tokens().len(), PREFIX);
    }
}
