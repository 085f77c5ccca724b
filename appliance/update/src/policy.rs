//! What may be installed, what may stay, and what goes back. Pure: every function decides over what it is given.

pub mod admission;
pub mod blocks;
pub mod downgrade;
pub mod echo;
pub mod gate;
pub mod ledger;
pub mod manifest;
pub mod measurements;
pub mod offers;
pub mod probation;
pub mod table;
