//! What a network does at each step, with all lengths checked and all places computed beforehand.

use std::collections::HashMap;

use super::NetworkError;
use super::file::{self, List, Table};
use super::steps::{Convolution, Quantization, Step};
use crate::CHANNELS;

type Result<T> = std::result::Result<T, NetworkError>;

/// No network of this kind has more operators, nor values in one tensor,
const MOST_OPERATORS: usize = 500;
const MOST_VALUES: usize = 1 << 16;
/// nor multiplies more in one step.
const MOST_PRODUCTS: usize = 1 << 22;
/// No sum has more of them, so that it fits into 32 bits.
const MOST_IN_A_SUM: usize = 1 << 13;
/// A feature is so much of what the network was trained with.
const FEATURE_SCALE: f32 = 0.039_062_5;

/// TensorFlow Lite's numbers of types.
const INT32: i8 = 2;
const UINT8: i8 = 3;
const INT8: i8 = 9;
const RESOURCE: i8 = 13;

/// A list of values, known by its shape.
#[derive(Clone)]
struct Tensor<'a> {
    kind: i8,
    shape: Vec<usize>,
    length: usize,
    scales: Vec<f32>,
    zero: i32,
    constant: &'a [u8],
}

/// Steps, in their order, over values that are known by their numbers: the tensors, and behind them what is remembered.
pub(super) struct Plan {
    steps: Vec<Step>,
    /// What all values are before anything was heard.
    beginning: Vec<Vec<i8>>,
    input: (usize, Quantization),
    output: (usize, Quantization),
}

impl Plan {
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let model = file::root(bytes)?;
        let reader = Reader { codes: codes(model)?, buffers: model.list(4, 4)?, graphs: model.list(2, 4)? };
        reader.plan()
    }

    /// How many features a step takes.
    pub fn input_length(&self) -> usize {
        self.beginning.get(self.input.0).map_or(0, Vec::len)
    }

    pub fn values(&self) -> Vec<Vec<i8>> {
        self.beginning.clone()
    }

    pub fn quantized(&self, feature: u16) -> i8 {
        self.input.1.quantized(f32::from(feature) * FEATURE_SCALE)
    }

    pub fn run(&self, features: &[i8], values: &mut [Vec<i8>]) {
        if let Some(input) = values.get_mut(self.input.0) {
            input.copy_from_slice(features);
        }
        for step in &self.steps {
            step.run(values);
        }
    }

    pub fn likelihood(&self, values: &[Vec<i8>]) -> f32 {
        let value = values.get(self.output.0).and_then(|output| output.first());
        value.map_or(0.0, |value| self.output.1.real(*value)).clamp(0.0, 1.0)
    }
}

/// The kinds of operators, by the numbers that a graph has for them.
fn codes(model: Table<'_>) -> Result<Vec<i32>> {
    let codes = model.list(1, 4)?;
    let code = |index| {
        let code = codes.table(index)?;
        // Numbers below 127 stood in the first field alone, once.
        Ok(i32::from(code.i8(0)?).max(code.i32(3)?))
    };
    (0..codes.length.min(MOST_OPERATORS)).map(code).collect()
}

struct Reader<'a> {
    codes: Vec<i32>,
    buffers: List<'a>,
    graphs: List<'a>,
}

/// An operator of a graph, with the numbers of its tensors.
struct Operator<'a> {
    code: i32,
    inputs: Vec<usize>,
    outputs: Vec<usize>,
    options: Option<Table<'a>>,
}

impl Operator<'_> {
    fn input(&self, index: usize) -> Result<usize> {
        self.inputs.get(index).copied().ok_or(NetworkError::Damaged)
    }

    fn output(&self, index: usize) -> Result<usize> {
        self.outputs.get(index).copied().ok_or(NetworkError::Damaged)
    }

    fn option(&self, index: usize) -> Result<i32> {
        self.options.map_or(Ok(0), |options| options.i32(index))
    }

    fn short_option(&self, index: usize) -> Result<i8> {
        self.options.map_or(Ok(0), |options| options.i8(index))
    }
}

