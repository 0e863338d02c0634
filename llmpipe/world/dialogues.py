"""
Dialogues with a service: the slots come up over several turns, the last reply confirms all of them.

The assistant asks for the first slot that is missing, in the order of the service, so every reply
follows from the history.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from llmpipe.world.draws import Draw
from llmpipe.world.lexicon import CITIES, DAYS, HOBBIES, JOBS, MONTHS, THINGS, TIMES, Word
from llmpipe.world.scope import Item, Scope, Text

VALUES = {"city": CITIES, "day": DAYS, "time": TIMES, "job": JOBS, "hobby": HOBBIES, "thing": THINGS, "month": MONTHS}


@dataclass(frozen=True, slots=True)
class Service:
    """A service: what it is called, what it has to know, and how users ask for it (the last wordings are for T3)."""

    name: str
    noun: Word  # as in "I need a taxi"
    slots: tuple[str, ...]


SERVICES = (
    Service("taxi", Word("a taxi", "出租车", ""), ("name", "city", "time")),
    Service("table", Word("a table", "餐桌", ""), ("name", "count", "time")),
    Service("hotel", Word("a hotel room", "客房", ""), ("name", "city", "count")),
    Service("ticket", Word("a train ticket", "车票", ""), ("name", "city", "day")),
    Service("doctor", Word("a doctor", "医院挂号", ""), ("name", "day", "time")),
    Service("card", Word("a credit card", "一张信用卡", ""), ("name", "job", "city")),
    Service("repair", Word("a repair", "维修", ""), ("name", "thing", "day")),
    Service("class", Word("a class", "上课", ""), ("name", "hobby", "day")),
    Service("house", Word("a house", "租房", ""), ("name", "city", "month")),
    Service("weather", Word("the weather", "天气", ""), ("name", "day", "city")),
)

OPENINGS = {
    "en": (
        "I need {s}.",
        "Hello, I want {s}.",
        "Please get {s} for me.",
        "How can I get {s}?",
        "Would you help me with {s}?",
    ),
    "zh": ("我需要办理{s}。", "你好，我需要办理{s}。", "请帮我预约{s}。", "如何预约{s}？", "麻烦给我安排{s}。"),
}
WEATHER_OPENINGS = {
    "en": (
        "What is the weather {v}?",
        "How is the weather {v}?",
        "Will it rain {v}?",
        "Tell me the weather {v}.",
        "Any sun {v}?",
    ),
    "zh": ("{v}天气怎么样？", "请问{v}天气如何？", "{v}会下雨吗？", "我想知道{v}的天气。", "{v}出太阳吗？"),
}
ASKS = {
    "en": {
        "name": "What is your name?", "city": "Which town?", "time": "At what time?", "day": "On which day?",
            "count": "How many?",
        "job": "What is your job?", "thing": "Which thing?", "hobby": "Which class?", "month": "From which month?",
    },
    "zh": {
        "name": "请问您叫什么？", "city": "哪个城市？", "time": "几点？", "day": "哪一天？", "count": "多少？",
        "job": "您做什么工作？", "thing": "什么东西？", "hobby": "什么课？", "month": "从几月起？",
    },
}  # fmt: skip
GIVES = {
    "en": {
        "name": ("My name is {v}.", "I am {v}.", "It is for {v}.", "{v}.", "Write down {v}, please."),
        "": ("{v}.", "{v}, please.", "I would say {v}.", "Let it be {v}.", "Make it {v}."),
    },
    "zh": {
        "name": ("我叫{v}。", "我是{v}。", "是给{v}的。", "{v}。", "请写{v}。"),
        "": ("{v}。", "{v}，谢谢。", "我要{v}。", "就{v}吧。", "那就选{v}。"),
    },
}
EXTRA = {"en": " and {v}", "zh": "，还有{v}"}  # a second slot in the same turn
REPLIES = {"en": "Done: {noun}, {values}.", "zh": "已办好：{noun}，{values}。"}
ROLES = {"en": ("User: ", "Assistant: "), "zh": ("用户：", "助手：")}

Turns = list[list[str]]  # [role, text] pairs; a list because JSON has no tuples


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A whole dialogue; the last turn is the assistant's confirmation."""

    service: str
    turns: Turns
    slots: Mapping[str, str]
    first_ask: str  # the assistant's first question


def dialogue(draw: Draw, scope: Scope, language: str) -> Dialogue:
    """A dialogue whose (service, slots) cell the scope allows."""
    service = draw.choice(SERVICES)
    before = len(draw.entities)
    while True:
        del draw.entities[before:]  # those of slots that were turned down
        slots = {slot: _value(draw, scope, slot, language) for slot in service.slots}
        if scope.allows(f"dialogue/{service.name}/{'/'.join(slots.values())}"):
            break
    missing = list(service.slots)
    if service.name == "weather":
        missing.remove("day")
        day = slots["day"] if language == "zh" or slots["day"] == "tomorrow" else f"on {slots['day']}"
        opening = draw.wording(f"opening/{language}/weather", WEATHER_OPENINGS[language], scope.unseen).format(v=day)
    else:
        opening = draw.wording(f"opening/{language}", OPENINGS[language], scope.unseen).format(
            s=service.noun.written(language)
        )
        if draw.chance(30):  # some users say who they are at once
            missing.remove("name")
            opening += ("" if language == "zh" else " ") + GIVES[language]["name"][0].format(v=slots["name"])
    turns = [["user", opening]]
    first_ask = ASKS[language][missing[0]]
    while missing:
        slot = missing.pop(0)
        turns.append(["assistant", ASKS[language][slot]])
        answer = draw.wording(f"give/{language}/{slot}", GIVES[language].get(slot, GIVES[language][""]), scope.unseen)
        answer = answer.format(v=slots[slot])
        if len(missing) > 1 and slot == "name" and draw.chance(35):
            answer = answer[:-1] + EXTRA[language].format(v=slots[missing.pop(0)]) + answer[-1]
        turns.append(["user", answer])
    values = ("，" if language == "zh" else ", ").join(slots.values())
    noun = service.noun.written(language)
    turns.append(["assistant", REPLIES[language].format(noun=noun, values=values)])
    return Dialogue(service.name, turns, slots, first_ask)


def _value(draw: Draw, scope: Scope, slot: str, language: str) -> str:
    if slot == "name":
        return scope.name(draw).written(language)
    if slot == "count":
        return str(draw.between(2, 60))
    return draw.choice(VALUES[slot]).written(language)


def dialogue_document(draw: Draw, scope: Scope) -> Text:
    """A dialogue with the speakers' roles."""
    language = ("en", "zh")[draw.below(2)]
    found = dialogue(draw, scope, language)
    user, assistant = ROLES[language]
    text = "\n".join((user if role == "user" else assistant) + said for role, said in found.turns)
    return Text(text, language, {"service": found.service})


def dialogue_item(draw: Draw, scope: Scope, turn: int) -> Item:
    """A history that ends with the user, and the reply; one training item in ten is the first question only."""
    language = ("en", "zh")[turn % 2]
    found = dialogue(draw, scope, language)
    if scope.cell == "train" and draw.chance(10):
        return Item({"history": found.turns[:1], "slots": {}}, found.first_ask, language, {"service": found.service})
    inputs = {"history": found.turns[:-1], "slots": found.slots}
    return Item(inputs, found.turns[-1][1], language, {"service": found.service, "turns": len(found.turns)})
