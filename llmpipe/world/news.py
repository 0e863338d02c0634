"""Short news: an article that tells an event with details, and the title that keeps who, what and where."""

from dataclasses import dataclass

from llmpipe.world.draws import Draw
from llmpipe.world.lexicon import CITIES, HOBBIES, JOBS, MONTHS, PLACES, THINGS, YEARS, Word
from llmpipe.world.people import join
from llmpipe.world.scope import Item, Scope, Text


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of news. Slots: {p} who, {x} what (from `things`), {c} where; the last lead of each is for T3."""

    name: str
    domain: str
    things: tuple[Word, ...]
    title: dict[str, str]
    leads: dict[str, tuple[str, ...]]


def _things(*pairs: str) -> tuple[Word, ...]:
    rows = (pair.split("|") for pair in pairs)
    return tuple(Word(english, chinese, "") for english, chinese in rows)


EVENTS = (
    Event(
        "offer", "finance", _things("savings plan|储蓄计划", "credit card|信用卡", "house loan|房贷",
        "gold fund|黄金基金"),
        {"en": "{p} offers a new {x} in {c}", "zh": "{p}在{c}推出新的{x}"},
        {
            "en": ("The bank of {p} has a new {x} for the people of {c}.", "In {c}, a new {x} can be had from {p}.",
                   "{p} told {c} about a new {x}.", "A new {x} from {p} came to {c} this week.",
                   "People in {c} may now ask {p} for a new {x}."),
            "zh": ("{p}的银行为{c}的人带来新的{x}。", "在{c}，可以从{p}那里得到新的{x}。", "{p}在{c}说到新的{x}。",
                   "本周，{p}的新的{x}来到{c}。", "{c}的人现在可以向{p}要新的{x}。"),
        },
    ),
    Event(
        "open", "health", _things("clinic|诊所", "health centre|健康中心", "eye hospital|眼科医院",
        "tooth clinic|牙科"),
        {"en": "{p} opens a {x} in {c}", "zh": "{p}在{c}开办{x}"},
        {
            "en": ("A {x} has been opened in {c} by {p}.", "{c} has a new {x}, thanks to {p}.",
                   "{p} came to {c} and opened a {x}.", "The {x} of {p} in {c} is now open.",
                   "At last {c} has its {x}, and {p} has the key."),
            "zh": ("{p}的{x}在{c}开门了。", "{c}有了新的{x}，多亏{p}。", "{p}来到{c}，开了{x}。",
                "本周，{c}的{x}由{p}打开大门。",
                   "{c}终于有{x}了，钥匙在{p}手里。"),
        },
    ),
    Event(
        "teach", "education", _things("music course|音乐课", "maths course|数学课", "art course|美术课",
        "computer course|电脑课"),
        {"en": "{p} starts a {x} in {c}", "zh": "{p}在{c}开设{x}"},
        {
            "en": ("A {x} by {p} has begun in {c}.", "Students of {c} can take a {x} with {p}.",
                   "{p} now gives a {x} at a school in {c}.", "In {c}, {p} stood up and began a {x}.",
                   "The young of {c} hear {p} in a {x}."),
            "zh": ("{p}的{x}在{c}开始了。", "{c}的学生可以上{p}的{x}。", "{p}现在在{c}的学校教{x}。",
                "在{c}，{p}开始上{x}。",
                   "{c}的年轻人来听{p}的{x}。"),
        },
    ),
    Event(
        "win", "sport", HOBBIES,
        {"en": "{p} wins the {x} cup in {c}", "zh": "{p}在{c}赢得{x}比赛"},
        {
            "en": ("The {x} cup of {c} goes to {p}.", "{p} was the best in {x} at {c} this week.",
                   "In {c}, {p} took the {x} cup home.", "No one in {c} could beat {p} in {x}.",
                   "The people of {c} saw great {x} from {p}."),
            "zh": ("{c}的{x}比赛，{p}得了第一。", "本周在{c}，{p}的{x}最好。", "{p}把{c}的{x}奖杯带回家。",
                "在{c}，没有人{x}能比过{p}。",
                   "{c}的人看到了{p}最好的{x}。"),
        },
    ),
    Event(
        "find", "culture", THINGS,
        {"en": "{p} finds an old {x} in {c}", "zh": "{p}在{c}发现旧{x}"},
        {
            "en": ("An old {x} was found in {c} by {p}.", "Under a house in {c}, {p} saw an old {x}.",
                   "{p} found an old {x} on a walk in {c}.", "In {c}, an old {x} came to light when {p} dug.",
                   "{c} talks about the old {x} that {p} dug out."),
            "zh": ("{p}在{c}找到旧{x}。", "在{c}的一个房子下，{p}看到旧{x}。", "{p}在{c}走路时发现旧{x}。",
                "{c}的旧{x}是{p}找到的。",
                   "{c}人人都在说{p}的旧{x}。"),
        },
    ),
    Event(
        "repair", "city", PLACES,
        {"en": "{p} repairs the {x} of {c}", "zh": "{p}修好{c}的{x}"},
        {
            "en": ("The {x} of {c} is as good as new after the work of {p}.", "{p} has repaired the {x} in {c}.",
                   "In {c}, the {x} was closed, and {p} did the work.",
                   "The old {x} of {c} was given to {p} to repair.",
                   "People can use the {x} of {c} again, says {p}."),
            "zh": ("{p}工作以后，{c}的{x}又好了。", "{c}的{x}已经由{p}修好。", "在{c}，{x}关门了，{p}来修。",
                "{c}的旧{x}交给{p}修理。",
                   "{p}说{c}的{x}又可以用了。"),
        },
    ),
    Event(
        "sell", "trade", THINGS,
        {"en": "{p} sells a gold {x} in {c}", "zh": "{p}在{c}卖出金{x}"},
        {
            "en": ("A gold {x} was sold in {c} by {p}.", "In {c}, {p} got a good price for a gold {x}.",
                   "{p} brought a gold {x} to {c} and sold it.", "The gold {x} of {p} was sold in {c} this week.",
                   "Someone in {c} paid {p} well for a gold {x}."),
            "zh": ("{p}的金{x}在{c}卖掉了。", "在{c}，{p}的金{x}卖了好价钱。", "{p}带着金{x}来到{c}，卖了。",
                "本周{c}有人买了{p}的金{x}。",
                   "{c}有人给{p}很多钱，要金{x}。"),
        },
    ),
    Event(
        "lead", "work", JOBS,
        {"en": "{p} is the best {x} in {c}", "zh": "{p}是{c}最好的{x}"},
        {
            "en": ("{c} has named {p} as its best {x}.", "The best {x} of the year in {c} is {p}.",
                   "In {c}, a prize for the best {x} went to {p}.",
                   "Ask in {c} for the best {x}, and you hear of {p}.",
                   "No {x} in {c} is as good as {p}."),
            "zh": ("{c}说{p}是最好的{x}。", "今年{c}最好的{x}是{p}。", "在{c}，最好的{x}奖给了{p}。",
                "在{c}问谁是最好的{x}，都说是{p}。",
                   "{c}没有{x}比{p}好。"),
        },
    ),
)  # fmt: skip

UNSEEN_EVENTS = (
    Event(
        "court", "law", THINGS,
        {"en": "{p} goes to court over a {x} in {c}", "zh": "{p}在{c}为{x}上法院"},
        {
            "en": ("The court of {c} will hear {p} about a {x}.", "A {x} brought {p} to the court in {c}."),
            "zh": ("{c}的法院要听{p}说{x}的事。", "为了{x}，{p}去了{c}的法院。"),
        },
    ),
)  # fmt: skip

DETAILS = {
    "en": (
        "{q} said it was good news.", "It was in {t} {y}.", "About {n} people came.", "{q}, a {j}, helped.",
        "The work took {n} days.", "It cost {n} coins.", "The news came from {q}.", "{q} had asked for it since {y}.",
        "Some had to wait {n} hours.", "{q} will write a book about it.",
    ),
    "zh": (
        "{q}说这是好消息。", "这是{y}{t}的事。", "来了{n}个人。", "{j}{q}帮了忙。", "工作用了{n}天。",
        "花了{n}个金币。",
        "消息来自{q}。", "{q}从{y}起就想要。", "有人等了{n}小时。", "{q}要写一本书。",
    ),
}  # fmt: skip

LAYOUTS = {
    "en": ("{h}\n{a}", "{a}\n{h}", "Title: {h}\n{a}", "{a}\nTitle: {h}", "NEWS {h}. {a}"),
    "zh": ("{h}\n{a}", "{a}\n{h}", "题目：{h}\n{a}", "{a}\n题目：{h}", "新闻：{h}。{a}"),
}


def article(draw: Draw, scope: Scope, language: str) -> tuple[str, str, Event]:
    """Title and text of one event; the (person, event, thing, city) of the title is the key of its cell."""
    event = draw.choice(UNSEEN_EVENTS if scope.unseen and draw.chance(35) else EVENTS)
    while True:
        person, witness = draw.sample(scope.names, 2)
        thing, city = draw.choice(event.things), draw.choice(CITIES)
        key = f"news/{person.latin}/{event.name}/{thing.key}/{city.key}"
        if scope.allows(key):
            break
    draw.entities.extend((person.latin, witness.latin))
    slots = {"p": person.written(language), "x": thing.written(language), "c": city.written(language)}
    lead = draw.wording(f"lead/{language}/{event.name}", event.leads[language], scope.unseen).format(**slots)
    details = [
        detail.format(
            q=witness.written(language), n=draw.between(2, 99), t=draw.choice(MONTHS).written(language),
            y=draw.choice(YEARS).written(language), j=draw.choice(JOBS).written(language),
        )
        for detail in draw.sample(DETAILS[language], draw.between(2, 3))
    ]  # fmt: skip
    sentences = [lead, *details]
    if draw.chance(25):  # the event is not always told first
        sentences[0], sentences[1] = sentences[1], sentences[0]
    return event.title[language].format(**slots), join(sentences, language), event


def news_document(draw: Draw, scope: Scope) -> Text:
    """An article with its title before or after it."""
    language = ("en", "zh")[draw.below(2)]
    title, text, event = article(draw, scope, language)
    return Text(
        draw.choice(LAYOUTS[language]).format(h=title, a=text), language, {"domain": event.domain, "title": title}
    )


def headline_item(draw: Draw, scope: Scope, turn: int) -> Item:
    """An article whose title is the reference; T3 has leads, and one field, that training never shows."""
    language = ("en", "zh")[turn % 2]
    title, text, event = article(draw, scope, language)
    return Item({"document": text}, title, language, {"domain": event.domain})
