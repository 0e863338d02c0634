"""
Personal data measured: false alarms on clean text, recall on numbers made by others' code, speed.

`python bench/pii.py [--quick] [--samples N] [--data DIR]` prints tables and, last, a JSON line. The numbers to be found
come from the examples of python-stdnum and phonenumbers, whose forms the rules were not made from; addresses, cards and
secrets come from the generators below, which know no rule either but were written by the same people.
"""

import argparse
import importlib
import ipaddress
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import phonenumbers
from stdnum import iban, luhn

from llmpipe.corpus import pii
from llmpipe.corpus.ledger import proportion

DATA = Path(__file__).parents[2] / "shared/data"
CLEAN = ("lm_*", "qa_*", "cls_*", "dlg_*", "sum_*", "mt_*", "ner_*")
# The modules of python-stdnum for numbers of persons; which of them have a rule of ours is not asked
PERSONS = {
    "be": ["nn"], "bg": ["egn"], "br": ["cpf"], "ca": ["sin"], "ch": ["ssn"], "cl": ["rut"], "cn": ["ric"],
    "cz": ["rc"], "de": ["idnr"], "dk": ["cpr"], "do": ["cedula"], "ec": ["ci"], "ee": ["ik"], "es": ["dni", "nie"],
    "fi": ["hetu"], "fr": ["nif", "nir"], "gb": ["nhs"], "gr": ["amka"], "hr": ["oib"], "id": ["nik"], "ie": ["pps"],
    "il": ["idnr"], "in_": ["aadhaar", "pan"], "is_": ["kennitala"], "it": ["codicefiscale"], "jp": ["in_"],
    "kr": ["rrn"], "lt": ["asmens"], "mx": ["curp"], "my": ["nric"], "nl": ["bsn"], "no": ["fodselsnummer"],
    "pk": ["cnic"], "pl": ["pesel"], "pt": ["cc", "nif"], "ro": ["cnp"], "se": ["personnummer"], "th": ["pin"],
    "tr": ["tckimlik"], "us": ["itin", "ssn"], "za": ["idnr"],
}  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument("--quick", action="store_true", help="a tenth of the text, a tenth of the numbers")
    parser.add_argument("--samples", type=int, default=8, help="false alarms shown for each kind")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the open test data")
    options = parser.parse_args()
    result: dict[str, object] = {"recall": recall(10 if options.quick else 100)}
    texts = {} if not options.data.is_dir() else dict(read(options.data, 10 if options.quick else 1))
    if texts:
        result["per_mb"] = false_alarms(texts, options.samples)
        result["mb_per_s"] = speed(texts)
    else:
        print(f"SKIPPED: no clean text in {options.data}, so false alarms and speed are not measured", file=sys.stderr)
    print(json.dumps(result, sort_keys=True))


# --- clean text ---------------------------------------------------------------------------------------


def read(folder: Path, every: int) -> Iterator[tuple[str, list[str]]]:
    """Name of a data set and its texts: all strings of every n-th record, ids aside."""
    for path in sorted(path for pattern in CLEAN for path in folder.glob(pattern)):
        texts: list[str] = []
        for file in sorted(path.glob("*.jsonl")):
            lines = file.read_text("utf-8").split("\n")
            texts += ["\n".join(strings(json.loads(line))) for line in lines[::every] if line]
        yield path.name, texts