impl<'a> Reader<'a> {
    fn plan(&self) -> Result<Plan> {
        let graph = self.graphs.table(0)?;
        let tensors = self.tensors(graph)?;
        let operators = self.operators(graph, tensors.len())?;
        let remembered = self.remembered()?;
        let mut beginning: Vec<Vec<i8>> = tensors.iter().map(beginning).collect::<Result<_>>()?;
        let (mut handles, mut names, mut steps) = (HashMap::new(), HashMap::new(), Vec::new());
        let mut products = 0;
        for operator in &operators {
            match operator.code {
                code::VAR_HANDLE => {
                    let name = name(operator)?;
                    let next = tensors.len() + names.len();
                    let place = *names.entry(name).or_insert(next);
                    if place == beginning.len() {
                        beginning.push(remembered.get(name).cloned().unwrap_or_default());
                    }
                    handles.insert(operator.output(0)?, place);
                }
                code::CALL_ONCE => {}
                code::READ_VARIABLE => {
                    let (from, to) = (handle(&handles, operator)?, operator.output(0)?);
                    steps.push(same(&mut beginning, &tensors, from, to)?);
                }
                code::ASSIGN_VARIABLE => {
                    let (to, from) = (handle(&handles, operator)?, operator.input(1)?);
                    steps.push(same(&mut beginning, &tensors, to, from).map(|_| Step::Copy { from, to })?);
                }
                _ => {
                    let further = step(operator, &tensors)?;
                    products += further.iter().map(Step::products).sum::<usize>();
                    steps.extend(further);
                }
            }
        }
        if products > MOST_PRODUCTS {
            return Err(NetworkError::Other("it computes too much"));
        }
        let (input, output) = (only(graph.list(1, 4)?, &tensors)?, only(graph.list(2, 4)?, &tensors)?);
        let rows = tensors[input].length;
        if tensors[input].kind != INT8 || rows == 0 || !rows.is_multiple_of(CHANNELS) || tensors[output].length != 1 {
            return Err(NetworkError::Other("it takes no features, or says no likelihood"));
        }
        let of = |tensor: usize| Ok((tensor, tensors[tensor].quantization()?));
        Ok(Plan { steps, beginning, input: of(input)?, output: of(output)? })
    }

