//! Everything dies at any moment: workers, loudspeakers, door clients, the gateway, whoever performs effects. Whatever
//! happens, each turn is answered or refused; nothing hangs, is said twice, late, or in another seat; an effect is begun
//! at most once.
//!
//! Engines die as their supervisor tells of it, after it has done what it can; what it does about a process that is
//! killed at random is tested where it is (`appliance/engines/tests/supervisor_random_kills.rs`).
//!
//! Terms: a **life** is a house of one to five seats that share their engines, from its beginning until each of them has
//! answered a last question. Each seat may have a door of its own.
//!
//! A failure prints its seed; `PARLEY_SEED=<seed>` runs that life alone, `PARLEY_LIVES=<number>` so many instead of
//! [`LIVES`].

mod hands;
mod life;
mod rules;
mod tally;
mod visitors;
mod words;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fastrand::Rng;

use self::life::Life;
use self::tally::Tally;
use super::invariants::Seed;

/// Lives that are lived, each of [`TURNS`] at least.
const LIVES: u64 = 50;
const TURNS: usize = 200;
/// Seeds of lives that once found a fault.
const FOUND: [u64; 0] = [];
/// Longer than any turn may take, from its release to its end: engines that hang and are shared, results that are
/// waited for, announcements in between. A loudspeaker can be away for longer.
const LONGEST_TURN: Duration = Duration::from_secs(40);

#[test]
fn ten_thousand_turns_while_everything_dies() {
    let variable = |name| std::env::var(name).ok().map(|value| value.parse::<u64>().expect("it is a number"));
    let (alone, lives) = (variable("PARLEY_SEED"), variable("PARLEY_LIVES").unwrap_or(LIVES));
    let seeds: Vec<u64> = alone.map_or_else(|| FOUND.into_iter().chain(0..lives).collect(), |seed| vec![seed]);
    let (all, next) = (Mutex::new(Tally::default()), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(seeds.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                    let _seed = Seed(*seed);
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
                    let one = runtime.expect("a runtime can be made").block_on(live(Rng::with_seed(*seed)));
                    all.lock().expect("nobody panics with it").add(one);
                }
            });
        }
    });
    let all = all.into_inner().expect("nobody panicked with it");
    println!("{all}");
    if alone.is_none() && lives >= LIVES {
        all.is_chaos_with_life_in_it();
    }
}

async fn live(random: Rng) -> Tally {
    let mut life = Life::new(random);
    while life.turns() < TURNS {
        life.something_happens().await;
        life.pass_a_while().await;
    }
    life.a_loudspeaker_stays_away().await;
    life.all_is_well_again().await;
    life.has_each_seat_answer_a_last_question().await;
    let tally = life.tally();
    life.end().await;
    tally
}
