"""What is assumed where nothing is measured: numbers of one machine; another may differ by a factor of three."""

from llmpipe.config import Params
from llmpipe.plan.machine import Machine
from llmpipe.plan.sample import Sample
from llmpipe.plan.sizes import forward_flops_per_token
from llmpipe.plan.speed import BATCH, Speed
from llmpipe.plan.tuned import own
from llmpipe.train.compiling import (
    CORE_FLOPS,
    CORE_RATIO,
    GPU_FLOPS,
    GPU_RATIO,
    OPERATION_S,
    OPERATIONS,
    assumed_step_s,
)

# One core of an AMD EPYC with AVX512, sample world, November 2026: seconds for a byte of the raw documents.
SAMPLE = Sample(
    byte_s={"ingest": 0.8e-6, "clean": 3.2e-6, "tokenizer": 0.25e-6, "encode": 0.1e-6},
    kept_ratio=0.85,
    tokens_per_byte=0.4,
    disk_ratio={"ingest": 3.0, "clean": 2.9, "encode": 0.75},
    pace_s=0.43,
    data=None,
)
ANSWER_TOKENS = 30  # of the longest of 64 answers
NGRAM_TOKEN_S = 1.2e-6


def ratio(machine: Machine) -> float:
    """What training is assumed to get of what the processor could do."""
    return GPU_RATIO if machine.cuda else CORE_RATIO


def flops_per_s(machine: Machine) -> float:
    """Floating-point operations a second that training is assumed to get."""
    if machine.cuda:
        return ratio(machine) * (machine.datasheet_flops or GPU_FLOPS)
    return ratio(machine) * CORE_FLOPS * machine.threads * (2 if machine.device.bf16 else 1)


def speed(params: Params, machine: Machine, peak_flops: float | None = None) -> Speed:
    """Times from arithmetic: with a measured matrix product (`peak_flops`), or with none."""
    rate = flops_per_s(machine) if peak_flops is None else ratio(machine) * peak_flops
    vocab_size = params.tokenizer.vocab_size
    forward = forward_flops_per_token(params.model, vocab_size) / rate
    start_s = OPERATION_S * OPERATIONS / 10 * params.model.num_layers
    prompts = BATCH * params.model.context_length / 2
    return Speed(
        peak_flops=rate / ratio(machine),
        step_s={
            name: assumed_step_s(params.model, vocab_size, config.batch_tokens, rate)
            for name, config in (("pretrain", params.pretrain), ("finetune", own(params).trial))
        },
        token_s=forward,
        answers_s=forward * (prompts + BATCH * ANSWER_TOKENS) + start_s * ANSWER_TOKENS,
        label_s=forward * params.model.context_length,  # half a context for the prompt, as much for the labels
        ngram_token_s=NGRAM_TOKEN_S,
    )
