use std::cell::RefCell;
use std::rc::Rc;

use proptest::prelude::*;

use super::*;
use crate::bootchain::autoboot::{SECTOR, sector};
use crate::bootchain::journal::TRIALS;

/// A device whose power can fail in any step: what lies on its card, and how many steps the power lasts.
#[derive(Debug)]
struct World {
    sector: Vec<u8>,
    journal: Option<Record>,
    complete: [bool; 2],
    /// Whether the firmware can read the boot partitions.
    whole: [bool; 2],
    power: Option<Power>,
}

#[derive(Debug, Clone, Copy)]
struct Power {
    steps: u32,
    /// Of the write that is cut, so many bytes get through.
    torn: usize,
}

/// The version that [`install`] brings.
const NEW: Version = Version::new(1, 4, 0);

/// No history is kept.
fn unnoted(_: Meaning, _: &Record) -> Result<()> {
    Ok(())
}

type Shared = Rc<RefCell<World>>;

impl World {
    fn new(committed: Slot) -> Shared {
        let journal =
            Some(Record { committed, phase: JournalPhase::Idle, other_is_good: true, tried: None, fell_back: 0 });
        Rc::new(RefCell::new(Self {
            sector: sector(committed).to_vec(),
            journal,
            complete: [true; 2],
            whole: [true; 2],
            power: None,
        }))
    }

    /// Whether this step is the last; without power there are no more steps.
    fn step(&mut self) -> io::Result<Option<usize>> {
        match &mut self.power {
            None => Ok(None),
            Some(Power { steps: 0, .. }) => Err(io::Error::other("no power")),
            Some(power) => {
                power.steps -= 1;
                Ok((power.steps == 0).then_some(power.torn))
            }
        }
    }

    fn write(&mut self, slot: Slot) -> io::Result<()> {
        let new = sector(slot);
        match self.step()? {
            None => self.sector = new.to_vec(),
            Some(torn) => {
                self.sector[..torn].copy_from_slice(&new[..torn]);
                return Err(io::Error::other("cut"));
            }
        }
        Ok(())
    }
}

/// Stands for the card.
#[derive(Debug)]
struct ScriptedCard(Shared);

impl Card for ScriptedCard {
    fn autoboot(&self) -> Option<Vec<u8>> {
        let world = self.0.borrow();
        let length = autoboot::render(Slot::A).len();
        Some(world.sector[..length].to_vec())
    }

    fn commit(&mut self, slot: Slot) -> io::Result<()> {
        self.0.borrow_mut().write(slot)
    }

    fn restore(&mut self, slot: Slot) -> io::Result<()> {
        self.0.borrow_mut().write(slot)
    }

    fn is_complete(&self, slot: Slot) -> Result<()> {
        let complete = self.0.borrow().complete[usize::from(slot == Slot::B)];
        complete.then_some(()).context("is not complete")
    }

    fn is_whole(&self, slot: Slot, _: Slot) -> bool {
        self.0.borrow().whole[usize::from(slot == Slot::B)]
    }

    fn confirm_start(&mut self, _: Slot) -> io::Result<()> {
        self.0.borrow_mut().step().map(|_| ())
    }
}

/// Stands for the journal on `data`: a cut leaves the old content or the new.
#[derive(Debug)]
struct ScriptedJournal(Shared);

impl Journal for ScriptedJournal {
    fn load(&self) -> Option<Record> {
        self.0.borrow().journal.clone()
    }

    fn store(&mut self, record: &Record) -> io::Result<()> {
        let mut world = self.0.borrow_mut();
        match world.step()? {
            Some(torn) if torn < SECTOR / 2 => Err(io::Error::other("cut before the rename")),
            Some(_) => {
                world.journal = Some(record.clone());
                Err(io::Error::other("cut behind the rename"))
            }
            None => {
                world.journal = Some(record.clone());
                Ok(())
            }
        }
    }
}

fn backend(world: &Shared, slot: Slot, trial: bool) -> Backend<ScriptedCard, ScriptedJournal> {
    Backend::new(ScriptedCard(Rc::clone(world)), ScriptedJournal(Rc::clone(world)), Start { slot, trial })
}

/// What RAUC does to install into the slot that is not committed, up to the prepared trial.
fn install(world: &Shared, running: Slot) -> Result<()> {
    let target = running.other();
    let mut backend = backend(world, running, false);
    backend.mark_bad(target)?;
    let half_written = |written| world.borrow_mut().complete[usize::from(target == Slot::B)] = written;
    half_written(false);
    world.borrow_mut().step()?;
    half_written(true);
    backend.set_primary(target, Some(NEW))
}

/// A whole update as far as the power lasts.
fn update(world: &Shared, running: Slot) -> Result<()> {
    install(world, running)?;
    let target = running.other();
    backend(world, running, false).restarting()?;
    let mut trial = backend(world, target, true);
    assert_eq!(trial.started(unnoted)?, Meaning::Trial);
    trial.mark_good(target)
}

