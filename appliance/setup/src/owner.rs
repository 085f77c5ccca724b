//! The owner's file.

use serde::Deserialize;

/// What the file may say; all of it is optional. `docs/CONFIGURATION.md` lists the keys, and a test compares.
///
/// It cannot be printed: neither a password nor a token must reach a log.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Setup {
    /// What the device is called in the network: letters, digits and dashes, at most 63.
    pub name: Option<String>,
    /// The spoken language as an ISO 639-1 code; "auto" detects it.
    pub language: Option<String>,
    /// The word that the device would listen for. No version has a setting for it yet: it is checked and reported.
    pub wake_word: Option<String>,
    /// Who may log in to the development image: a line of OpenSSH's `authorized_keys`.
    pub ssh_key: Option<String>,
    /// The wireless network.
    pub wifi: Option<Wifi>,
    /// The fleet that the device belongs to, under its `name`.
    pub fleet: Option<Fleet>,
}

/// A wireless network.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wifi {
    /// Its name, 1 to 32 bytes.
    pub network: String,
    /// Its password, 8 to 63 printable letters; none for an open network.
    pub password: Option<String>,
    /// The country whose radio rules apply, as two letters.
    pub country: Option<String>,
}

/// A fleet.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fleet {
    /// hawkBit's host, with a port if it is not 443.
    pub server: String,
    /// The device's own token, up to 256 letters.
    pub token: String,
}

/// Why a file is not applied: the key, or the number of the line, and what to write instead. Never the line: it may hold a
/// password.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SetupError(String);

impl Setup {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// A file with a mistake.
    pub fn parse(text: &str) -> Result<Self, SetupError> {
        let setup: Self = toml::from_str(text)
            .map_err(|problem| SetupError(format!("cannot be read: {}", described(text, &problem))))?;
        setup.check()?;
        Ok(setup)
    }

    fn check(&self) -> Result<(), SetupError> {
        let check = |value: Option<&str>, is_good: fn(&str) -> bool, key, problem| match value {
            Some(value) if !is_good(value) => Err(SetupError(format!("{key} {problem}"))),
            _ => Ok(()),
        };
        check(
            self.name.as_deref(),
            is_host_name,
            "name",
            "has to be 1 to 63 letters, digits and dashes, a dash neither first nor last",
        )?;
        let problem = "has to be two lower-case letters, as in \"en\", or \"auto\"";
        check(self.language.as_deref(), is_language, "language", problem)?;
        let problem = "has to be letters, digits, dashes and underscores";
        check(self.wake_word.as_deref(), is_word, "wake-word", problem)?;
        check(
            self.ssh_key.as_deref(),
            is_public_key,
            "ssh-key",
            "has to be one line that begins with ssh-ed25519, ssh-rsa, ecdsa-… or sk-…: the file that ends in .pub",
        )?;
        if let Some(Wifi { network, password, country }) = &self.wifi {
            check(Some(network), is_network, "wifi.network", "has to have 1 to 32 bytes")?;
            let problem = "has to have 8 to 63 characters of an English keyboard";
            check(password.as_deref(), is_password, "wifi.password", problem)?;
            let problem = "has to be two capital letters, as in \"GB\"";
            check(country.as_deref(), is_country, "wifi.country", problem)?;
        }
        if let Some(Fleet { server, token }) = &self.fleet {
            let name = Some(self.name.as_deref().unwrap_or_default());
            check(name, is_host_name, "name", "is missing: a fleet knows its devices by their names")?;
            let problem = "has to be a host, with a port if needed, as in \"updates.example.org:8443\"";
            check(Some(server), is_server, "fleet.server", problem)?;
            let problem = "has to be up to 256 letters, digits and characters from -._~+/=";
            check(Some(token), is_token, "fleet.token", problem)?;
        }
        Ok(())
    }
}

/// The parser's message with the number of the line, but without the line itself: it may hold a password.
fn described(text: &str, problem: &toml::de::Error) -> String {
    let line = problem.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let message = problem.message();
    line.map_or_else(|| message.to_owned(), |line| format!("line {line}: {message}"))
}

fn is_host_name(name: &str) -> bool {
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    plain && (1..=63).contains(&name.len()) && !name.starts_with('-') && !name.ends_with('-')
}

fn is_language(language: &str) -> bool {
    language == "auto" || language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase())
}

fn is_word(word: &str) -> bool {
    (1..=64).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_public_key(key: &str) -> bool {
    let kind = ["ssh-ed25519 ", "ssh-rsa ", "ecdsa-sha2-", "sk-ssh-ed25519@openssh.com ", "sk-ecdsa-sha2-"];
    kind.iter().any(|kind| key.starts_with(kind)) && key.split(' ').count() >= 2 && !key.contains(char::is_control)
}

fn is_network(network: &str) -> bool {
    (1..=32).contains(&network.len())
}

fn is_password(password: &str) -> bool {
    (8..=63).contains(&password.len()) && password.bytes().all(|b| (0x20..0x7f).contains(&b))
}

fn is_country(country: &str) -> bool {
    country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase())
}

