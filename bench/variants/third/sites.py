"""The lines that sites, files and programs put around a text, or between its paragraphs."""

import random
from collections.abc import Callable

from variants.contract import Make, Planted

MONTHS = ("January", "February", "April", "May", "July", "September", "December")
WRITERS = {
    "en": ("Ruth Adler", "Sam Okoye", "Linda Fraser", "P. J. Moran", "Hannah Weiss", "Greg Tully", "Nadia Haddad"),
    "zh": ("孙晓燕", "郑国栋", "何佳", "梁文博", "沈雨", "马骏", "罗秋实"),
}
OTHERS = {  # headlines of other pages of a site
    "en": (
        "Bridge repairs delayed until spring", "Five walks for a rainy weekend", "School choir wins regional prize",
        "What the new bus lanes mean for you", "Bakery on Mill Lane to close after 40 years",
        "Council votes on parking fees", "How to keep herbs alive in winter", "Swimming pool reopens with longer hours",
        "Volunteers plant 300 trees", "Farmers worry about a dry summer",
    ),
    "zh": (
        "大桥维修推迟到明年春天", "雨天周末的五条散步路线", "校合唱团获地区一等奖", "新公交专用道有何影响",
        "四十年老面包店将停业", "停车收费方案下周表决", "冬天怎样养好香草", "游泳馆延长开放时间",
        "志愿者种下三百棵树", "农户担心夏季干旱",
    ),
}  # fmt: skip

