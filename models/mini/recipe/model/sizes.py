"""The size of the built-in model, as it stands in params.json.

7.7 million parameters, 15.4 MB in bf16. Every width is a multiple of 256, so that all of llama.cpp's formats fit. The
encoder has as much as the decoder, and more layers: seeing is the hard part here, the sentences are few.
"""

# Tekken's first 1,216 ranks (all bytes and the commonest pieces of words) after 64 special tokens: letters mostly stand
# alone then, which is how it reads them.
SPECIAL_TOKENS = 64
VOCABULARY = 1280
PATCH = 16

PARAMS = {
    "dim": 256,
    "n_layers": 5,
    "head_dim": 32,
    "hidden_dim": 512,
    "n_heads": 8,
    "n_kv_heads": 2,
    "norm_eps": 1e-5,
    "vocab_size": VOCABULARY,
    "rope_theta": 10000.0,
    "vision_encoder": {
        "hidden_size": 256,
        "num_channels": 3,
        "image_size": 128,
        "patch_size": PATCH,
        # On a grid of 8x8 patches the usual 10,000 leaves most frequencies nearly constant.
        "rope_theta": 100.0,
        "intermediate_size": 512,
        "num_hidden_layers": 6,
        "num_attention_heads": 8,
        "adapter_bias": True,
        "mm_projector_id": "",
        "image_token_id": 10,
        "image_break_token_id": 12,
        "image_end_token_id": 13,
    },
}

BEGIN, END_OF_ANSWER, QUESTION, END_OF_QUESTION, IMAGE, PADDING, IMAGE_BREAK, IMAGE_END = 1, 2, 3, 4, 10, 11, 12, 13
