//! What llama.cpp calls the tensors (`gguf-py/gguf/constants.py`, `tools/mtmd/clip-impl.h`) and what the Mistral layout
//! does. Experts that a file stacks are taken apart under the names that older files gave them one by one:
//! `blk.0.ffn_up.3.weight`.

use std::collections::BTreeMap;

use crate::tensor_file::{StoredTensor, TensorFile};

/// Outside the layers: GGUF, Mistral.
const OUTER: [(&str, &str); 9] = [
    ("token_embd.", "tok_embeddings."),
    ("output_norm.", "norm."),
    ("output.", "output."),
    ("v.patch_embd.", "vision_encoder.patch_conv."),
    ("v.pre_ln.", "vision_encoder.ln_pre."),
    ("mm.1.", "vision_language_adapter.w_in."),
    ("mm.2.", "vision_language_adapter.w_out."),
    ("mm.input_norm.", "pre_mm_projector_norm."),
    ("mm.patch_merger.", "patch_merger.merging_layer."),
];
/// The beginning of a layer's names, before its number.
const LAYERS: [(&str, &str); 2] = [("v.blk.", "vision_encoder.transformer.layers."), ("blk.", "layers.")];
/// Within a layer. The vision encoder names some of them otherwise; of two with the same Mistral name the first is the
/// decoder's.
const INNER: [(&str, &str); 13] = [
    ("attn_norm.", "attention_norm."),
    ("ln1.", "attention_norm."),
    ("ffn_norm.", "ffn_norm."),
    ("ln2.", "ffn_norm."),
    ("attn_q.", "attention.wq."),
    ("attn_k.", "attention.wk."),
    ("attn_v.", "attention.wv."),
    ("attn_output.", "attention.wo."),
    ("attn_out.", "attention.wo."),
    ("ffn_gate_inp.", "feed_forward.gate."),
    ("ffn_gate.", "feed_forward.w1."),
    ("ffn_down.", "feed_forward.w2."),
    ("ffn_up.", "feed_forward.w3."),
];

/// Mixtral has 8; above this the file is no model and stays as it is.
const MAX_EXPERTS: usize = 1024;

/// The Mistral layout's name; a name that is not known stays as it is.
pub fn to_mistral(name: &str) -> String {
    if let Some((gguf, mistral)) = OUTER.iter().find(|(gguf, _)| name.starts_with(gguf)) {
        return format!("{mistral}{}", &name[gguf.len()..]);
    }
    for (gguf, mistral) in LAYERS {
        let Some((layer, rest)) = name.strip_prefix(gguf).and_then(|rest| rest.split_once('.')) else { continue };
        let Some((from, to)) = INNER.iter().find(|(from, _)| rest.starts_with(from)) else { continue };
        let tail = &rest[from.len()..];
        // One expert of many: its number stands before the kind of tensor.
        return match (to.strip_prefix("feed_forward."), tail.split_once('.')) {
            (Some(part), Some((expert, tail))) if expert.bytes().all(|byte| byte.is_ascii_digit()) => {
                format!("{mistral}{layer}.feed_forward.experts.{expert}.{part}{tail}")
            }
            _ => format!("{mistral}{layer}.{to}{tail}"),
        };
    }
    name.to_owned()
}

/// For messages only: what a GGUF file calls the tensor.
pub fn from_mistral(name: &str) -> String {
    if let Some((gguf, mistral)) = OUTER.iter().find(|(_, mistral)| name.starts_with(mistral)) {
        return format!("{gguf}{}", &name[mistral.len()..]);
    }
    for (gguf, mistral) in LAYERS {
        let Some((layer, rest)) = name.strip_prefix(mistral).and_then(|rest| rest.split_once('.')) else { continue };
        let is_vision = gguf.starts_with('v');
        if let Some((expert, rest)) = rest.strip_prefix("feed_forward.experts.").and_then(|rest| rest.split_once('.'))
            && let Some((from, to)) =
                INNER.iter().find(|(_, to)| to.strip_prefix("feed_forward.").is_some_and(|to| rest.starts_with(to)))
        {
            return format!("{gguf}{layer}.{from}{expert}.{}", &rest[to.len() - "feed_forward.".len()..]);
        }
        let mut found = INNER.iter().filter(|(_, to)| rest.starts_with(to));
        let (first, last) = (found.next(), found.next());
        if let Some((from, to)) = if is_vision { last.or(first) } else { first } {
            return format!("{gguf}{layer}.{from}{}", &rest[to.len()..]);
        }
    }
    name.to_owned()
}

