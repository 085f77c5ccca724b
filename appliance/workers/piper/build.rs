//! Links what espeak-ng needs, and makes the binaries find ONNX Runtime beside them.

#[path = "../link_onnxruntime.rs"]
mod link_onnxruntime;

fn main() {
    link_onnxruntime::link_onnxruntime();
    // espeak-ng stretches fast speech with sonic; static, so that no device has to carry the library.
    println!("cargo::rustc-link-arg=-l:libsonic.a");
}
