//! RAUC's files of sections and keys.

use std::collections::BTreeMap;

/// Sections in order, each with its keys.
pub type Sections = Vec<(String, BTreeMap<String, String>)>;

pub fn sections(text: &str) -> Sections {
    let mut sections: Sections = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            sections.push((name.to_owned(), BTreeMap::new()));
        } else if let Some(((key, value), (_, keys))) = line.split_once('=').zip(sections.last_mut()) {
            keys.insert(key.to_owned(), value.to_owned());
        }
    }
    sections
}
