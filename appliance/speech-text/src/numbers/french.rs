//! French numbers.
