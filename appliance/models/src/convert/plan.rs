//! What the converted file holds, in order: each of its tensors, and the part of the original it is made from.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use parley_model_file::Scan;

use super::ConvertError;
use super::ctranslate2::{Element, Tensor};

/// Above Whisper large in every respect.
const MAX_LAYERS: u32 = 64;
const MAX_WIDTH: u64 = 4096;
const MAX_POSITIONS: u64 = 8192;
/// English-only, multilingual, and large-v3 with Cantonese.
const VOCABULARIES: std::ops::RangeInclusive<u64> = 51_864..=51_866;

/// The model's dimensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) vocabulary: u32,
    pub(super) width: u32,
    pub(super) mels: u32,
    pub(super) encoder: Side,
    pub(super) decoder: Side,
}

/// The dimensions of the encoder or the decoder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) positions: u32,
    pub(super) heads: u32,
    pub(super) layers: u32,
}

/// One tensor of the converted file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) name: String,
    /// Outermost dimension first; ggml writes them the other way round.
    pub(super) shape: Vec<u32>,
    /// Written as 32-bit floats, else as 16-bit ones.
    pub(super) single: bool,
    pub(super) source: Range,
}

/// Elements of the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) element: Element,
    pub(super) offset: u64,
    pub(super) elements: u64,
    /// These must all be zero; whisper.cpp has no place for them.
    pub(super) zero: Option<Box<Range>>,
}

type Tensors = BTreeMap<String, Tensor>;

impl Shape {
    /// The dimensions, from the shapes of the tensors.
    pub(super) fn of<R: Read + Seek>(tensors: &Tensors, scan: &mut Scan<R>) -> Result<Shape, ConvertError> {
        let dimension = |name: &str, index: usize, allowed: std::ops::RangeInclusive<u64>| {
            let size = *find(tensors, name)?.shape.get(index).ok_or_else(|| wrong(name, "has too few dimensions"))?;
            if allowed.contains(&size) { Ok(size as u32) } else { Err(wrong(name, "has another size than Whisper's")) }
        };
        let mut side = |side: &str| -> Result<Side, ConvertError> {
            let layers = (0..MAX_LAYERS)
                .take_while(|i| tensors.contains_key(&format!("{side}/layer_{i}/self_attention/linear_0/weight")))
                .count() as u32;
            let positions = dimension(&format!("{side}/position_encodings/encodings"), 0, 1..=MAX_POSITIONS)?;
            Ok(Side { positions, heads: scalar(tensors, &format!("{side}/num_heads"), scan)?, layers })
        };
        let (encoder, decoder) = (side("encoder")?, side("decoder")?);
        let width = dimension("encoder/conv1/weight", 0, 1..=MAX_WIDTH)?;
        for side in [&encoder, &decoder] {
            if side.layers == 0 || side.heads == 0 || !width.is_multiple_of(side.heads) {
                return Err(ConvertError::Model("its layers or attention heads are not Whisper's".to_owned()));
            }
        }
        let mels = dimension("encoder/conv1/weight", 1, 80..=128)?;
        let vocabulary = dimension("decoder/embeddings/weight", 0, VOCABULARIES)?;
        Ok(Shape { vocabulary, width, mels, encoder, decoder })
    }
}

