//! Running bitbake in a folder of the cache.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::LAYERS;
use crate::layer::checkout::Checkout;
use crate::layer::rules::Finding;
use crate::places;

/// What bitbake needs of the host, by Debian's packages.
const PROGRAMS: &[(&str, &str)] = &[
    ("chrpath", "chrpath"),
    ("diffstat", "diffstat"),
    ("gawk", "gawk"),
    ("cpio", "cpio"),
    ("makeinfo", "texinfo"),
    ("socat", "socat"),
    ("lz4c", "lz4"),
    ("zstd", "zstd"),
];
/// Debian's `nobody` and its group.
const NOBODY: &str = "65534";
/// Where root lets `nobody` work.
const FOR_NOBODY: &str = "/var/tmp/parley-layer";
/// Only here: no network, and no programs of the project's that are fetched as binaries.
const LOCAL: &str = "MACHINE = \"raspberrypi5\"\nDISTRO = \"voice\"\nCONF_VERSION = \"2\"\nBB_NUMBER_THREADS = \"2\"\nBB_NUMBER_PARSE_THREADS = \"2\"\n\
                     CONNECTIVITY_CHECK_URIS = \"\"\nINHERIT_DISTRO:remove = \"uninative\"\nBB_NO_NETWORK = \"1\"\nPATCHRESOLVE = \"noop\"\n\
                     LICENSE_FLAGS_ACCEPTED = \"synaptics-killswitch\"\nBB_HASHSERVE_DB_DIR = \"${SSTATE_DIR}\"\n";

/// A build folder in which nothing is built.
pub struct Build {
    folder: PathBuf,
    bitbake: PathBuf,
    scripts: PathBuf,
    is_root: bool,
}

impl Build {
    /// Makes the folder and its configuration.
    pub fn prepare(checkout: &Checkout, layers: &Path) -> Result<Build> {
        let layers = layers.canonicalize().with_context(|| format!("cannot find {}", layers.display()))?;
        let missing: Vec<_> =
            PROGRAMS.iter().filter(|(program, _)| !is_on_path(program)).map(|(_, package)| *package).collect();
        ensure!(missing.is_empty(), "bitbake needs these packages: {}", missing.join(" "));
        let id = Command::new("id").arg("-u").output()?;
        let is_root = String::from_utf8_lossy(&id.stdout).trim() == "0";
        // Nobody else may look into the cache of root.
        let folder = if is_root { PathBuf::from(FOR_NOBODY) } else { places::cache()?.join("layer") };
        fs::create_dir_all(folder.join("conf"))?;
        fs::write(folder.join("conf/local.conf"), LOCAL)?;
        let paths = LAYERS.iter().map(|(repository, layer)| layers.join(repository).join(layer));
        let paths: Vec<_> = paths.chain([checkout.path("meta-voice")]).map(|path| path.display().to_string()).collect();
        let list = format!(
            "LCONF_VERSION = \"7\"\nBBPATH = \"${{TOPDIR}}\"\nBBFILES ?= \"\"\nBBLAYERS = \"{}\"\n",
            paths.join(" ")
        );
        fs::write(folder.join("conf/bblayers.conf"), list)?;
        if is_root {
            let owner = format!("{NOBODY}:{NOBODY}");
            let given = Command::new("chown").args(["-R", owner.as_str()]).arg(&folder).status()?;
            ensure!(given.success(), "cannot give {} to nobody", folder.display());
        }
        let (bitbake, scripts) = (layers.join("bitbake/bin"), layers.join("openembedded-core/scripts"));
        Ok(Build { folder, bitbake, scripts, is_root })
    }

    /// Runs bitbake; its warnings and errors become findings.
    pub fn complaints(&self, arguments: &[&str], rule: &'static str, findings: &mut Vec<Finding>) -> Result<()> {
        let (said, succeeded) = self.run(arguments)?;
        let mut complained = false;
        for line in said.lines().filter(|line| line.starts_with("WARNING: ") || line.starts_with("ERROR: ")) {
            complained = true;
            findings.push(Finding { rule, place: "meta-voice".to_owned(), problem: line.to_owned() });
        }
        if !succeeded && !complained {
            bail!("{rule} failed:\n{said}");
        }
        Ok(())
    }

    /// Runs bitbake and returns what it prints.
    pub fn output(&self, arguments: &[&str]) -> Result<String> {
        let (said, succeeded) = self.run(arguments)?;
        ensure!(succeeded, "bitbake {} failed:\n{said}", arguments.join(" "));
        Ok(said)
    }

    fn run(&self, arguments: &[&str]) -> Result<(String, bool)> {
        println!("→ bitbake {}", arguments.join(" "));
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{}:{path}", self.bitbake.display(), self.scripts.display());
        let mut command = Command::new("nice");
        command.args(["-n", "19"]);
        if self.is_root {
            command.arg("setpriv").args([
                format!("--reuid={NOBODY}"),
                format!("--regid={NOBODY}"),
                "--clear-groups".to_owned(),
            ]);
        }
        command.arg("bitbake").args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        command
            .env_clear()
            .env("PATH", path)
            .env("HOME", &self.folder)
            .env("BBPATH", &self.folder)
            .env("BUILDDIR", &self.folder);
        command.env("LC_ALL", "en_US.UTF-8").env("LANG", "en_US.UTF-8");
        // The layers belong to whoever checked them out.
        command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "safe.directory").env("GIT_CONFIG_VALUE_0", "*");
        let output = command.output().context("cannot start bitbake")?;
        let said = [output.stdout, output.stderr].concat();
        Ok((String::from_utf8_lossy(&said).into_owned(), output.status.success()))
    }
}

/// The value of a variable in what `bitbake -e` prints.
pub fn value(printed: &str, name: &str) -> Option<String> {
    let mut lines = printed.lines();
    let first = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix("=\""))?;
    let mut value = first.to_owned();
    while value.ends_with('\\') {
        value.pop();
        value = value + " " + lines.next()?.trim();
    }
    Some(value.trim_end_matches('"').to_owned())
}

/// Whether a program can be called.
pub fn is_on_path(program: &str) -> bool {
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_out_of_what_bitbake_prints() {
        let printed = "# NAME=\"no\"\nOTHERNAME=\"x\"\nNAME=\"one \\\n    two \\\n\"\nexport A=\"1\"\n";
        assert_eq!(value(printed, "NAME").map(|value| value.split_whitespace().count()), Some(2));
        assert_eq!(value(printed, "MISSING"), None);
    }
}