/// Belongs to the vision part (a Mistral name).
pub fn is_vision(name: &str) -> bool {
    OUTER[3..].iter().any(|(_, mistral)| name.starts_with(mistral)) || name.starts_with(LAYERS[0].1)
}

/// Takes stacked experts (`blk.N.ffn_up_exps.weight`, `[experts, rows, columns]`) apart; no bytes are copied.
pub fn unstack_experts(file: &mut TensorFile) {
    let mut tensors = BTreeMap::new();
    for (name, tensor) in std::mem::take(&mut file.tensors) {
        match (name.split_once("_exps."), &tensor.shape[..]) {
            (Some((front, tail)), &[experts @ 1..=MAX_EXPERTS, rows, columns]) => {
                let size_bytes = tensor.bytes.len() / experts;
                for expert in 0..experts {
                    let bytes = tensor.bytes.slice(expert * size_bytes..(expert + 1) * size_bytes);
                    let one = StoredTensor { format: tensor.format, shape: vec![rows, columns], bytes };
                    tensors.insert(format!("{front}.{expert}.{tail}"), one);
                }
            }
            _ => {
                tensors.insert(name, tensor);
            }
        }
    }
    file.tensors = tensors;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bytes::Bytes, number_format::NumberFormat};

    #[test]
    fn names_map_both_ways() {
        for (gguf, mistral) in [
            ("token_embd.weight", "tok_embeddings.weight"),
            ("output_norm.weight", "norm.weight"),
            ("output.weight", "output.weight"),
            ("blk.0.attn_norm.weight", "layers.0.attention_norm.weight"),
            ("blk.39.attn_q.weight", "layers.39.attention.wq.weight"),
            ("blk.3.attn_output.weight", "layers.3.attention.wo.weight"),
            ("blk.3.ffn_norm.weight", "layers.3.ffn_norm.weight"),
            ("blk.3.ffn_gate.weight", "layers.3.feed_forward.w1.weight"),
            ("blk.3.ffn_down.weight", "layers.3.feed_forward.w2.weight"),
            ("blk.3.ffn_up.weight", "layers.3.feed_forward.w3.weight"),
            ("blk.3.ffn_gate_inp.weight", "layers.3.feed_forward.gate.weight"),
            ("blk.3.ffn_down.7.weight", "layers.3.feed_forward.experts.7.w2.weight"),
            ("v.patch_embd.weight", "vision_encoder.patch_conv.weight"),
            ("v.pre_ln.weight", "vision_encoder.ln_pre.weight"),
            ("v.blk.2.ln1.weight", "vision_encoder.transformer.layers.2.attention_norm.weight"),
            ("v.blk.2.ln2.weight", "vision_encoder.transformer.layers.2.ffn_norm.weight"),
            ("v.blk.2.attn_out.weight", "vision_encoder.transformer.layers.2.attention.wo.weight"),
            ("v.blk.2.ffn_up.weight", "vision_encoder.transformer.layers.2.feed_forward.w3.weight"),
            ("mm.1.bias", "vision_language_adapter.w_in.bias"),
            ("mm.2.weight", "vision_language_adapter.w_out.weight"),
            ("mm.patch_merger.weight", "patch_merger.merging_layer.weight"),
            ("mm.input_norm.weight", "pre_mm_projector_norm.weight"),
        ] {
            assert_eq!(to_mistral(gguf), mistral);
            assert_eq!(from_mistral(mistral), gguf);
            assert_eq!(is_vision(mistral), gguf.starts_with("v.") || gguf.starts_with("mm."), "{gguf}");
        }
        assert_eq!(to_mistral("rope_freqs.weight"), "rope_freqs.weight");
    }

    #[test]
    fn stacked_experts_are_parts_of_the_same_bytes() {
        let bytes = Bytes::from_vec((0..48).collect());
        let stacked = StoredTensor { format: NumberFormat::F16, shape: vec![4, 2, 3], bytes: bytes.clone() };
        let tensors = BTreeMap::from([("blk.0.ffn_up_exps.weight".to_owned(), stacked)]);
        let mut file = TensorFile { label: String::new(), bytes, header_bytes: 0, tensors };
        unstack_experts(&mut file);
        let names: Vec<&String> = file.tensors.keys().collect();
        assert_eq!(
            names,
            ["blk.0.ffn_up.0.weight", "blk.0.ffn_up.1.weight", "blk.0.ffn_up.2.weight", "blk.0.ffn_up.3.weight"]
        );
        let third = &file.tensors["blk.0.ffn_up.2.weight"];
        assert_eq!((&third.shape[..], third.bytes.as_slice()[0], third.bytes.len()), (&[2, 3][..], 24, 12));
    }
}
