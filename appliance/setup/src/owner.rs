//! The owner's file.

mod values;

pub(crate) use self::values::is_wireless_key;

use std::path::Path;

use parley_board::board;
use parley_settings::{Config, KEYS, Layer, language};
use parley_update::owners_card::NONE;
use toml::Value;

use self::values::{country_meant, is_country, is_host, is_host_name, is_network, is_password, is_public_key};
use self::values::{good_boards, good_cards, is_board, is_server, is_sound_card, is_time_zone, is_token, is_word};
use crate::FILE;

/// What the file may say; all of it is optional. `docs/CONFIGURATION.md` lists the keys, and a test compares.
///
/// It cannot be printed: neither a password nor a token must reach a log.
#[derive(Clone, Default, PartialEq)]
pub struct Setup {
    /// What the device is called in the network: letters, digits and dashes, at most 63.
    pub name: Option<String>,
    /// The time zone, as the zoneinfo database calls it.
    pub time_zone: Option<String>,
    /// Time servers, hosts or addresses; without any, those that the network names.
    pub ntp: Vec<String>,
    /// The sound card on the board's pins by its overlay; `none` takes an earlier one back.
    pub sound_card: Option<String>,
    /// The board with buttons and lights, by its name; `none` takes an earlier one back.
    pub board: Option<String>,
    /// Who may log in to the development image: a line of OpenSSH's `authorized_keys`.
    pub ssh_key: Option<String>,
    /// The wireless network.
    pub wifi: Option<Wifi>,
    /// The fleet that the device belongs to, under its `name`.
    pub fleet: Option<Fleet>,
    /// Settings of Parley, each with its table, its key and a good value.
    pub settings: Vec<(String, String, Value)>,
}

/// A wireless network.
#[derive(Clone, PartialEq, Eq)]
pub struct Wifi {
    /// Its name, 1 to 32 bytes.
    pub network: String,
    /// Its password of 8 to 63 printable letters, or its key as 64 hexadecimal digits; none for an open network.
    pub password: Option<String>,
    /// The country whose radio rules apply, as its ISO 3166 code.
    pub country: Option<String>,
}

/// A fleet.
#[derive(Clone, PartialEq, Eq)]
pub struct Fleet {
    /// hawkBit's host, with a port if it is not 443.
    pub server: String,
    /// The device's own token, up to 256 letters.
    pub token: String,
}

/// Why a file is not applied: its line and key, and what to write instead. Never what is written there: it may be a password.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{FILE}{}: {says}", .line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct SetupError {
    line: Option<usize>,
    says: String,
}

/// The file's own keys.
const OWN: &[&str] = &[
    "name",
    "language",
    "time-zone",
    "ntp",
    "sound-card",
    "board",
    "wake-word",
    "ssh-key",
    "wifi.network",
    "wifi.password",
    "wifi.country",
    "fleet.server",
    "fleet.token",
];

/// The tables of `parley.toml` that may stand in this file too: what is an owner's business. Models and engines are the image's.
const SETTINGS: &[&str] = &["audio", "conversation", "hardware", "updates"];

/// Settings that have a shorter name in this file.
const RENAMED: &[(&str, &str)] = &[("conversation.language", "language"), ("hardware.board", "board")];

/// Every key that the file may have.
pub fn keys() -> impl Iterator<Item = &'static str> {
    let is_ours = |name: &&str| SETTINGS.iter().any(|section| name.split('.').next() == Some(section));
    // These have shorter names here.
    let is_renamed = |name: &&str| RENAMED.iter().any(|(renamed, _)| renamed == name);
    let settings = KEYS.iter().map(|key| key.name).filter(move |name| !is_renamed(name)).filter(is_ours);
    OWN.iter().copied().chain(settings)
}

