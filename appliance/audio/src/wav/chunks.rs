//! Finding format and sound among the chunks.
//!
//! Recorders write the lengths when they are done. One that crashed or wrote into a pipe leaves what it wrote at the
//! start: zeros, a *placeholder* of about 2 or 4 GiB, or the length of some time ago. So a length only counts where the
//! file does not contradict it: by its end, or by what follows.

use std::io::{Read, Seek, SeekFrom};

use super::WavProblem;
use super::format::{Format, SHORTEST_BYTES};
use super::input::{Input, le_u32, read_exact};

/// Chunk header: tag, length.
const CHUNK_BYTES: u64 = 8;
/// Formats of more than a few dozen bytes do not exist.
const LONGEST_FORMAT: u64 = 1 << 12;
/// Chunks that are looked at before the sound, or after it.
const MOST_CHUNKS: usize = 1_000;
/// What follows the sound for less than this part of a second is no sound that a length has missed.
const UNNOTICED: u64 = 10;
/// The sound, and what music programs append or put before it, some of it without a true length.
const KNOWN_TAGS: [&[u8]; 19] = [
    b"data", b"LIST", b"INFO", b"id3 ", b"ID3 ", b"ID3\x03", b"ID3\x04", b"bext", b"cue ", b"smpl", b"inst", b"fact",
    b"PEAK", b"iXML", b"_PMX", b"JUNK", b"PAD ", b"FLLR", b"APET",
];

/// Where the sound is: the input stands at its first byte.
#[derive(Debug)]
pub(super) struct Sound {
    pub format: Format,
    pub bytes: u64,
    /// Whether there should be more, or the recorder never finished.
    pub is_cut_short: bool,
}

/// Goes to the first sample.
pub(super) fn find(input: &mut Input) -> Result<Sound, WavProblem> {
    let (mut format, mut long_length, mut is_empty) = (None, None, false);
    for _ in 0..MOST_CHUNKS {
        let mut header = [0; CHUNK_BYTES as usize];
        let begin = position(input)?;
        if is_empty && input.end.saturating_sub(begin) < CHUNK_BYTES {
            return Err(WavProblem::Empty);
        }
        read_exact(&mut input.file, &mut header)?;
        let body = begin + CHUNK_BYTES;
        let left = input.end.saturating_sub(body);
        let length = u64::from(le_u32(&header, 4));
        match &header[..4] {
            b"data" => {
                let format: Format = format.ok_or_else(|| WavProblem::not_wav("the format is missing"))?;
                let length = if length == u64::from(u32::MAX) { long_length.unwrap_or(length) } else { length };
                // Something may have been put in front of the sound by a program that then began a new chunk.
                is_empty = length == 0 && (left == 0 || begins_chunks(input, body)?);
                if !is_empty {
                    let (bytes, is_cut_short) = believable(input, &format, body, length)?;
                    input.file.seek(SeekFrom::Start(body)).map_err(WavProblem::Read)?;
                    return Ok(Sound { format, bytes, is_cut_short });
                }
                input.file.seek(SeekFrom::Start(body)).map_err(WavProblem::Read)?;
            }
            tag @ (b"fmt " | b"ds64") => {
                if length > LONGEST_FORMAT {
                    return Err(WavProblem::not_wav("its format is too long"));
                }
                let mut chunk = vec![0; length as usize];
                read_exact(&mut input.file, &mut chunk)?;
                if tag == b"ds64" {
                    // For more than 4 GiB: the length of the sound is after that of the file.
                    long_length = Some(u64::from(le_u32(&chunk, 8)) | u64::from(le_u32(&chunk, 12)) << 32);
                } else if chunk.len() >= SHORTEST_BYTES {
                    format = Some(Format::parse(&chunk)?);
                }
                skip_padding(input, body + length)?;
            }
            _ => {
                if length > left {
                    return Err(WavProblem::not_wav("it ends within its header"));
                }
                skip_padding(input, body + length)?;
            }
        }
    }
    Err(WavProblem::not_wav("it has thousands of chunks, and no sound among them"))
}

/// How many bytes of sound there are where `length` were promised, and whether there should be more.
fn believable(input: &mut Input, format: &Format, body: u64, length: u64) -> Result<(u64, bool), WavProblem> {
    let left = input.end.saturating_sub(body);
    if length > left {
        return Ok((left, !is_placeholder(length)));
    }
    let unnoticed = u64::from(format.rate_hz) * format.frame_bytes() as u64 / UNNOTICED;
    let behind = left - length;
    if length > 0 && (behind <= unnoticed || begins_chunks(input, body + length)?) {
        return Ok((length, false));
    }
    Ok((left, true))
}

/// What programs write that do not know how long it will be: 0x7ffff000 (sox), 0x7fffffff, 0x80000000 (arecord) or
/// 0xffffffff (ffmpeg), some of them less the header, or rounded to whole frames.
fn is_placeholder(length: u64) -> bool {
    const HEADER: u64 = 1 << 12;
    [0x7fff_f000, 0x8000_0000, 0xffff_ffff]
        .into_iter()
        .any(|known: u64| (known - HEADER..=known + HEADER).contains(&length))
}

/// Whether other chunks follow, up to the end of the file, and not sound.
fn begins_chunks(input: &mut Input, at: u64) -> Result<bool, WavProblem> {
    // After an odd length a zero should follow, and often does not.
    Ok(begins_chunks_at(input, at)? || (!at.is_multiple_of(2) && begins_chunks_at(input, at + 1)?))
}

fn begins_chunks_at(input: &mut Input, mut at: u64) -> Result<bool, WavProblem> {
    for _ in 0..MOST_CHUNKS {
        let left = input.end.saturating_sub(at);
        if left < CHUNK_BYTES {
            return Ok(true);
        }
        input.file.seek(SeekFrom::Start(at)).map_err(WavProblem::Read)?;
        let mut header = [0; CHUNK_BYTES as usize];
        read_exact(&mut input.file, &mut header)?;
        let tag = &header[..4];
        if KNOWN_TAGS.contains(&tag) || tag.starts_with(b"TAG") {
            return Ok(true);
        }
        let length = u64::from(le_u32(&header, 4));
        if !tag.iter().all(|byte| matches!(byte, b' '..=b'~')) {
            return Ok(false);
        }
        if length > left - CHUNK_BYTES {
            return Ok(false);
        }
        at += CHUNK_BYTES + length + length % 2;
    }
    Ok(false)
}

/// Goes behind a chunk that ends here. A chunk of odd length should be followed by a zero, and is not always.
fn skip_padding(input: &mut Input, end: u64) -> Result<(), WavProblem> {
    input.file.seek(SeekFrom::Start(end)).map_err(WavProblem::Read)?;
    if !end.is_multiple_of(2) {
        let mut byte = [0];
        let read = input.file.read(&mut byte).map_err(WavProblem::Read)?;
        if read == 1 && byte[0] != 0 {
            input.file.seek(SeekFrom::Start(end)).map_err(WavProblem::Read)?;
        }
    }
    Ok(())
}

fn position(input: &mut Input) -> Result<u64, WavProblem> {
    input.file.stream_position().map_err(WavProblem::Read)
}
