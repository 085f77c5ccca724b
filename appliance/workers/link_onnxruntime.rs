//! For the build scripts of the workers that are linked with ONNX Runtime: their binaries find it beside them.

use std::env;

pub fn link_onnxruntime() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../link_onnxruntime.rs");
    println!("cargo::rerun-if-env-changed=ORT_LIB_LOCATION");
    if env::var_os("ORT_LIB_LOCATION").is_none_or(|folder| folder.is_empty()) {
        println!(
            "cargo::error=ORT_LIB_LOCATION does not name the folder of libonnxruntime.so. \
             `cargo xtask build` fetches ONNX Runtime and sets it; plain `cargo build` does not build this worker"
        );
    }
    // Beside the binary, in a lib folder next to its own, and one up for the test binaries in `deps`.
    for folder in ["$ORIGIN", "$ORIGIN/../lib", "$ORIGIN/.."] {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{folder}");
    }
}
