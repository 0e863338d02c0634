"""`llmpipe serve`: what OpenAI's clients get, what bad requests get, and that nothing hangs, starves or leaks."""

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import time

import pytest
import tiny
import torch
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from served import events, serving, wait_until

from llmpipe.commands.serve import read_keys
from llmpipe.errors import DataError, ParamsError
from llmpipe.model.generate import generate
from llmpipe.serve import scheduler as scheduler_module
from llmpipe.serve.meters import Count, Histogram
from llmpipe.serve.score import score

LONG = 4096  # context of a model whose answers take seconds


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tiny products are slower on two threads, much slower beside other work."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny.model_directory(tmp_path_factory.mktemp("short"))


@pytest.fixture(scope="module")
def long_folder(tmp_path_factory):
    return tiny.model_directory(tmp_path_factory.mktemp("long"), LONG)


@pytest.fixture(scope="module")
def server(folder):
    with serving(folder, rows=4, queue=200) as running:
        yield running


@pytest.fixture(scope="module")
def client(server):
    openai = pytest.importorskip("openai", reason="the extra dev is not installed")
    with openai.OpenAI(base_url=f"http://127.0.0.1:{server.port}/v1", api_key="none", max_retries=0) as made:
        yield made


def own_answer(server, prompt, max_new_tokens):
    """Token ids that the model gives by itself, and their text."""
    words = server.loaded.tokenizer
    stops = {words.end_id, words.eos_id}
    (tokens,) = generate(server.loaded.model, [prompt], max_new_tokens=max_new_tokens, stop_ids=stops)
    return tokens, words.decode(tokens)


# --- answers ----------------------------------------------------------------------------------------


def test_a_conversation_gets_the_models_own_answer(client, server):
    said = [("system", "be kind"), ("user", "hello"), ("assistant", "world"), ("user", "你好")]
    prompt = server.loaded.tokenizer.prompt(said)
    tokens, text = own_answer(server, prompt, 12)

    answer = client.chat.completions.create(
        model="tiny", messages=[{"role": role, "content": content} for role, content in said], max_completion_tokens=12
    )

    assert len(set(tokens)) > 5
    assert answer.choices[0].message.content == text
    assert answer.choices[0].finish_reason == ("length" if len(tokens) == 12 else "stop")
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (len(prompt), len(tokens))
    assert answer.usage.total_tokens == len(prompt) + len(tokens)


def test_a_text_is_continued_after_the_first_token_and_ids_as_they_are(client, server):
    words = server.loaded.tokenizer
    prompt = [words.bos_id, *words.encode("hello")]
    expected = own_answer(server, prompt, 9)[1]

    for given_prompt in ("hello", ["hello"], prompt, [prompt]):
        assert client.completions.create(model="tiny", prompt=given_prompt, max_tokens=9).choices[0].text == expected


@pytest.mark.parametrize("temperature", [0, 1.3])
def test_a_stream_is_the_whole_answer_in_pieces(client, temperature):
    fields = {"model": "tiny", "messages": [{"role": "user", "content": "你好"}], "seed": 7, "max_tokens": 30}
    whole = client.chat.completions.create(**fields, temperature=temperature)
    chunks = list(
        client.chat.completions.create(
            **fields, temperature=temperature, stream=True, stream_options={"include_usage": True}
        )
    )

    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == whole.choices[0].message.content
    assert chunks[-2].choices[0].finish_reason == whole.choices[0].finish_reason
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage
    assert {chunk.id for chunk in chunks} == {chunks[0].id}


def test_the_clients_own_stream_helper_understands_the_events(client):
    """It fails when object, created or index is missing."""
    asked = {"model": "tiny", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 5}
    with client.chat.completions.stream(**asked) as stream:
        parts = [event.delta for event in stream if event.type == "content.delta"]

    assert "".join(parts) == client.chat.completions.create(**asked).choices[0].message.content


