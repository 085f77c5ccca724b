#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| drop(parley_fuzz::door(bytes)));
