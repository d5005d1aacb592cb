//! Which tensor gets which block type: llama.cpp's rules for the architecture `llama`, without an importance matrix.
//! Source: llama.cpp, src/llama-quant.cpp (`llama_tensor_get_type_impl`, `tensor_type_fallback`), and for the formats
//! of whole numbers and the picture encoder conversion/base.py (`prepare_tensors`).

use candle_core::quantized::GgmlDType;

use super::format::Format;

/// What a text tensor is for, as far as the rules tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Embeddings,
    Output,
    Key,
    Value,
    AttentionOutput,
    FeedForwardDown,
    /// Query, gate and up matrices.
    Other,
    /// Norms, biases, the routing of experts: always f32.
    Exact,
}

/// What the rules want to know of the model.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub layers: usize,
    /// Query heads for each key-value head.
    pub heads_per_kv_head: usize,
    /// 0 without a mixture of experts.
    pub experts: usize,
    /// The output matrix is the embeddings.
    pub tied: bool,
}

/// The type of a text tensor whose rows have `columns` values. `layer` is 0 outside of layers.
pub fn text_type(format: Format, role: Role, layer: usize, columns: usize, shape: &Shape) -> GgmlDType {
    let default = format.default_type();
    if role == Role::Exact {
        return GgmlDType::F32;
    }
    if matches!(default, GgmlDType::F32 | GgmlDType::F16 | GgmlDType::BF16) {
        return default;
    }
    fallback(mixture(format, role, layer, columns, shape), columns)
}

/// The format that the picture encoder gets beside a text model of `format`: whole numbers and Q8_0 as asked for, else
/// 16 bits, as llama.cpp's converter chooses (`--outtype auto`): f16 for weights that are f16, bf16 for all others.
pub fn vision_format(format: Format, stored_as_f16: bool) -> Format {
    match format {
        Format::F32 | Format::F16 | Format::Bf16 | Format::Q8_0 => format,
        _ if stored_as_f16 => Format::F16,
        _ => Format::Bf16,
    }
}

/// The type of a matrix of the picture encoder. `format`: as [`vision_format`] chose it.
pub fn vision_type(format: Format, columns: usize) -> GgmlDType {
    fallback(format.default_type(), columns)
}

/// The type of the convolution over patches, whose rows are short and irregular.
pub fn convolution_type(format: Format) -> GgmlDType {
    if format == Format::F16 { GgmlDType::F16 } else { GgmlDType::F32 }
}

fn mixture(format: Format, role: Role, layer: usize, columns: usize, shape: &Shape) -> GgmlDType {
    use GgmlDType::{Q3K, Q4K, Q5K, Q6K, Q8_0};
    let default = format.default_type();
    let layers = shape.layers;
    // The first and the last eighth of the layers, and every third between.
    let more_bits = layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
    match role {
        Role::Output => output(default, columns),
        Role::Embeddings if shape.tied => output(default, columns),
        Role::Key if shape.experts == 8 => Q8_0,
        Role::Value if shape.experts == 8 => Q8_0,
        Role::Value => {
            let chosen = match format {
                Format::Q2K if shape.heads_per_kv_head >= 4 => Q4K,
                Format::Q2K => Q3K,
                Format::Q3KM if layer < 2 => Q5K,
                Format::Q3KM => Q4K,
                Format::Q3KL => Q5K,
                Format::Q4KM | Format::Q5KM if more_bits => Q6K,
                Format::Q4KS if layer < 4 => Q5K,
                _ => default,
            };
            // llama.cpp takes 80 layers with shared key-value heads for Llama 2 70B.
            let large = layers == 80 && shape.heads_per_kv_head > 1;
            if large && matches!(chosen, Q3K | Q4K) { Q5K } else { chosen }
        }
        Role::AttentionOutput if shape.experts == 8 => match format {
            Format::Q2K | Format::Q3KS | Format::Q3KM | Format::Q4KS | Format::Q4KM => Q5K,
            _ => default,
        },
        Role::AttentionOutput => match format {
            Format::Q2K => Q3K,
            Format::Q3KM => Q4K,
            Format::Q3KL => Q5K,
            _ => default,
        },
        Role::FeedForwardDown => match format {
            Format::Q2K => Q3K,
            Format::Q3KM if layer < layers / 16 => Q5K,
            Format::Q3KM => Q4K,
            Format::Q3KL => Q5K,
            Format::Q4KM | Format::Q5KM if more_bits => Q6K,
            Format::Q4KS if layer < layers / 8 => Q5K,
            _ => default,
        },
        Role::Embeddings | Role::Key | Role::Other | Role::Exact => default,
    }
}

