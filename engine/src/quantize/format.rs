//! What a model can be quantised to: llama.cpp's formats, under its names.

use std::{fmt, str::FromStr};

use candle_core::quantized::GgmlDType;

/// A mixture of block types; [`super::rules`] says which tensor gets which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    F32,
    F16,
    Bf16,
    Q8_0,
    Q6K,
    Q5KM,
    Q5KS,
    Q5_1,
    Q5_0,
    Q4KM,
    Q4KS,
    Q4_1,
    Q4_0,
    Q3KL,
    Q3KM,
    Q3KS,
    Q2K,
}

/// Format, name, the type of most blocks, `general.file_type`. Source: llama.cpp's `llama_ftype` (include/llama.h) and
/// `llama_ftype_get_default_type` (src/llama-quant.cpp).
const FORMATS: [(Format, &str, GgmlDType, u32); 17] = [
    (Format::F32, "f32", GgmlDType::F32, 0),
    (Format::F16, "f16", GgmlDType::F16, 1),
    (Format::Bf16, "bf16", GgmlDType::BF16, 32),
    (Format::Q8_0, "q8_0", GgmlDType::Q8_0, 7),
    (Format::Q6K, "q6_k", GgmlDType::Q6K, 18),
    (Format::Q5KM, "q5_k_m", GgmlDType::Q5K, 17),
    (Format::Q5KS, "q5_k_s", GgmlDType::Q5K, 16),
    (Format::Q5_1, "q5_1", GgmlDType::Q5_1, 9),
    (Format::Q5_0, "q5_0", GgmlDType::Q5_0, 8),
    (Format::Q4KM, "q4_k_m", GgmlDType::Q4K, 15),
    (Format::Q4KS, "q4_k_s", GgmlDType::Q4K, 14),
    (Format::Q4_1, "q4_1", GgmlDType::Q4_1, 3),
    (Format::Q4_0, "q4_0", GgmlDType::Q4_0, 2),
    (Format::Q3KL, "q3_k_l", GgmlDType::Q3K, 13),
    (Format::Q3KM, "q3_k_m", GgmlDType::Q3K, 12),
    (Format::Q3KS, "q3_k_s", GgmlDType::Q3K, 11),
    (Format::Q2K, "q2_k", GgmlDType::Q2K, 10),
];

impl Format {
    /// All of them, the most exact first.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|entry| entry.0)
    }

    /// As on the command line, `q4_k_m`.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// The type of most blocks.
    pub(super) fn default_type(self) -> GgmlDType {
        self.entry().2
    }

    /// The number that GGUF files carry as `general.file_type`.
    pub(super) fn file_type(self) -> u32 {
        self.entry().3
    }

    fn entry(self) -> &'static (Self, &'static str, GgmlDType, u32) {
        // The table is in the order of the enumeration, which the test below checks.
        &FORMATS[self as usize]
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{0:?} is not a format; choose one of {names}", names = Format::all().map(Format::name).collect::<Vec<_>>().join(", "))]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    /// Upper or lower case; `q4_k` is `q4_k_m`, as in llama.cpp.
    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let lower = name.to_lowercase();
        let wanted = match lower.as_str() {
            "q3_k" | "q4_k" | "q5_k" => format!("{lower}_m"),
            _ => lower,
        };
        Self::all().find(|format| format.name() == wanted).ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn every_format_has_its_row_and_is_found_by_its_name() {
        for (row, format) in Format::all().enumerate() {
            assert_eq!(format as usize, row);
            assert_eq!(format.name().parse(), Ok(format));
            assert_eq!(format.name().to_uppercase().parse(), Ok(format));
        }
        assert_eq!("Q4_K".parse(), Ok(Format::Q4KM));
        assert!("q4_k_x".parse::<Format>().unwrap_err().to_string().contains("q4_k_s"));
    }
}
