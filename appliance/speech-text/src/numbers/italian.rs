//! Italian numbers.
