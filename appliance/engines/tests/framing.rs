//! Any message goes through the pipe unchanged; anything else is an error, within bounds.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use parley_engines::protocol::{
    Command, FrameError, HEADER_BYTES, JobId, MAX_JSON_BYTES, MAX_SAMPLES, Report, decode, encode, parse_header, read,
    write,
};
use parley_engines::{
    ChatMessage, Fed, Generate, Generated, JudgeEndOfTurn, Remedy, Role, Speak, Spoken, StopReason, Transcribe,
    Transcript, Wire, WorkerDetails,
};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

fn check_round_trip<M: Wire + PartialEq>(message: &M) -> Result<(), TestCaseError> {
    let mut pipe = Vec::new();
    write(&mut pipe, message).unwrap();
    write(&mut pipe, message).unwrap();
    let mut reader = pipe.as_slice();
    for _ in 0..2 {
        prop_assert_eq!(&read::<M>(&mut reader).unwrap(), message);
    }
    prop_assert!(matches!(read::<M>(&mut reader), Err(FrameError::Closed)));
    Ok(())
}

fn sound() -> impl Strategy<Value = Vec<i16>> {
    prop::collection::vec(any::<i16>(), 0..500)
}

fn finite() -> impl Strategy<Value = f32> {
    any::<f32>().prop_filter("JSON has no other numbers", |number| number.is_finite())
}

fn command<T: Wire>(task: impl Strategy<Value = T>) -> impl Strategy<Value = Command<T>> {
    let fed = prop_oneof![sound().prop_map(|audio| Fed::Sound { audio }), any::<String>().prop_map(Fed::Text)];
    prop_oneof![
        4 => (any::<u64>(), task, any::<bool>()).prop_map(|(job, task, fed)| Command::Start { job: JobId(job), task, fed }),
        2 => (any::<u64>(), fed).prop_map(|(job, fed)| Command::Feed { job: JobId(job), fed }),
        1 => any::<u64>().prop_map(|job| Command::FeedEnd { job: JobId(job) }),
        1 => any::<u64>().prop_map(|job| Command::Cancel { job: JobId(job) }),
    ]
}

fn report<O: Wire>(output: impl Strategy<Value = O>) -> impl Strategy<Value = Report<O>> {
    let details = (any::<String>(), any::<u64>(), any::<Option<u32>>(), any::<Vec<String>>()).prop_map(
        |(engine, load_ms, context_tokens, languages)| WorkerDetails {
            engine,
            load_ms,
            languages,
            context_tokens,
            ..WorkerDetails::default()
        },
    );
    prop_oneof![
        4 => (any::<u64>(), output).prop_map(|(job, output)| Report::Output { job: JobId(job), output }),
        1 => any::<u64>().prop_map(|job| Report::End { job: JobId(job) }),
        1 => any::<u64>().prop_map(|job| Report::Alive { job: JobId(job) }),
        1 => any::<u64>().prop_map(|job| Report::Taken { job: JobId(job) }),
        1 => (any::<u64>(), any::<String>()).prop_map(|(job, error)| Report::Failed { job: JobId(job), error }),
        1 => (any::<u32>(), details).prop_map(|(protocol, details)| Report::Ready { protocol, details }),
    ]
}

fn transcribe() -> impl Strategy<Value = Transcribe> {
    (any::<Option<String>>(), sound()).prop_map(|(language, audio)| Transcribe { language, audio: audio.into() })
}

fn generate() -> impl Strategy<Value = Generate> {
    let role = prop_oneof![Just(Role::System), Just(Role::User), Just(Role::Assistant)];
    let messages =
        prop::collection::vec((role, any::<String>()).prop_map(|(role, text)| ChatMessage { role, text }), 0..5);
    (messages, any::<u32>(), any::<Option<String>>(), finite(), any::<u32>()).prop_map(
        |(messages, max_tokens, grammar, temperature, seed)| Generate {
            messages,
            max_tokens,
            grammar,
            temperature,
            seed,
        },
    )
}

fn generated() -> impl Strategy<Value = Generated> {
    let reason = prop_oneof![Just(StopReason::EndOfAnswer), Just(StopReason::Length), Just(StopReason::Repetition)];
    prop_oneof![
        any::<String>().prop_map(Generated::Text),
        finite().prop_map(Generated::Sentence),
        finite().prop_map(Generated::Certainty),
        (reason, any::<[u32; 3]>(), finite()).prop_map(
            |(reason, [prompt_tokens, reused_tokens, generated_tokens], prefill_ms)| {
                Generated::Finished { reason, prompt_tokens, reused_tokens, generated_tokens, prefill_ms }
            }
        ),
    ]
}

fn transcript() -> impl Strategy<Value = Transcript> {
    let remedy = prop_oneof![
        Just(None),
        Just(Some(Remedy::Window)),
        Just(Some(Remedy::Barred)),
        Just(Some(Remedy::Temperature))
    ];
    (any::<String>(), any::<String>(), finite(), finite(), any::<bool>(), remedy).prop_map(
        |(text, language, language_probability, confidence, incomplete, remedy)| Transcript {
            text,
            language,
            language_probability,
            confidence,
            incomplete,
            remedy,
        },
    )
}

