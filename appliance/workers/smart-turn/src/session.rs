//! Loading a model into ONNX Runtime.

use std::path::Path;

use ort::ep;
use ort::logging::LogLevel;
use ort::session::Session;

/// A session for a small model on a shared processor: idle threads sleep instead of spinning, and memory that a run
/// needed is kept, because all runs are of one size.
pub fn load(model: &Path, threads: usize) -> Result<Session, ort::Error> {
    Session::builder()?
        .with_log_level(LogLevel::Error)?
        .with_intra_threads(threads)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_execution_providers([ep::CPU::default().with_arena_allocator(true).build()])?
        .commit_from_file(model)
}
