//! The virtual device: an emulated board whose firmware, power and tester this crate plays.
//!
//! `layout`, `firmware`, `writelog` and `replay` are pure; `disk` reads images; `machine` is one start of the emulator, and
//! `virtual_device` puts them together.

pub mod cases;
pub mod console;
pub mod cuts;
pub mod disk;
pub mod firmware;
pub mod layout;
pub mod machine;
pub mod qmp;
pub mod range_server;
pub mod replay;
pub mod shell;
pub mod virtual_device;
pub mod writelog;
