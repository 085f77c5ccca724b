//! How far a decoder looks around a frame.
//!
//! Every convolution looks some samples to both sides, at the rate that holds where it stands; the reaches of a chain
//! add up, and where chains meet the longer one counts.

use std::collections::{BTreeMap, HashMap};

use crate::onnx::Node;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reach {
    /// Samples that one frame becomes.
    pub samples_per_frame: usize,
    /// Frames on each side that a frame's samples depend on.
    pub margin_frames: usize,
}

/// A tensor's rate and reach.
#[derive(Debug, Clone, Copy)]
struct Seen {
    samples_per_frame: usize,
    /// In frames.
    reach: f64,
}

/// The reach of these nodes, which compute their last output from `latent`; `None` where an operation is not known to
/// be local, or is one whose rates do not come out even.
pub fn of(nodes: &[Node], latent: &str, constants: &BTreeMap<String, Vec<i64>>) -> Option<Reach> {
    let mut seen: HashMap<&str, Seen> = HashMap::new();
    seen.insert(latent, Seen { samples_per_frame: 1, reach: 0.0 });
    let mut last = None;
    for node in nodes.iter().filter(|node| node.op_type != "Constant") {
        let read: Vec<Seen> = node.input.iter().filter_map(|name| seen.get(name.as_str()).copied()).collect();
        let first = *read.first()?;
        if read.iter().any(|other| other.samples_per_frame != first.samples_per_frame) {
            return None;
        }
        let reach = read.iter().map(|input| input.reach).fold(0.0, f64::max);
        let input = Seen { reach, ..first };
        let output = match node.op_type.as_str() {
            "Conv" => after_convolution(node, input, constants)?,
            "ConvTranspose" => after_upsampling(node, input, constants)?,
            _ => input,
        };
        seen.extend(node.output.iter().map(|name| (name.as_str(), output)));
        last = Some(output);
    }
    let last = last?;
    // A frame has a width: its first sample looks from its left edge, its last from the right one.
    Some(Reach { samples_per_frame: last.samples_per_frame, margin_frames: last.reach.ceil() as usize + 1 })
}

fn after_convolution(node: &Node, input: Seen, constants: &BTreeMap<String, Vec<i64>>) -> Option<Seen> {
    let shape = Window::of(node, constants)?;
    let span = shape.dilation.checked_mul(shape.kernel.checked_sub(1)?)?;
    // Only a convolution that keeps the length keeps frames and samples aligned.
    if shape.stride != 1 || shape.pad_left.checked_add(shape.pad_right)? != span {
        return None;
    }
    let reach = input.reach + shape.pad_left.max(shape.pad_right) as f64 / input.samples_per_frame as f64;
    Some(Seen { reach, ..input })
}

fn after_upsampling(node: &Node, input: Seen, constants: &BTreeMap<String, Vec<i64>>) -> Option<Seen> {
    let shape = Window::of(node, constants)?;
    if shape.dilation != 1 || shape.kernel.checked_sub(shape.stride)? != shape.pad_left.checked_add(shape.pad_right)? {
        return None;
    }
    let looks = (shape.kernel - 1).checked_sub(shape.pad_left)?.max(shape.pad_left).div_ceil(shape.stride);
    let reach = input.reach + looks as f64 / input.samples_per_frame as f64;
    Some(Seen { samples_per_frame: input.samples_per_frame.checked_mul(shape.stride)?, reach })
}

/// A one-dimensional convolution's window.
struct Window {
    kernel: usize,
    stride: usize,
    dilation: usize,
    pad_left: usize,
    pad_right: usize,
}

impl Window {
    fn of(node: &Node, constants: &BTreeMap<String, Vec<i64>>) -> Option<Self> {
        let weights = constants.get(node.input.get(1)?)?;
        let integers = |name: &str| {
            node.attribute.iter().find(|attribute| attribute.name == name).map(|found| found.ints.as_slice())
        };
        let padded_by_rule = |name: &str| {
            node.attribute.iter().any(|found| found.name == name && !found.s.is_empty() && &*found.s != b"NOTSET")
        };
        if weights.len() != 3
            || padded_by_rule("auto_pad")
            || integers("output_padding").is_some_and(|pads| pads != [0])
        {
            return None;
        }
        let one = |values: Option<&[i64]>| match values {
            None | Some([]) => Some(1),
            Some([value]) => usize::try_from(*value).ok().filter(|value| *value > 0),
            Some(_) => None,
        };
        let (pad_left, pad_right) = match integers("pads") {
            None | Some([]) => (0, 0),
            Some([left, right]) => (usize::try_from(*left).ok()?, usize::try_from(*right).ok()?),
            Some(_) => return None,
        };
        Some(Self {
            kernel: usize::try_from(weights[2]).ok().filter(|kernel| *kernel > 0)?,
            stride: one(integers("strides"))?,
            dilation: one(integers("dilations"))?,
            pad_left,
            pad_right,
        })
    }
}
