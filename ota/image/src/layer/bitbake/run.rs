//! Running bitbake in a folder outside of the clone, on a copy of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::{LAYERS, clone};
use crate::layer::checkout::Checkout;
use crate::layer::report::Report;
use xtask::{places, system};

/// What bitbake needs of the host, with Debian's package where that has another name.
const PROGRAMS: &str = "chrpath diffstat gawk cpio makeinfo:texinfo socat lz4c:lz4 unzip zstd";
/// Debian's `nobody` and its group.
const NOBODY: &str = "65534";
/// Where root lets `nobody` work.
const FOR_NOBODY: &str = "/var/tmp/parley-layer";
/// Only here: no programs of the project's that are fetched as binaries, sources out of a folder, unzip from the host, since single recipes are run
/// without what they depend on, and a time, since the copy of the clone has no history.
const LOCAL: &str = "CONF_VERSION = \"2\"\nBB_NUMBER_THREADS = \"2\"\nBB_NUMBER_PARSE_THREADS = \"2\"\nCONNECTIVITY_CHECK_URIS = \"\"\n\
                     INHERIT_DISTRO:remove = \"uninative\"\nPATCHRESOLVE = \"noop\"\nLICENSE_FLAGS_ACCEPTED = \"synaptics-killswitch\"\n\
                     BB_HASHSERVE_DB_DIR = \"${SSTATE_DIR}\"\nHOSTTOOLS += \"unzip\"\nINHERIT += \"own-mirrors\"\n\
                     PARLEY_TIME = \"1767225600\"\n";
/// What bitbake says when its server has not answered for a minute, or has not come up.
const NO_ANSWER: &[&str] =
    &["while waiting for a reply from the bitbake server", "Unable to connect to bitbake server"];
const ATTEMPTS: usize = 10;
const OURS: &str = "MACHINE = \"raspberrypi5\"\nDISTRO = \"voice\"\n";

/// Whether the host has the one locale that bitbake runs in.
fn has_locale() -> Result<bool> {
    let listed = Command::new("locale").arg("-a").output().context("cannot run `locale`")?;
    Ok(String::from_utf8_lossy(&listed.stdout).lines().any(|name| name.eq_ignore_ascii_case("en_US.utf8")))
}

/// A build folder in which no image is built.
pub struct Build {
    /// Where bitbake works.
    pub folder: PathBuf,
    layers: PathBuf,
    is_root: bool,
    local: String,
}

impl Build {
    /// Makes the folder, its configuration and the copy of the clone.
    pub fn prepare(checkout: &Checkout, layers: &Path, network: bool) -> Result<Self> {
        let programs = PROGRAMS.split(' ').map(|program| program.split_once(':').unwrap_or((program, program)));
        let missing = programs.filter(|(program, _)| !system::is_on_path(program)).map(|(_, package)| package);
        let missing: Vec<_> = missing.collect();
        ensure!(missing.is_empty(), "bitbake needs these packages: apt-get install {}", missing.join(" "));
        ensure!(
            has_locale()?,
            "bitbake needs the locale en_US.UTF-8: apt-get install locales; echo en_US.UTF-8 UTF-8 >> /etc/locale.gen; locale-gen"
        );
        let is_root = system::is_root();
        // Nobody else may look into the cache of root.
        let folder = if is_root { PathBuf::from(FOR_NOBODY) } else { places::cache()?.join("layer") };
        fs::create_dir_all(folder.join("mirror"))?;
        let local = format!(
            "{LOCAL}SOURCE_MIRROR_URL = \"file://{}\"\nBB_NO_NETWORK = \"{}\"\n",
            folder.join("mirror").display(),
            if network { "0" } else { "1" },
        );
        let build = Self { folder, layers: layers.to_owned(), is_root, local };
        clone::copy(&checkout.path(""), &build.source()).context("cannot copy the clone")?;
        build.give(&build.source())?;
        build.configure("")?;
        Ok(build)
    }

