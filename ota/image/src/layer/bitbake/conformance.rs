//! The Yocto Project's own check of layers, in a build folder of its own: it adds and removes layers.

use anyhow::{Result, ensure};

use super::run::Build;
use crate::layer::report::Report;

pub fn check(build: &Build, report: &mut Report) -> Result<String> {
    let folder = build.folder.join("conformance");
    // Without our distro: what the layer changes where nobody asked for it is what is looked for.
    build.configure_folder(&folder, &build.below()[..1], "MACHINE = \"qemuarm64\"\n")?;
    let layer = build.source().join("meta-voice").display().to_string();
    let below: Vec<_> = build.below().iter().map(|path| path.display().to_string()).collect();
    let mut arguments = vec!["--no-auto-dependency", "--machines", "raspberrypi5", "--dependency"];
    arguments.extend(below.iter().map(String::as_str));
    arguments.extend(["--", &layer]);
    let (said, succeeded) = build.program("yocto-check-layer", &arguments, &folder)?;
    let (cases, before) = (cases(&said), report.findings.len());
    ensure!(!cases.is_empty(), "yocto-check-layer came to no result:\n{said}");
    for (case, result) in cases.iter().filter(|(_, result)| *result != "ok") {
        report.find("yocto-check-layer", "meta-voice", format!("{case}: {result}"));
    }
    let why = |line: &&str| line.starts_with("ERROR: ") || line.contains("AssertionError");
    for line in said.lines().filter(why) {
        report.find("yocto-check-layer", "meta-voice", line);
    }
    ensure!(has_passed(&said, succeeded) || report.findings.len() > before, "yocto-check-layer failed:\n{said}");
    Ok(format!("{} cases passed", cases.iter().filter(|(_, result)| *result == "ok").count()))
}

/// Its cases, each with what came out; those that are for other kinds of layers have no name.
fn cases(said: &str) -> Vec<(&str, &str)> {
    let (mut found, mut name) = (Vec::new(), None);
    for line in said.lines().filter_map(|line| line.strip_prefix("INFO: ")) {
        if let Some(result) = line.strip_prefix(" ... ") {
            found.extend(name.take().map(|name| (name, result)));
        } else if line.starts_with("test_") {
            name = line.split_whitespace().next();
        }
    }
    found
}

/// Its last word about the layer.
fn has_passed(said: &str, succeeded: bool) -> bool {
    succeeded && said.lines().any(|line| line == "INFO: meta-voice ... PASS")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "INFO: setUpClass (bsp.BSPCheckLayer)\nINFO:  ... skipped \"Layer meta-voice isn't BSP one.\"\n\
                        INFO: test_parse (common.CommonCheckLayer.test_parse)\nINFO:  ... ok\n\
                        INFO: test_signatures (common.CommonCheckLayer.test_signatures)\nINFO:  ... ok\n\
                        INFO: meta-voice ... PASS\n";

    #[test]
    fn every_case_is_read_with_its_result() {
        assert_eq!(cases(SAID), [("test_parse", "ok"), ("test_signatures", "ok")]);
        assert!(has_passed(SAID, true) && !has_passed(SAID, false));
        let failed = SAID.replace("... ok\nINFO: meta-voice ... PASS", "... FAIL\nINFO: meta-voice ... FAIL");
        assert_eq!(cases(&failed)[1], ("test_signatures", "FAIL"));
        assert!(!has_passed(&failed, true));
        assert!(cases("ERROR: no layer").is_empty());
    }
}
