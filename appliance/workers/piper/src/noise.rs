//! Noise that is the same every time.
//!
//! A voice draws random numbers to vary rhythm and timbre. A job that is sent again after a crash must give the samples
//! it gave before, so every `RandomNormalLike` becomes a few nodes that cut its shape out of one constant stretch of
//! normal noise, repeated where it is too short.

use bytes::Bytes;

use crate::onnx::{self, Graph, Node, Tensor};

/// Numbers in the stretch: 1 MB, and 15 s of a voice with 192 channels before it repeats.
const LENGTH: usize = 1 << 18;
/// Any number does; another one gives every sentence another melody.
const SEED: u64 = 0x7061_726c_6579;

const NOISE: &str = "parley.noise";
const NOISE_LENGTH: &str = "parley.noise_length";
const ZERO: &str = "parley.zero";
const ONE: &str = "parley.one";

/// Replaces the random nodes of a graph, whose `nodes` are given decoded too.
pub fn make_constant(graph: &mut Graph, nodes: &[Node]) {
    if !nodes.iter().any(is_random) {
        return;
    }
    let encoded = std::mem::take(&mut graph.node);
    for (node, encoded) in nodes.iter().zip(encoded) {
        match (is_random(node), node.input.first(), node.output.first()) {
            (true, Some(like), Some(output)) => graph.node.extend(cut_noise(like, output)),
            _ => graph.node.push(encoded),
        }
    }
    let constants = [
        Tensor::vector_f32(NOISE, &normal_noise(SEED, LENGTH)),
        Tensor::vector_i64(NOISE_LENGTH, &[LENGTH as i64]),
        Tensor::vector_i64(ZERO, &[0]),
        Tensor::vector_i64(ONE, &[1]),
    ];
    graph.initializer.extend(constants.iter().map(onnx::encoded));
}

fn is_random(node: &Node) -> bool {
    node.op_type == "RandomNormalLike"
}

/// Nodes that fill the shape of `like` from the constant noise.
fn cut_noise(like: &str, output: &str) -> Vec<Bytes> {
    let name = |step: &str| format!("parley.{step}.{output}");
    let node = |op_type: &str, input: &[&str], output: &str| {
        let input = input.iter().map(|name| (*name).to_owned()).collect();
        let node = Node {
            input,
            output: vec![output.to_owned()],
            name: name(op_type),
            op_type: op_type.to_owned(),
            attribute: Vec::new(),
        };
        onnx::encoded(&node)
    };
    vec![
        node("Shape", &[like], &name("shape")),
        node("ReduceProd", &[&name("shape")], &name("count")),
        node("Sub", &[&name("count"), ONE], &name("last")),
        node("Div", &[&name("last"), NOISE_LENGTH], &name("turns")),
        node("Add", &[&name("turns"), ONE], &name("repeats")),
        node("Tile", &[NOISE, &name("repeats")], &name("tiled")),
        node("Slice", &[&name("tiled"), ZERO, &name("count")], &name("flat")),
        node("Reshape", &[&name("flat"), &name("shape")], output),
    ]
}

/// Numbers of mean 0 and variance 1, by the Box-Muller transform of a SplitMix64 sequence.
fn normal_noise(seed: u64, length: usize) -> Vec<f32> {
    let mut state = seed;
    let mut uniform = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        // 53 bits, never 0: the logarithm below must be finite.
        (((bits ^ (bits >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    let mut noise = Vec::with_capacity(length + 1);
    while noise.len() < length {
        let radius = (-2.0 * uniform().ln()).sqrt();
        let (sine, cosine) = (std::f64::consts::TAU * uniform()).sin_cos();
        noise.extend([(radius * cosine) as f32, (radius * sine) as f32]);
    }
    noise.truncate(length);
    noise
}

#[cfg(test)]
mod tests {
    use super::normal_noise;

    #[test]
    fn noise_is_normal_and_the_same_every_time() {
        let noise = normal_noise(1, 200_001);
        assert_eq!(noise, normal_noise(1, 200_001));
        assert_ne!(noise[..100], normal_noise(2, 100)[..]);
        let moment =
            |power: i32| noise.iter().map(|value| f64::from(*value).powi(power)).sum::<f64>() / noise.len() as f64;
        assert!(moment(1).abs() < 0.01, "mean {}", moment(1));
        assert!((moment(2) - 1.0).abs() < 0.01, "variance {}", moment(2));
        assert!(moment(3).abs() < 0.03, "skew {}", moment(3));
        assert!((moment(4) - 3.0).abs() < 0.06, "kurtosis {}", moment(4));
        let neighbours = noise.windows(2).map(|pair| f64::from(pair[0] * pair[1])).sum::<f64>() / noise.len() as f64;
        assert!(neighbours.abs() < 0.01, "neighbours correlate: {neighbours}");
    }
}
