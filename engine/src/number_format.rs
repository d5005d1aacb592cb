//! How the numbers of a tensor are stored: one by one, or quantised in blocks that share their scales.

/// Little-endian. Blocks are those of ggml (`ggml-common.h`): `K` formats hold 256 numbers a block, the others 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberFormat {
    F32,
    F16,
    Bf16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2K,
    Q3K,
    Q4K,
    Q5K,
    Q6K,
}

/// Numbers of ggml's types (`enum ggml_type`), and whether we can compute with them.
const GGML_TYPES: [(u32, &str, Option<NumberFormat>); 32] = [
    (0, "F32", Some(NumberFormat::F32)),
    (1, "F16", Some(NumberFormat::F16)),
    (2, "Q4_0", Some(NumberFormat::Q4_0)),
    (3, "Q4_1", Some(NumberFormat::Q4_1)),
    (6, "Q5_0", Some(NumberFormat::Q5_0)),
    (7, "Q5_1", Some(NumberFormat::Q5_1)),
    (8, "Q8_0", Some(NumberFormat::Q8_0)),
    (9, "Q8_1", None),
    (10, "Q2_K", Some(NumberFormat::Q2K)),
    (11, "Q3_K", Some(NumberFormat::Q3K)),
    (12, "Q4_K", Some(NumberFormat::Q4K)),
    (13, "Q5_K", Some(NumberFormat::Q5K)),
    (14, "Q6_K", Some(NumberFormat::Q6K)),
    (15, "Q8_K", None),
    (16, "IQ2_XXS", None),
    (17, "IQ2_XS", None),
    (18, "IQ3_XXS", None),
    (19, "IQ1_S", None),
    (20, "IQ4_NL", None),
    (21, "IQ3_S", None),
    (22, "IQ2_S", None),
    (23, "IQ4_XS", None),
    (24, "I8", None),
    (25, "I16", None),
    (26, "I32", None),
    (27, "I64", None),
    (28, "F64", None),
    (29, "IQ1_M", None),
    (30, "BF16", Some(NumberFormat::Bf16)),
    (34, "TQ1_0", None),
    (35, "TQ2_0", None),
    (39, "MXFP4", None),
];

impl NumberFormat {
    /// The format of ggml's type `id`, else what that type is called.
    pub fn from_ggml(id: u32) -> Result<Self, String> {
        match GGML_TYPES.iter().find(|(known, ..)| *known == id) {
            Some((_, _, Some(format))) => Ok(*format),
            Some((_, name, None)) => Err((*name).to_owned()),
            None => Err(format!("type {id}")),
        }
    }

    /// The format that ggml calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        GGML_TYPES.iter().find(|(_, known, _)| *known == name).and_then(|(_, _, format)| *format)
    }

    /// Numbers of a block; 1 where each is stored by itself.
    pub const fn block_numbers(self) -> usize {
        match self {
            Self::F32 | Self::F16 | Self::Bf16 => 1,
            Self::Q4_0 | Self::Q4_1 | Self::Q5_0 | Self::Q5_1 | Self::Q8_0 => 32,
            Self::Q2K | Self::Q3K | Self::Q4K | Self::Q5K | Self::Q6K => 256,
        }
    }

    pub const fn block_bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
            Self::Q4_0 => 18,
            Self::Q4_1 => 20,
            Self::Q5_0 => 22,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
            Self::Q2K => 84,
            Self::Q3K => 110,
            Self::Q4K => 144,
            Self::Q5K => 176,
            Self::Q6K => 210,
        }
    }

    /// Bytes of `numbers`, which must fill whole blocks.
    pub const fn bytes(self, numbers: usize) -> usize {
        numbers / self.block_numbers() * self.block_bytes()
    }

    pub const fn is_quantised(self) -> bool {
        self.block_numbers() > 1
    }
}
