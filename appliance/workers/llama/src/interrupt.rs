//! Stops llama.cpp in the middle of a batch.
//!
//! llama.cpp asks an abort callback between any two operations, a few milliseconds apart, but llama-cpp-2 has no way to
//! set one. So the linker puts `__wrap_llama_new_context_with_model` in front of the constructor that llama-cpp-2
//! calls (see `build.rs`), and it adds the callback to the parameters. A batch that was stopped fails; llama.cpp takes
//! its positions out of the cache again.
//!
//! Elsewhere than on Linux nothing is wrapped, and a cancel waits for the end of the batch.
#![allow(unsafe_code)] // One function of llama.cpp is called, and one is called by it.

use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

use parley_engines::worker::{CancelFlag, LifeSign};

/// The job that computes now: what stops it, and how it says that it is alive.
static RUNNING: Mutex<Option<(CancelFlag, LifeSign)>> = Mutex::new(None);

/// From now on every computation of this process is this job's: it stops once the flag is set, and is a sign of life.
/// `None`: it is nobody's.
pub fn watch(job: Option<(CancelFlag, LifeSign)>) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = job;
}

#[cfg(target_os = "linux")]
mod linux {
    use super::{PoisonError, RUNNING, c_void};
    use llama_cpp_sys_2::{llama_context, llama_context_params, llama_model};

    unsafe extern "C" fn is_cancelled(_: *mut c_void) -> bool {
        let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((cancel, life_sign)) = running.as_ref() else { return false };
        life_sign.give();
        cancel.is_set()
    }

    unsafe extern "C" {
        fn __real_llama_new_context_with_model(
            model: *mut llama_model,
            params: llama_context_params,
        ) -> *mut llama_context;
    }

    /// What llama-cpp-2 reaches instead of `llama_new_context_with_model`.
    ///
    /// # Safety
    /// As for `llama_new_context_with_model`: the model is valid and outlives the context.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn __wrap_llama_new_context_with_model(
        model: *mut llama_model,
        mut params: llama_context_params,
    ) -> *mut llama_context {
        // The callback needs no data, so it outlives every context.
        params.abort_callback = Some(is_cancelled);
        params.abort_callback_data = std::ptr::null_mut();
        // SAFETY: the linker binds this name to the real function, and both arguments are passed on.
        unsafe { __real_llama_new_context_with_model(model, params) }
    }
}
