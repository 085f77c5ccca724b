//! The layers of the architecture, read from what cargo knows. Which crate may link a native engine, `deny.toml` says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const ARCHITECTURE: &str = include_str!("../../../docs/ARCHITECTURE.md");

/// The crates of this repository, as cargo describes them.
fn members() -> Vec<Value> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--manifest-path", manifest])
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    metadata["packages"].as_array().expect("cargo lists packages").clone()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// What a crate needs to run and to build, directly.
fn dependencies(package: &Value) -> impl Iterator<Item = &Value> {
    package["dependencies"].as_array().into_iter().flatten().filter(|dependency| dependency["kind"] != "dev")
}

/// A crate's folder in this repository.
fn folder(package: &Value) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository");
    let manifest = Path::new(text(package, "manifest_path"));
    let folder =
        manifest.parent().and_then(|folder| folder.strip_prefix(&root).ok()).expect("a crate is in the repository");
    folder.display().to_string()
}

/// The rows of the code map: a crate's folder, and those of the crates that it may depend on.
fn code_map() -> BTreeMap<String, BTreeSet<String>> {
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let (_, rest) = ARCHITECTURE.split_once("\n## Code map\n").expect("the page has a code map");
    let rows = rest.split("\n## ").next().unwrap_or_default().lines().filter(|line| line.starts_with("| `"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').collect();
        let [folder, _, allowed] = cells.as_slice() else { panic!("three columns: {line}") };
        (quoted(folder).join(""), quoted(allowed).into_iter().collect())
    };
    rows.map(row).collect()
}

#[test]
fn the_code_map_names_every_crate_and_what_it_depends_on() {
    let members = members();
    let folders: BTreeMap<&str, String> = members.iter().map(|member| (text(member, "name"), folder(member))).collect();
    let ours = |member: &Value| dependencies(member).filter_map(|it| folders.get(text(it, "name")).cloned()).collect();
    let found: BTreeMap<String, BTreeSet<String>> =
        members.iter().map(|member| (folder(member), ours(member))).collect();
    assert_eq!(code_map(), found, "left is docs/ARCHITECTURE.md, right is what cargo says");
    for (folder, needs) in &found {
        let workers: Vec<&String> = needs.iter().filter(|needed| needed.starts_with("appliance/workers/")).collect();
        assert!(workers.is_empty(), "{folder} links {workers:?}; a worker is a process of its own");
    }
}

#[test]
fn what_is_pure_depends_on_next_to_nothing() {
    let members = members();
    let allowed: [(&str, &[&str]); 3] = [
        ("parley-conversation", &["parley-speech-text", "serde"]),
        ("parley-door", &["serde"]),
        ("parley-speech-text", &["unicode-normalization", "unicode-script"]),
    ];
    for (name, allowed) in allowed {
        let member = members.iter().find(|member| text(member, "name") == name).expect("it is a crate");
        let names: Vec<&str> = dependencies(member).map(|it| text(it, "name")).collect();
        assert_eq!(names, allowed, "{name}");
    }
}

#[test]
fn every_crate_inherits_the_workspaces_lints() {
    for member in members() {
        let manifest = text(&member, "manifest_path");
        let content = std::fs::read_to_string(manifest).expect("a manifest can be read");
        let parsed: toml::Table = content.parse().expect("a manifest is TOML");
        let inherits = parsed.get("lints").and_then(|lints| lints.get("workspace"));
        assert_eq!(inherits, Some(&toml::Value::Boolean(true)), "{manifest} says `[lints] workspace = true`");
    }
}

#[test]
fn only_the_piper_worker_is_gpl() {
    for member in members() {
        let gpl = text(&member, "license").contains("GPL");
        assert_eq!(gpl, text(&member, "name") == "parley-worker-piper", "the licence of {}", text(&member, "name"));
    }
}

#[test]
fn the_only_unbounded_channel_is_the_one_that_the_architecture_explains() {
    let mut unbounded = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../appliance")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let code = std::fs::read_to_string(&path).expect("a source file");
                if ["unbounded_channel", "sync::mpsc::channel", "std::sync::mpsc;"].iter().any(|way| code.contains(way))
                {
                    unbounded.push(path);
                }
            }
        }
    }
    let [worker] = unbounded.as_slice() else { panic!("unbounded channels in {unbounded:?}") };
    assert!(worker.ends_with("appliance/engines/src/worker.rs"), "{worker:?}");
    assert!(ARCHITECTURE.contains("`appliance/engines/src/worker.rs`"));
}

/// Wall clocks jump, by hours where one was never set: whatever waits or counts time does it by the monotonic one.
#[test]
fn the_conversation_reads_no_wall_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut read = Vec::new();
    for part in ["answers", "audio", "conversation", "daemon", "engines"] {
        let mut folders = vec![root.join("appliance").join(part).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("it is a folder") {
                let path = entry.expect("it can be listed").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let code = std::fs::read_to_string(&path).expect("it is text");
                    if ["SystemTime::now", "Zoned::now", "Timestamp::now"].iter().any(|clock| code.contains(clock)) {
                        read.push(path.strip_prefix(&root).expect("it is below").display().to_string());
                    }
                }
            }
        }
    }
    // Whoever reads a record of a fault wants to know when that was, figures are kept by days, and people ask what time it is.
    let known =
        ["clock.rs", "health/flight_recorder.rs", "health/wakes.rs"].map(|path| format!("appliance/daemon/src/{path}"));
    read.retain(|path| !known.contains(path));
    assert!(read.is_empty(), "{read:?}");
}
