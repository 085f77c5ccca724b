//! The Parley daemon: everything between the pure core, the engines and the sound card. **Start here.**
//!
//! One direction: whatever happens becomes a [`parley_conversation::Event`]; the core answers with
//! [`parley_conversation::Action`]s; the [`conductor`] performs them in one `match`, and reports back with events.
//!
//! | crate | what |
//! |---|---|
//! | [`parley_conversation`] | what Parley decides; pure. Its first page defines the terms: turn, draft, release, clause, heard |
//! | [`parley_engines`] | engine kinds, the pipe to the workers, the supervisor that keeps them alive |
//! | [`parley_audio`] | the real-time side: microphone, loudspeaker, pausing at the sample |
//! | [`parley_door`] | what an owner's programs are told, and can ask for; [`door`] serves it |
//! | [`parley_models`] | which models there are, and how they get here whole |
//! | [`parley_settings`] | which settings there are, and the layers that they come from |
//! | [`parley_update`] | updates that cannot brick a device |
//!
//! Read first: [`conductor`], then [`parley_conversation::Conversation::handle`], then [`session::Session::start`],
//! which puts everything together. `docs/ARCHITECTURE.md` has the picture, three walks through the code, and the
//! invariants; `docs/GLOSSARY.md` the words.

#![allow(missing_docs, reason = "only this repository uses it: a doc says what the name below it does not")]

pub mod announcer;
pub mod clock;
pub mod conductor;
pub mod context;
pub mod door;
pub mod echo_check;
pub mod hardware;
pub mod health;
pub mod keys;
pub mod languages;
pub mod listening;
pub mod machine;
pub mod models_in_use;
pub mod near_misses;
pub mod own_words;
pub mod ready_made;
pub mod rehearsal;
pub mod room_check;
pub mod seats;
pub mod self_test;
pub mod session;
pub mod signals;
mod sounds;
pub mod tools;
pub mod volume;
pub mod wake_words;
pub mod workers;