    fn tensors(&self, graph: Table<'a>) -> Result<Vec<Tensor<'a>>> {
        let tensors = graph.list(0, 4)?;
        if tensors.length > 4 * MOST_OPERATORS {
            return Err(NetworkError::Other("it has too many tensors"));
        }
        (0..tensors.length).map(|index| self.tensor(tensors.table(index)?)).collect()
    }

    fn tensor(&self, tensor: Table<'a>) -> Result<Tensor<'a>> {
        let shape = tensor.list(0, 4)?.all_i32()?;
        let shape: Vec<usize> = shape
            .into_iter()
            .map(usize::try_from)
            .collect::<std::result::Result<_, _>>()
            .map_err(|_| NetworkError::Damaged)?;
        let length = shape.iter().try_fold(1_usize, |length, size| length.checked_mul(*size));
        let length =
            length.filter(|length| *length <= MOST_VALUES).ok_or(NetworkError::Other("a tensor is too large"))?;
        let (mut scales, mut zero) = (Vec::new(), 0);
        if let Some(quantization) = tensor.table(4)? {
            let (all, zeros) = (quantization.list(2, 4)?, quantization.list(3, 8)?);
            scales = (0..all.length).map(|index| all.f32(index)).collect::<Result<_>>()?;
            zero =
                if zeros.length == 0 { 0 } else { i32::try_from(zeros.i64(0)?).map_err(|_| NetworkError::Damaged)? };
        }
        let constant = self.buffers.table(tensor.index(2)?)?.bytes(0)?;
        Ok(Tensor { kind: tensor.i8(1)?, shape, length, scales, zero, constant })
    }

    fn operators(&self, graph: Table<'a>, tensors: usize) -> Result<Vec<Operator<'a>>> {
        let operators = graph.list(3, 4)?;
        if operators.length > MOST_OPERATORS {
            return Err(NetworkError::Other("it has too many operators"));
        }
        let numbers = |list: List<'_>| -> Result<Vec<usize>> {
            let known = |number: i32| usize::try_from(number).ok().filter(|number| *number < tensors);
            // A missing one, such as a bias that is nought, has the number -1.
            list.all_i32()?
                .into_iter()
                .filter(|number| *number != -1)
                .map(|number| known(number).ok_or(NetworkError::Damaged))
                .collect()
        };
        let operator = |index| {
            let operator = operators.table(index)?;
            let code = *self.codes.get(operator.index(0)?).ok_or(NetworkError::Damaged)?;
            let (inputs, outputs) = (numbers(operator.list(1, 4)?)?, numbers(operator.list(2, 4)?)?);
            Ok(Operator { code, inputs, outputs, options: operator.table(4)? })
        };
        (0..operators.length).map(operator).collect()
    }

    /// What is remembered, as the second graph sets it once: by name.
    fn remembered(&self) -> Result<HashMap<&'a [u8], Vec<i8>>> {
        let mut found = HashMap::new();
        if self.graphs.length < 2 {
            return Ok(found);
        }
        let graph = self.graphs.table(1)?;
        let tensors = self.tensors(graph)?;
        let mut handles: HashMap<usize, &'a [u8]> = HashMap::new();
        for operator in self.operators(graph, tensors.len())? {
            match operator.code {
                code::VAR_HANDLE => {
                    handles.insert(operator.output(0)?, name(&operator)?);
                }
                code::ASSIGN_VARIABLE => {
                    let name = handles.get(&operator.input(0)?).ok_or(NetworkError::Damaged)?;
                    found.insert(*name, beginning(&tensors[operator.input(1)?])?);
                }
                _ => return Err(NetworkError::Other("it begins with an operator that is not known")),
            }
        }
        Ok(found)
    }
}

/// The operators that there are, by TensorFlow Lite's numbers.
mod code {
    pub const CONCATENATION: i32 = 2;
    pub const CONV_2D: i32 = 3;
    pub const DEPTHWISE_CONV_2D: i32 = 4;
    pub const FULLY_CONNECTED: i32 = 9;
    pub const LOGISTIC: i32 = 14;
    pub const RESHAPE: i32 = 22;
    pub const STRIDED_SLICE: i32 = 45;
    pub const SPLIT_V: i32 = 102;
    pub const QUANTIZE: i32 = 114;
    pub const CALL_ONCE: i32 = 129;
    pub const VAR_HANDLE: i32 = 142;
    pub const READ_VARIABLE: i32 = 143;
    pub const ASSIGN_VARIABLE: i32 = 144;
}

fn name<'a>(operator: &Operator<'a>) -> Result<&'a [u8]> {
    operator.options.ok_or(NetworkError::Damaged)?.bytes(1)
}

fn handle(handles: &HashMap<usize, usize>, operator: &Operator<'_>) -> Result<usize> {
    handles.get(&operator.input(0)?).copied().ok_or(NetworkError::Damaged)
}

fn only(list: List<'_>, tensors: &[Tensor<'_>]) -> Result<usize> {
    let number = usize::try_from(list.i32(0)?).ok().filter(|number| *number < tensors.len() && list.length == 1);
    number.ok_or(NetworkError::Other("it has not one input and one output"))
}

