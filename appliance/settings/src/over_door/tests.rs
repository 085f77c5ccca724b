use std::fs;

use proptest::prelude::*;

use super::*;
use crate::keys::KEYS;
use crate::places::{MARKS, OWNER, SYSTEM};

/// A device, or any other machine.
struct Machine(tempfile::TempDir);

impl Machine {
    fn device() -> Self {
        let machine = Self(tempfile::tempdir().expect("a folder"));
        machine.file(OWNER, "");
        machine
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path.trim_start_matches('/'))
    }

    fn file(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn places(&self) -> Places {
        Places::below(self.0.path()).with_door(Some(self.path("state")))
    }

    fn layer(&self) -> DoorLayer {
        self.places().door_layer(None).expect("there is a folder")
    }

    fn keep(&self, layer: &DoorLayer) {
        self.file(layer.file().strip_prefix(self.0.path()).expect("below").to_str().expect("UTF-8"), layer.content());
    }

    fn set(&self, name: &str, text: &str) -> Result<(), NotSet> {
        let mut layer = self.layer();
        layer.set(name, text)?;
        self.keep(&layer);
        Ok(())
    }

    fn value(&self, name: &str) -> Option<String> {
        self.places().load().config.listed().into_iter().find(|(key, _)| *key == name).expect("a key").1
    }
}

fn refused(result: Result<(), NotSet>) -> (WhyNotSet, String) {
    let NotSet { why, says } = result.expect_err("it is refused");
    (why, says)
}

#[test]
fn a_value_is_in_force_at_the_next_start_and_roots_helpers_do_not_see_it() {
    let machine = Machine::device();
    machine.set("audio.volume", "40").expect("it may be set");
    machine.set("conversation.language", "de").expect("it may be set");
    machine.set("conversation.persona", "You are \"Bo\".\nBe brief.").expect("it may be set");
    assert_eq!(machine.value("audio.volume").as_deref(), Some("40"));
    assert_eq!(machine.value("conversation.language").as_deref(), Some("\"de\""));
    machine.set("conversation.vocabulary", "[\"Alžběta\", \"Verbena Close\"]").expect("it may be set");
    assert_eq!(machine.value("conversation.vocabulary").as_deref(), Some("[\"Alžběta\", \"Verbena Close\"]"));
    let config = machine.places().load().config;
    assert_eq!(config.conversation.persona.as_deref(), Some("You are \"Bo\".\nBe brief."));
    assert!(machine.path("/var/lib/parley/settings.toml").is_file());
    assert_eq!(Places::below(machine.0.path()).load().config, Config::default());
    assert!(Places::below(machine.0.path()).door_layer(None).is_none());
    let mut layer = machine.layer();
    layer.unset("conversation.persona").expect("it may be set");
    layer.unset("conversation.remembered-turns").expect("it is not set anyhow");
    machine.keep(&layer);
    assert_eq!(machine.value("conversation.persona"), None);
    assert!(machine.layer().sets("audio.volume") && !machine.layer().sets("conversation.persona"));
}

#[test]
fn anywhere_but_on_a_device_it_lies_in_the_users_own_folder() {
    let machine = Machine(tempfile::tempdir().expect("a folder"));
    machine.set("audio.volume", "40").expect("it may be set");
    assert!(machine.path("state/settings.toml").is_file());
    assert_eq!(machine.value("audio.volume").as_deref(), Some("40"));
    assert!(Places::below(machine.0.path()).with_door(None).door_layer(None).is_none());
}

