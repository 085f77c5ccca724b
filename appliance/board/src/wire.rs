//! Colours as the lights' chips read them.

use crate::Colour;

/// The brightness that a chip multiplies with, 0 to 31; its own dimming flickers less than a short pulse does.
const FULL: u8 = 31;

/// For APA102 (also SK9822, "DotStar"): 32 zeros, for each light a byte of brightness with three ones before it, then blue, green and
/// red, and at the end a clock for every second light, which carries the last data through. (APA102 datasheet, "Cascading data structure")
pub fn apa102(colours: &[Colour]) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    for colour in colours {
        bytes.extend([0xe0 | FULL, colour.blue, colour.green, colour.red]);
    }
    // SK9822 shows what it has only after 32 further zeros.
    bytes.extend(vec![0; 4 + colours.len().div_ceil(16)]);
    bytes
}

/// At this rate three bits of SPI are one of a WS2812.
pub const WS2812_HZ: u32 = 2_400_000;
/// Zeros for 300 µs at that rate, in bytes: what was sent is shown. The chips of 2017 and later want 280 µs.
const LATCH: usize = 90;

/// For WS2812 (also SK6812, "NeoPixel") by SPI at [`WS2812_HZ`]: green, red and blue, the highest bit first, each bit as `100` or `110`, between
/// two pauses; the first takes back what the line did before. (WS2812B datasheet, "Data transfer time")
pub fn ws2812(colours: &[Colour]) -> Vec<u8> {
    let mut bytes = vec![0; LATCH];
    for byte in colours.iter().flat_map(|colour| [colour.green, colour.red, colour.blue]) {
        let bits = (0..8).fold(0_u32, |bits, bit| bits << 3 | if byte >> (7 - bit) & 1 == 1 { 0b110 } else { 0b100 });
        let [_, high, middle, low] = bits.to_be_bytes();
        bytes.extend([high, middle, low]);
    }
    bytes.extend([0; LATCH]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORANGE: Colour = Colour { red: 0xff, green: 0x80, blue: 0x01 };

    #[test]
    fn an_apa102_gets_zeros_its_light_blue_first_and_clocks() {
        assert_eq!(apa102(&[ORANGE]), [0, 0, 0, 0, 0xff, 0x01, 0x80, 0xff, 0, 0, 0, 0, 0]);
        // Half a clock for each light at least, beside the four bytes of its younger brother.
        for count in [0, 1, 3, 16, 17, 256] {
            let bytes = apa102(&vec![ORANGE; count]);
            assert!((bytes.len() - 8 - 4 * count) * 8 >= count / 2, "{count}");
            assert!(bytes[4 + 4 * count..].iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn a_ws2812_gets_three_bits_for_each_green_first_between_two_pauses() {
        let bytes = ws2812(&[ORANGE]);
        assert_eq!(bytes.len(), LATCH + 9 + LATCH);
        assert!(bytes[..LATCH].iter().chain(&bytes[LATCH + 9..]).all(|byte| *byte == 0));
        // 0x80: 110 and seven times 100; 0xff: eight times 110; 0x01.
        let expected = [
            0b1101_0010,
            0b0100_1001,
            0b0010_0100,
            0b1101_1011,
            0b0110_1101,
            0b1011_0110,
            0b1001_0010,
            0b0100_1001,
            0b0010_0110,
        ];
        assert_eq!(bytes[LATCH..LATCH + 9], expected);
    }
}
