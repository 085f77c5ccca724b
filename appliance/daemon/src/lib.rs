//! The Parley daemon: everything between the pure core, the engines and the sound card.

#![allow(missing_docs, reason = "only this repository uses it: a doc says what the name below it does not")]

pub mod conductor;
pub mod config;
pub mod health;
pub mod listening;
pub mod machine;
pub mod recorded;
pub mod schemas;
pub mod self_test;
pub mod session;
pub mod workers;
