//! Half-precision floats: IEEE 754 binary16 from and to binary32, in integer arithmetic.

/// The value of a half-precision float; exact.
pub(super) fn from_half(half: u16) -> f32 {
    let sign = u32::from(half >> 15) << 31;
    let exponent = u32::from(half >> 10 & 0x1f);
    let fraction = u32::from(half & 0x3ff);
    let bits = match (exponent, fraction) {
        (0, 0) => 0,
        // A subnormal half is a normal single: shift the leading one out of the fraction.
        (0, _) => {
            let shift = fraction.leading_zeros() - 21;
            (113 - shift) << 23 | (fraction << shift & 0x3ff) << 13
        }
        (0x1f, _) => 0xff << 23 | fraction << 13,
        (_, _) => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | bits)
}

/// The nearest half-precision float, ties to even.
pub(super) fn to_half(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let exponent = (bits >> 23 & 0xff) as i32 - 112;
    let fraction = bits & 0x7f_ffff;
    let magnitude = match exponent {
        // Infinity stays; a NaN stays one.
        143 => 0x7c00 | (fraction >> 13) | u32::from(fraction != 0) << 9,
        31.. => 0x7c00,
        1.. => round((exponent as u32) << 23 | fraction, 13),
        -10..=0 => round(0x80_0000 | fraction, (14 - exponent) as u32),
        _ => 0,
    };
    sign | magnitude as u16
}

/// Shifts right, rounding to nearest, ties to even; a carry into the exponent is what is wanted.
fn round(bits: u32, shift: u32) -> u32 {
    let kept = bits >> shift;
    let lost = bits & ((1 << shift) - 1);
    let half = 1 << (shift - 1);
    kept + u32::from(lost > half || (lost == half && kept & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_half_survives_the_way_there_and_back() {
        for half in 0..=u16::MAX {
            let single = from_half(half);
            if single.is_nan() {
                assert!(from_half(to_half(single)).is_nan(), "{half:#x}");
            } else {
                assert_eq!(to_half(single), half, "{half:#x}");
            }
        }
    }

    #[test]
    fn well_known_values() {
        for (half, single) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 2f32.powi(-24)),
            (0x03ff, 1023.0 * 2f32.powi(-24)),
            (0x0400, 2f32.powi(-14)),
            (0x3555, 0.333_251_95),
            (0x7c00, f32::INFINITY),
        ] {
            assert_eq!(from_half(half), single);
            assert_eq!(to_half(single), half);
        }
    }

    #[test]
    fn rounding_is_to_nearest_and_ties_to_even() {
        let step = 2f32.powi(-10);
        assert_eq!(to_half(1.0 + step / 2.0), 0x3c00);
        assert_eq!(to_half(1.0 + step * 1.5), 0x3c02);
        assert_eq!(to_half(1.0 + step * 0.51), 0x3c01);
        assert_eq!(to_half(65519.0), 0x7bff);
        assert_eq!(to_half(65520.0), 0x7c00);
        assert_eq!(to_half(2f32.powi(-25)), 0);
        assert_eq!(to_half(2f32.powi(-25) * 1.1), 1);
        assert_eq!(to_half(2f32.powi(-26)), 0);
        assert_eq!(to_half(1e-30), 0);
    }
}
