//! What a hostile header costs; alone in its file, because it measures the whole process.

use parley_engines::Spoken;
use parley_engines::protocol::{MAX_JSON_BYTES, MAX_SAMPLES, Report, read};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

fn header(json_bytes: usize, samples: usize) -> Vec<u8> {
    [(json_bytes as u32).to_le_bytes(), (samples as u32).to_le_bytes()].concat()
}

fn peak_of_reading(frame: &[u8]) -> usize {
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    assert!(read::<Report<Spoken>>(frame).is_err());
    ALLOCATOR.peak_usage().saturating_sub(before)
}

#[test]
fn no_header_makes_the_reader_allocate_beyond_the_bounds() {
    let largest = MAX_JSON_BYTES + 2 * MAX_SAMPLES;
    // For the message and the error; nothing else runs in this process.
    let slack = 1 << 16;
    for (json_bytes, samples) in [
        (u32::MAX as usize, 0),
        (0, u32::MAX as usize),
        (u32::MAX as usize, u32::MAX as usize),
        (MAX_JSON_BYTES + 1, 0),
        (0, MAX_SAMPLES + 1),
        (MAX_JSON_BYTES, MAX_SAMPLES),
    ] {
        let peak = peak_of_reading(&header(json_bytes, samples));
        assert!(peak <= largest + slack, "{json_bytes} and {samples} cost {peak} bytes");
    }
}
