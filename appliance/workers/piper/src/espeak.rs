//! espeak-ng's own voices: sound straight from text, like a machine's, but in a hundred languages and at once.
//!
//! espeak-ng speaks in a thread of its own and hands the sound to a function without a state, so what it says lies in a
//! global; [`Phonemiser`] stands for espeak-ng having been set up, on the one thread that may use it.

#![allow(unsafe_code)] // Four functions of espeak-ng are called, and one is called by it.

use std::ffi::{CString, c_int, c_short};
use std::ptr;
use std::sync::{Mutex, PoisonError};

use espeak_rs_sys as sys;
use parley_engines::worker::CancelFlag;

use crate::phonemes::{PhonemeError, Phonemiser};

/// What espeak-ng gives, in Hz.
pub const RATE_HZ: u32 = 22_050;

/// What is being said.
static SAYING: Mutex<Option<Saying>> = Mutex::new(None);

struct Saying {
    samples: Vec<f32>,
    cancel: CancelFlag,
}

/// espeak-ng's name of a language.
pub fn name(language: &str) -> &str {
    match language {
        "en" => "en-us",
        "no" => "nb",
        "pt" => "pt-br",
        "zh" => "cmn",
        other => other,
    }
}

/// The samples of a text without zeros in it; a part where it was cancelled.
pub fn say(ready: &Phonemiser, text: &str, language: &str, cancel: &CancelFlag) -> Result<Vec<f32>, PhonemeError> {
    // Sets the library up, and chooses the voice.
    ready.sentences("a", name(language))?;
    let failed = |_| PhonemeError::Espeak("the text has a zero in it".to_owned());
    let text = CString::new(text).map_err(failed)?;
    let saying = || SAYING.lock().unwrap_or_else(PoisonError::into_inner);
    *saying() = Some(Saying { samples: Vec::new(), cancel: cancel.clone() });
    let (flags, bytes) = (sys::espeakCHARS_UTF8, text.as_bytes_with_nul().len());
    // SAFETY: espeak-ng is set up and only this thread uses it (`ready` cannot be sent to another); it copies the text, and
    // is done with it and with `heard` when `espeak_Synchronize` returns.
    let status = unsafe {
        sys::espeak_SetSynthCallback(Some(heard));
        let status = sys::espeak_Synth(
            text.as_ptr().cast(),
            bytes,
            0,
            sys::espeak_POSITION_TYPE_POS_CHARACTER,
            0,
            flags,
            ptr::null_mut(),
            ptr::null_mut(),
        );
        sys::espeak_Synchronize();
        sys::espeak_SetSynthCallback(None);
        status
    };
    let said = saying().take().map(|saying| saying.samples).unwrap_or_default();
    if status != sys::espeak_ERROR_EE_OK {
        return Err(PhonemeError::Espeak(format!("it did not speak: error {status}")));
    }
    Ok(said)
}

/// Takes what was said; 1 ends it.
unsafe extern "C" fn heard(samples: *mut c_short, count: c_int, _: *mut sys::espeak_EVENT) -> c_int {
    let mut saying = SAYING.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(saying) = saying.as_mut().filter(|saying| !saying.cancel.is_set()) else { return 1 };
    if !samples.is_null() && count > 0 {
        // SAFETY: espeak-ng gives so many samples, which are there until this function returns.
        let samples = unsafe { std::slice::from_raw_parts(samples, count as usize) };
        saying.samples.extend(samples.iter().map(|sample| f32::from(*sample) / 32_768.0));
    }
    0
}
