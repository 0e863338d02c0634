"""Lines of a site above and below the text."""

# ruff: noqa: E501  (a line of noise is a line)

from collections.abc import Iterator

import ftfy.bad_codecs  # noqa: F401  (sloppy-windows-1252)

from variants.shaping import Variant, framed

HEADS_EN = {
    "breadcrumb_products": "Home > Kitchen & Dining > Cookware > Frying Pans",
    "byline_updated": "By Anna Miller | Updated March 3, 2019 4:15 PM EDT",
    "min_read": "Written by Tom Baker · 5 min read · 12.4K views",
    "forum_head": "Joined: Mar 2010\nPosts: 1,284\nLocation: Leeds, UK",
    "login_box": "Username: Password: Remember me | Forgot your password?",
    "gdpr_notice": "We value your privacy. We and our 312 partners store and access information on a device. Accept all  Reject all  Manage options",
    "mega_menu": "Men Women Kids Sale New In Brands Gift Cards",
    "rating_bar": "★★★★☆ 4.2 (187 ratings) Add to cart Add to wishlist",
    "browser_warning": "You are using an outdated browser. Please upgrade your browser to improve your experience.",
    "date_bar": "Thursday, 14 May 2015 | Login | E-paper | Weather 23°C",
}


TAILS_EN = {
    "tags_line": "Tags: travel, europe, budget, tips\nFiled under: Holidays",
    "posted_permalink": "This entry was posted in News and tagged bread, mill. Bookmark the permalink.",
    "mail_signature": "Sent from my iPhone",
    "mail_disclaimer": "This e-mail and any attachments are confidential and intended solely for the addressee. If you have received this message in error, please notify the sender and delete it.",
    "list_footer": "_______________________________________________\nTo unsubscribe from this list visit http://lists.example.org/",
    "agency_credits": "(Reporting by Jane Roe; Editing by John Doe)",
    "wire_notice": "Copyright 2016 The Example Press. This material may not be published, broadcast, rewritten or redistributed.",
    "pager": "« Prev 1 2 3 4 ... 12 Next »",
    "reactions": "12 likes, 3 dislikes, 5 comments\nReply Quote Report",
    "related_list": "You might also enjoy:\n10 Best Mills of the North\nHow to Bake at Home",
    "video_fallback": "Your browser does not support the video tag.",
    "affiliate": "Disclosure: This post contains affiliate links. If you buy through them we may earn a commission at no extra cost to you.",
    "app_badges": "Download our app on the App Store | Get it on Google Play",
    "helpful_box": "Was this article helpful? Yes No",
    "captcha_form": "Your email address will not be published. Required fields are marked *",
    "wiki_edit": "[edit source]\nThis page was last edited on 3 May 2018, at 10:12.",
    "shop_footer": "Free shipping on orders over $50 | Secure checkout | 30-day returns",
    "forum_rules": "You cannot post new topics in this forum\nYou cannot reply to topics in this forum\nAll times are GMT -5. The time now is 08:41 PM.",
    "author_box": "About the author: Follow Anna on Twitter @anna_m",
}


HEADS_ZH = {
    "zh_news_head": "2016-03-12 08:30:15 来源：晨报 作者：王晓 评论(12)",
    "zh_place": "您当前的位置：网站首页 >> 新闻动态 >> 行业新闻",
    "zh_forum_head": "发表于 2013-5-6 21:14:03 | 只看该作者 | 倒序浏览",
    "zh_counter": "阅读：1284次 点赞：35 收藏：12",
    "zh_date_bar": "今天是2015年5月14日 星期四 欢迎光临本站！ 设为首页 加入收藏",
    "zh_origin_title": "原标题：老人和磨坊的故事",
    "zh_login": "用户名： 密码： 记住我 忘记密码？ 免费注册",
    "zh_price_bar": "加入购物车 立即购买 包邮 七天无理由退换",
}


TAILS_ZH = {
    "zh_editor": "（责任编辑：李明）",
    "zh_disclaimer": "免责声明：本文仅代表作者个人观点，与本网无关。其原创性以及文中陈述文字和内容未经本站证实。",
    "zh_app": "更多精彩内容，请下载客户端APP查看",
    "zh_hotline": "客服热线：400-000-0000 违法和不良信息举报邮箱：jubao@example.com",
    "zh_police": "京公网安备 11000002000001号 增值电信业务经营许可证",
    "zh_edited": "本帖最后由 小王 于 2014-3-2 10:11 编辑",
    "zh_like_share": "喜欢就点个赞吧！觉得有用请转发给更多朋友",
    "zh_three_links": "点赞 投币 收藏 转发",
    "zh_pager": "首页 上一页 1 2 3 4 5 下一页 尾页",
    "zh_tags": "标签：旅行 美食 磨坊",
    "zh_reward": "赞赏作者\n已有 12 人赞赏",
    "zh_copy_notice": "转载请注明出处：http://www.example.com/a/1.html",
    "zh_floor": "回复 举报 使用道具 显身卡",
    "zh_footer": "地址：某市某路1号 邮编：100000 电话：010-00000000 传真：010-00000001\n技术支持：某某网络 建议使用IE8以上浏览器",
    "zh_infringe": "图片来源于网络，如有侵权请联系删除",
    "zh_qr": "长按识别二维码，关注我们",
}


def furniture() -> Iterator[Variant]:
    """All of them."""
    for languages, tables in (("en", (HEADS_EN, TAILS_EN)), ("zh", (HEADS_ZH, TAILS_ZH))):
        for name, lines in tables[0].items():
            yield Variant("boilerplate", name, languages, framed(lines + "\n", ""))
        for name, lines in tables[1].items():
            yield Variant("boilerplate", name, languages, framed("", "\n" + lines))
