//! Ranges of bytes that are to be fetched, each byte once.

use std::ops::Range;

/// A set of bytes.
#[derive(Debug, Default, Clone)]
pub struct Ranges(Vec<Range<u64>>);

impl Ranges {
    /// Adds the bytes from `start` up to `end`.
    pub fn add(&mut self, start: u64, end: u64) {
        if start < end {
            self.0.push(start..end);
        }
    }

    /// Adds everything below `end` that is not in `others`.
    pub fn add_all_but(&mut self, end: u64, others: &Ranges) {
        let mut place = 0;
        for other in others.aligned(1, end) {
            self.add(place, other.start);
            place = other.end;
        }
        self.add(place, end);
    }

    /// The ranges rounded out to whole blocks, merged, in order, and not beyond `end`.
    pub fn aligned(&self, block: u64, end: u64) -> Vec<Range<u64>> {
        let round = |range: &Range<u64>| range.start / block * block..range.end.next_multiple_of(block).min(end);
        let mut rounded: Vec<Range<u64>> = self.0.iter().map(round).collect();
        rounded.sort_by_key(|range| range.start);
        let mut merged: Vec<Range<u64>> = Vec::new();
        for range in rounded {
            match merged.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                Some(_) | None => merged.push(range),
            }
        }
        merged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_and_overlaps_are_fetched_once() {
        let mut ranges = Ranges::default();
        for (start, end) in [(5000, 6000), (100, 200), (4000, 4200), (20_000, 20_000)] {
            ranges.add(start, end);
        }
        assert_eq!(ranges.aligned(4096, 7000), [0..7000]);
        assert_eq!(ranges.aligned(1, 7000), [100..200, 4000..4200, 5000..6000]);
    }

    #[test]
    fn the_rest_is_what_the_others_leave() {
        let (mut images, mut rest) = (Ranges::default(), Ranges::default());
        images.add(10, 20);
        images.add(40, 50);
        rest.add_all_but(60, &images);
        assert_eq!(rest.aligned(1, 60), [0..10, 20..40, 50..60]);
    }
}
