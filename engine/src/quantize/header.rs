//! The beginning of a GGUF file, version 3: metadata and the list of tensors, little-endian.
//! Source: github.com/ggml-org/ggml, docs/gguf.md.

use candle_core::quantized::GgmlDType;

/// Bytes to whose multiples tensors are aligned; the default, which the metadata need not name.
pub const ALIGNMENT_BYTES: u64 = 32;
const VERSION: u32 = 3;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    U32(u32),
    F32(f32),
    Bool(bool),
    Text(String),
    I32s(Vec<i32>),
    F32s(Vec<f32>),
    Texts(Vec<String>),
}

/// A tensor as the file lists it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub name: String,
    /// Row-major; the file lists it the other way round.
    pub shape: Vec<usize>,
    pub block_type: GgmlDType,
}

impl Entry {
    /// Bytes of its blocks.
    pub fn bytes(&self) -> u64 {
        let values: usize = self.shape.iter().product();
        (values / self.block_type.block_size() * self.block_type.type_size()) as u64
    }

    /// The same with the zeros up to the next tensor.
    pub fn padded_bytes(&self) -> u64 {
        self.bytes().next_multiple_of(ALIGNMENT_BYTES)
    }
}

/// Everything before the first tensor's bytes.
pub fn encode(metadata: &[(String, Value)], tensors: &[Entry]) -> Vec<u8> {
    let mut out = b"GGUF".to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend((metadata.len() as u64).to_le_bytes());
    for (key, value) in metadata {
        text(&mut out, key);
        encode_value(&mut out, value);
    }
    let mut offset = 0;
    for tensor in tensors {
        text(&mut out, &tensor.name);
        out.extend((tensor.shape.len() as u32).to_le_bytes());
        for &side in tensor.shape.iter().rev() {
            out.extend((side as u64).to_le_bytes());
        }
        out.extend(type_number(tensor.block_type).to_le_bytes());
        out.extend(u64::to_le_bytes(offset));
        offset += tensor.padded_bytes();
    }
    out.resize(out.len().next_multiple_of(ALIGNMENT_BYTES as usize), 0);
    out
}

fn encode_value(out: &mut Vec<u8>, value: &Value) {
    let (u32_type, i32_type, f32_type, bool_type, text_type) = (4_u32, 5_u32, 6_u32, 7_u32, 8_u32);
    let mut array = |element: u32, length: usize| {
        out.extend(9_u32.to_le_bytes());
        out.extend(element.to_le_bytes());
        out.extend((length as u64).to_le_bytes());
    };
    match value {
        Value::U32(number) => {
            out.extend(u32_type.to_le_bytes());
            out.extend(number.to_le_bytes());
        }
        Value::F32(number) => {
            out.extend(f32_type.to_le_bytes());
            out.extend(number.to_le_bytes());
        }
        Value::Bool(flag) => {
            out.extend(bool_type.to_le_bytes());
            out.push(u8::from(*flag));
        }
        Value::Text(words) => {
            out.extend(text_type.to_le_bytes());
            text(out, words);
        }
        Value::I32s(numbers) => {
            array(i32_type, numbers.len());
            numbers.iter().for_each(|number| out.extend(number.to_le_bytes()));
        }
        Value::F32s(numbers) => {
            array(f32_type, numbers.len());
            numbers.iter().for_each(|number| out.extend(number.to_le_bytes()));
        }
        Value::Texts(list) => {
            array(text_type, list.len());
            list.iter().for_each(|words| text(out, words));
        }
    }
}

fn text(out: &mut Vec<u8>, words: &str) {
    out.extend((words.len() as u64).to_le_bytes());
    out.extend(words.as_bytes());
}

/// `ggml_type`, ggml/include/ggml.h.
fn type_number(block_type: GgmlDType) -> u32 {
    match block_type {
        GgmlDType::F32 => 0,
        GgmlDType::F16 => 1,
        GgmlDType::Q4_0 => 2,
        GgmlDType::Q4_1 => 3,
        GgmlDType::Q5_0 => 6,
        GgmlDType::Q5_1 => 7,
        GgmlDType::Q8_0 => 8,
        GgmlDType::Q8_1 => 9,
        GgmlDType::Q2K => 10,
        GgmlDType::Q3K => 11,
        GgmlDType::Q4K => 12,
        GgmlDType::Q5K => 13,
        GgmlDType::Q6K => 14,
        GgmlDType::Q8K => 15,
        GgmlDType::BF16 => 30,
    }
}
