"""How fast training, evaluation and colorizing are, as shares of what the machine can do, and beside PyTorch."""
