//! Units and users.

use std::collections::BTreeSet;

use anyhow::Result;

use super::names::has_word;
use super::{Findings, Layer, lines};

/// The keys of a unit whose values are units.
const NAME_UNITS: &str = "After Before BindsTo Conflicts OnFailure PartOf Requires Requisite Upholds Wants Unit";

/// Units that are switched on, or that others name, exist.
pub fn units(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let mut files = layer.checkout.files("rootfs-overlay")?;
    files.extend(layer.checkout.files("meta-voice")?);
    let is_unit = |path: &str| {
        [".service", ".timer", ".mount", ".socket", ".target", ".path"].iter().any(|ending| path.ends_with(ending))
    };
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let units: BTreeSet<String> = files.keys().filter(|path| is_unit(path)).map(|path| name(path)).collect();
    let is_link = |path: &str| path.contains(".wants/") || path.contains(".requires/");
    let linked: BTreeSet<String> = files.keys().filter(|path| is_link(path)).map(|path| name(path)).collect();
    for (path, metadata) in &layer.metadata {
        for services in metadata.of("SYSTEMD_SERVICE").filter(|services| !services.value.contains("${@")) {
            for service in services.words() {
                let template = service.split_once('@').zip(service.rsplit_once('.'));
                let template = template.map(|((before, _), (_, kind))| format!("{before}@.{kind}"));
                let exists = units.contains(service) || template.is_some_and(|template| units.contains(&template));
                findings.expect(exists, &services.place, format!("there is no unit {service}"));
                if !layer.whole(path).includes("systemd") {
                    findings.add(&services.place, "SYSTEMD_SERVICE without `inherit systemd` switches nothing on");
                }
            }
        }
    }
    let switched_on: BTreeSet<&str> =
        layer.assignments().filter(|a| a.base() == "SYSTEMD_SERVICE").flat_map(|a| a.words()).collect();
    let overlay = layer.assignments().any(|a| a.base() == "SYSTEMD_SERVICE" && a.value.contains("parley_units"));
    for (path, text) in files.iter().filter(|(path, _)| is_unit(path) && !path.contains(".d/")) {
        let unit = name(path);
        if text.contains("\n[Install]") && !unit.contains('@') {
            let on = switched_on.contains(unit.as_str())
                || linked.contains(&unit)
                || overlay && path.starts_with("rootfs-overlay/");
            findings.expect(on, path, "has an [Install] section, and nothing switches it on");
        }
        for (place, line) in lines(path, text) {
            let Some((key, value)) = line.split_once('=') else { continue };
            let names_units = has_word(NAME_UNITS, key);
            for word in value.split_whitespace().filter(|word| names_units && word.starts_with("parley")) {
                findings.expect(units.contains(word), &place, format!("there is no unit {word}"));
            }
        }
    }
    Ok(())
}

/// Users of units and of sysusers.d are made while the image is built, with numbers that never change.
pub fn users(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    let mut made: Vec<(String, String)> = Vec::new();
    for assignment in layer.assignments().filter(|a| a.base() == "USERADD_PARAM") {
        for user in assignment.value.split(';').map(str::trim).filter(|user| !user.is_empty()) {
            let words: Vec<_> = user.split_whitespace().collect();
            let option =
                |name: &str| words.iter().position(|word| *word == name).and_then(|at| words.get(at + 1)).copied();
            let name = words.last().copied().unwrap_or_default();
            let problem = format!("{name} has no fixed number: files on the data partition would change their owner");
            findings.expect(option("--uid").is_some(), &assignment.place, problem);
            made.push((name.to_owned(), option("--home-dir").unwrap_or("-").to_owned()));
        }
    }
    let groups: Vec<(String, bool)> = layer
        .assignments()
        .filter(|assignment| assignment.base() == "GROUPADD_PARAM")
        .flat_map(|assignment| assignment.value.split(';').map(str::to_owned).collect::<Vec<_>>())
        .map(|group| (group.split_whitespace().last().unwrap_or_default().to_owned(), has_word(&group, "--gid")))
        .collect();
    let files = layer.checkout.files("rootfs-overlay")?;
    for (path, text) in files.iter().filter(|(path, _)| path.contains("sysusers.d")) {
        for name in text.lines().filter(|line| line.starts_with('g')).filter_map(|line| line.split_whitespace().nth(1))
        {
            let fixed = groups.iter().any(|(group, fixed)| group == name && *fixed);
            findings.expect(fixed, path, format!("no recipe makes the group {name} with a fixed number"));
        }
        for line in text.lines().filter(|line| line.starts_with('u')) {
            let fields: Vec<_> = line.split('"').next().unwrap_or(line).split_whitespace().collect();
            let Some(name) = fields.get(1) else { continue };
            let home = line.rsplit('"').next().unwrap_or_default().split_whitespace().next().unwrap_or("-");
            match made.iter().find(|(user, _)| user == name) {
                None => findings.add(path, format!("no recipe makes the user {name}")),
                Some((_, made)) if home != "-" && made != home => {
                    findings.add(path, format!("{name} lives in {home} here, and in {made} in the recipe"));
                }
                Some(_) => {}
            }
        }
    }
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".service")) {
        for user in text.lines().filter_map(|line| line.strip_prefix("User=")) {
            if user != "root" && !made.iter().any(|(made, _)| made == user) {
                findings.add(path, format!("no recipe makes the user {user}"));
            }
        }
    }
    Ok(())
}
