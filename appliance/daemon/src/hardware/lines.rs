//! Lines of a chip, by gpio-cdev.

use gpio_cdev::{Chip, Line};

/// The chip with this label; its number may be another one with another kernel.
///
/// # Errors
/// There is none, or it may not be opened: in words.
pub fn chip_of(label: &str) -> Result<Chip, String> {
    let chips = gpio_cdev::chips().map_err(|error| format!("no chip with lines can be looked at: {error}"))?;
    let mut refused = None;
    for chip in chips {
        match chip {
            Ok(chip) if chip.label() == label => return Ok(chip),
            Ok(_) => {}
            Err(error) => refused = Some(error),
        }
    }
    Err(match refused {
        Some(error) => format!("no chip called {label} may be opened: {error}"),
        None => format!("there is no chip called {label}"),
    })
}

/// A line of a chip that nobody has.
///
/// # Errors
/// There is none, or somebody has it: in words.
pub(super) fn free_line(chip: &mut Chip, line: u8) -> Result<Line, String> {
    let found = chip.get_line(line.into());
    let found = found.and_then(|line| line.info().map(|info| (line, info)));
    let (found, info) = found.map_err(|error| format!("line {line} of {} cannot be used: {error}", chip.label()))?;
    // `is_used` of the library is true of every line that was ever switched: it stays an output when it is let go.
    if info.is_kernel() {
        return Err(format!("line {line} is in use by {}", info.consumer().unwrap_or("the kernel")));
    }
    Ok(found)
}
