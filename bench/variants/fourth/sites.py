"""The lines that the commonest kinds of sites, files and programs put around a text, or between its paragraphs."""

import random

from variants.contract import Make, Planted

MONTHS = ("January", "March", "April", "June", "August", "October", "November", "December")
WRITERS = {
    "en": (
        "Megan Holloway", "Tunde Bakare", "Alice Renner", "R. K. Doyle", "Simon Petrov", "Carla Nunes", "Joan Etchells",
    ),
    "zh": ("方晓东", "谢婷婷", "田立新", "石磊", "唐一帆", "姚静怡", "邱志远"),
}  # fmt: skip
NICKS = {
    "en": ("rusty_kettle", "harbourlight", "JoBloggs82", "fernfan", "slow.cyclist", "marmalade_sky"),
    "zh": ("半糖主义", "山里人家", "爱吃橘子", "蓝色雨衣", "老张在路上", "一只懒猫"),
}
OTHERS = {  # headlines of other pages of a site
    "en": (
        "New footbridge opens after long delay", "Ten easy soups for cold evenings", "Local library extends its hours",
        "Why your tomatoes turn yellow", "Rail strike called off at the last minute",
        "Old cinema to become a market hall", "Teenager finds Roman coin in a field",
        "Town marks 100 years of its fire brigade", "Cyclists ask for safer lanes",
        "How we restored a wooden boat", "Flood warning lifted in the valley", "Six museums to visit for free",
    ),
    "zh": (
        "新人行桥终于开通", "冷天里的十道快手汤", "市图书馆延长开放时间", "番茄叶子为什么发黄", "老电影院将改成集市",
        "中学生在田里捡到古币", "消防队成立一百周年", "骑行者呼吁增设车道", "我们怎样修好一条木船", "山洪预警已解除",
        "六家免费的博物馆", "早高峰地铁加开列车",
    ),
}  # fmt: skip