/// What is remembered is as long as what is read from it; where nobody has set it, it is nought.
fn same(beginning: &mut [Vec<i8>], tensors: &[Tensor<'_>], remembered: usize, tensor: usize) -> Result<Step> {
    let length = tensors[tensor].length;
    if beginning[remembered].is_empty() {
        beginning[remembered] = vec![i8::try_from(tensors[tensor].zero).map_err(|_| NetworkError::Damaged)?; length];
    }
    match beginning[remembered].len() == length && tensors[tensor].kind == INT8 {
        true => Ok(Step::Copy { from: remembered, to: tensor }),
        false => Err(NetworkError::Damaged),
    }
}

/// A tensor's values before anything has run.
fn beginning(tensor: &Tensor<'_>) -> Result<Vec<i8>> {
    match tensor.kind {
        INT8 if tensor.constant.is_empty() => Ok(vec![0; tensor.length]),
        INT8 => tensor.i8s(),
        UINT8 => Ok(vec![0; tensor.length]),
        INT32 | RESOURCE => Ok(Vec::new()),
        _ => Err(NetworkError::Other("its values are no whole numbers of eight bits")),
    }
}

impl Tensor<'_> {
    fn i8s(&self) -> Result<Vec<i8>> {
        if self.kind != INT8 || self.constant.len() != self.length {
            return Err(NetworkError::Damaged);
        }
        Ok(self.constant.iter().map(|byte| byte.cast_signed()).collect())
    }

    fn i32s(&self) -> Result<Vec<i32>> {
        if self.kind != INT32 || self.constant.len() != 4 * self.length {
            return Err(NetworkError::Damaged);
        }
        Ok(self
            .constant
            .chunks_exact(4)
            .map(|bytes| i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
            .collect())
    }

    /// Unsigned values are kept as signed ones, 128 lower.
    fn quantization(&self) -> Result<Quantization> {
        let lower = if self.kind == UINT8 { 128 } else { 0 };
        let scale = self.scales.first().copied().filter(|scale| scale.is_finite() && *scale > 0.0);
        let scale = scale.ok_or(NetworkError::Other("a tensor has no scale"))?;
        match matches!(self.kind, INT8 | UINT8) && self.zero.abs() <= 255 {
            true => Ok(Quantization { scale, zero: self.zero - lower }),
            false => Err(NetworkError::Damaged),
        }
    }

    /// The shape in four dimensions: one, height, width, channels.
    fn image(&self) -> Result<[usize; 3]> {
        match self.shape.as_slice() {
            [1, height, width, channels] => Ok([*height, *width, *channels]),
            _ => Err(NetworkError::Other("a convolution is not over one picture")),
        }
    }
}

fn step(operator: &Operator<'_>, tensors: &[Tensor<'_>]) -> Result<Vec<Step>> {
    let (from, to) = (operator.input(0)?, operator.output(0)?);
    let (input, output) = (&tensors[from], &tensors[to]);
    if operator.outputs.iter().any(|to| operator.inputs.contains(to)) {
        return Err(NetworkError::Damaged);
    }
    let one = |step| Ok(vec![step]);
    match operator.code {
        code::RESHAPE if input.length == output.length && (input.kind, output.kind) == (INT8, INT8) => {
            one(Step::Copy { from, to })
        }
        code::CONV_2D => one(convolution(operator, tensors, false)?),
        code::DEPTHWISE_CONV_2D => one(convolution(operator, tensors, true)?),
        code::FULLY_CONNECTED => one(connection(operator, tensors)?),
        code::LOGISTIC if input.length == output.length => {
            one(Step::Logistic { from, to, before: input.quantization()?, after: output.quantization()? })
        }
        code::QUANTIZE if input.length == output.length => {
            one(Step::Quantize { from, to, before: input.quantization()?, after: output.quantization()? })
        }
        code::CONCATENATION => joined(operator, tensors),
        code::STRIDED_SLICE => one(Step::Pick { from, to, places: slice(operator, tensors)? }),
        code::SPLIT_V => split(operator, tensors),
        code::RESHAPE | code::LOGISTIC | code::QUANTIZE => Err(NetworkError::Damaged),
        _ => Err(NetworkError::Other("it has an operator that is not known")),
    }
}

