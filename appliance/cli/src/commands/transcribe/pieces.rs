//! Cutting a recording where nobody speaks.

use std::ops::Range;

use super::RATE_HZ;

/// What the engine takes at once, with some room.
pub(super) const LONGEST: usize = 28 * RATE_HZ;
/// Where a cut is looked for, if nothing else says where: the last seconds of the longest piece.
const CUT_WITHIN: usize = 10 * RATE_HZ;
/// What is looked at: 20 ms, and ten of them for a pause.
const WINDOW: usize = RATE_HZ / 50;
const WINDOWS: usize = 10;
/// A pause has at most this part of the energy of the loudest 200 ms (-25 dB), unless the room is louder.
const PAUSE: f64 = 0.003;
/// A pause is at most so much louder than the quietest 200 ms (6 dB).
const FLOOR: f64 = 4.0;
/// A room louder than this part of the speech (-13 dB) has no pauses that could be found.
const NOISY: f64 = 0.05;
/// Mean square below which nobody speaks: -60 dB of full scale.
const SILENT: f64 = 1_073.0;

/// The middle of the quietest 200 ms near the end of the longest piece.
pub(super) fn quietest_place(samples: &[i16]) -> usize {
    let end = LONGEST.min(samples.len());
    let start = end.saturating_sub(CUT_WITHIN);
    let energies = energies(samples.get(start..end).unwrap_or_default());
    let quietest = energies.iter().enumerate().min_by(|(_, a), (_, b)| a.total_cmp(b));
    (start + quietest.map_or(end - start, |(index, _)| (index + WINDOWS / 2) * WINDOW)).min(end)
}

/// The middle of the first pause within this range; `None` where there is none.
pub(super) fn pause(samples: &[i16], within: Range<usize>) -> Option<usize> {
    pauses(samples).into_iter().find(|place| within.contains(place))
}

/// The middles of all pauses of 200 ms and more.
pub(super) fn pauses(samples: &[i16]) -> Vec<usize> {
    let energies = energies(samples);
    let floor = energies.iter().copied().fold(f64::INFINITY, f64::min);
    let loudest = energies.iter().copied().fold(0.0, f64::max);
    if floor * FLOOR > loudest * NOISY {
        return Vec::new();
    }
    let limit = (floor * FLOOR).max(loudest * PAUSE);
    let mut pauses = Vec::new();
    let mut begin = None;
    for (index, energy) in energies.iter().copied().chain([f64::INFINITY]).enumerate() {
        if energy <= limit {
            begin.get_or_insert(index);
        } else if let Some(begin) = begin.take() {
            // From the first window of the first 200 ms to the last of the last ones.
            pauses.push((begin + index - 1 + WINDOWS) * WINDOW / 2);
        }
    }
    pauses
}

/// Whether there is anything that somebody could have said.
pub(super) fn has_sound(samples: &[i16]) -> bool {
    energies(samples).iter().any(|energy| *energy > SILENT)
}

/// The mean square of each 200 ms, every 20 ms; of all where it is shorter.
fn energies(samples: &[i16]) -> Vec<f64> {
    let energy = |window: &[i16]| window.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
    let windows: Vec<f64> = samples.chunks(WINDOW).map(energy).collect();
    match windows.len() {
        0 => Vec::new(),
        1..WINDOWS => vec![windows.iter().sum::<f64>() / samples.len() as f64],
        _ => windows.windows(WINDOWS).map(|part| part.iter().sum::<f64>() / (WINDOWS * WINDOW) as f64).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loud(seconds: f64) -> Vec<i16> {
        (0..(seconds * RATE_HZ as f64) as usize).map(|i| if i % 20 < 10 { 5_000 } else { -5_000 }).collect()
    }

    fn silence(seconds: f64) -> Vec<i16> {
        (0..(seconds * RATE_HZ as f64) as usize).map(|i| (i % 7) as i16 - 3).collect()
    }

    #[test]
    fn a_long_recording_is_cut_where_nobody_speaks() {
        let samples = [loud(20.0), silence(1.0), loud(20.0)].concat();
        let cut = quietest_place(&samples);
        assert!((20 * RATE_HZ..21 * RATE_HZ).contains(&cut), "cut at {cut}");
        assert!(quietest_place(&loud(40.0)) <= LONGEST);
        assert_eq!(quietest_place(&[]), 0);
    }

    #[test]
    fn pauses_are_found_in_their_middle() {
        let samples = [loud(2.0), silence(0.5), loud(1.0), silence(0.1), loud(1.0), silence(1.0)].concat();
        let found = pauses(&samples);
        let seconds: Vec<f64> = found.iter().map(|place| *place as f64 / RATE_HZ as f64).collect();
        assert_eq!(seconds.len(), 2, "{seconds:?}");
        assert!((seconds[0] - 2.25).abs() < 0.05 && (seconds[1] - 5.1).abs() < 0.05, "{seconds:?}");
        assert_eq!(pause(&samples, 3 * RATE_HZ..6 * RATE_HZ), Some(found[1]));
        assert!(pauses(&loud(3.0)).is_empty() && pauses(&silence(3.0)).is_empty() && pauses(&[]).is_empty());
    }

    #[test]
    fn a_hum_is_a_sound_and_what_nobody_hears_is_none() {
        assert!(has_sound(&loud(0.1)) && has_sound(&[silence(5.0), loud(0.3)].concat()));
        assert!(!has_sound(&silence(5.0)) && !has_sound(&[0; 100]) && !has_sound(&[]));
    }
}
