use parley_audio::playback::Renderer;
use parley_conversation::{Conversation, FRAME, Position, SeatId, Settings, Transcript};
use parley_engines::scripted::Scripted;
use parley_engines::{LanguageModel, SpeechToText, TextToSpeech};
use proptest::prelude::*;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::*;
use crate::conductor::{Conductor, Engines, Generating, Loudspeaker};
use crate::door::OutgoingCall;
use crate::listening::{AudioFrame, FRAME_SAMPLES};

type Called = mpsc::Receiver<OutgoingCall>;

/// Tools of which one is offered, by a client that a test plays.
fn rolling() -> (Tools, Guest, Called) {
    let (tools, (guest, called)) = (Tools::default(), Guest::new());
    let offer = ToolOffer::checked("dice", "rolls a die", &["Roll a die!".into()], None, false);
    tools.offer(&guest, offer).expect("nobody else offers anything");
    (tools, guest, called)
}

fn effect(tools: &Tools) -> Effect {
    said(tools, "roll a die").expect("it is offered")
}

fn said(tools: &Tools, text: &str) -> Option<Effect> {
    let (text, language) = (text.to_owned(), "en".to_owned());
    tools.offered().effect(&Transcript {
        text,
        language,
        language_probability: 1.0,
        confidence: 1.0,
        incomplete: false,
    })
}

#[tokio::test(start_paused = true)]
async fn whoever_is_asked_for_any_text_is_not_waited_for_long_and_the_model_answers() {
    let (tools, (guest, mut called)) = (Tools::default(), Guest::new());
    let guest = guest.with_words(true);
    let offer = || ToolOffer::checked("mind", "answers", &[], None, true);
    tools.offer(&guest, offer()).expect("nobody else offers anything");
    let effect = said(&tools, "why?").expect("it is for any");
    let begun = Instant::now();
    let result = tools.performer("own").perform(EffectId(1), effect.clone()).await;
    assert_eq!(result, EffectResult::Think(String::new()));
    assert!(begun.elapsed() >= LONGEST_ANY && begun.elapsed() < 2 * LONGEST_ANY, "{:?}", begun.elapsed());
    let late = called.try_recv().expect("it was on its way");
    assert_eq!(late.if_wanted(), None, "and is told no more");
    // It goes in the midst of it.
    let waiting = tokio::spawn(tools.performer("own").perform(EffectId(2), effect.clone()));
    let call = called.recv().await.and_then(OutgoingCall::if_wanted).expect("it is waited for");
    tools.left(&guest);
    assert_eq!(waiting.await.expect("no panic"), EffectResult::Think(String::new()));
    assert_eq!(
        tools.result(&guest, call.call, "late".into(), false).map_err(|error| error.code),
        Err(ErrorCode::BadRequest)
    );
    // It has gone between the draft and its release: as for a sentence, nobody does it.
    let gone = tools.performer("own").perform(EffectId(3), effect).await;
    assert_eq!(gone, EffectResult::Think(String::new()), "the question is answered all the same");
}

#[tokio::test(start_paused = true)]
async fn a_draft_calls_nothing_and_its_release_calls_once() {
    let (tools, guest, mut called) = rolling();
    let hearing = Scripted::<SpeechToText>::hearing("Roll a die.");
    let engines = Engines {
        speech_to_text: Arc::new(hearing.clone()),
        language_model: Arc::new(Scripted::<LanguageModel>::answering("The model's own.")),
        text_to_speech: Arc::new(Scripted::<TextToSpeech>::tone()),
        end_of_turn: None,
        seat: SeatId::default(),
    };
    let conversation = Conversation::new(Settings::default(), Box::new(tools.router()), false);
    let (mixer, mut renderer) = Renderer::new(22_050, 441);
    let (conductor, handle) =
        Conductor::new(conversation, engines, Generating::default(), Loudspeaker::open(mixer).ok());
    let (frames, receiver) = mpsc::channel(1);
    let conductor = tokio::spawn(conductor.with_performer(Arc::new(tools.performer("own"))).run(receiver));
    let mut end = Position::default();
    let mut listen = async |count: u32, speech| {
        for _ in 0..count {
            tokio::time::sleep(FRAME).await;
            end = end.forward(FRAME);
            let frame = AudioFrame::new(end, Instant::now(), [0; FRAME_SAMPLES], speech);
            frames.send(frame).await.expect("it listens");
            renderer.render(&mut [0; 441]);
        }
    };
    for _ in 0..8 {
        listen(20, true).await;
        listen(6, false).await;
        assert!(called.try_recv().is_err(), "somebody goes on");
    }
    assert!(hearing.counts().begun > 4, "there were drafts");
    listen(20, true).await;
    listen(60, false).await;
    let call = called.try_recv().expect("it is released").if_wanted().expect("it is waited for");
    assert_eq!((call.name.as_str(), call.seat.as_str()), ("dice", "own"));
    let mut observations = handle.observations.subscribe();
    tools.result(&guest, call.call, "A four.".into(), false).expect("it is waited for");
    listen(150, false).await;
    let told: Vec<String> =
        std::iter::from_fn(|| observations.try_recv().ok()).map(|said| format!("{said:?}")).collect();
    assert!(told.iter().any(|said| said.contains("A four.")), "{told:?}");
    assert!(called.try_recv().is_err(), "once");
    conductor.abort();
}

