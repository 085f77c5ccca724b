//! The two documents that list the settings, compared with the types.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::{Config, EnginesSettings};

const PAGE: &str = include_str!("../../../../docs/CONFIGURATION.md");
const EXAMPLE: &str = include_str!("../../parley.example.toml");

/// Every key that the types know, as `section.key`, learnt from what they say about a key that they do not know.
fn known_keys() -> Vec<String> {
    let allowed = |text: &str| {
        let message = toml::from_str::<Config>(text).expect_err("no key has this name").message().to_owned();
        let (_, allowed) = message.split_once("expected").expect("the allowed keys are listed");
        allowed.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let mut keys: Vec<String> = allowed("zzz = 1")
        .into_iter()
        .flat_map(|section| {
            allowed(&format!("[{section}]\nzzz = 1")).into_iter().map(move |key| format!("{section}.{key}"))
        })
        .collect();
    keys.sort();
    keys
}

/// All values of a file, by `section.key`.
fn values(table: &Table) -> BTreeMap<String, Value> {
    let section = |(name, section): (&String, &Value)| {
        let keys = section.as_table().expect("everything is in a section").clone();
        let name = name.clone();
        keys.into_iter().map(move |(key, value)| (format!("{name}.{key}"), value))
    };
    table.iter().flat_map(section).collect()
}

/// The defaults of a machine with four cores.
fn defaults() -> BTreeMap<String, Value> {
    let config = Config { engines: EnginesSettings::for_cores(4), ..Config::default() };
    values(&Table::try_from(config).expect("the defaults can be written"))
}

#[test]
fn the_example_says_the_defaults_and_offers_every_key() {
    assert_eq!(toml::from_str(EXAMPLE), Ok(Config::default()));
    // What is offered behind a comment sign is a good setting too.
    let offer =
        |line: &'static str| line.strip_prefix("#").filter(|line| !line.starts_with([' ', '#'])).unwrap_or(line);
    let offered: String = EXAMPLE.lines().flat_map(|line| [offer(line), "\n"]).collect();
    let config: Config = toml::from_str(&offered).expect("the offers are good settings");
    let shown = values(&Table::try_from(config).expect("it can be written"));
    assert_eq!(shown.keys().cloned().collect::<Vec<_>>(), known_keys());
    for (key, default) in defaults() {
        assert_eq!(shown.get(&key), Some(&default), "{key}");
    }
}

#[test]
fn the_page_lists_every_key_with_its_default() {
    let (_, rest) = PAGE.split_once("\n## parley.toml\n").expect("the section of parley.toml");
    let section = rest.split("\n## ").next().unwrap_or(rest);
    let mut listed = BTreeMap::new();
    for row in section.lines().filter_map(|line| line.strip_prefix("| `")) {
        let (key, cells) = row.split_once('`').expect("a key between backticks");
        let default = cells.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        assert!(listed.insert(key.to_owned(), default).is_none(), "{key} is listed twice");
    }
    assert_eq!(listed.keys().cloned().collect::<Vec<_>>(), known_keys());
    let defaults = defaults();
    for (key, said) in listed {
        let default = defaults.get(&key).map(|value| format!("`{value}`"));
        assert!(said.starts_with(&default.unwrap_or_else(|| "none".into())), "the page says of {key}: {said}");
    }
}
