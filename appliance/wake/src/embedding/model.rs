//! Reads the network from its file. Nothing of the file is believed before it has been checked.
//!
//! Field numbers are those of `onnx.proto`.

use std::collections::HashMap;

use prost::Message;

use super::EMBEDDING;
use super::layers::{Activation, Convolution, Layer, Row};
use super::mel::BANDS;

/// The largest file, in bytes, and the most layers and channels.
const MOST_BYTES: usize = 8 << 20;
const MOST_LAYERS: usize = 64;
const MOST_CHANNELS: usize = 512;
/// `TensorProto.FLOAT`.
const FLOAT: i32 = 1;

/// Why a file is of no use.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EmbeddingError {
    /// The bytes are no model.
    #[error("the file is damaged, or is no ONNX model")]
    Damaged,
    /// It is a model of another kind.
    #[error("the network is none that compares words: {0}")]
    Other(&'static str),
}

/// `ModelProto`, as far as it matters; so the others.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Model {
    #[prost(message, optional, tag = "7")]
    pub(super) graph: Option<Graph>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Graph {
    /// In the order in which they run.
    #[prost(message, repeated, tag = "1")]
    pub(super) node: Vec<Node>,
    #[prost(message, repeated, tag = "5")]
    pub(super) initializer: Vec<Tensor>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Node {
    #[prost(string, repeated, tag = "1")]
    pub(super) input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub(super) output: Vec<String>,
    #[prost(string, tag = "4")]
    pub(super) op_type: String,
    #[prost(message, repeated, tag = "5")]
    pub(super) attribute: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Attribute {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(float, tag = "2")]
    pub(super) f: f32,
    #[prost(int64, repeated, tag = "8")]
    pub(super) ints: Vec<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Tensor {
    #[prost(int64, repeated, tag = "1")]
    pub(super) dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    pub(super) data_type: i32,
    #[prost(string, tag = "8")]
    pub(super) name: String,
    #[prost(bytes = "vec", tag = "9")]
    pub(super) raw_data: Vec<u8>,
}

/// The layers, from bands to embeddings.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Layer>, EmbeddingError> {
    if bytes.len() > MOST_BYTES {
        return Err(EmbeddingError::Other("it is too large"));
    }
    let model = Model::decode(bytes).map_err(|_| EmbeddingError::Damaged)?;
    let Graph { node, initializer } = model.graph.ok_or(EmbeddingError::Damaged)?;
    let tensors: HashMap<&str, &Tensor> = initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    let (mut layers, mut row) = (Vec::new(), Row { places: BANDS, channels: 1 });
    let mut value: Option<&String> = None;
    for node in &node {
        // One behind the other: what the last gave is what the next takes.
        if node.input.first().is_none_or(|input| value.is_some_and(|value| value != input)) {
            return Err(EmbeddingError::Other("its layers are no chain"));
        }
        value = node.output.first();
        match node.op_type.as_str() {
            // Only names the axes otherwise.
            "Reshape" => continue,
            "Conv" => layers.push(Layer::Convolution(convolution(node, &tensors, row)?)),
            "MaxPool" => layers.push(pool(node, row)?),
            "LeakyRelu" => activation(&mut layers)?.slope = slope(node)?,
            "Max" => activation(&mut layers)?.least = least(node, &tensors)?,
            _ => return Err(EmbeddingError::Other("it has a layer of another kind")),
        }
        row = layers.last().map_or(row, Layer::output);
        if layers.len() > MOST_LAYERS || row.places == 0 {
            return Err(EmbeddingError::Other("it has another shape"));
        }
    }
    if layers.is_empty() || row != (Row { places: 1, channels: EMBEDDING }) {
        return Err(EmbeddingError::Other("what comes of it has another size"));
    }
    Ok(layers)
}

fn ints<'a>(node: &'a Node, name: &str) -> &'a [i64] {
    node.attribute.iter().find(|attribute| attribute.name == name).map_or(&[], |attribute| &attribute.ints)
}