#[tokio::test(start_paused = true)]
async fn one_that_is_not_answered_in_time_is_given_up_and_not_told_late() {
    let (tools, guest, mut called) = rolling();
    let begun = Instant::now();
    let failed = tools.performer("own").perform(EffectId(1), effect(&tools)).await;
    assert!(matches!(&failed, EffectResult::Failed(reason) if reason.contains("10s")), "{failed:?}");
    assert!(begun.elapsed() <= LONGEST_CALL && LONGEST_CALL < tools.performer("own").limit());
    let call = called.try_recv().expect("it was on its way");
    let number = call.call.call;
    assert_eq!(call.if_wanted(), None);
    let late = tools.result(&guest, number, "A four.".into(), false).expect_err("nobody waits");
    assert_eq!(late.code, ErrorCode::TooLate);
}

/// Between the draft and its release a client goes, and another one offers the name.
#[tokio::test(start_paused = true)]
async fn what_one_client_was_to_do_another_is_not_asked_for() {
    let (tools, first, _called) = rolling();
    let (wanted, (second, mut called)) = (effect(&tools), Guest::new());
    tools.left(&first);
    let gone = tools.performer("own").perform(EffectId(1), wanted.clone()).await;
    assert!(matches!(gone, EffectResult::Failed(_)), "{gone:?}");
    let offer = ToolOffer::checked("dice", "rolls a die", &["Roll the die!".into()], None, false);
    tools.offer(&second, offer).expect("the name is free");
    let other = tools.performer("own").perform(EffectId(2), wanted).await;
    assert!(matches!(other, EffectResult::Failed(_)), "{other:?}");
    assert!(called.try_recv().is_err());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_no_calls_has_few_under_way() {
    let (tools, guest, _called) = rolling();
    let performer = tools.performer("own");
    let calls: Vec<_> = (0..20).map(|id| tokio::spawn(performer.perform(EffectId(id), effect(&tools)))).collect();
    tokio::task::yield_now().await;
    let refused = calls.iter().filter(|call| call.is_finished()).count();
    assert_eq!(refused, 12, "eight wait");
    let begun = Instant::now();
    tools.left(&guest);
    for call in calls {
        assert!(matches!(call.await, Ok(EffectResult::Failed(_))));
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "it has gone");
}

/// What may happen to calls of two clients.
#[derive(Debug, Clone, Copy)]
enum Step {
    Begin { client: usize },
    Result { client: usize, call: u64 },
    GiveUp { call: u64 },
    Left { client: usize },
}

/// Whose a call is, where its result comes, and how it ended.
type BegunCall = (usize, tokio::sync::oneshot::Receiver<EffectResult>, Option<NotWaiting>);

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (client, call) = (|| 0..2_usize, || 0..24_u64);
    let step = prop_oneof![
        4 => client().prop_map(|client| Step::Begin { client }),
        8 => (client(), call()).prop_map(|(client, call)| Step::Result { client, call }),
        2 => call().prop_map(|call| Step::GiveUp { call }),
        1 => client().prop_map(|client| Step::Left { client }),
    ];
    proptest::collection::vec(step, 0..80)
}

proptest! {
    #[test]
    fn each_call_has_the_result_of_its_own_client_once_or_none(steps in steps()) {
        let mut guests: Vec<(Guest, Called)> = (0..2).map(|_| Guest::new()).collect();
        let mut calls = Calls::default();
        let done = Effect { name: "dice".into(), arguments: "{}".into() };
        let mut begun: Vec<BegunCall> = Vec::new();
        for step in steps {
            match step {
                Step::Begin { client } => {
                    let (guest, called) = &mut guests[client];
                    let under_way = begun.iter().filter(|(whose, _, end)| (*whose, *end) == (client, None)).count();
                    match calls.begin(guest, &done, "own".into()) {
                        Ok((call, result)) => {
                            begun.push((client, result, None));
                            prop_assert_eq!(call, begun.len() as u64);
                            prop_assert_eq!(called.try_recv().ok().and_then(OutgoingCall::if_wanted).map(|told| told.call), Some(call));
                        }
                        Err(_) => prop_assert_eq!(under_way, 8),
                    }
                }
                Step::Result { client, call } => {
                    let told = calls.result(guests[client].0.number(), call, EffectResult::Say(format!("{client} {call}")));
                    let known = call.checked_sub(1).and_then(|place| begun.get_mut(place as usize));
                    let wanted = match known.filter(|(whose, ..)| *whose == client) {
                        None => Err(NotWaiting::Unknown),
                        Some((_, result, end @ None)) => {
                            *end = Some(NotWaiting::Answered);
                            prop_assert_eq!(result.try_recv().ok(), Some(EffectResult::Say(format!("{client} {call}"))));
                            Ok(())
                        }
                        Some((.., Some(end))) => Err(*end),
                    };
                    prop_assert_eq!(told, wanted);
                }
                Step::GiveUp { call } => {
                    calls.give_up(call);
                    if let Some((.., end @ None)) = call.checked_sub(1).and_then(|place| begun.get_mut(place as usize)) {
                        *end = Some(NotWaiting::GivenUp);
                    }
                }
                Step::Left { client } => {
                    calls.left(guests[client].0.number());
                    for (whose, result, end) in &mut begun {
                        if *whose == client && end.is_none() {
                            prop_assert!(matches!(result.try_recv(), Err(tokio::sync::oneshot::error::TryRecvError::Closed)));
                            *end = Some(NotWaiting::Unknown);
                        }
                    }
                }
            }
        }
    }
}
