//! The layers of the architecture, read from what cargo knows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The crates that link a native engine each.
const NATIVE_ENGINES: [&str; 4] = ["whisper-rs-sys", "llama-cpp-sys-2", "ort-sys", "espeak-rs-sys"];
/// ONNX Runtime and espeak-ng share no code: the voice needs both.
const LIVE_TOGETHER: [&str; 2] = ["ort-sys", "espeak-rs-sys"];
/// What Parley runs on.
const PLATFORMS: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

/// The workspace on a platform.
struct Workspace {
    metadata: Value,
    names: BTreeMap<String, String>,
}

/// Which dependencies of a package are looked at; of those, always what they need to run and to build.
#[derive(Clone, Copy, PartialEq)]
enum Needed {
    ToRun,
    ToTest,
}

impl Workspace {
    fn all() -> Vec<Self> {
        PLATFORMS.into_iter().map(Self::on).collect()
    }

    fn on(platform: &str) -> Self {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version", "1", "--filter-platform", platform, "--manifest-path", manifest])
            .output()
            .expect("cargo can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
        let names = packages(&metadata).map(|package| (text(package, "id"), text(package, "name"))).collect();
        Self { metadata, names }
    }

    fn members(&self) -> impl Iterator<Item = &Value> {
        let ids: Vec<&str> = list(&self.metadata, "workspace_members").iter().filter_map(Value::as_str).collect();
        packages(&self.metadata).filter(move |package| package["id"].as_str().is_some_and(|id| ids.contains(&id)))
    }

    fn member(&self, name: &str) -> &Value {
        self.members().find(|package| package["name"] == name).unwrap_or_else(|| panic!("there is a crate {name}"))
    }

    /// The names of everything that a package needs, however far down.
    fn closure(&self, package: &Value, needed: Needed) -> BTreeSet<&str> {
        let nodes: BTreeMap<&str, &Value> = list(&self.metadata["resolve"], "nodes")
            .iter()
            .filter_map(|node| Some((node["id"].as_str()?, node)))
            .collect();
        let root = package["id"].as_str().unwrap_or_default();
        let (mut seen, mut open) = (BTreeSet::from([root]), vec![root]);
        while let Some(id) = open.pop() {
            let node = nodes.get(id).unwrap_or_else(|| panic!("{id} is resolved"));
            for dependency in list(node, "deps") {
                let wanted = |kind: &Value| kind["kind"] != "dev" || (needed == Needed::ToTest && id == root);
                if let Some(next) = dependency["pkg"].as_str()
                    && list(dependency, "dep_kinds").iter().any(wanted)
                    && seen.insert(next)
                {
                    open.push(next);
                }
            }
        }
        seen.into_iter().filter_map(|id| self.names.get(id).map(String::as_str)).collect()
    }
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn packages(metadata: &Value) -> impl Iterator<Item = &Value> {
    list(metadata, "packages").iter()
}

#[test]
fn the_conversation_depends_on_nothing_but_serde() {
    for workspace in Workspace::all() {
        let conversation = workspace.member("parley-conversation");
        let normal = list(conversation, "dependencies").iter().filter(|dependency| dependency["kind"] != "dev");
        let names: Vec<String> = normal.map(|dependency| text(dependency, "name")).collect();
        assert_eq!(names, ["serde"]);
    }
}

#[test]
fn the_daemon_links_no_native_engine() {
    for workspace in Workspace::all() {
        for name in ["parley", "parley-daemon", "parley-engines", "parley-e2e"] {
            let closure = workspace.closure(workspace.member(name), Needed::ToTest);
            let linked: Vec<&&str> = NATIVE_ENGINES.iter().filter(|engine| closure.contains(**engine)).collect();
            assert!(linked.is_empty(), "{name} links {linked:?}; an engine belongs into a worker of its own");
        }
    }
}

#[test]
fn no_package_depends_on_two_native_engines() {
    for workspace in Workspace::all() {
        let mut workers = 0;
        for member in workspace.members() {
            let closure = workspace.closure(member, Needed::ToTest);
            let linked: Vec<&str> = NATIVE_ENGINES.into_iter().filter(|engine| closure.contains(engine)).collect();
            assert!(linked.len() < 2 || linked == LIVE_TOGETHER, "{} links {linked:?}", member["name"]);
            workers += usize::from(!linked.is_empty());
        }
        assert_eq!(workers, 4, "whisper, llama, piper and smart-turn");
    }
}

#[test]
fn the_daemon_needs_no_worker_crate() {
    for workspace in Workspace::all() {
        let closure = workspace.closure(workspace.member("parley"), Needed::ToRun);
        let workers: Vec<&&str> = closure.iter().filter(|name| name.starts_with("parley-worker-")).collect();
        assert!(workers.is_empty(), "{workers:?}");
    }
}

#[test]
fn every_crate_inherits_the_workspaces_lints() {
    for workspace in Workspace::all() {
        for member in workspace.members() {
            let manifest = text(member, "manifest_path");
            let content = std::fs::read_to_string(Path::new(&manifest)).expect("a manifest can be read");
            let parsed: toml::Table = content.parse().expect("a manifest is TOML");
            let inherits = parsed.get("lints").and_then(|lints| lints.get("workspace"));
            assert_eq!(inherits, Some(&toml::Value::Boolean(true)), "{manifest} says `[lints] workspace = true`");
        }
    }
}

#[test]
fn only_the_piper_worker_is_gpl() {
    for workspace in Workspace::all() {
        for member in workspace.members() {
            let gpl = text(member, "license").contains("GPL");
            assert_eq!(gpl, member["name"] == "parley-worker-piper", "the licence of {}", member["name"]);
            let needs_gpl = |name: &&str| *name == "parley-worker-piper" || *name == "espeak-rs-sys";
            let tainted = workspace.closure(member, Needed::ToTest).iter().any(needs_gpl);
            assert!(gpl || !tainted, "{} needs GPL code", member["name"]);
        }
    }
}