def strings(value: object) -> Iterator[str]:
    """All texts inside a JSON value, those named `id` and `url` aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("id", "url"):
                yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def size(texts: list[str]) -> float:
    """Megabytes of UTF-8."""
    return sum(len(text.encode()) for text in texts) / 1e6


def false_alarms(texts: dict[str, list[str]], samples: int) -> dict[str, float]:
    """Hits in text that is clean, per megabyte: some of them are real numbers that stand in an encyclopaedia."""
    counts: Counter[tuple[str, str]] = Counter()
    shown: dict[str, list[str]] = defaultdict(list)
    for name, members in texts.items():
        for text in members:
            for item in pii.find(text):
                counts[name, item.kind] += 1
                around = text[max(0, item.start - 30) : item.start], text[item.end : item.end + 15]
                shown[item.kind].append(
                    f"{name} {item.form}: {around[0]}>>>{text[item.start : item.end][:80]}<<<{around[1]}".replace(
                        "\n", " "
                    )
                )
    total = sum(map(size, texts.values()))
    per_mb = {kind: sum(n for (_, k), n in counts.items() if k == kind) / total for kind in pii.KINDS}
    print(f"Hits on {total:.1f} MB of clean text")
    for kind in pii.KINDS:
        sets = {name: n for (name, k), n in counts.items() if k == kind}
        print(f"{kind:12} {per_mb[kind]:7.3f} per MB  {sets}")
        for line in random.Random(1).sample(shown[kind], min(samples, len(shown[kind]))):
            print("    ", line)
    return per_mb


def speed(texts: dict[str, list[str]]) -> dict[str, float]:
    """Megabytes per second, English and Chinese, best of three."""
    result = {}
    for language, pattern in (("en", r"lm_enwiki|lm_wiki|qa_squad|.*_en$"), ("zh", r".*zh")):
        members = [text for name, found in texts.items() if re.match(pattern, name) for text in found]
        best = min(elapsed(members) for _ in range(3))
        result[language] = round(size(members) / best, 1)
        print(f"{language}: {result[language]} MB/s of {size(members):.1f} MB")
    return result


def elapsed(texts: list[str]) -> float:
    """Seconds that finding takes."""
    start = time.perf_counter()
    for text in texts:
        pii.find(text)
    return time.perf_counter() - start


# --- recall -------------------------------------------------------------------------------------------


def recall(count: int) -> dict[str, object]:
    """Share of made values that are found whole, as their kind, in a sentence; with 95 % intervals."""
    rows: dict[str, list[bool]] = defaultdict(list)
    missed: dict[str, list[str]] = defaultdict(list)
    for row, kind, sentence, value in cases(count, random.Random(1)):
        found = kind in kinds_of(sentence, value)
        rows[row].append(found)
        if not found:
            missed[row].append(value)
    shares = {row: proportion(sum(found), len(found)) for row, found in rows.items()}
    print(f"{'':44} recall [95 %]")
    for row, share in shares.items():
        line = f"{row:44} {share['value']:.3f} [{share['low']:.3f}, {share['high']:.3f}] of {share['n']}"
        print(line, "" if not missed[row] else f"  missed {missed[row][:3]}")
    return {row: [round(share[name], 4) for name in ("value", "low", "high")] for row, share in shares.items()}


def kinds_of(sentence: str, value: str) -> set[str]:
    """Kinds found that cover all letters and digits of a value."""
    start = sentence.index(value)
    core = re.search(r"\w.*\w", value, re.DOTALL)
    assert core is not None
    return {
        item.kind
        for item in pii.find(sentence)
        if item.start <= start + core.start() and item.end >= start + core.end()
    }


def cases(count: int, rng: random.Random) -> Iterator[tuple[str, str, str, str]]:
    """Row of the table, kind, sentence and the value in it."""
    yield from telephone_cases()
    for country, modules in PERSONS.items():
        for module in modules:
            yield from person_cases(f"{country}.{module}", count // 10, rng)
    for row, kind, make in (
        ("iban", "iban", make_iban),
        ("card", "card", make_card),
        ("email", "email", make_email),
        ("ip v4", "ip", lambda rng: str(ipaddress.IPv4Address(rng.randrange(2**24, 2**32 - 2**29)))),
        ("ip v6", "ip", lambda rng: str(ipaddress.IPv6Address((0x2001 << 112) + rng.getrandbits(112)))),
        *((f"secret {name}", "secret", make) for name, make in SECRETS.items()),
    ):
        for _ in range(count * 5 if row in ("iban", "card") else count):
            value = make(rng)
            yield row, kind, rng.choice(("It is {} now.", "那是{}。", "{}", "see ({})")).format(value), value
    for name, sentence in ASSIGNED.items():
        for _ in range(count):
            value = "".join(rng.choices(ALNUM, k=rng.choice((20, 32, 40))))
            yield f"secret {name}", "secret", sentence.format(value), value


def telephone_cases() -> Iterator[tuple[str, str, str, str]]:
    """The example numbers of all regions, as the library writes them."""
    types = phonenumbers.PhoneNumberType
    formats = phonenumbers.PhoneNumberFormat
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in (types.FIXED_LINE, types.MOBILE):
            number = phonenumbers.example_number_for_type(region, kind)
            if number is None:
                continue
            written = {style: phonenumbers.format_number(number, style) for style in (0, 1, 2)}
            yield "phone +E164", "phone", f"Reach me at {written[formats.E164]}.", written[formats.E164]
            yield (
                "phone +international",
                "phone",
                f"我的号码是{written[formats.INTERNATIONAL]}，谢谢",
                written[formats.INTERNATIONAL],
            )
            yield "phone national after Tel", "phone", f"Tel: {written[formats.NATIONAL]}", written[formats.NATIONAL]
            if region in ("US", "CN", "FR"):
                yield (
                    f"phone national {region}",
                    "phone",
                    f"Write or {written[formats.NATIONAL]}",
                    written[formats.NATIONAL],
                )


def person_cases(name: str, count: int, rng: random.Random) -> Iterator[tuple[str, str, str, str]]:
    """The first example of a module of stdnum and numbers made from it, behind the name that the module gives it."""
    module = importlib.import_module(f"stdnum.{name}")
    title = module.__doc__.strip().split("\n")[0].rstrip(".")
    titles = (title, title.split(" (")[0])
    example = next(
        number
        for number in re.findall(r">>> (?:validate|compact)\('([^']+)'", module.__doc__)
        if module.is_valid(number)
    )
    write: Callable[[str], str] = getattr(module, "format", str)
    made = {example}
    for _ in range(20000):
        if len(made) > count:
            break
        number = "".join(rng.choice("0123456789") if c.isdigit() else c for c in example)
        try:
            made |= {number} if module.is_valid(number) else set()
        except KeyError:  # python-stdnum 2.2 raises it for Chinese regions that it does not know
            continue
    for number in sorted(made):
        for value in dict.fromkeys((number, write(number))):
            yield f"national_id {name}", "national_id", f"{rng.choice(titles)}: {value}", value


def make_iban(rng: random.Random) -> str:
    """An account of any country of stdnum's registry, in groups or not."""
    from stdnum import numdb

    registry = numdb.get("iban")
    prefixes = [p for p in (f"{a}{b}" for a in LETTERS for b in LETTERS) if registry.info(f"{p}00")[0][1]]
    country = rng.choice(prefixes)
    structure = registry.info(f"{country}00")[0][1]["bban"]
    letters = {"n": "0123456789", "a": LETTERS, "c": LETTERS + "0123456789"}
    body = "".join(
        "".join(rng.choices(letters[kind], k=int(length))) for length, kind in re.findall(r"(\d+)!([nac])", structure)
    )
    number = f"{country}{iban.calc_check_digits(f'{country}00{body}')}{body}"
    return iban.format(number) if rng.random() < 0.5 else number


