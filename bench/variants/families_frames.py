"""Frames of sites whose lines differ from page to page, chats, and pages of things on a shelf."""

# ruff: noqa: E501  (a line of noise is a line)

import re
from collections.abc import Iterator

from llmpipe.world.draws import Draw
from variants.families_pages import filled
from variants.shaping import Make, Variant, worthless

_TITLES = {  # headlines of other pages: the first part and the second one
    "en": (("Ferry", "Old mill", "School board", "River path", "Night bus", "Choir", "Glass works", "Allotment", "Harbour wall", "Corner shop", "Wind farm", "Brass band"),
           ("opens after nine years", "faces cuts in autumn", "gets a coat of blue", "wins at county level", "to move across town", "asks for volunteers", "closed until further notice", "remembers its founder", "sold for one pound", "draws record crowd")),
    "zh": (("渡口", "老磨坊", "中学", "河边步道", "夜班车", "合唱队", "玻璃厂", "菜园", "港口石墙", "小卖部", "风电场", "铜管乐队"),
           ("九年后重新开放", "秋天将缩减开支", "换上蓝色外墙", "夺得全县第一", "搬到城市另一头", "招募志愿者", "暂停开放待通知", "纪念创办人", "一元转让", "吸引人潮创纪录")),
    "fr": (("Le bac", "Le vieux moulin", "Le lycée", "Le chemin du fleuve", "Le bus de nuit", "La chorale", "La verrerie", "Le jardin partagé"),
           ("rouvre après neuf ans", "réduit ses horaires en automne", "change de couleur", "gagne le concours régional", "déménage au nord", "cherche des bénévoles", "fête ses cent ans")),
}  # fmt: skip
_NICKS = {"en": ("old_heron", "KateP", "bramble9", "tom.w", "Ivy"), "zh": ("老苍鹭", "小凯", "荆棘", "阿汤", "常春藤"), "fr": ("vieux_heron", "Katia", "ronce9", "tomw", "Lierre")}  # fmt: skip

_FRAMES = {  # name: (above the text, within it, below it); the parts are parted by blank lines unless the name says not
    "en": {
        "kitchen": ("Jump to the card\n{n} from {big} votes\nPrep {n} mins | Cook {n} mins", "", "Did you make this?\nTag @tarnkitchen with a picture\n{title}\nSave to my box"),
        "podcast": ("Episode {n}\n{who}\nPlay 00:00 / {clock}", "", "Up next\n{title}\n{title}\nMore episodes ({n})"),
        "magazine": ("From the {date} issue", "SEE ALSO: {title}", "{who} is a staff writer who covers towns and rivers for the magazine.\nFollow {who}\nFrom the same issue\n{title}"),
        "glued_paper": ("Filed under: {word}", "", "Previous story\n{title}\nNext story\n{title}"),
        "glued_forum": ("{nick} wrote on {date}\nJoined {date}\nPosts {big}", "", "Quote\n{nick} and {n} others liked this\nReport this post"),
        "minutes": ("Tarn Valley Water Board\nRef {id}", "Tarn Valley Water Board\nRef {id}\nSheet {n} of {n}", "Sheet {n} of {n}\nPrinted {date}"),
        "office": ("Reference {id}\nDate {date}\nSubject {word}", "", "Was this useful?\nDocuments on this subject\n{title}\n{title}\n{title}"),
        "journal": ("Tarn Studies {n}({n})\n{who}", "", "Received {date}; accepted {date}\nHow to cite: Tarn Studies {n}, {big}"),
        "app": ("Open in app\n{who}\n{n} min", "More: {title}", "Clap {big}\n{title}\nby {who}"),
        "video": ("{big} views\n{date}\n{who}", "", "Show transcript\nUp next\nAutoplay\n{title}\n{who}\n{big} views"),
        "auction": ("Lot {n}\nEstimate {big} to {big}", "", "Sold by {who}\nOther lots in this sale\n{title}"),
        "readers": ("", "Related | {title}", "{n} readers recommend this\nCorrections to {who} at the desk, please."),
    },
    "zh": {
        "zkitchen": ("直达做法\n{big}人评分 {n}分\n准备{n}分钟 烹饪{n}分钟", "", "做过这道菜吗\n晒图时带上话题塔恩厨房\n{title}\n放进我的菜谱盒"),
        "zpodcast": ("第{n}集\n{who}\n播放 00:00 / {clock}", "", "接下来播放\n{title}\n{title}\n全部节目（{n}）"),
        "zmagazine": ("刊于{day}一期", "另见：{title}", "{who}是本刊记者，长期报道城镇与河流。\n关注{who}\n同期文章\n{title}"),
        "zglued_paper": ("归类于：{word}", "", "前一篇\n{title}\n后一篇\n{title}"),
        "zglued_forum": ("{nick} 写于{day}\n入住{n}年\n发言 {big}", "", "引用这段\n{nick}等{n}人觉得不错\n投诉这条"),
        "zminutes": ("塔恩河谷水务局\n档号 {id}", "塔恩河谷水务局\n档号 {id}\n第{n}张 共{n}张", "第{n}张 共{n}张\n打印于{day}"),
        "zoffice": ("索引号 {id}\n成文日期 {day}\n主题 {word}", "", "这条信息有帮助吗\n同主题文件\n{title}\n{title}\n{title}"),
        "zjournal": ("塔恩研究 第{n}卷\n{who}", "", "收到日期 {day} 录用日期 {day}\n引用格式 塔恩研究 第{n}卷 {big}"),
        "zapp": ("在客户端打开\n{who}\n约{n}分钟读完", "更多精彩：{title}", "鼓掌 {big}\n{title}\n作者 {who}"),
        "zvideo": ("{big}次观看\n{day}\n{who}", "", "显示字幕全文\n自动连播\n{title}\n{who}\n{big}次观看"),
        "zreaders": ("", "相关 | {title}", "{n}位读者推荐了这篇\n更正请寄{who}收，谢谢。"),
    },
    "fr": {
        "fkitchen": ("Aller à la fiche\n{n} sur {big} votes", "", "Vous l'avez faite ?\n{title}\nGarder dans ma boîte"),
        "fpaper": ("Le {date}\n{who}", "À VOIR : {title}", "Article précédent\n{title}\nArticle suivant\n{title}"),
        "fglued": ("Classé dans : {word}", "", "Épisode suivant\n{title}\nTous les épisodes ({n})"),
    },
}  # fmt: skip