/// What the firmware does after a cut.
fn ordinary_start(world: &Shared) -> Backend<ScriptedCard, ScriptedJournal> {
    world.borrow_mut().power = None;
    let slot = autoboot::boots(Some(&world.borrow().sector), false);
    backend(world, slot, false)
}

#[test]
fn setting_the_primary_slot_of_an_incomplete_slot_is_refused() {
    let world = World::new(Slot::A);
    world.borrow_mut().complete = [true, false];
    let refused = backend(&world, Slot::A, false).set_primary(Slot::B, None).unwrap_err();
    assert_eq!(refused.to_string(), "is not complete");
    assert_eq!(backend(&world, Slot::A, false).record().primary(), Slot::A);
}

#[test]
fn the_committed_slot_is_never_marked_bad_while_a_trial_runs() {
    let world = World::new(Slot::A);
    install(&world, Slot::A).unwrap();
    backend(&world, Slot::A, false).restarting().unwrap();
    let mut trial = backend(&world, Slot::B, true);
    trial.started(unnoted).unwrap();
    // RAUC takes the slot that is not running for the idle one, and would install into it.
    let refused = trial.mark_bad(Slot::A).unwrap_err();
    assert_eq!(refused.downcast_ref(), Some(&Refused::OnlyOne(Slot::A)));
}

#[test]
fn a_damaged_file_is_repaired_before_anything_is_written() {
    let world = World::new(Slot::B);
    world.borrow_mut().sector = vec![0; SECTOR];
    let mut running = backend(&world, Slot::B, false);
    running.mark_bad(Slot::A).unwrap();
    assert_eq!(ordinary_start(&world).start().slot, Slot::B, "the half-written slot A does not boot");
}

#[test]
fn a_bad_running_slot_gives_way_to_a_good_one_and_stays_where_there_is_none() {
    let world = World::new(Slot::B);
    backend(&world, Slot::B, false).mark_bad(Slot::B).unwrap();
    assert_eq!(backend(&world, Slot::B, false).record().primary(), Slot::A);
    let world = World::new(Slot::B);
    backend(&world, Slot::B, false).mark_bad(Slot::A).unwrap();
    assert!(backend(&world, Slot::B, false).mark_bad(Slot::B).is_err());
}

#[test]
fn a_slot_that_does_not_run_is_bad_until_somebody_calls_it_good() {
    let world = World::new(Slot::A);
    backend(&world, Slot::A, false).mark_bad(Slot::B).unwrap();
    assert!(!backend(&world, Slot::A, false).record().is_good(Slot::B));
    backend(&world, Slot::A, false).mark_good(Slot::B).unwrap();
    assert!(backend(&world, Slot::A, false).record().is_good(Slot::B));
}

#[test]
fn there_is_no_way_back_into_a_slot_that_is_being_written() {
    let world = World::new(Slot::A);
    backend(&world, Slot::A, false).mark_bad(Slot::B).unwrap();
    let refused = backend(&world, Slot::A, false).way_back().unwrap_err();
    assert_eq!(refused.to_string(), Refused::OnlyOne(Slot::A).to_string());
    assert!(!backend(&world, Slot::A, false).record().is_good(Slot::B), "it is as bad as before");
    // What begins behind it calls it off.
    backend(&world, Slot::A, false).mark_good(Slot::B).unwrap();
    backend(&world, Slot::A, false).way_back().unwrap();
    backend(&world, Slot::A, false).mark_bad(Slot::B).unwrap();
    assert!(backend(&world, Slot::A, false).restarting().is_err());
}

#[test]
fn a_prepared_trial_can_be_called_off() {
    let world = World::new(Slot::A);
    install(&world, Slot::A).unwrap();
    assert_eq!(backend(&world, Slot::A, false).record().primary(), Slot::B);
    backend(&world, Slot::A, false).set_primary(Slot::A, None).unwrap();
    assert_eq!(backend(&world, Slot::A, false).record().primary(), Slot::A);
    assert!(backend(&world, Slot::A, false).restarting().is_err());
}

#[test]
fn falling_back_restores_the_file_of_the_committed_slot() {
    let world = World::new(Slot::B);
    world.borrow_mut().sector = vec![0xff; SECTOR];
    let mut fallen = ordinary_start(&world);
    assert_eq!(fallen.start().slot, Slot::A);
    assert_eq!(fallen.started(unnoted).unwrap(), Meaning::FellBack);
    assert_eq!(ordinary_start(&world).start().slot, Slot::B);
}