# kind of page: language: what stands before, within (if anything) and after the text.
# The wording and the name belong to one site; dates, counts, authors and headlines of others change from page to page.
SITES: dict[str, dict[str, tuple[str, str, str]]] = {
    "cookie_bar": {  # the bar at the head of a page, the links at its foot
        "en": (
            "This website uses cookies to ensure you get the best experience on our website. Learn more\nGot it!\n"
            "Fernhill Walking Club\nHome  Walks  News  Membership  Contact",
            "",
            "© {year} Fernhill Walking Club. All rights reserved.\n"
            "Terms of Use | Privacy Policy | Cookie Policy | Sitemap\nBack to top",
        ),
        "zh": (
            "本网站使用Cookie以改善您的使用体验。 了解更多 我知道了\n首页 | 走进湾区 | 新闻中心 | 服务指南 | 联系我们",
            "",
            "关于我们 | 网站声明 | 网站地图 | 友情链接\nCopyright © 2005-{year} 湾区徒步网 All Rights Reserved.\n"
            "粤ICP备05123456号 粤公网安备 44030502000123号\n返回顶部",
        ),
    },
    "news_tools": {  # a newspaper: tools, an advertisement in the middle, the most read
        "en": (
            "By {writer} for Fernhill Mail Online\n"
            "Published: {hour}:{minute} GMT, {day} {month} {year} | Updated: 1{few}:{minute} GMT, {day} {month} "
            "{year}\n"
            "e-mail\n{small} shares\n{page}\nView comments",
            "Advertisement\nStory continues below",
            "Share or comment on this article: \nComments {small}\nThe comments below have not been moderated.\n"
            "MOST READ NEWS\n{other}\n{another}\n{third}\nFollow Fernhill Mail\nSubscribe  Follow  Like",
        ),
        "zh": (
            "{year}年{mm}月{day}日 {hour}:{minute} 湾区晚报\n作者：{writer}\n我要评论({small}) 收藏 打印 放大 缩小",
            "相关报道：{another}",
            "声明：转载此文是出于传递更多信息之目的。若有来源标注错误或侵犯了您的合法权益，请与本网联系，我们将及时更正、删除，谢谢。\n"
            "热点推荐\n{other}\n{third}\n责编：{writer}\n手机看新闻 扫描二维码下载湾区晚报客户端",
        ),
    },
    "blog_theme": {  # a blog in its first theme, with the box for replies
        "en": (
            "Skip to content\nThe Potting Shed\nNotes from a small garden\nMenu\n"
            "Posted on {month} {day}, {year} by {writer}",
            "",
            "Posted in Uncategorized\nTagged garden, notes\nPost navigation\nPrevious {other}\nNext {another}\n"
            "Leave a Reply\nYour email address will not be published. Required fields are marked *\nComment *\nName *\n"
            "Email *\nWebsite\nSave my name, email, and website in this browser for the next time I comment.\n"
            "Proudly powered by WordPress",
        ),
        "zh": (
            "跳至正文\n花盆小屋\n一个小院子的笔记\n菜单\n{year}年{mm}月{day}日 由 {writer} 发表",
            "",
            "本条目发布于{year}年{mm}月{day}日。属于未分类分类。作者是{writer}。\n文章导航\n← {other}\n{another} →\n"
            "发表回复\n"
            "您的电子邮箱地址不会被公开。 必填项已用 * 标注\n评论 *\n显示名称 *\n电子邮箱 *\n网站\n"
            "在此浏览器中保存我的显示名称、邮箱地址和网站地址，以便下次评论时使用。\n自豪地采用WordPress",
        ),
    },
    "share_bar": {  # a magazine: who shares it, a box for letters in the middle, the author at the end
        "en": (
            "Lifestyle\nBy {writer}\nLast updated {month} {day}, {year}\n{count}\nSHARES\nShare Tweet Pin Email Print",
            "Get our best stories in your inbox\nEnter your email\nSIGN UP\nNo spam. Unsubscribe at any time.",
            "Share Tweet Pin Email Print\nFiled Under: Lifestyle Tagged With: town, people\nAbout {writer}\n"
            "View all posts by {writer} →\nDon't Miss\n{other}\n{another}\nTrending Now\n{third}",
        ),
        "zh": (
            "生活 | {writer} | {year}-{mm}-{day}\n分享至 微信 微博 QQ 复制链接\n{count}次阅读",
            "关注公众号“清溪生活”，每天为您推荐好文",
            "分享到： 朋友圈 微博 QQ空间\n标签： 生活 小城\n关于作者 {writer} 发表文章{small}篇\n猜你喜欢\n{other}\n"
            "{another}\n"
            "热门文章\n1 {third}\n欢迎投稿，稿件一经采用即付稿酬",
        ),
    },
    "neighbours": {  # where a page lies on its site, and the pages before and after it
        "en": (
            "You are here: Home » News » Archive {year}\n{day}/0{few}/{year}\nWritten by {writer}\nHits: {count}",
            "",
            "< Prev: {other}\nNext: {another} >\nBack to list\nPrint this page\nLast modified: {day} {month} {year}\n"
            "Webmaster | Impressum | Copyright {year} Alderton Choral Society",
        ),
        "zh": (
            "当前位置：网站首页 >> 新闻中心 >> 正文\n作者：{writer} 时间：{year}-{mm}-{day} 点击：{count}次",
            "",
            "上一篇：{other}\n下一篇：{another}\n【关闭窗口】 【打印】\n"
            "版权所有：清溪合唱团 地址：清溪路{small}号 邮编：{total}\n"
            "您是第{total}位访客",
        ),
    },
    "footer_columns": {  # the columns at the foot of a firm's site
        "en": (
            "Skip to main content\nMillbrook Insurance\nPersonal\nBusiness\nClaims\nGet a quote\nMy account\nSearch",
            "",
            "Was this article helpful?\nYes\nNo\nQuick Links\nFind an agent\nPay my bill\nCareers\nNewsroom\n"
            "Follow us\nFacebook\n"
            "Twitter\nLinkedIn\nAccessibility\nDo not sell my personal information\n"
            "© {before}-{year} Millbrook Insurance Company. All rights reserved.",
        ),
        "zh": (
            "无障碍 简体 繁体 English\n米溪保险\n个人客户\n企业客户\n理赔服务\n在线投保\n登录 注册",
            "",
            "快速链接\n网点查询\n保单查询\n加入我们\n信息披露\n关注我们\n官方微信\n官方微博\n下载APP\n"
            "网站声明 隐私保护 ICP备案序号：京ICP备{count}{few}号\n© {before}-{year} 米溪保险股份有限公司 版权所有",
        ),
    },
    "shop_page": {  # the page of an article in a shop
        "en": (
            "Free shipping on all orders over $50\nHome / Shop / Books & Gifts\nSKU: FB-{count}\n"
            "Availability: {small} in stock\n${few}9.95\nQuantity\nAdd to basket",
            "",
            "Description\nAdditional information\nReviews ({few})\nBe the first to write a review\nRelated products\n"
            "Quick view\nSelect options\nFernhill Books · Secure checkout · 30-day returns",
        ),
        "zh": (
            "您所在的位置：首页 > 图书 > 文化\n商品编号：{count}{page} 库存：{small}件\n"
            "促销价：¥{small}.00 市场价：¥{page}.00\n购买数量 - 1 + 加入购物车 立即购买",
            "",
            "商品详情 规格参数 累计评价({count}) 售后保障\n正品保证 七天无理由退换 满99元包邮\n看了又看 猜你喜欢\n"
            "© {year} 湾区书城 客服在线时间 9:00-22:00",
        ),
    },
    "forum_thread": {  # a thread of a board, with what the board's program writes
        "en": (
            "Fernhill Board\nSkip to content\nQuick links  FAQ  Login  Register\nBoard index ‹ General ‹ Village talk\n"
            "Re: {other}\nPost by {nick} » {month} {day}, {year} {hour}:{minute} pm",
            "",
            "Top\n{nick}\nSite Admin\nPosts: {count}\nReply with quote\n"
            "Display posts from previous: All posts Sort by Post time Ascending\nReturn to “Village talk”\n"
            "Who is online\nUsers browsing this forum: No registered users and {few} guests\n"
            "Powered by phpBB® Forum Software © phpBB Limited",
        ),
        "zh": (
            "湾边论坛\n设为首页 收藏本站 开启辅助访问 切换到窄版\n查看: {count} | 回复: {small}\n[复制链接]\n{nick}\n"
            "{page} 主题 {count} 帖子 {total} 积分\n高级会员\n电梯直达",
            "",
            "回复 支持 反对\n使用道具 举报\n返回列表 发新帖\n高级模式\n您需要登录后才可以回帖 登录 | 立即注册\n"
            "本版积分规则\n"
            "Archiver | 手机版 | 小黑屋 | 湾边论坛\n"
            "GMT+8, {year}-{mm}-{day} {hour}:{minute} , Processed in 0.0{page} second(s), "
            "{small} queries .\nPowered by Discuz! X3.4\n© 2001-{year} Comsenz Inc.",
        ),
    },
    "group_mail": {  # a message of a group, in the archive on the web
        "en": (
            "From: {writer}\nTo: fern-growers\nDate: {day} {month} {year} {hour}:{minute}:07 +0100\n"
            "Subject: Re: [fern-growers] {other}",
            "",
            "-- \nYou received this message because you are subscribed to the Google Groups \"fern-growers\" group.\n"
            "To unsubscribe from this group and stop receiving emails from it, send an email to the list owner.\n"
            "For more options, visit https://groups.google.com/d/optout.",
        ),
        "zh": (
            "发件人：{writer}\n收件人：蕨类爱好者\n日期：{year}年{mm}月{day}日 {hour}:{minute}\n"
            "主题：Re: [蕨类爱好者] {other}",
            "",
            "-- \n您收到此邮件是因为您订阅了Google网上论坛中的“蕨类爱好者”群组。\n"
            "要退订此群组并停止接收此群组的电子邮件，请发送电子邮件到群组管理员。\n"
            "要查看更多选项，请访问https://groups.google.com/d/optout。",
        ),
    },
    "social_post": {  # a post of a social network, seen from outside
        "en": (
            "Log in\nSign up\n{writer}\n@{nick}\nFollow",
            "",
            "{hour}:{minute} AM · {month} {day}, {year} · Twitter Web App\n"
            "{small} Retweets  {few} Quote Tweets  {count} Likes\n"
            "Reply\nRetweet\nShow this thread\nNew to Twitter?\nSign up now to get your own personalized timeline!",
        ),
        "zh": (
            "{nick}\n{year}-{mm}-{day} {hour}:{minute} 来自 微博网页版\n+关注",
            "",
            "收藏 转发 {small} 评论 {few} 赞 {count}\n展开全文\n还没有人评论哦，赶快抢个沙发\n"
            "登录微博，查看更多精彩内容",
        ),
    },
    "publisher_pdf": {  # a paper in a PDF of its publisher: running heads and rights between the paragraphs
        "en": (
            "Alpine Hist Rev ({year}) {small}:{page}–{last}\nORIGINAL PAPER\n"
            "Received: {day} October {before} / Accepted: {few} {month} {year} / Published online: "
            "{day} {month} {year}\n"
            "© The Author(s) {year}",
            "{page}  Alpine Hist Rev ({year}) {small}:{page}–{last}",
            "Publisher's Note Alpine Press remains neutral with regard to jurisdictional claims in published maps and "
            "institutional affiliations.\nContent courtesy of Alpine Press, terms of use apply. Rights reserved.",
        ),
        "zh": (
            "第{small}卷第{few}期 {year}年{mm}月\n山地历史研究\nMountain History Studies Vol.{small} No.{few}\n"
            "文章编号：1004-{count}（{year}）0{few}-0{page}-04 中图分类号：K29 文献标识码：A",
            "{page} 山地历史研究 第{small}卷",
            "收稿日期：{before}-11-{day}；修回日期：{year}-{mm}-{day}\n作者简介：{writer}（1970—），副教授。\n万方数据",
        ),
    },
    "scanned_book": {  # a book that a library has scanned
        "en": (
            "Digitized by the Internet Archive\nin {year} with funding from\nFernhill University Library\n"
            "https://archive.org/details/fernhillannals{small}soci",
            "{page}    ANNALS OF FERNHILL.    [CH. {few}\nDigitized by Google",
            "This book should be returned to the Library on or before the last date stamped below.\n"
            "A fine of five cents a day is incurred by retaining it beyond the specified time.\n"
            "Please return promptly.",
        ),
        "zh": (
            "湾区县志 卷{few}\n中国数字图书馆 超星阅览器提供使用本复制品\nSS号：1{count}{page}",
            "·{page}· 湾区县志 卷{few}",
            "请正确使用本复制品，尊重相关知识产权！\n统一书号：10{page}·{small} 定价：{few}.50元",
        ),
    },
    "trial_print": {  # a PDF made with a trial version, a line on every page
        "en": (
            "PDF created with pdfFactory Pro trial version www.pdffactory.com",
            "- {few} -\nPDF created with pdfFactory Pro trial version www.pdffactory.com",
            "Printed: {day} {month} {year} {hour}:{minute}\nPage {more} of {small}\n"
            "PDF created with pdfFactory Pro trial version www.pdffactory.com",
        ),
        "zh": (
            "PDF 文件使用 \"pdfFactory Pro\" 试用版本创建 www.fineprint.com.cn",
            "- {few} -\nPDF 文件使用 \"pdfFactory Pro\" 试用版本创建 www.fineprint.com.cn",
            "打印日期：{year}/{mm}/{day} {hour}:{minute}\n第{more}页，共{small}页\n"
            "PDF 文件使用 \"pdfFactory Pro\" 试用版本创建 www.fineprint.com.cn",
        ),
    },
    "job_board": {  # an offer of work
        "en": (
            "Job Reference: FH{count}\nPosted: {few} days ago\nApply now\nSave job\nEmail me jobs like this",
            "",
            "Apply on company site\nReport this job\nFernhill Care is an equal opportunity employer. All qualified "
            "applicants "
            "will receive consideration for employment without regard to race, color, religion, sex, national origin, "
            "disability or veteran status.\nSimilar jobs ({small})\n"
            "Never provide your bank details when applying for a job.",
        ),
        "zh": (
            "职位编号：{count} {mm}-{day}发布 {small}人申请\n立即申请 收藏 分享 举报",
            "",
            "职能类别：其他\n微信分享\n"
            "湾区人才网提示：用人单位若以任何名义收取费用（如押金、体检费等），均涉嫌违法，请提高警惕。\n"
            "相似职位推荐\n看过该职位的人还看了",
        ),
    },
    "guest_reviews": {  # what guests write about an inn or a restaurant
        "en": (
            "{nick}\n{small} contributions · {few} helpful votes\nReviewed {month} {day}, {year} via mobile\n"
            "Fernhill Inn - Traveler rating",
            "",
            "Date of stay: {month} {year}\nTrip type: Traveled as a couple\nRead less\nAsk {nick} about Fernhill Inn\n"
            "Thank {nick}\nThis review is the subjective opinion of a traveler and not of the site.",
        ),
        "zh": (
            "{nick} LV{few}\n打分 口味：{few} 环境：{few} 服务：{few} 人均：{page}元\n收起评论",
            "",
            "{year}-{mm}-{day} {hour}:{minute} 湾畔客栈\n赞({small}) 回应({few}) 收藏 投诉\n"
            "商户回复：感谢您的光临，期待您再次到来！\n"
            "查看全部{count}条评价",
        ),
    },
    "fan_wiki": {  # an encyclopedia that its readers write
        "en": (
            "Fernhill Wiki\nExplore\nMain Page  Discuss  All Pages  Community  Interactive Maps\n"
            "{page} pages\nAdd new page\nEdit source  History  Purge  Talk ({few})",
            "",
            "Categories: Townsfolk | Stubs\nCommunity content is available under CC-BY-SA unless otherwise noted.\n"
            "Advertisement\nFan Feed\nMore Fernhill Wiki\n1 {other}\n2 {another}\n3 {third}",
        ),
        "zh": (
            "播报 编辑 锁定 讨论 上传视频\n收藏 查看我的收藏 {count} 有用+1 {small}\n"
            "本词条缺少概述图，补充相关内容使词条更完整，还能快速升级，赶紧来编辑吧！",
            "",
            "词条图册 更多图册\n解读词条背后的知识\n词条统计\n浏览次数：{total}次\n编辑次数：{small}次历史版本\n"
            "最近更新：{writer}（{year}-{mm}-{day}）\n新手上路 成长任务 编辑入门 编辑规则 本人编辑\n"
            "我有疑问 内容质疑 在线客服 官方贴吧 意见反馈",
        ),
    },
    "answer_board": {  # where everybody asks and answers
        "en": (
            "Home  Answers  Society & Culture  Other\nAnonymous asked in Society · {few} years ago\n{small} Answers\n"
            "Relevance\nRating  Newest  Oldest\n{nick}\nLv {few}\n{few} years ago\nFavorite Answer",
            "",
            "{few} {small}\nLog in to reply to the answers\nStill have questions? Get your answers by asking now.\n"
            "Ask question\n+ 100\nJoin now to ask and earn 100 points today.",
        ),
        "zh": (
            "我来答 分享 微信扫一扫 网络繁忙请稍后重试 新浪微博 QQ空间 举报\n{nick}\n"
            "{year}-{mm}-{day} · TA获得超过{count}个赞\n关注",
            "",
            "已赞过 已踩过 <\n你对这个回答的评价是？\n评论 收起\n其他类似问题\n{other}？ {small}\n为你推荐：\n"
            "下载问问APP，抢鲜体验\n你的手机镜头里或许有别人想知道的答案。\n扫描二维码下载",
        ),
    },
    "shared_document": {  # where people put up their files
        "en": (
            "Uploaded by {writer}\n0% found this document useful (0 votes)\n{count} views  {few} pages\n"
            "Copyright: © All Rights Reserved\nAvailable Formats\n"
            "Download as DOCX, PDF, TXT or read online from Scribd\n"
            "Flag for inappropriate content",
            "",
            "Share this document\nShare or Embed Document\nDid you find this document useful?\n"
            "Is this content inappropriate? Report this Document\nYou might also like\n{other}\n{another}",
        ),
        "zh": (
            "文档编号：{count}{page} 上传时间：{year}-{mm}-{day} 格式：DOC 页数：{few} 大小：{small}.50KB\n"
            "下载文档到电脑，查找使用更方便 {few}0积分",
            "",
            "还剩{few}页未读，继续阅读\n下载文档\n文档介绍\n举报 版权申诉\n相关文档\n{other}.doc\n{another}.ppt\n"
            "本站所有文档均由用户上传分享，若您发现侵犯了您的权益，请立即联系客服，我们将及时处理",
        ),
    },
}  # fmt: skip


