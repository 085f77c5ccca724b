//! The page to print that lies beside a release: the steps of docs/FLASHING.md, and nothing that is said twice.

use anyhow::Result;
use parley_device::flashing;
use pulldown_cmark::{Options, Parser, html};

/// One sheet of paper, black on white, with boxes to tick.
const STYLE: &str = "\
body { font: 11pt/1.4 sans-serif; max-width: 42em; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.5em; margin: 0 0 .5em }
li { margin: .45em 0; break-inside: avoid }
pre { border: 1px solid; padding: .5em .8em; margin: .4em 0 }
code { font-family: monospace; font-size: .95em }
@page { size: A4; margin: 14mm }
@media print { body { margin: 0; padding: 0; max-width: none; font-size: 10pt } a { color: inherit; text-decoration: none } }
";

/// The page as HTML, for a release of that version.
pub fn html(page: &str, version: &str) -> Result<String> {
    let title = page.lines().next().unwrap_or_default().trim_start_matches("# ");
    let text = flashing::instructions(page)?.replace("VERSION", version);
    // What stands further down on the page is not on the sheet.
    let text = text.lines().filter(|line| !line.contains("](#")).fold(String::new(), |text, line| text + line + "\n");
    let mut body = String::new();
    html::push_html(&mut body, Parser::new_ext(&text, Options::empty()));
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Parley {version}: {title}</title>\n\
         <style>\n{STYLE}</style>\n<h1>{title}</h1>\n{body}</html>\n"
    ))
}

#[cfg(test)]
mod tests {
    use parley_device::cases::SCENARIOS;
    use parley_device::layout::Layout;
    use xtask::places;

    use super::*;
    use crate::layer::checkout::Checkout;

    #[test]
    fn the_sheet_says_every_step_of_the_page_and_fits_one_side() {
        let sheet = html(flashing::PAGE, "1.2.3").unwrap();
        let steps = flashing::steps(flashing::PAGE).unwrap();
        assert_eq!(sheet.matches("<li>").count(), steps.len());
        for step in &steps {
            assert!(sheet.contains(&format!("<strong>{}", step.title)), "{}", step.title);
        }
        for line in flashing::owners_file(flashing::PAGE).unwrap().lines() {
            assert!(sheet.contains(&line.replace('"', "&quot;")) || sheet.contains(line), "{line}");
        }
        assert!(sheet.contains("parley-1.2.3.wic.xz") && !sheet.contains("VERSION"));
        assert!(sheet.contains("@media print") && !sheet.contains("href=\"#"));
        // Of A4 at 10 points: 60 lines of about 100 letters.
        let letters: usize =
            flashing::instructions(flashing::PAGE).unwrap().lines().map(|line| line.len().div_ceil(100).max(1)).sum();
        assert!(letters <= 56, "{letters} lines");
    }

    /// A name in a step is a name of the product's: of a file of a release, of the drive, of a file on it, or of a line on the console.
    #[test]
    fn every_name_on_the_page_is_one_of_the_products() {
        let checkout = Checkout::new(&places::workspace());
        let layout = Layout::parse(&checkout.read("ota/layout.toml").unwrap()).unwrap();
        let sources: String = [
            "meta-voice/recipes-bsp/parley-autoboot/parley-autoboot_1.0.bb",
            "appliance/setup/src/lib.rs",
            "appliance/setup/src/system.rs",
            "ota/initramfs/init",
            "docs/CONFIGURATION.md",
            "docs/UPDATES.md",
        ]
        .iter()
        .map(|file| checkout.read(file).unwrap())
        .collect();
        let release: Vec<String> = crate::release::files("VERSION").into_iter().map(|(file, ..)| file).collect();
        let is_scenario = |name: &str| {
            let scenario = name.strip_prefix("cargo xtask device test ");
            scenario.is_some_and(|scenario| SCENARIOS.iter().any(|known| known.name == scenario))
        };
        let known = |name: &str| {
            is_scenario(name)
                || release.iter().any(|file| file == name)
                || layout.autoboot.file == name
                || layout.partitions.iter().any(|partition| partition.filesystem_label.as_deref() == Some(name))
                || sources.contains(&format!("\"{name}\""))
                || sources.contains(&format!(" {name} "))
                || sources.contains(&format!(" {name}\n"))
                || name.contains(' ') && sources.contains(name)
                || sources.contains(&format!("`{name}`"))
        };
        let (before, _) = flashing::PAGE.split_once("\n## The board's own firmware").unwrap();
        let (_, after) = flashing::PAGE.split_once("\n## If it says nothing").unwrap();
        let (after, _) = after.split_once("\n## Later").unwrap();
        // Without the owner's file, which the crate that reads it tries.
        let text = before.split("```").step_by(2).collect::<String>() + after;
        let names: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|name| !name.starts_with("kas/")).collect();
        assert!(names.len() > 8, "{names:?}");
        for name in names {
            assert!(known(name), "the page says `{name}`, which the product does not have");
        }
    }
}
