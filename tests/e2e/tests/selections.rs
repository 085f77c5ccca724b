//! What cargo compiles for the demo, and for the tests beside it.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use parley_models::Manifest;
use serde_json::Value;

fn workspace() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn cargo(arguments: &[&str]) -> String {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // The units of a build are shown by unstable compilers alone; this one is asked to be one.
    let output = cargo.current_dir(workspace()).args(arguments).env("RUSTC_BOOTSTRAP", "1").output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What the demo builds besides the developer's command itself.
fn product() -> Vec<String> {
    let manifest = Manifest::embedded().unwrap();
    manifest.workers().into_iter().chain(["parley"]).map(|package| format!("--package={package}")).collect()
}

#[test]
fn the_demo_compiles_nothing_about_images() {
    let product = product();
    let command = ["tree", "--locked", "--prefix", "none", "--edges", "normal,build", "--format", "{p}"];
    for selection in [vec!["--package=xtask"], product.iter().map(String::as_str).collect()] {
        let tree = cargo(&[&command[..], &selection].concat());
        let names: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
        assert!(names.contains("parley-models"), "{selection:?}: {names:?}");
        for image in ["parley-image", "parley-device", "parley-setup", "parley-restart", "gptman"] {
            assert!(!names.contains(image), "{selection:?} needs {image}");
        }
    }
}

/// The builds of the native engines that a selection needs: each one's features and those of all that it is built with.
fn native_engines(selection: &[&str]) -> BTreeSet<String> {
    let command = ["build", "--release", "--locked", "--unit-graph", "-Zunstable-options"];
    let graph: Value = serde_json::from_str(&cargo(&[&command[..], selection].concat())).unwrap();
    let units = graph["units"].as_array().unwrap();
    let is_native = |unit: &&Value| {
        let id = unit["pkg_id"].as_str().unwrap();
        ["whisper-rs-sys", "llama-cpp-sys-2", "espeak-rs-sys"].iter().any(|name| id.contains(name))
    };
    let natives: BTreeSet<String> = units.iter().filter(is_native).map(|unit| described(unit, units)).collect();
    assert!(natives.len() >= 6, "a library and a build script of each: {natives:?}");
    natives
}

fn described(unit: &Value, units: &[Value]) -> String {
    let dependencies = unit["dependencies"].as_array().unwrap().iter();
    let below: BTreeSet<String> = dependencies
        .map(|dependency| described(&units[dependency["index"].as_u64().unwrap() as usize], units))
        .collect();
    format!("{} {} {} {} {below:?}", unit["pkg_id"], unit["mode"], unit["features"], unit["profile"]["opt_level"])
}

#[test]
fn the_native_engines_are_compiled_once_for_the_demo_and_the_tests() {
    let product = product();
    let demo = native_engines(&product.iter().map(String::as_str).collect::<Vec<_>>());
    let tests = native_engines(&["--workspace"]);
    assert!(demo == tests, "another feature of something that they are built with");
}
