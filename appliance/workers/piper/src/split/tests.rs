use proptest::prelude::*;

use super::*;
use crate::onnx::{Attribute, FLOAT, Tensor};

fn node(op_type: &str, input: &[&str], output: &str, attribute: Vec<Attribute>) -> Node {
    let input = input.iter().map(|name| (*name).to_owned()).collect();
    Node { input, output: vec![output.to_owned()], name: output.to_owned(), op_type: op_type.to_owned(), attribute }
}

fn ints(name: &str, ints: &[i64]) -> Attribute {
    Attribute { name: name.to_owned(), ints: ints.to_vec(), ..Attribute::default() }
}

fn weights(name: &str, dims: &[i64]) -> Tensor {
    Tensor { dims: dims.to_vec(), data_type: FLOAT, name: name.to_owned(), raw_data: Bytes::new() }
}

/// A voice in miniature: random, then a mask, then a decoder that makes four samples of a frame.
fn voice() -> Graph {
    let nodes = [
        node("Constant", &[], "three", vec![]),
        node("Gather", &["embedding", "input"], "embedded", vec![]),
        node("RandomNormalLike", &["embedded"], "random", vec![]),
        node("Concat", &["random", "embedded"], "flow", vec![]),
        node("Cast", &["input_lengths"], "mask", vec![]),
        node("Mul", &["flow", "mask"], "latent", vec![]),
        node("Conv", &["latent", "pre.weight"], "pre", vec![ints("pads", &[3, 3])]),
        node("LeakyRelu", &["pre"], "pre.relu", vec![]),
        node("ConvTranspose", &["pre.relu", "up.weight"], "up", vec![ints("strides", &[4]), ints("pads", &[2, 2])]),
        node("Conv", &["up", "block.weight"], "block", vec![ints("dilations", &[6]), ints("pads", &[12, 12])]),
        node("Add", &["block", "up"], "sum", vec![]),
        node("Div", &["sum", "three"], "mean", vec![]),
        node("Tanh", &["mean"], "output", vec![]),
    ];
    let constants = [
        weights("embedding", &[9, 16]),
        weights("pre.weight", &[8, 16, 7]),
        weights("up.weight", &[8, 4, 8]),
        weights("block.weight", &[4, 4, 5]),
    ];
    let info = |name: &str| onnx::encoded(&ValueInfo::frames(name, 1));
    Graph {
        node: nodes.iter().map(onnx::encoded).collect(),
        name: "voice".to_owned(),
        initializer: constants.iter().map(onnx::encoded).collect(),
        input: ["input", "input_lengths", "scales"].map(info).to_vec(),
        output: vec![info("output")],
        sparse_initializer: Vec::new(),
    }
}

fn split_graph(graph: Graph) -> Result<Halves, SplitError> {
    split(Model { ir_version: 8, graph: Some(graph), ..Model::default() }.encode_to_vec().into())
}

fn graph_of(model: &[u8]) -> Graph {
    Model::decode(model).unwrap().graph.unwrap()
}

fn operations(graph: &Graph) -> Vec<String> {
    graph.node.iter().map(|node| Node::decode(&**node).unwrap().op_type).collect()
}

fn constants(graph: &Graph) -> Vec<String> {
    graph.initializer.iter().map(|tensor| TensorHeader::decode(&**tensor).unwrap().name).collect()
}

#[test]
fn a_voice_falls_apart_between_mask_and_first_convolution() {
    let halves = split_graph(voice()).unwrap();
    assert_eq!(halves.latent, "latent");
    // 3 frames, then (8 - 1 - 2) / 4 rounded up, then 12 samples of a quarter frame each: 3 + 2 + 3 and one frame.
    assert_eq!(halves.reach, Reach { samples_per_frame: 4, margin_frames: 9 });

    let (front, decoder) = (graph_of(&halves.front), graph_of(&halves.decoder));
    assert_eq!(operations(&front)[..2], ["Constant", "Gather"]);
    assert_eq!(operations(&front).last().unwrap(), "Mul");
    assert_eq!(operations(&decoder), ["Constant", "Conv", "LeakyRelu", "ConvTranspose", "Conv", "Add", "Div", "Tanh"]);
    assert_eq!(constants(&decoder), ["pre.weight", "up.weight", "block.weight"]);
    assert_eq!(ValueInfo::decode(&*decoder.input[0]).unwrap(), ValueInfo::frames("latent", 16));
}

#[test]
fn the_front_is_not_random() {
    let front = graph_of(&split_graph(voice()).unwrap().front);
    assert!(!operations(&front).contains(&"RandomNormalLike".to_owned()));
    let makes_random = |node: &Bytes| Node::decode(&**node).unwrap().output == ["random"];
    assert!(front.node.iter().any(makes_random), "what read the random numbers reads nothing");
    let mut known: HashSet<String> = constants(&front).into_iter().collect();
    known.extend(front.input.iter().map(|input| ValueInfo::decode(&**input).unwrap().name));
    for node in front.node.iter().map(|node| Node::decode(&**node).unwrap()) {
        assert!(node.input.iter().all(|name| known.contains(name)), "{} reads what nothing makes", node.op_type);
        known.extend(node.output);
    }
}

/// How a changed voice is refused.
fn check(change: impl FnOnce(&mut Graph), expected: &str) {
    let mut graph = voice();
    change(&mut graph);
    let error = split_graph(graph).unwrap_err().to_string();
    assert!(error.contains(expected), "{error:?} does not say {expected:?}");
}

#[test]
fn what_cannot_be_taken_apart_is_refused() {
    check(|graph| drop(graph.input.remove(2)), "\"scales\"");
    check(|graph| graph.input.push(onnx::encoded(&ValueInfo::frames("sid", 1))), "several speakers");
    check(|graph| graph.node.push(onnx::encoded(&node("Softmax", &["output"], "last", vec![]))), "no single tensor");
    check(
        |graph| graph.node[6] = onnx::encoded(&node("Conv", &["latent", "pre.weight"], "pre", vec![])),
        "unknown reach",
    );
    assert!(matches!(split(Bytes::from_static(b"\xff\xff\xff")), Err(SplitError::Damaged(_))));
    assert!(matches!(split(Bytes::new()), Err(SplitError::NotAVoice(_))));
}

proptest! {
    #[test]
    fn damaged_files_never_panic(position in any::<prop::sample::Index>(), byte: u8, kept in any::<prop::sample::Index>()) {
        let mut model = Model { ir_version: 8, graph: Some(voice()), ..Model::default() }.encode_to_vec();
        let position = position.index(model.len());
        model[position] = byte;
        let _ = split(model.clone().into());
        model.truncate(kept.index(model.len()));
        let _ = split(model.into());
    }
}
