//! A network that is written here, byte by byte, and what becomes of it when its bytes are others.

use proptest::prelude::*;

use super::*;

/// Writes flat buffers from their end, as their inventors do, but never shares anything.
#[derive(Default)]
struct Writer {
    /// Backwards.
    bytes: Vec<u8>,
}

/// A field of a table.
enum Field {
    Bytes(Vec<u8>),
    /// How far from the end something lies.
    Place(usize),
}

impl Writer {
    fn put(&mut self, bytes: &[u8]) -> usize {
        self.bytes.extend(bytes.iter().rev());
        self.bytes.len()
    }

    fn align(&mut self, following: usize) {
        while !(self.bytes.len() + following).is_multiple_of(8) {
            self.bytes.push(0);
        }
    }

    fn offset(&mut self, place: usize) -> usize {
        let distance = (self.bytes.len() + 4 - place) as u32;
        self.put(&distance.to_le_bytes())
    }

    fn list(&mut self, elements: usize, bytes: &[u8]) -> usize {
        self.align(bytes.len());
        self.put(bytes);
        self.put(&(elements as u32).to_le_bytes())
    }

    fn i32s(&mut self, numbers: &[i32]) -> usize {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.list(numbers.len(), &bytes)
    }

    fn tables(&mut self, places: &[usize]) -> usize {
        self.align(4 * places.len());
        for place in places.iter().rev() {
            self.offset(*place);
        }
        self.put(&(places.len() as u32).to_le_bytes())
    }

    fn table(&mut self, fields: &[(usize, Field)]) -> usize {
        let count = fields.iter().map(|(number, _)| number + 1).max().unwrap_or_default();
        let mut places = vec![0; count];
        for (number, field) in fields {
            places[*number] = match field {
                Field::Bytes(bytes) => self.put(bytes),
                Field::Place(place) => self.offset(*place),
            };
        }
        // The fields' places, behind the table's own beginning.
        let table = self.bytes.len() + 4;
        let list: Vec<u8> = [(4 + 2 * count) as u16, 0]
            .into_iter()
            .chain(places.iter().map(|place| if *place == 0 { 0 } else { (table - place) as u16 }))
            .flat_map(u16::to_le_bytes)
            .collect();
        self.put(&(list.len() as i32).to_le_bytes());
        self.put(&list);
        table
    }

    fn finish(mut self, root: usize) -> Vec<u8> {
        self.put(b"TFL3");
        self.offset(root);
        self.bytes.reverse();
        self.bytes
    }
}

fn int(number: i32) -> Field {
    Field::Bytes(number.to_le_bytes().to_vec())
}

fn byte(number: i8) -> Field {
    Field::Bytes(number.to_le_bytes().to_vec())
}

/// Three steps of features are summed up, all with the weight one; half of the likelihood is at a mean feature of 100.
fn network() -> Vec<u8> {
    let mut w = Writer::default();
    let buffer = |w: &mut Writer, bytes: &[u8]| {
        let list = w.list(bytes.len(), bytes);
        w.table(&[(0, Field::Place(list))])
    };
    // One unit of the input is four features: 120 of them, each 25 units, over the zero at -128.
    let bias = (-120_i32 * 25).to_le_bytes();
    let buffers = [buffer(&mut w, &[]), buffer(&mut w, &[1; 120]), buffer(&mut w, &bias)];
    let buffers = w.tables(&buffers);
    let tensor = |w: &mut Writer, shape: &[i32], kind: i8, buffer: i32, scale: f32, zero: i64| {
        let (shape, scale, zero) = (w.i32s(shape), w.list(1, &scale.to_le_bytes()), w.list(1, &zero.to_le_bytes()));
        let quantization = w.table(&[(2, Field::Place(scale)), (3, Field::Place(zero))]);
        w.table(&[(0, Field::Place(shape)), (1, byte(kind)), (2, int(buffer)), (4, Field::Place(quantization))])
    };
    let unit = 4.0 * 0.039_062_5;
    let tensors = [
        tensor(&mut w, &[1, 3, 40], 9, 0, unit, -128),
        tensor(&mut w, &[1, 120], 9, 0, unit, -128),
        tensor(&mut w, &[1, 120], 9, 1, 1.0, 0),
        tensor(&mut w, &[1], 2, 2, 1.0, 0),
        tensor(&mut w, &[1, 1], 9, 0, unit, 0),
        tensor(&mut w, &[1, 1], 9, 0, 1.0 / 256.0, -128),
        tensor(&mut w, &[1, 1], 3, 0, 1.0 / 256.0, 0),
    ];
    let tensors = w.tables(&tensors);
    let operator = |w: &mut Writer, code: i32, inputs: &[i32], output: i32| {
        let (inputs, outputs) = (w.i32s(inputs), w.i32s(&[output]));
        w.table(&[(0, int(code)), (1, Field::Place(inputs)), (2, Field::Place(outputs))])
    };
    let operators = [
        operator(&mut w, 0, &[0], 1),
        operator(&mut w, 1, &[1, 2, 3], 4),
        operator(&mut w, 2, &[4], 5),
        operator(&mut w, 3, &[5], 6),
    ];
    let operators = w.tables(&operators);
    let (inputs, outputs) = (w.i32s(&[0]), w.i32s(&[6]));
    let graph = w.table(&[
        (0, Field::Place(tensors)),
        (1, Field::Place(inputs)),
        (2, Field::Place(outputs)),
        (3, Field::Place(operators)),
    ]);
    let graphs = w.tables(&[graph]);
    let codes = [22, 9, 14, 114].map(|code: i8| w.table(&[(0, byte(code)), (3, int(code.into()))]));
    let codes = w.tables(&codes);
    let model =
        w.table(&[(0, int(3)), (1, Field::Place(codes)), (2, Field::Place(graphs)), (4, Field::Place(buffers))]);
    w.finish(model)
}

fn likelihood(feature: u16) -> f32 {
    let mut network = Network::new(&network()).unwrap();
    assert_eq!((network.push(&[feature; 40]), network.push(&[feature; 40])), (None, None));
    network.push(&[feature; 40]).expect("three steps are enough")
}

#[test]
fn a_network_says_how_likely_its_word_is() {
    assert!((likelihood(100) - 0.5).abs() < 0.01, "{}", likelihood(100));
    assert!(likelihood(96) < 0.01 && likelihood(104) > 0.99, "{} {}", likelihood(96), likelihood(104));
}

#[test]
fn what_was_heard_can_be_forgotten() {
    let mut network = Network::new(&network()).unwrap();
    network.push(&[300; 40]);
    network.forget();
    assert_eq!((network.push(&[0; 40]), network.push(&[0; 40])), (None, None));
    assert!(network.push(&[0; 40]).unwrap() < 0.01);
}

#[test]
fn another_kind_of_file_is_told_so() {
    assert_eq!(Network::new(b"").err(), Some(NetworkError::Damaged));
    assert_eq!(Network::new(b"RIFF\0\0\0\0WAVEfmt ").err(), Some(NetworkError::Damaged));
    assert_eq!(Network::new(&vec![0; (1 << 20) + 1]).err(), Some(NetworkError::Large));
    let whole = network();
    for length in 0..whole.len() {
        let _ = Network::new(&whole[..length]).is_ok();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn no_file_makes_anything_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = network();
        for (place, byte) in &changes {
            let place = place.index(bytes.len());
            bytes[place] = *byte;
        }
        if let Ok(mut network) = Network::new(&bytes) {
            for feature in [0, 90, 700, u16::MAX] {
                let _ = network.push(&[feature; 40]).is_some();
            }
        }
    }
}
