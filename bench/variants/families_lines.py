"""Lines of navigation at the ends of a page: paths, page numbers, tool bars, lines about the text, labels."""

# ruff: noqa: E501  (a line of noise is a line)

import re
from collections.abc import Iterator

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant

_LISTS = {
    "en": {
        "section": ("Local News", "Sport", "Opinion", "Kitchen", "Garden Tools", "Bikes", "Weather", "Obituaries"),
        "who": ("Anna Miller", "T. Baker", "jhobbs", "Maria Lopez", "admin", "Priya N."),
        "month": ("Jan", "February", "Mar", "June", "Sept", "October", "Dec"),
        "place": ("Leeds", "Ohio", "New Mill", "Perth", "County Cork"),
    },
    "zh": {
        "section": ("国内", "体育", "评论频道", "美食", "园艺", "自行车", "天气", "房产"),
        "who": ("小王", "李明华", "admin", "匿名用户", "陈静", "风中的叶子"),
        "month": ("一月", "3月", "六月", "9月", "12月"),
        "place": ("上海", "杭州", "广东 广州", "成都"),
    },
}


def _filled(draw: Draw, form: str, language: str) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name in _LISTS[language]:
            return draw.choice(_LISTS[language][name])
        return str({"n": lambda: draw.between(2, 28), "big": lambda: draw.between(100, 9999), "year": lambda: draw.between(2004, 2023),
                    "time": lambda: f"{draw.between(0, 23):02}:{draw.between(10, 59)}"}[name]())  # fmt: skip

    return re.sub(r"\{(\w+)\}", value, form)


def _framed(head: str, tail: str, language: str) -> Make:
    def made(draw: Draw, text: str) -> str:
        before, after = _filled(draw, head, language), _filled(draw, tail, language)
        return (f"{before}\n\n" if head else "") + text + (f"\n\n{after}" if tail else "")

    return made


_FRAMES = {  # name: (before the text, behind it)
    "en": {
        "path_greater": ("Home > {section} > {section}", ""),
        "path_slash": ("News / {section} / {place}", ""),
        "path_guillemet": ("Forum » {section} » Off-topic", ""),
        "path_single": ("All topics › {section} › {year}", ""),
        "path_where": ("You are here: Start / {section} / Article {big}", ""),
        "path_back": ("< Back to {section}", ""),
        "pages_numbers": ("", "1 2 3 4 ... {n} Next"),
        "pages_arrows": ("", "« 1 2 3 … {n} »"),
        "pages_of": ("", "Page {n} of {big}"),
        "pages_prev": ("", "< Prev 1 2 3 Next >"),
        "pages_showing": ("", "Showing 1-10 of {big} results"),
        "pages_first": ("", "First | {n} | Last"),
        "bar_forum": ("", "Reply Quote Multi-Quote Report"),
        "bar_social": ("Share Tweet Pin Mail", "Share Tweet Pin Mail"),
        "bar_tools": ("Print | Save | A- A A+", ""),
        "bar_shop": ("", "Add to basket Compare Wishlist"),
        "bar_wiki": ("Read Edit View history", ""),
        "bar_votes": ("{n} points | share | hide", "permalink embed save parent"),
        "bar_player": ("▶ Listen 0{n}:12", ""),
        "meta_date_author": ("{n} {month} {year} | {who}", ""),
        "meta_by": ("By {who}, {month} {n}, {year}", ""),
        "meta_counts": ("{big} views {n} comments", ""),
        "meta_stamp": ("{year}-03-1{n} {time}:07", ""),
        "meta_forum": ("{who}\nPosts: {big}\nLocation: {place}", ""),
        "meta_filed": ("", "Filed in {section} | {n} replies"),
        "meta_read": ("{n} min read · {month} {n}", ""),
        "meta_updated": ("Updated {time} {month} {n}", ""),
        "label_author": ("Author: {who}\nDate: {n} {month} {year}", ""),
        "label_tags": ("", "Tags: {section}, {section}"),
        "label_sku": ("", "SKU: {big}-{n}\nCategory: {section}"),
        "label_source": ("", "Source: {who} / {place}"),
        "label_rating": ("Rating: {n}/30", ""),
        "label_prep": ("Difficulty: easy\nServes: {n}", ""),
    },
    "zh": {
        "zpath_greater": ("首页 > {section} > 正文", ""),
        "zpath_guillemet": ("论坛 » {section} » 灌水区", ""),
        "zpath_slash": ("新闻 / {section} / {place}", ""),
        "zpath_where": ("当前位置：网站首页 - {section} - 详情", ""),
        "zpath_arrow": ("{section} → {section} → 列表", ""),
        "zpages_numbers": ("", "1 2 3 4 ... {n} 下一页"),
        "zpages_of": ("", "第{n}页/共{big}页"),
        "zpages_prev": ("", "上一页 1 2 3 下一页"),
        "zpages_jump": ("", "共{big}条 {n}页 跳转到"),
        "zpages_ends": ("", "首页 上页 下页 尾页"),
        "zbar_forum": ("", "回复 支持 反对 举报"),
        "zbar_author": ("楼主 | 只看该作者 | 倒序浏览", ""),
        "zbar_shop": ("", "加入收藏 立即购买 对比"),
        "zbar_video": ("", "点赞 投币 收藏 转发"),
        "zbar_font": ("字号 大 中 小", ""),
        "zbar_tools": ("打印 收藏 纠错", ""),
        "zmeta_date": ("{year}-03-1{n} {time} {who}", ""),
        "zmeta_counts": ("阅读 {big} 评论 {n}", ""),
        "zmeta_forum": ("{who}\n积分 {big}\n注册 {year}-5-{n}", ""),
        "zmeta_floor": ("{n}楼 {year}/4/{n} {time}", ""),
        "zmeta_posted": ("{who} 发布于 {year}-0{n}", ""),
        "zmeta_place": ("{year}年{n}日 {time} IP属地：{place}", ""),
        "zmeta_level": ("{who} 等级 LV{n} 经验 {big}", ""),
        "zlabel_author": ("作者：{who}\n时间：{year}-{n}-11", ""),
        "zlabel_tags": ("", "标签：{section} {section}"),
        "zlabel_goods": ("", "商品编号：{big}{n}\n分类：{section}"),
        "zlabel_source": ("", "来源：{place}在线"),
        "zlabel_rating": ("评分：{n}分", ""),
    },
}  # fmt: skip


def lines() -> Iterator[Variant]:
    """All of them."""
    for language, frames in _FRAMES.items():
        for name, (head, tail) in frames.items():
            yield Variant("navigation", f"nav_{name}", language, _framed(head, tail, language))
