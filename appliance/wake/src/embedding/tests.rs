//! A small network of the same kinds of layers, computed as it comes and as a whole.

use proptest::prelude::*;
use prost::Message;

use super::layers::Layer;
use super::mel::WINDOW;
use super::model::{Attribute, Graph, Model, Node, Tensor};
use super::*;
use crate::spectrum::STEP_SAMPLES;

/// What a whole stretch is: for each moment and place its channels.
type Whole = Vec<Vec<Vec<f32>>>;

fn ints(name: &str, ints: &[i64]) -> Attribute {
    Attribute { name: name.into(), f: 0.0, ints: ints.to_vec() }
}

fn tensor(name: &str, dims: &[i64], numbers: &[f32]) -> Tensor {
    let raw_data = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    Tensor { dims: dims.to_vec(), data_type: 1, name: name.into(), raw_data }
}

/// A chain of nodes, each named for its place.
#[derive(Default)]
struct Chain(Graph);

impl Chain {
    fn node(mut self, op_type: &str, others: &[&str], attribute: Vec<Attribute>) -> Self {
        let place = self.0.node.len();
        let input = std::iter::once(place.to_string()).chain(others.iter().map(ToString::to_string)).collect();
        let output = vec![(place + 1).to_string()];
        self.0.node.push(Node { input, output, op_type: op_type.into(), attribute });
        self
    }

    fn convolution(mut self, dims: [usize; 4], random: &mut impl FnMut() -> f32) -> Self {
        let [channels, inputs, rows, places] = dims;
        let mut numbers = |count| (0..count).map(|_| random()).collect::<Vec<f32>>();
        let (weights, bias) = (numbers(channels * inputs * rows * places), numbers(channels));
        let (of_weights, of_bias) = (format!("w{}", self.0.node.len()), format!("b{}", self.0.node.len()));
        self.0.initializer.push(tensor(&of_weights, &dims.map(|dim| dim as i64), &weights));
        self.0.initializer.push(tensor(&of_bias, &[channels as i64], &bias));
        let beside = places as i64 / 2;
        let attributes = vec![ints("pads", &[0, beside, 0, beside]), ints("strides", &[1, 1])];
        let slope = Attribute { name: "alpha".into(), f: 0.2, ints: vec![] };
        self.node("Conv", &[&of_weights, &of_bias], attributes).node("LeakyRelu", &[], vec![slope])
    }

    fn pool(self, rows: i64, places: i64) -> Self {
        let kernel = [rows, places];
        self.node("MaxPool", &[], vec![ints("kernel_shape", &kernel), ints("strides", &kernel)])
    }

    fn bytes(&self) -> Vec<u8> {
        Model { graph: Some(self.0.clone()) }.encode_to_vec()
    }
}

fn small(seed: u32) -> Chain {
    let mut state = seed;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as f32 / 65_536.0 - 0.5
    };
    let mut chain = Chain::default();
    chain.0.initializer.push(tensor("least", &[1, 1, 1, 1], &[-0.4]));
    chain
        .node("Reshape", &[], vec![])
        .convolution([2, 1, 3, 3], &mut random)
        .node("Max", &["least"], vec![])
        .pool(2, 2)
        .convolution([5, 2, 1, 3], &mut random)
        .pool(1, 2)
        .convolution([6, 5, 3, 1], &mut random)
        .pool(2, 2)
        .pool(1, 2)
        .pool(1, 2)
        .convolution([EMBEDDING, 6, 3, 1], &mut random)
        .node("Reshape", &[], vec![])
}