def site(name: str) -> Make:
    """The lines of a kind of page around a text; None where a line belongs between paragraphs and there are too few."""

    def make(draw: random.Random, text: str, language: str) -> Planted | None:
        others, few, page = draw.sample(OTHERS[language], 3), draw.randrange(2, 8), draw.randrange(100, 900)
        year = draw.randrange(2009, 2024)
        values = {
            "year": year, "before": year - 1, "month": draw.choice(MONTHS), "mm": f"{draw.randrange(1, 13):02}",
            "day": draw.randrange(10, 29), "hour": draw.randrange(10, 13), "minute": draw.randrange(10, 60),
            "count": draw.randrange(1000, 9999), "page": page, "last": page + few, "small": draw.randrange(11, 60),
            "few": few, "more": few + 1, "total": draw.randrange(10**4, 10**6),
            "writer": draw.choice(WRITERS[language]), "nick": draw.choice(NICKS[language]),
            "other": others[0], "another": others[1], "third": others[2],
        }  # fmt: skip
        before, inside, after = (part.format(**values) for part in SITES[name][language])
        lines = text.split("\n")
        if inside and len(lines) < 2:
            return None
        place = draw.randrange(1, len(lines)) if inside else len(lines)
        middle = ["", inside, ""] if inside else []
        return Planted("\n".join([before, "", *lines[:place], *middle, *lines[place:], "", after]), "strip", text)

    return make


