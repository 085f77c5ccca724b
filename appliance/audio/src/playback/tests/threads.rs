//! A producer and a loudspeaker on threads of their own.

use std::time::Instant;

use super::PERIOD;
use super::world::{World, mark, stream_of};
use crate::device::{DeviceError, DeviceLost};
use crate::playback::control::StreamId;
use crate::playback::{Part, PlaybackThread, RecordingSink, Sink, SinkFormat, StaleStream, Written};

#[test]
fn threads_that_race_never_mix_streams() {
    let mut world = World::new();
    let control = world.control.clone();
    let mut feed = world.feed;
    let producer = std::thread::spawn(move || {
        let mut offered = 0;
        for number in 0..7 {
            let stream = StreamId(number);
            let mut index = 0;
            while index < 3_000 {
                let samples: Vec<i16> = (index..index + 64).map(|index| mark(stream, index)).collect();
                match feed.offer(stream, &samples) {
                    Ok(0) => std::thread::yield_now(),
                    Ok(taken) => (index, offered) = (index + taken, offered + taken),
                    Err(StaleStream) => break,
                }
            }
            control.discard();
        }
        offered
    });
    while !producer.is_finished() {
        world.renderer.step(&mut world.ear, Instant::now()).unwrap();
        world.ear.listen(PERIOD);
    }
    assert!(producer.join().unwrap() > 0);
    let mut last = (0, 0);
    for sample in world.ear.heard.iter().copied().filter(|sample| *sample != 0) {
        let (stream, index) = (stream_of(sample), (sample as usize - 1) % 4_000);
        assert!(
            if stream == last.0 { index == last.1 } else { stream > last.0 && index == 0 },
            "{stream} {index} after {last:?}"
        );
        last = (stream, index + 1);
    }
}

#[test]
fn what_was_heard_through_a_pause_is_recorded_whole() {
    let (sink, recording) = RecordingSink::new(8_000);
    let (mixer, loudspeaker) = PlaybackThread::start(sink).unwrap();
    let (mut feed, control) = mixer.open(Part::Speech).unwrap();
    let speech: Vec<i16> = (1..2_000).collect();
    let (first, second) = (control.stream(), speech.len() / 2);
    let offered_at = Instant::now();
    let mut next = 0;
    while next < speech.len() {
        next += feed.offer(first, &speech[next..speech.len().min(next + 500)]).unwrap();
        if next == second {
            control.pause();
            // Silence after the sound: the thread has taken the pause up.
            while recording.samples().last() != Some(&0) {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            control.resume();
        }
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    while !control.is_drained() {
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert_eq!(control.heard(), speech.len() as u64);
    drop(loudspeaker);
    assert!(recording.first_sound(offered_at, 0).is_some_and(|at| at >= offered_at));
    // A busy machine may have put silence between periods, but no sample was lost, repeated or moved.
    let heard: Vec<i16> = recording.samples().into_iter().filter(|sample| *sample != 0).collect();
    assert_eq!(heard, speech);
}

#[test]
fn a_loudspeaker_that_is_lost_says_the_rest_when_it_is_back() {
    /// Is away after some periods, and comes back at the second attempt.
    struct Unplugged {
        sink: RecordingSink,
        periods: usize,
        attempts: usize,
    }
    impl Sink for Unplugged {
        fn format(&self) -> SinkFormat {
            self.sink.format()
        }
        fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost> {
            self.periods += 1;
            if self.periods == 5 {
                self.sink.drop_pending();
                return Err(DeviceLost { errno: 19 });
            }
            self.sink.write(period)
        }
        fn delay_frames(&mut self) -> usize {
            self.sink.delay_frames()
        }
        fn drop_pending(&mut self) -> usize {
            self.sink.drop_pending()
        }
        fn reopen(&mut self) -> Result<(), DeviceError> {
            self.attempts += 1;
            if self.attempts < 2 { Err(DeviceError::Busy("x".to_owned())) } else { Ok(()) }
        }
    }
    let (sink, recording) = RecordingSink::new(8_000);
    let (mixer, loudspeaker) = PlaybackThread::start(Unplugged { sink, periods: 0, attempts: 0 }).unwrap();
    let (mut feed, control) = mixer.open(Part::Speech).unwrap();
    let speech: Vec<i16> = (1..1_000).collect();
    assert_eq!(feed.offer(control.stream(), &speech), Ok(speech.len()));
    while !control.is_drained() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!((control.counters().losses.get(), control.counters().is_lost.get()), (1, false));
    drop(loudspeaker);
    let heard: Vec<i16> = recording.samples().into_iter().filter(|sample| *sample != 0).collect();
    // The device was lost at a moment that only the clock knows; from there on nothing is missing.
    assert!(heard.ends_with(&speech[speech.len() - 900..]), "{heard:?}");
    assert!(heard.len() >= speech.len());
}

#[test]
fn the_thread_moves_while_there_is_no_loudspeaker_and_a_discard_is_obeyed() {
    struct Nothing;
    impl Sink for Nothing {
        fn format(&self) -> SinkFormat {
            SinkFormat { rate_hz: 8_000, period_frames: PERIOD }
        }
        fn write(&mut self, _: &[i16]) -> Result<Written, DeviceLost> {
            Err(DeviceLost { errno: 19 })
        }
        fn delay_frames(&mut self) -> usize {
            0
        }
        fn drop_pending(&mut self) -> usize {
            0
        }
        fn reopen(&mut self) -> Result<(), DeviceError> {
            Err(DeviceError::NoCard("plays"))
        }
    }
    let (mixer, _loudspeaker) = PlaybackThread::start(Nothing).unwrap();
    let (mut feed, control) = mixer.open(Part::Speech).unwrap();
    let queue = feed.offer(control.stream(), &[5_i16; 100_000]).unwrap();
    let stream = control.discard();
    // What was queued goes: there is room for all of it again, while nothing plays.
    let begun = Instant::now();
    let mut taken = 0;
    while taken < queue || mixer.counters().beats.get() < 20 {
        assert!(begun.elapsed().as_secs() < 60, "it stands still");
        taken += feed.offer(stream, &[6_i16; 1_000][..(queue - taken).min(1_000)]).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    assert_eq!((control.heard(), mixer.counters().is_lost.get()), (0, true));
}