/// In the words of `parley check`.
#[test]
fn a_value_out_of_its_range_is_refused_as_in_a_file() {
    let machine = Machine::device();
    for (name, text, line) in [
        ("audio.volume", "101", "volume = 101"),
        ("audio.volume", "loud", "volume = \"loud\""),
        ("conversation.barge-in", "shout", "barge-in = \"shout\""),
        ("conversation.language", "English", "language = \"English\""),
        ("conversation.vocabulary", "[\"x\"]", "vocabulary = [\"x\"]"),
        ("conversation.vocabulary", "Alžběta", "vocabulary = \"Alžběta\""),
        ("conversation.remembered-turns", "-1", "remembered-turns = -1"),
        ("conversation.answer-tokens", "8193", "answer-tokens = 8193"),
        ("conversation.volume", "3", "volume = 3"),
        ("sound.volume", "3", "volume = 3"),
        ("volume", "3", ""),
    ] {
        let (why, says) = refused(machine.set(name, text));
        let (section, _) = name.split_once('.').unwrap_or_default();
        let file = if line.is_empty() { format!("{name} = {text}\n") } else { format!("[{section}]\n{line}\n") };
        let (_, mistakes) = Layer::parse(Path::new("x"), file.as_bytes()).over(&Config::default());
        assert_eq!((why, says), (WhyNotSet::Wrong, mistakes[0].says.clone()), "{name} = {text}");
    }
    assert!(!machine.path("/var/lib/parley/settings.toml").exists());
    // Each is in its range; together they do not fit.
    let (_, says) = refused(machine.set("conversation.answer-tokens", "4000"));
    assert!(says.contains("engines.context-tokens = 2048 leaves no room"), "{says}");
}

#[test]
fn taking_a_value_back_is_refused_where_the_rest_would_not_fit() {
    let machine = Machine::device();
    machine.file(OWNER, format!("[conversation]\npersona = \"{}\"\nanswer-tokens = 100\n", "word ".repeat(500)));
    machine.set("conversation.persona", "Short.").expect("it fits");
    machine.set("conversation.answer-tokens", "1500").expect("it fits the short one");
    let (why, says) = refused(machine.layer().unset("conversation.persona"));
    assert!(why == WhyNotSet::Wrong && says.contains("leaves no room"), "{says}");
    assert_eq!(machine.value("conversation.answer-tokens").as_deref(), Some("1500"));
}

#[test]
fn what_the_door_may_not_set_is_refused_with_a_reason_and_has_no_effect_in_the_file() {
    let machine = Machine::device();
    let mut refused_keys = Vec::new();
    for key in KEYS {
        let OverDoor::Refused(because) = key.over_door else { continue };
        refused_keys.push(key.name);
        let value =
            Config::default().listed().into_iter().find(|(name, _)| *name == key.name).and_then(|(_, value)| value);
        let (why, says) = refused(machine.set(key.name, &value.unwrap_or_else(|| "/usr".into())));
        assert!(why == WhyNotSet::Refused && says.contains(because) && says.starts_with(key.name), "{says}");
        assert_eq!(refused(machine.layer().unset(key.name)).0, WhyNotSet::Refused);
    }
    let is_refused = |name: &&Key| {
        ["audio.input", "audio.output", "audio.channel"].contains(&name.name) || !name.name.starts_with("audio")
    };
    let is_bright = |key: &&Key| key.name.ends_with("brightness");
    let others = KEYS.iter().filter(|key| !key.name.starts_with("conversation.") && !is_bright(key)).filter(is_refused);
    assert_eq!(
        refused_keys,
        others.map(|key| key.name).collect::<Vec<_>>(),
        "all but conversations and how bright lights are, and of sound what leaves nobody deaf or mute"
    );
    machine.file(
        "/var/lib/parley/settings.toml",
        "[\"updates.stick\"]\nvalue = \"install\"\n[\"audio.volume\"]\nvalue = 3\n",
    );
    let loaded = machine.places().load();
    assert_eq!((&loaded.config.updates, loaded.config.audio.volume), (&Config::default().updates, 3));
    assert!(loaded.mistakes.len() == 1 && loaded.mistakes[0].says.contains("it is root who decides"), "{loaded:?}");
}

