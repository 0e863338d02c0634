"""Words that a hyphen broke at a line's end become whole; compounds keep their hyphen."""

import pytest

from llmpipe.corpus.broken_words import broken_words


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("He asked for an exam-\nple of it.", "He asked for an example of it."),
        ("He asked for an exam-\n   ple of it.", "He asked for an example of it."),
        ("He asked for an exam\u2010\nple of it.", "He asked for an example of it."),
        ("It was a well-\nknown mill.", "It was a well-known mill."),
        ("A scale-\ninvariant measure.", "A scale-invariant measure."),
        ("The river-boat and the river-\nboat.", "The river-boat and the river-boat."),
        ("The miller said that a miller-\nbaker is a miller.", "The miller said that a miller-baker is a miller."),
        ("Its detec- tion is hard.", "Its detection is hard."),
        ("A multi-\ndocument set.", "A multi-document set."),
        ("Two inter-\nsections.", "Two intersections."),
        ("An example is an exam- ple.", "An example is an example."),
    ],
)
def test_words_become_whole(broken, whole):
    assert broken_words(broken) == whole


@pytest.mark.parametrize(
    "text",
    [
        "pre- and post-war mills",
        "the pre-\nand post-war mills",
        "The spelling with Rh- in English Rhine",
        "He stopped -\nand went on.",
        "Anna -\n- Tom",
        "A list-\nOf words",
        "x-\ny",
        "the one- to two-year span",
        "a multi- document set",
    ],
)
def test_other_hyphens_stay(text):
    assert broken_words(text) == text
