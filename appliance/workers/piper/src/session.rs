//! How models are loaded into ONNX Runtime.

use ort::ep;
use ort::logging::LogLevel;
use ort::session::Session;
use ort::session::builder::SessionBuilder;

/// Whether a session keeps the memory that a run needed: faster, for a model whose runs are all of a size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arena {
    On,
    Off,
}

/// Options for a shared processor: idle threads sleep instead of spinning.
pub fn options(threads: usize, arena: Arena) -> Result<SessionBuilder, ort::Error> {
    let options = Session::builder()?
        .with_log_level(LogLevel::Error)?
        .with_intra_threads(threads)?
        .with_inter_threads(1)?
        .with_intra_op_spinning(false)?
        .with_memory_pattern(false)?
        .with_execution_providers([ep::CPU::default().with_arena_allocator(arena == Arena::On).build()])?;
    Ok(options)
}
