"""Lines of a site, with the words, dates and numbers of the site in them: before, behind and inside of the text."""

# ruff: noqa: E501  (a line of noise is a line)

import re
from collections.abc import Callable, Iterator

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant

_SITES = (
    "The Daily Herald",
    "Bakers Weekly",
    "MillTown.com",
    "Nature Trails",
    "TechPort",
    "Green Valley News",
    "HomeCraft",
)
_PEOPLE = ("Anna Miller", "Tom Baker", "J. R. Hobbs", "Maria Lopez", "Priya Nair", "Ben O'Hara")
_MONTHS = ("January", "March", "June", "August", "October", "December")
_THINGS = ("Sourdough", "Bicycle Tours", "Gardening", "Old Bridges", "River Fishing", "Wool Prices", "Local Elections")
_SITES_ZH = ("晨报网", "烘焙之家", "科技港", "绿谷新闻网", "旅行笔记", "家居论坛")
_PEOPLE_ZH = ("王晓", "李明华", "赵一鸣", "陈静", "周海")
_THINGS_ZH = ("面包烘焙", "自行车旅行", "古桥保护", "钓鱼技巧", "羊毛价格", "阳台种菜")
_SITES_FR = ("Le Courrier du Nord", "Cuisine Facile", "TechPort", "La Gazette de Lyon", "Jardin & Maison")
_PEOPLE_FR = ("Claire Dupont", "Jean Martin", "Léa Moreau", "Hugo Petit")
_THINGS_FR = ("le pain au levain", "les vieux ponts", "la pêche en rivière", "le jardinage", "les élections")


def _line(draw: Draw, form: str, language: str) -> str:
    """A form with its names, numbers and dates filled in."""
    sites, people, things = {
        "en": (_SITES, _PEOPLE, _THINGS),
        "zh": (_SITES_ZH, _PEOPLE_ZH, _THINGS_ZH),
        "fr": (_SITES_FR, _PEOPLE_FR, _THINGS_FR),
    }[language]
    return re.sub(
        r"\{(\w+)\}",
        lambda m: {
            "site": lambda: draw.choice(sites),
            "who": lambda: draw.choice(people),
            "thing": lambda: draw.choice(things),
            "n": lambda: str(draw.between(2, 99)),
            "big": lambda: f"{draw.between(1, 9)},{draw.between(100, 999)}",
            "year": lambda: str(draw.between(2004, 2023)),
            "day": lambda: str(draw.between(1, 28)),
            "month": lambda: draw.choice(_MONTHS),
            "time": lambda: f"{draw.between(0, 23)}:{draw.between(10, 59)}",
        }[m[1]](),
        form,
    )


def _head(form: str, language: str) -> Make:
    return lambda draw, text: f"{_line(draw, form, language)}\n{text}"


def _tail(form: str, language: str) -> Make:
    return lambda draw, text: f"{text}\n{_line(draw, form, language)}"


def _glued(form: str, language: str) -> Make:
    """In the last paragraph, behind its last sentence."""
    space = "" if language == "zh" else " "
    return lambda draw, text: f"{text}{space}{_line(draw, form, language)}"


def _middle(form: str, language: str) -> Make:
    """Between two paragraphs of the text."""

    def made(draw: Draw, text: str) -> str | None:
        lines = text.split("\n")
        at = next((n for n in range(1, len(lines)) if lines[n - 1].strip() and lines[n].strip()), None)
        return None if at is None else "\n".join([*lines[:at], _line(draw, form, language), *lines[at:]])

    return made


