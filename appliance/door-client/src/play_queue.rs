//! What a client of the sound socket has to play, and how much of it has been heard.

use std::collections::VecDeque;

/// Sound that waits to be played. It is as long as what the daemon sends ahead.
#[derive(Debug, Default)]
pub struct PlayQueue {
    waiting: VecDeque<i16>,
    played: u64,
}

impl PlayQueue {
    /// Takes a frame of the daemon's.
    pub fn push(&mut self, samples: &[i16]) {
        self.waiting.extend(samples);
    }

    /// Fills a block for the loudspeaker, with silence where there is nothing to play; how many samples were none. Tell the
    /// daemon how much was [`PlayQueue::played`] when the block has been heard.
    pub fn fill(&mut self, block: &mut [i16]) -> usize {
        let sound = block.len().min(self.waiting.len());
        for (sample, next) in block.iter_mut().zip(self.waiting.drain(..sound).chain(std::iter::repeat(0))) {
            *sample = next;
        }
        self.played += sound as u64;
        sound
    }

    /// Drops what has not been played, as the daemon wants where something else is to be heard.
    pub fn flush(&mut self) {
        self.waiting.clear();
    }

    /// Samples that were played since the beginning. Silence that the daemon did not send does not count.
    pub fn played(&self) -> u64 {
        self.played
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_dropped_and_silence_between_do_not_count_as_played() {
        let mut queue = PlayQueue::default();
        let mut block = [9; 4];
        assert_eq!((queue.fill(&mut block), block), (0, [0; 4]));
        queue.push(&[1, 2, 3, 4, 5, 6]);
        assert_eq!((queue.fill(&mut block), block), (4, [1, 2, 3, 4]));
        queue.flush();
        assert!(queue.is_empty());
        queue.push(&[7]);
        assert_eq!((queue.fill(&mut block), block), (1, [7, 0, 0, 0]));
        assert_eq!(queue.played(), 5);
    }
}
