use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::hours::Hours;
use crate::updates::{OnInstalled, OnStick, Updates};

fn layer(text: &str) -> Layer {
    Layer::parse(Path::new("test.toml"), text.as_bytes())
}

/// What a file makes of the defaults.
fn read(text: &str) -> (Config, Vec<String>) {
    let (config, mistakes) = layer(text).over(&Config::default());
    (config, mistakes.iter().map(Mistake::to_string).collect())
}

#[test]
fn a_layer_changes_only_what_it_says_itself() {
    let below = read("[audio]\ninput = \"hw:1\"\n[conversation]\nlanguage = \"de\"\n").0;
    let (merged, mistakes) = layer("[conversation]\nremembered-turns = 2\n").over(&below);
    assert!(mistakes.is_empty());
    assert_eq!((merged.audio.input.as_str(), merged.conversation.language.as_str()), ("hw:1", "de"));
    assert_eq!(merged.conversation.remembered_turns, 2);
    assert_eq!(layer("").over(&below), (below, Vec::new()));
}

#[test]
fn a_mistake_is_passed_over_and_names_file_line_and_what_to_write() {
    for (text, words) in [
        ("[audio]\ninpt = \"x\"\n", &["test.toml, line 2: ", "audio.inpt", "input, output"][..]),
        ("[sound]\nvolume = 3\n", &["line 2", "[sound]", "[audio], [models], "]),
        ("volume = 3\n", &["line 1", "[volume]"]),
        ("audio = 3\n", &["line 1", "audio is a table"]),
        ("[audio]\ninput = 3\n", &["line 2", "audio.input = 3 has to be \"auto\", or an ALSA device name"]),
        ("[audio]\ninput = \"\"\n", &["audio.input"]),
        ("[audio]\nvolume = 101\n", &["line 2", "audio.volume = 101 has to be 0 to 100 percent"]),
        ("[audio]\nvolume = -1\n", &["audio.volume"]),
        ("[conversation]\nbarge-in = \"shout\"\n", &["barge-in = \"shout\"", "\"auto\", \"key\" or \"voice\""]),
        ("[conversation]\npatience = 0\n", &["line 2", "patience = 0 has to be 0.5 to 4"]),
        ("[conversation]\npatience = nan\n", &["0.5 to 4"]),
        ("[conversation]\npatience = \"long\"\n", &["0.5 to 4"]),
        ("[conversation]\npause = -1\n", &["0 to 5000 milliseconds"]),
        ("[conversation]\necho-guard = 2001\n", &["0 to 2000 milliseconds"]),
        ("[conversation]\nwake-words = \"hey jarvis\"\n", &["a list of at most 8 words"]),
        ("[conversation]\nwake-words = [\"\"]\n", &["a list of at most 8 words"]),
        ("[conversation]\nwake-words = [{ word = \"alexa\", sensitivity = 1.1 }]\n", &["sensitivity = 0 to 1"]),
        (
            "[conversation]\nwake-words = [{ word = \"alexa\", sensitivity = 0.5, loud = true }]\n",
            &["sensitivity = 0 to 1"],
        ),
        ("[conversation]\nfollow-up = 60001\n", &["0 to 60000 milliseconds"]),
        ("[audio]\nenergy-floor = 0\n", &["-90 to -20 dB"]),
        ("[conversation]\nlanguage = \"gb\"\n", &["language = \"gb\"", "write \"en\" for English"]),
        ("[conversation]\nlanguage = \"English\"\n", &["write \"en\" for English"]),
        ("[conversation]\nlanguage = \"en-GB\"\n", &["write \"en\" for English"]),
        ("[conversation]\nlanguage = \"xx\"\n", &["ISO 639-1"]),
        (
            "[conversation]\nvocabulary = [\"Anna\", \"a\"]\n",
            &["line 2", "vocabulary = [\"Anna\", \"a\"]", "2 to 40 characters"],
        ),
        ("[conversation]\nvocabulary = [\"An\\u001bna\"]\n", &["without control characters"]),
        ("[conversation]\nvocabulary = [\"4711\"]\n", &["letters among them"]),
        ("[conversation]\nvocabulary = [3]\n", &["at most 50 names or words"]),
        ("[conversation]\nvocabulary = \"Anna\"\n", &["a list"]),
        ("[conversation]\nremembered-turns = -1\n", &["0 to 100"]),
        ("[conversation]\ntemperature = 2\n", &["temperature = 2 has to be 0 to 1.5"]),
        ("[conversation]\ntemperature = nan\n", &["0 to 1.5"]),
        ("[conversation]\nanswer-tokens = 4294967295\n", &["1 to 8192"]),
        ("[conversation]\nanswer-tokens = 2048\n", &["answer-tokens = 2048", "context-tokens = 2048"]),
        ("[engines]\ncontext-tokens = 0\n", &["line 2", "context-tokens = 0", "128 to 131072"]),
        ("[engines]\ncontext-tokens = 1000000\n", &["context-tokens = 1000000", "128 to 131072"]),
        ("[engines]\nspeech-to-text-threads = 0\n", &["1 to 64"]),
        ("[engines]\nstate-folder = \"\"\n", &["a folder"]),
        ("[updates]\nstick = \"download\"\n", &["\"ask\", \"install\" or \"ignore\""]),
        ("[updates]\nhours = \"2-5\"\n", &["line 2", "updates.hours = \"2-5\"", "as in \"02:00-05:00\""]),
        ("[updates]\nhours = 2\n", &["updates.hours = 2 has to be \"any\""]),
        ("a = 1\nb = \n", &["line 2", "is no TOML"]),
        ("\u{fffe}", &["is no TOML"]),
    ] {
        let (config, mistakes) = read(text);
        assert_eq!(config, Config::default(), "{text}");
        assert_eq!(mistakes.len(), 1, "{text}: {mistakes:?}");
        assert!(words.iter().all(|word| mistakes[0].contains(word)), "{text}: {mistakes:?}");
    }
}

