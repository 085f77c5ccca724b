//! Where layers lie, and how they become settings.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::config::Config;
use crate::layer::{Layer, Mistake};

/// What an image was built with.
pub const IMAGE: &str = "/usr/share/parley/parley.toml";

/// What the administrator of a machine says.
pub const SYSTEM: &str = "/etc/parley/parley.toml";

/// On a device what the owner says: `parley-setup` writes it, and its folder is what tells a device from another machine.
/// Root owns it, for root's helpers believe it too.
pub const OWNER: &str = "/var/lib/parley-setup/parley.toml";

/// No file of settings is longer.
const LONGEST: u64 = 256 * 1024;

/// Where the layers of a machine are.
#[derive(Debug, Clone)]
pub struct Places {
    root: PathBuf,
    /// Of who runs this; a device's owner has none.
    user: Option<PathBuf>,
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
        Self { root: "/".into(), user: user.map(|folder| folder.join("parley/parley.toml")) }
    }

    /// Those of a device whose root folder is this one.
    pub fn below(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), user: None }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// The settings from all layers.
    pub fn load(&self) -> Loaded {
        let owner = self.path(OWNER);
        let is_device = owner.parent().is_some_and(Path::is_dir);
        let owner = if is_device { Some(owner) } else { self.user.clone() };
        self.load_image().and([Some(self.path(SYSTEM)), owner])
    }

    /// The settings without an administrator's or an owner's words.
    pub fn load_image(&self) -> Loaded {
        Loaded { config: Config::default(), mistakes: Vec::new() }.and([Some(self.path(IMAGE))])
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
    fn and(self, files: impl IntoIterator<Item = Option<PathBuf>>) -> Self {
        files.into_iter().flatten().filter_map(|file| read(&file)).fold(self, |below, layer| {
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
fn bounded(source: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= LONGEST))
}

#[cfg(test)]
mod tests;
