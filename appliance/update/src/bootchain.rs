//! The slots, the files by which the firmware and the initramfs choose one, and the journal that explains every cut.
//!
//! [`autoboot`], [`journal`] and [`start_counter`] are pure; [`backend`] is what RAUC and the units ask.

pub mod autoboot;
pub mod backend;
pub mod card;
pub mod cmdline;
pub mod fat;
pub mod journal;
pub mod slot;
pub mod sound_card;
pub mod start_counter;
