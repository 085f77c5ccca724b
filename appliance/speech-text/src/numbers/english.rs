//! English numbers.