_FORMS: tuple[tuple[Callable[[str, str], Make], str, dict[str, str]], ...] = (
    (_head, "en", {
        "published_by": "Published {month} {day}, {year} by {who}",
        "posted_on_in": "Posted on {month} {day}, {year} in {thing} | {n} Comments",
        "last_updated": "Last updated: {day} {month} {year}, {time} GMT",
        "advertisement": "Advertisement",
        "continue_below": "Advertisement - story continues below",
        "section_nav": "{thing} | {thing} | {thing} | {thing} | More",
        "welcome_guest": "Welcome, Guest. Please login or register.",
        "menu_lines": "Home\nOur Story\n{thing}\nContact\nSearch",
        "cookie_settings": "{site} uses cookies to give you the best experience. Find out more or adjust your settings.",
        "cookie_technologies": "We and our partners use technologies such as cookies to personalise content and ads and to analyse our traffic.",
        "free_articles": "You have {n} free articles left this month. Subscribe for unlimited access.",
        "subscriber_only": "This article is for subscribers only. Log in or start your free trial to continue reading.",
        "enable_javascript": "Please enable JavaScript in your browser to view this site properly.",
        "photo_credit": "Photo by {who} / {site}",
        "share_counts": "{n} Shares Share on Facebook Tweet Pin",
        "skip_to": "Skip to content",
        "breadcrumb_arrow": "Home › {thing} › {thing}",
        "print_email": "Print Email A A A",
        "app_banner": "Read this in the {site} app. Open",
        "issue_line": "{site} | Vol. {n}, No. {n} | {month} {year}",
    }),
    (_tail, "en", {
        "more_from": "More from {site}",
        "related_stories": "Related: {thing}: What You Need to Know",
        "newsletter_call": "Sign up for our free weekly newsletter and never miss a story.",
        "newsletter_topic": "Get the latest {thing} news delivered straight to your inbox every morning.",
        "join_community": "Join {big} other readers and get our best stories by email.",
        "leave_reply": "Leave a Reply\nYour email address will not be published.",
        "comments_closed": "Comments are now closed for this article.",
        "be_first": "Be the first to comment on this story",
        "log_in_comment": "You must be logged in to post a comment.",
        "author_bio": "{who} is a staff writer at {site}. Follow her on Twitter @{n}words.",
        "contact_author": "Contact {who} at editor@example.com or follow {site} on Facebook.",
        "rights": "© {year} {site}. All rights reserved. Reproduction without permission is prohibited.",
        "registered_company": "{site} is a trading name of Example Media Ltd, registered in England No. 01{n}4{n}.",
        "terms_bar": "Terms of Service - Privacy Policy - Do Not Sell My Info - Ad Choices",
        "support_us": "If you enjoyed this article, please consider supporting our work with a small donation.",
        "like_share": "Liked this post? Share it with your friends!",
        "pages": "Page 1 of {n} | Next page >",
        "next_story": "Next story: {thing} in the North",
        "up_next": "UP NEXT: {thing} – watch the video",
        "sponsored_links": "Sponsored Links\nYou May Like",
        "reprinted": "This story originally appeared in {site} and is republished here with permission.",
        "correction_contact": "See a mistake? Let us know at corrections@example.com",
        "quote_reply": "Reply With Quote | Report Post | Top",
        "viewing_users": "Users browsing this forum: No registered users and {n} guests",
        "powered": "Powered by phpBB © {year} phpBB Group",
        "hosting": "Proudly powered by WordPress | Theme: Mill by {site}",
        "store_hours": "Call us today on 0800 000 0{n} or visit our store, open Mon-Sat 9am-5pm.",
        "buy_now": "Buy now from our online shop - free delivery on orders over £{n}",
        "price_stock": "In stock. Usually ships within 24 hours. Add to basket",
        "rating_ask": "Rate this article: 1 2 3 4 5 (average {n} votes)",
        "poll": "Do you agree? Vote in our poll and tell us in the comments below.",
        "download_pdf": "Download PDF version ({n} KB)",
        "back_to": "« Back to all articles",
        "trackback": "Trackback URL: http://blog.example.com/trackback/{n}",
        "last_mod": "This page was last modified on {day} {month} {year}.",
        "mail_footer": "You are receiving this email because you signed up at {site}. Unsubscribe",
    }),
    (_glued, "en", {
        "glued_more": "Read more...",
        "glued_continue": "Continue reading →",
        "glued_share": "Share this: Facebook Twitter Email",
        "glued_tags": "Tags: {thing}, {thing}",
        "glued_posted": "Posted by {who} at {time} | Permalink | Comments ({n})",
        "glued_click": "Click here to subscribe to {site}.",
        "glued_rights": "© {year} {site}. All rights reserved.",
        "glued_comments": "{n} comments Leave a comment",
        "glued_newsletter": "Subscribe to our newsletter for more stories like this.",
        "glued_related": "Related Articles Most Read Trending Now",
    }),
    (_middle, "en", {
        "middle_ad": "Advertisement",
        "middle_scroll": "Story continues after the advertisement",
        "middle_read": "READ MORE: {thing} in the valley: the full story",
        "middle_newsletter": "Get our stories in your inbox. Sign up to the {site} newsletter.",
        "middle_related": "Related: {thing} | {thing}",
        "middle_photo": "Click to enlarge. Image: {site}",
        "middle_share": "Share Tweet Share Pin",
    }),
    (_head, "zh", {
        "zhs_date_source": "{year}年{day}月{day}日 {time} 来源：{site}",
        "zhs_crumbs": "首页 > {thing} > 正文",
        "zhs_reader": "记者 {who} 编辑 {who} {year}-10-{day}",
        "zhs_login": "您好，欢迎来到{site}！请登录 免费注册",
        "zhs_views": "浏览次数：{n} 字号：大 中 小",
        "zhs_font": "【字体：大 中 小】 【打印】 【关闭】",
        "zhs_cookie": "为了给您提供更好的服务，{site}使用Cookie，继续浏览即表示您同意我们的隐私政策。",
        "zhs_follow": "点击上方蓝字关注我们",
        "zhs_original": "原创 {who} {site} {year}-0{n}",
        "zhs_ad": "广告",
        "zhs_member": "本文为会员专享内容，请登录后阅读全文。",
        "zhs_nav": "{thing} {thing} {thing} 更多 >>",
    }),
    (_tail, "zh", {
        "zhs_prev_next": "上一篇：{thing}的几个问题\n下一篇：{thing}入门",
        "zhs_related": "相关阅读：{thing}你不知道的事",
        "zhs_recommended": "猜你喜欢\n热门推荐",
        "zhs_copyright": "Copyright © {year} {site} 版权所有 京ICP备0{n}号",
        "zhs_source_note": "（来源：{site}，作者：{who}）",
        "zhs_follow_scan": "扫描二维码，关注{site}官方微信，获取更多资讯。",
        "zhs_comment": "我要评论 已有{n}条评论，点击查看全部",
        "zhs_login_comment": "您需要登录后才可以回帖 登录 | 立即注册",
        "zhs_statement": "声明：本网转载文章仅为传播信息，不代表{site}立场，版权归原作者所有。",
        "zhs_contact": "投稿邮箱：tougao@example.com 联系电话：010-0000{n}",
        "zhs_share": "分享到： 微信 微博 QQ空间 人人网",
        "zhs_app": "下载{site}APP，随时随地看新闻",
        "zhs_continue": "未完待续，点击下一页继续阅读",
        "zhs_subscribe": "如果您喜欢本文，欢迎订阅{site}的每周邮件。",
        "zhs_report": "举报 | 纠错 | 收藏本文 | 返回顶部",
        "zhs_like": "觉得不错，请点赞并分享给您的朋友！",
        "zhs_shop": "立即咨询在线客服，享受{n}%优惠，全国包邮。",
        "zhs_links": "友情链接：{site} {site} {site}",
        "zhs_page": "第1页 共{n}页 下一页",
        "zhs_author": "作者简介：{who}，{site}专栏作者，微博@{who}。",
        "zhs_editor_note": "编辑：{who} 审核：{who}",
    }),
    (_glued, "zh", {
        "zhs_glued_more": "查看全文>>",
        "zhs_glued_editor": "（编辑 {who}）",
        "zhs_glued_source": "【来源：{site}】",
        "zhs_glued_follow": "更多精彩内容请关注微信公众号{site}。",
        "zhs_glued_copy": "转载请注明来自{site}。",
        "zhs_glued_share": "分享到微信朋友圈",
    }),
    (_middle, "zh", {
        "zhs_middle_ad": "广告",
        "zhs_middle_scroll": "广告，请继续往下阅读",
        "zhs_middle_related": "延伸阅读：{thing}的秘密",
        "zhs_middle_follow": "长按二维码关注{site}",
    }),
    (_head, "fr", {
        "frs_published": "Publié le {day} mars {year} à {time} par {who}",
        "frs_updated": "Mis à jour le {day}/10/{year} à {time}",
        "frs_crumbs": "Accueil > Actualités > {thing}",
        "frs_cookie": "{site} utilise des cookies pour vous offrir la meilleure expérience. En savoir plus",
        "frs_subscriber": "Cet article est réservé aux abonnés. Connectez-vous ou abonnez-vous pour lire la suite.",
        "frs_read_time": "Temps de lecture : {n} min",
        "frs_menu": "Accueil Actualités Boutique Contact Rechercher",
        "frs_ad": "Publicité",
    }),
    (_tail, "fr", {
        "frs_newsletter": "Inscrivez-vous à notre newsletter et recevez chaque semaine nos meilleurs articles.",
        "frs_related": "À lire aussi : {thing} en cinq questions",
        "frs_share": "Partager sur Facebook Partager sur Twitter",
        "frs_comment": "Laisser un commentaire\nVotre adresse e-mail ne sera pas publiée.",
        "frs_rights": "© {year} {site}. Tous droits réservés. Reproduction interdite.",
        "frs_legal": "Mentions légales - Conditions générales - Politique de confidentialité",
        "frs_follow": "Suivez {site} sur Facebook et Twitter",
        "frs_prev": "Article précédent\nArticle suivant",
        "frs_contact": "Contactez-nous au 01 00 00 00 {n} ou par e-mail.",
        "frs_app": "Téléchargez notre application pour suivre l'actualité en direct.",
        "frs_support": "Si cet article vous a plu, n'hésitez pas à le partager avec vos amis !",
        "frs_author": "{who} est journaliste à {site}.",
    }),
    (_glued, "fr", {
        "frs_glued_more": "Lire la suite...",
        "frs_glued_share": "Partager : Facebook Twitter E-mail",
        "frs_glued_newsletter": "Abonnez-vous à notre newsletter.",
        "frs_glued_tags": "Mots-clés : pain, moulin",
    }),
)  # fmt: skip


def site_lines() -> Iterator[Variant]:
    """All of them."""
    for place, language, forms in _FORMS:
        for name, form in forms.items():
            yield Variant("boilerplate", f"site_{name}", language, place(form, language))