#[test]
fn a_vocabulary_is_bounded_in_its_words_and_in_their_length() {
    let words = |count: usize, length: usize| {
        let words = vec![format!("\"{}\"", "ž".repeat(length)); count].join(", ");
        read(&format!("[conversation]\nvocabulary = [{words}]\n"))
    };
    assert_eq!(words(50, 10).0.conversation.vocabulary.len(), 50);
    assert_eq!(words(12, 40).0.conversation.vocabulary.len(), 12);
    for (count, length) in [(51, 2), (1, 41), (1, 1), (1, 0), (13, 40), (50, 11)] {
        let (config, mistakes) = words(count, length);
        assert_eq!((config.conversation.vocabulary.len(), mistakes.len()), (0, 1), "{count} of {length}");
    }
}

#[test]
fn one_mistake_does_not_take_the_rest_of_the_file_with_it() {
    let (config, mistakes) = read("[conversation]\nlanguage = \"gb\"\nremembered-turns = 2\n[future]\nx = 1\n");
    assert_eq!((config.conversation.remembered_turns, mistakes.len()), (2, 2));
}

/// Each is in its range; together they leave no room for a question. What is advised has room.
#[test]
fn sizes_that_do_not_fit_together_are_passed_over_together_and_the_advice_is_good() {
    let (config, mistakes) = read("[conversation]\nanswer-tokens = 4000\nremembered-turns = 2\n");
    assert_eq!((config.conversation.answer_tokens, config.conversation.remembered_turns), (120, 2));
    let advised = mistakes[0].split_once('(').and_then(|(_, rest)| rest.split(' ').next()).expect("a number");
    let (config, mistakes) =
        read(&format!("[conversation]\nanswer-tokens = 4000\n[engines]\ncontext-tokens = {advised}\n"));
    assert_eq!((config.conversation.answer_tokens, mistakes), (4_000, vec![]));
    let long = format!("[conversation]\npersona = \"{}\"\n", "word ".repeat(700));
    assert!(read(&long).1[0].contains("conversation.persona"));
    // Below another layer that brings the larger context, the same words are good.
    let below = read("[engines]\ncontext-tokens = 8192\n").0;
    assert_eq!(layer("[conversation]\nanswer-tokens = 4000\n").over(&below).0.conversation.answer_tokens, 4_000);
}

