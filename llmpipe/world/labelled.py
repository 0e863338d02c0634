"""Short sentences with a label: what a user wants (intent), how a reviewer feels (sentiment)."""

from llmpipe.world.draws import Draw
from llmpipe.world.lexicon import CITIES, DAYS, HOBBIES, PLACES, THINGS, TIMES
from llmpipe.world.scope import Item, Scope, Text

# class -> wordings; slots {c} city, {d} day, {t} time, {o} thing, {h} hobby, {l} place, {n} number, {q} a person;
# the last fifth of each is reserved for T3
INTENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "weather": (
            "what is the weather in {c} {d}", "will it rain in {c} {d}", "how warm is it in {c} {d}",
            "is it cold in {c} {d}",
            "tell me the weather for {c} {d}", "does {c} get sun {d}", "do I need warm clothes in {c} {d}",
        ),
        "book_table": (
            "book a table for {n} at {t}", "I want to eat out {d} at {t}", "get us a table {d} at {t}",
            "table for {n} please, {d}",
            "find a restaurant in {c} for {n}", "we want dinner in {c} at {t}", "save seats for {n} to eat in {c}",
        ),
        "play_music": (
            "play some music for {h}", "play a song from {c}", "put on music until {t}",
            "I want to hear a song about a {o}",
            "start the {h} songs", "play the songs of {q}", "let me hear {q} sing",
        ),
        "set_alarm": (
            "wake me at {t}", "set an alarm for {t} {d}", "alarm at {t} please", "I have to get up at {t} {d}",
            "ring at {t} so I wake up", "set the clock to wake me {d} at {t}", "do not let me sleep after {t}",
        ),
        "send_money": (
            "send {n} coins to {q}", "pay {q} {n} coins", "move {n} coins to {q} {d}",
            "give {q} {n} coins from my account",
            "transfer {n} coins to {q}", "I owe {q} {n} coins, pay it", "my debt of {n} to {q} must go {d}",
        ),
        "open_card": (
            "I want a credit card", "open a credit card for me {d}", "how do I get a credit card in {c}",
            "apply for a new bank card",
            "give me a card from the bank in {c}", "I need a new credit card {d}",
            "can the bank in {c} make me plastic",
        ),
        "call_person": (
            "call {q}", "phone {q} at {t}", "I want to talk to {q} on the phone", "ring up {q} {d}",
            "make a call to {q}",
            "get {q} on the phone", "let me speak with {q}",
        ),
        "translate": (
            "translate {o} to Chinese", "how do you say {o} in Chinese", "what is {o} in French",
            "what is the Chinese word for {o}",
            "say {h} in French", "translate {h} for me", "put {o} into another language",
        ),
        "see_doctor": (
            "I want to see a doctor {d}", "book a doctor in {c}", "I am sick, I need a doctor",
            "get me a place at the hospital {d}",
            "I need a doctor {d} at {t}", "register me at the hospital in {c}",
            "my head hurts, who can look at me {d}",
        ),
        "buy_ticket": (
            "buy a ticket to {c}", "I need a ticket to {c} {d}", "two tickets for {c} at {t}",
            "get me a train ticket to {c}",
            "a ticket for the {l} {d}", "how much is a ticket to {c}", "let me ride the train to {c} {d}",
        ),
        "lights": (
            "turn on the light", "turn the light off at {t}", "make the light in the room red", "lights off please",
            "switch on the light {d}", "the light is too bright, turn it down", "it is dark here, do something",
        ),
        "find_place": (
            "where is the {l} in {c}", "how do I get to the {l}", "show me the way to the {l}", "find a {l} near {c}",
            "is there a {l} in {c}", "how far is the {l} from here", "I am lost, bring me to the {l}",
        ),
        "shopping": (
            "add a {o} to my list", "I want to buy a {o}", "order a {o} for {q}",
            "put {n} of the {o} kind in my cart",
            "buy me a new {o}", "how much is the {o} in the shop", "my {o} is broken, get another",
        ),
        "out_of_scope": (
            "the {o} is under the table", "why is the sky blue", "{q} was my first teacher", "who won the {h} game",
            "I once lived in {c}", "birds can fly", "the sea has salt", "my {o} thinks",
        ),
    },
    "zh": {
        "weather": (
            "{c}{d}天气怎么样", "{d}{c}会下雨吗", "{c}{d}冷不冷", "{d}{c}热不热", "告诉我{c}{d}的天气",
            "{d}天气怎么样", "{c}{d}要穿大衣吗",
        ),
        "book_table": (
            "帮我订{n}人的餐桌", "我想{d}{t}在外面吃饭", "{d}{t}订一张餐桌", "在{c}找一家饭店",
            "{n}个人{d}吃饭，订位", "{t}在{c}订晚饭",
            "给{n}个人留座吃饭",
        ),
        "play_music": (
            "放一首{h}的歌", "放点音乐", "我想听{c}的歌", "播放{q}的歌", "放歌到{t}", "播放音乐给{q}听",
            "让{q}唱给我听",
        ),
        "set_alarm": (
            "{t}叫我起床", "设一个{t}的闹钟", "{d}{t}的闹钟", "我{d}{t}要起床", "闹钟定在{t}", "{d}早点叫醒我，{t}",
            "{t}以后别让我睡",
        ),
        "send_money": (
            "给{q}转{n}个金币", "付给{q}{n}个金币", "{d}转{n}个金币给{q}", "把{n}个金币转给{q}",
            "从我的账户给{q}{n}个金币", "转账{n}给{q}",
            "我欠{q}{n}，{d}还",
        ),
        "open_card": (
            "我要办理一张信用卡", "帮我开一张信用卡", "在{c}怎么办信用卡", "我{d}想办银行卡", "申请一张新的信用卡",
            "{c}的银行可以办卡吗",
            "银行能给我做张卡吗",
        ),
        "call_person": (
            "打电话给{q}", "{t}给{q}打电话", "我想和{q}通话", "{d}打给{q}", "拨{q}的电话", "请接通{q}",
            "让我和{q}说话",
        ),
        "translate": (
            "{o}用英文怎么说", "把{o}翻译成法文", "翻译{h}", "{o}的英文是什么", "{h}用法文怎么说", "请翻译{o}",
            "{o}换成别的语言",
        ),
        "see_doctor": (
            "我{d}想看医生", "如何预约医院挂号", "我病了，要看医生", "帮我{d}挂号", "{c}医院{d}挂号",
            "{d}{t}看牙医", "我头疼，{d}谁能看看",
        ),
        "buy_ticket": (
            "买一张去{c}的票", "我要{d}去{c}的车票", "去{c}的车票多少钱", "{d}{t}去{c}的票", "订{n}张去{c}的车票",
            "买{l}的门票",
            "我要坐车去{c}",
        ),
        "lights": (
            "开灯", "{t}关灯", "把灯关了", "把房间的灯打开", "灯太亮了，暗一点", "{d}{t}开灯", "这里太黑了",
        ),
        "find_place": (
            "{c}的{l}在哪里", "怎么去{l}", "告诉我去{l}的路", "找{c}的{l}", "{c}有{l}吗", "这里离{l}多远",
            "我迷路了，带我到{l}",
        ),
        "shopping": (
            "把{o}加到单子里", "我想买{o}", "给{q}买{o}", "{o}多少钱", "帮我买新的{o}", "{n}个{o}放进购物车",
            "我的{o}坏了，再要一个",
        ),
        "out_of_scope": (
            "{o}在桌子下面", "天为什么是蓝的", "{q}是我第一个老师", "谁赢了{h}比赛", "我以前住在{c}", "鸟会飞",
            "海水是咸的", "我的{o}会想",
        ),
    },
}  # fmt: skip

