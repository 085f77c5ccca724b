use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parley_audio::playback::Renderer;
use parley_conversation::{Attention, FRAME, ModelOnly, Position, SeatId, Settings};
use parley_engines::scripted::{Fault, Pace, Scripted};

use parley_settings::Sounds;

use parley_engines::{EndOfTurn, LanguageModel, SpeechToText, TextToSpeech};

use std::time::Duration;

use super::*;
use crate::listening::{FRAME_SAMPLES, Name};

const RATE_HZ: u32 = 22_050;

/// A conductor whose events are handed to it by the test, with a loudspeaker in simulated time.
struct Bench {
    conductor: Conductor,
    renderer: Renderer,
    frames: u32,
    loudest: i16,
    /// Whether "stop" is heard with the next frame.
    stop: bool,
    handle: Handle,
}

impl Bench {
    fn new(speaking: &Scripted<TextToSpeech>) -> Self {
        Self::hearing("what time is it?", speaking)
    }

    fn hearing(words: &str, speaking: &Scripted<TextToSpeech>) -> Self {
        Self::with(Settings::default(), Scripted::<SpeechToText>::hearing(words), speaking)
    }

    fn with(settings: Settings, hearing: Scripted<SpeechToText>, speaking: &Scripted<TextToSpeech>) -> Self {
        let pace = |first| Pace { first: Duration::from_millis(first), each: Duration::from_millis(20) };
        // Never the same: what was said before need not be synthesised.
        let hour = AtomicU32::new(0);
        let answers = Scripted::<LanguageModel>::new(move |_| {
            format!("Half past {}. Why?", hour.fetch_add(1, Ordering::Relaxed))
        });
        let engines = Engines {
            seat: SeatId::default(),
            speech_to_text: Arc::new(hearing.with_pace(pace(90))),
            language_model: Arc::new(answers.with_pace(pace(90))),
            text_to_speech: Arc::new(speaking.clone().with_pace(pace(50))),
            end_of_turn: Some(Arc::new(Scripted::<EndOfTurn>::judging(0.9).with_pace(pace(20)))),
        };
        let conversation = Conversation::new(settings, Box::new(ModelOnly), true);
        let (mixer, renderer) = Renderer::new(RATE_HZ, 441);
        let loudspeaker = Loudspeaker::open(mixer).ok();
        let (conductor, handle) = Conductor::new(conversation, engines, Generating::default(), loudspeaker);
        Self { conductor, renderer, frames: 0, loudest: 0, stop: false, handle }
    }

    async fn listen(&mut self, frames: u32, speech: bool) {
        self.listen_to(frames, speech, None).await;
    }

