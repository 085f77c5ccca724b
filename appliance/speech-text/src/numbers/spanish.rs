//! Spanish numbers.
