//! Near misses at the door: what is kept of them, and "that was me".

use std::sync::Arc;

use parley_door::{DoorError, DoorNearMiss, DoorReply, ErrorCode};

use crate::near_misses::{NearMiss, NearMisses};
use crate::own_words::by_voice::{Adapted, WordsByVoice};

/// What is kept, and who learns from it; none where the owner has not agreed.
#[derive(Clone, Default)]
pub struct KeptNearMisses(Option<(NearMisses, Arc<WordsByVoice>)>);

impl KeptNearMisses {
    pub fn new(misses: NearMisses, words: Arc<WordsByVoice>) -> Self {
        Self(Some((misses, words)))
    }

    fn kept(&self) -> Result<&(NearMisses, Arc<WordsByVoice>), DoorError> {
        self.0.as_ref().ok_or_else(|| {
            not_available(
                "none is kept: set conversation.keep-near-misses where wake words are in use, and start Parley again",
            )
        })
    }

    pub(super) fn list(&self) -> Result<DoorReply, DoorError> {
        let (misses, _) = self.kept()?;
        let told = |NearMiss { number, ago, word, percent, mine }| DoorNearMiss {
            number,
            seconds_ago: ago.as_secs(),
            word,
            percent,
            mine,
        };
        Ok(DoorReply::NearMisses { near_misses: misses.list().into_iter().map(told).collect() })
    }

    pub(super) fn clear(&self) -> Result<DoorReply, DoorError> {
        self.kept()?.0.clear();
        Ok(DoorReply::Done)
    }

    /// Learns from it, for seconds at most.
    pub(super) async fn mine(&self, number: u64) -> Result<DoorReply, DoorError> {
        let (misses, words) = self.kept()?.clone();
        let gone = || not_available("there is no near miss of this number any more");
        let (miss, example) = misses.take_as_mine(number).ok_or_else(gone)?;
        let word = miss.word.clone();
        let examples = misses.mine(&word);
        let learnt = tokio::task::spawn_blocking(move || words.adapt(&word, &example, &examples)).await;
        let learnt = learnt.unwrap_or_else(|panic| Err(panic.to_string()));
        match learnt {
            Ok(Adapted::Learnt) => Ok(DoorReply::NearMissLearnt { word: miss.word, missing: 0 }),
            Ok(Adapted::Missing(missing)) => Ok(DoorReply::NearMissLearnt { word: miss.word, missing }),
            Err(problem) => {
                misses.is_no_example(number);
                Err(not_available(problem))
            }
        }
    }
}

fn not_available(text: impl Into<String>) -> DoorError {
    DoorError::new(ErrorCode::NotAvailable, text.into())
}