    /// The last of these frames has a name in it, certainly or not.
    async fn listen_to(&mut self, frames: u32, speech: bool, name: Option<bool>) {
        for frame in 0..frames {
            self.frames += 1;
            tokio::time::sleep(FRAME).await;
            let end = Position::default().forward(FRAME * self.frames);
            let name = name.filter(|_| frame + 1 == frames).map(|sure| Name { ended: end, sure, word: 0, percent: 60 });
            let stop = std::mem::take(&mut self.stop);
            let frame = AudioFrame { name, stop, ..AudioFrame::new(end, Instant::now(), [0; FRAME_SAMPLES], speech) };
            self.conductor.hear(&frame);
            while let Ok(message) = self.conductor.incoming.try_recv() {
                self.conductor.take(message);
            }
            let mut period = [0; 441];
            self.renderer.render(&mut period);
            self.loudest = period.into_iter().chain([self.loudest]).max().unwrap_or_default();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_left_of_a_turn_that_is_over() {
    let speaking = Scripted::<TextToSpeech>::tone();
    let mut bench = Bench::new(&speaking);
    for silence in [16, 4, 200, 60, 200] {
        bench.listen(20, true).await;
        bench.listen(silence, false).await;
    }
    speaking.fail_next(Fault::Refuse("no".into()));
    bench.listen(20, true).await;
    bench.listen(300, false).await;
    assert_eq!(bench.conductor.conversation.phase(), Phase::Quiet);
    assert!(speaking.counts().begun > 3, "there were turns");
    assert!(bench.conductor.turns.is_empty(), "{:?}", bench.conductor.turns.keys());
    tokio::time::sleep(FRAME).await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
}

#[tokio::test(start_paused = true)]
async fn where_the_voice_fails_something_is_heard_all_the_same() {
    let speaking = Scripted::<TextToSpeech>::new(|_| vec![0; 22_050]);
    let mut bench = Bench::new(&speaking);
    let mixer = bench.handle.mixer.clone().expect("a loudspeaker");
    bench.conductor.signals = Signals::start(&mixer).ok();
    for (fault, heard) in [(None, false), (Some(Fault::Refuse("no".into())), true)] {
        speaking.fail_always(fault);
        bench.listen(20, true).await;
        bench.listen(200, false).await;
        assert_eq!(bench.loudest > 1_000, heard, "the voice itself is silent here");
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_heard_to_the_end_or_not_understood_hears_so_where_it_is_wanted() {
    let words = ["what time is it?", ""];
    for (words, (sounds, heard)) in
        words.into_iter().flat_map(|words| [(words, (Sounds::Needed, false)), (words, (Sounds::All, true))])
    {
        let mut bench = Bench::hearing(words, &Scripted::<TextToSpeech>::new(|_| vec![0; 22_050]));
        let signals = Signals::start(&bench.handle.mixer.clone().expect("a loudspeaker")).expect("a free feed");
        signals.choose(sounds);
        bench.conductor.signals = Some(signals);
        bench.listen(20, true).await;
        bench.listen(200, false).await;
        assert_eq!(bench.loudest > 1_000, heard, "{sounds:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_says_stop_ends_an_answer_without_any_engine_and_wakes_nobody() {
    for says_stop in [false, true] {
        let mut bench = Bench::new(&Scripted::<TextToSpeech>::new(|_| vec![1_000; 5 * 22_050]));
        bench.listen(20, true).await;
        bench.listen(60, false).await;
        assert_eq!(bench.conductor.conversation.phase(), Phase::Speaking);
        bench.stop = says_stop;
        bench.listen(2, false).await;
        let phase = bench.conductor.conversation.phase();
        assert_eq!(phase, if says_stop { Phase::Quiet } else { Phase::Speaking });
        bench.listen(10, false).await;
        bench.loudest = 0;
        bench.listen(20, false).await;
        assert_eq!(bench.loudest == 0, says_stop, "{}", bench.loudest);
    }
    let (mut bench, _) = asleep("");
    bench.stop = true;
    bench.listen(20, false).await;
    assert_eq!(bench.conductor.conversation.phase(), Phase::Asleep);
}

/// One that sleeps, and is called Jarvis.
fn asleep(words: &str) -> (Bench, Scripted<SpeechToText>) {
    let settings =
        Settings { attention: Attention::OnceWoken { follow_up: Duration::from_secs(8) }, ..Settings::default() };
    let hearing = Scripted::<SpeechToText>::hearing(words);
    let mut bench = Bench::with(settings, hearing.clone(), &Scripted::<TextToSpeech>::tone());
    bench.conductor.names = vec!["Hey Jarvis".into()];
    (bench, hearing)
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_certain_wakes_at_once_and_a_doubtful_one_where_its_words_are_the_name() {
    let (name, others) = ("Hey Jarvis, what time is it?", "He served us well.");
    for (words, sure, answered) in
        [(name, true, true), (name, false, true), (others, true, true), (others, false, false)]
    {
        let (mut bench, _) = asleep(words);
        bench.listen(20, false).await;
        bench.listen_to(30, true, Some(sure)).await;
        // What follows is over before the look is.
        bench.listen(4, true).await;
        bench.listen(200, false).await;
        let is_asked = bench.conductor.conversation.history().exchanges().next().is_some();
        assert_eq!(is_asked, answered, "{words:?}, sure: {sure}");
    }
}

#[tokio::test(start_paused = true)]
async fn frames_wait_for_no_look_that_hangs() {
    let (mut bench, hearing) = asleep("Hey Jarvis, what time is it?");
    hearing.fail_next(Fault::Hang { after_outputs: 0, stall: Duration::from_secs(60) });
    bench.listen(20, false).await;
    bench.listen_to(30, true, Some(false)).await;
    bench.listen(98, true).await;
    assert!(bench.conductor.second_look.is_some());
    bench.listen(2, true).await;
    assert!(bench.conductor.second_look.is_none(), "two seconds are over");
    assert_eq!(bench.conductor.conversation.phase(), Phase::Asleep);
    bench.listen_to(30, true, Some(true)).await;
    assert_ne!(bench.conductor.conversation.phase(), Phase::Asleep, "it is not deaf");
}

#[tokio::test(start_paused = true)]
async fn a_doubt_is_nothing_to_whoever_is_awake() {
    let (mut bench, hearing) = asleep("Hey Jarvis, what time is it?");
    bench.listen_to(30, true, Some(true)).await;
    let begun = hearing.counts().begun;
    bench.listen_to(1, true, Some(false)).await;
    assert!(bench.conductor.second_look.is_none() && hearing.counts().begun == begun);
}

#[tokio::test(start_paused = true)]
async fn the_sound_of_a_near_miss_is_kept_where_the_owner_agrees() {
    let (near, name) = ("He served us well.", "Hey Jarvis, what time is it?");
    for (words, agrees, kept) in [(near, true, 1), (near, false, 0), (name, true, 0)] {
        let (mut bench, _) = asleep(words);
        let misses = NearMisses::default();
        if agrees {
            bench.conductor = bench.conductor.with_near_misses(misses.clone());
        }
        bench.listen(150, false).await;
        bench.listen_to(30, true, Some(false)).await;
        bench.listen(200, false).await;
        assert_eq!(misses.list().len(), kept, "{words:?}, agrees: {agrees}");
        if let Some((miss, example)) = misses.take_as_mine(1) {
            assert_eq!((miss.word.as_str(), miss.percent), ("Hey Jarvis", 60));
            assert_eq!(example.len(), 1_400 * 16, "the name and little else");
        }
    }
}
