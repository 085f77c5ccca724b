//! Seats: places of conversation. Each has a microphone, a loudspeaker, a core and a history of its own; all of them
//! share the engines, by turns.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use parley_conversation::SeatId;

use crate::conductor::{Engines, lock};

/// Places of conversation that there can be at once; the queues of the engines hold what these ask for.
pub const MOST_SEATS: usize = 5;

/// All of them are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Parley talks in {MOST_SEATS} places at once, and all of them are taken; end a conversation first")]
pub struct NoFreeSeat;

/// Gives out seats; clones are the same house.
#[derive(Clone)]
pub struct Seats(Arc<House>);

struct House {
    engines: Engines,
    taken: Mutex<BTreeSet<SeatId>>,
}

/// A seat, until it is dropped.
pub struct Seat {
    id: SeatId,
    house: Arc<House>,
}

impl Seats {
    /// A house in which nobody sits; everybody in it will use these engines.
    pub fn new(engines: Engines) -> Self {
        Self(Arc::new(House { engines, taken: Mutex::default() }))
    }

    /// The free seat with the lowest number: 0 is the device's own.
    ///
    /// # Errors
    /// There are [`MOST_SEATS`] already.
    pub fn take(&self) -> Result<Seat, NoFreeSeat> {
        let mut taken = lock(&self.0.taken);
        let mut all = (0..MOST_SEATS as u32).map(SeatId);
        let id = all.find(|seat| !taken.contains(seat)).ok_or(NoFreeSeat)?;
        taken.insert(id);
        Ok(Seat { id, house: Arc::clone(&self.0) })
    }
}

impl Seat {
    pub fn id(&self) -> SeatId {
        self.id
    }

    /// The engines, as this seat uses them.
    pub fn engines(&self) -> Engines {
        Engines { seat: self.id, ..self.house.engines.clone() }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        lock(&self.house.taken).remove(&self.id);
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn there_are_five_and_one_that_was_left_is_free_again() {
        let seats = Seats::new(Engines::answering(""));
        let mut taken: Vec<Seat> = std::iter::from_fn(|| seats.take().ok()).collect();
        let ids: Vec<u32> = taken.iter().map(|seat| seat.engines().seat.0).collect();
        assert_eq!(ids, [0, 1, 2, 3, 4]);
        assert_eq!(seats.take().err(), Some(NoFreeSeat));
        taken.remove(2);
        assert_eq!(seats.take().ok().map(|seat| seat.id()), Some(SeatId(2)));
    }
}
