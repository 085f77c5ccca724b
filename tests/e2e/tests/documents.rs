//! The documents name only what exists: files that they link, and paths that they show.

use std::path::{Path, PathBuf};

/// What a path of this repository begins with.
const FOLDERS: &[&str] = &[
    "appliance/",
    "docs/",
    "examples/",
    "kas/",
    "meta-voice/",
    "ota/",
    "rootfs-overlay/",
    "tests/",
    "xtask/",
    ".github/",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every page of the repository and of its documentation, by its path.
fn pages() -> impl Iterator<Item = String> {
    ["", "docs/"].into_iter().flat_map(|folder| {
        let files = std::fs::read_dir(root().join(folder)).expect("a folder").flatten();
        let names = files.filter_map(|file| file.file_name().into_string().ok());
        names.filter(|name| name.ends_with(".md")).map(move |name| format!("{folder}{name}"))
    })
}

fn read(page: &str) -> String {
    std::fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

#[test]
fn every_path_that_a_page_shows_exists() {
    for page in pages() {
        for shown in read(&page).split('`').skip(1).step_by(2) {
            let path = shown.split(['#', ' ', ':']).next().unwrap_or_default();
            let pattern = path.contains(['*', '{', '…', '<', '$']);
            if !pattern && FOLDERS.iter().any(|folder| path.starts_with(folder)) {
                assert!(root().join(path).exists(), "{page} shows `{shown}`, which is not there");
            }
        }
    }
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    for page in pages() {
        let text = read(&page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            if target.contains("://") {
                continue;
            }
            let here = root().join(&page);
            let linked = if file.is_empty() { here } else { here.with_file_name(file) };
            assert!(linked.exists(), "{page} links to {target}");
            if !anchor.is_empty() {
                let linked = std::fs::read_to_string(&linked).expect("a page");
                let anchors = linked.lines().filter(|line| line.starts_with('#')).map(anchor_of);
                assert!(
                    anchors.into_iter().any(|it| it == anchor),
                    "{page} links to {target}, a heading that is not there"
                );
            }
        }
    }
}

/// The name by which a heading can be linked.
fn anchor_of(heading: &str) -> String {
    let kept = |letter: &char| letter.is_alphanumeric() || [' ', '-', '_'].contains(letter);
    heading.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")
}