fn spoken() -> impl Strategy<Value = Spoken> {
    (any::<u32>(), sound()).prop_map(|(rate_hz, audio)| Spoken { rate_hz, audio })
}

proptest! {
    #![proptest_config(ProptestConfig::with_failure_persistence(FileFailurePersistence::WithSource("seeds")))]

    #[test]
    fn any_message_round_trips(
        commands in (
            command(transcribe()),
            command(generate()),
            command((any::<String>(), any::<Option<String>>()).prop_map(|(text, language)| Speak { text, language })),
            command(sound().prop_map(|audio| JudgeEndOfTurn { audio: audio.into() })),
        ),
        reports in (report(transcript()), report(generated()), report(spoken()), report(finite())),
    ) {
        check_round_trip(&commands.0)?;
        check_round_trip(&commands.1)?;
        check_round_trip(&commands.2)?;
        check_round_trip(&commands.3)?;
        check_round_trip(&reports.0)?;
        check_round_trip(&reports.1)?;
        check_round_trip(&reports.2)?;
        check_round_trip(&reports.3)?;
    }

    #[test]
    fn a_truncated_frame_is_an_error(message in report(spoken()), cut in any::<prop::sample::Index>()) {
        let frame = encode(&message).unwrap();
        let result = read::<Report<Spoken>>(&frame[..cut.index(frame.len())]);
        prop_assert!(matches!(result, Err(FrameError::Closed | FrameError::Io(_))));
    }

    #[test]
    fn any_bytes_are_an_error_or_a_message_and_never_a_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        lengths in (0u32..300, 0u32..300),
    ) {
        let _ = read::<Report<Spoken>>(bytes.as_slice());
        let _ = read::<Command<Generate>>(bytes.as_slice());
        let framed = [&lengths.0.to_le_bytes()[..], &lengths.1.to_le_bytes()[..], &bytes].concat();
        let _ = read::<Report<Spoken>>(framed.as_slice());
        let (json, samples) = bytes.split_at(bytes.len() / 2);
        let _ = decode::<Report<Transcript>>(json, samples);
    }

    #[test]
    fn a_mutated_frame_never_panics_and_never_misplaces_samples(
        message in report(spoken()),
        position in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut frame = encode(&message).unwrap();
        let position = position.index(frame.len());
        frame[position] = byte;
        if let Ok(read) = read::<Report<Spoken>>(frame.as_slice()) {
            prop_assert!(position >= HEADER_BYTES || read == message || read.samples().len() < message.samples().len());
        }
    }

    #[test]
    fn a_header_never_announces_more_than_the_bounds(
        json_bytes in prop_oneof![any::<u32>(), 0..2 * MAX_JSON_BYTES as u32],
        samples in prop_oneof![any::<u32>(), 0..2 * MAX_SAMPLES as u32],
    ) {
        let header: Vec<u8> = [json_bytes.to_le_bytes(), samples.to_le_bytes()].concat();
        let header: [u8; HEADER_BYTES] = header.try_into().unwrap();
        match parse_header(header) {
            Ok((json_bytes, samples)) => prop_assert!(json_bytes <= MAX_JSON_BYTES && samples <= MAX_SAMPLES),
            Err(error) => {
                let too_large = matches!(error, FrameError::TooLarge { .. });
                prop_assert!(too_large, "{}", error);
            }
        }
    }
}

#[test]
fn nothing_beyond_the_bounds_is_sent() {
    let long = |length| Report::<f32>::Failed { job: JobId(1), error: "x".repeat(length) };
    assert!(encode(&long(MAX_JSON_BYTES - 100)).is_ok());
    assert!(matches!(encode(&long(MAX_JSON_BYTES)), Err(FrameError::TooLarge { .. })));
    assert!(encode(&Spoken { rate_hz: 1, audio: vec![0; MAX_SAMPLES] }).is_ok());
    assert!(matches!(
        encode(&Spoken { rate_hz: 1, audio: vec![0; MAX_SAMPLES + 1] }),
        Err(FrameError::TooLarge { .. })
    ));
}

#[test]
fn samples_beside_a_message_without_sound_are_an_error() {
    let end = serde_json::to_vec(&Report::<Spoken>::End { job: JobId(1) }).unwrap();
    assert!(decode::<Report<Spoken>>(&end, &[]).is_ok());
    assert!(matches!(decode::<Report<Spoken>>(&end, &[1, 2]), Err(FrameError::StraySamples(2))));
    let spoken = serde_json::to_vec(&Spoken { rate_hz: 1, audio: vec![] }).unwrap();
    assert!(matches!(decode::<Spoken>(&spoken, &[1, 2, 3]), Err(FrameError::StraySamples(3))));
}

#[test]
fn an_interrupted_read_is_tried_again() {
    struct Interrupted<'a>(bool, &'a [u8]);
    impl std::io::Read for Interrupted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.0 = !self.0;
            if self.0 { Err(std::io::ErrorKind::Interrupted.into()) } else { self.1.read(&mut buffer[..1]) }
        }
    }
    let message = Report::<f32>::End { job: JobId(7) };
    let frame = encode(&message).unwrap();
    assert_eq!(read::<Report<f32>>(Interrupted(false, &frame)).unwrap(), message);
}
