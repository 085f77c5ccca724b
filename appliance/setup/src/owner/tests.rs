use proptest::prelude::*;

use super::*;

const EXAMPLE: &str =
    include_str!("../../../../meta-voice/recipes-bsp/parley-autoboot/files/parley-setup.example.toml");

fn parse(text: &str) -> Result<Setup, String> {
    Setup::parse(text.as_bytes(), &Config::default()).map_err(|problem| problem.to_string())
}

#[track_caller]
fn good(text: &str) -> Setup {
    parse(text).unwrap_or_else(|problem| panic!("{problem} in {text}"))
}

#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let problem = parse(text).err().expect(text);
    assert!(words.iter().all(|word| problem.contains(word)), "{problem}");
}

fn setting(setup: &Setup, name: &str) -> Option<String> {
    let found = setup.settings.iter().find(|(section, key, _)| format!("{section}.{key}") == name);
    found.map(|(_, _, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[test]
fn a_file_that_says_nothing_asks_for_nothing() {
    assert!(parse("# later\n").is_ok_and(|setup| setup == Setup::default()));
}

#[test]
fn everything_can_be_said() {
    let setup = good(
        "name = \"kitchen\"\nlanguage = \"de\"\nwake-word = \"hey_jarvis\"\nssh-key = \"ssh-ed25519 AAAA me@home\"\n\
         [wifi]\nnetwork = \"Höhle\"\npassword = \"a \\\"quoted\\\" one\"\ncountry = \"DE\"\n\
         [fleet]\nserver = \"x\"\ntoken = \"t\"\n[updates]\nstick = \"install\"\n[audio]\ninput = \"hw:1\"\n",
    );
    assert_eq!(setup.name.as_deref(), Some("kitchen"));
    assert_eq!(setting(&setup, "conversation.wake-words").as_deref(), Some("[\"hey jarvis\"]"));
    assert_eq!(setup.wifi.as_ref().expect("wifi").password.as_deref(), Some("a \"quoted\" one"));
    assert_eq!(setting(&setup, "conversation.language").as_deref(), Some("de"));
    assert_eq!(setting(&setup, "updates.stick").as_deref(), Some("install"));
    assert_eq!(setting(&setup, "audio.input").as_deref(), Some("hw:1"));
    assert!(setup.ssh_key.is_some() && setup.fleet.is_some());
}

#[test]
fn a_wake_word_is_written_as_people_or_as_files_have_it_and_can_be_taken_away() {
    for (written, set) in [("hey_jarvis", "[\"hey jarvis\"]"), ("okay nabu", "[\"okay nabu\"]"), ("none", "[]")] {
        let setup = good(&format!("wake-word = \"{written}\""));
        assert_eq!(setting(&setup, "conversation.wake-words").as_deref(), Some(set));
    }
    refused("wake-word = \"\"", &["wake-word has to be a word such as"]);
    refused("wake-word = [\"alexa\"]", &["wake-word has to be text between quotation marks"]);
}

#[test]
fn a_time_server_may_be_one_or_several_names_or_addresses() {
    assert_eq!(good("ntp = \"ptbtime1.ptb.de\"").ntp, ["ptbtime1.ptb.de"]);
    assert_eq!(good("ntp = [\"192.168.1.1\", \"fe80::1\"]").ntp, ["192.168.1.1", "fe80::1"]);
}

#[test]
fn a_mistake_is_named_with_its_line_and_what_to_write() {
    refused("\nname = \"-kitchen\"", &["parley-setup.toml, line 2: name has to be 1 to 63"]);
    refused("name = \"\"", &["name has to be"]);
    refused("name = 5", &["line 1: name has to be text between quotation marks"]);
    refused("name = kitchen", &["line 1"]);
    refused("name = “kitchen”", &["line 1", "plain quotation marks"]);
    refused("language = \"english\"", &["line 1: language", "write \"en\" for English"]);
    refused("language = \"gb\"", &["write \"en\" for English"]);
    refused("language = \"jp\"", &["write \"ja\" for Japanese"]);
    refused("time-zone = \"Berlin time\"", &["line 1: time-zone has to be", "Europe/Berlin"]);
    refused("time-zone = \"../passwd\"", &["time-zone has to be"]);
    for servers in [
        "5",
        "[]",
        "\"\"",
        "\"a b\"",
        "[\"a\", 5]",
        "\"x\\nNTP=y\"",
        "[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]",
    ] {
        refused(&format!("ntp = {servers}"), &["line 1: ntp has to be a time server"]);
    }
    // In two parts, so that this file does not look like one that holds a key.
    refused(&["ssh-key = \"-----BEGIN OPENSSH PRIVATE", " KEY-----\""].concat(), &[".pub"]);
    refused("ssh-key = \"ssh-rsa AA\\nssh-rsa BB\"", &[".pub"]);
    refused("[wifi]\nnetwork = \"x\"\npassword = \"short\"", &["line 3: wifi.password", "64 hexadecimal digits"]);
    refused(&format!("[wifi]\nnetwork = \"x\"\npassword = \"{}\"", "g".repeat(64)), &["wifi.password"]);
    refused("[wifi]\nnetwork = \"x\"\ncountry = \"gb\"", &["wifi.country", "write \"GB\""]);
    refused("[wifi]\nnetwork = \"x\"\ncountry = \"UK\"", &["line 3: wifi.country", "write \"GB\""]);
    refused("[wifi]\nnetwork = \"x\"\ncountry = \"XX\"", &["wifi.country", "ISO 3166"]);
    refused("[wifi]\nnetwork = \"\"", &["wifi.network"]);
    refused("[wifi]\npassword = \"long enough\"", &["wifi.network is missing"]);
    refused("wifi = \"x\"", &["wifi is a table, [wifi], with network, password, country"]);
    refused("langauge = \"en\"", &["line 1", "has no key langauge", "name, language", "newer version"]);
    refused("[wifi]\nssid = \"x\"", &["line 2", "no key wifi.ssid; [wifi] has network"]);
    refused("[models]\nprofile = \"pi5\"", &["has no key models.profile"]);
    refused("[conversation]\nlanguage = \"en\"", &["at the top of the file"]);
    refused("[updates]\nstick = \"instal\"", &["line 2: updates.stick = \"instal\" has to be \"ask\", \"install\""]);
    refused("[conversation]\nanswer-tokens = 4000", &["line 2", "engines.context-tokens = 2048"]);
    refused("[fleet]\nserver = \"x\"\ntoken = \"t\"", &["name is missing"]);
    refused("name = \"a\"\n[fleet]\nserver = \"x\"", &["fleet.token is missing"]);
    let fleet =
        |server: &str, token: &str| format!("name = \"a\"\n[fleet]\nserver = '{server}'\ntoken = '''{token}'''");
    for server in ["", "https://x", "x:0", "x:y", "x y", "x..y"] {
        refused(&fleet(server, "t"), &["fleet.server"]);
    }
    for token in ["", "a b", "a\nb"] {
        refused(&fleet("updates.example.org:8443", token), &["fleet.token"]);
    }
}

#[test]
fn a_board_brings_its_sound_card_and_is_refused_beside_another() {
    let card = |text: &str| good(text).sound_card;
    assert_eq!(card("board = \"respeaker-2-mic\"").as_deref(), Some("wm8960-soundcard"));
    assert_eq!(
        card("board = \"respeaker-2-mic\"\nsound-card = \"wm8960-soundcard\"").as_deref(),
        Some("wm8960-soundcard")
    );
    assert_eq!(
        card("board = \"hifiberry-buttons\"\nsound-card = \"hifiberry-amp100\"").as_deref(),
        Some("hifiberry-amp100")
    );
    assert_eq!(card("board = \"plain\""), None, "whatever was named before stays");
    assert_eq!(card("board = \"plain\"\nsound-card = \"none\"").as_deref(), Some("none"));
    assert_eq!(card("board = \"none\"").as_deref(), Some("none"), "the board's card goes with it");
    assert_eq!(card("board = \"none\"\nsound-card = \"hifiberry-dac\"").as_deref(), Some("hifiberry-dac"));
    refused(
        "board = \"respeaker-2-mic\"\nsound-card = \"hifiberry-dac\"",
        &[
            "line 2: sound-card = \"hifiberry-dac\" does not go with board = \"respeaker-2-mic\"",
            "of its own, wm8960-soundcard",
        ],
    );
    refused("board = \"respeaker-2-mic\"\nsound-card = \"none\"", &["has a sound card of its own"]);
    refused(
        "sound-card = \"hifiberry-amp100\"\nboard = \"plain\"",
        &["line 1", "line 17 is a button, and hifiberry-amp100 has it"],
    );
    refused("board = \"respeaker\"", &["line 1: board has to be one of hifiberry-buttons, plain, respeaker-2-mic"]);
    refused("[hardware]\nboard = \"plain\"", &["write board = \"…\" at the top of the file"]);
}

#[test]
fn what_editors_do_to_a_file_is_read_or_explained() {
    assert_eq!(good("\u{feff}name = \"a\"\r\nlanguage = \"de\"\r\n").name.as_deref(), Some("a"));
    let wide: Vec<u8> = "name = \"a\"".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, word) in [(wide.as_slice(), "UTF-16"), (b"name = \"\xe9\"", "UTF-8"), (&[0; 100], "UTF-16")] {
        let problem = Setup::parse(bytes, &Config::default()).err().expect("no text").to_string();
        assert!(problem.contains(word), "{problem}");
    }
}

#[test]
fn what_the_documents_and_the_card_show_is_a_good_file() {
    let guide = include_str!("../../../../docs/FLASHING.md");
    let shown = guide.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    assert!(good(shown).wifi.is_some());
    assert_eq!(good(EXAMPLE).name.as_deref(), Some("parley"));
    // What is offered there behind a comment sign works as well, but for the key that stands for one.
    let offer =
        |line: &'static str| line.strip_prefix("# ").filter(|line| line.contains(" = ") || line.starts_with('['));
    let offered: Vec<_> = EXAMPLE.lines().filter_map(offer).filter(|line| !line.starts_with("ssh-key")).collect();
    let setup = good(&format!("name = \"parley\"\n{}", offered.join("\n")));
    assert!(setup.wifi.is_some() && setting(&setup, "conversation.wake-words").is_some() && setup.fleet.is_some());
}

#[test]
fn the_page_and_the_cards_example_name_every_key() {
    let page = include_str!("../../../../docs/CONFIGURATION.md");
    let (_, rest) = page.split_once("\n## parley-setup.toml\n").expect("the section of parley-setup.toml");
    let section = rest.split("\n## ").next().unwrap_or(rest);
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut listed: Vec<&str> = rows.collect();
    listed.sort_unstable();
    let mut known: Vec<&str> = keys().collect();
    known.sort_unstable();
    assert_eq!(listed, known);
    for key in keys() {
        let key = key.rsplit('.').next().unwrap_or_default();
        let offers = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{key} = "));
        assert!(EXAMPLE.lines().any(offers), "the card's example does not offer {key}");
    }
}

#[test]
fn no_message_repeats_a_secret() {
    for text in [
        "[wifi]\nnetwork = \"x\"\npassword = \"swordfish\" oops",
        "[wifi]\nnetwork = \"x\"\npassword = swordfish",
        "[wifi]\nnetwork = \"x\"\npassword = [\"swordfish\"]",
        "[wifi]\nnetwork = \"x\"\npassword = \"swordfish\\u0007\"",
        "[fleet]\ntoken = \"swordfish \"",
        "password = \"swordfish\"",
    ] {
        let problem = parse(text).err().expect(text);
        assert!(!problem.contains("swordfish"), "{problem}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Setup::parse(&bytes, &Config::default());
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        let _ = parse(&text);
    }
}
