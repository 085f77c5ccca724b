//! Lets `src/interrupt.rs` stand in front of ggml's `ggml_graph_compute`; all usual linkers know the option.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo::rustc-link-arg=-Wl,--wrap=ggml_graph_compute");
    }
}
