//! One name is one thing: no two public types of the product share one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Names that two or more crates need all the same, and why.
const SHARED: &[(&str, &str)] = &[
    ("Found", "private to what looks for files on a card; the other is what a span of text is recognised as"),
    ("Language", "one that a worker detects; the other is how texts are read in one"),
    ("LoadError", "private to two worker programs, which never meet"),
    ("Model", "a worker's model behind its trait, a model of the manifest, and ONNX's own word"),
    ("Pace", "private to the voice's worker; the other is of the doubles for tests"),
    ("Table", "a language's, and that of the policy for updates, private to its crate"),
    ("Transcript", "the core knows no engine, so it has one of its own"),
];

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the repository can be read") {
        let path = entry.expect("it has entries").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The name that a line makes public, if it makes a type.
fn public_type(line: &str) -> Option<&str> {
    let declared = line.trim_start().strip_prefix("pub ")?;
    let (kind, rest) = declared.split_once(' ')?;
    let name = rest.split(|c: char| !c.is_alphanumeric()).next()?;
    (["struct", "enum", "trait", "type"].contains(&kind) && !name.is_empty()).then_some(name)
}

#[test]
fn no_two_public_types_of_the_product_share_a_name() {
    let mut files = Vec::new();
    rust_files(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../appliance")), &mut files);
    let mut places = BTreeMap::<String, Vec<String>>::new();
    for file in files {
        // A module's own tests make nothing public.
        let path = file.to_string_lossy();
        let Some(_) = path.rsplit_once("/src/").filter(|(_, inside)| !inside.contains("tests")) else { continue };
        let text = fs::read_to_string(&file).expect("a source file can be read");
        for name in text.lines().filter_map(public_type) {
            places.entry(name.to_owned()).or_default().push(path.clone().into_owned());
        }
    }
    assert!(places.contains_key("Conversation") && places.len() > 200, "{} names were found", places.len());
    let shared = |name: &str| SHARED.iter().any(|(shared, _)| *shared == name);
    let twice: Vec<_> = places.iter().filter(|(name, places)| places.len() > 1 && !shared(name)).collect();
    assert!(twice.is_empty(), "two things of one name: {twice:#?}");
    let exceptions = SHARED.iter().map(|(name, _)| *name);
    let once: Vec<_> = exceptions.filter(|name| places.get(*name).is_none_or(|places| places.len() < 2)).collect();
    assert!(once.is_empty(), "exceptions that nothing needs any more: {once:?}");
}
