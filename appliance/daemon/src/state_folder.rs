//! Where the daemon keeps what outlives it.

use std::ffi::OsString;
use std::path::PathBuf;

/// The folder of this process.
pub fn of_this_process() -> Option<PathBuf> {
    of(|name| std::env::var_os(name))
}

/// The service's own folder, else `$XDG_STATE_HOME/parley`, else `~/.local/state/parley`.
fn of(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    // systemd separates several by colons.
    let services = variable("STATE_DIRECTORY").and_then(|folders| std::env::split_paths(&folders).next());
    let users = || folder("XDG_STATE_HOME").or_else(|| Some(folder("HOME")?.join(".local/state")));
    services.filter(|path| path.is_absolute()).or_else(|| Some(users()?.join("parley")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn it_is_kept_in_the_services_folder_or_the_users() {
        let check = |variables: &[(&str, &str)], folder: Option<&str>| {
            let variable =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
            assert_eq!(of(variable).as_deref(), folder.map(Path::new), "{variables:?}");
        };
        check(&[("STATE_DIRECTORY", "/s:/t"), ("XDG_STATE_HOME", "/x"), ("HOME", "/h")], Some("/s"));
        check(&[("STATE_DIRECTORY", ""), ("XDG_STATE_HOME", "/x"), ("HOME", "/h")], Some("/x/parley"));
        check(&[("XDG_STATE_HOME", "relative"), ("HOME", "/h")], Some("/h/.local/state/parley"));
        check(&[], None);
    }
}