fn is_server(server: &str) -> bool {
    let (host, port) = server.split_once(':').map_or((server, None), |(host, port)| (host, Some(port)));
    let labels = !host.is_empty() && host.split('.').all(is_host_name);
    labels && host.len() <= 253 && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

fn is_token(token: &str) -> bool {
    (1..=256).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn refused(text: &str, word: &str) {
        let problem = Setup::parse(text).err().expect(text).to_string();
        assert!(problem.contains(word), "{problem}");
    }

    #[test]
    fn an_empty_file_asks_for_nothing() {
        assert!(Setup::parse("").is_ok_and(|setup| setup == Setup::default()));
    }

    #[test]
    fn everything_can_be_said() {
        let text = "name = \"kitchen\"\nlanguage = \"de\"\nwake-word = \"hey_jarvis\"\nssh-key = \"ssh-ed25519 AAAA me@home\"\n\
                    [wifi]\nnetwork = \"Höhle\"\npassword = \"a \\\"quoted\\\" one\"\ncountry = \"DE\"\n";
        let setup = Setup::parse(text).expect("a good file");
        assert_eq!(setup.name.as_deref(), Some("kitchen"));
        assert_eq!(setup.wifi.expect("wifi").password.as_deref(), Some("a \"quoted\" one"));
    }

    #[test]
    fn a_mistake_is_named_with_its_key() {
        refused("name = \"-kitchen\"", "name has to be");
        refused("name = \"\"", "name has to be");
        refused("language = \"english\"", "language has to be");
        refused("ssh-key = \"-----BEGIN OPENSSH PRIVATE KEY-----\"", ".pub");
        refused("ssh-key = \"ssh-rsa AA\\nssh-rsa BB\"", ".pub");
        refused("[wifi]\nnetwork = \"x\"\npassword = \"short\"", "wifi.password");
        refused("[wifi]\nnetwork = \"x\"\ncountry = \"gb\"", "wifi.country");
        refused("[wifi]\nnetwork = \"\"", "wifi.network");
        refused("langauge = \"en\"", "line 1");
        refused("[fleet]\nserver = \"x\"\ntoken = \"t\"", "name is missing");
        let fleet =
            |server: &str, token: &str| format!("name = \"a\"\n[fleet]\nserver = '{server}'\ntoken = '''{token}'''");
        for server in ["", "https://x", "x:0", "x:y", "x y", "x..y"] {
            refused(&fleet(server, "t"), "fleet.server");
        }
        for token in ["", "a b", "a\nb"] {
            refused(&fleet("updates.example.org:8443", token), "fleet.token");
        }
    }

    #[test]
    fn what_the_documents_and_the_card_show_is_a_good_file() {
        let guide = include_str!("../../../docs/FLASHING.md");
        let shown = guide.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
        assert!(Setup::parse(shown).expect("the guide's example").wifi.is_some());
        let example = include_str!("../../../meta-voice/recipes-bsp/parley-autoboot/files/parley-setup.example.toml");
        assert_eq!(Setup::parse(example).expect("the card's example").name.as_deref(), Some("parley"));
        // What is offered there behind a comment sign works as well, but for the key that stands for one.
        let offered = example
            .lines()
            .map(|line| line.strip_prefix("# ").filter(|line| line.contains(" = ") || line.starts_with('[')));
        let offered: Vec<_> = offered.flatten().filter(|line| !line.starts_with("ssh-key")).collect();
        let setup = Setup::parse(&format!("name = \"parley\"\n{}", offered.join("\n"))).expect("the offers");
        assert!(setup.wifi.is_some() && setup.wake_word.is_some() && setup.fleet.is_some());
    }

    /// Every key that the types know, learnt from what they say about a key that they do not know.
    fn known_keys() -> Vec<String> {
        let allowed = |text: &str| {
            let message = Setup::parse(text).err().expect("no key has this name").to_string();
            let (_, allowed) = message.split_once("expected").filter(|_| message.contains("unknown field"))?;
            Some(allowed.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        };
        let inner = |name: String| match allowed(&format!("[{name}]\nzzz = 1")) {
            Some(keys) => keys.into_iter().map(|key| format!("{name}.{key}")).collect(),
            None => vec![name],
        };
        let mut keys: Vec<String> =
            allowed("zzz = 1").expect("the keys are listed").into_iter().flat_map(inner).collect();
        keys.sort();
        keys
    }

    #[test]
    fn the_page_and_the_cards_example_name_every_key() {
        let page = include_str!("../../../docs/CONFIGURATION.md");
        let (_, rest) = page.split_once("\n## parley-setup.toml\n").expect("the section of parley-setup.toml");
        let section = rest.split("\n## ").next().unwrap_or(rest);
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let mut listed: Vec<String> = rows.map(str::to_owned).collect();
        listed.sort();
        assert_eq!(listed, known_keys());
        let example = include_str!("../../../meta-voice/recipes-bsp/parley-autoboot/files/parley-setup.example.toml");
        for key in known_keys() {
            let key = key.rsplit('.').next().unwrap_or_default();
            let offers = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{key} = "));
            assert!(example.lines().any(offers), "the card's example does not offer {key}");
        }
    }

    #[test]
    fn no_message_repeats_a_password() {
        let problem = Setup::parse("[wifi]\nnetwork = \"x\"\npassword = \"swordfish\" oops").err().expect("no TOML");
        assert!(!problem.to_string().contains("swordfish"), "{problem}");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _ = Setup::parse(&text);
        }
    }
}
