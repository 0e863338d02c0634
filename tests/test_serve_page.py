"""The chat page: one file that needs no network, may run only its own script, and shows text as text."""

import re
import shutil
import tempfile

import pytest
import tiny
import torch
from conftest import ROOT
from served import serving, wait_until

PAGE = (ROOT / "llmpipe/serve/page.html").read_text("utf-8")
HOSTILE = "<img src=x onerror=\"document.title='taken'\">"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with serving(tiny.model_directory(tmp_path_factory.mktemp("page"))) as running:
        yield running
    torch.set_num_threads(threads)


def test_it_asks_no_other_host_and_builds_no_html():
    assert re.findall(r"(?:https?:)?//[a-z]|@import|<iframe|<link(?! rel=\"icon\" href=\"data:,\")", PAGE) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|cookie|localStorage", PAGE) == []
    assert re.findall(r"<[^>]+\s(?:on\w+|style)=", PAGE) == []  # the policy would stop them


def test_both_languages_have_the_same_words():
    english, chinese = (
        re.search(rf"^  {name}: {{(.*?)^  }},", PAGE, re.DOTALL | re.MULTILINE)[1] for name in ("en", "zh")
    )

    def words(text):
        return re.findall(r"(\w+): \"", text)

    assert words(english) == words(chinese)
    assert {*re.findall(r'data-word="(\w+)"', PAGE), *re.findall(r"WORDS\[language\]\.(\w+)", PAGE)} <= {
        *words(english)
    }


def test_the_policy_names_the_script_and_the_style_and_nothing_else(server):
    status, text, headers = server.ask("/")

    assert (status, text) == (200, PAGE)
    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; connect-src 'self'; "
        r"img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        headers["content-security-policy"],
    )


@pytest.fixture(scope="module")
def browser():
    """Chromium through chromedriver; the same helper takes the pictures of the documentation."""
    if not shutil.which("chromium") or not shutil.which("chromedriver"):
        pytest.skip("needs chromium and chromedriver")
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        patch.syspath_prepend(str(ROOT / "docs"))
        import screenshots

        port = screenshots.free_port()
        with screenshots.process("chromedriver", f"--port={port}", "--silent"):
            driver = f"http://127.0.0.1:{port}"
            screenshots.wait_for("chromedriver", lambda: screenshots.request(f"{driver}/status")["value"]["ready"])
            opened = screenshots.Browser(driver, 480, 800, profile)
            yield opened
            opened.close()


def say(browser, text):
    """Type into the page as a person does, and send."""
    browser.run(f"document.getElementById('text').value = {text!r}; document.getElementById('form').requestSubmit()")


def bubbles(browser):
    """Kind and text of what the page shows; the one that still grows is `assistant live`."""
    return browser.run(
        "return [...document.querySelectorAll('#talk li')].map(item => [item.className, item.textContent])"
    )


def test_a_message_is_answered_and_stays_text(browser, server):
    """The answer is the API's own, whatever the message holds; no script or picture comes of it."""
    browser.open(f"http://127.0.0.1:{server.port}/")
    wait_until(lambda: browser.run("return document.getElementById('model').textContent") == "tiny")
    say(browser, HOSTILE)
    wait_until(
        lambda: not browser.run("return document.querySelector('.live') || running") and len(bubbles(browser)) > 1
    )
    body = {"messages": [{"role": "user", "content": HOSTILE}]}
    answer = server.ask("/v1/chat/completions", body)[1]["choices"][0]
    shown = bubbles(browser)

    assert shown[0] == ["user", HOSTILE]
    assert shown[1] == ["assistant", answer["message"]["content"]]
    assert browser.run("return [document.images.length, document.title]") == [0, "llmpipe"]
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth")


def test_stop_new_conversation_and_the_other_language(browser, tmp_path):
    with serving(tiny.model_directory(tmp_path, 4096)) as slow:
        browser.open(f"http://127.0.0.1:{slow.port}/")
        say(browser, "hello")
        wait_until(
            lambda: browser.run(
                "return !!document.querySelector('.live') && !!document.querySelector('.live').textContent"
            )
        )
        browser.run("document.getElementById('stop').click()")
        wait_until(lambda: not slow.scheduler._live)
        wait_until(lambda: bubbles(browser)[-1][0] == "note")
        before = bubbles(browser)
        browser.run("document.getElementById('fresh').click(); document.getElementById('language').click()")

        assert [kind for kind, _ in before] == ["user", "assistant", "note"]
        assert bubbles(browser) == []
        assert {*browser.run("return [send.textContent, document.documentElement.lang]")} in (
            {"发送", "zh-Hans"}, {"Send", "en"},
        )  # fmt: skip


def test_a_conversation_that_is_too_long_loses_its_oldest_turns(browser, server):
    browser.open(f"http://127.0.0.1:{server.port}/")
    for number in range(2):
        say(browser, f"{number} hello world, this is Rome" * 3)
        wait_until(lambda n=number: len(bubbles(browser)) > n and not browser.run("return running"))
    shown = bubbles(browser)

    assert [text for kind, text in shown if kind == "note" and ("no longer fit" in text or "放不下" in text)]
    assert browser.run("return messages[0].content").startswith("1 hello")
