//! Lets `src/interrupt.rs` stand in front of llama.cpp's constructor of contexts; all usual linkers know the option.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-link-arg=-Wl,--wrap=llama_new_context_with_model");
    }
}