/// The numbers of a tensor, which must have these dimensions.
fn numbers(tensor: &Tensor, dims: &[usize]) -> Result<Vec<f32>, EmbeddingError> {
    let are_wanted = tensor.dims.iter().map(|dim| usize::try_from(*dim).unwrap_or_default()).eq(dims.iter().copied());
    let (numbers, rest) = tensor.raw_data.as_chunks::<4>();
    let has_all = numbers.len() == dims.iter().product::<usize>() && rest.is_empty();
    let numbers: Vec<f32> = numbers.iter().map(|number| f32::from_le_bytes(*number)).collect();
    if !are_wanted || !has_all || tensor.data_type != FLOAT || !numbers.iter().all(|number| number.is_finite()) {
        return Err(EmbeddingError::Other("a layer's weights have another size"));
    }
    Ok(numbers)
}

fn convolution(node: &Node, tensors: &HashMap<&str, &Tensor>, row: Row) -> Result<Convolution, EmbeddingError> {
    let tensor = |index: usize| node.input.get(index).and_then(|name| tensors.get(name.as_str()));
    let weights = tensor(1).ok_or(EmbeddingError::Other("a layer has no weights"))?;
    let sizes: Vec<usize> = weights.dims.iter().map(|dim| usize::try_from(*dim).unwrap_or_default()).collect();
    let [channels, inputs, rows, places] = sizes[..] else {
        return Err(EmbeddingError::Other("a layer has another shape"));
    };
    let is_known = |size| size == 1 || size == 3;
    let beside = places as i64 / 2;
    let pads = ints(node, "pads");
    let is_padded = pads == [0, beside, 0, beside] || (pads.is_empty() && beside == 0);
    let is_usual = is_padded
        && ints(node, "strides").iter().all(|stride| *stride == 1)
        && ints(node, "dilations").iter().all(|dilation| *dilation == 1);
    if !is_known(rows)
        || !is_known(places)
        || !is_usual
        || inputs != row.channels
        || !(1..=MOST_CHANNELS).contains(&channels)
    {
        return Err(EmbeddingError::Other("a layer has another shape"));
    }
    let given = numbers(weights, &[channels, inputs, rows, places])?;
    let mut ordered = Vec::with_capacity(given.len());
    for (row, place) in (0..rows).flat_map(|row| (0..places).map(move |place| (row, place))) {
        for input in 0..inputs {
            ordered
                .extend((0..channels).map(|output| given[((output * inputs + input) * rows + row) * places + place]));
        }
    }
    let bias = tensor(2).map_or_else(|| Ok(vec![0.0; channels]), |bias| numbers(bias, &[channels]))?;
    Ok(Convolution { row, channels, rows, places, weights: ordered, bias, activation: None })
}

fn pool(node: &Node, row: Row) -> Result<Layer, EmbeddingError> {
    let (kernel, strides) = (ints(node, "kernel_shape"), ints(node, "strides"));
    let is_padded = ints(node, "pads").iter().any(|pad| *pad != 0);
    match *kernel {
        [rows @ 1..=2, places @ 1..=2] if strides == kernel && !is_padded => {
            Ok(Layer::Pool { rows: rows as usize, places: places as usize, row })
        }
        _ => Err(EmbeddingError::Other("a layer has another shape")),
    }
}

/// The last layer's activation; none yet is as if it changed nothing.
fn activation(layers: &mut [Layer]) -> Result<&mut Activation, EmbeddingError> {
    match layers.last_mut() {
        Some(Layer::Convolution(Convolution { activation, .. })) => {
            Ok(activation.get_or_insert(Activation { slope: 1.0, least: f32::MIN }))
        }
        Some(Layer::Pool { .. }) | None => Err(EmbeddingError::Other("its layers are in another order")),
    }
}

fn slope(node: &Node) -> Result<f32, EmbeddingError> {
    let alpha = node.attribute.iter().find(|attribute| attribute.name == "alpha").map(|attribute| attribute.f);
    alpha.filter(|alpha| (0.0..=1.0).contains(alpha)).ok_or(EmbeddingError::Other("a layer has another activation"))
}

fn least(node: &Node, tensors: &HashMap<&str, &Tensor>) -> Result<f32, EmbeddingError> {
    let tensor = node.input.get(1).and_then(|name| tensors.get(name.as_str()));
    let least = tensor.and_then(|tensor| numbers(tensor, &[1, 1, 1, 1]).ok()?.first().copied());
    least.filter(|least| *least <= 0.0).ok_or(EmbeddingError::Other("a layer has another activation"))
}
