"""Bits per byte: how many bits a language model needs for a byte of text, whatever its tokenizer."""

import math

import numpy as np

from llmpipe.metrics.answers import Floats, Measured, divide, ratio_of_sums

SIGNATURE = "bits:text tokens (no BOS, EOS)|bytes:UTF-8 of the text"


def bits_per_byte(nats: Floats, num_bytes: Floats) -> Measured:
    """
    Bits of all documents over bytes of all documents.

    Args:
        nats: Negative log-likelihood of each document's text tokens.
        num_bytes: UTF-8 bytes of each document's text.
    """
    rows = np.stack([nats / math.log(2), num_bytes], axis=1)
    return Measured(rows, ratio_of_sums, ratio_of_sums(rows))


def difference(nats: Floats, other_nats: Floats, num_bytes: Floats) -> Measured:
    """Bits per byte of one model minus those of another on the same documents."""
    rows = np.stack([(nats - other_nats) / math.log(2), num_bytes], axis=1)
    return Measured(rows, ratio_of_sums, divide(rows[:, 0], rows[:, 1]))
