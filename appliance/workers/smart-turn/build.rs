//! Makes the binaries find ONNX Runtime beside them.

#[path = "../link_onnxruntime.rs"]
mod link_onnxruntime;

fn main() {
    link_onnxruntime::link_onnxruntime();
}
