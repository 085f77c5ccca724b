//! Where layers lie, and how they become settings.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::layer::{Layer, Mistake};
use crate::over_door::{DoorLayer, Stands};

/// What an image was built with.
pub const IMAGE: &str = "/usr/share/parley/parley.toml";

/// What the administrator of a machine says.
pub const SYSTEM: &str = "/etc/parley/parley.toml";

/// On a device what the owner says: `parley-setup` writes it, and its folder is what tells a device from another machine.
/// Root owns it, for root's helpers believe it too.
pub const OWNER: &str = "/var/lib/parley-setup/parley.toml";

/// On a device, which file on the card has named a key of [`OWNER`] last: a mark of that file for each key. `parley-setup`
/// writes it.
pub const MARKS: &str = "/var/lib/parley-setup/marks.toml";

/// On a device, the folder of what the daemon keeps.
const STATE: &str = "/var/lib/parley";

/// There, what was set over the daemon's door.
const DOOR_FILE: &str = "settings.toml";

/// No file of settings is longer.
pub(crate) const LONGEST: u64 = 256 * 1024;

/// Where the layers of a machine are.
#[derive(Debug, Clone)]
pub struct Places {
    root: PathBuf,
    /// Of who runs this; a device's owner has none.
    user: Option<PathBuf>,
    door: Door,
}

/// Whether what was set over the door counts.
#[derive(Debug, Clone)]
enum Door {
    /// Not for root's helpers: the daemon writes it.
    Passed,
    /// It does; anywhere but on a device it lies in this folder.
    Counts(Option<PathBuf>),
}

/// The folder of what a daemon keeps beyond a start: the service's own (`$STATE_DIRECTORY`), else `$XDG_STATE_HOME/parley`,
/// else `~/.local/state/parley`. `variable` reads the environment, as [`std::env::var_os`] does.
pub fn state_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // systemd separates several by colons.
    let services = variable("STATE_DIRECTORY").and_then(|folders| std::env::split_paths(&folders).next());
    let users = || folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")));
    services.filter(|path| path.is_absolute()).or_else(|| Some(users()?.join("parley")))
}

/// Settings, and what was passed over on the way to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// What had no effect, the lowest layer first.
    pub mistakes: Vec<Mistake>,
}

/// Why a named file is not taken: all that is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(Mistake::to_string).collect::<Vec<_>>().join("\n"))]
pub struct FileRefused(Vec<Mistake>);

impl Places {
    /// Those of this machine and this user.
    pub fn of_this_machine() -> Self {
        // An empty or relative one is to be ignored, as XDG says.
        let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
        let user = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
        let door = Door::Counts(state_folder(|name| std::env::var_os(name)));
        Self { root: "/".into(), user: user.map(|folder| folder.join("parley/parley.toml")), door }
    }

    /// Those of a device whose root folder is this one, for root's helpers: what was set over the daemon's door is not
    /// among them.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), user: None, door: Door::Passed }
    }

    /// The same for a daemon; anywhere but on a device it keeps its own in `state`.
    #[must_use]
    pub fn with_door(self, state: Option<PathBuf>) -> Self {
        Self { door: Door::Counts(state), ..self }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// The settings from all layers.
    pub fn load(&self) -> Loaded {
        let (mut loaded, stands) = self.below_door();
        if let Some(file) = self.door_file() {
            let (config, mistakes) = DoorLayer::read(file, loaded.config.clone(), stands, None).config();
            loaded.mistakes.extend(mistakes);
            loaded.config = config;
        }
        loaded
    }

    /// The settings that files say, and the stands of their keys.
    pub(crate) fn below_door(&self) -> (Loaded, Stands) {
        let owner = if self.is_device() { Some(self.path(OWNER)) } else { self.user.clone() };
        let layers: Vec<Layer> =
            [Some(self.path(SYSTEM)), owner].iter().flatten().filter_map(|file| read(file)).collect();
        let marks = read(&self.path(MARKS)).filter(|_| self.is_device());
        let mut stands = Stands::new();
        for (name, value, _) in layers.iter().flat_map(Layer::said) {
            stands.insert(name.to_owned(), value.to_string());
        }
        for (name, mark, _) in marks.iter().flat_map(Layer::said) {
            if let Some(stand) = stands.get_mut(name) {
                *stand = format!("{stand} {mark}");
            }
        }
        (self.load_image().and(layers), stands)
    }

    fn is_device(&self) -> bool {
        self.path(OWNER).parent().is_some_and(Path::is_dir)
    }

    pub(crate) fn door_file(&self) -> Option<PathBuf> {
        let Door::Counts(state) = &self.door else { return None };
        let folder = if self.is_device() { Some(self.path(STATE)) } else { state.clone() };
        folder.map(|folder| folder.join(DOOR_FILE))
    }

    /// The settings without an administrator's or an owner's words.
    pub fn load_image(&self) -> Loaded {
        Loaded { config: Config::default(), mistakes: Vec::new() }.and(read(&self.path(IMAGE)))
    }

    /// The settings that an image was built with; `None` on a machine without one.
    pub fn image(&self) -> Option<Config> {
        self.path(IMAGE).is_file().then(|| self.load_image().config)
    }

    /// The settings from all layers and, over them, a file that somebody names.
    ///
    /// # Errors
    /// A named file with a mistake, or one that cannot be read.
    pub fn load_with(&self, named: Option<&Path>) -> Result<Loaded, FileRefused> {
        let mut loaded = self.load();
        if let Some(named) = named {
            let (config, mistakes) = named_layer(named).over(&loaded.config);
            if !mistakes.is_empty() {
                return Err(FileRefused(mistakes));
            }
            loaded.config = config;
        }
        Ok(loaded)
    }
}

impl Loaded {
    fn and(self, layers: impl IntoIterator<Item = Layer>) -> Self {
        layers.into_iter().fold(self, |below, layer| {
            let (config, mistakes) = layer.over(&below.config);
            Self { config, mistakes: [below.mistakes, mistakes].concat() }
        })
    }
}

/// A file that has to be there.
pub(crate) fn named_layer(file: &Path) -> Layer {
    read(file).unwrap_or_else(|| Layer::unreadable(file, None, "there is no such file".to_owned()))
}

/// A file's layer; none if there is no file.
fn read(file: &Path) -> Option<Layer> {
    let unreadable = |says: &str| Some(Layer::unreadable(file, None, says.to_owned()));
    if file.is_dir() {
        return unreadable("is a folder: it has to be a file");
    }
    match File::open(file).and_then(bounded) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => None,
        Err(error) => unreadable(&format!("cannot be read: {error}")),
        Ok(None) => unreadable("is larger than any file of settings (256 KiB)"),
        Ok(Some(bytes)) => Some(Layer::parse(file, &bytes)),
    }
}

/// All bytes, unless they are more than any file of settings has.
pub(crate) fn bounded(source: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= LONGEST))
}

#[cfg(test)]
mod tests;
