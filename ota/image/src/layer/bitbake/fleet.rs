//! A fleet's client, which every image has: hawkBit's, switched on, runs with our drop-in where the owner's file names a server, may talk to RAUC, and
//! its configuration is the one of ota/.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::run::{Build, expect_value, value};
use super::whole;
use crate::layer::checkout::Checkout;
use crate::layer::report::Report;
use xtask::process;

const RECIPE: &str = "meta-voice/recipes-core/parley-fleet/parley-fleet_1.0.bb";
const CLIENT: &str = "rauc-hawkbit-updater";
const TEMPLATE: &str = "ota/hawkbit/config.conf";
/// The program that completes the configuration, which has to look for it where the recipe puts it.
const READER: &str = "appliance/setup/src/system.rs";
const RULE: &str = "the client of a fleet";

/// Asks bitbake, and installs what the recipe installs.
pub fn check(checkout: &Checkout, build: &Build, report: &mut Report) -> Result<String> {
    build.complaints(&["-g", "voice-image"], "bitbake -g", report)?;
    let recipes = whole::recipes(build)?;
    for name in ["parley-fleet", CLIENT] {
        if !recipes.contains(name) {
            report.find(RULE, RECIPE, format!("{name} is not in the image"));
        }
    }
    let client = Client::read(&build.output(&["-e", CLIENT])?)?;
    let (said, succeeded) = build.task(RECIPE, "unpack")?;
    ensure!(succeeded, "bitbake -c unpack failed:\n{said}");
    let recipe = build.environment(RECIPE)?;
    let installed = tempfile::tempdir()?;
    install(&recipe, installed.path())?;
    report.find_all(RULE, RECIPE, client.problems(checkout, installed.path())?);
    let units: Vec<_> = client.units.into_iter().collect();
    Ok(format!("{} recipes, {} switched on for {}", recipes.len(), units.join(" "), client.user))
}

#[derive(Debug)]
struct Client {
    units: BTreeSet<String>,
    is_switched_on: bool,
    user: String,
}

impl Client {
    fn read(printed: &str) -> Result<Self> {
        let of = |name: &str| value(printed, &format!("{name}:{CLIENT}")).or_else(|| value(printed, name));
        let units = of("SYSTEMD_SERVICE").context("the client's recipe has no unit")?;
        let user = of("USERADD_PARAM").context("the client's recipe makes no user")?;
        Ok(Self {
            units: units.split_whitespace().map(str::to_owned).collect(),
            is_switched_on: of("SYSTEMD_AUTO_ENABLE").is_some_and(|state| state == "enable"),
            user: user.split_whitespace().next_back().unwrap_or_default().to_owned(),
        })
    }

    /// What is wrong with the tree that goes into the image.
    fn problems(&self, checkout: &Checkout, tree: &Path) -> Result<Vec<String>> {
        let mut found = Vec::new();
        let mut expect = |holds: bool, problem: String| {
            if !holds {
                found.push(problem);
            }
        };
        expect(!self.units.is_empty(), format!("{CLIENT} has no unit"));
        expect(self.is_switched_on, format!("{CLIENT}'s units are not switched on"));
        let template = checkout.read(TEMPLATE)?;
        let files = Checkout::new(tree).files("")?;
        let place = files.iter().find(|(_, text)| **text == template).map(|(path, _)| format!("/{path}"));
        expect(place.is_some(), format!("{TEMPLATE} is nowhere as it is"));
        let reader = checkout.read(READER)?;
        let is_read = place.as_ref().is_none_or(|place| reader.contains(&format!("\"{place}\"")));
        expect(is_read, format!("{READER} does not read {place:?}"));
        let (mut drop_ins, mut may_ask) = (0, false);
        for (path, text) in &files {
            if let Some((unit, _)) = path.rsplit_once(".d/").filter(|(unit, _)| unit.contains("/systemd/")) {
                let unit = unit.rsplit('/').next().unwrap_or(unit);
                drop_ins += 1;
                expect(self.units.contains(unit), format!("{path} is for {unit}, which {CLIENT} does not have"));
                let line = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
                // Without the owner's word nothing runs, and what is looked at is what is given to it.
                let (condition, credential) = (line("ConditionPathExists="), line("LoadCredential="));
                let given = credential.and_then(|credential| credential.split_once(':')).map(|(_, file)| file);
                let same = condition.is_some() && condition == given;
                expect(same, format!("{path} waits for {condition:?}, and gives {given:?}"));
            }
            let policy = format!("<policy user=\"{}\">", self.user);
            may_ask |=
                path.contains("dbus-1/system.d/") && text.contains(&policy) && text.contains("\"de.pengutronix.rauc\"");
        }
        expect(drop_ins > 0, format!("no drop-in tells {CLIENT} where its configuration is"));
        expect(may_ask, format!("{} may not ask RAUC", self.user));
        Ok(found)
    }
}

