"""That other programs read the model as the training code does."""