impl Setup {
    /// Reads and checks a file; `below` are the settings that it would be laid over.
    ///
    /// # Errors
    /// A file with a mistake.
    pub fn parse(bytes: &[u8], below: &Config) -> Result<Self, SetupError> {
        let file = Layer::parse(Path::new(FILE), bytes);
        if let Some(problem) = file.problem() {
            let hint =
                if has_curly_quotes(bytes) { "; write plain quotation marks, as in name = \"kitchen\"" } else { "" };
            return Err(SetupError { line: problem.line, says: format!("{}{hint}", problem.says) });
        }
        let said = Said(&file);
        if let Some((name, _, line)) = file.said().find(|(name, ..)| !keys().any(|known| known == *name)) {
            return Err(SetupError { line, says: no_such_key(name) });
        }
        let (_, mistakes) = file.clone().only(SETTINGS).over(below);
        if let Some(mistake) = mistakes.into_iter().next() {
            return Err(SetupError { line: mistake.line, says: mistake.says });
        }
        let named =
            said.text("name", is_host_name, "1 to 63 letters, digits and dashes, a dash neither first nor last")?;
        let zone = "a time zone, as in \"Europe/Berlin\"";
        let network = said.text("wifi.network", is_network, "the network's name, 1 to 32 bytes")?;
        let problem = "8 to 63 characters of an English keyboard, or a key of 64 hexadecimal digits";
        let password = said.text("wifi.password", is_password, problem)?;
        let country = said.country()?;
        let board = said.text("board", is_board, &good_boards())?;
        let server =
            said.text("fleet.server", is_server, "a host, with a port if needed, as in \"updates.example.org:8443\"")?;
        let token = said.text("fleet.token", is_token, "up to 256 letters, digits and characters from -._~+/=")?;
        let is_fleet = server.is_some() || token.is_some();
        let is_wifi = network.is_some() || password.is_some() || country.is_some();
        if is_fleet {
            said.needed("name", named.as_ref(), "a fleet knows its devices by their names")?;
        }
        Ok(Self {
            name: named,
            time_zone: said.text("time-zone", is_time_zone, zone)?,
            ntp: said.servers("ntp")?,
            sound_card: said.sound_card(board.as_deref())?,
            board,
            ssh_key: said.text(
                "ssh-key",
                is_public_key,
                "one line that begins with ssh-ed25519, ssh-rsa, ecdsa-… or sk-…: the file that ends in .pub",
            )?,
            wifi: if is_wifi {
                let network = said.needed("wifi.network", network.as_ref(), "it is the network's name")?;
                Some(Wifi { network, password, country })
            } else {
                None
            },
            fleet: if is_fleet {
                let server = said.needed("fleet.server", server.as_ref(), "it is the update server's host")?;
                let token = said.needed("fleet.token", token.as_ref(), "the server gives each device its own")?;
                Some(Fleet { server, token })
            } else {
                None
            },
            settings: said.settings()?,
        })
    }
}

/// What a file says, with a check for each value.
struct Said<'a>(&'a Layer);

