//! No length is believed that the file contradicts.

use super::*;

const DATA_AT: usize = 36;

/// The file with other lengths of the whole and of its sound.
fn promising(whole: &[u8], riff: u32, data: u32) -> Vec<u8> {
    let mut content = whole.to_vec();
    content[4..8].copy_from_slice(&riff.to_le_bytes());
    content[DATA_AT + 4..DATA_AT + 8].copy_from_slice(&data.to_le_bytes());
    content
}

fn chunk(tag: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [tag.as_slice(), &(body.len() as u32).to_le_bytes(), body].concat()
}

/// So long that a tenth of a second of it is noticed.
fn speech() -> (Vec<u8>, Vec<i16>) {
    (good(8_000), (1..=8_000).collect())
}

#[test]
fn a_recording_that_was_never_closed_gives_all_its_sound() {
    let (whole, samples) = speech();
    let right = whole.len() as u32 - 8;
    // Whatever a recorder leaves as the length of the whole, and what it may have written some time ago.
    for riff in [0, 36, right, 4_096, u32::MAX] {
        for data in [0, 2_000] {
            assert_eq!(read(&promising(&whole, riff, data)).unwrap(), (samples.clone(), true), "{riff} {data}");
        }
    }
}

#[test]
fn a_length_that_nobody_knew_is_no_fault() {
    let (whole, samples) = speech();
    for data in
        [0x7fff_f000_u32, 0x7fff_effc, 0x7fff_ffff, 0x8000_0000, 0x7fff_ffdb, 0xffff_ffff, 0xffff_ffdb, 0xffff_f000]
    {
        let content = promising(&whole, data.wrapping_add(36), data);
        assert_eq!(read(&content).unwrap(), (samples.clone(), false), "{data:#x}");
    }
    // A file of 3 GB of which little is left is one, and so is one of a few bytes more.
    for data in [3_000_000_000, 16_002] {
        assert_eq!(read(&promising(&whole, data + 36, data)).unwrap(), (samples.clone(), true), "{data}");
    }
}

#[test]
fn sound_behind_an_empty_piece_is_found() {
    let whole = good(100);
    let content = [&whole[..DATA_AT], &chunk(b"data", b""), &chunk(b"LIST", b"title."), &whole[DATA_AT..]].concat();
    assert_eq!(read(&content).unwrap(), ((1..=100).collect(), false));
    // And where the second one was not closed either.
    let content = [&whole[..DATA_AT], &chunk(b"data", b""), &promising(&whole, 0, 0)[DATA_AT..]].concat();
    assert_eq!(read(&content).unwrap(), ((1..=100).collect(), true));
    let nothing = [&whole[..DATA_AT], &chunk(b"data", b""), &chunk(b"LIST", b"title.")].concat();
    assert!(read(&nothing).unwrap_err().to_string().contains("no sound in it"));
}

#[test]
fn what_follows_the_sound_is_none() {
    let (whole, samples) = speech();
    let broken_list = [b"LIST".as_slice(), &u32::MAX.to_le_bytes(), &[7; 40_000]].concat();
    let old_title = [b"TAG".as_slice(), &[b'x'; 125]].concat();
    let unknown = [chunk(b"abcd", &[1; 30_000]), chunk(b"efgh", &[1; 20])].concat();
    for behind in [broken_list, old_title, unknown, vec![0; 100]] {
        assert_eq!(read(&[whole.clone(), behind].concat()).unwrap(), (samples.clone(), false));
    }
    // A sound of odd length, with and without the zero that should follow.
    for padding in [&b"\0"[..], b""] {
        let odd = [&whole[..DATA_AT], &chunk(b"data", &whole[44..44 + 15_999]), padding, &chunk(b"abcd", &[1; 30_000])];
        assert_eq!(read(&odd.concat()).unwrap(), (samples[..7_999].to_vec(), false));
    }
}

#[test]
fn more_than_4_gib_have_their_length_elsewhere() {
    let whole = good(100);
    let lengths = [&[0; 8][..], &120_u64.to_le_bytes(), &[0; 12]].concat();
    let content =
        [b"RF64\xff\xff\xff\xffWAVE", &chunk(b"ds64", &lengths)[..], &promising(&whole, 0, u32::MAX)[12..]].concat();
    assert_eq!(read(&[content, chunk(b"LIST", b"title.")].concat()).unwrap().0.len(), 60, "what follows is none");
}

proptest! {
    /// Whatever the two lengths say, as long as they do not say less than a tenth of a second less, all sound is there.
    #[test]
    fn no_length_loses_sound(riff in any::<u32>(), data in prop_oneof![any::<u32>(), 0..12_000_u32]) {
        let (whole, samples) = speech();
        let (found, is_cut_short) = read(&promising(&whole, riff, data)).unwrap();
        prop_assert_eq!(found, samples);
        prop_assert!(is_cut_short || data > 12_000);
    }

    #[test]
    fn no_chunks_make_the_reader_panic(pieces in prop::collection::vec((0..6_usize, prop::collection::vec(any::<u8>(), 0..40)), 0..8)) {
        let tags = [b"fmt ", b"data", b"LIST", b"ds64", b"abcd", b"\x01\xff\x00\x00"];
        let chunks: Vec<u8> = pieces.iter().flat_map(|(tag, body)| chunk(tags[*tag], body)).collect();
        let _ = read(&[&good(1)[..36], &chunks].concat());
        let _ = read(&[b"RIFF\0\0\0\0WAVE", &chunks[..]].concat());
    }
}
