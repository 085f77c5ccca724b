//! The architectures that a look at a model file knows are those of the llama.cpp that the worker links.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use parley_model_file::ARCHITECTURES;
use serde_json::Value;

/// The folder of llama.cpp's sources, in the crate that builds it.
fn sources() -> PathBuf {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let output = cargo.current_dir(root).args(["metadata", "--format-version", "1", "--locked"]).output().unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "llama-cpp-sys-2").unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).with_file_name("llama.cpp")
}

#[test]
fn a_look_knows_the_architectures_of_the_linked_llama_cpp() {
    let text = std::fs::read_to_string(sources().join("src/llama-arch.cpp")).unwrap();
    let (_, table) = text.split_once("LLM_ARCH_NAMES = {").unwrap();
    let (table, _) = table.split_once("};").unwrap();
    let mut names: Vec<&str> = table.lines().filter_map(|line| line.split('"').nth(1)).collect();
    names.retain(|name| *name != "(unknown)");
    names.sort_unstable();
    assert_eq!(ARCHITECTURES, names, "write these into appliance/model-file/src/architectures.rs");
}
