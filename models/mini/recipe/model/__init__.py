"""Pixtral in plain PyTorch, at a small size, with the tensor names of Mistral's own files."""
