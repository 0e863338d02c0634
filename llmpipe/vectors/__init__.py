"""Word vectors: how they are trained from text, and what they know."""