/// How an output is computed of an input by weights and biases.
fn computed(operator: &Operator<'_>, tensors: &[Tensor<'_>], activation: i8, outputs: usize) -> Result<Convolution> {
    let (from, to) = (operator.input(0)?, operator.output(0)?);
    let (before, after) = (tensors[from].quantization()?, tensors[to].quantization()?);
    let weights = &tensors[operator.input(1)?];
    let biases = operator.input(2).map_or_else(|_| Ok(vec![0; outputs]), |bias| tensors[bias].i32s())?;
    let scales: Vec<f32> = match weights.scales.as_slice() {
        [one] => vec![*one; outputs],
        each => each.to_vec(),
    };
    let (lowest, highest) = match activation {
        0 => (i8::MIN, i8::MAX),
        1 => (after.quantized(0.0), i8::MAX),
        3 => (after.quantized(0.0), after.quantized(6.0)),
        _ => return Err(NetworkError::Other("it has an activation that is not known")),
    };
    if biases.len() != outputs || scales.len() != outputs || scales.iter().any(|scale| !scale.is_finite()) {
        return Err(NetworkError::Damaged);
    }
    Ok(Convolution {
        from,
        to,
        weights: weights.i8s()?,
        biases,
        scales: scales.into_iter().map(|scale| scale * before.scale / after.scale).collect(),
        zeros: (before.zero, after.zero),
        bounds: (lowest, highest),
        inputs: 0,
        outputs,
        taps: Vec::new(),
        depthwise: false,
    })
}

fn convolution(operator: &Operator<'_>, tensors: &[Tensor<'_>], depthwise: bool) -> Result<Step> {
    let (input, output) = (&tensors[operator.input(0)?], &tensors[operator.output(0)?]);
    let ([height, width, inputs], [rows, columns, outputs]) = (input.image()?, output.image()?);
    let weights = &tensors[operator.input(1)?];
    let [kernel_height, kernel_width] = match (weights.shape.as_slice(), depthwise) {
        ([own, height, width, given], false) if *own == outputs && *given == inputs => [*height, *width],
        ([1, height, width, own], true) if *own == outputs && outputs == inputs => [*height, *width],
        _ => return Err(NetworkError::Other("a convolution's weights have another shape")),
    };
    let stride = |index| usize::try_from(operator.option(index)?.max(1)).map_err(|_| NetworkError::Damaged);
    let (stride_width, stride_height) = (stride(1)?, stride(2)?);
    // Nothing is added around the picture, unless nothing would have to be.
    let fits = |size: usize, kernel: usize, stride: usize, result: usize| {
        kernel > 0 && size >= kernel && stride > 0 && (size - kernel) / stride + 1 == result
    };
    if !fits(height, kernel_height, stride_height, rows) || !fits(width, kernel_width, stride_width, columns) {
        return Err(NetworkError::Other("a convolution goes beyond its picture"));
    }
    let taps = kernel_height * kernel_width;
    if taps * inputs > MOST_IN_A_SUM || rows * columns * taps > MOST_PRODUCTS {
        return Err(NetworkError::Other("it computes too much"));
    }
    let activation = operator.short_option(if depthwise { 4 } else { 3 })?;
    let mut convolution = computed(operator, tensors, activation, outputs)?;
    let at = |row: usize, column: usize| (row * width + column) * inputs;
    for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        let kernel = (0..kernel_height).flat_map(|y| (0..kernel_width).map(move |x| (y, x)));
        let taps = kernel.map(|(y, x)| at(row * stride_height + y, column * stride_width + x)).collect();
        convolution.taps.push(taps);
    }
    (convolution.inputs, convolution.depthwise) = (inputs, depthwise);
    Ok(Step::Convolve(convolution))
}

/// A convolution over one place that is the whole input.
fn connection(operator: &Operator<'_>, tensors: &[Tensor<'_>]) -> Result<Step> {
    let (input, output) = (&tensors[operator.input(0)?], &tensors[operator.output(0)?]);
    if tensors[operator.input(1)?].shape != [output.length, input.length] || input.length > MOST_IN_A_SUM {
        return Err(NetworkError::Other("weights have another shape"));
    }
    let mut connection = computed(operator, tensors, operator.short_option(0)?, output.length)?;
    (connection.inputs, connection.taps) = (input.length, vec![vec![0]]);
    Ok(Step::Convolve(connection))
}