PREFIXES = {
    "en": ("{p}: ", "I am {p}, ", "for {p}, ", "hello, here is {p}, "),
    "zh": ("{p}：", "我是{p}，", "为了{p}，", "你好，这是{p}，"),
}

GOOD = {
    "en": ("great", "lovely", "very good", "perfect", "nice", "strong"),
    "zh": ("很好", "真棒", "漂亮", "完美", "很美", "结实"),
}
BAD = {
    "en": ("bad", "ugly", "very poor", "broken", "weak", "dirty"),
    "zh": ("很差", "糟糕", "难看", "很坏", "脏", "破旧"),
}
PLAIN = {
    "en": ("okay", "average", "so so", "normal", "plain", "usual"),
    "zh": ("一般", "普通", "还行", "还可以", "平常", "不好不坏"),
}
LABELS = {"positive": GOOD, "negative": BAD, "neutral": PLAIN}

REVIEWS: dict[str, tuple[str, ...]] = {
    "en": (
        "the {o} from {p} is {a}", "{p} says the {l} in {c} is {a}", "I got a {o} from {p}, it is {a}",
        "the {h} class of {p} is {a}",
        "{a}, the {o} of {p}", "my {o} from {c} is {a}, says {p}", "{p} asked how it was: {a}",
        "about the {l} of {c}: {a}, and {p} was there",
        "as {a} as it gets, this {o} of {p}", "{p} would call this {l} {a}",
    ),
    "zh": (
        "{p}的{o}{a}", "{p}说{c}的{l}{a}", "我从{p}那里买的{o}{a}", "{p}的{h}课{a}", "{a}，这是{p}的{o}",
        "{c}的{o}{a}，{p}说",
        "{p}问怎么样：{a}", "{c}的{l}{a}，{p}也在", "要说{a}，就是{p}的{o}", "这个{l}，{p}叫它{a}",
    ),
}  # fmt: skip


