"""Personal data: only numbers and domains that are reserved for examples."""

from collections.abc import Callable

from llmpipe.world.dirt.planted import Base, Planted, Variant
from llmpipe.world.draws import Draw


def luhn_digit(digits: str) -> str:
    """The check digit that makes `digits` + it valid (ISO/IEC 7812)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def resident_id_digit(digits: str) -> str:
    """The check character of the first 17 digits of a Chinese resident identity number (GB 11643-1999)."""
    return "10X98765432"[sum(int(digit) * 2 ** (17 - position) for position, digit in enumerate(digits)) % 11]


def iban_digits(country: str, account: str) -> str:
    """The two check digits of an IBAN (ISO 13616)."""
    number = "".join(str(int(character, 36)) for character in f"{account}{country}00")
    return f"{98 - int(number) % 97:02d}"


def _digits(draw: Draw, count: int) -> str:
    return "".join(str(draw.below(10)) for _ in range(count))


def _email(draw: Draw) -> str:
    user = draw.choice(("info", "office", "anna.b", "li.lei", "post", "j_doe")) + _digits(draw, 2)
    return f"{user}@{draw.choice(('example.com', 'example.org', 'mail.example.net', 'shop.test'))}"


def _phone_us(draw: Draw) -> str:
    area, line = draw.choice(("202", "303", "415", "612")), f"555-01{_digits(draw, 2)}"
    return draw.choice((f"+1 {area}-{line}", f"({area}) {line}", f"{area}-{line}", f"+1-{area}-{line}"))


def _phone_zh(draw: Draw) -> str:
    """A mobile number in a block that is not allocated."""
    number = draw.choice(("161", "163", "164", "168")) + _digits(draw, 8)
    return draw.choice(
        (
            number,
            f"{number[:3]}-{number[3:7]}-{number[7:]}",
            f"+86 {number}",
            f"{number[:3]} {number[3:7]} {number[7:]}",
        )
    )


def _phone_fr(draw: Draw) -> str:
    """The range 01 99 00 is kept free for fiction (ARCEP)."""
    pairs = (_digits(draw, 2), _digits(draw, 2))
    return draw.choice(
        (f"01 99 00 {pairs[0]} {pairs[1]}", f"+33 1 99 00 {pairs[0]} {pairs[1]}", f"01.99.00.{pairs[0]}.{pairs[1]}")
    )


def _ip(draw: Draw) -> str:
    """Documentation ranges (RFC 5737)."""
    return f"{draw.choice(('192.0.2', '198.51.100', '203.0.113'))}.{draw.between(1, 254)}"


def _ipv6(draw: Draw) -> str:
    """Documentation range (RFC 3849)."""
    return f"2001:db8:{draw.below(65535):x}::{draw.between(1, 65535):x}"


def _card(draw: Draw) -> str:
    """A number with a valid check digit below a test prefix."""
    start = draw.choice(("400000", "424242", "555555")) + _digits(draw, 9)
    number = start + luhn_digit(start)
    separator = draw.choice(("", " ", "-"))
    return separator.join(number[i : i + 4] for i in range(0, 16, 4))


def _resident_id(draw: Draw) -> str:
    """Region 99 does not exist."""
    birth = f"{draw.between(1950, 2005)}{draw.between(1, 12):02d}{draw.between(1, 28):02d}"
    start = f"99{_digits(draw, 4)}{birth}{_digits(draw, 3)}"
    return start + resident_id_digit(start)


def _iban(draw: Draw) -> str:
    """A British account at the bank TEST."""
    account = "TEST" + _digits(draw, 14)
    number = f"GB{iban_digits('GB', account)}{account}"
    return number if draw.chance(50) else " ".join(number[i : i + 4] for i in range(0, len(number), 4))


CONTEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "mail": {
        "en": ("Write to {v} for more.", "Contact: {v}", "My address is {v}."),
        "zh": ("请写信到{v}。", "邮箱：{v}", "有事请联系{v}，谢谢。"),
        "fr": ("Écrivez à {v}.", "Contact : {v}"),
    },
    "phone": {
        "en": ("Call {v} today.", "Phone: {v}", "The number is {v}, ask for me."),
        "zh": ("电话：{v}", "请打{v}。", "我的手机是{v}，随时可以打。"),
        "fr": ("Appelez le {v}.", "Tél. : {v}"),
    },
    "ip": {
        "en": ("The server is at {v}.", "Login from {v} was seen."),
        "zh": ("服务器地址是{v}。", "来自{v}的登录。"),
        "fr": ("Le serveur est {v}.",),
    },
    "card": {
        "en": ("Card number {v}.", "Paid with {v} in May."),
        "zh": ("卡号：{v}", "用{v}付了钱。"),
        "fr": ("Carte : {v}.",),
    },
    "id": {"en": ("Identity number {v}.",), "zh": ("身份证号：{v}", "身份证{v}已经登记。"), "fr": ("Pièce : {v}.",)},
    "iban": {
        "en": ("Account {v}.", "Please pay to {v}."),
        "zh": ("账号：{v}", "请付到{v}。"),
        "fr": ("Compte : {v}.",),
    },
}


def _personal(context: str, value: Callable[[Draw], str]) -> Callable[[Draw, Base], Planted]:
    """A variant that adds a sentence with personal data before or after the text, or between two lines."""

    def make(draw: Draw, base: Base) -> Planted:
        secret = value(draw)
        sentence = draw.choice(CONTEXTS[context][base.document.language]).format(v=secret)
        lines = base.document.text.split("\n")
        lines.insert(draw.below(len(lines) + 1), sentence)
        text = "\n".join(lines)
        start = text.index(sentence) + sentence.index(secret)
        return Planted(text, "redact", base.document.text, ((start, start + len(secret), secret),))

    return make


VARIANTS = (
    Variant("email", _personal("mail", _email)),
    Variant("phone_us", _personal("phone", _phone_us), languages=("en",)),
    Variant("phone_zh", _personal("phone", _phone_zh), languages=("zh",)),
    Variant("ip", _personal("ip", _ip)),
    Variant("card", _personal("card", _card)),
    Variant("national_id", _personal("id", _resident_id), languages=("zh",)),
    Variant("iban", _personal("iban", _iban)),
    Variant("phone_fr", _personal("phone", _phone_fr), unseen=True, languages=("fr",)),
    Variant("ipv6", _personal("ip", _ipv6), unseen=True),
)
