"""The size of the built-in model, as it stands in params.json (how large pictures are is the plan's: training/plan.py).

8.0 million parameters, 15.9 MB in bf16. Every width is a multiple of 256, so that all of llama.cpp's formats fit. The
encoder has as much as the decoder, and more layers: seeing is the hard part here, the sentences are few.
"""

# Special tokens, bytes, and words (training/tekken.py).
SPECIAL_TOKENS = 64
VOCABULARY = 1792
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
        "patch_size": PATCH,
        # On a grid of 12x12 patches the usual 10,000 leaves most frequencies nearly constant.
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

# The encoder's features come out of it as large as its layers made them (about 140, there is no norm at the end); the
# adapter learns from them well where they are about 1. A power of two: exact in bf16.
FEATURE_SCALE = 1 / 128

BEGIN, END_OF_ANSWER, QUESTION, END_OF_QUESTION, IMAGE, PADDING, IMAGE_BREAK, IMAGE_END = 1, 2, 3, 4, 10, 11, 12, 13