# kind of page: language: what stands before, within (if anything) and after the text.
# The wording and the name belong to one site; dates, counts, authors and headlines of others change from page to page.
SITES: dict[str, dict[str, tuple[str, str, str]]] = {
    "small_firm": {  # the site of a small firm or club
        "en": (
            "Alder & Finch Joinery\nHome\nAbout Us\nServices\nGallery\nTestimonials\nContact",
            "",
            "Opening hours: Mon-Fri 8am-5pm\nFind us on Facebook\n"
            "Copyright © {year} Alder & Finch Joinery | Website by Brightpixel | Sitemap | Privacy",
        ),
        "zh": (
            "欢迎光临青木家具有限公司官方网站！\n网站首页 关于我们 产品中心 新闻动态 客户案例 在线留言 联系我们",
            "",
            "上一条：{other}\n下一条：{another}\n【返回列表】\n"
            "Copyright © {year} 青木家具有限公司 版权所有 技术支持：创想网络 备案号：苏ICP备12034567号-1",
        ),
    },
    "related": {  # a news site between other headlines
        "en": (
            "LATEST: {other}\nNews | Sport | Business | Opinion | Obituaries",
            "READ ALSO: {another}",
            "Tags: community, region\nYou might also like\n{third}\n{other}\nLakeside Gazette {year}",
        ),
        "zh": (
            "湖畔新闻网 > 社会 > 正文\n{year}-{mm}-{day} {hour}:{minute} 来源：湖畔日报",
            "延伸阅读：{another}",
            "相关新闻\n· {third}\n· {other}\n【纠错】 责任编辑：{writer}\n湖畔新闻网24小时新闻热线",
        ),
    },
    "share_buttons": {  # buttons of a blog's extension
        "en": (
            "{month} {day}, {year} / {writer}",
            "",
            "Share this:\nClick to share on Twitter (Opens in new window)\n"
            "Click to share on Facebook (Opens in new window)\n"
            "Click to email a link to a friend (Opens in new window)\nLike this:\nLike Loading...\nRelated\n"
            "{other}\n{month} {few}, {year}\nIn \"Notes\"",
        ),
        "zh": (
            "点击上方蓝字关注我们\n原创 {writer} 湖边小记 {year}-{mm}-{day}",
            "",
            "END\n往期推荐\n{other}\n{another}\n长按二维码关注“湖边小记”\n点个“在看”，让更多人看到\n"
            "阅读 {count} 赞 {small} 在看 {few}",
        ),
    },
    "platform": {  # a platform for writers
        "en": (
            "{writer}\n·\nFollow\n{few} min read · {month} {day}, {year}\n{small}\nListen\nShare",
            "",
            "Thanks for reading Slow Letters! Subscribe for free to receive new posts and support my work.\n"
            "{page} likes · {small} restacks\nWritten by {writer}\n{count} Followers\nMore from {writer}",
        ),
        "zh": (
            "{writer}\n关注\n{year}.{mm}.{day} {hour}:{minute} 字数 {count} 阅读 {page}",
            "",
            "{small}人点赞\n更多精彩内容，就在简书APP\n“小礼物走一走，来简书关注我”\n还没有人赞赏，支持一下\n"
            "总资产{few} 共写了{total}字 获得{page}个赞",
        ),
    },
    "blog_host": {  # the blogs of large hosts
        "en": (
            "{month} {day}, {year}",
            "",
            "Posted by {writer} at {hour}:{minute} PM\nEmail This BlogThis! Share to Twitter Share to Facebook "
            "Share to Pinterest\nLabels: diary, town\n{few} comments:\nNewer Post Older Post Home\n"
            "Subscribe to: Post Comments (Atom)",
        ),
        "zh": (
            "原创 {writer} 最后发布于{year}-{mm}-{day} {hour}:{minute}:07 阅读数 {count} 收藏\n分类专栏： 随笔",
            "",
            "版权声明：本文为博主原创文章，遵循 CC 4.0 BY-SA 版权协议，转载请附上原文出处链接和本声明。\n"
            "本文链接：https://blog.csdn.net/lakeside_notes/article/details/{count}{page}\n"
            "点赞 {few} 评论 {small} 分享 举报",
        ),
    },
    "book_file": {  # a book's text file
        "en": (
            "The Project Gutenberg EBook of Lakeside Sketches, Part {few}\n\n"
            "Release Date: {month} {day}, {year} [EBook #{count}{few}]\nLanguage: English\n\n"
            "Produced by {writer} and the Online Distributed Proofreading Team\n\n"
            "*** START OF THIS PROJECT GUTENBERG EBOOK LAKESIDE SKETCHES ***",
            "",
            "*** END OF THIS PROJECT GUTENBERG EBOOK LAKESIDE SKETCHES ***\n\n"
            "***** This file should be named {count}{few}-0.txt or {count}{few}-0.zip *****",
        ),
        "zh": (
            "《湖畔旧事》第{small}部\n本书由书香门第论坛【{writer}】整理\n"
            "附：【本作品来自互联网，本人不做任何负责】版权归原作者所有！",
            "",
            "更多精彩好书，更多原创TXT手机电子书，电子书下载，请登录书香门第论坛\n"
            "======================\n更新时间：{year}-{mm}-{day} 全书完",
        ),
    },
    "classified": {  # advertisements of small dealers and flats
        "en": (
            "Listing ID: {count}{page}\nPosted {small} days ago · {count} views\nSave ad · Report ad",
            "",
            "Safety tips: meet in a public place, check the item before you pay\nSimilar ads near you\n"
            "Member since {year} · Replies within {few} hours\nSwapShed is not a party to any transaction",
        ),
        "zh": (
            "发布时间：{year}-{mm}-{day} 浏览{count}次 收藏 举报 信息编号：{count}{page}",
            "",
            "联系我时，请说是在赶集街看到的，谢谢！\n查看电话 微聊\n"
            "温馨提示：凡要求先付款的均有欺诈嫌疑，请勿提前支付任何费用\n您可能感兴趣的信息",
        ),
    },
    "report_pages": {  # a report in a PDF: head, page number and code between its paragraphs
        "en": (
            "EASTBROOK PARISH COUNCIL\nMinutes - {month} {day}, {year}",
            "Page {few} of {small}\nEASTBROOK PARISH COUNCIL\nMinutes - {month} {day}, {year}",
            "Doc. Ref. EPC/{year}/{page}\nPage {more} of {small}",
        ),
        "zh": (
            "东溪镇年度工作报告（{year}）\n机密等级：公开",
            "第 {few} 页 共 {small} 页\n东溪镇年度工作报告（{year}）",
            "文号：东溪发〔{year}〕{page}号\n第 {more} 页 共 {small} 页",
        ),
    },
    "mailing": {  # a newsletter as text
        "en": (
            "View this email in your browser\nThe Garden Letter | Issue {page} | {month} {year}",
            "",
            "You are receiving this email because you signed up at one of our events.\n"
            "Update your preferences or unsubscribe from this list\n"
            "Copyright © {year} The Garden Letter, All rights reserved.",
        ),
        "zh": (
            "如果您无法正常查看此邮件，请点击这里在浏览器中打开\n花园来信 第{page}期 {year}年{mm}月",
            "",
            "您收到这封邮件，是因为您订阅了《花园来信》。\n如不想再收到此类邮件，请点此退订\n"
            "此邮件由系统自动发出，请勿直接回复",
        ),
    },
    "manual": {  # the documentation of a program
        "en": (
            "Docs » User Guide » Part {few}\nEdit on GitHub",
            "",
            "Next Previous\nWas this page helpful? Yes No\n© Copyright {year}, {writer} Revision {count}ab{few}.\n"
            "Built with Sphinx using a theme provided by Read the Docs.",
        ),
        "zh": (
            "文档 / 使用指南 / 第{few}节\n在 GitHub 上编辑此页",
            "",
            "← 上一页 下一页 →\n此页面对你有帮助吗？ 是 否\n上次更新: {year}/{mm}/{day} {hour}:{minute}:07\n"
            "贡献者: {writer}",
        ),
    },
    "link_board": {  # boards where readers vote
        "en": (
            "Posted by u/{nick} {few} years ago\n{count}\nr/smalltowns",
            "",
            "{small} comments\nshare\nsave\nhide\nreport\n{small} points (87% upvoted)\n"
            "This thread is archived\nNew comments cannot be posted and votes cannot be cast\nSort by: best",
        ),
        "zh": (
            "{nick}\n楼主\n吧龄{few}年\n只看楼主 收藏 回复",
            "",
            "送TA礼物\n来自Android客户端{small}楼{year}-{mm}-{day} {hour}:{minute}\n回复 举报\n"
            "收起回复\n我也说一句\n点击加载更多",
        ),
    },
    "wire": {  # a release to the press, or what a business site says under everything
        "en": (
            "FOR IMMEDIATE RELEASE\n{month} {day}, {year} {hour}:{minute} ET",
            "",
            "About Northlake Partners\nNorthlake Partners is a leading provider of regional services. For more "
            "information, visit www.northlakepartners.com.\nSOURCE Northlake Partners\nRelated Links\n###",
        ),
        "zh": (
            "{year}年{mm}月{day}日 {hour}:{minute} 北湖财经\n微信 微博 QQ 复制链接",
            "",
            "（文章来源：北湖财经）\n免责声明：本文仅供参考，不构成投资建议，据此操作风险自担。\n"
            "郑重声明：北湖财经发布此信息的目的在于传播更多信息，与本站立场无关。\n"
            "{small}人参与讨论 打开北湖财经APP查看更多",
        ),
    },
}  # fmt: skip
NICKS = {
    "en": ("quiet_otter", "mossy77", "tea_and_maps", "northbound", "plum_jam"),
    "zh": ("小鱼干", "风中的叶", "二十四桥", "不吃香菜", "老南瓜"),
}