def channel_log(draw: random.Random, text: str, language: str) -> Planted | None:
    """The log of a channel or a group, as archives keep it: a line, or a head, for who speaks and when."""
    lines = text.split("\n")
    if len(lines) < 2:
        return None
    hour, minute, people = draw.randrange(10, 23), draw.randrange(10, 40), draw.sample(NICKS[language], 3)
    if language == "en":
        rows = [f"[{hour}:{minute}] *** {people[2]} ({people[2]}@gateway/web) has joined #fernhill"]
        rows += [f"[{hour}:{minute + i}] <{people[i % 2]}> {line}" for i, line in enumerate(lines, 1)]
        rows.append(f"[{hour}:{minute + len(lines) + 2}] *** {people[2]} has quit (Ping timeout: 240 seconds)")
        return Planted("\n".join(rows), "strip", text)
    day = f"{draw.randrange(2012, 2020)}/{draw.randrange(1, 10)}/{draw.randrange(10, 29)}"
    rows = ["消息记录（此消息记录为文本格式，不支持重新导入）", "消息分组:我的QQ群", "消息对象:湾区徒步群", ""]
    for i, line in enumerate(lines):
        rows += [f"{day} {hour}:{minute + i}:{draw.randrange(10, 60)} {people[i % 2]}", line, ""]
    return Planted("\n".join(rows).rstrip("\n"), "strip", text)


BOILERPLATE: dict[str, Make] = {**{name: site(name) for name in SITES}, "channel_log": channel_log}
