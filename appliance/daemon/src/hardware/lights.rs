//! The thread that makes lights light.

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use gpio_cdev::{LineHandle, LineRequestFlags, MultiLineHandle};
use parley_board::{
    Colour, Lights, Pattern, PlainLight, Polarity, Showing, StripKind, StripWires, WS2812_HZ, apa102, ws2812,
};
use spidev::{SpiModeFlags, Spidev, SpidevOptions};

use super::AGAIN;
use super::lines::{chip_of, free_line};

/// APA102 take up to 30 MHz; less is kinder to long wires.
const APA102_HZ: u32 = 4_000_000;
/// How often what does not move is shown again: a light that has lost its power for a moment is dark.
const REPEAT: Duration = Duration::from_secs(5);

/// What is to be shown.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Wanted {
    /// The least important first.
    pub(super) showings: Vec<Showing>,
    /// 0..1.
    pub(super) brightness: f32,
}

/// Shows what is wanted; dark once it is dropped.
pub(super) struct LightsThread {
    wanted: Wishes,
    thread: Option<JoinHandle<()>>,
}

/// Tells the thread what to show; `None` ends it.
pub(super) type Wishes = Sender<Option<Wanted>>;

impl LightsThread {
    pub(super) fn start(chip: String, lights: Lights) -> io::Result<Self> {
        let (wanted, changes) = mpsc::channel();
        let run = move || show(&changes, || Output::open(&chip, &lights));
        let thread = thread::Builder::new().name("lights".into()).spawn(run)?;
        Ok(Self { wanted, thread: Some(thread) })
    }

    pub(super) fn wanted(&self) -> Wishes {
        self.wanted.clone()
    }
}

