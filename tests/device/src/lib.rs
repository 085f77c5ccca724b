//! The virtual device: an emulated board whose firmware, power and tester this crate plays.
//!
//! `layout`, `firmware`, `flashing`, `writelog` and `replay` are pure; `disk` reads images; `machine` is one start of the emulator,
//! and `virtual_device` puts them together.

#![allow(missing_docs, reason = "nobody outside of this workspace uses it; most names say what they are")]

pub mod cases;
mod console;
mod cuts;
pub mod disk;
mod firmware;
pub mod flashing;
pub mod layout;
mod machine;
mod qmp;
pub mod range_server;
mod replay;
mod shell;
pub mod virtual_device;
mod writelog;