def _fill(draw: Draw, scope: Scope, template: str, language: str) -> dict[str, str]:
    """A value for every slot that the template has."""
    tables = {"c": CITIES, "d": DAYS, "t": TIMES, "o": THINGS, "h": HOBBIES, "l": PLACES}
    slots = {slot: draw.choice(words).written(language) for slot, words in tables.items() if f"{{{slot}}}" in template}
    if "{q}" in template:
        slots["q"] = scope.name(draw).written(language)
    if "{n}" in template:
        slots["n"] = str(draw.between(2, 99))
    return slots


def intent(draw: Draw, scope: Scope, language: str, label: str, named: bool = False) -> str:
    """
    A request of this class in the scope's cell, most of them said by or for a person.

    Held-out ones always are: without the person they would be part of a training sentence that has one.
    """
    wording = draw.wording(f"intent/{language}/{label}", INTENTS[language][label], scope.unseen)
    named = named or scope.cell != "train" or draw.chance(75)
    prefix = draw.choice(PREFIXES[language]) if named else ""
    before = len(draw.entities)
    while True:
        del draw.entities[before:]  # those of a text that was turned down
        slots = _fill(draw, scope, wording, language)
        if prefix:
            slots["p"] = scope.name(draw).written(language)
        text = (prefix + wording).format(**slots)
        if scope.allows(f"intent/{text}"):
            return text
        prefix = prefix or draw.choice(PREFIXES[language])  # a sentence without slots has one cell only


def review(draw: Draw, scope: Scope, language: str, label: str) -> str:
    """A sentence of this feeling in the scope's cell."""
    wording = draw.wording(f"review/{language}", REVIEWS[language], scope.unseen)
    before = len(draw.entities)
    while True:
        del draw.entities[before:]  # those of a text that was turned down
        slots = _fill(draw, scope, wording, language)
        text = wording.format(p=scope.name(draw).written(language), a=draw.choice(LABELS[label][language]), **slots)
        if scope.allows(f"review/{text}"):
            return text


def intent_document(draw: Draw, scope: Scope) -> Text:
    """Three or four requests, each with what is wanted."""
    language = ("en", "zh")[draw.below(2)]
    layout = draw.choice(("{t} -> {k}", "{t} | {k}", "{t}\n  {k}", "[{k}] {t}"))
    lines: list[str] = []
    for _ in range(draw.between(3, 4)):
        label = draw.choice(tuple(INTENTS["en"]))
        lines.append(layout.format(t=intent(draw, scope, language, label, named=not lines), k=label))
    return Text("\n".join(lines), language)


def sentiment_document(draw: Draw, scope: Scope) -> Text:
    """Three or four reviews, each with its feeling."""
    language = ("en", "zh")[draw.below(2)]
    layout = draw.choice(("{t} -> {k}", "{t} ({k})", "{t}\n  {k}", "[{k}] {t}"))
    lines: list[str] = []
    for _ in range(draw.between(3, 4)):
        label = draw.choice(tuple(LABELS))
        lines.append(layout.format(t=review(draw, scope, language, label), k=label))
    return Text("\n".join(lines), language)


def intent_item(draw: Draw, scope: Scope, turn: int) -> Item:
    """A request and its class, the classes in turn."""
    language = ("en", "zh")[turn % 2]
    label = tuple(INTENTS["en"])[turn // 2 % len(INTENTS["en"])]
    return Item({"text": intent(draw, scope, language, label)}, label, language)


def sentiment_item(draw: Draw, scope: Scope, turn: int) -> Item:
    """A review and its feeling, the three in turn."""
    language = ("en", "zh")[turn % 2]
    label = tuple(LABELS)[turn // 2 % len(LABELS)]
    return Item({"text": review(draw, scope, language, label)}, label, language)