/// One layer over a whole stretch, as textbooks have it. `given`: its weights as they stand in the file, which has the channels
/// that go out first, then those that come in, rows and places.
fn over(layer: &Layer, input: &Whole, given: &[f32]) -> Whole {
    match layer {
        Layer::Convolution(layer) => {
            let (places, beside) = (layer.row.places, layer.places / 2);
            let weight = |row: usize, place: usize, from: usize, to: usize| {
                given[((to * layer.row.channels + from) * layer.rows + row) * layer.places + place]
            };
            let value = |moment: usize, place: usize, to: usize| {
                let mut sum = layer.bias[to];
                for (row, offset) in (0..layer.rows).flat_map(|row| (0..layer.places).map(move |offset| (row, offset)))
                {
                    let Some(seen) = (place + offset).checked_sub(beside).filter(|seen| *seen < places) else {
                        continue;
                    };
                    for (from, channel) in input[moment + row][seen].iter().enumerate() {
                        sum += channel * weight(row, offset, from, to);
                    }
                }
                let activation = layer.activation.expect("each has one here");
                if sum < 0.0 { (sum * activation.slope).max(activation.least) } else { sum }
            };
            let moments = 0..(input.len() + 1).saturating_sub(layer.rows);
            let at = |moment| {
                (0..places).map(|place| (0..layer.channels).map(|to| value(moment, place, to)).collect()).collect()
            };
            moments.map(at).collect()
        }
        Layer::Pool { rows, places, .. } => {
            let largest = |rows: &[Vec<Vec<f32>>], place: usize, channel: usize| {
                let values =
                    rows.iter().flat_map(|row| row[place * places..(place + 1) * places].iter().map(|at| at[channel]));
                values.fold(f32::MIN, f32::max)
            };
            let at = |rows: &[Vec<Vec<f32>>]| -> Vec<Vec<f32>> {
                let channels = 0..rows[0][0].len();
                (0..rows[0].len() / places)
                    .map(|place| channels.clone().map(|channel| largest(rows, place, channel)).collect())
                    .collect()
            };
            input.chunks_exact(*rows).map(at).collect()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]
    #[test]
    fn what_is_computed_as_it_comes_is_what_the_whole_has(seed: u32, cut in 1_usize..700) {
        let model = EmbeddingModel::new(&small(seed).bytes()).unwrap();
        let sound: Vec<i16> = (0..6_000_u32).map(|index| (index.wrapping_mul(seed | 1) >> 17) as i16).collect();
        let (mut embedder, mut got) = (Embedder::new(&model), Vec::new());
        for piece in sound.chunks(cut) {
            embedder.push(piece, |embedding, step| got.push((embedding.to_vec(), step)));
        }
        let (mut mel, mut bands) = (mel::Mel::default(), Whole::new());
        mel.push(&sound, |step| bands.push(step.iter().map(|band| vec![*band]).collect()));
        prop_assert_eq!(bands.len(), (sound.len() - WINDOW) / STEP_SAMPLES + 1);
        let chain = small(seed);
        let mut given = chain.0.initializer.iter().filter(|tensor| tensor.name.starts_with('w'));
        let whole = model.0.iter().fold(bands, |input, layer| {
            let its = matches!(layer, Layer::Convolution(_)).then(|| given.next()).flatten();
            let bytes = its.map_or(&[][..], |tensor| &tensor.raw_data);
            let numbers: Vec<f32> = bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
            over(layer, &input, &numbers)
        });
        prop_assert_eq!(got.len(), whole.len());
        for ((embedding, step), whole) in got.iter().zip(&whole) {
            prop_assert_eq!(step % 4, got[0].1 % 4, "an embedding every fourth step, as this network pools");
            for (one, other) in embedding.iter().zip(&whole[0]) {
                prop_assert!((one - other).abs() < 1e-3 * other.abs().max(1.0), "{} {}", one, other);
            }
        }
    }

    #[test]
    fn no_file_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0_usize..5_000, new: u8) {
        let _ = EmbeddingModel::new(&bytes).is_ok();
        let mut whole = small(7).bytes();
        let at = at % whole.len();
        whole[at] = new;
        if let Ok(model) = EmbeddingModel::new(&whole) {
            Embedder::new(&model).push(&[1_000; 4_000], |_, _| {});
        }
        whole.truncate(at);
        prop_assert!(EmbeddingModel::new(&whole).is_err());
    }
}

#[test]
fn another_network_says_what_is_wrong_with_it() {
    let check = |chain: Chain, part: &str| {
        let error = EmbeddingModel::new(&chain.bytes()).err().expect("it is another").to_string();
        assert!(error.contains(part), "{error}");
    };
    check(Chain::default(), "another size");
    check(small(1).node("Softmax", &[], vec![]), "another kind");
    check(small(1).pool(3, 1), "another shape");
    let mut wide = small(1);
    wide.0.initializer[1].dims[1] = 2;
    check(wide, "another shape");
    let mut torn = small(1);
    torn.0.node[3].input[0] = "elsewhere".into();
    check(torn, "no chain");
    let mut short = small(1);
    short.0.initializer[1].raw_data.pop();
    check(short, "another size");
    let mut odd = small(1);
    odd.0.initializer[1].raw_data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    check(odd, "another size");
    assert_eq!(EmbeddingModel::new(&[0xFF; 10]).err(), Some(EmbeddingError::Damaged));
}

#[test]
fn it_forgets() {
    let model = EmbeddingModel::new(&small(3).bytes()).unwrap();
    let sound: Vec<i16> = (0..4_000_i32).map(|index| (index * 37 % 900) as i16).collect();
    let all = |embedder: &mut Embedder| {
        let mut all = Vec::new();
        embedder.push(&sound, |embedding, step| all.push((*embedding, step)));
        all
    };
    let mut embedder = Embedder::new(&model);
    let first = all(&mut embedder);
    embedder.forget();
    assert_eq!(all(&mut embedder), first);
}