#[test]
fn changes_are_named_with_old_and_new_value() {
    let new = read("[conversation]\nlanguage = \"de\"\npersona = \"P\"\n").0;
    let changes = Config::default().changes_to(&new);
    let shown: Vec<_> =
        changes.iter().map(|change| (change.key.as_str(), change.old.as_deref(), change.new.as_deref())).collect();
    assert_eq!(
        shown,
        [("conversation.persona", None, Some("\"P\"")), ("conversation.language", Some("\"auto\""), Some("\"de\"")),]
    );
}

#[test]
fn only_some_tables_can_be_taken_of_a_file() {
    let file = "name = \"kitchen\"\n[wifi]\nnetwork = \"x\"\n[updates]\nstick = \"instal\"\n";
    let (_, mistakes) = layer(file).only(&["updates"]).over(&Config::default());
    assert_eq!(mistakes.iter().map(|mistake| mistake.line).collect::<Vec<_>>(), [Some(5)]);
}

/// Any value that TOML can hold, two deep.
fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e300..1e300).prop_map(Value::Float),
        "\\PC{0,20}".prop_map(Value::from),
        "[a-z]{2,7}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map("[a-z-]{1,8}", inner, 0..4)
                .prop_map(|table| Value::from(table.into_iter().collect::<Table>())),
        ]
    })
}

/// A name that some version may have: one of ours or another.
fn any_name() -> impl Strategy<Value = (String, String)> {
    let ours = proptest::sample::select(KEYS_AND_SECTIONS.clone());
    prop_oneof![3 => ours, 1 => ("[a-z-]{1,8}", "[a-z-]{1,8}")]
}

static KEYS_AND_SECTIONS: std::sync::LazyLock<Vec<(String, String)>> = std::sync::LazyLock::new(|| {
    let pairs = keys::KEYS.iter().filter_map(|key| key.name.split_once('.'));
    pairs.map(|(section, key)| (section.to_owned(), key.to_owned())).collect()
});

proptest! {
    /// Version N+1 may write whatever is TOML: N takes from it what it knows, and nothing else has an effect. In particular
    /// what N itself wrote there, and N+1 kept, still holds.
    #[test]
    fn whatever_a_newer_version_writes_an_older_one_reads(
        newer in proptest::collection::vec((any_name(), any_value()), 0..8),
        scalars in proptest::collection::btree_map("[a-z-]{1,8}", any_value(), 0..3),
    ) {
        let mut file = Table::new();
        for ((section, key), value) in newer {
            let section = file.entry(section).or_insert_with(|| Table::new().into());
            if let Some(section) = section.as_table_mut() {
                section.insert(key, value);
            }
        }
        for (name, value) in scalars {
            file.entry(name).or_insert(value);
        }
        let mut ours = Table::new();
        ours.insert("stick".to_owned(), "install".into());
        ours.insert("restart".to_owned(), "quiet".into());
        ours.insert("hours".to_owned(), "2:00-5:00".into());
        let updates = file.entry("updates").or_insert(Value::Boolean(false));
        if let Some(updates) = updates.as_table_mut() {
            updates.extend(ours);
        } else {
            *updates = ours.into();
        }
        let (config, mistakes) = read(&toml::to_string(&file).expect("it can be written"));
        let hours = Hours::Between { from: 120, to: 300 };
        prop_assert_eq!(&config.updates, &Updates { stick: OnStick::Install, restart: OnInstalled::Quiet, hours });
        prop_assert!(!mistakes.iter().any(|mistake| mistake.contains("TOML")), "{:?}", mistakes);
        // What was taken is good: nothing of it is passed over when it is read once more.
        let again = toml::to_string(&config).expect("it can be written");
        prop_assert_eq!(read(&again), (config, Vec::new()));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Layer::parse(Path::new("x"), &bytes).over(&Config::default());
    }

    /// What the core leaves of a prompt is never nothing.
    #[test]
    fn settings_that_were_taken_have_room_for_a_question(
        answer in any::<u32>(), context in any::<u32>(), persona in "[a-zé ]{0,4100}",
    ) {
        let file = format!(
            "[conversation]\nanswer-tokens = {answer}\npersona = \"{persona}\"\n[engines]\ncontext-tokens = {context}\n"
        );
        let config = read(&file).0;
        let persona = config.conversation.persona.as_deref().unwrap_or_default();
        prop_assert!(config.prompt_tokens() >= 2 * parley_conversation::estimated_tokens(persona));
        prop_assert!(config.prompt_tokens() >= 128);
    }
}
