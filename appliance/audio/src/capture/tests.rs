//! Capture without a sound card, in a time of its own where possible.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::thread::Recorder;
use super::*;
use crate::counter::Flag;
use crate::counting_allocator::allocations;
use crate::device::{DeviceError, DeviceLost};

/// A source that gives at once whatever the test wants.
struct Script {
    format: SourceFormat,
    next: Box<dyn FnMut(usize) -> i16 + Send>,
    frame: usize,
    /// Reads after which the device is lost, and failed attempts before it is back.
    lost_after: Option<usize>,
    attempts: usize,
    overrun_every: usize,
    /// What is there when it is back, and how long a read takes.
    back_as: Option<SourceFormat>,
    takes: Duration,
    reads: usize,
}

impl Script {
    fn new(rate_hz: u32, channels: usize, next: impl FnMut(usize) -> i16 + Send + 'static) -> Self {
        let format = SourceFormat { rate_hz, channels, period_frames: rate_hz as usize / 100 };
        Self {
            format,
            next: Box::new(next),
            frame: 0,
            lost_after: None,
            attempts: 0,
            overrun_every: usize::MAX,
            back_as: None,
            takes: Duration::ZERO,
            reads: 0,
        }
    }
}

impl Source for Script {
    fn format(&self) -> SourceFormat {
        self.format
    }
    fn read(&mut self, interleaved: &mut [i16]) -> Result<Captured, DeviceLost> {
        self.reads += 1;
        if self.lost_after.take_if(|reads| self.reads > *reads).is_some() {
            return Err(DeviceLost { errno: 19 });
        }
        std::thread::sleep(self.takes);
        let frames = interleaved.len() / self.format.channels;
        for frame in interleaved.chunks_exact_mut(self.format.channels) {
            frame.fill((self.next)(self.frame));
            self.frame += 1;
        }
        Ok(Captured { frames, after_overrun: self.reads.is_multiple_of(self.overrun_every) })
    }
    fn reopen(&mut self) -> Result<(), DeviceError> {
        self.attempts += 1;
        if self.attempts < 2 {
            return Err(DeviceError::Busy("x".to_owned()));
        }
        self.format = self.back_as.unwrap_or(self.format);
        Ok(())
    }
}

fn tone(rate_hz: u32) -> impl Fn(usize) -> i16 + Send {
    move |n| ((std::f64::consts::TAU * 400.0 * n as f64 / f64::from(rate_hz)).sin() * 10_000.0) as i16
}

fn unthreaded(source: Script) -> (Microphone, Recorder<Script>) {
    Microphone::without_thread(source).unwrap()
}

#[test]
fn any_device_rate_and_channel_count_becomes_16_khz_frames() {
    for (rate_hz, channels) in [(16_000, 1), (8_000, 1), (11_025, 2), (44_100, 2), (48_000, 6), (96_000, 32)] {
        let (mut microphone, mut recorder) = unthreaded(Script::new(rate_hz, channels, tone(rate_hz)));
        let start = Instant::now();
        let (mut heard, mut last) = (Vec::new(), start);
        for _ in 0..100 {
            recorder.step().unwrap();
            while let Some(frame) = microphone.read_frame() {
                assert_eq!(frame.position, heard.len() as u64);
                assert!(frame.arrived_at <= Instant::now());
                // Arrivals are interpolated back from periods that came at once, so they run ahead of this test's clock
                // only.
                assert!(frame.arrived_at + Duration::from_secs(2) > last);
                last = frame.arrived_at;
                heard.extend(frame.samples);
            }
        }
        // One second, less the filter's delay and a frame that is not full.
        assert!((15_000..=16_000).contains(&heard.len()), "{rate_hz}: {}", heard.len());
        let due = tone(16_000);
        let worst = heard.iter().enumerate().skip(400).map(|(n, sample)| sample.abs_diff(due(n))).max();
        assert!(worst < Some(60), "{rate_hz}: off by {worst:?} of 10000");
    }
}

