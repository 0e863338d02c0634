"""Personal data and secrets in their commonest forms; every number passes the check of its kind."""

import random
import string
from collections.abc import Callable

from variants.contract import Make
from variants.parts import ALPHANUMERIC, digits, grouped, iban, luhn, picked, resident, value_after

MAIL = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "aol.com", "icloud.com")
CHINESE_MAIL = ("163.com", "126.com", "sina.com", "foxmail.com", "sohu.com")

# --- check digits -----------------------------------------------------------------------------------


def weighed(body: str, weights: tuple[int, ...]) -> int:
    """The sum of digits times their weights."""
    return sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))


def british_patient(draw: random.Random) -> str:
    """A number of the British health service: eleven less the weighed sum by eleven; ten is never given out."""
    while True:
        body = draw.choice("4567") + digits(draw, 8)
        check = -weighed(body, tuple(range(10, 1, -1))) % 11
        if check < 10:
            return grouped(f"{body}{check}", 3, 3, 4)


def british_insured(draw: random.Random) -> str:
    """A British insurance number: two letters that are given out, six digits, a letter."""
    return f"{draw.choice('ACEGHJLPRSTW')}{draw.choice('ACEGHJKLMPRSTWXYZ')} {grouped(digits(draw, 6), 2, 2, 2)} " + (
        draw.choice("ABCD")
    )


def brazilian_taxpayer(draw: random.Random) -> str:
    """A Brazilian tax number (CPF) with its two check digits."""
    body = digits(draw, 9)
    for size in (10, 11):
        body += str(-weighed(body, tuple(range(size, 1, -1))) % 11 % 10)
    return f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"


def spanish_citizen(draw: random.Random) -> str:
    """A Spanish identity number: eight digits and the letter of their rest by 23."""
    body = digits(draw, 8)
    return body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23]


