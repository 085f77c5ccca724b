use std::fs;

use super::*;

struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn file(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }

    fn places(&self) -> Places {
        Places { user: Some(self.0.path().join("home/parley.toml")), ..Places::below(self.0.path()) }.with_door(None)
    }

    fn loaded(&self) -> Loaded {
        self.places().load()
    }
}

fn language(code: &str) -> String {
    format!("[conversation]\nlanguage = \"{code}\"\n")
}

#[test]
fn without_any_file_the_defaults_hold() {
    assert_eq!(Machine::new().loaded(), Loaded { config: Config::default(), mistakes: Vec::new() });
}

#[test]
fn a_later_layer_wins_key_by_key() {
    let machine = Machine::new();
    machine.file(IMAGE, "[models]\nprofile = \"pi5\"\n[conversation]\nlanguage = \"de\"\nremembered-turns = 1\n");
    machine.file(SYSTEM, "[conversation]\nlanguage = \"fr\"\n[audio]\ninput = \"hw:1\"\n");
    machine.file("home/parley.toml", language("it"));
    let config = machine.loaded().config;
    let said = |config: &Config| {
        let Config { models, conversation, audio, .. } = config.clone();
        (models.profile, conversation.language, conversation.remembered_turns, audio.input)
    };
    assert_eq!(said(&config), ("pi5".into(), "it".into(), 1, "hw:1".into()));
    let named = machine.file("named.toml", language("es"));
    let config = machine.places().load_with(Some(&named)).expect("a good file").config;
    assert_eq!(said(&config), ("pi5".into(), "es".into(), 1, "hw:1".into()));
    assert_eq!(machine.places().load_image().config.conversation.language, "de");
}

/// The daemon's user has a home there, with what earlier versions wrote.
#[test]
fn on_a_device_only_the_owner_counts_and_not_the_users_file() {
    let machine = Machine::new();
    machine.file("home/parley.toml", language("it"));
    machine.file(OWNER, "[updates]\nstick = \"install\"\n");
    let config = machine.loaded().config;
    assert_eq!((config.conversation.language.as_str(), config.updates.stick), ("auto", crate::OnStick::Install));
    assert_eq!(Places::below(machine.0.path()).load().config, config, "root's helpers see the same");
}

#[test]
fn a_mistake_stops_nothing_but_a_file_that_somebody_names() {
    let machine = Machine::new();
    machine.file(IMAGE, language("de"));
    let system = machine.file(SYSTEM, language("gb"));
    let loaded = machine.loaded();
    assert_eq!(loaded.config.conversation.language, "de");
    assert_eq!(loaded.mistakes.iter().map(|mistake| &mistake.file).collect::<Vec<_>>(), [&system]);
    let refused = machine.places().load_with(Some(&system)).expect_err("a mistake").to_string();
    assert!(refused.contains("/etc/parley/parley.toml, line 2") && refused.contains("\"en\""), "{refused}");
    let missing = machine.places().load_with(Some(Path::new("/no/such.toml"))).expect_err("it is missing").to_string();
    assert!(missing.contains("/no/such.toml: there is no such file"), "{missing}");
}

#[test]
fn whatever_lies_in_a_files_place_is_told_and_the_layer_below_holds() {
    let machine = Machine::new();
    machine.file(IMAGE, language("de"));
    let wide: Vec<u8> = language("fr").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = format!("{}{}", language("fr"), "#".repeat(300 * 1024));
    for (content, word) in [(wide, "UTF-16"), (long.into_bytes(), "256 KiB"), (vec![0xff; 30], "UTF-8")] {
        machine.file(SYSTEM, content);
        let Loaded { config, mistakes } = machine.loaded();
        assert_eq!((config.conversation.language.as_str(), mistakes.len()), ("de", 1));
        assert!(mistakes[0].to_string().contains(word), "{mistakes:?}");
    }
    machine.file(SYSTEM, format!("\u{feff}{}", language("fr")));
    assert_eq!(machine.loaded().config.conversation.language, "fr");
    fs::remove_file(machine.0.path().join("etc/parley/parley.toml")).expect("removed");
    fs::create_dir(machine.0.path().join("etc/parley/parley.toml")).expect("a folder");
    assert!(machine.loaded().mistakes[0].to_string().contains("is a folder"));
}

#[test]
fn no_more_is_read_than_a_file_of_settings_may_have() {
    struct Endless(u64);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 += buffer.len() as u64;
            assert!(self.0 < 4 * LONGEST, "it is read on and on");
            buffer.fill(b'#');
            Ok(buffer.len())
        }
    }
    assert!(bounded(Endless(0)).is_ok_and(|bytes| bytes.is_none()));
    assert!(bounded(&[b'#'; LONGEST as usize][..]).is_ok_and(|bytes| bytes.is_some()));
}

#[test]
fn it_is_kept_in_the_services_folder_or_the_users() {
    let check = |variables: &[(&str, &str)], folder: Option<&str>| {
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        assert_eq!(state_folder(variable).as_deref(), folder.map(Path::new), "{variables:?}");
    };
    check(&[("STATE_DIRECTORY", "/s:/t"), ("XDG_STATE_HOME", "/x"), ("HOME", "/h")], Some("/s"));
    check(&[("STATE_DIRECTORY", ""), ("XDG_STATE_HOME", "/x"), ("HOME", "/h")], Some("/x/parley"));
    check(&[("XDG_STATE_HOME", "relative"), ("HOME", "/h")], Some("/h/.local/state/parley"));
    check(&[], None);
}