#[test]
fn whoever_changes_a_file_afterwards_is_obeyed_for_the_keys_that_it_names() {
    let machine = Machine::device();
    machine.file(OWNER, "[conversation]\nlanguage = \"en\"\n");
    machine.set("conversation.language", "de").expect("it may be set");
    machine.set("audio.volume", "40").expect("it may be set");
    machine.file(OWNER, "[conversation]\nlanguage = \"fr\"\nremembered-turns = 1\n");
    assert_eq!(machine.value("conversation.language").as_deref(), Some("\"fr\""));
    assert_eq!(machine.value("audio.volume").as_deref(), Some("40"), "no file speaks of it");
    // What was overruled is forgotten at a start, and does not come back.
    let mut layer = machine.layer();
    assert!(layer.forget_overruled() && !layer.forget_overruled());
    machine.keep(&layer);
    machine.file(OWNER, "[conversation]\nlanguage = \"en\"\n");
    assert_eq!(machine.value("conversation.language").as_deref(), Some("\"en\""));
    // So does the administrator.
    machine.file(SYSTEM, "[audio]\nvolume = 70\n");
    assert_eq!(machine.value("audio.volume").as_deref(), Some("70"));
}

/// The card's file says the same as before, and was changed: its owner wants it back.
#[test]
fn a_card_that_was_changed_wins_back_what_it_names() {
    let machine = Machine::device();
    machine.file(OWNER, "[conversation]\nlanguage = \"en\"\nremembered-turns = 3\n");
    machine.file(MARKS, "\"conversation.language\" = \"a\"\n\"conversation.remembered-turns\" = \"a\"\n");
    machine.set("conversation.language", "de").expect("it may be set");
    machine.set("conversation.remembered-turns", "9").expect("it may be set");
    assert_eq!(machine.value("conversation.language").as_deref(), Some("\"de\""));
    machine.file(MARKS, "\"conversation.language\" = \"b\"\n\"conversation.remembered-turns\" = \"a\"\n");
    assert_eq!(machine.value("conversation.language").as_deref(), Some("\"en\""));
    assert_eq!(machine.value("conversation.remembered-turns").as_deref(), Some("9"));
}

/// An image and a default are nobody's word: an update that changes them leaves what was set.
#[test]
fn an_image_overrules_nothing() {
    let machine = Machine::device();
    machine.set("conversation.remembered-turns", "9").expect("it may be set");
    machine.file(crate::IMAGE, "[conversation]\nremembered-turns = 2\n");
    assert_eq!(machine.value("conversation.remembered-turns").as_deref(), Some("9"));
    assert!(!machine.layer().forget_overruled());
}

#[test]
fn a_file_that_was_named_wins_and_says_so() {
    let machine = Machine::device();
    machine.set("audio.volume", "40").expect("it may be set");
    machine.file("named.toml", "[audio]\nvolume = 70\n");
    let named = machine.path("named.toml");
    assert_eq!(machine.places().load_with(Some(&named)).expect("it is good").config.audio.volume, 70);
    let mut layer = machine.places().door_layer(Some(&named)).expect("there is a folder");
    assert_eq!(layer.config().0.audio.volume, 70);
    let (why, says) = refused(layer.set("audio.volume", "30"));
    assert!(why == WhyNotSet::Named && says.contains("named.toml"), "{says}");
    layer.set("conversation.remembered-turns", "1").expect("it does not speak of that");
}

#[test]
fn whatever_lies_in_its_place_is_told_and_the_files_hold() {
    let machine = Machine::device();
    machine.file(OWNER, "[audio]\nvolume = 70\n");
    let file = "/var/lib/parley/settings.toml";
    let long = vec![b'#'; 300 * 1024];
    for nonsense in
        [&b"\xff\xfe"[..], b"[", b"\0\0\0\0", &long, b"[\"audio.volume\"]\nvalue = 101\ninstead-of = \"70\"\n"]
    {
        machine.file(file, nonsense);
        let loaded = machine.places().load();
        assert_eq!((loaded.config.audio.volume, loaded.mistakes.len()), (70, 1), "{:?}", loaded.mistakes);
        machine.set("audio.volume", "40").expect("it is written anew");
        assert_eq!(machine.value("audio.volume").as_deref(), Some("40"));
    }
    let place = machine.path(file);
    for put in [
        |place: &Path| std::os::unix::fs::symlink("/proc/self/environ", place).expect("a link"),
        |place: &Path| nix::unistd::mkfifo(place, nix::sys::stat::Mode::S_IRWXU).expect("a pipe"),
        |place: &Path| fs::create_dir(place).expect("a folder"),
    ] {
        fs::remove_file(&place).expect("it is there");
        put(&place);
        let loaded = machine.places().load();
        assert_eq!((loaded.config.audio.volume, loaded.mistakes.len()), (70, 1));
        assert!(machine.layer().problem().is_some());
    }
}