/// Every tensor of the converted file; each original tensor was checked to have the shape that the dimensions imply.
pub(super) fn steps(shape: &Shape, tensors: &Tensors) -> Result<Vec<Step>, ConvertError> {
    let width = shape.width;
    let mut plan = Plan { tensors, width, steps: Vec::new() };
    plan.add(
        "encoder.positional_embedding",
        "encoder/position_encodings/encodings",
        &[shape.encoder.positions, width],
        true,
    )?;
    for (conv, inputs) in [("conv1", shape.mels), ("conv2", width)] {
        plan.add(&format!("encoder.{conv}.weight"), &format!("encoder/{conv}/weight"), &[width, inputs, 3], false)?;
        plan.conv_bias(conv)?;
    }
    plan.add(
        "decoder.positional_embedding",
        "decoder/position_encodings/encodings",
        &[shape.decoder.positions, width],
        true,
    )?;
    plan.add("decoder.token_embedding.weight", "decoder/embeddings/weight", &[shape.vocabulary, width], false)?;
    for (side, layers) in [("encoder", shape.encoder.layers), ("decoder", shape.decoder.layers)] {
        for layer in 0..layers {
            let (from, to) = (format!("{side}/layer_{layer}"), format!("{side}.blocks.{layer}"));
            plan.fused(&format!("{to}.attn"), &format!("{from}/self_attention/linear_0"), &["query", "key", "value"])?;
            plan.linear(&format!("{to}.attn.out"), &format!("{from}/self_attention/linear_1"), [width, width])?;
            plan.norm(&format!("{to}.attn_ln"), &format!("{from}/self_attention/layer_norm"))?;
            if side == "decoder" {
                plan.fused(&format!("{to}.cross_attn"), &format!("{from}/attention/linear_0"), &["query"])?;
                plan.fused(&format!("{to}.cross_attn"), &format!("{from}/attention/linear_1"), &["key", "value"])?;
                plan.linear(&format!("{to}.cross_attn.out"), &format!("{from}/attention/linear_2"), [width, width])?;
                plan.norm(&format!("{to}.cross_attn_ln"), &format!("{from}/attention/layer_norm"))?;
            }
            plan.linear(&format!("{to}.mlp.0"), &format!("{from}/ffn/linear_0"), [4 * width, width])?;
            plan.linear(&format!("{to}.mlp.2"), &format!("{from}/ffn/linear_1"), [width, 4 * width])?;
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
        let source = self.range(from, shape)?;
        self.steps.push(Step { name: to.to_owned(), shape: shape.to_vec(), single, source });
        Ok(())
    }

    /// whisper.cpp adds a convolution's bias to a matrix, so it has a second dimension.
    fn conv_bias(&mut self, conv: &str) -> Result<(), ConvertError> {
        let source = self.range(&format!("encoder/{conv}/bias"), &[self.width])?;
        self.steps.push(Step {
            name: format!("encoder.{conv}.bias"),
            shape: vec![self.width, 1],
            single: true,
            source,
        });
        Ok(())
    }

    fn norm(&mut self, to: &str, from: &str) -> Result<(), ConvertError> {
        self.add(&format!("{to}.weight"), &format!("{from}/gamma"), &[self.width], true)?;
        self.add(&format!("{to}.bias"), &format!("{from}/beta"), &[self.width], true)
    }

    fn linear(&mut self, to: &str, from: &str, shape: [u32; 2]) -> Result<(), ConvertError> {
        self.add(&format!("{to}.weight"), &format!("{from}/weight"), &shape, false)?;
        self.add(&format!("{to}.bias"), &format!("{from}/bias"), &shape[..1], true)
    }

    /// Projections that CTranslate2 keeps in one matrix, one below the other. A key's bias has no effect and must be 0.
    fn fused(&mut self, to: &str, from: &str, parts: &[&str]) -> Result<(), ConvertError> {
        let width = self.width;
        let rows = width * parts.len() as u32;
        let weights = self.range(&format!("{from}/weight"), &[rows, width])?;
        let biases = self.range(&format!("{from}/bias"), &[rows])?;
        let part = |whole: &Range, index: usize| {
            let elements = whole.elements / parts.len() as u64;
            let offset = whole.offset + index as u64 * elements * whole.element.bytes();
            Range { element: whole.element, offset, elements, zero: None }
        };
        for (index, name) in parts.iter().enumerate() {
            let mut source = part(&weights, index);
            let bias = part(&biases, index);
            if *name == "key" {
                source.zero = Some(Box::new(bias));
                self.steps.push(Step {
                    name: format!("{to}.{name}.weight"),
                    shape: vec![width, width],
                    single: false,
                    source,
                });
            } else {
                self.steps.push(Step {
                    name: format!("{to}.{name}.weight"),
                    shape: vec![width, width],
                    single: false,
                    source,
                });
                self.steps.push(Step {
                    name: format!("{to}.{name}.bias"),
                    shape: vec![width],
                    single: true,
                    source: bias,
                });
            }
        }
        Ok(())
    }

    fn range(&self, name: &str, shape: &[u32]) -> Result<Range, ConvertError> {
        let tensor = find(self.tensors, name)?;
        if !tensor.shape.iter().copied().eq(shape.iter().copied().map(u64::from)) {
            return Err(wrong(name, "has another shape than Whisper's"));
        }
        if !matches!(tensor.element, Element::F16 | Element::F32) {
            return Err(wrong(name, "is quantised; use a model with 16- or 32-bit floats"));
        }
        Ok(Range {
            element: tensor.element,
            offset: tensor.offset,
            elements: tensor.shape.iter().product(),
            zero: None,
        })
    }
}

fn scalar<R: Read + Seek>(tensors: &Tensors, name: &str, scan: &mut Scan<R>) -> Result<u32, ConvertError> {
    let tensor = find(tensors, name)?;
    if tensor.shape.iter().product::<u64>() != 1 {
        return Err(wrong(name, "is no single number"));
    }
    scan.jump(tensor.offset)?;
    let number = match tensor.element {
        Element::I8 => i64::from(i8::from_le_bytes(scan.array()?)),
        Element::I16 => i64::from(i16::from_le_bytes(scan.array()?)),
        Element::I32 => i64::from(i32::from_le_bytes(scan.array()?)),
        Element::F16 | Element::F32 => return Err(wrong(name, "is no whole number")),
    };
    u32::try_from(number).map_err(|_| wrong(name, "is negative"))
}

fn find<'a>(tensors: &'a Tensors, name: &str) -> Result<&'a Tensor, ConvertError> {
    tensors.get(name).ok_or_else(|| wrong(name, "is missing"))
}

fn wrong(name: &str, reason: &str) -> ConvertError {
    ConvertError::Model(format!("{name} {reason}"))
}
