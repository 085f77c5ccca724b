//! Written text as it should be said.

pub mod numbers;