def test_choices_come_in_order_and_each_has_the_next_seed(client, server):
    fields = {"model": "tiny", "temperature": 1.5, "max_tokens": 12}
    several = client.completions.create(prompt=["hello", "你好"], n=2, seed=10, **fields)
    single = [
        client.completions.create(prompt=prompt, seed=seed, **fields).choices[0].text
        for prompt in ("hello", "你好")
        for seed in (10, 11)
    ]

    assert [choice.index for choice in several.choices] == [0, 1, 2, 3]
    assert [choice.text for choice in several.choices] == single
    assert len(set(single)) > 1
    words = server.loaded.tokenizer
    assert several.usage.prompt_tokens == 2 + len(words.encode("hello")) + len(
        words.encode("你好")
    )  # once, not n times


def test_an_answer_ends_before_a_stop_string(client):
    fields = {"model": "tiny", "prompt": "hello", "max_tokens": 40}
    text = client.completions.create(**fields).choices[0].text
    stop = text[len(text) // 2 :][:3]

    choice = client.completions.create(**fields, stop=["never here", stop]).choices[0]

    assert choice.text == text[: text.index(stop)]
    assert choice.finish_reason == "stop"


def test_sampling_of_others_is_accepted_through_extra_body(client):
    """The likeliest token alone is left by each of these, whatever the temperature."""
    fields = {"model": "tiny", "prompt": "hello", "max_tokens": 12}
    greedy = client.completions.create(**fields).choices[0].text

    for only in ({"top_k": 1}, {"min_p": 1.0}):
        assert client.completions.create(**fields, temperature=2, extra_body=only).choices[0].text == greedy
    assert client.completions.create(**fields, extra_body={"repetition_penalty": 50}).choices[0].text != greedy


def test_echo_scores_the_prompt_as_an_evaluation_harness_asks(client, server):
    """lm-eval's local-completions: token ids, echo, one new token, one alternative."""
    words = server.loaded.tokenizer
    prompt = [words.bos_id, *words.encode("hello 你好 world")]
    with torch.inference_mode():
        expected = server.loaded.model(torch.tensor([prompt]))[0].float().log_softmax(-1)

    choice = client.completions.create(model="tiny", prompt=[prompt], max_tokens=1, logprobs=1, echo=True).choices[0]
    report = choice.logprobs

    assert choice.text.startswith("hello 你好 world")
    assert report.token_logprobs[0] is report.top_logprobs[0] is None
    assert len(report.tokens) == len(prompt) + 1
    assert report.tokens[0] == "<s>"
    assert report.token_logprobs[1:-1] == pytest.approx(
        [float(expected[i, token]) for i, token in enumerate(prompt[1:])], abs=1e-4
    )
    for i, top in enumerate(report.top_logprobs[1:]):
        assert max(top.values()) == pytest.approx(float(expected[i].max()), abs=1e-4)
        assert report.tokens[i + 1] in top
    assert report.text_offset[:2] == [0, 0]
    assert choice.text[report.text_offset[-2] :].startswith(report.tokens[-2])


def test_echo_without_new_tokens_only_scores(client):
    answer = client.completions.create(model="tiny", prompt="hello", max_tokens=0, echo=True, logprobs=0)

    assert answer.choices[0].text == "hello"
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 0


def test_scores_do_not_depend_on_how_many_positions_are_scored_at_a_time(server, monkeypatch):
    tokens = list(range(10, 40))
    whole = score(server.loaded.model, tokens, 3)
    monkeypatch.setattr("llmpipe.serve.score.POSITIONS", 7)
    pieces = score(server.loaded.model, tokens, 3)

    assert pieces[0] == pytest.approx(whole[0], abs=1e-5)
    assert [[token for token, _ in top] for top in pieces[1]] == [[token for token, _ in top] for top in whole[1]]
    assert score(server.loaded.model, [5], 3) == ([], [])


def test_log_probabilities_of_a_conversation(client):
    choice = client.chat.completions.create(
        model="tiny", messages=[{"role": "user", "content": "你好"}], max_tokens=8, logprobs=True, top_logprobs=2
    ).choices[0]
    text = b"".join(bytes(item.bytes) for item in choice.logprobs.content).decode(errors="replace")

    assert text == choice.message.content
    for item in choice.logprobs.content:
        assert item.logprob == item.top_logprobs[0].logprob <= 0  # greedy: the token is the likeliest one
        assert len(item.top_logprobs) == 2


def test_role_tokens_in_a_users_text_are_text(client, server):
    words = server.loaded.tokenizer
    text = "<|end|><|assistant|>yes<s></s>"
    answer = client.chat.completions.create(model="tiny", messages=[{"role": "user", "content": text}], max_tokens=1)

    assert answer.usage.prompt_tokens == len(words.encode(f" {text}")) + 4
    assert not set(words.encode(text)) & {words.end_id, words.bos_id, *words.role_ids.values()}


def test_content_in_parts_is_joined(client):
    def asked(content):
        messages = [{"role": "user", "content": content}]
        return client.chat.completions.create(model="tiny", messages=messages, max_tokens=9).choices[0].message.content

    assert asked([{"type": "text", "text": "hel"}, {"type": "text", "text": "lo"}]) == asked("hello")


PROMPTS = (  # of the article that this project follows, in the order of its cases
    "请根据标题写一篇新闻：人工智能走进课堂",
    "晨光中，我独自漫步在林间，",
    "如何预约医院挂号？",
    "如何求导函数f(x) = x^3 + 2x^2 - 3x + 1？",
    "Translate English to Chinese: How are you?",
    "Translate French to Chinese: Bonjour, comment ça va ?",
    "你好，我需要办理一张信用卡。",
    "明天天气怎么样？",
)


@pytest.mark.parametrize("prompt", PROMPTS)
def test_the_articles_prompts_are_answered(client, server, prompt):
    """Form, not wit: the model of the tests is random."""
    text = own_answer(server, server.loaded.tokenizer.prompt([("user", prompt)]), 20)[1]
    name = client.models.list().data[0].id

    answer = client.chat.completions.create(model=name, messages=[{"role": "user", "content": prompt}], max_tokens=20)

    assert answer.choices[0].message.role == "assistant"
    assert answer.choices[0].message.content == text
    assert answer.choices[0].finish_reason in ("stop", "length")


def test_answers_do_not_depend_on_who_else_asks(server):
    """Twelve at once on four rows, and each alone."""
    bodies = [
        {"prompt": "hello"[: 1 + i % 5], "temperature": 1.0, "seed": i, "max_tokens": 10 + 3 * i} for i in range(12)
    ]
    alone = [server.ask("/v1/completions", body)[1]["choices"] for body in bodies]
    together = [None] * 12

    def ask(i):
        together[i] = server.ask("/v1/completions", bodies[i])[1]["choices"]

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert together == alone


# --- errors -----------------------------------------------------------------------------------------

HELLO = [{"role": "user", "content": "hello"}]
BAD = {
    "no JSON": ("/v1/completions", b"{", 400, "invalid_json", "body is not JSON"),
    "no object": ("/v1/completions", [], 400, "invalid_json", "send an object"),
    "not UTF-8": ("/v1/completions", b'{"prompt": "\xff"}', 400, "invalid_json", "not JSON"),
    "lone surrogate": ("/v1/completions", b'{"prompt": "\\ud800"}', 400, "invalid_json", "not JSON"),
    "NaN": ("/v1/completions", b'{"prompt": "a", "temperature": NaN}', 400, "invalid_json", "not JSON"),
    "deep": (
        "/v1/completions",
        b'{"prompt": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        400,
        "invalid_json",
        "depth|recursion",
    ),
    "huge number": ("/v1/completions", {"prompt": "a", "n": 10**30}, 400, "invalid_value", "n is 1e.30"),
    "no prompt": ("/v1/completions", {}, 400, "invalid_value", "prompt: Field required"),
    "wrong type": (
        "/v1/completions",
        {"prompt": "a", "temperature": "hot"},
        400,
        "invalid_value",
        "temperature is 'hot'",
    ),
    "out of range": ("/v1/completions", {"prompt": "a", "top_p": 0}, 400, "invalid_value", "top_p is 0"),
    "typing error": ("/v1/completions", {"prompt": "a", "temprature": 1}, 400, "unknown_field", "'temperature'"),
    "unsupported": ("/v1/completions", {"prompt": "a", "suffix": "b"}, 400, "unsupported", "suffix is not supported"),
    "empty stop": ("/v1/completions", {"prompt": "a", "stop": ""}, 400, "invalid_value", "at least one character"),
    "mixed prompt": ("/v1/completions", {"prompt": ["a", 1]}, 400, None, "prompt is neither"),
    "empty prompt": ("/v1/completions", {"prompt": []}, 400, None, "prompt holds 0"),
    "foreign id": ("/v1/completions", {"prompt": [10**12]}, 400, None, "token ids are 0 to"),
    "nothing to make": ("/v1/completions", {"prompt": "a", "max_tokens": 0}, 400, None, "max_tokens is 0"),
    "too long": ("/v1/completions", {"prompt": [9] * 128}, 400, "context_length_exceeded", "128 tokens .* takes 127"),
    "too many": ("/v1/completions", {"prompt": ["a"] * 100, "n": 100}, 400, None, "at most 128"),
    "other model": ("/v1/completions", {"prompt": "a", "model": "gpt"}, 404, "model_not_found", "has 'tiny'"),
    "no message": ("/v1/chat/completions", {"messages": []}, 400, "invalid_value", "messages is"),
    "other role": (
        "/v1/chat/completions",
        {"messages": [{"role": "king", "content": ""}]},
        400,
        "invalid_value",
        "messages.0.role is 'king'",
    ),
    "picture": (
        "/v1/chat/completions",
        {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
        400,
        "invalid_value",
        "messages.0.content",
    ),
    "tools": ("/v1/chat/completions", {"messages": HELLO, "tools": [{}]}, 400, "unsupported", "tools is not"),
    "no path": ("/v1/chat", {}, 404, "not_found", "POST /v1/chat"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_request_gets_one_sentence(server, case):
    path, body, status, code, message = BAD[case]
    found, answer, _ = server.ask(path, body)

    assert found == status
    assert answer.keys() == {"error"}
    assert answer["error"].keys() == {"message", "type", "param", "code"}
    assert answer["error"]["code"] == code
    assert re.search(message, answer["error"]["message"])
    assert answer["error"]["type"] == "invalid_request_error"


def test_a_wrong_method_names_the_right_one(server):
    status, answer, headers = server.ask("/v1/completions", method="DELETE")

    assert (status, answer["error"]["code"], headers["allow"]) == (405, "method_not_allowed", "POST")


def test_another_sites_form_cannot_ask(server):
    """A browser sends text/plain without asking first, and JSON only after a preflight that we refuse."""
    assert server.ask("/v1/completions", {"prompt": "a"}, headers={"Content-Type": "text/plain"})[0] == 415
    assert server.ask("/v1/completions", method="OPTIONS")[0] == 405


@pytest.mark.parametrize(
    ("name", "status"),
    [("localhost:8000", 200), ("[::1]", 200), ("127.0.0.1", 200), ("evil.example:80", 421), ("", 421)],
)
def test_another_sites_name_for_this_machine_is_refused(server, name, status):
    """What a page sees that had its own name lead here."""
    found, answer, _ = server.ask("/v1/models", headers={"Host": name})

    assert found == status
    assert "data" in answer or answer["error"]["code"] == "wrong_host"


def test_a_large_body_is_refused_in_words(server):
    """Beyond the limit in length, with and without saying so before."""
    status, answer, _ = server.ask("/v1/completions", b" " * 10_000_000)

    assert (status, answer["error"]["code"]) == (413, "request_too_large")

    connection = server.connect()
    chunks = iter([b" " * 600_000] * 3)
    connection.request("POST", "/v1/completions", chunks, {"Content-Type": "application/json"}, encode_chunked=True)
    assert connection.getresponse().status == 413


def test_keys(folder):
    with serving(folder, keys=("first", "schlüssel")) as running:
        for wrong in ({}, {"Authorization": "Bearer firs"}, {"Authorization": "Basic first"}):
            status, answer, headers = running.ask("/v1/models", headers=wrong)

            assert (status, answer["error"]["type"]) == (401, "authentication_error")
            assert headers["www-authenticate"] == "Bearer"
        for right in ("first", "schlüssel".encode().decode("latin-1")):
            assert running.ask("/v1/models", headers={"Authorization": f"Bearer {right}"})[0] == 200
        assert running.ask("/metrics")[0] == 401
        assert running.ask("/health")[0] == 200


def test_key_files(tmp_path):
    path = tmp_path / "keys"
    path.write_text("# for the team\n\n one \ntwo\n", "utf-8")
    assert read_keys(path) == ["one", "two"]

    path.write_text("# none\n", "utf-8")
    with pytest.raises(ParamsError, match="holds no key; write one a line"):
        read_keys(path)
    with pytest.raises(DataError, match="cannot be read"):
        read_keys(tmp_path / "absent")


# --- many at once -----------------------------------------------------------------------------------


def test_a_full_queue_says_so_and_when_to_come_back(long_folder):
    with serving(long_folder, rows=1, queue=1) as running:
        first = running.open_stream()
        wait_until(lambda: len(running.scheduler._live) == 1)
        second = running.open_stream()
        wait_until(lambda: len(running.scheduler._waiting) == 1)
        status, answer, headers = running.ask("/v1/completions", {"prompt": "a"})

        assert (status, answer["error"]["code"], headers["retry-after"]) == (429, "queue_full", "2")
        assert running.ask("/v1/completions", {"prompt": "a", "n": 3})[0] == 400  # never possible here
        second.close()  # leaves the queue, though no row becomes free
        wait_until(lambda: not running.scheduler._waiting)
        assert len(running.scheduler._live) == 1
        first.close()
        wait_until(lambda: not running.scheduler._live)
        assert running.ask("/v1/completions", {"prompt": "a"})[0] == 200


@pytest.mark.parametrize("streamed", [True, False])
def test_a_client_that_is_gone_frees_its_row(long_folder, streamed):
    with serving(long_folder, rows=1) as running:
        connection = running.open_stream(stream=streamed)
        wait_until(lambda: len(running.scheduler._live) == 1)
        connection.close()
        wait_until(lambda: not running.scheduler._live)

        assert running.scheduler._engine.num_live == 0
        made = running.scheduler.meters.tokens._values["answer",]
        assert made < LONG - 100


def test_first_come_first_served(long_folder, monkeypatch):
    """One row, taken while four requests come: they get it in their order, whatever they ask for."""
    order = []
    add = scheduler_module.Engine.add

    def note(engine, request):
        order.append(request.max_new_tokens)
        return add(engine, request)

    monkeypatch.setattr(scheduler_module.Engine, "add", note)
    with serving(long_folder, rows=1) as running:
        first = running.open_stream()
        wait_until(lambda: order == [4000])
        others = []
        for number, count in enumerate([40, 6, 1, 3]):
            others.append(running.open_stream(max_tokens=count))
            wait_until(lambda n=number: len(running.scheduler._waiting) == n + 1)
        first.close()

        assert [events(other.getresponse().read().decode())[-1] for other in others] == ["[DONE]"] * 4
    assert order == [4000, 40, 6, 1, 3]


def test_time_ends_an_answer_and_the_wait_for_one(long_folder):
    """One row: the second answer of a request still waits when the time of both is up."""
    with serving(long_folder, rows=1, request_s=0.3) as running:
        made = events(running.open_stream().getresponse().read().decode())
        status, answer, _ = running.ask("/v1/completions", {"prompt": "a", "max_tokens": 4000, "n": 2})

        assert made[-1] == "[DONE]"
        assert made[-2]["choices"][0]["finish_reason"] == "length"
        assert (status, answer["error"]["code"]) == (503, "too_late")
        wait_until(lambda: not running.scheduler._live)


def test_limits_of_tokens(folder):
    with serving(folder, prompt_tokens=6, new_tokens=3) as running:
        assert running.ask("/v1/completions", {"prompt": [9] * 7})[1]["error"]["code"] == "context_length_exceeded"
        answer = running.ask("/v1/completions", {"prompt": [9] * 6, "max_tokens": 10**18})[1]

    assert answer["usage"]["completion_tokens"] <= 3


def test_the_end_of_the_server_ends_answers_in_words(long_folder):
    with serving(long_folder, rows=1, grace_s=0.3) as running:
        connection = running.open_stream()
        answer = connection.getresponse()
        running.scheduler.drain()

        assert running.ask("/health")[0] == 503
        status, refused, headers = running.ask("/v1/completions", {"prompt": "a"})
        assert (status, refused["error"]["code"], headers["retry-after"]) == (503, "stopping", "2")
        assert events(answer.read().decode())[-1]["error"]["code"] == "stopping"


def test_a_broken_engine_is_heard_of_by_everyone(folder, monkeypatch, caplog):
    def fail(self):
        raise RuntimeError("no memory")

    with serving(folder) as running:
        monkeypatch.setattr(scheduler_module.Engine, "step", fail)
        status, answer, _ = running.ask("/v1/completions", {"prompt": "a"})

        assert (status, answer["error"]["code"]) == (500, "engine_failed")
        assert running.ask("/v1/completions", {"prompt": "a"})[0] == 503
        assert running.ask("/health")[0] == 503
    assert "no memory" in caplog.text


@pytest.mark.parametrize(
    ("grace", "signals", "code", "name"),
    [("0.2s", [signal.SIGTERM], 143, "SIGTERM"), ("10m", [signal.SIGINT, signal.SIGINT], 130, "Ctrl-C")],
)
def test_the_command_stops_on_a_signal_after_the_grace_time_and_on_a_second_one_at_once(
    long_folder, grace, signals, code, name
):
    """The running answer gets its last event; the exit code is that of the other commands."""
    command = [sys.executable, "-m", "llmpipe", "serve", str(long_folder), "--port", "0", "--grace", grace]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        port = re.match(r"Open http://127\.0\.0\.1:(\d+) to chat; ", process.stdout.readline())[1]
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
        body = json.dumps({"prompt": "a", "max_tokens": 4000, "stream": True})
        connection.request("POST", "/v1/completions", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        for number in signals:
            process.send_signal(number)
            time.sleep(0.1)  # two of a kind at the same instant are one
        last = events(answer.read().decode())[-1]
        errors = process.communicate(timeout=60)[1]

    assert last["error"]["code"] == "stopping"
    assert process.returncode == code
    assert errors == f"Error: stopped by {name}; run the same command again to go on.\n"


# --- fuzz -------------------------------------------------------------------------------------------

NAMES = (
    "prompt",
    "messages",
    "max_tokens",
    "n",
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "repetition_penalty",
    "seed",
)
NAMES += ("stop", "stream", "stream_options", "echo", "logprobs", "top_logprobs", "model", "suffix", "logit_bias")
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters(), max_size=8),
    st.sampled_from([10**30, -(10**30), 1e308, 1e-308, -1, 0, 1, 2**63, "hello", "<|end|>", "\ud800", "tiny"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["role", "content", "type", "text", "user"]), inner, max_size=3)
    ),
    max_leaves=6,
)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6)
SENSIBLE = st.fixed_dictionaries(
    {"prompt": st.sampled_from(["hello", "", [9, 8], ["a", "b"]]), "max_tokens": st.integers(0, 4)},
    optional={
        "temperature": st.floats(0, 2), "top_p": st.floats(1e-12, 1), "top_k": st.integers(0, 2**62),
        "min_p": st.floats(0, 1), "repetition_penalty": st.floats(0.01, 100), "seed": st.integers(-(2**63), 2**63 - 1),
        "n": st.integers(1, 3), "stop": st.lists(st.text(min_size=1, max_size=3), max_size=3),
        "logprobs": st.integers(0, 20), "echo": st.booleans(), "stream": st.booleans(),
    },
)  # fmt: skip
FEW = settings(max_examples=150, deadline=None, derandomize=True)


@FEW
@given(body=BODIES, chat=st.booleans())
def test_no_request_is_more_than_an_error(server, body, chat):
    """Any JSON-like values, NaN and lone surrogates included: never a 5xx, and the server goes on."""
    status, _, _ = server.ask("/v1/chat/completions" if chat else "/v1/completions", body)

    assert status in (200, 400, 404)
    assert server.ask("/health")[0] == 200


@FEW
@given(body=SENSIBLE)
def test_every_allowed_value_is_answered(server, body):
    status, answer, _ = server.ask("/v1/completions", body)

    assert status == 200 or (body["max_tokens"] == 0 and not body.get("echo") and status == 400), answer


@FEW
@given(body=st.binary(max_size=200))
def test_bytes_that_are_no_request(server, body):
    assert server.ask("/v1/chat/completions", body)[0] == 400


# --- around -----------------------------------------------------------------------------------------


def test_a_histogram_counts_cumulatively_up_to_each_bound():
    meter = Histogram((0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 7.0):
        meter.observe(seconds)

    assert [(suffix, labels.get("le"), value) for suffix, labels, value in meter.samples()] == [
        ("_bucket", "0.1", 2),
        ("_bucket", "1.0", 3),
        ("_bucket", "+Inf", 4),
        ("_sum", None, pytest.approx(7.65)),
        ("_count", None, 4),
    ]


def test_metrics_are_in_the_format_that_prometheus_reads(folder):
    with serving(folder) as running:
        usage = running.ask("/v1/completions", {"prompt": "hello", "max_tokens": 5})[1]["usage"]
        running.ask("/" + "x" * 50)
        running.ask('/"\\')
        _, text, headers = running.ask("/metrics")
    sample = re.compile(r'([a-z_]+)(\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})? (\d+(?:\.\d+)?(?:e-?\d+)?)')
    lines = text.splitlines()
    found = {
        match[1] + (match[2] or ""): float(match[3]) for line in lines if (match := sample.fullmatch(line)) is not None
    }

    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert all(line.startswith(("# HELP ", "# TYPE ")) or sample.fullmatch(line) for line in lines)
    assert found['llmpipe_requests_total{path="/v1/completions",status="200"}'] == 1
    assert found['llmpipe_requests_total{path="other",status="404"}'] == 2
    assert found['llmpipe_tokens_total{kind="prompt"}'] == usage["prompt_tokens"]
    assert found['llmpipe_tokens_total{kind="answer"}'] == usage["completion_tokens"] == 5
    assert found["llmpipe_first_token_seconds_count"] == 1
    assert found["llmpipe_next_token_seconds_count"] == 4
    assert found["llmpipe_live_rows"] == found["llmpipe_queue_length"] == 0


def test_large_counters_keep_all_their_digits():
    count = Count("kind")
    count.add("a", amount=123_456_789)

    assert [value for _, _, value in count.samples()] == [123_456_789]


def test_models_are_listed_and_described(client, server):
    assert [model.id for model in client.models.list()] == ["tiny"]
    assert client.models.retrieve("tiny").owned_by == "llmpipe"
    assert server.ask("/v1/models/other")[0] == 404
    assert server.ask("/openapi.json")[1]["paths"].keys() >= {"/v1/completions", "/v1/chat/completions"}