/// Runs the recipe's own function in an empty tree.
fn install(recipe: &str, tree: &Path) -> Result<()> {
    let function = recipe.split_once("\ndo_install() {\n").and_then(|(_, rest)| rest.split_once("\n}\n"));
    let (body, _) = function.context("the recipe installs nothing")?;
    let body = body.replace(&expect_value(recipe, "D")?, &tree.display().to_string());
    process::run(Command::new("sh").args(["-eu", "-c", &body])).context("the recipe's function failed")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use xtask::places;

    const PRINTED: &str = "SYSTEMD_AUTO_ENABLE=\"enable\"\nSYSTEMD_SERVICE:rauc-hawkbit-updater=\"rauc-hawkbit-updater.service\"\n\
                           USERADD_PARAM:rauc-hawkbit-updater=\"--system --home-dir / rauc-hawkbit\"\n";
    const DROP_IN: &str = "usr/lib/systemd/system/rauc-hawkbit-updater.service.d/30-fleet.conf";

    /// The clone's own recipe, installed by hand.
    fn tree() -> tempfile::TempDir {
        let (tree, clone) = (tempfile::tempdir().expect("a folder"), places::workspace());
        let files = clone.join(RECIPE).parent().expect("the recipe's folder").join("files");
        let recipe = format!(
            "D=\"/image\"\n\ndo_install() {{\n    install -D -m 0644 {} /image/usr/share/parley/hawkbit.conf\n    install -D -m 0644 {} /image/{DROP_IN}\n    \
             install -D -m 0644 -t /image/etc/dbus-1/system.d {}\n}}\n",
            clone.join(TEMPLATE).display(),
            files.join("30-fleet.conf").display(),
            files.join("parley-fleet.conf").display(),
        );
        install(&recipe, tree.path()).expect("installed");
        tree
    }

    fn problems(printed: &str, tree: &Path) -> Vec<String> {
        let client = Client::read(printed).expect("a client");
        client.problems(&Checkout::new(&places::workspace()), tree).expect("looked at")
    }

    #[test]
    fn the_clones_own_files_have_no_problem() {
        assert!(problems(PRINTED, tree().path()).is_empty(), "{:?}", problems(PRINTED, tree().path()));
    }

    #[test]
    fn a_client_with_another_unit_another_user_or_switched_off_is_found() {
        let tree = tree();
        for (from, to, word) in [
            ("updater.service", "client.service", "does not have"),
            ("rauc-hawkbit\"", "hawkbit\"", "may not ask"),
            ("enable", "disable", "switched on"),
        ] {
            let found = problems(&PRINTED.replace(from, to), tree.path());
            assert!(found.len() == 1 && found[0].contains(word), "{found:?}");
        }
        assert!(Client::read("").is_err());
    }

    #[test]
    fn another_configuration_or_a_condition_on_another_file_is_found() {
        let tree = tree();
        let drop_in = tree.path().join(DROP_IN);
        let text = fs::read_to_string(&drop_in).expect("the drop-in");
        fs::write(&drop_in, text.replace("ConditionPathExists=/var", "ConditionPathExists=/etc")).expect("written");
        fs::write(tree.path().join("usr/share/parley/hawkbit.conf"), "[client]\n").expect("written");
        let found = problems(PRINTED, tree.path());
        assert!(found.len() == 2 && found[0].contains("nowhere") && found[1].contains("waits for"), "{found:?}");
    }
}
