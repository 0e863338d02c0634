"""Personal data and secrets as people and machines write them; every number passes the check of its kind."""

import base64
import json
import random
import string
import zlib
from collections.abc import Callable

from variants.contract import Make
from variants.parts import ALPHANUMERIC, digits, grouped, iban, luhn, picked, resident, value_after

HOSTS = ("eastmere-library.org", "harrowvalley.net", "rivergate.co.uk", "lindenhof-praxis.de", "donghu-school.cn")


# --- check digits -----------------------------------------------------------------------------------


def french_account(draw: random.Random) -> str:
    """A French account with its own key (RIB) inside."""
    bank, branch, account = digits(draw, 5), digits(draw, 5), digits(draw, 11)
    return f"{bank}{branch}{account}{97 - (89 * int(bank) + 15 * int(branch) + 3 * int(account)) % 97:02}"


def social_security(draw: random.Random) -> str:
    """A US social security number that may have been given out, with spaces."""
    return f"{draw.randrange(101, 600)} {draw.randrange(10, 99)} {draw.randrange(1000, 9999)}"


def french_person(draw: random.Random) -> str:
    """A French social security number with its key, 97 less the rest of the number by 97."""
    born = f"{draw.choice('12')}{draw.randrange(100):02}{draw.randrange(1, 13):02}"
    place = f"{draw.choice((*range(1, 20), *range(21, 96))):02}{draw.randrange(1, 400):03}"
    body = f"{born}{place}{draw.randrange(1, 999):03}"
    return f"{body}{97 - int(body) % 97:02}"


def german_taxpayer(draw: random.Random) -> str:
    """A German tax number: ten digits of which one comes twice, and their check digit (ISO 7064, mod 11,10)."""
    while True:
        chosen = draw.sample("0123456789", 9)
        body = [*chosen, draw.choice(chosen)]
        draw.shuffle(body)
        if body[0] != "0":
            break
    rest = 10
    for digit in body:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return "".join(body) + str((11 - rest) % 10)


def github_token(draw: random.Random) -> str:
    """A personal token: thirty letters and their CRC-32 in base 62, in six letters."""
    body = picked(draw, ALPHANUMERIC, 30)
    rest, check = zlib.crc32(body.encode()), ""
    for _ in range(6):
        rest, place = divmod(rest, 62)
        check = ALPHANUMERIC[place] + check
    return f"ghp_{body}{check}"


def web_token(draw: random.Random, who: str) -> str:
    """A signed JSON token (RFC 7519)."""

    def encoded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    claims = {"sub": digits(draw, 10), "name": who, "iat": draw.randrange(1_500_000_000, 1_700_000_000)}
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return ".".join((*map(encoded, parts), encoded(draw.randbytes(32))))


def private_key(draw: random.Random) -> str:
    """An Ed25519 key in PKCS #8 (RFC 8410), which any library reads."""
    body = base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + draw.randbytes(32)).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"


# --- the values, and what stands around them --------------------------------------------------------


def address(draw: random.Random, who: str) -> str:
    """An address of a person (`anna.reed`) at a small organisation."""
    first, last = who.split(".")
    name = draw.choice((who, f"{first[0]}{last}", f"{last}_{first}{draw.randrange(60, 99)}"))
    return f"{name}@{draw.choice(HOSTS)}"


def public_ip(draw: random.Random) -> str:
    """An address of the public internet."""
    first = draw.choice((62, 77, 81, 88, 93, 109, 121, 178, 203, 218))
    return ".".join(map(str, (first, *(draw.randrange(1, 255) for _ in range(3)))))


def public_ip6(draw: random.Random) -> str:
    """An address of a home connection, all eight groups written."""
    return ":".join(("2a02", "8108", *(f"{draw.randrange(4096, 65536):x}" for _ in range(6))))


def studio(draw: random.Random, who: str) -> str:
    """An address under one of the newer top-level domains."""
    return f"{draw.choice(('hello', 'studio', 'booking'))}@{who.replace('.', '-')}{draw.randrange(9)}.photography"


