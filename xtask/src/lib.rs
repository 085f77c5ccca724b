//! What developer commands share: where things lie, running other programs, Debian's packages, cargo's helpers, the
//! build. The commands themselves are beside it, one a file; those about images are in `ota/image`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a developer's command line talks to its terminal")]

pub mod build;
pub mod documented;
pub mod onnxruntime;
pub mod places;
pub mod process;
pub mod system;
pub mod tally;
pub mod tools;