def site(name: str) -> Make:
    """The lines of a kind of page around a text; None where a line belongs between paragraphs and there are too few."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        others, few = draw.sample(OTHERS[language], 3), draw.randrange(2, 8)
        values = {
            "year": draw.randrange(2008, 2024), "month": draw.choice(MONTHS), "mm": f"0{draw.randrange(1, 10)}",
            "day": draw.randrange(10, 29), "hour": draw.randrange(10, 13), "minute": draw.randrange(10, 60),
            "count": draw.randrange(1000, 9999), "page": draw.randrange(100, 900), "small": draw.randrange(11, 60),
            "few": few, "total": draw.randrange(10**4, 10**6), "more": few + 1,
            "writer": draw.choice(WRITERS[language]), "nick": draw.choice(NICKS[language]),
            "other": others[0], "another": others[1], "third": others[2],
        }  # fmt: skip
        before, inside, after = (part.format(**values) for part in SITES[name][language])
        lines = text.split("\n")
        if inside and len(lines) < 2:
            return None
        place = draw.randrange(1, len(lines)) if inside else len(lines)
        body = "\n".join([*lines[:place], *([inside] if inside else []), *lines[place:]])
        return Planted(f"{before}\n\n{body}\n\n{after}", "strip", text)

    return make


def chat_export(draw: random.Random, text: str, language: str) -> Planted | None:
    """A conversation as a messenger exports it: who and when before, or above, each message."""
    lines = text.split("\n")
    if len(lines) < 2:
        return None
    month, day, year = draw.randrange(1, 10), draw.randrange(10, 29), draw.randrange(2015, 2023)
    hour, minute, rows = draw.randrange(10, 22), draw.randrange(11, 40), []
    people = draw.sample(NICKS[language], 2)
    for number, line in enumerate(lines):
        at, who = f"{hour}:{minute + number}", people[number % 2]
        if language == "en":
            rows.append(f"[{day}/0{month}/{year}, {at}:{draw.randrange(10, 60)}] {who}: {line}")
        else:
            rows.append(f"{year}-0{month}-{day} {at}:{draw.randrange(10, 60)} {who}\n{line}\n")
    if language == "en":
        notice = "Messages and calls are end-to-end encrypted. No one outside of this chat can read or listen to them."
        rows.insert(0, f"[{day}/0{month}/{year}, {hour}:{minute - 1}:07] {notice}")
    return Planted("\n".join(rows).rstrip("\n"), "strip", text)


BOILERPLATE: dict[str, Callable[[random.Random, str, str], Planted | None]] = {
    **{name: site(name) for name in SITES},
    "chat_export": chat_export,
}
