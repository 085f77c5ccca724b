//! What an owner can set about updates, in the table `[updates]` of `parley.toml`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Updates of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Updates {
    /// What happens when a stick with an update is plugged in: "ask", "install" or "ignore".
    pub stick: OnStick,
    /// When the device restarts into an update that is installed: "asked" or "quiet".
    pub restart: OnInstalled,
}

/// What happens when a stick with an update is plugged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnStick {
    /// Somebody has to say yes.
    #[default]
    Ask,
    /// It is installed, and the device restarts.
    Install,
    /// Nothing.
    Ignore,
}

/// When the device restarts into an update that is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnInstalled {
    /// Somebody has to say so. A trial that a power cut interrupted is tried again when nobody talks.
    #[default]
    Asked,
    /// When nobody talks: for fleets.
    Quiet,
}

/// The rest of the file is the assistant's.
#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    updates: Updates,
}

impl Updates {
    /// Reads the named file, or else the usual one; without any, the defaults.
    ///
    /// # Errors
    /// A file that cannot be read, or whose table has a mistake.
    pub fn load(named: Option<&Path>) -> Result<Self> {
        let Some(path) = file(named) else { return Ok(Self::default()) };
        let named = || format!("the configuration {}", path.display());
        let text = fs::read_to_string(&path).with_context(named)?;
        Ok(toml::from_str::<Configuration>(&text).with_context(named)?.updates)
    }
}

/// The configuration file: the named one, or the first that exists of the user's and the system's.
pub fn file(named: Option<&Path>) -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from);
    let user = variable("XDG_CONFIG_HOME").or_else(|| Some(variable("HOME")?.join(".config")));
    let usual = user.map(|folder| folder.join("parley")).into_iter().chain([PathBuf::from("/etc/parley")]);
    let usual = usual.map(|folder| folder.join("parley.toml")).find(|path| path.exists());
    named.map(Path::to_owned).or(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Updates> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("parley.toml");
        fs::write(&path, text).unwrap();
        Updates::load(Some(&path))
    }

    #[test]
    fn the_table_is_read_and_the_assistants_are_passed_over() {
        let text = "[audio]\nof-a-newer-version = 1\n[updates]\nstick = \"install\"\nrestart = \"quiet\"\n";
        let expected = Updates { stick: OnStick::Install, restart: OnInstalled::Quiet };
        assert_eq!(load(text).unwrap(), expected);
        assert_eq!(load("[audio]\n").unwrap(), Updates::default());
    }

    #[test]
    fn a_mistake_is_shown_with_its_place() {
        let message = format!("{:#}", load("[updates]\nstik = \"install\"\n").unwrap_err());
        assert!(["parley.toml", "line 2", "stik"].iter().all(|part| message.contains(part)), "{message}");
        let missing = Updates::load(Some(Path::new("/no/such.toml"))).unwrap_err();
        assert!(missing.to_string().contains("/no/such.toml"));
    }
}
