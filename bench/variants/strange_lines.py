"""Lines of sites as another hand would write them: names of things, titles and counts drawn for each page."""

# ruff: noqa: E501  (a line of noise is a line)

import re
from collections.abc import Callable, Iterator

from llmpipe.world.draws import Draw
from variants.shaping import Make, Variant

_TITLES = (
    "Ten quiet beaches for a long weekend", "Why your tomatoes split", "A beginner's guide to slow cookers", "The bridge that nobody wanted",
    "How we tested 40 raincoats", "What the new bus lanes mean for you", "Five myths about sleep", "Inside the last button factory",
    "Is it worth mending a toaster?", "Where the herring went", "The year of the small flat", "Letters: on hedges and neighbours",
)  # fmt: skip
_TITLES_ZH = (
    "周末去哪儿：三条安静的步道", "番茄为什么会裂", "慢炖锅入门指南", "那座没人想要的桥", "四十件雨衣实测", "新公交车道意味着什么",
    "关于睡眠的五个误解", "最后一家纽扣厂", "烤面包机值得修吗", "鲱鱼去了哪里", "小户型之年", "读者来信：树篱与邻居",
)  # fmt: skip
_TITLES_FR = (
    "Dix plages calmes pour un long week-end", "Pourquoi vos tomates éclatent", "Le pont dont personne ne voulait", "Cinq idées reçues sur le sommeil",
    "La dernière fabrique de boutons", "Faut-il réparer un grille-pain ?", "Où est passé le hareng", "Courrier : haies et voisins",
)  # fmt: skip
_FILL = {
    "en": {"who": ("Dana Whitlock", "Omar Reyes", "S. K. Iyer", "Helen Marsh", "Pete Duffy"), "site": ("Harbour Post", "The Slow Kitchen", "Ridgeline", "mendit.co", "Loft & Attic"), "topic": ("Food", "Coast", "Repairs", "Opinion", "Town Hall", "Outdoors")},
    "zh": {"who": ("林晚舟", "欧阳青", "石磊", "韩小满"), "site": ("海港日报", "慢厨房", "山脊线", "修修网", "阁楼志"), "topic": ("美食", "海岸", "维修", "观点", "市政", "户外")},
    "fr": {"who": ("Élodie Garnier", "Karim Benali", "Yves Le Goff"), "site": ("Le Phare", "La Cuisine lente", "Crêtes", "reparons.fr"), "topic": ("Cuisine", "Littoral", "Réparer", "Opinions", "Mairie")},
}  # fmt: skip
_OF_TITLES = {"en": _TITLES, "zh": _TITLES_ZH, "fr": _TITLES_FR}


def _filled(draw: Draw, form: str, language: str) -> str:
    """A form with what a page of its own has in it."""

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name == "title":
            return draw.choice(_OF_TITLES[language])
        if name in _FILL[language]:
            return draw.choice(_FILL[language][name])
        low, high = {"n": (2, 60), "big": (1000, 90000), "year": (2006, 2024), "m": (10, 12), "d": (10, 28)}[name]
        return str(draw.between(low, high))

    return re.sub(r"\{(\w+)\}", value, form)


def _head(form: str, language: str) -> Make:
    return lambda draw, text: f"{_filled(draw, form, language)}\n{text}"


def _tail(form: str, language: str) -> Make:
    return lambda draw, text: f"{text}\n{_filled(draw, form, language)}"


def _apart(form: str, language: str) -> Make:
    """Below the text, behind a blank line."""
    return lambda draw, text: f"{text}\n\n{_filled(draw, form, language)}"


def _glued(form: str, language: str) -> Make:
    """In the last paragraph, behind its last sentence."""
    space = "" if language == "zh" else " "
    return lambda draw, text: f"{text}{space}{_filled(draw, form, language)}"


def _before(form: str, language: str) -> Make:
    """In the first paragraph, before its first sentence."""
    space = "" if language == "zh" else " "
    return lambda draw, text: f"{_filled(draw, form, language)}{space}{text}"


def _within(form: str, language: str) -> Make:
    """Between two paragraphs of the text."""

    def made(draw: Draw, text: str) -> str | None:
        lines = text.split("\n")
        at = next((n for n in range(1, len(lines)) if lines[n - 1].strip() and lines[n].strip()), None)
        return None if at is None else "\n".join([*lines[:at], _filled(draw, form, language), *lines[at:]])

    return made


