"""What a letter ends with and code that a text shows stay, though a site has them often."""

import pytest

from llmpipe.corpus.site_lines.learned import learn, line_hashes, strip_learned
from llmpipe.corpus.site_lines.own import own_part
from llmpipe.corpus.site_lines.templates import strip_templates
from llmpipe.sections.clean import BoilerplateConfig

LETTER = "Dear Sir or Madam,\nThe key is under the mat.\nYours faithfully,\nThe Old Caretaker"
LETTER_ZH = "尊敬的先生：\n钥匙在垫子下面，请自己取。\n此致\n敬礼\n红山镇博物馆管理员"
LESSON = "Then open a terminal and type:\ngit log --oneline -n 5 | grep -v merge"
LESSON_ZH = "服务会返回访客人数，例如：\n" + '{"name": "bridge", "visitors": 12, "open": true}'
FOOTER = "Printed by the county museum"


def learned(texts: list[str]) -> frozenset[int]:
    config = BoilerplateConfig(min_documents=5, min_ratio=0.1)
    return frozenset(learn(line_hashes(texts)[0], len(texts), config).tolist())


@pytest.mark.parametrize("own", [LETTER, LETTER_ZH, LESSON, LESSON_ZH])
def test_it_stays_and_what_stands_below_goes(own: str) -> None:
    stories = [f"The mill called {name} stands at the river of that name." for name in "ABCDEFGH"]
    rules = learned([f"{story}\n{own}\n{FOOTER}" for story in stories])

    assert rules, "nothing was learned, so nothing is shown"
    for rule in (strip_learned, strip_templates):
        assert rule(f"{stories[0]}\n{own}\n{FOOTER}", rules) == f"{stories[0]}\n{own}"
    last = own.split("\n")[-1]
    assert strip_learned(f"{stories[0]}\n{last}", rules) == stories[0]  # without what it belongs to


@pytest.mark.parametrize(
    "text",
    [
        "A story of the mill.\nYours faithfully,\nThe Caretaker",  # no greeting
        "Related stories:\nThe old mill\nThe new mill",
        "Dear readers, this is a story.\nIt ends here.",
    ],
)
def test_other_ends_are_nobodys(text: str) -> None:
    lines = text.split("\n")
    assert own_part(lines) == (len(lines), 0)


def test_a_letter_reaches_from_its_greeting_to_its_name() -> None:
    lines = ["The letter reads:", "", "Dear Ann,", "come soon.", "Love,", "", "Tom", "", "Next page"]
    assert own_part(lines) == (2, 7)
