//! Takes a voice apart, so that sound comes before a whole clause is computed.
//!
//! A Piper voice is one graph: a **front** turns phonemes into a **latent** of so many channels per **frame**, a
//! **decoder** turns the latent into samples. The decoder only convolves, so any stretch of it can be computed on its
//! own, given the frames within its [`Reach`] on both sides. The front is not local, and is random: its noise is
//! replaced by constants (see [`crate::noise`]), so that the same text always gives the same samples.

use std::collections::{BTreeMap, HashMap, HashSet};

use bytes::Bytes;
use prost::Message;

use crate::noise;
use crate::onnx::{self, Graph, Model, Node, TensorHeader, ValueInfo};
use crate::reach::{self, Reach};

/// Operations whose output at one moment depends on their input near that moment.
const LOCAL_OPERATIONS: [&str; 12] = [
    "Conv",
    "ConvTranspose",
    "LeakyRelu",
    "Relu",
    "Tanh",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Identity",
    "Squeeze",
    "Unsqueeze",
];

/// The two halves of a voice.
#[derive(Debug)]
pub struct Halves {
    /// An ONNX model from phonemes to [`Halves::latent`].
    pub front: Vec<u8>,
    /// An ONNX model from [`Halves::latent`] to the voice's own output.
    pub decoder: Vec<u8>,
    /// The tensor between the halves: one item, channels, frames.
    pub latent: String,
    pub reach: Reach,
}

