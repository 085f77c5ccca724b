//! Stops ggml in the middle of a graph.
//!
//! whisper.cpp looks at its abort callback only after the encoder has finished, which takes half a second and more;
//! ggml itself can stop between any two operations (a few milliseconds), but whisper.cpp does not pass the callback on.
//! So the linker puts [`__wrap_ggml_graph_compute`] in front of `ggml_graph_compute` (see `build.rs`): it adds the
//! callback to every plan. A computation that was stopped fails like any other; the state can be used again at once.
//!
//! Elsewhere than on Linux nothing is wrapped, and a cancel waits for the encoder.
#![allow(unsafe_code)] // One function of ggml is called, and one is called by it.

use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

use parley_engines::worker::{CancelFlag, LifeSign};
use whisper_rs::whisper_rs_sys::{ggml_cgraph, ggml_cplan, ggml_status};

/// The job that computes now: what stops it, and how it says that it is alive.
static RUNNING: Mutex<Option<(CancelFlag, LifeSign)>> = Mutex::new(None);

/// From now on every computation of this process is this job's: it stops once the flag is set, and is a sign of life.
/// `None`: it is nobody's.
pub fn watch(job: Option<(CancelFlag, LifeSign)>) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = job;
}

unsafe extern "C" fn is_cancelled(_: *mut c_void) -> bool {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let Some((cancel, life_sign)) = running.as_ref() else { return false };
    life_sign.give();
    cancel.is_set()
}

#[cfg(target_os = "linux")]
unsafe extern "C" {
    fn __real_ggml_graph_compute(graph: *mut ggml_cgraph, plan: *mut ggml_cplan) -> ggml_status;
}

/// What ggml's own callers reach instead of `ggml_graph_compute`.
///
/// # Safety
/// As for `ggml_graph_compute`: both point to valid objects that nobody else uses during the call.
#[cfg(target_os = "linux")]
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_ggml_graph_compute(graph: *mut ggml_cgraph, plan: *mut ggml_cplan) -> ggml_status {
    // SAFETY: the caller passes a valid plan that is its own. The callback needs no data, so it outlives every plan.
    unsafe {
        (*plan).abort_callback = Some(is_cancelled);
        (*plan).abort_callback_data = std::ptr::null_mut();
    }
    // SAFETY: the linker binds this name to the real function, and both arguments are passed on as they came.
    unsafe { __real_ggml_graph_compute(graph, plan) }
}
