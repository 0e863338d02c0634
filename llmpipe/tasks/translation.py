"""Translation: {source}; the pair of languages is `Example.language` ("en-zh")."""

from llmpipe.records import Example
from llmpipe.tasks.task import Message, Task, source_language, target_language

# instruction language -> (instruction, names of target languages in it)
WORDINGS = {
    "en": (
        "Translate to {target}: {source}",
        {
            "ar": "Arabic",
            "de": "German",
            "en": "English",
            "es": "Spanish",
            "fr": "French",
            "it": "Italian",
            "ja": "Japanese",
            "ko": "Korean",
            "pt": "Portuguese",
            "ru": "Russian",
            "zh": "Chinese",
        },
    ),
    "zh": (
        "翻译成{target}：{source}",
        {
            "ar": "阿拉伯语",
            "de": "德语",
            "en": "英语",
            "es": "西班牙语",
            "fr": "法语",
            "it": "意大利语",
            "ja": "日语",
            "ko": "韩语",
            "pt": "葡萄牙语",
            "ru": "俄语",
            "zh": "中文",
        },
    ),
    "fr": (
        "Traduire en {target} : {source}",
        {
            "ar": "arabe",
            "de": "allemand",
            "en": "anglais",
            "es": "espagnol",
            "fr": "français",
            "it": "italien",
            "ja": "japonais",
            "ko": "coréen",
            "pt": "portugais",
            "ru": "russe",
            "zh": "chinois",
        },
    ),
}


def messages(example: Example) -> list[Message]:
    """`Translate to Chinese: How are you?`, worded in the source language; an unlisted target shows as its code."""
    instruction, names = WORDINGS.get(source_language(example.language), WORDINGS["en"])
    target = target_language(example.language)
    return [("user", instruction.format(target=names.get(target, target), source=example.inputs["source"]))]


TRANSLATION = Task(
    name="translation",
    inputs=("source",),
    body="source",
    messages=messages,
    metrics=("bleu", "chrf"),
    baselines=("copy", "encoder_decoder", "majority", "nearest"),
)
