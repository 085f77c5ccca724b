//! The sample formats of hardware, and our 16 bits.

use alsa::pcm::Format;

use crate::sample::Sample;

/// How the hardware wants its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    S16,
    /// 32 bits, as I2S microphones have.
    S32,
    /// 24 bits in 32, the upper 8 unused.
    S24,
    /// 24 bits in 3 bytes, little-endian, as USB cards have.
    S24Packed,
    F32,
}

impl Encoding {
    /// Best first: the first that a device has is used.
    pub(crate) const ALL: [Self; 5] = [Self::S16, Self::S32, Self::S24, Self::S24Packed, Self::F32];

    pub(crate) fn format(self) -> Format {
        match self {
            Self::S16 => Format::s16(),
            Self::S32 => Format::s32(),
            Self::S24 => Format::s24(),
            Self::S24Packed => Format::S243LE,
            Self::F32 => Format::float(),
        }
    }

    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::S16 => 2,
            Self::S24Packed => 3,
            Self::S32 | Self::S24 | Self::F32 => 4,
        }
    }

    pub(crate) fn encode(self, sample: i16, bytes: &mut [u8]) {
        let wide = i32::from(sample);
        match self {
            Self::S16 => bytes.copy_from_slice(&sample.to_ne_bytes()),
            Self::S32 => bytes.copy_from_slice(&(wide << 16).to_ne_bytes()),
            Self::S24 => bytes.copy_from_slice(&(wide << 8).to_ne_bytes()),
            Self::S24Packed => bytes.copy_from_slice(&(wide << 8).to_le_bytes()[..3]),
            Self::F32 => bytes.copy_from_slice(&sample.into_f32().to_ne_bytes()),
        }
    }

    pub(crate) fn decode(self, bytes: &[u8]) -> i16 {
        match (self, bytes) {
            (Self::S16, &[a, b]) => i16::from_ne_bytes([a, b]),
            (Self::S32, &[a, b, c, d]) => (i32::from_ne_bytes([a, b, c, d]) >> 16) as i16,
            (Self::S24, &[a, b, c, d]) => (i32::from_ne_bytes([a, b, c, d]) >> 8) as i16,
            (Self::S24Packed, &[_, b, c]) => i16::from_le_bytes([b, c]),
            (Self::F32, &[a, b, c, d]) => f32::from_ne_bytes([a, b, c, d]).into_i16(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_gives_back_every_sample() {
        for encoding in Encoding::ALL {
            let mut bytes = vec![0; encoding.bytes()];
            for sample in i16::MIN..=i16::MAX {
                encoding.encode(sample, &mut bytes);
                assert_eq!(encoding.decode(&bytes), sample, "{encoding:?}");
            }
        }
    }

    #[test]
    fn encodings_are_those_that_alsa_means() {
        let mut bytes = [0; 4];
        Encoding::S32.encode(-2, &mut bytes);
        assert_eq!(i32::from_ne_bytes(bytes), -2 << 16);
        Encoding::S24.encode(-2, &mut bytes);
        assert_eq!(i32::from_ne_bytes(bytes), -2 << 8);
        Encoding::S24Packed.encode(0x1234, &mut bytes[..3]);
        assert_eq!(bytes[..3], [0, 0x34, 0x12]);
        // 24 bits in 32: what the unused byte holds must not matter.
        assert_eq!(Encoding::S24.decode(&0x5512_3400_i32.to_ne_bytes()), 0x1234);
    }
}
