//! A simulated world for whole conversations: the real core, conductor and playback; scripted engines and person. And
//! what the programs that measure and teach share.

#![allow(missing_docs, reason = "only this repository uses it: a doc says what the name below it does not")]

pub mod acoustics;
pub mod level;
pub mod product;
pub mod said;
pub mod speed;
pub mod world;