_FORMS: tuple[tuple[Callable[[str, str], Make], str, dict[str, str]], ...] = (
    (_head, "en", {
        "kicker": "{topic}",
        "kicker_sub": "{topic} / Long read",
        "eyebrow_time": "{topic} • {n} min",
        "date_only": "{d}/{m}/{year}",
        "date_long": "Saturday {d} October {year} 06.00 BST",
        "issue_price": "No. {n} — {year} — Price 40p",
        "hamburger": "☰ Menu  🔍 Search",
        "consent_short": "This site needs your consent to load embeds. OK / No thanks",
        "consent_choices": "Your choices: Necessary  Functional  Statistics  Marketing",
        "lang_switch": "EN | FR | DE | ES",
        "a11y_bar": "A- A A+ High contrast Read aloud",
        "login_prompt": "Already a member? Log in. New here? Create an account.",
        "paywall_meter": "{n} of 60 free views used. See plans.",
        "image_caption": "Image: {who}/{site}",
        "hero_credit": "(Photograph: {who} for {site})",
        "listen": "Listen to this article · {n}:42",
        "share_icons": "f t in @ +",
        "stars": "★ ★ ★ ★ ☆ ({n})",
        "breadcrumb_slash": "{site} / {topic} / {title}",
        "breadcrumb_colons": "{site} :: {topic} :: {title}",
        "title_of_window": "{title} - {site}",
        "promo": "NEW: our winter catalogue is here. Take a look",
        "live_tag": "LIVE UPDATES",
        "counts": "💬 {n}  ❤ {big}  🔁 {n}",
        "forum_post": "#{n} | {who} | Senior Member | {d}-{m}-{year}",
        "wiki_hatnote": "From {site}, the free encyclopedia",
        "recipe_jump": "Jump to Recipe | Print Recipe",
        "serves": "Rated {n} times · Saved by {big} cooks",
        "ticket": "Ticket #{big} · Opened by {who} · Status: closed",
        "mail_head": "From: {who}\nSent: Tuesday, {year}\nSubject: {title}",
    }),
    (_tail, "en", {
        "keep_reading": "Keep reading: {title}",
        "see_too": "SEE TOO: {title}",
        "read_next_two": "Read next\n{title}\n{title}",
        "most_viewed": "Most viewed\n1. {title}\n2. {title}\n3. {title}",
        "elsewhere": "Elsewhere on {site}: {title}",
        "don_t_miss": "Don't miss: {title}",
        "explore": "Explore more on these topics\n{topic}\n{topic}",
        "tag_cloud": "#{topic} #{topic} #{topic}",
        "filed": "In: {topic}, {topic}",
        "author_line": "Words: {who}. Pictures: {who}.",
        "author_blurb": "{who} writes about hedges for {site}.",
        "newsletter_two": "Like what you see? We send one letter a week.\nyour@address.com  [Go]",
        "form_fields": "Name *\nEmail *\nMessage\nSend",
        "captcha": "I'm not a robot",
        "thanks": "Thank you for your feedback!",
        "was_useful": "Was this page useful to you? Yes / No / Report a problem",
        "comments_zero": "0 Comments   Sort by Oldest",
        "reply_box": "Have your say… Post",
        "moderation": "Comments are moderated and may take a while to show up.",
        "older_newer": "← Older     Newer →",
        "page_of": "1 / {n}",
        "pager_numbers": "1 2 3 … {n} ›",
        "copyright_plain": "(c) {year}-{year} {site} Ltd",
        "copyright_short": "{site} © {year}",
        "imprint": "{site}, Unit {n}, Quay Road, Leith EH6. VAT GB{big}{big}.",
        "site_map_cols": "Company\nPress room\nInvestors\nWork with us",
        "legal_bar": "Legal · Imprint · Accessibility · Modern slavery statement",
        "payment": "Visa Mastercard PayPal Klarna",
        "app_stores": "Get the app: iOS · Android",
        "socials": "Mastodon  Bluesky  Threads  TikTok",
        "up": "▲ Top",
        "ad_label": "ADVERTISEMENT ▼ SCROLL TO CONTINUE",
        "sponsor": "In partnership with Quayside Water",
        "donate": "We have no owner and no adverts. Chip in from £{n}.",
        "shop_bar": "Qty: 1  ADD TO BAG  ♡ Save for later",
        "delivery": "Order by 3pm for dispatch today. Free over £{n}.",
        "also_bought": "Customers also bought\n{title}\n{title}",
        "doi": "Cite this: doi:10.{big}/x.{year}.{n}",
        "version": "Revision {n}, last touched {year}-{m}-{d} by {who}",
        "generated": "Generated by mkpages {n}.{n} on {year}-{m}-{d}",
        "mail_sig": "--\n{who} | {site} | Tel. +44 131 4960 {big}",
        "list_sig": "_______\nridgeline-users mailing list",
        "forum_sig": "Last edited by {who}; {d} Sep {year} at {n}:{m}.",
        "forum_users": "{n} members found this post helpful.",
        "continued": "(Continued on page {n})",
        "more_dots": "[…] Continue →",
        "first_ran": "This article first ran in the {site} spring issue of {year}.",
        "corrected": "• This piece was amended on {d} May {year} to correct a name.",
        "gdpr_long": "By clicking “Agree”, you let {site} and its vendors keep data on your machine for the purposes listed here.",
        "tip_line": "Got a tip? Write to the newsroom.",
    }),
    (_apart, "en", {
        "apart_related": "Related\n{title}\n{title}\n{title}",
        "apart_nav": "Latest\n{topic}\n{topic}\n{topic}\nArchive",
        "apart_footer": "{site}\nAbout  Staff  Ethics  Corrections\n© {year}",
    }),
    (_glued, "en", {
        "glued_credit": "Additional research: {who}.",
        "glued_read_on": "Read on at {site} »",
        "glued_copyright": "© {year} {site}",
        "glued_more_title": "MORE: {title}",
        "glued_offer": "Members of {site} save 20% on all tickets this month.",
        "glued_follow": "Find {site} on Bluesky and Mastodon.",
        "glued_comment": "What do you think? Tell us below.",
        "glued_first": "A version of this piece first ran in {site}.",
        "glued_views": "{big} views · {n} likes",
    }),
    (_before, "en", {
        "before_dateline": "{site} — {topic} — {d}.{m}.{year} —",
        "before_ad": "[Advertisement]",
        "before_share": "Share Save Print",
        "before_byline": "By {who}, {site} staff |",
    }),
    (_within, "en", {
        "within_ad": "Scroll down to continue",
        "within_related": "RELATED: {title}",
        "within_signup": "Enjoying this? Our Friday letter has more.",
        "within_caption": "Picture: {who}",
        "within_video": "Video: {title} ({n}:12)",
    }),
    (_head, "zh", {
        "zx_kicker": "{topic}",
        "zx_crumb": "{site}>{topic}>正文",
        "zx_window": "{title}_{topic}_{site}",
        "zx_meta": "{year}年{m}月{d}日 {n}:{m} | {site} | 记者 {who}",
        "zx_reads": "{big}人看过 {n}人觉得有用",
        "zx_listen": "听全文 约{n}分钟",
        "zx_follow_author": "{who} +关注",
        "zx_lang": "简 | 繁 | EN",
        "zx_consent": "我们使用必要的数据以保证网页运行，您可随时更改设置。好的",
        "zx_login": "您还没有登录，去登录 / 免费开户",
        "zx_qq": "楼主 {who} 等级 {n}级 积分 {big} 发帖数 {n}",
        "zx_photo": "图/{who}",
        "zx_editor_note": "编者按",
        "zx_top_ad": "【双十一】全场满{n}减20，速来",
        "zx_mail": "发件人：{who}\n主题：{title}",
    }),
    (_tail, "zh", {
        "zx_next_title": "下一则：{title}",
        "zx_see_also": "也可以看看\n{title}\n{title}",
        "zx_rank": "本周排行\n1 {title}\n2 {title}\n3 {title}",
        "zx_tags": "#{topic}# #{topic}#",
        "zx_topic_label": "话题：{topic}",
        "zx_edit": "撰文：{who}　摄影：{who}　排版：{who}",
        "zx_author_blurb": "{who}，{site}驻站作者。",
        "zx_like_bar": "赞 {n}　在看 {n}　留言",
        "zx_reply": "说点什么吧…… 发送",
        "zx_no_reply": "还没有人说话，快来第一个",
        "zx_pager": "前一则　后一则",
        "zx_pages": "共{n}页 1 2 3 末页",
        "zx_copy": "{site}版权所有 {year}-{year}",
        "zx_police": "沪公网安备310{big}号 沪ICP证{big}号",
        "zx_address": "海港市码头路{n}号阁楼{n}室",
        "zx_shop": "加购　收藏店铺　联系卖家",
        "zx_delivery": "下单后48小时内发货，运费{n}元",
        "zx_app": "打开APP，看更多同类好文",
        "zx_qr": "▲长按上方图片，加入我们",
        "zx_star": "觉得好看就点个“在看”",
        "zx_reprint": "商务合作、转载开白请发后台消息",
        "zx_source": "资料来自：{site}、公开报道",
        "zx_tip": "打赏是一种态度",
        "zx_more": "展开剩余{n}%",
        "zx_more_related": "· 推荐 · {title}",
        "zx_end": "— END —",
        "zx_statement": "声明：平台只提供信息存储空间服务。",
        "zx_useful": "这篇内容对您有帮助吗？有 / 没有",
        "zx_report": "不感兴趣 举报 屏蔽作者",
        "zx_contact": "爆料热线 4000-{big} 新闻信箱 news@example.com",
        "zx_sign": "发自我的手机",
        "zx_form": "姓名\n电话\n留言内容\n提交",
    }),
    (_glued, "zh", {
        "zx_glued_author": "（文/{who}）",
        "zx_glued_end": "【完】",
        "zx_glued_reporter": "（本报记者 {who} 海港{m}月{d}日电）",
        "zx_glued_more": "更多请看{title}",
        "zx_glued_follow": "想看更多这样的故事，记得把{site}设为星标。",
        "zx_glued_copy": "{site}原创稿件，盗用必究。",
    }),
    (_before, "zh", {
        "zx_before_wire": "{site}{m}月{d}日讯（记者 {who}）",
        "zx_before_ad": "［广告］",
    }),
    (_within, "zh", {
        "zx_within_ad": "— 滑动继续 —",
        "zx_within_caption": "▲ {who} 摄",
        "zx_within_more": "延伸：{title}",
        "zx_within_join": "入群请加小编，备注“{topic}”",
    }),
    (_head, "fr", {
        "fx_kicker": "{topic}",
        "fx_time": "Par {who}, le {d}/{m}/{year} à {n}h",
        "fx_crumb": "Vous lisez : {site} > {topic} > {title}",
        "fx_consent": "Vos préférences : Nécessaires  Statistiques  Tout autoriser",
        "fx_member": "Déjà membre ? Identifiez-vous. Nouveau ? Créez un compte.",
        "fx_meter": "Il vous reste {n} lectures gratuites ce mois-ci.",
        "fx_photo": "Photo {who} / {site}",
    }),
    (_tail, "fr", {
        "fx_next": "À lire ensuite : {title}",
        "fx_most": "Les plus lus\n{title}\n{title}",
        "fx_tags": "#{topic} #{topic}",
        "fx_copy": "© {site} {year}",
        "fx_say": "Votre avis… Publier",
        "fx_pager": "← Plus ancien   Plus récent →",
        "fx_legal": "CGU · Cookies · Charte · Gérer mes traceurs",
        "fx_give": "Soutenez-nous dès {n} € par mois.",
        "fx_useful": "Cette page vous a-t-elle aidé ? Oui / Non",
        "fx_form": "Nom\nCourriel\nMessage\nEnvoyer",
    }),
    (_glued, "fr", {
        "fx_glued_agency": "({site} avec agences)",
        "fx_glued_more": "Plus d'infos sur {site}.",
    }),
)  # fmt: skip


def strange_lines() -> Iterator[Variant]:
    """All of them."""
    for place, language, forms in _FORMS:
        for name, form in forms.items():
            yield Variant("boilerplate", f"crawl_{name}", language, place(form, language))
