"""Poems of four to six lines: couplets that rhyme, by a small grammar."""

from llmpipe.world.draws import Draw
from llmpipe.world.scope import Scope, Text

TITLES = {"en": ("For {p}", "Song of {p}", "{p} at night"), "zh": ("给{p}", "{p}之歌", "{p}的夜")}
RHYMES_EN = (
    ("light", "night", "bright", "sight"), ("sea", "tree", "free", "me"), ("day", "way", "stay", "away"),
    ("rain", "lane", "again", "plain"), ("stone", "alone", "home", "known"), ("snow", "slow", "glow", "go"),
)  # fmt: skip
LINES_EN = (
    "The {a} {n} walks on to {r}", "I hear the {a} {n}, {r}", "A {n}, a {a} {m}, {r}",
    "My {a} {n} sleeps and dreams of {r}",
    "{m} and {n} are {a} as {r}", "So {a} the {n}, so far the {r}",
)  # fmt: skip
ADJECTIVES_EN = ("old", "quiet", "golden", "small", "cold", "gentle", "grey", "young")
NOUNS_EN = ("moon", "wind", "river", "bird", "hill", "star", "road", "flower", "boat", "field")
RHYMES_ZH = (
    ("间", "山", "天", "船", "年", "边"),
    ("光", "乡", "香", "长", "窗", "方"),
    ("风", "中", "红", "空", "钟", "梦"),
)
HEADS_ZH = ("晨光中", "月光中", "细雨中", "春风中", "白雪中", "夜色中")
ACTS_ZH = (
    "我独自漫步在林",
    "小鸟飞过青",
    "河水流向远",
    "花开在门",
    "白云走过蓝",
    "一只小船在水",
    "老人坐在窗",
    "树叶落在路",
)
LINES_ZH = ("{a}{n}{v}{b}{r}", "{n}{v}{a}{b}{r}", "{a}{b}{n}{v}{r}")
ADJECTIVES_ZH = ("青青", "远远", "静静", "淡淡", "长长", "高高")
NOUNS_ZH = ("流水", "明月", "小鸟", "白云", "春花", "老树", "清风", "远山")
VERBS_ZH = ("飞过", "照着", "走向", "唱着", "想念", "等到")
ENDS_ZH = ("旧时", "故", "水", "一", "那", "此")


def poem_document(draw: Draw, scope: Scope) -> Text:
    """A poem with a title that names a person; neighbouring lines rhyme."""
    if draw.chance(50):
        return Text(_english(draw, scope), "en")
    return Text(_chinese(draw, scope), "zh")


def _english(draw: Draw, scope: Scope) -> str:
    lines = [draw.choice(TITLES["en"]).format(p=scope.name(draw).latin)]
    for _ in range(draw.between(2, 3)):
        for rhyme in draw.sample(draw.choice(RHYMES_EN), 2):
            noun, other = draw.sample(NOUNS_EN, 2)
            line = draw.choice(LINES_EN).format(a=draw.choice(ADJECTIVES_EN), n=noun, m=other, r=rhyme)
            lines.append(line[0].upper() + line[1:] + ",")
    return "\n".join(lines)[:-1] + "."


def _chinese(draw: Draw, scope: Scope) -> str:
    lines = [draw.choice(TITLES["zh"]).format(p=scope.name(draw).hanzi)]
    first, *rhymes = draw.shuffled(draw.choice(RHYMES_ZH))
    lines.append(f"{draw.choice(HEADS_ZH)}，{draw.choice(ACTS_ZH)}{first}，")
    for rhyme in rhymes[: draw.between(3, 5)]:
        words = {
            "a": draw.choice(ADJECTIVES_ZH),
            "n": draw.choice(NOUNS_ZH),
            "v": draw.choice(VERBS_ZH),
            "b": draw.choice(ENDS_ZH),
        }
        lines.append(draw.choice(LINES_ZH).format(r=rhyme, **words) + "，")
    return "\n".join(lines)[:-1] + "。"