impl Drop for LightsThread {
    fn drop(&mut self) {
        // Errors: it has ended already, with a panic that was told when it happened.
        let _ = self.wanted.send(None);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Until nobody wants anything any more; what cannot be opened is tried again.
fn show(changes: &Receiver<Option<Wanted>>, open: impl Fn() -> Result<Output, String>) {
    let (mut output, mut tried, mut said) = (None, None::<Instant>, String::new());
    let (mut wanted, mut since) = (Wanted::default(), Instant::now());
    loop {
        if output.is_none() && tried.is_none_or(|tried| tried.elapsed() >= AGAIN) {
            tried = Some(Instant::now());
            match open() {
                Ok(opened) => output = Some(opened),
                Err(problem) => tell_once(&mut said, problem),
            }
        }
        if let Some(lights) = &mut output
            && let Err(problem) = lights.show(&wanted, since.elapsed())
        {
            tell_once(&mut said, problem);
            output = None;
        }
        let pattern = wanted.showings.last().map(|showing| Pattern::of(*showing));
        let next = pattern.and_then(|pattern| pattern.changes_every()).unwrap_or(REPEAT).min(AGAIN);
        match changes.recv_timeout(next) {
            Ok(Some(new)) => {
                // What blinks blinks on while something else changes.
                if new.showings.last() != wanted.showings.last() {
                    since = Instant::now();
                }
                wanted = new;
            }
            Ok(None) | Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
    if let Some(mut lights) = output {
        // Best effort: nobody is left to tell.
        let _ = lights.show(&Wanted::default(), Duration::ZERO);
    }
}

fn tell_once(said: &mut String, problem: String) {
    if *said != problem {
        tracing::warn!("lights: {problem}");
        *said = problem;
    }
}

/// Lights that are open.
enum Output {
    Chain(Chain<Wires>),
    Plain(Vec<(PlainLight, LineHandle)>),
}

/// A chain of lights, and where its bytes go.
struct Chain<W> {
    kind: StripKind,
    lights: usize,
    wires: W,
}

enum Wires {
    Spi(Spidev),
    /// Clock and data.
    Lines(MultiLineHandle),
}

impl Output {
    fn open(chip: &str, lights: &Lights) -> Result<Self, String> {
        if let Lights::Plain { lights } = lights {
            let mut chip = chip_of(chip)?;
            let opened = lights.iter().map(|light| {
                let off = u8::from(light.on == Polarity::Low);
                let line = free_line(&mut chip, light.line)?.request(LineRequestFlags::OUTPUT, off, "parley");
                let line = line.map_err(|error| format!("line {} cannot be switched: {error}", light.line))?;
                Ok((light.clone(), line))
            });
            return opened.collect::<Result<_, String>>().map(Self::Plain);
        }
        let (kind, lights, wires) = lights.strip().ok_or("the board's file names no lights")?;
        let wires = match wires {
            StripWires::Spi(bus) => Wires::Spi(open_spi(bus, kind)?),
            StripWires::Lines { clock, data } => {
                let mut chip = chip_of(chip)?;
                for line in [clock, data] {
                    free_line(&mut chip, line)?;
                }
                let lines = chip.get_lines(&[clock.into(), data.into()]);
                let lines = lines.and_then(|lines| lines.request(LineRequestFlags::OUTPUT, &[0, 0], "parley"));
                Wires::Lines(lines.map_err(|error| format!("lines {clock} and {data} cannot be switched: {error}"))?)
            }
        };
        Ok(Self::Chain(Chain { kind, lights, wires }))
    }

    fn show(&mut self, wanted: &Wanted, after: Duration) -> Result<(), String> {
        match self {
            Self::Chain(chain) => chain.show(wanted, after).map_err(|error| format!("they cannot be reached: {error}")),
            Self::Plain(lights) => lights.iter().try_for_each(|(light, line)| {
                let high = is_on(light, wanted, after) == (light.on == Polarity::High);
                let set = line.set_value(u8::from(high));
                set.map_err(|error| format!("line {} cannot be switched: {error}", light.line))
            }),
        }
    }
}

/// A light shows the most important of what it has to tell.
fn is_on(light: &PlainLight, wanted: &Wanted, after: Duration) -> bool {
    let shown = wanted.showings.iter().rev().find(|showing| light.shows.contains(showing));
    shown.is_some_and(|showing| Pattern::of(*showing).is_on(after)) && wanted.brightness > 0.0
}

impl<W: Write> Chain<W> {
    fn show(&mut self, wanted: &Wanted, after: Duration) -> io::Result<()> {
        let colours = match wanted.showings.last() {
            Some(showing) => Pattern::of(*showing).colours(after, self.lights, wanted.brightness),
            None => vec![Colour::default(); self.lights],
        };
        let bytes = match self.kind {
            StripKind::Apa102 => apa102(&colours),
            StripKind::Ws2812 => ws2812(&colours),
        };
        // In one piece: a pause between two bytes is a reset for WS2812.
        match self.wires.write(&bytes)? {
            written if written == bytes.len() => Ok(()),
            _ => Err(io::ErrorKind::WriteZero.into()),
        }
    }
}

fn open_spi(bus: &str, kind: StripKind) -> Result<Spidev, String> {
    let hz = match kind {
        StripKind::Apa102 => APA102_HZ,
        StripKind::Ws2812 => WS2812_HZ,
    };
    let path = format!("/dev/spidev{bus}");
    let options = SpidevOptions::new().max_speed_hz(hz).mode(SpiModeFlags::SPI_MODE_0).build();
    let opened = Spidev::open(&path).and_then(|mut spi| spi.configure(&options).map(|()| spi));
    opened.map_err(|error| format!("{path} cannot be used: {error}"))
}

impl Write for Wires {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Spi(spi) => spi.write(bytes),
            Self::Lines(lines) => {
                for bit in bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte >> (7 - bit) & 1)) {
                    // The chip reads its data when the clock rises.
                    for clock in [0, 1] {
                        lines.set_values(&[clock, bit]).map_err(io::Error::other)?;
                    }
                }
                lines.set_values(&[0, 0]).map_err(io::Error::other)?;
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes what a bus would, a message at a time.
    #[derive(Default)]
    struct Recorder(Vec<Vec<u8>>);

    impl Write for Recorder {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_owned());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn wanted(showings: &[Showing]) -> Wanted {
        Wanted { showings: showings.to_vec(), brightness: 1.0 }
    }

    #[test]
    fn a_chain_gets_the_most_important_in_one_message_and_is_dark_where_nothing_is() {
        let mut chain = Chain { kind: StripKind::Apa102, lights: 2, wires: Recorder::default() };
        chain.show(&wanted(&[Showing::Muted, Showing::Error]), Duration::ZERO).expect("a recorder");
        chain.show(&wanted(&[]), Duration::ZERO).expect("a recorder");
        let red = [0xff, 0, 0, 0xff];
        let dark = [0xff, 0, 0, 0];
        let message = |light: [u8; 4]| [&[0; 4][..], &light, &light, &[0; 5]].concat();
        assert_eq!(chain.wires.0, [message(red), message(dark)]);
        let mut chain = Chain { kind: StripKind::Ws2812, lights: 1, wires: Recorder::default() };
        chain.show(&wanted(&[Showing::Error]), Duration::ZERO).expect("a recorder");
        assert_eq!(chain.wires.0, [ws2812(&[Colour { red: 0xff, green: 0, blue: 0 }])]);
    }

    #[test]
    fn a_light_that_is_on_or_off_shows_the_most_important_of_its_own() {
        let light = PlainLight { line: 5, on: Polarity::High, shows: vec![Showing::Muted, Showing::Timer] };
        let on = |showings: &[Showing], millis| is_on(&light, &wanted(showings), Duration::from_millis(millis));
        assert!(!on(&[], 0) && !on(&[Showing::Speaking], 0));
        assert!(on(&[Showing::Muted, Showing::Speaking], 0) && on(&[Showing::Muted], 300));
        assert!(on(&[Showing::Muted, Showing::Timer], 0) && !on(&[Showing::Muted, Showing::Timer], 300), "it blinks");
        let dark = Wanted { brightness: 0.0, ..wanted(&[Showing::Muted]) };
        assert!(!is_on(&light, &dark, Duration::ZERO), "off at night");
    }
}
