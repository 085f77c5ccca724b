//! What the converted file holds, in order: each of its tensors, and the part of the original it is made from.

use std::collections::BTreeMap;
use std::io::{Read, Seek};
use std::ops::RangeInclusive;

use parley_model_file::Scan;

use super::ctranslate2::Tensor;
use super::{ConvertError, wrong};

/// Above Whisper large in every respect.
const MAX_LAYERS: u32 = 64;
const MAX_WIDTH: u32 = 4096;
const MAX_POSITIONS: u32 = 8192;
/// English-only, multilingual, and large-v3 with Cantonese.
const VOCABULARIES: RangeInclusive<u32> = 51_864..=51_866;

/// The model's dimensions.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) vocabulary: u32,
    pub(super) width: u32,
    pub(super) mels: u32,
    pub(super) encoder: Side,
    pub(super) decoder: Side,
}

/// The dimensions of the encoder or the decoder.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) positions: u32,
    pub(super) heads: u32,
    pub(super) layers: u32,
}

/// One tensor of the converted file, out of 16-bit floats of the original.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) name: String,
    /// Outermost dimension first; ggml writes them the other way round.
    pub(super) shape: Vec<u32>,
    /// Written as 32-bit floats, else as 16-bit ones.
    pub(super) single: bool,
    /// Where its elements begin in the original.
    pub(super) offset: u64,
    pub(super) elements: u64,
}

type Tensors = BTreeMap<String, Tensor>;

impl Shape {
    /// The dimensions, from the shapes of the tensors.
    pub(super) fn of<R: Read + Seek>(tensors: &Tensors, scan: &mut Scan<R>) -> Result<Self, ConvertError> {
        let dimension = |name: &str, index: usize, allowed: RangeInclusive<u32>| {
            let size = find(tensors, name)?.shape.get(index).copied().filter(|size| allowed.contains(size));
            size.ok_or_else(|| wrong(format!("{name} has another size")))
        };
        let mut side = |side: &str| -> Result<Side, ConvertError> {
            let is_there =
                |layer: &u32| tensors.contains_key(&format!("{side}/layer_{layer}/self_attention/linear_0/weight"));
            let layers = (0..MAX_LAYERS).take_while(is_there).count() as u32;
            let positions = dimension(&format!("{side}/position_encodings/encodings"), 0, 1..=MAX_POSITIONS)?;
            let heads = number(tensors, &format!("{side}/num_heads"), scan)?;
            Ok(Side { positions, heads, layers })
        };
        let (encoder, decoder) = (side("encoder")?, side("decoder")?);
        if encoder.layers == 0 || decoder.layers == 0 {
            return Err(wrong("it has no layers"));
        }
        let width = dimension("encoder/conv1/weight", 0, 1..=MAX_WIDTH)?;
        let mels = dimension("encoder/conv1/weight", 1, 80..=128)?;
        let vocabulary = dimension("decoder/embeddings/weight", 0, VOCABULARIES)?;
        Ok(Self { vocabulary, width, mels, encoder, decoder })
    }
}

/// Every tensor of the converted file; each original tensor was checked to have the shape that the dimensions imply.
pub(super) fn steps(shape: &Shape, tensors: &Tensors) -> Result<Vec<Step>, ConvertError> {
    let width = shape.width;
    let mut plan = Plan { tensors, width, steps: Vec::new() };
    let positions = |side: &Side| [side.positions, width];
    let (from, to) = ("position_encodings/encodings", "positional_embedding");
    plan.add(&format!("encoder.{to}"), &format!("encoder/{from}"), &positions(&shape.encoder), true)?;
    for (conv, inputs) in [("conv1", shape.mels), ("conv2", width)] {
        plan.linear(&format!("encoder.{conv}"), &format!("encoder/{conv}"), &[width, inputs, 3])?;
        // whisper.cpp adds a convolution's bias to a matrix, so it has a second dimension.
        plan.steps.last_mut().into_iter().for_each(|bias| bias.shape.push(1));
    }
    plan.add(&format!("decoder.{to}"), &format!("decoder/{from}"), &positions(&shape.decoder), true)?;
    plan.add("decoder.token_embedding.weight", "decoder/embeddings/weight", &[shape.vocabulary, width], false)?;
    for (side, layers) in [("encoder", shape.encoder.layers), ("decoder", shape.decoder.layers)] {
        for layer in 0..layers {
            let (from, to) = (format!("{side}/layer_{layer}"), format!("{side}.blocks.{layer}"));
            plan.fused(&format!("{to}.attn"), &format!("{from}/self_attention/linear_0"), &["query", "key", "value"])?;
            plan.linear(&format!("{to}.attn.out"), &format!("{from}/self_attention/linear_1"), &[width, width])?;
            plan.norm(&format!("{to}.attn_ln"), &format!("{from}/self_attention/layer_norm"))?;
            if side == "decoder" {
                plan.fused(&format!("{to}.cross_attn"), &format!("{from}/attention/linear_0"), &["query"])?;
                plan.fused(&format!("{to}.cross_attn"), &format!("{from}/attention/linear_1"), &["key", "value"])?;
                plan.linear(&format!("{to}.cross_attn.out"), &format!("{from}/attention/linear_2"), &[width, width])?;
                plan.norm(&format!("{to}.cross_attn_ln"), &format!("{from}/attention/layer_norm"))?;
            }
            plan.linear(&format!("{to}.mlp.0"), &format!("{from}/ffn/linear_0"), &[4 * width, width])?;
            plan.linear(&format!("{to}.mlp.2"), &format!("{from}/ffn/linear_1"), &[width, 4 * width])?;
            plan.norm(&format!("{to}.mlp_ln"), &format!("{from}/ffn/layer_norm"))?;
        }
    }
    plan.norm("encoder.ln_post", "encoder/layer_norm")?;
    plan.norm("decoder.ln", "decoder/layer_norm")?;
    Ok(plan.steps)
}