Value = Callable[[random.Random, str], str]  # draw, who (`anna.reed`)
PERSONAL: dict[str, tuple[str, Value]] = {  # variant: what it stands in, how it is drawn
    "email_person": ("email", address),
    "email_angle": ("mail_header", address),  # in the header of an archived mail
    "email_number": ("email", lambda d, who: f"{d.randrange(2, 9)}{digits(d, 8)}@qq.com"),  # the usual Chinese form
    "email_new_domain": ("email", studio),
    "email_parentheses": ("email", lambda d, who: f"{who}(at){d.choice(HOSTS)}"),  # imprints
    "phone_us_parentheses": ("phone", lambda d, who: f"({d.choice((415, 312, 617, 206))}) 555-01{digits(d, 2)}"),
    "phone_de_zero": ("phone", lambda d, who: f"+49 (0)30 23125 {digits(d, 3)}"),
    "phone_double_zero": ("phone", lambda d, who: f"0049 30 23125{digits(d, 3)}"),  # as dialled from abroad
    "phone_in": ("phone", lambda d, who: f"+91 98{digits(d, 3)} {digits(d, 5)}"),
    "phone_jp": ("phone", lambda d, who: f"+81 3-{d.choice('3456')}{digits(d, 3)}-{digits(d, 4)}"),
    "phone_cn_mobile": ("phone", lambda d, who: f"15{d.choice('01235')}{digits(d, 8)}"),  # classified advertisements
    "phone_cn_country": ("phone", lambda d, who: f"+86-139-{digits(d, 4)}-{digits(d, 4)}"),
    "phone_cn_area": ("phone", lambda d, who: f"0571-8{digits(d, 7)}"),
    "ip_log": ("log", lambda d, who: public_ip(d)),  # the log of a web server
    "ip_signature": ("ip", lambda d, who: public_ip(d)),  # unsigned remarks in wikis, posts of guests in forums
    "ip6_full": ("ip", lambda d, who: public_ip6(d)),
    "card_mastercard": ("card", lambda d, who: grouped(luhn(f"5{d.randrange(1, 6)}{digits(d, 13)}"), 4, 4, 4, 4)),
    "card_visa_plain": ("card", lambda d, who: luhn("4" + digits(d, 14))),
    "card_unionpay": ("card", lambda d, who: grouped(luhn("6222" + digits(d, 14)), 4, 4, 4, 4, 3)),
    "national_id_cn_provinces": ("national_id_cn", lambda d, who: resident(d)),
    "national_id_us_spaces": ("national_id_us", lambda d, who: social_security(d)),
    "national_id_fr": ("national_id_fr", lambda d, who: grouped(french_person(d), 1, 2, 2, 2, 3, 3, 2)),
    "national_id_de": ("national_id_de", lambda d, who: grouped(german_taxpayer(d), 2, 3, 3, 3)),
    "iban_fr": ("iban", lambda d, who: grouped(iban("FR", french_account(d)), 4, 4, 4, 4, 4, 4, 3)),
    "iban_gb": ("iban", lambda d, who: iban("GB", f"{d.choice(('BARC', 'NWBK', 'LOYD'))}{digits(d, 14)}")),
    "iban_ch": ("iban", lambda d, who: grouped(iban("CH", "00" + digits(d, 15)), 4, 4, 4, 4, 4, 1)),
    "key_aws": ("settings", lambda d, who: "AKIA" + picked(d, string.ascii_uppercase + "234567", 16)),
    "key_github": ("settings", lambda d, who: github_token(d)),
    "key_google": ("settings", lambda d, who: "AIzaSy" + picked(d, ALPHANUMERIC + "-_", 33)),
    "key_openai": ("settings", lambda d, who: "sk-" + picked(d, ALPHANUMERIC, 48)),
    "key_web_token": ("token", web_token),
    "key_private": ("block", lambda d, who: private_key(d)),
}  # fmt: skip

CONTEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "email": {
        "en": (
            "Contact: {who}, {v}, Monday to Friday.",
            "If you have photos of that day, send them to {v} and {who} will add them.",
            "{who} runs the group now and can be reached at {v}.",
        ),
        "zh": (
            "联系人：{who}，邮箱：{v}。",
            "有当天照片的朋友请发到{v}，{who}会整理。",
            "稿件请寄{v}，注明“{who}收”。",
        ),
    },
    "mail_header": {
        "en": (
            'From: "{who}" <{v}>\nSubject: Re: the old photographs',
            "{who} <{v}> wrote to the list again last week.",
        ),
        "zh": ("发件人：{who} <{v}>\n主题：回复：老照片", "{who} <{v}> 上周又给大家写了信。"),
    },
    "phone": {
        "en": (
            "For the keys ring {who} on {v}.",
            "{who}, {v} (evenings only)",
            "Flat to let near the station, no agents, tel. {v}, ask for {who}.",
        ),
        "zh": ("房屋出租，近车站，非中介，电话{v}，{who}。", "报名请联系{who}，电话{v}。", "有意者请拨打{v}找{who}。"),
    },
    "ip": {
        "en": (
            "Unsigned comment added by {v} at 09:{n}, 4 May.",
            "The guest who wrote this came from {v}, says {who}.",
            "{who} blocked {v} after the third attempt.",
        ),
        "zh": ("未签名的留言由{v}于5月4日09:{n}添加。", "{who}说，发帖的游客来自{v}。", "第三次之后，{who}封禁了{v}。"),
    },
    "log": {
        "en": ('{v} - - [{n}/Mar/201{m}:0{m}:{n}:{n} +0000] "GET /post/{n}{m}.html HTTP/1.1" 200 5{n}{m}',),
        "zh": ('{v} - - [{n}/Mar/201{m}:0{m}:{n}:{n} +0800] "GET /post/{n}{m}.html HTTP/1.1" 200 5{n}{m}',),
    },
    "card": {
        "en": (
            "Card holder {who}, card {v}, valid to 0{m}/{y}.",
            "{who} was charged twice on {v} and wants the money back.",
            "I paid with {v}, {who}, please confirm.",
        ),
        "zh": (
            "持卡人{who}，卡号{v}，有效期0{m}/{y}。",
            "{who}的卡{v}被扣了两次款，要求退款。",
            "请把押金退到{v}，户名{who}。",
        ),
    },
    "national_id_cn": {
        "en": ("{who}, holder of Chinese ID card no. {v}, signed the lease.", "Name: {who}; ID No.: {v}"),
        "zh": ("乙方：{who}，身份证号{v}。", "姓名：{who} 证件号码：{v}", "{who}（公民身份号码{v}）于当日签字。"),
    },
    "national_id_us": {
        "en": ("Applicant {who}, SSN {v}, lives at the address above.", "{who}'s Social Security No. is {v}."),
        "zh": ("申请人{who}，美国社会安全号（SSN）{v}。", "{who}的SSN是{v}。"),
    },
    "national_id_fr": {
        "en": (
            "{who} gave the French social security number {v} on the form.",
            "Numéro de sécurité sociale of {who}: {v}",
        ),
        "zh": ("{who}的法国社会保险号：{v}。", "表上写着{who}的法国社保号{v}。"),
    },
    "national_id_de": {
        "en": ("{who}'s German tax ID (Steuer-ID) is {v}.", "Steueridentifikationsnummer: {v} ({who})"),
        "zh": ("{who}的德国税号（Steuer-ID）：{v}。", "德国税务识别号{v}，姓名{who}。"),
    },
    "iban": {
        "en": (
            "Account holder {who}, IBAN {v}.",
            "Donations for the roof go to {v} ({who}).",
            "{who} asked that the rent be sent to {v}.",
        ),
        "zh": ("户名{who}，IBAN {v}。", "修屋顶的捐款请汇至{v}（{who}）。", "{who}让把房租汇到{v}。"),
    },
    "settings": {
        "en": (
            'api_key = "{v}"  # {who}, do not commit',
            "export API_TOKEN={v}",
            "The script failed with 403 although {who} set the key to {v}.",
        ),
        "zh": ('api_key = "{v}"  # {who}的，不要提交', "export API_TOKEN={v}", "{who}把密钥设成{v}，脚本还是报403。"),
    },
    "token": {
        "en": (
            "curl -H 'Authorization: Bearer {v}' https://api.harrowvalley.net/v1/items",
            "The header that {who} sends is Authorization: Bearer {v}",
        ),
        "zh": (
            "curl -H 'Authorization: Bearer {v}' https://api.donghu-school.cn/v1/items",
            "{who}发送的请求头是 Authorization: Bearer {v}",
        ),
    },
    "block": {
        "en": ("{who} pasted the whole file:\n{v}", "My server.key looks like this, is that right?\n{v}"),
        "zh": ("{who}把整个文件贴了出来：\n{v}", "我的server.key是这样的，对吗？\n{v}"),
    },
}
PEOPLE = {  # as written, and as in an address
    "en": {
        "Anna Reed": "anna.reed", "Bola Okafor": "bola.okafor", "Carlos Silva": "carlos.silva",
        "Grace Byrne": "grace.byrne",
        "Hiro Tanaka": "hiro.tanaka", "Ines Moreau": "ines.moreau",
        "Jonas Keller": "jonas.keller", "Kavya Nair": "kavya.nair",
    },
    "zh": {
        "张丽": "li.zhang", "李伟明": "weiming.li", "王芳": "fang.wang", "陈建国": "jianguo.chen", "刘洋": "yang.liu",
        "黄小梅": "xiaomei.huang", "周强": "qiang.zhou", "吴敏": "min.wu",
    },
}  # fmt: skip


OWN_LINES = ("log", "settings", "token", "mail_header", "block")  # what is never within a paragraph


def personal(name: str) -> Make:
    """A line or sentence with one value of a kind after the text, as an advertisement, a form or a log has it."""
    context, drawn = PERSONAL[name]
    return value_after(drawn, CONTEXTS[context], PEOPLE, 1 if context in OWN_LINES else 0.4)