fn output(default: GgmlDType, columns: usize) -> GgmlDType {
    let fits = columns.is_multiple_of(default.block_size());
    if !fits || default == GgmlDType::Q8_0 { GgmlDType::Q8_0 } else { GgmlDType::Q6K }
}

/// A type whose blocks fit into rows of `columns` values.
fn fallback(wanted: GgmlDType, columns: usize) -> GgmlDType {
    if columns.is_multiple_of(wanted.block_size()) {
        return wanted;
    }
    let smaller = match wanted {
        GgmlDType::Q2K | GgmlDType::Q3K => GgmlDType::Q4_0,
        GgmlDType::Q4K => GgmlDType::Q5_0,
        GgmlDType::Q5K => GgmlDType::Q5_1,
        GgmlDType::Q6K => GgmlDType::Q8_0,
        other => other,
    };
    if columns.is_multiple_of(smaller.block_size()) { smaller } else { GgmlDType::F16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIXTRAL_12B: Shape = Shape { layers: 40, heads_per_kv_head: 4, experts: 0, tied: false };

    fn layers_with(wanted: GgmlDType, format: Format, role: Role) -> Vec<usize> {
        let of = |layer: &usize| text_type(format, role, *layer, 5120, &PIXTRAL_12B) == wanted;
        (0..40).filter(of).collect()
    }

    #[test]
    fn q4_k_m_spends_more_bits_on_half_of_the_layers() {
        let more = layers_with(GgmlDType::Q6K, Format::Q4KM, Role::Value);
        assert_eq!(more, [0, 1, 2, 3, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 34, 35, 36, 37, 38, 39]);
        assert_eq!(more, layers_with(GgmlDType::Q6K, Format::Q4KM, Role::FeedForwardDown));
        assert_eq!(layers_with(GgmlDType::Q4K, Format::Q4KM, Role::Key).len(), 40);
        assert_eq!(layers_with(GgmlDType::Q5K, Format::Q4KS, Role::Value), [0, 1, 2, 3]);
        assert_eq!(layers_with(GgmlDType::Q5K, Format::Q4KS, Role::FeedForwardDown), [0, 1, 2, 3, 4]);
        assert_eq!(layers_with(GgmlDType::Q5K, Format::Q3KM, Role::FeedForwardDown), [0, 1]);
    }

    #[test]
    fn the_output_and_what_must_stay_exact() {
        let of = |format, role, shape: &Shape| text_type(format, role, 0, 5120, shape);
        assert_eq!(of(Format::Q4_0, Role::Output, &PIXTRAL_12B), GgmlDType::Q6K);
        assert_eq!(of(Format::Q8_0, Role::Output, &PIXTRAL_12B), GgmlDType::Q8_0);
        assert_eq!(of(Format::Q4KM, Role::Embeddings, &PIXTRAL_12B), GgmlDType::Q4K);
        assert_eq!(of(Format::Q4KM, Role::Embeddings, &Shape { tied: true, ..PIXTRAL_12B }), GgmlDType::Q6K);
        assert_eq!(of(Format::Q2K, Role::Exact, &PIXTRAL_12B), GgmlDType::F32);
        assert_eq!(of(Format::F16, Role::Output, &PIXTRAL_12B), GgmlDType::F16);
        let mixtral = Shape { layers: 32, experts: 8, ..PIXTRAL_12B };
        assert_eq!(of(Format::Q4KM, Role::Value, &mixtral), GgmlDType::Q8_0);
        assert_eq!(of(Format::Q4KM, Role::AttentionOutput, &mixtral), GgmlDType::Q5K);
    }

    #[test]
    fn rows_that_blocks_do_not_fit() {
        let of = |format, role, columns| text_type(format, role, 20, columns, &PIXTRAL_12B);
        assert_eq!(of(Format::Q4KM, Role::Other, 96), GgmlDType::Q5_0);
        assert_eq!(of(Format::Q5KS, Role::Other, 96), GgmlDType::Q5_1);
        assert_eq!(of(Format::Q6K, Role::Other, 96), GgmlDType::Q8_0);
        assert_eq!(of(Format::Q3KS, Role::Other, 96), GgmlDType::Q4_0);
        assert_eq!(of(Format::Q4_0, Role::Output, 96), GgmlDType::Q8_0);
        assert_eq!(of(Format::Q4KM, Role::Other, 112), GgmlDType::F16);
        assert_eq!(of(Format::Q8_0, Role::Other, 112), GgmlDType::F16);
    }
}