_CHATS = {  # head before a message, or above it where it ends in a line end
    "en": {"chat_brackets": "[{date}, {clock}:07 PM] {nick}: ", "chat_dash": "2021-03-07 {clock} - {nick}: ", "chat_irc": "[{clock}:12] <{nick}> ", "chat_above": "{nick} [{clock} AM]\n", "chat_comma": "{nick}, [07.03.21 {clock}]\n"},
    "zh": {"zchat_dash": "2021-03-07 {clock} - {nick}：", "zchat_above": "{nick} 2021/3/7 {clock}:22\n", "zchat_day": "2021年3月7日 下午{clock} {nick}\n"},
}  # fmt: skip

_SHELVES = {
    "en": {
        "shelf_hotels": ("{n}% off at {word} inn\n{big} reviews\nFrom ${n} a night\nSee rooms", 5),
        "shelf_jobs": ("{word} assistant\nTarn Staffing\n${big} - ${big} a year\nPosted {n} days ago\nQuick apply", 5),
        "shelf_songs": ("{n}. {title}\n{who}\n{clock}\nAdd to queue", 5),
        "shelf_files": ("{word}_{n}.zip\n{n} MB\n{big} downloads\nMirror {n}", 5),
        "shelf_teasers": ("{title} and nobody has ...\nRead on\n{date}", 5),
        "shelf_threads": ("{title}\nReplies {n}\nViews {big}\nLast post by {nick}", 5),
        "shelf_cart": ("{word}\nQty {n}\n${n}.00\nMove to list\nRemove item", 4),
        "shelf_seats": ("Row {n}\nSeat {n}\n€{n}\nSelect\nUnavailable", 4),
        "shelf_links": ("buy {word} http://{host}/{n} {word} outlet", 8),
        "shelf_filters": ("{word} ({n})\nAny size\nAny colour\nUnder ${n}\nApply\nReset all", 2),
    },
    "zh": {
        "zshelf_hotels": ("{word}主题酒店\n{big}条点评\n￥{big}起\n查看房型", 5),
        "zshelf_jobs": ("{word}助理\n塔恩人力\n{big}元/月\n{n}天前发布\n马上投递", 5),
        "zshelf_songs": ("{n}. {title}\n{who}\n{clock}\n加入队列", 5),
        "zshelf_teasers": ("{title}，谁也没想到……\n读下去\n{day}", 5),
        "zshelf_threads": ("{title}\n跟帖 {n}\n围观 {big}\n末楼 {nick}", 5),
        "zshelf_cart": ("{word}\n数量 {n}\n￥{n}.00\n移到清单\n删掉", 4),
        "zshelf_filters": ("{word}（{n}）\n尺寸不限\n颜色不限\n￥{n}以下\n确定\n重来", 2),
    },
}  # fmt: skip