#[test]
fn a_committed_slot_that_the_firmware_cannot_read_is_taken_over_and_can_be_updated_again() {
    let world = World::new(Slot::A);
    world.borrow_mut().whole[0] = false;
    // The firmware walks on to the next boot partition; the file is whole and names A all the time.
    let fall = || backend(&world, Slot::B, false).started(unnoted).unwrap();
    assert_eq!((fall(), fall()), (Meaning::FellBack, Meaning::Rescue));
    assert!(backend(&world, Slot::B, false).mark_bad(Slot::A).is_err(), "not before the gate");
    backend(&world, Slot::B, false).mark_good(Slot::B).unwrap();
    let record = backend(&world, Slot::B, false).record();
    assert_eq!((record.committed, record.is_good(Slot::A)), (Slot::B, false));
    assert_eq!(ordinary_start(&world).start().slot, Slot::B);
    world.borrow_mut().whole[0] = true;
    update(&world, Slot::B).unwrap();
    assert_eq!(ordinary_start(&world).start().slot, Slot::A);
}

#[test]
fn a_rescue_that_only_helps_out_commits_nothing_and_the_next_start_is_an_ordinary_one() {
    let world = World::new(Slot::A);
    let mut rescue = backend(&world, Slot::B, true);
    assert_eq!(rescue.started(unnoted).unwrap(), Meaning::Rescue);
    rescue.help_out().unwrap();
    rescue.mark_good(Slot::B).unwrap();
    assert_eq!(rescue.record().committed, Slot::A);
    let mut next = ordinary_start(&world);
    assert_eq!((next.start().slot, next.started(unnoted).unwrap()), (Slot::A, Meaning::Ordinary));
    assert!(next.restarting().is_err(), "nothing is tried again");
}

#[test]
fn what_a_start_means_is_written_down_before_it_is_forgotten() {
    let world = World::new(Slot::A);
    install(&world, Slot::A).unwrap();
    backend(&world, Slot::A, false).restarting().unwrap();
    let mut told = Vec::new();
    for failing in [true, false] {
        let mut start = ordinary_start(&world);
        let noted = start.started(|meaning, before| {
            told.push((meaning, before.tried.clone()));
            if failing { Err(anyhow!("cut")) } else { Ok(()) }
        });
        assert_eq!(noted.is_err(), failing);
    }
    assert_eq!(told, [(Meaning::Interrupted, Some(NEW)), (Meaning::Interrupted, Some(NEW))]);
}

#[test]
fn without_a_journal_a_whole_file_is_believed() {
    let world = World::new(Slot::B);
    world.borrow_mut().journal = None;
    let mut running = ordinary_start(&world);
    assert_eq!(running.started(unnoted).unwrap(), Meaning::Ordinary);
    assert_eq!(running.record().committed, Slot::B);
    assert!(!running.record().is_good(Slot::A), "nothing is known of it");
}

#[test]
fn a_journal_of_another_card_is_not_believed() {
    let world = World::new(Slot::A);
    world.borrow_mut().sector = sector(Slot::B).to_vec();
    let mut running = ordinary_start(&world);
    assert_eq!(running.started(unnoted).unwrap(), Meaning::Ordinary);
    assert_eq!(running.record().committed, Slot::B);
}

#[test]
fn an_unconfirmed_trial_ends_after_its_last_try() {
    let world = World::new(Slot::A);
    install(&world, Slot::A).unwrap();
    for _ in 0..TRIALS {
        let mut running = ordinary_start(&world);
        running.started(unnoted).unwrap();
        running.restarting().unwrap();
    }
    let mut running = ordinary_start(&world);
    assert_eq!(running.started(unnoted).unwrap(), Meaning::GaveUp);
    assert!(running.restarting().is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]
    #[test]
    fn after_any_cut_a_whole_slot_boots_and_the_update_can_be_finished(
        committed in prop::sample::select(crate::bootchain::slot::SLOTS.to_vec()), steps in 0..12u32, torn in 0..SECTOR, second in 0..6u32
    ) {
        let world = World::new(committed);
        world.borrow_mut().power = Some(Power { steps, torn });
        let finished = update(&world, committed).is_ok();
        // A second cut while the first is being repaired.
        let mut start = ordinary_start(&world);
        world.borrow_mut().power = Some(Power { steps: second, torn });
        let _ = start.started(unnoted);
        let mut start = ordinary_start(&world);
        let slot = start.start().slot;
        prop_assert!(world.borrow().complete[usize::from(slot == Slot::B)], "slot {slot} is half-written");
        start.started(unnoted).unwrap();
        let record = start.record();
        prop_assert!(record.is_good(slot));
        if finished {
            prop_assert_eq!(slot, committed.other());
        }
        // What runs now is committed, or the next ordinary start boots what is.
        let next = ordinary_start(&world);
        prop_assert_eq!(next.start().slot, record.committed);
        // And the next update goes through.
        update(&world, record.committed).unwrap();
        prop_assert_eq!(ordinary_start(&world).start().slot, record.committed.other());
    }
}