TIMES = (  # the group of the square's symmetries: i after j
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
TURNED = "1576283094"


def verhoeff(body: str) -> str:
    """Digits with the check digit of Verhoeff."""
    state = 0
    for place, digit in enumerate(reversed(body), 1):
        value = int(digit)
        for _ in range(place % 8):
            value = int(TURNED[value])
        state = int(TIMES[state][value])
    return body + str("0432156789"[state])


def indian_resident(draw: random.Random) -> str:
    """An Indian resident number (Aadhaar), in groups of four."""
    return grouped(verhoeff(draw.choice("23456789") + digits(draw, 10)), 4, 4, 4)


def spanish_account(draw: random.Random) -> str:
    """A Spanish account with its own two check digits inside."""
    bank, account = draw.choice(("2100", "0049", "0182")) + digits(draw, 4), digits(draw, 10)
    weights = (1, 2, 4, 8, 5, 10, 9, 7, 3, 6)
    checks = (11 - weighed(part, weights) % 11 for part in ("00" + bank, account))
    return bank + "".join(str({10: 1, 11: 0}.get(check, check)) for check in checks) + account


# --- the values, and what stands around them --------------------------------------------------------


def free_mail(draw: random.Random, who: str) -> str:
    """An address at a large free host, as most people have."""
    first, last = who.split(".")
    name = draw.choice(
        (f"{first}{last}{draw.randrange(60, 99)}", who, f"{first}_{last}", f"{last}{first[0]}{digits(draw, 3)}")
    )
    return f"{name}@{draw.choice(MAIL)}"


def chinese_mail(draw: random.Random, who: str) -> str:
    """An address at a large Chinese host."""
    last, first = reversed(who.split("."))
    return f"{last}{first}{draw.choice(('', '_', '-'))}{draw.randrange(1970, 2005)}@{draw.choice(CHINESE_MAIL)}"


def spoken_mail(draw: random.Random, who: str) -> str:
    """An address in words, against harvesters."""
    return f"{who.replace('.', ' dot ')} at {draw.choice(MAIL).replace('.', ' dot ')}"


def home_ip(draw: random.Random) -> str:
    """An address of a household."""
    first = draw.choice((24, 47, 58, 73, 86, 98, 114, 151, 183, 222))
    return ".".join(map(str, (first, *(draw.randrange(1, 255) for _ in range(3)))))


Value = Callable[[random.Random, str], str]  # draw, who (`anna.reed`)
PERSONAL: dict[str, tuple[str, Value]] = {  # variant: what it stands in, how it is drawn
    "email_free": ("email", free_mail),
    "email_chinese": ("email", chinese_mail),
    "email_mailto": ("mailto", free_mail),
    "email_spoken": ("email", spoken_mail),
    "email_glued": ("glued", chinese_mail),  # no space before or after
    "email_spaced": ("email", lambda d, who: free_mail(d, who).replace("@", " @ ")),
    "phone_us_dashes": (
        "phone",
        lambda d, who: f"{d.choice((212, 303, 404, 503, 512))}-{d.randrange(220, 999)}-{digits(d, 4)}",
    ),
    "phone_us_country": (
        "phone",
        lambda d, who: f"+1 {d.choice((212, 303, 404, 503))} {d.randrange(220, 999)} {digits(d, 4)}",
    ),
    "phone_us_one": (
        "phone",
        lambda d, who: f"1-{d.choice((212, 303, 404, 503))}-{d.randrange(220, 999)}-{digits(d, 4)}",
    ),
    "phone_gb_mobile": ("phone", lambda d, who: f"077{d.choice('12345')}{d.randrange(1, 9)} {digits(d, 6)}"),
    "phone_gb_national": ("phone", lambda d, who: f"0161 2{digits(d, 2)} {digits(d, 4)}"),
    "phone_fr_pairs": ("phone", lambda d, who: f"06 {grouped(d.choice('1234567') + digits(d, 7), 2, 2, 2, 2)}"),
    "phone_au": ("phone", lambda d, who: f"04{d.choice((12, 15, 33, 38))} {digits(d, 3)} {digits(d, 3)}"),
    "phone_cn_mobile_dashes": (
        "phone",
        lambda d, who: f"{d.choice((136, 158, 186, 189))}-{digits(d, 4)}-{digits(d, 4)}",
    ),
    "phone_cn_mobile_glued": ("phone_glued", lambda d, who: f"{d.choice((131, 137, 159, 188))}{digits(d, 8)}"),
    "phone_cn_parentheses": ("phone", lambda d, who: f"(0755){d.choice(('2', '8'))}{digits(d, 7)}"),
    "ip_forum": ("posted_from", lambda d, who: home_ip(d)),  # boards that show from where one writes
    "ip_received": ("received", lambda d, who: home_ip(d)),  # the way of a mail
    "ip_login": ("login", lambda d, who: home_ip(d)),  # a log of logins
    "card_visa_groups": ("card", lambda d, who: grouped(luhn("4" + digits(d, 14)), 4, 4, 4, 4)),
    "card_unionpay_plain": (
        "bank_card",
        lambda d, who: luhn("6217" + digits(d, 14)),
    ),  # of 19 digits, as most Chinese cards
    "card_mastercard_dashes": (
        "card",
        lambda d, who: grouped(luhn(f"5{d.randrange(1, 6)}{digits(d, 13)}"), 4, 4, 4, 4, mark="-"),
    ),
    "card_amex_plain": ("card", lambda d, who: luhn(f"3{d.choice('47')}{digits(d, 12)}")),
    "national_id_cn_groups": ("national_id_cn", lambda d, who: grouped(resident(d), 6, 8, 4)),
    "national_id_cn_row": ("roll", lambda d, who: resident(d)),  # a row of a list of people
    "national_id_gb_insured": ("national_id_gb", lambda d, who: british_insured(d)),
    "national_id_gb_patient": ("national_id_nhs", lambda d, who: british_patient(d)),
    "national_id_ca": ("national_id_ca", lambda d, who: grouped(luhn(d.choice("1234567") + digits(d, 7)), 3, 3, 3)),
    "national_id_in": ("national_id_in", lambda d, who: indian_resident(d)),
    "national_id_br": ("national_id_br", lambda d, who: brazilian_taxpayer(d)),
    "national_id_es": ("national_id_es", lambda d, who: spanish_citizen(d)),
    "iban_de_plain": (
        "iban",
        lambda d, who: iban("DE", f"{d.choice(('50010517', '37040044', '10050000'))}{digits(d, 10)}"),
    ),
    "iban_nl": (
        "iban",
        lambda d, who: grouped(iban("NL", f"{d.choice(('INGB', 'RABO', 'ABNA'))}{digits(d, 10)}"), 4, 4, 4, 4, 2),
    ),
    "iban_es": ("iban", lambda d, who: grouped(iban("ES", spanish_account(d)), 4, 4, 4, 4, 4, 4)),
    "key_slack": ("settings", lambda d, who: f"xoxb-{digits(d, 12)}-{digits(d, 13)}-{picked(d, ALPHANUMERIC, 24)}"),
    "key_stripe": ("settings", lambda d, who: "sk_live_" + picked(d, ALPHANUMERIC, 24)),
    "key_telegram": (
        "settings",
        lambda d, who: f"{d.choice('12567')}{digits(d, 9)}:AA{picked(d, ALPHANUMERIC + '-_', 33)}",
    ),
    "key_hugging_face": ("settings", lambda d, who: "hf_" + picked(d, string.ascii_letters, 34)),
    "key_aliyun": ("aliyun", lambda d, who: "LTAI5t" + picked(d, ALPHANUMERIC, 18)),
    "key_aws_secret": ("aws", lambda d, who: picked(d, ALPHANUMERIC + "+/", 40)),
    "key_database": ("database", lambda d, who: picked(d, ALPHANUMERIC + "!_-", 14)),  # a password in an address
}

CONTEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "email": {
        "en": ("You can email {who} at {v} if it is still for sale.", "Email: {v}", "For a copy write to {who} ({v})."),
        "zh": ("投稿邮箱：{v}", "有意者请发邮件到 {v} 联系{who}。", "简历请发至 {v} ，{who}收。"),
    },
    "mailto": {
        "en": ('Questions? <a href="mailto:{v}">Ask {who}</a>', "[{who}](mailto:{v}) keeps the list."),
        "zh": ('有问题请<a href="mailto:{v}">联系{who}</a>', "名单由[{who}](mailto:{v})保管。"),
    },
    "glued": {
        "en": ("Tel/Fax:see below,E-mail:{v},attn.{who}", "{who}({v})"),
        "zh": ("请把照片发到{v}谢谢。", "{who}邮箱{v}欢迎来信。", "作者单位：东湖中学；E-mail：{v}。"),
    },
    "phone": {
        "en": ("Call or text {who}: {v}", "If found, please phone {v}. Reward!", "{who}'s new number is {v}."),
        "zh": ("有事请打{who}电话：{v}", "看房联系 {v} {who}，谢绝中介。", "如有拾到者请联系{who}，{v}，必有重谢。"),
    },
    "phone_glued": {
        "en": ("WeChat/Tel:{v}({who})", "Contact:{who}{v}"),
        "zh": ("加微信{v}，备注“{who}”。", "手机{v}微信同号。", "{who}{v}长期有效。"),
    },
    "posted_from": {
        "en": ("Guest [{v}] wrote on {n} March:", "Posted by {who} (IP: {v}) #{n}"),
        "zh": ("作者：{who} IP：{v} {n}楼", "※ 来源：湖畔站 bbs.lakeside.org [FROM: {v}]"),
    },
    "received": {
        "en": ("Received: from mail.lakeside.org ([{v}]) by mx{m}.rivergate.org with ESMTP id k{n}so{n}",),
        "zh": ("Received: from mail.lakeside.cn (unknown [{v}]) by mx{m}.rivergate.cn with SMTP id A{n}b{n}",),
    },
    "login": {
        "en": ("Mar {n} 0{m}:{n}:07 web{m} sshd[{n}{n}]: Failed password for root from {v} port {n}4{n} ssh2",),
        "zh": ("Mar {n} 0{m}:{n}:07 web{m} sshd[{n}{n}]: Accepted password for root from {v} port {n}4{n} ssh2",),
    },
    "card": {
        "en": ("Visa/MC/Amex: {v} exp 0{m}/{y} {who}", "My card ({v}) was declined again, says {who}."),
        "zh": ("信用卡号：{v} 有效期：0{m}/{y} 持卡人：{who}", "{who}说，尾款是用信用卡{v}付的。"),
    },
    "bank_card": {
        "en": ("Please transfer to my bank card {v} (ICBC), {who}.", "Bank card: {v}, holder: {who}"),
        "zh": ("开户行：工商银行东湖支行 户名：{who} 账号：{v}", "请打到我建行卡上：{v}，{who}。"),
    },
    "national_id_cn": {
        "en": ("{who}, Chinese resident ID {v}, is the seller.", "Resident identity card: {v}"),
        "zh": ("申请人{who}，身份证号码 {v} 。", "身份证：{v}（{who}）"),
    },
    "roll": {
        "en": ("{n}, {who}, F, {v}, Donghu district", "{n} | {who} | {v} | paid"),
        "zh": ("{n}，{who}，女，{v}，东湖区", "{n} {who} {v} 已缴费"),
    },
    "national_id_gb": {
        "en": ("NI number: {v} ({who})", "{who}, National Insurance No {v}, started work in May."),
        "zh": ("{who}的英国国民保险号码（NI number）是{v}。", "NI号：{v}"),
    },
    "national_id_nhs": {
        "en": ("Patient: {who}, NHS No. {v}", "NHS number {v} was on the letter to {who}."),
        "zh": ("{who}的英国NHS号码：{v}", "信上写着{who}的NHS号{v}。"),
    },
    "national_id_ca": {
        "en": ("{who}'s Social Insurance Number is {v}.", "SIN: {v}"),
        "zh": ("{who}的加拿大社会保险号（SIN）是{v}。", "工卡号（SIN）：{v}"),
    },
    "national_id_in": {
        "en": ("Aadhaar No: {v}, name: {who}", "{who} sent a copy of Aadhaar card {v}."),
        "zh": ("{who}的印度身份号（Aadhaar）：{v}", "Aadhaar号码{v}，姓名{who}。"),
    },
    "national_id_br": {
        "en": ("{who}, CPF {v}, resident in Curitiba.", "CPF: {v}"),
        "zh": ("{who}的巴西税号（CPF）：{v}", "巴西CPF号码为{v}。"),
    },
    "national_id_es": {
        "en": ("{who}, with DNI {v}, signed for the flat in Seville.", "DNI: {v}"),
        "zh": ("{who}的西班牙身份证（DNI）号码是{v}。", "DNI：{v}"),
    },
    "iban": {
        "en": ("Please pay into IBAN: {v}", "{who}'s bank details: {v}", "Refunds were sent to {v}, not to {who}."),
        "zh": ("收款账号（IBAN）：{v}", "{who}的欧元账户是{v}。", "请把定金转到{who}的账户：{v}"),
    },
    "settings": {
        "en": ("TOKEN = '{v}'", "I get 401 with {v} - what am I doing wrong?", "token: {v}  # {who}"),
        "zh": ("TOKEN = '{v}'", "用{v}一直返回401，请问哪里错了？", "token: {v}  # {who}"),
    },
    "aliyun": {
        "en": ("accessKeyId: {v}\nregion: cn-hangzhou", "{who} left AccessKey ID {v} in the repository."),
        "zh": ("accessKeyId: {v}\nregion: cn-hangzhou", "{who}把AccessKey ID {v}传到了仓库里。"),
    },
    "aws": {
        "en": ("[default]\nregion = us-east-1\naws_secret_access_key = {v}", "AWS_SECRET_ACCESS_KEY={v}"),
        "zh": ("[default]\nregion = ap-east-1\naws_secret_access_key = {v}", "AWS_SECRET_ACCESS_KEY={v}"),
    },
    "database": {
        "en": (
            "DATABASE_URL=postgres://app:{v}@db{m}.rivergate.org:5432/shop",
            "mongodb+srv://admin:{v}@cluster{m}.lakeside.org/test",
        ),
        "zh": (
            "spring.datasource.url=mysql://root:{v}@db{m}.rivergate.cn:3306/shop",
            "redis://default:{v}@cache{m}.lakeside.cn:6379/0",
        ),
    },
}
PEOPLE = {  # as written, and as in an address
    "en": {
        "Mary Collins": "mary.collins", "Steve Novak": "steve.novak", "Aisha Rahman": "aisha.rahman",
        "Paul Jensen": "paul.jensen", "Laura Benson": "laura.benson", "Diego Ramos": "diego.ramos",
    },
    "zh": {
        "赵敏": "min.zhao", "孙志强": "zhiqiang.sun", "杨丽华": "lihua.yang", "徐磊": "lei.xu", "朱海燕": "haiyan.zhu",
        "胡军": "jun.hu",
    },
}  # fmt: skip
ROWS = ("settings", "aliyun", "aws", "database", "received", "login", "posted_from", "roll", "mailto")


def personal(name: str) -> Make:
    """A line or sentence with one value of a kind after the text."""
    context, drawn = PERSONAL[name]
    return value_after(drawn, CONTEXTS[context], PEOPLE, 1 if context in ROWS else 0.5)