#[test]
fn a_frame_arrives_when_its_last_sample_does() {
    let (mut microphone, mut recorder) = unthreaded(Script::new(16_000, 1, |n| n as i16));
    // Two periods of 10 ms make a frame, so its last sample came with the second, and needs no interpolation.
    for _ in 0..50 {
        recorder.step().unwrap();
        assert!(microphone.read_frame().is_none());
        let before = Instant::now();
        recorder.step().unwrap();
        let after = Instant::now();
        let frame = microphone.read_frame().unwrap();
        assert!((before..=after).contains(&frame.arrived_at));
    }
}

#[test]
fn a_listener_that_falls_behind_loses_the_newest_and_it_is_counted() {
    let (mut microphone, mut recorder) = unthreaded(Script::new(16_000, 1, |n| (n % 30_000) as i16));
    for _ in 0..250 {
        recorder.step().unwrap();
    }
    let counters = microphone.counters();
    assert_eq!((counters.frames.get(), counters.dropped.get()), (40_000, 8_000));
    let heard: Vec<i16> = std::iter::from_fn(|| microphone.read_frame()).flat_map(|frame| frame.samples).collect();
    assert_eq!(heard, (0..32_000).map(|n| (n % 30_000) as i16).collect::<Vec<_>>());
    recorder.step().unwrap();
    recorder.step().unwrap();
    let after: Vec<_> = std::iter::from_fn(|| microphone.read_frame()).collect();
    let (last, silence) = after.split_last().unwrap();
    assert_eq!(last.samples[0], (40_000 % 30_000) as i16);
    assert!(silence.iter().all(|frame| frame.samples == [0; FRAME_SAMPLES]), "silence where there was sound");
    assert_eq!(last.position, 40_000, "and it is as long");
}

/// 20 ms for each of 50 reads of 10 ms, and every seventh finds the device run over.
#[test]
fn what_is_lost_in_an_overrun_is_silence_of_its_length() {
    let mut source = Script::new(16_000, 1, |_| 9);
    (source.overrun_every, source.takes) = (7, Duration::from_millis(20));
    let (mut microphone, mut recorder) = unthreaded(source);
    for _ in 0..50 {
        recorder.step().unwrap();
    }
    let lost = microphone.counters().lost.get();
    assert!((7 * 160..7 * 1_600).contains(&lost), "{lost} frames");
    let heard: Vec<i16> = std::iter::from_fn(|| microphone.read_frame()).flat_map(|frame| frame.samples).collect();
    let silent = heard.iter().filter(|sample| **sample == 0).count() as u64;
    assert!(silent <= lost && silent + 320 >= lost, "{silent} of {lost}, but for a frame that is not full");
    assert!(heard.len() as u64 + 320 > 50 * 160 + lost, "positions keep time");
}

#[test]
fn a_microphone_that_comes_back_with_another_rate_and_other_channels_is_heard() {
    for back_as in [(48_000, 2), (44_100, 1), (8_000, 3), (96_000, 1)] {
        let (rate_hz, channels) = back_as;
        let mut source = Script::new(16_000, 1, |n| ((n as f64 * 0.1).sin() * 100.0) as i16);
        source.lost_after = Some(30);
        source.back_as = Some(SourceFormat { rate_hz, channels, period_frames: rate_hz as usize / 100 });
        let mut microphone = Microphone::start(source).unwrap();
        let mut last = None;
        for _ in 0..120 {
            let frame = microphone.wait_frame(Duration::from_secs(60)).expect("it is back");
            if let Some((position, arrived_at)) = last {
                assert_eq!(frame.position, position + FRAME_SAMPLES as u64, "no position is left out");
                assert!(frame.arrived_at + Duration::from_secs(3) > arrived_at);
            }
            last = Some((frame.position, frame.arrived_at));
        }
        let counters = microphone.counters();
        assert_eq!((counters.losses.get(), counters.is_lost.get()), (1, false), "{rate_hz}");
    }
}