struct Plan<'a> {
    tensors: &'a Tensors,
    width: u32,
    steps: Vec<Step>,
}

impl Plan<'_> {
    fn add(&mut self, to: &str, from: &str, shape: &[u32], single: bool) -> Result<(), ConvertError> {
        self.add_part(to, from, shape, single, 0, 1)
    }

    /// Adds a tensor that is one of several of the same shape, one below the other, in the original.
    fn add_part(
        &mut self,
        to: &str,
        from: &str,
        shape: &[u32],
        single: bool,
        index: u32,
        parts: u32,
    ) -> Result<(), ConvertError> {
        let tensor = find(self.tensors, from)?;
        let elements: u64 = shape.iter().copied().map(u64::from).product();
        let (rows, columns) = (shape[0] * parts, &shape[1..]);
        if tensor.shape.first() != Some(&rows) || tensor.shape.get(1..) != Some(columns) {
            return Err(wrong(format!("{from} has another shape")));
        }
        if tensor.kind != Tensor::F16 || tensor.bytes != 2 * elements * u64::from(parts) {
            return Err(wrong(format!("{from} is not of 16-bit floats; use a model that is")));
        }
        let offset = tensor.offset + 2 * elements * u64::from(index);
        self.steps.push(Step { name: to.to_owned(), shape: shape.to_vec(), single, offset, elements });
        Ok(())
    }

    fn norm(&mut self, to: &str, from: &str) -> Result<(), ConvertError> {
        self.add(&format!("{to}.weight"), &format!("{from}/gamma"), &[self.width], true)?;
        self.add(&format!("{to}.bias"), &format!("{from}/beta"), &[self.width], true)
    }

    fn linear(&mut self, to: &str, from: &str, shape: &[u32]) -> Result<(), ConvertError> {
        self.add(&format!("{to}.weight"), &format!("{from}/weight"), shape, false)?;
        self.add(&format!("{to}.bias"), &format!("{from}/bias"), &shape[..1], true)
    }

    /// Projections that CTranslate2 keeps in one matrix. A key's bias has no effect, and whisper.cpp no place for it.
    fn fused(&mut self, to: &str, from: &str, parts: &[&str]) -> Result<(), ConvertError> {
        let (width, count) = (self.width, parts.len() as u32);
        for (part, index) in parts.iter().zip(0..) {
            let (weight, bias) = (format!("{from}/weight"), format!("{from}/bias"));
            self.add_part(&format!("{to}.{part}.weight"), &weight, &[width, width], false, index, count)?;
            if *part != "key" {
                self.add_part(&format!("{to}.{part}.bias"), &bias, &[width], true, index, count)?;
            }
        }
        Ok(())
    }
}

/// A tensor that is a single number.
fn number<R: Read + Seek>(tensors: &Tensors, name: &str, scan: &mut Scan<R>) -> Result<u32, ConvertError> {
    let tensor = find(tensors, name)?;
    if (tensor.kind, tensor.bytes) != (Tensor::I16, 2) {
        return Err(wrong(format!("{name} is no 16-bit number")));
    }
    scan.jump(tensor.offset)?;
    Ok(u32::from(scan.u16()?))
}

fn find<'a>(tensors: &'a Tensors, name: &str) -> Result<&'a Tensor, ConvertError> {
    tensors.get(name).ok_or_else(|| wrong(format!("{name} is missing")))
}
