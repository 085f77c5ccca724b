//! Synthesised audio of short replies that were said before ("Done.", "Turning on the light.").

use std::collections::HashMap;

use parley_engines::Spoken;

/// Longer texts seldom come twice.
const LONGEST_CHARS: usize = 80;
/// About 4 MB of audio.
const MOST_REPLIES: usize = 32;

type Key = (String, String);

/// The last replies, at most 32; the one that was not used for the longest time goes first.
#[derive(Debug, Default)]
pub(super) struct ReplyCache {
    replies: HashMap<Key, (u64, Vec<Spoken>)>,
    uses: u64,
}

impl ReplyCache {
    /// The audio of a text, if it has been said in this language.
    pub(super) fn get(&mut self, language: &str, text: &str) -> Option<Vec<Spoken>> {
        self.uses += 1;
        let (used, blocks) = self.replies.get_mut(&(language.to_owned(), text.to_owned()))?;
        *used = self.uses;
        Some(blocks.clone())
    }

    pub(super) fn wants(text: &str) -> bool {
        text.chars().count() <= LONGEST_CHARS
    }

    pub(super) fn put(&mut self, language: &str, text: &str, blocks: Vec<Spoken>) {
        self.uses += 1;
        if self.replies.len() >= MOST_REPLIES
            && let Some(oldest) = self.replies.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| key.clone())
        {
            self.replies.remove(&oldest);
        }
        self.replies.insert((language.to_owned(), text.to_owned()), (self.uses, blocks));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_used_goes_first() {
        let mut cache = ReplyCache::default();
        let audio = |rate_hz| vec![Spoken { rate_hz, audio: vec![] }];
        for number in 0..MOST_REPLIES as u32 {
            cache.put("en", &number.to_string(), audio(number));
        }
        assert!(cache.get("en", "0").is_some());
        assert!(cache.get("de", "0").is_none(), "another voice sounds different");
        cache.put("en", "new", audio(99));
        assert!(cache.get("en", "0").is_some(), "it was used a moment ago");
        assert!(cache.get("en", "1").is_none(), "it was the oldest");
        assert!(cache.get("en", "new").is_some());
    }
}