impl Said<'_> {
    fn value(&self, key: &str) -> Option<(&Value, Option<usize>)> {
        self.0.said().find(|(name, ..)| *name == key).map(|(_, value, line)| (value, line))
    }

    fn text(&self, key: &str, is_good: fn(&str) -> bool, good: &str) -> Result<Option<String>, SetupError> {
        let Some((value, line)) = self.value(key) else { return Ok(None) };
        let refused = |says| Err(SetupError { line, says });
        match value.as_str() {
            None => refused(format!("{key} has to be text between quotation marks")),
            Some(text) if is_good(text) => Ok(Some(text.to_owned())),
            Some(_) => refused(format!("{key} has to be {good}")),
        }
    }

    /// One host, or a list of them.
    fn servers(&self, key: &str) -> Result<Vec<String>, SetupError> {
        const MOST: usize = 8;
        let Some((value, line)) = self.value(key) else { return Ok(Vec::new()) };
        let one = value.as_str().map(|_| std::slice::from_ref(value));
        let all = one.or(value.as_array().map(Vec::as_slice)).unwrap_or_default();
        let hosts: Option<Vec<String>> =
            all.iter().map(|host| host.as_str().filter(|host| is_host(host)).map(str::to_owned)).collect();
        let good = hosts.filter(|hosts| (1..=MOST).contains(&hosts.len()));
        let says =
            format!("{key} has to be a time server, as in \"pool.ntp.org\", or a list of 1 to {MOST} in brackets");
        good.ok_or(SetupError { line, says })
    }

    /// The sound card: the one that is named, which has to go with the board, or that of the board.
    fn sound_card(&self, named: Option<&str>) -> Result<Option<String>, SetupError> {
        let card = self.text("sound-card", is_sound_card, &good_cards())?;
        let none = || Ok(card.clone().or(Some(NONE.to_owned())));
        let Some(named) = named else { return Ok(card) };
        // One of ours is sound: tests see to that.
        let Some(Ok(board)) = board(named) else { return none() };
        match &card {
            None => Ok(board.sound_card),
            Some(card) => {
                let own = || format!("{} has a sound card of its own", board.title);
                let because = match board.fits(card) {
                    _ if card == NONE => board.sound_card.as_ref().map(|_| own()),
                    fits => fits.err().map(|error| error.to_string()),
                };
                let Some(because) = because else { return Ok(Some(card.clone())) };
                let line = self.value("sound-card").and_then(|(_, line)| line);
                let says = format!("sound-card = \"{card}\" does not go with board = \"{named}\": {because}");
                Err(SetupError { line, says })
            }
        }
    }

    fn country(&self) -> Result<Option<String>, SetupError> {
        let written = self.value("wifi.country").and_then(|(value, _)| value.as_str()).unwrap_or_default();
        let advice = country_meant(written).map(|code| format!(": write \"{code}\"")).unwrap_or_default();
        let good = format!("the code of a country (ISO 3166), two capital letters as in \"GB\"{advice}");
        self.text("wifi.country", is_country, &good)
    }

    fn needed(&self, key: &str, value: Option<&String>, reason: &str) -> Result<String, SetupError> {
        value.cloned().ok_or_else(|| SetupError { line: None, says: format!("{key} is missing: {reason}") })
    }

    fn settings(&self) -> Result<Vec<(String, String, Value)>, SetupError> {
        let mut settings = Vec::new();
        if let Some((value, line)) = self.value("language") {
            let code = value.as_str().unwrap_or_default();
            let code = language::parse(code);
            let code = code.map_err(|problem| SetupError { line, says: format!("language: {problem}") })?;
            settings.push(("conversation".to_owned(), "language".to_owned(), Value::from(code)));
        }
        if let Some(word) = self.text("wake-word", is_word, "a word such as \"hey jarvis\", or \"none\"")? {
            // Other systems write it with underscores, as their files are called.
            let words = Some(word.replace(['_', '-'], " ")).filter(|word| word != "none").into_iter();
            let words: Vec<Value> = words.map(Value::from).collect();
            settings.push(("conversation".to_owned(), "wake-words".to_owned(), Value::from(words)));
        }
        for (name, value, _) in self.0.said() {
            if let Some((section, key)) = name.split_once('.').filter(|(section, _)| SETTINGS.contains(section)) {
                settings.push((section.to_owned(), key.to_owned(), value.clone()));
            }
        }
        Ok(settings)
    }
}

fn no_such_key(name: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let (section, key) = name.split_once('.').map_or((name, None), |(section, key)| (section, Some(key)));
    if let Some((_, shorter)) = RENAMED.iter().find(|(renamed, _)| *renamed == name) {
        return format!("write {shorter} = \"…\" at the top of the file instead");
    }
    let inside: Vec<&str> = keys().filter_map(|key| key.strip_prefix(section)?.strip_prefix('.')).collect();
    match (inside.join(", "), key) {
        (inside, None) if !inside.is_empty() => format!("{section} is a table, [{section}], with {inside}"),
        (inside, Some(_)) if !inside.is_empty() => {
            format!("Parley {version} has no key {name}; [{section}] has {inside}")
        }
        (_, _) => {
            let mut known = Vec::new();
            for key in keys() {
                let shown = key.split_once('.').map_or_else(|| key.to_owned(), |(section, _)| format!("[{section}]"));
                if known.last() != Some(&shown) {
                    known.push(shown);
                }
            }
            format!("Parley {version} has no key {name}; it has {}. A newer version may have more", known.join(", "))
        }
    }
}

/// What text processors make of quotation marks.
fn has_curly_quotes(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| text.contains(['“', '”', '„', '‘', '’', '«', '»']))
}

#[cfg(test)]
mod tests;
