//! The virtual device: an emulated board whose firmware, power and tester this crate plays.
//!
//! `layout`, `firmware`, `writelog` and `replay` are pure; `disk` reads images.

pub mod disk;
pub mod firmware;
pub mod layout;
pub mod replay;
pub mod writelog;