/// An axis of a shape; negative numbers count from its end.
fn axis(axis: i32, shape: &[usize]) -> Result<usize> {
    let from_end = if axis < 0 { axis + i32::try_from(shape.len()).unwrap_or(i32::MAX) } else { axis };
    usize::try_from(from_end).ok().filter(|axis| *axis < shape.len()).ok_or(NetworkError::Damaged)
}

fn joined(operator: &Operator<'_>, tensors: &[Tensor<'_>]) -> Result<Vec<Step>> {
    let to = operator.output(0)?;
    let output = &tensors[to];
    let axis = axis(operator.option(0)?, &output.shape)?;
    let outer: usize = output.shape[..axis].iter().product();
    let row = output.length.checked_div(outer).ok_or(NetworkError::Damaged)?;
    let (mut steps, mut before) = (Vec::new(), 0);
    for from in &operator.inputs {
        let input = &tensors[*from];
        let part = input.length.checked_div(outer).ok_or(NetworkError::Damaged)?;
        if (input.kind, output.kind) != (INT8, INT8) || part * outer != input.length || before + part > row {
            return Err(NetworkError::Damaged);
        }
        let places = (0..outer).flat_map(|outer| (0..part).map(move |place| outer * row + before + place)).collect();
        steps.push(Step::Place { from: *from, to, places });
        before += part;
    }
    if before == row { Ok(steps) } else { Err(NetworkError::Damaged) }
}

/// The places of a slice of steps of one.
fn slice(operator: &Operator<'_>, tensors: &[Tensor<'_>]) -> Result<Vec<usize>> {
    let (input, output) = (&tensors[operator.input(0)?], &tensors[operator.output(0)?]);
    let [begins, ends, steps] = [1, 2, 3].map(|index| operator.input(index).and_then(|tensor| tensors[tensor].i32s()));
    let (begins, ends, steps) = (begins?, ends?, steps?);
    let masks = [operator.option(0)?, operator.option(1)?];
    let others = [operator.option(2)?, operator.option(3)?, operator.option(4)?];
    let dimensions = input.shape.len();
    if others != [0; 3] || steps.iter().any(|step| *step != 1) || begins.len() != dimensions || ends.len() != dimensions
    {
        return Err(NetworkError::Other("a slice is not one of neighbours"));
    }
    let mut places = vec![0];
    for (dimension, size) in input.shape.iter().enumerate() {
        let bound = |given: i32, mask: i32, open: usize| {
            let size = i32::try_from(*size).unwrap_or(i32::MAX);
            let from_end = if given < 0 { given.saturating_add(size) } else { given };
            if mask >> dimension & 1 == 1 { open } else { usize::try_from(from_end.clamp(0, size)).unwrap_or(0) }
        };
        let range = bound(begins[dimension], masks[0], 0)..bound(ends[dimension], masks[1], *size);
        places = places.iter().flat_map(|place| range.clone().map(move |index| place * size + index)).collect();
    }
    let fits = places.len() == output.length && output.kind == INT8 && input.kind == INT8;
    if fits { Ok(places) } else { Err(NetworkError::Damaged) }
}

fn split(operator: &Operator<'_>, tensors: &[Tensor<'_>]) -> Result<Vec<Step>> {
    let from = operator.input(0)?;
    let input = &tensors[from];
    let along = tensors[operator.input(2)?].i32s()?;
    let axis = axis(*along.first().ok_or(NetworkError::Damaged)?, &input.shape)?;
    let outer: usize = input.shape[..axis].iter().product();
    let row = input.length.checked_div(outer).ok_or(NetworkError::Damaged)?;
    let (mut steps, mut before) = (Vec::new(), 0);
    for to in &operator.outputs {
        let part = tensors[*to].length.checked_div(outer).ok_or(NetworkError::Damaged)?;
        if tensors[*to].kind != INT8 || input.kind != INT8 || part * outer != tensors[*to].length || before + part > row
        {
            return Err(NetworkError::Damaged);
        }
        let places = (0..outer).flat_map(|outer| (0..part).map(move |place| outer * row + before + place)).collect();
        steps.push(Step::Pick { from, to: *to, places });
        before += part;
    }
    Ok(steps)
}