#[test]
fn what_is_taken_over_while_running_is_what_says_so() {
    let new = Layer::parse(
        Path::new("x"),
        b"[audio]\nvolume = 3\ninput = \"hw:1\"\n[conversation]\nlanguage = \"de\"\npersona = \"P\"\nbarge-in = \"voice\"\n",
    );
    let new = new.over(&Config::default()).0;
    let mut taken = Vec::new();
    for key in KEYS {
        let over = Config::default().taking_over(&new, key.name);
        let changes = Config::default().changes_to(&over);
        assert!(changes.iter().all(|change| change.key == key.name), "{changes:?}");
        taken.extend(changes.into_iter().map(|change| change.key));
        assert_eq!(over.taking_over(&Config::default(), key.name), Config::default());
    }
    assert_eq!(taken, ["audio.volume", "conversation.persona", "conversation.barge-in"]);
}

/// What may happen to three keys and the files that name them.
#[derive(Debug, Clone)]
enum Step {
    /// `cut`: where the power is cut while it is written; beyond the last place it is not.
    Set {
        key: usize,
        value: u8,
        cut: usize,
    },
    Unset {
        key: usize,
        cut: usize,
    },
    /// The owner's file says another thing of a key, or nothing.
    Owner {
        key: usize,
        value: Option<u8>,
    },
    /// A daemon starts.
    Start,
}

const SOME: [(&str, u8); 3] =
    [("audio.volume", 100), ("conversation.remembered-turns", 100), ("conversation.answer-tokens", 255)];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (key, cut) = (|| 0..SOME.len(), || 0..8_usize);
    let step = prop_oneof![
        5 => (key(), any::<u8>(), cut()).prop_map(|(key, value, cut)| Step::Set { key, value, cut }),
        2 => (key(), cut()).prop_map(|(key, cut)| Step::Unset { key, cut }),
        2 => (key(), proptest::option::of(1..=100_u8)).prop_map(|(key, value)| Step::Owner { key, value }),
        1 => Just(Step::Start),
    ];
    proptest::collection::vec(step, 1..40)
}

