//! The Yocto Project's own check of layers, in a build folder of its own: it adds and removes layers.

use anyhow::{Result, ensure};

use super::run::Build;
use crate::layer::report::Report;

/// Runs it.
pub fn check(build: &Build, report: &mut Report) -> Result<String> {
    let folder = build.aside("conformance");
    // Without our distro: what the layer changes where nobody asked for it is what is looked for.
    build.configure_folder(&folder, &build.below()[..1], "MACHINE = \"qemuarm64\"\n")?;
    let layer = build.source().join("meta-voice").display().to_string();
    let below: Vec<_> = build.below().iter().map(|path| path.display().to_string()).collect();
    let mut arguments = vec!["--no-auto-dependency", "--machines", "raspberrypi5", "--dependency"];
    arguments.extend(below.iter().map(String::as_str));
    arguments.extend(["--", &layer]);
    let (said, succeeded) = build.program("yocto-check-layer", &arguments, &folder)?;
    let results: Vec<_> =
        said.lines().filter_map(|line| line.split_once("RESULTS - ")).map(|(_, result)| result).collect();
    ensure!(!results.is_empty(), "yocto-check-layer came to no result:\n{said}");
    for result in results.iter().filter(|result| result.contains("FAILED") || result.contains("ERROR")) {
        report.find("yocto-check-layer", "meta-voice", *result);
    }
    let failed = |line: &&str| line.starts_with("ERROR: ") || line.starts_with("AssertionError");
    if !succeeded {
        for line in said.lines().filter(failed) {
            report.find("yocto-check-layer", "meta-voice", line);
        }
        ensure!(!report.findings.is_empty(), "yocto-check-layer failed:\n{said}");
    }
    let passed = results.iter().filter(|result| result.contains("PASSED")).count();
    Ok(format!("{passed} of {} cases passed", results.len()))
}
