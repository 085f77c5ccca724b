//! What the owner is told aloud of the file, for not every device has a screen, and this one has no log-in either. Pure.
//!
//! Rules: only what stands in the report is said, in which no secret is; a value is said where the owner can hear whether it
//! is the one that was meant, and else the key alone.

use parley_settings::WakeWord;
use parley_update::announcements::AnnouncementFile;

use crate::FILE;
use crate::system::UNCHANGED;

/// The names of the announcements.
pub(crate) const GREETING: &str = "greeting";
/// See [`GREETING`].
pub(crate) const OWNERS_FILE: &str = "owners-file";

/// At the first start, if nobody has written a file. `words`: those that wake it.
pub(crate) fn greeting(words: &[WakeWord]) -> AnnouncementFile {
    // Where it is a file nobody knows how it is said.
    let name = words.iter().map(WakeWord::word).find(|word| !word.starts_with('/'));
    let call = name.map(|name| format!("Say {name}, and then ask me something")).unwrap_or("Ask me something".into());
    let text = format!(
        "Hello, I am Parley. {call}: I answer, and nothing that you say leaves this device. To give me a name, a \
         language or a Wi-Fi, switch me off, put my card into a computer, and copy the example on the drive AUTOBOOT to {FILE}."
    );
    AnnouncementFile::once(text, "")
}

/// What the file did, or why it did nothing; `applied` tells one file from another.
pub(crate) fn of_report(report: &str, applied: &str) -> AnnouncementFile {
    if let Some(why) = report.lines().find_map(|line| line.strip_prefix(UNCHANGED)) {
        return AnnouncementFile::once(format!("I have changed nothing. {why}."), applied);
    }
    let mut said = vec![format!("I have read your file {FILE}.")];
    let mut others: Vec<String> = Vec::new();
    for (key, value) in report.lines().filter_map(|line| line.split_once(": ")) {
        match key {
            "name" => said.push(format!("My name is {value}.")),
            "wifi" => said.push(format!("I look for the Wi-Fi {value}.")),
            "conversation.wake-words" => said.push(listening_for(value)),
            _ if value.starts_with("not used") => said.push(format!("{} is {value}.", spoken(key))),
            // What an earlier version kept is no part of the file.
            _ if key.contains(' ') => {}
            _ => others.push(spoken(key)),
        }
    }
    match others.as_slice() {
        [] if said.len() == 1 => said.push("It asks for nothing.".to_owned()),
        [] => {}
        others => said.push(format!("I have also taken over: {}.", others.join(", "))),
    }
    AnnouncementFile::once(said.join(" "), applied)
}

/// Where the file cannot be kept.
pub(crate) fn not_kept() -> AnnouncementFile {
    AnnouncementFile::at_every_start("I cannot keep what your file says: the memory on my card takes no write.")
}

/// What is listened for, of a list as TOML has it.
fn listening_for(words: &str) -> String {
    let words: Vec<&str> = words.split('"').skip(1).step_by(2).collect();
    if words.is_empty() {
        "I listen all the time.".to_owned()
    } else {
        format!("Say {} to wake me.", words.join(", or "))
    }
}

/// A key as it is read out: `updates.stick` as "updates stick".
fn spoken(key: &str) -> String {
    let key = if key == "conversation.language" { "language" } else { key };
    key.replace(['.', '-'], " ")
}

#[cfg(test)]
mod tests {
    use parley_settings::Config;
    use proptest::prelude::*;

    use super::*;
    use crate::owner::Setup;
    use crate::plan::{Device, plan};

    fn said(report: &str) -> String {
        of_report(report, "").text
    }

    #[test]
    fn an_owner_hears_what_was_taken_over() {
        let report = "name: kitchen\ntime-zone: Europe/Berlin\nconversation.language: \"de\"\nwifi: Home: 5 GHz\n\
                      ssh-key: not used; only the development image lets anybody log in\n\
                      conversation.wake-words: [\"hey jarvis\"]\n";
        assert_eq!(
            said(report),
            "I have read your file parley-setup.toml. My name is kitchen. I look for the Wi-Fi Home: 5 GHz. ssh key is not \
             used; only the development image lets anybody log in. Say hey jarvis to wake me. I have also taken over: time zone, language."
        );
        assert_eq!(said(""), "I have read your file parley-setup.toml. It asks for nothing.");
    }

    #[test]
    fn an_owner_hears_how_to_call() {
        let list = "[\"hey jarvis\", { word = \"okay nabu\", sensitivity = 0.6 }]";
        assert!(
            said(&format!("conversation.wake-words: {list}\n")).ends_with("Say hey jarvis, or okay nabu to wake me.")
        );
        assert!(said("conversation.wake-words: []\n").ends_with("I listen all the time."));
        let greeting = |words: &[WakeWord]| greeting(words).text;
        assert!(greeting(&[]).starts_with("Hello, I am Parley. Ask me something: I answer"));
        let words = [WakeWord::Usual("/a.json".into()), WakeWord::Usual("hey jarvis".into())];
        assert!(
            greeting(&words).starts_with("Hello, I am Parley. Say hey jarvis, and then ask me something: I answer")
        );
    }

    #[test]
    fn an_owner_hears_why_nothing_was_taken_over() {
        let report = "nothing was changed: parley-setup.toml, line 2: name has to be 1 to 63 letters\n";
        assert_eq!(said(report), "I have changed nothing. parley-setup.toml, line 2: name has to be 1 to 63 letters.");
    }

    #[test]
    fn the_same_words_about_another_file_are_another_announcement() {
        assert_ne!(of_report("name: a\n", "one"), of_report("name: a\n", "two"));
    }

    proptest! {
        #[test]
        fn no_secret_is_said(
            password in "[!-~]{8,63}",
            token in "[a-zA-Z0-9+/=]{8,64}",
            key in "[a-zA-Z0-9+/]{20,60}",
        ) {
            let text = format!(
                "name = \"a\"\nssh-key = \"ssh-ed25519 {key}\"\n[wifi]\nnetwork = \"n\"\npassword = {}\n[fleet]\nserver = \"s\"\n\
                 token = \"{token}\"\n",
                toml::Value::from(password.as_str())
            );
            let setup = Setup::parse(text.as_bytes(), &Config::default());
            let report = match setup {
                Ok(setup) => {
                    let device = Device { development: true, fleet: Some("{token}".into()), ..Device::default() };
                    plan(&setup, &device).report.join("\n")
                }
                Err(problem) => format!("{UNCHANGED}{problem}"),
            };
            let said = said(&report);
            prop_assert!(!said.contains(&password) && !said.contains(&token) && !said.contains(&key), "{}", said);
        }
    }
}
