//! German numbers.