/// Why a voice could not be taken apart.
#[derive(Debug, thiserror::Error)]
pub enum SplitError {
    #[error("it is not a whole ONNX model ({0}); fetch it again")]
    Damaged(#[from] prost::DecodeError),
    #[error("it is an ONNX model, but not a Piper voice: it has no input named {0:?}")]
    NotAVoice(&'static str),
    /// A voice of another make; it can still be run whole.
    #[error("its decoder cannot be told apart: {0}")]
    Unknown(&'static str),
}

/// Takes a voice apart.
pub fn split(model: Bytes) -> Result<Halves, SplitError> {
    let model = Model::decode(model)?;
    let Some(graph) = model.graph.as_ref() else { return Err(SplitError::NotAVoice("input")) };
    let inputs: Vec<ValueInfo> =
        graph.input.iter().map(|input| ValueInfo::decode(&**input)).collect::<Result<_, _>>()?;
    for expected in ["input", "input_lengths", "scales"] {
        if !inputs.iter().any(|input| input.name == expected) {
            return Err(SplitError::NotAVoice(expected));
        }
    }
    if inputs.iter().any(|input| input.name == "sid") {
        return Err(SplitError::Unknown("it has several speakers"));
    }
    let parts = Parts::of(graph)?;
    let cut = parts.find_cut()?;
    let latent_channels =
        parts.channels_read_by(cut.first_node).ok_or(SplitError::Unknown("its first convolution has no weights"))?;
    let reach = reach::of(&parts.nodes[cut.first_node..], &cut.latent, &parts.constants)
        .ok_or(SplitError::Unknown("its decoder has an operation of unknown reach"))?;

    let latent = onnx::encoded(&ValueInfo::frames(&cut.latent, latent_channels));
    let (front_nodes, decoder_nodes) = graph.node.split_at(cut.first_node);
    let mut front =
        Graph { node: front_nodes.to_vec(), input: graph.input.clone(), output: vec![latent.clone()], ..empty(graph) };
    front.initializer = parts.constants_of(&parts.nodes[..cut.first_node]);
    noise::make_constant(&mut front, &parts.nodes[..cut.first_node]);
    let mut decoder = Graph {
        node: parts.constant_nodes(cut.first_node),
        input: vec![latent],
        output: graph.output.clone(),
        ..empty(graph)
    };
    decoder.node.extend_from_slice(decoder_nodes);
    decoder.initializer = parts.constants_of(&parts.nodes[cut.first_node..]);

    let encode = |graph| Model { graph: Some(graph), ..model.clone() }.encode_to_vec();
    Ok(Halves { front: encode(front), decoder: encode(decoder), latent: cut.latent, reach })
}

fn empty(graph: &Graph) -> Graph {
    Graph { name: graph.name.clone(), ..Graph::default() }
}

struct Cut {
    first_node: usize,
    latent: String,
}

/// A graph with its parts decoded as far as finding one's way needs.
struct Parts<'a> {
    graph: &'a Graph,
    nodes: Vec<Node>,
    /// Shapes of the constants by name.
    constants: BTreeMap<String, Vec<i64>>,
    /// Where a constant is among the graph's initializers.
    initializers: HashMap<String, usize>,
}

impl<'a> Parts<'a> {
    fn of(graph: &'a Graph) -> Result<Self, SplitError> {
        if !graph.sparse_initializer.is_empty() {
            return Err(SplitError::Unknown("it has sparse weights"));
        }
        let nodes = graph.node.iter().map(|node| Node::decode(&**node)).collect::<Result<Vec<_>, _>>()?;
        let mut constants = BTreeMap::new();
        let mut initializers = HashMap::new();
        for (position, encoded) in graph.initializer.iter().enumerate() {
            let tensor = TensorHeader::decode(encoded.clone())?;
            initializers.insert(tensor.name.clone(), position);
            constants.insert(tensor.name, tensor.dims);
        }
        for node in nodes.iter().filter(|node| node.op_type == "Constant") {
            constants.extend(node.output.iter().map(|name| (name.clone(), Vec::new())));
        }
        Ok(Self { graph, nodes, constants, initializers })
    }

    /// The longest run of local operations at the end that hangs on a single tensor.
    fn find_cut(&self) -> Result<Cut, SplitError> {
        let mut needed: HashSet<&str> = HashSet::new();
        let mut upsamples = false;
        let mut cut = None;
        for (position, node) in self.nodes.iter().enumerate().rev() {
            if node.op_type == "Constant" {
                continue;
            }
            if !LOCAL_OPERATIONS.contains(&node.op_type.as_str()) {
                break;
            }
            upsamples |= node.op_type == "ConvTranspose";
            for output in &node.output {
                needed.remove(output.as_str());
            }
            needed.extend(
                node.input
                    .iter()
                    .map(String::as_str)
                    .filter(|name| !name.is_empty() && !self.constants.contains_key(*name)),
            );
            if let (true, "Conv", 1, Some(latent)) =
                (upsamples, node.op_type.as_str(), needed.len(), needed.iter().next())
            {
                cut = Some(Cut { first_node: position, latent: (*latent).to_owned() });
            }
        }
        cut.ok_or(SplitError::Unknown("no single tensor leads into it"))
    }

    /// Channels that a convolution takes in.
    fn channels_read_by(&self, node: usize) -> Option<i64> {
        self.constants.get(self.nodes[node].input.get(1)?)?.get(1).copied()
    }

    /// The initializers that these nodes read.
    fn constants_of(&self, nodes: &[Node]) -> Vec<Bytes> {
        let read: HashSet<usize> =
            nodes.iter().flat_map(|node| &node.input).filter_map(|name| self.initializers.get(name).copied()).collect();
        let mut read: Vec<usize> = read.into_iter().collect();
        read.sort_unstable();
        read.into_iter().map(|position| self.graph.initializer[position].clone()).collect()
    }

    /// The `Constant` nodes before a position: both halves may read them.
    fn constant_nodes(&self, before: usize) -> Vec<Bytes> {
        let encoded = self.graph.node[..before].iter();
        self.nodes
            .iter()
            .zip(encoded)
            .filter(|(node, _)| node.op_type == "Constant")
            .map(|(_, encoded)| encoded.clone())
            .collect()
    }
}

#[cfg(test)]
mod tests;
