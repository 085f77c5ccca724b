//! What says something about settings elsewhere, compared with the code: the two documents that list them, and who puts
//! files into their places.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use crate::config::{Config, EnginesSettings};
use crate::keys::KEYS;
use crate::layer::Layer;
use crate::places::{IMAGE, OWNER};

const PAGE: &str = include_str!("../../../docs/CONFIGURATION.md");
const EXAMPLE: &str = include_str!("../parley.example.toml");

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
fn every_setting_of_the_types_has_its_range() {
    let mut names: Vec<_> = KEYS.iter().map(|key| key.name).collect();
    names.sort_unstable();
    assert_eq!(names, known_keys());
}

#[test]
fn the_example_says_the_defaults_and_offers_every_key() {
    assert_eq!(toml::from_str(EXAMPLE), Ok(Config::default()));
    // What is offered behind a comment sign is a good setting too.
    let offer =
        |line: &'static str| line.strip_prefix("#").filter(|line| !line.starts_with([' ', '#'])).unwrap_or(line);
    let offered: String = EXAMPLE.lines().flat_map(|line| [offer(line), "\n"]).collect();
    let (config, mistakes) =
        Layer::parse(Path::new("parley.example.toml"), offered.as_bytes()).over(&Config::default());
    assert_eq!(mistakes, [], "the offers are good settings");
    let shown = values(&Table::try_from(config).expect("it can be written"));
    assert_eq!(shown.keys().cloned().collect::<Vec<_>>(), known_keys());
    for (key, default) in defaults() {
        assert_eq!(shown.get(&key), Some(&default), "{key}");
    }
}

#[test]
fn the_page_lists_every_key_with_its_range_and_default() {
    let (_, rest) = PAGE.split_once("\n## parley.toml\n").expect("the section of parley.toml");
    let section = rest.split("\n## ").next().unwrap_or(rest);
    let mut listed = BTreeMap::new();
    for row in section.lines().filter_map(|line| line.strip_prefix("| `")) {
        let (key, cells) = row.split_once('`').expect("a key between backticks");
        let default = cells.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let range = KEYS.iter().find(|known| known.name == key).map(|known| known.range).unwrap_or_default();
        assert!(cells.replace('`', "").contains(range), "the page does not say that {key} is {range}");
        assert!(listed.insert(key.to_owned(), default).is_none(), "{key} is listed twice");
    }
    assert_eq!(listed.keys().cloned().collect::<Vec<_>>(), known_keys());
    let defaults = defaults();
    for (key, said) in listed {
        let default = defaults.get(&key).map(|value| format!("`{value}`"));
        assert!(said.starts_with(&default.unwrap_or_else(|| "none".into())), "the page says of {key}: {said}");
    }
}

#[test]
fn an_image_has_its_layer_where_it_is_read() {
    let recipe = include_str!("../../../meta-voice/recipes-parley/parley-config/parley-config_1.0.bb");
    let on_device = IMAGE.strip_prefix("/usr/share/").expect("what bitbake calls datadir");
    assert!(recipe.contains(&format!("> ${{D}}${{datadir}}/{on_device}\n")), "{recipe}");
    // Only /usr/share/parley-config would be taken by itself.
    assert!(recipe.contains("\nFILES:${PN} += \"${datadir}/parley\"\n"), "{recipe}");
    let folders = include_str!("../../../rootfs-overlay/usr/lib/tmpfiles.d/parley.conf");
    let owner = Path::new(OWNER).parent().and_then(Path::to_str).expect("a folder");
    let fields = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert!(folders.lines().any(|line| fields(line) == ["d", owner, "0755", "root", "root", "-"]), "{folders}");
}