/// After the change a tone is heard at its pitch, and the time of its frames is right.
#[test]
fn a_change_of_rate_keeps_pitch_and_time() {
    let (mut microphone, mut recorder) = unthreaded(Script::new(16_000, 1, tone(16_000)));
    for _ in 0..100 {
        recorder.step().unwrap();
    }
    recorder.come_back_as(Script::new(48_000, 2, tone(48_000)));
    let before = Instant::now();
    for _ in 0..100 {
        recorder.step().unwrap();
    }
    let frames: Vec<_> = std::iter::from_fn(|| microphone.read_frame()).collect();
    assert!((97..=101).contains(&frames.len()), "{} frames of two seconds", frames.len());
    assert!(frames[90].arrived_at >= before - Duration::from_secs(1) && frames[90].arrived_at <= Instant::now());
    let crossings = |frames: &[Frame]| {
        let samples: Vec<i16> = frames.iter().flat_map(|frame| frame.samples).collect();
        samples.windows(2).filter(|pair| pair[0] < 0 && pair[1] >= 0).count()
    };
    // 40 frames are 0.8 s: 320 periods of 400 Hz.
    assert!(crossings(&frames[5..45]).abs_diff(320) <= 1);
    assert!(crossings(&frames[55..95]).abs_diff(320) <= 1);
}