def make_card(rng: random.Random) -> str:
    """Visa, Mastercard, American Express, Discover, JCB, UnionPay."""
    start, length = rng.choice(
        (("4", 16), ("51", 16), ("2221", 16), ("34", 15), ("6011", 16), ("3530", 16), ("62", 16), ("62", 19))
    )
    digits = start + "".join(rng.choices("0123456789", k=length - len(start) - 1))
    number = digits + luhn.calc_check_digit(digits)
    groups = re.findall(r"\d{4}|\d+", number) if length != 15 else [number[:4], number[4:10], number[10:]]
    return rng.choice(("", " ", "-")).join(groups)


def make_email(rng: random.Random) -> str:
    """Names, numbers and words, at domains of one to three labels."""
    names = ("mia", "j.smith", "li_wei", "x+news", "o-neil", "ANNA", "user%x", "1234567")
    hosts = ("mail.ru", "example.co.uk", "a-b.io", "uni-x.edu.cn", "163.com", "sub.dom.example.museum")
    return f"{rng.choice(names)}{rng.choice(('', '7', '1988'))}@{rng.choice(hosts)}"


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALNUM = LETTERS + LETTERS.lower() + "0123456789"


def token(prefix: str, alphabet: str, length: int) -> Callable[[random.Random], str]:
    """A maker of tokens."""
    return lambda rng: prefix + "".join(rng.choices(alphabet, k=length))


SECRETS = {
    "AWS": token("AKIA", LETTERS + "234567", 16),
    "GitHub": token("ghp_", ALNUM, 36),
    "GitHub fine": token("github_pat_11", ALNUM, 80),
    "GitLab": token("glpat-", ALNUM, 20),
    "Slack": lambda rng: f"xoxb-{rng.randrange(10**11, 10**12)}-{token('', ALNUM, 24)(rng)}",
    "Stripe": token("sk_live_", ALNUM, 24),
    "Google": token("AIza", ALNUM + "_-", 35),
    "OpenAI": token("sk-proj-", ALNUM, 48),
    "Hugging Face": token("hf_", ALNUM, 34),
    "npm": token("npm_", ALNUM, 36),
}
ASSIGNED = {
    "api_key =": 'api_key = "{}"',
    "password=": "host=db password={} user=x",
    "json token": '{{"access_token": "{}", "expires": 3600}}',
    "yaml secret": "client_secret: {}\nregion: eu",
    "link": "postgres://app:{}@db.example.com:5432/main",
    "zh password": "密码：{}，请保密",
}


if __name__ == "__main__":
    main()
