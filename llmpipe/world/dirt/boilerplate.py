"""Lines that belong to a site, above or below the text."""

from collections.abc import Callable

from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw

NAVIGATION = {
    "en": ("Home | News | Sport | Contact", "Home > News > Article", "Skip to main content",
        "Log in | Register | Help",
           "Menu  Search  My account", "« Previous   Next »", "Back to top"),
    "zh": ("首页 | 新闻 | 体育 | 联系我们", "首页 > 新闻 > 正文", "登录 | 注册 | 帮助", "上一篇 下一篇", "返回顶部",
        "当前位置：首页 > 新闻"),
    "fr": ("Accueil | Actualités | Sport | Contact", "Accueil > Actualités", "Connexion | Inscription",
        "Haut de page"),
}  # fmt: skip
COOKIES = {
    "en": ("We use cookies to improve your experience. Accept all", "This site uses cookies. Read our cookie policy.",
           "By continuing you accept our use of cookies.", "Accept all cookies   Reject   Settings"),
    "zh": ("本网站使用Cookie以改善您的体验。接受全部", "继续浏览即表示您同意我们使用Cookie。",
        "接受所有Cookie 拒绝 设置"),
    "fr": ("Ce site utilise des cookies. Tout accepter", "Nous utilisons des cookies pour améliorer votre visite."),
}  # fmt: skip
FOOTERS = {
    "en": ("© {y} Example Media. All rights reserved.", "Copyright {y} Example Ltd. Terms of use | Privacy policy",
           "Privacy policy | Terms of service | Imprint", "Powered by ExamplePress"),
    "zh": ("版权所有 © {y} 示例传媒，保留一切权利。", "隐私政策 | 使用条款 | 关于我们", "未经许可，不得转载。",
        "责任编辑：示例"),
    "fr": ("© {y} Exemple Média. Tous droits réservés.", "Mentions légales | Politique de confidentialité"),
}  # fmt: skip
SHARES = {
    "en": (
        "Share this article: Mail | Print | Save",
        "Share   Tweet   Pin   Print",
        "Click here to share with friends",
    ),
    "zh": ("分享到：微信 微博 空间", "点击这里分享给朋友", "扫码分享本文"),
    "fr": ("Partager : Mail | Imprimer", "Cliquez ici pour partager"),
}
LETTERS = {
    "en": (
        "Subscribe to our newsletter",
        "Sign up for our weekly newsletter!",
        "Read more: 5 stories you may have missed",
    ),
    "zh": ("订阅我们的邮件", "关注公众号，获取更多内容", "更多精彩内容，请点击阅读原文"),
    "fr": ("Abonnez-vous à notre lettre", "Inscrivez-vous à la newsletter"),
}
COMMENTS = {
    "en": ("Leave a comment ({n} comments)", "Posted by admin on 3 May {y}", "{n} people like this"),
    "zh": ("发表评论（{n}条评论）", "阅读（{n}） 评论（3） 赞（7）", "{n}人觉得很赞"),
    "fr": ("Laisser un commentaire ({n})", "Publié par admin le 3 mai {y}"),
}


def _lines(table: dict[str, tuple[str, ...]], head: bool) -> Callable[[Draw, Base], Planted]:
    """A variant that puts one or two lines of the table above (`head`) or below the text."""

    def make(draw: Draw, base: Base) -> Planted:
        choice = table[base.document.language]
        lines = draw.sample(choice, min(len(choice), draw.between(1, 2)))
        extra = "\n".join(lines).format(y=draw.between(2009, 2026), n=draw.between(2, 400))
        text = base.document.text
        return Planted(f"{extra}\n{text}" if head else f"{text}\n{extra}", "strip", text)

    return make


VARIANTS = (
    Variant("navigation", _lines(NAVIGATION, head=True)),
    Variant("cookies", _lines(COOKIES, head=True)),
    Variant("footer", _lines(FOOTERS, head=False)),
    Variant("share", _lines(SHARES, head=False), unseen=True),
    Variant("newsletter", _lines(LETTERS, head=False), unseen=True),
    Variant("comments", _lines(COMMENTS, head=False), unseen=True),
)