    pub fn source(&self) -> PathBuf {
        self.folder.join("clone")
    }

    pub fn below(&self) -> Vec<PathBuf> {
        LAYERS.iter().map(|(repository, layer)| self.layers.join(repository).join(layer)).collect()
    }

    /// The folders of all layers, ours last.
    pub fn layers(&self) -> Vec<PathBuf> {
        self.below().into_iter().chain([self.source().join("meta-voice")]).collect()
    }

    /// The folder of a repository of others, or the copy of the clone.
    pub fn repository(&self, name: Option<&str>) -> PathBuf {
        name.map_or_else(|| self.source(), |name| self.layers.join(name))
    }

    /// Writes the configuration, with further lines behind it.
    pub fn configure(&self, further: &str) -> Result<()> {
        self.configure_folder(&self.folder, &self.layers(), &format!("{OURS}{further}"))
    }

    pub fn configure_folder(&self, folder: &Path, layers: &[PathBuf], further: &str) -> Result<()> {
        let conf = folder.join("conf");
        fs::create_dir_all(&conf)?;
        let layers: Vec<_> = layers.iter().map(|path| path.display().to_string()).collect();
        let list = format!(
            "LCONF_VERSION = \"7\"\nBBPATH = \"${{TOPDIR}}\"\nBBFILES ?= \"\"\nBBLAYERS = \"{}\"\n",
            layers.join(" ")
        );
        for (name, text) in [("bblayers.conf", list), ("local.conf", format!("{}{further}", self.local))] {
            // Unchanged files stay as old as they are.
            if fs::read_to_string(conf.join(name)).ok().as_deref() != Some(text.as_str()) {
                fs::write(conf.join(name), text)?;
            }
        }
        self.give(&conf)?;
        if self.is_root {
            ensure!(Command::new("chown").arg(NOBODY).arg(folder).status()?.success(), "cannot give away a folder");
        }
        Ok(())
    }

    /// Gives a tree to whom bitbake runs as.
    pub fn give(&self, tree: &Path) -> Result<()> {
        if self.is_root {
            let owner = format!("{NOBODY}:{NOBODY}");
            let given = Command::new("chown").args(["-R", owner.as_str()]).arg(tree).status()?;
            ensure!(given.success(), "cannot give {} to nobody", tree.display());
        }
        Ok(())
    }

    /// Runs bitbake; its warnings and errors become findings. What it prints.
    pub fn complaints(&self, arguments: &[&str], rule: &'static str, report: &mut Report) -> Result<String> {
        let (said, succeeded) = self.run(arguments)?;
        judge(&said, succeeded, rule, "meta-voice", report);
        Ok(said)
    }

    /// What bitbake knows of a recipe (by its path in the clone), for [`value`].
    pub fn environment(&self, recipe: &str) -> Result<String> {
        self.output(&["-e", "-b", &self.source().join(recipe).display().to_string()])
    }

    pub fn output(&self, arguments: &[&str]) -> Result<String> {
        let (said, succeeded) = self.run(arguments)?;
        ensure!(succeeded, "bitbake {} failed:\n{}", arguments.join(" "), complaints(&said).join("\n"));
        Ok(said)
    }

    /// Runs one task of a recipe, by its path in the clone, without what it depends on: what it prints, and whether it succeeded.
    pub fn task(&self, recipe: &str, task: &str) -> Result<(String, bool)> {
        self.run(&["-b", &self.source().join(recipe).display().to_string(), "-c", task])
    }

    /// Runs bitbake: what it prints, and whether it succeeded. Once more, where it gave up on its own server: nothing has been done then.
    pub fn run(&self, arguments: &[&str]) -> Result<(String, bool)> {
        for _ in 1..ATTEMPTS {
            let (said, succeeded) = self.program("bitbake", arguments, &self.folder)?;
            if succeeded || !NO_ANSWER.iter().any(|words| said.contains(words)) {
                return Ok((said, succeeded));
            }
            println!("     no answer from bitbake's server, as on a busy machine: once more");
        }
        self.program("bitbake", arguments, &self.folder)
    }