_STAYS = {  # looks like a frame or a page of things, stands below a text, and belongs to it
    "en": {
        "stays_verse": "The {word} sleep below {title}\nAnd ropes and {word} are black\nWhat {word} and the river take\n{word} will not bring it back\n\nThe {word} go out along the quay\nOf {word} the last is stored\nAnd {who} sings across the lea\nOf {word} without a word",
        "stays_letter": "Dear {nick},\n\nThe roof is done and {title}. We shall be with you when the {word} are dry, not before, and we bring {word}.\n\nYours,\n{who}",
        "stays_recipe": "Bread with {word}\n\n{n} {word}\nA cup of {word}\n{n} cups of {word}\n\nMix the {word} with the milk, lay them on top and bake it until {title}. Eat it warm on day {n}.",
        "stays_play": "Enter {who} with {word}.\n\nKATE: {title}\n\nTOM: Not {word}\n\nKATE: Then who has let the {word} in\n\nTOM: {title}",
        "stays_table": "What was sold of {word} by month\n\nJanuary {n} {word}\nMarch {n} {word}\nApril {n} {word}\n\nThe {word} were counted every morning by {who}, who wrote the number on the door.",
        "stays_list": "She took three things from {title}:\n\n{word} of {who}\n{word} and {n} {word}\n{title}",
    },
    "zh": {
        "zstays_verse": "{word}睡在小城脚下\n{word}湿了又黑了\n{word}带走的{word}\n{word}不再带回来\n\n{word}一盏盏灭了\n{who}在对岸唱歌\n那首{word}没有词\n只有第{n}遍的{word}",
        "zstays_letter": "亲爱的{nick}：\n\n屋顶修好了，{title}。等{word}晾干我们就去看你，不会更早，{word}也带上。\n\n你的朋友\n{who}",
        "zstays_list": "她从{title}拿走三样东西：\n\n{word}\n{n}个{word}\n{who}的{word}",
    },
}  # fmt: skip


def _full(draw: Draw, form: str, language: str) -> str:
    """A form with headlines and nicknames, and what `filled` knows."""
    heads, rest = _TITLES[language]
    joint = "" if language == "zh" else " "
    form = re.sub(r"\{title\}", lambda _: draw.choice(heads) + joint + draw.choice(rest), form)
    form = re.sub(r"\{nick\}", lambda _: draw.choice(_NICKS[language]), form)
    return filled(draw, form, "en" if language == "fr" else language)


def _framed(name: str, parts: tuple[str, str, str], language: str) -> Make:
    joint = "\n" if "glued" in name else "\n\n"

    def make(draw: Draw, text: str) -> str | None:
        head, within, tail = (_full(draw, part, language) for part in parts)
        lines = text.split("\n")
        if within:
            if len(lines) < 2:
                return None
            place = draw.between(1, len(lines) - 1)
            lines[place:place] = within.split("\n")
        return joint.join(part for part in (head, "\n".join(lines), tail) if part)

    return make


def _chat(head: str, language: str) -> Make:
    def make(draw: Draw, text: str) -> str | None:
        lines = text.split("\n")
        who, form = _NICKS[language][:2], _full(draw, head.replace("{nick}", "%s"), language)
        return "\n".join(form % who[n % 2] + line for n, line in enumerate(lines)) if len(lines) > 2 else None

    return make


def _shelf(form: str, count: int, language: str) -> Make:
    return lambda draw, text: "\n".join(_full(draw, form, language) for _ in range(count))


def _stays(form: str, language: str) -> Make:
    return lambda draw, text: f"{text}\n\n{_full(draw, form, language)}"


def frames() -> Iterator[Variant]:
    """All of them."""
    for language, sites in _FRAMES.items():
        for name, parts in sites.items():
            yield Variant("frames", f"frame_{name}", language, _framed(name, parts, language))
    for language, heads in _CHATS.items():
        for name, head in heads.items():
            yield Variant("chats", name, language, _chat(head, language))
    for language, shelves in _SHELVES.items():
        for name, (form, count) in shelves.items():
            yield Variant(
                "shelves", name, language, worthless(name, language, _shelf(form, count, language)).make, "drop"
            )
    for language, texts in _STAYS.items():
        for name, form in texts.items():
            yield Variant("stays_framed", name, language, _stays(form, language), "keep")