#[test]
fn the_thread_moves_while_there_is_no_microphone() {
    struct Nothing;
    impl Source for Nothing {
        fn format(&self) -> SourceFormat {
            SourceFormat { rate_hz: 16_000, channels: 1, period_frames: 160 }
        }
        fn read(&mut self, _: &mut [i16]) -> Result<Captured, DeviceLost> {
            Err(DeviceLost { errno: 19 })
        }
        fn reopen(&mut self) -> Result<(), DeviceError> {
            Err(DeviceError::NoCard("records"))
        }
    }
    let microphone = Microphone::start(Nothing).unwrap();
    let counters = microphone.counters();
    let begun = Instant::now();
    while counters.beats.get() < 20 {
        assert!(begun.elapsed() < Duration::from_secs(60), "it stands still");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!((counters.losses.get(), counters.is_lost.get(), counters.frames.get()), (1, true, 0));
}

#[test]
fn the_capture_step_never_allocates() {
    let mut source = Script::new(48_000, 2, |n| n as i16);
    source.overrun_every = 7;
    let (mut microphone, mut recorder) = unthreaded(source);
    let mut count = 0;
    for round in 0..2_000 {
        count += allocations(|| assert!(recorder.step().is_ok()));
        if round > 1_000 {
            while microphone.read_frame().is_some() {}
        }
    }
    assert_eq!(count, 0);
    assert_eq!(microphone.counters().overruns.get(), 2_000 / 7);
    assert!(microphone.counters().dropped.get() > 0);
}

#[test]
fn a_microphone_that_is_lost_comes_back() {
    let mut source = Script::new(16_000, 1, |_| 1);
    source.lost_after = Some(3);
    let mut microphone = Microphone::start(source).unwrap();
    let counters = microphone.counters();
    while counters.frames.get() < 160 * 6 {
        let _ = microphone.wait_frame(Duration::from_secs(5));
    }
    assert_eq!((counters.losses.get(), counters.is_lost.get()), (1, false));
}

#[test]
fn clips_are_heard_whole_and_tell_when() {
    let (source, clips) = QueueSource::new(16_000);
    let mut microphone = Microphone::start(source).unwrap();
    let started_at = Instant::now();
    let first = clips.push((1..=1_000_i16).collect::<Vec<_>>()).unwrap();
    let second = clips.push(vec![-5_i16; 10]).unwrap();
    let mut heard = Vec::new();
    while second.ended_at().is_none() || heard.last() != Some(&0) {
        heard.extend(microphone.wait_frame(Duration::from_secs(60)).expect("the queue keeps giving").samples);
    }
    let speech: Vec<i16> = heard.iter().copied().skip_while(|sample| *sample == 0).take(1_010).collect();
    assert_eq!(speech, (1..=1_000).chain([-5; 10]).collect::<Vec<_>>());
    let (start, end) = (first.started_at().unwrap(), first.ended_at().unwrap());
    assert_eq!((end - start).as_micros(), 62_500, "1,000 samples at 16 kHz");
    assert_eq!(second.started_at(), Some(end));
    assert!(end > started_at);
}

#[test]
fn the_queue_is_bounded() {
    let (_source, clips) = QueueSource::new(16_000);
    for _ in 0..64 {
        clips.push(vec![1_i16]).unwrap();
    }
    assert_eq!(clips.push(vec![1_i16]).unwrap_err(), QueueFull);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn queued_clips_follow_each_other_without_a_gap(
        lengths in prop::collection::vec(0_usize..400, 0..20), reads in prop::collection::vec(1_usize..160, 1..60),
    ) {
        let (mut source, clips) = QueueSource::new(16_000);
        let handles: Vec<QueuedClip> = lengths.iter().map(|length| clips.push(vec![9_i16; *length]).unwrap()).collect();
        let mut heard = Vec::new();
        for read in reads {
            let mut samples = vec![1; read];
            source.deliver(&mut samples);
            heard.extend(samples);
        }
        let total = lengths.iter().sum::<usize>().min(heard.len());
        prop_assert!(heard[..total].iter().all(|sample| *sample == 9));
        prop_assert!(heard[total..].iter().all(|sample| *sample == 0));
        let mut end = 0;
        for (handle, length) in handles.iter().zip(&lengths) {
            let start = end;
            end += length;
            prop_assert!(handle.ended_at().is_some() == (end <= heard.len()) || *length == 0);
            if let (Some(started), Some(ended)) = (handle.started_at(), handle.ended_at()) {
                prop_assert_eq!(started, source.time_of(start as u64));
                prop_assert_eq!(ended, source.time_of(end as u64));
            }
        }
    }
}

/// A device that counts how often it was let go and opened.
struct Door {
    opened: Arc<Mutex<Vec<&'static str>>>,
    is_open: bool,
}

impl Source for Door {
    fn format(&self) -> SourceFormat {
        SourceFormat { rate_hz: 16_000, channels: 1, period_frames: 160 }
    }

    fn read(&mut self, interleaved: &mut [i16]) -> Result<Captured, DeviceLost> {
        assert!(self.is_open, "a closed device is not read");
        std::thread::sleep(Duration::from_millis(10));
        interleaved.fill(1_000);
        Ok(Captured { frames: interleaved.len(), after_overrun: false })
    }

    fn close(&mut self) {
        self.is_open = false;
        self.opened.lock().unwrap().push("closed");
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        self.is_open = true;
        self.opened.lock().unwrap().push("opened");
        Ok(())
    }
}

#[test]
fn a_microphone_that_is_closed_lets_its_device_go_and_delivers_silence_of_the_same_length() {
    let (opened, closed) = (Arc::<Mutex<Vec<_>>>::default(), Arc::new(Flag::default()));
    let source = Door { opened: Arc::clone(&opened), is_open: true };
    let mut microphone = Microphone::start_with(source, Arc::clone(&closed)).unwrap();
    let counters = microphone.counters();
    let patience = Duration::from_secs(9);
    let mut frame = || microphone.wait_frame(patience).expect("frames go on");
    while frame().samples.iter().all(|sample| *sample == 0) {}
    closed.set(true);
    while frame().samples.iter().any(|sample| *sample != 0) {}
    let heard = counters.heard_us.get();
    let (first, begun) = (frame().position, Instant::now());
    for _ in 0..24 {
        assert!(frame().samples.iter().all(|sample| *sample == 0));
    }
    let last = frame().position;
    assert_eq!((last - first, opened.lock().unwrap().as_slice()), (25 * FRAME_SAMPLES as u64, &["closed"][..]));
    assert!(begun.elapsed() > Duration::from_millis(400), "silence takes its time: {:?}", begun.elapsed());
    assert_eq!(counters.heard_us.get(), heard, "nothing is heard");
    assert!(!counters.is_lost.get() && counters.losses.get() == 0, "it is not missed");
    closed.set(false);
    while frame().samples.iter().all(|sample| *sample == 0) {}
    assert_eq!(opened.lock().unwrap().as_slice(), ["closed", "opened"]);
    assert!(counters.heard_us.get() > heard);
}
