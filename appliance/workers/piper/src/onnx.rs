//! As much of the ONNX format as taking a voice apart needs.
//!
//! Parts that are only copied stay encoded: `bytes` and messages look alike on the wire, and a [`Bytes`] is a view into
//! the file, so that a model of 60 MB is taken apart without copying its weights.
//! Field numbers are those of `onnx.proto`.

use bytes::Bytes;
use prost::Message;

/// `TensorProto.FLOAT`.
pub const FLOAT: i32 = 1;
/// `TensorProto.INT64`.
pub const INT64: i32 = 7;

/// `ModelProto`, without what describes its origin.
#[derive(Clone, PartialEq, Message)]
pub struct Model {
    #[prost(int64, tag = "1")]
    pub ir_version: i64,
    #[prost(message, optional, tag = "7")]
    pub graph: Option<Graph>,
    /// Versions of the operator sets, encoded.
    #[prost(bytes = "bytes", repeated, tag = "8")]
    pub opset_import: Vec<Bytes>,
    /// Functions that nodes call, encoded.
    #[prost(bytes = "bytes", repeated, tag = "25")]
    pub functions: Vec<Bytes>,
}

/// `GraphProto`. Value infos are left out: ONNX Runtime infers them again.
#[derive(Clone, PartialEq, Message)]
pub struct Graph {
    /// Encoded [`Node`]s, in topological order.
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub node: Vec<Bytes>,
    #[prost(string, tag = "2")]
    pub name: String,
    /// Encoded tensors with constant values; see [`TensorHeader`].
    #[prost(bytes = "bytes", repeated, tag = "5")]
    pub initializer: Vec<Bytes>,
    /// Encoded [`ValueInfo`]s.
    #[prost(bytes = "bytes", repeated, tag = "11")]
    pub input: Vec<Bytes>,
    /// Encoded [`ValueInfo`]s.
    #[prost(bytes = "bytes", repeated, tag = "12")]
    pub output: Vec<Bytes>,
    /// Sparse constants, encoded.
    #[prost(bytes = "bytes", repeated, tag = "15")]
    pub sparse_initializer: Vec<Bytes>,
}

/// `NodeProto`.
#[derive(Clone, PartialEq, Message)]
pub struct Node {
    /// Names of the tensors it reads; an empty one is an optional input left out.
    #[prost(string, repeated, tag = "1")]
    pub input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    pub output: Vec<String>,
    #[prost(string, tag = "3")]
    pub name: String,
    #[prost(string, tag = "4")]
    pub op_type: String,
    #[prost(message, repeated, tag = "5")]
    pub attribute: Vec<Attribute>,
}

/// `AttributeProto`, for lists of integers and text.
#[derive(Clone, PartialEq, Message)]
pub struct Attribute {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(int64, tag = "3")]
    pub i: i64,
    #[prost(bytes = "bytes", tag = "4")]
    pub s: Bytes,
    #[prost(int64, repeated, packed = "false", tag = "8")]
    pub ints: Vec<i64>,
}

/// `TensorProto` without its values.
#[derive(Clone, PartialEq, Message)]
pub struct TensorHeader {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub dims: Vec<i64>,
    #[prost(string, tag = "8")]
    pub name: String,
}

/// `TensorProto` with its values.
#[derive(Clone, PartialEq, Message)]
pub struct Tensor {
    #[prost(int64, repeated, packed = "false", tag = "1")]
    pub dims: Vec<i64>,
    /// [`FLOAT`] or [`INT64`].
    #[prost(int32, tag = "2")]
    pub data_type: i32,
    #[prost(string, tag = "8")]
    pub name: String,
    /// Little-endian values.
    #[prost(bytes = "bytes", tag = "9")]
    pub raw_data: Bytes,
}

impl Tensor {
    /// Constants that fit a vector.
    pub fn vector_f32(name: &str, values: &[f32]) -> Self {
        let raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>().into();
        Self { dims: vec![values.len() as i64], data_type: FLOAT, name: name.to_owned(), raw_data }
    }

    /// Constants that fit a vector.
    pub fn vector_i64(name: &str, values: &[i64]) -> Self {
        let raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>().into();
        Self { dims: vec![values.len() as i64], data_type: INT64, name: name.to_owned(), raw_data }
    }
}

/// `ValueInfoProto`: the name and type of an input or output.
#[derive(Clone, PartialEq, Message)]
pub struct ValueInfo {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, optional, tag = "2")]
    pub r#type: Option<Type>,
}

/// `TypeProto`, for tensors.
#[derive(Clone, PartialEq, Message)]
pub struct Type {
    #[prost(message, optional, tag = "1")]
    pub tensor: Option<TensorType>,
}

/// `TypeProto.Tensor`.
#[derive(Clone, PartialEq, Message)]
pub struct TensorType {
    /// [`FLOAT`] or [`INT64`].
    #[prost(int32, tag = "1")]
    pub elem_type: i32,
    #[prost(message, optional, tag = "2")]
    pub shape: Option<Shape>,
}

/// `TensorShapeProto`.
#[derive(Clone, PartialEq, Message)]
pub struct Shape {
    #[prost(message, repeated, tag = "1")]
    pub dim: Vec<Dimension>,
}

/// `TensorShapeProto.Dimension`: a length, or the name of one that varies.
#[derive(Clone, PartialEq, Message)]
pub struct Dimension {
    #[prost(int64, optional, tag = "1")]
    pub value: Option<i64>,
    #[prost(string, optional, tag = "2")]
    pub param: Option<String>,
}

impl ValueInfo {
    /// A float tensor of one item, `channels` and a varying number of frames.
    pub fn frames(name: &str, channels: i64) -> Self {
        let fixed = |length| Dimension { value: Some(length), param: None };
        let dim = vec![fixed(1), fixed(channels), Dimension { value: None, param: Some("frames".to_owned()) }];
        let tensor = TensorType { elem_type: FLOAT, shape: Some(Shape { dim }) };
        Self { name: name.to_owned(), r#type: Some(Type { tensor: Some(tensor) }) }
    }
}

/// The message as a view that can stand in a list of encoded parts.
pub fn encoded(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}