    /// Runs one of bitbake's or openembedded-core's programs in a build folder.
    pub fn program(&self, program: &str, arguments: &[&str], folder: &Path) -> Result<(String, bool)> {
        println!("   → {program} {}", arguments.join(" "));
        let path = std::env::var("PATH").unwrap_or_default();
        let (bitbake, scripts) = (self.layers.join("bitbake/bin"), self.layers.join("openembedded-core/scripts"));
        let path = format!("{}:{}:{path}", bitbake.display(), scripts.display());
        let mut command = Command::new("nice");
        command.args(["-n", "19"]);
        if self.is_root {
            command.args(["setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]);
        }
        command.arg(program).args(arguments).current_dir(folder).stdin(Stdio::null());
        command.env_clear().env("PATH", path).env("HOME", folder).env("BBPATH", folder).env("BUILDDIR", folder);
        command.env("LC_ALL", "en_US.UTF-8").env("LANG", "en_US.UTF-8");
        // The layers belong to whoever checked them out.
        command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "safe.directory").env("GIT_CONFIG_VALUE_0", "*");
        let output = command.output().with_context(|| format!("cannot start {program}"))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((String::from_utf8_lossy(&said).into_owned(), output.status.success()))
    }
}

/// Warnings and errors become findings; so does a failure that says nothing.
pub fn judge(said: &str, succeeded: bool, rule: &'static str, place: &str, report: &mut Report) {
    let complaints = complaints(said);
    if !succeeded && complaints.is_empty() {
        report.find(rule, place, format!("bitbake failed:\n{said}"));
    }
    report.find_all(rule, place, complaints);
}

/// Warnings and errors in what bitbake prints. That a single recipe is run without its dependencies is meant.
fn complaints(said: &str) -> Vec<String> {
    let complaint = |line: &&str| line.starts_with("WARNING: ") || line.starts_with("ERROR: ");
    let meant = |line: &&str| line.starts_with("WARNING: Buildfile specified");
    said.lines().filter(complaint).filter(|line| !meant(line)).map(str::to_owned).collect()
}

/// The last line that begins so, which is how bitbake sums up.
pub fn summary(said: &str, start: &str) -> String {
    said.lines().rev().find_map(|line| line.strip_prefix(start)).unwrap_or_default().trim().to_owned()
}

/// The value of a variable in what `bitbake -e` prints.
pub fn value(printed: &str, name: &str) -> Option<String> {
    let mut lines = printed.lines().map(|line| line.strip_prefix("export ").unwrap_or(line));
    let first = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix("=\""))?;
    let mut value = first.to_owned();
    while value.ends_with('\\') {
        value.pop();
        value = value + " " + lines.next()?.trim();
    }
    Some(value.trim_end_matches('"').to_owned())
}

/// As [`value`], where there has to be one.
pub fn expect_value(printed: &str, name: &str) -> Result<String> {
    value(printed, name).with_context(|| format!("bitbake knows no {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_out_of_what_bitbake_prints() {
        let printed = "# NAME=\"no\"\nOTHERNAME=\"x\"\nNAME=\"one \\\n    two \\\n\"\nexport A=\"1\"\n";
        assert_eq!(value(printed, "NAME").map(|value| value.split_whitespace().count()), Some(2));
        assert_eq!(value(printed, "A").as_deref(), Some("1"));
        assert_eq!(value(printed, "MISSING"), None);
    }

    #[test]
    fn complaints_are_all_but_the_one_that_is_meant() {
        let said =
            "WARNING: Buildfile specified, dependencies will not be handled.\nNOTE: fine\nWARNING: x\nERROR: y\n";
        assert_eq!(complaints(said), ["WARNING: x", "ERROR: y"]);
    }
}