/// As the daemon writes: aside, then renamed. Whether it was confirmed.
fn write(machine: &Machine, layer: &DoorLayer, cut: usize) -> bool {
    let part = layer.file().with_added_extension("part");
    fs::create_dir_all(part.parent().expect("a folder")).expect("a folder");
    let content = layer.content();
    let _ = fs::remove_file(&part);
    if cut == 0 {
        return false;
    }
    fs::write(&part, content.get(..content.len() * cut.min(3) / 3).unwrap_or(&content)).expect("it is written");
    if cut <= 3 {
        return false;
    }
    machine.keep(layer);
    let _ = fs::remove_file(&part);
    cut > 4
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn what_was_confirmed_is_what_is_read_whatever_is_cut_between(steps in steps()) {
        let machine = Machine::device();
        let mut owner: [Option<u8>; 3] = [None; 3];
        // What was set, and instead of what.
        let mut door: [Option<(u8, Option<u8>)>; 3] = [None; 3];
        for step in steps {
            let mut layer = machine.layer();
            prop_assert!(layer.problem().is_none());
            match step {
                Step::Set { key, value, cut } => {
                    let (name, most) = SOME[key];
                    let set = layer.set(name, &value.to_string());
                    let good = value <= most && (key < 2 || value > 0);
                    prop_assert_eq!(set.is_ok(), good);
                    // What was not confirmed may be there or not; written whole, it is.
                    if good && (write(&machine, &layer, cut) || cut == 4) {
                        door[key] = Some((value, owner[key]));
                    }
                }
                Step::Unset { key, cut } => {
                    layer.unset(SOME[key].0).expect("it fits");
                    if write(&machine, &layer, cut) || cut == 4 {
                        door[key] = None;
                    }
                }
                Step::Owner { key, value } => {
                    owner[key] = value;
                    let mut layer = Table::new();
                    for ((name, _), value) in SOME.iter().zip(owner) {
                        let (section, key) = name.split_once('.').expect("a section");
                        let section = layer.entry(section).or_insert_with(|| Table::new().into());
                        if let Some((section, value)) = section.as_table_mut().zip(value) {
                            section.insert(key.to_owned(), i64::from(value).into());
                        }
                    }
                    machine.file(OWNER, layer.to_string());
                }
                Step::Start => {
                    layer.forget_overruled();
                    machine.keep(&layer);
                    for (door, owner) in door.iter_mut().zip(owner) {
                        door.take_if(|(_, instead_of)| *instead_of != owner);
                    }
                }
            }
            let loaded = machine.places().load();
            prop_assert_eq!(&loaded.mistakes, &[]);
            for (key, (name, _)) in SOME.iter().enumerate() {
                let set = door[key].filter(|(_, instead_of)| *instead_of == owner[key]).map(|(value, _)| value);
                let default = [100, 5, 120][key];
                let wanted = set.or(owner[key]).unwrap_or(default).to_string();
                let found = loaded.config.listed().into_iter().find(|(listed, _)| listed == name).and_then(|(_, value)| value);
                prop_assert_eq!(found, Some(wanted), "{}", name);
            }
        }
    }

    /// What version N+1 writes there, N reads: what N set holds still, and what N does not know has no effect and stays.
    #[test]
    fn whatever_a_newer_version_adds_an_older_one_reads_on_and_leaves(
        keys in proptest::collection::btree_map("[a-z]{1,6}(\\.[a-z-]{1,8})?", any::<i32>(), 0..5),
        fields in proptest::collection::btree_map("x-[a-z-]{1,8}", any::<bool>(), 0..3),
        version in 2..99_i64,
    ) {
        let machine = Machine::device();
        machine.set("audio.volume", "40").expect("it may be set");
        let file = machine.layer().file().to_owned();
        let mut newer: Table = fs::read_to_string(&file).expect("it is there").parse().expect("TOML");
        newer.insert("version".into(), version.into());
        let entry = newer.get_mut("audio.volume").and_then(Value::as_table_mut).expect("it was set");
        entry.extend(fields.iter().map(|(name, field)| (name.clone(), Value::from(*field))));
        let mut unknown = 0;
        for (place, (name, value)) in keys.iter().enumerate() {
            // Another kind of value, an entry of a key that is not known, or a value that is not good.
            let said = [(VALUE.to_owned(), Value::from(*value)), ("since".to_owned(), "2.0".into())].into_iter().collect::<Table>();
            unknown += usize::from(place % 2 == 1);
            newer.entry(name.clone()).or_insert(if place % 2 == 1 { said.into() } else { (*value).into() });
        }
        fs::write(&file, newer.to_string()).expect("it can be written");
        let loaded = machine.places().load();
        prop_assert_eq!((loaded.config.audio.volume, loaded.mistakes.len()), (40, unknown), "{:?}", loaded.mistakes);
        machine.set("conversation.remembered-turns", "7").expect("it may be set");
        let kept: Table = fs::read_to_string(&file).expect("it is there").parse().expect("TOML");
        prop_assert_eq!(newer.iter().filter(|(name, value)| kept.get(*name) != Some(*value)).count(), 0);
    }

    #[test]
    fn no_bytes_and_no_text_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,40}") {
        let machine = Machine::device();
        machine.file("/var/lib/parley/settings.toml", bytes);
        let mut layer = machine.layer();
        for key in KEYS {
            if layer.set(key.name, &text).is_ok() {
                machine.keep(&layer);
                prop_assert!(machine.layer().problem().is_none());
                prop_assert!(machine.layer().sets(key.name));
            }
        }
        layer.forget_overruled();
        let _ = machine.places().load();
    }
}
