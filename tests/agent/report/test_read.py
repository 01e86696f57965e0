# ruff: noqa: E501  (error texts stand on one line, as they were printed)
from __future__ import annotations

import json
import random
import textwrap
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.report.error_report import EnvironmentFields, ErrorEvent, ErrorReport, Source, Submission
from agent.report.lexicon import Lexicon
from agent.report.read import read

OUT = "You're out of extra usage. Add more at claude.ai/settings/usage and keep going."
ID = "req_011CZqwT95fczsmYtLxPyNk9"
BODY: dict[str, Any] = {
    "type": "error",
    "error": {"type": "invalid_request_error", "message": OUT},
    "request_id": ID,
}
JSON = json.dumps(BODY, separators=(",", ":"))


def only(text: str, lexicon: Lexicon) -> ErrorEvent:
    (event,) = read(Submission(text=text), lexicon).errors
    return event


@pytest.mark.parametrize(
    "text",
    [
        f"API Error: 400 {JSON}",
        f"Error: 400 {json.dumps(BODY, indent=2)}",
        "HTTP/2 400\nContent-Type: application/json\nrequest-id: " + ID + "\n\n" + JSON,
        "Errors: [" + json.dumps({"error": f"Error: 400 {JSON}\n    at generate (file:///x/cli.js:1:2)"}) + "]",
        json.dumps({"log": json.dumps({"error": f"Error: 400 {JSON}"})}),
        f"anthropic.BadRequestError: Error code: 400 - {BODY!r}",
        "BadRequestError: 400 " + JSON + "\n    at APIError.generate (file:///x/cli.js:1:2) {\n  status: 400,\n"
        "  error: { type: 'error', error: { type: 'invalid_request_error', message: \"" + OUT + "\" } }\n}",
        f"400 {JSON[:-2]},",
        f"API Error: 400 {JSON[:-1].replace('{', '{ ')} , }}",
    ],
    ids=["line", "pretty", "curl", "escaped", "twice", "python", "node", "cut", "comma"],
)  # fmt: skip
def test_one_error_in_any_notation(text: str, lexicon: Lexicon) -> None:
    event = only(f"It fails.\n\n{text}\n\nPlease help.", lexicon)
    assert (event.status, event.type, event.message) == (400, "invalid_request_error", OUT)
    assert event.request_ids == [ID]
    assert event.signature == "out-of-extra-usage"
    assert event.provider == "anthropic"
    assert event.retryable is False


@pytest.mark.parametrize(
    ("text", "kind", "message", "status", "provider"),
    [
        ('{"error":{"message":"nope","type":"api_error"}}', "api_error", "nope", None, "unknown"),
        ('{"message":"nope","type":"not_found_error"}', "not_found_error", "nope", None, "unknown"),
        ('API Error: 400 {"error":{"message":"{\\"error\\":{\\"message\\":\\"nope\\",\\"code\\":\\"x_exceeded\\"}}"}}',
         "x_exceeded", "nope", 400, "unknown"),
        ('{"error":{"code":400,"message":"nope","status":"INVALID_ARGUMENT"}}', "INVALID_ARGUMENT", "nope", 400, "vertex"),
        ("An error occurred (ValidationException) when calling the InvokeModel operation: nope",
         "ValidationException", "nope", None, "bedrock"),
        ("litellm.BadRequestError: BedrockException - nope", None, "nope", None, "bedrock"),
        ('529 {"type":"error","error":{"type":"overloaded_error","message":"nope"},"request_id":"req_vrtx_011CZqwT95f"}',
         "overloaded_error", "nope", 529, "vertex"),
        ('404 {"error":{"type":"not_found_error","message":"nope"},"request_id":"req_f8e3e09c9db9db59aa1f846a"}',
         "not_found_error", "nope", 404, "proxy"),
        ('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"nope"}}\n\n',
         "overloaded_error", "nope", None, "unknown"),
    ],
)  # fmt: skip
def test_shapes_of_other_vendors(
    text: str, kind: str | None, message: str, status: int | None, provider: str, lexicon: Lexicon
) -> None:
    event = only(text, lexicon)
    assert (event.type, event.message, event.status, event.provider) == (kind, message, status, provider)


def test_no_error_in_other_json(lexicon: Lexicon) -> None:
    text = '{"jsonrpc":"2.0","error":{"code":-32000,"message":"x"}} {"message":"hi","level":"error"} {"error":"Error: EISDIR"}'
    assert read(Submission(text=text), lexicon).errors == []


def test_two_request_ids_of_one_error_are_one_event(lexicon: Lexicon) -> None:
    second = JSON.replace(ID, "req_011CZqxrUSWBLWuWZcTtRKiB")
    event = only(f"❯ hie\n⎿ API Error: 400 {JSON}\n\n❯ hie\n⎿ API Error: 400 {second}", lexicon)
    assert event.request_ids == [ID, "req_011CZqxrUSWBLWuWZcTtRKiB"]
    assert (event.count, len(event.spans)) == (2, 2)


def test_a_title_that_repeats_the_error_is_no_second_event(lexicon: Lexicon) -> None:
    body = JSON.replace(OUT, "Your credit balance is too low to access the Anthropic API.")
    report = read(Submission(title="Credit balance is too low", text=f"Error: 400 {body}"), lexicon)
    assert len(report.errors) == 1


def test_a_client_message_with_news_of_its_own_stays(lexicon: Lexicon) -> None:
    body = '{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your account\'s rate limit."}}'
    report = read(Submission(text=f"You've hit your limit · resets 3pm\n\nError: 429 {body}"), lexicon)
    assert [e.type for e in report.errors] == ["rate_limit_error", "rate_limit_error"]
    assert report.errors[0].message == "You've hit your limit · resets 3pm"


def test_the_text_is_title_text_and_error(lexicon: Lexicon) -> None:
    source = Source(url="https://github.com/anthropics/claude-code/issues/1")
    report = read(Submission(title="T", text="😀 body", error=BODY, source=source), lexicon)
    assert report.text == "T\n\n😀 body\n\n" + json.dumps(BODY, ensure_ascii=False)
    ((start, end),) = report.errors[0].spans
    assert json.loads(report.text[start:end]) == BODY
    assert report.source_url == source.url


SPOKEN = "please retry the request later; model's tokens: 12345 > 200000, `x.y` not found 😀 /a/b"
VOCABULARY = SPOKEN.split()
WORDS = st.lists(
    st.sampled_from(VOCABULARY),
    min_size=4, max_size=30,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
# The line breaks inside the key "message" here.
@example(["please"] * 6 + ["request", "not", "please"], 64, "hard")
@given(WORDS, st.integers(38, 120), st.sampled_from(["hard", "box", "ansi", "escaped", "python", "plain"]))
def test_every_disguise_gives_the_message_back(words: list[str], width: int, disguise: str) -> None:
    message = " ".join(words)
    body = {"type": "error", "error": {"type": "made_up_error", "message": message}, "request_id": ID}
    line = "API Error: 418 " + json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    cut = [line[i : i + width] for i in range(0, len(line), width)]
    shown = {
        "hard": "⎿  " + "\n   ".join(cut),
        "box": "\n".join(f"│ {part.ljust(width)} │" for part in cut),
        "ansi": "\x1b[31m" + line.replace('"message"', '\x1b[1m"message"\x1b[0m'),
        "escaped": json.dumps({"error": line}),
        "python": f"Error code: 418 - {body!r}",
        "plain": line,
    }[disguise]
    report = read(Submission(text=f"so\n\n{shown}\n\nend"), EMPTY)
    assert len(report.errors) == 1
    event = report.errors[0]
    assert (event.status, event.type, event.request_ids) == (418, "made_up_error", [ID])
    squeezed = "".join((event.message or "").split())
    assert squeezed == "".join(message.split())
    if disguise not in ("hard", "box") or len(cut) > 4:
        assert " ".join((event.message or "").split()) == message
    check_spans(report)


EMPTY = Lexicon(messages=[], statements=[], synonyms=[])


def check_spans(report: ErrorReport) -> None:
    for event in report.errors:
        for start, end in event.spans:
            assert 0 <= start < end <= len(report.text)
            shown = report.text[start:end]
            first = (event.message or "").split()[:1]
            assert str(event.status) in shown or all(word in shown for word in first)


PIECES = st.sampled_from(
    ["{", "}", '"', "\\", "\n", "error", '"message":', '"type":', "API Error: 400 ", "'", ":", " ", "😀", "\x00",
     "\ud800", "│", "[", "]", JSON, JSON[:60], "Overloaded", "529 ", "\x1b[31m", "req_", "2.1.7", "Plan: Max"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_nothing_makes_it_raise(pieces: list[str]) -> None:
    text = "x" + "".join(pieces)
    report = read(Submission(text=text), EMPTY)
    assert ErrorReport.model_validate_json(report.model_dump_json()) == report
    for event in report.errors:
        assert all(0 <= start <= end <= len(report.text) for start, end in event.spans)


def hostile() -> dict[str, str]:
    rng = random.Random(5)
    return {
        "binary": "".join(chr(rng.randrange(0, 256)) for _ in range(64_000)),
        "brackets": "{" * 10_000 + "}" * 10_000,
        "objects": '{"error":' * 7_000,
        "quotes": '{"message":"' * 5_000,
        "slashes": '{"error":"' + "\\" * 60_000,
        "blanks": " " * 64_000 + "x",
        "dashes": "---" * 21_000,
        "one word": "a" * 64_000,
        "api errors": "API Error: 400 {" * 4_000,
        "payloads": (JSON + "\n") * 300,
        "braces": "{'type': " * 7_000,
        "mail": "a.b-c" * 12_000 + "@",
        "urls": "https://a:" * 6_000,
        "prose": textwrap.fill("I think that this should be an option in the settings. " * 1100, 80),
    }


@pytest.mark.parametrize("name", hostile())
def test_64_kb_of_anything_is_read_fast(name: str, lexicon: Lexicon) -> None:
    text = hostile()[name]
    read(Submission(text="warm"), lexicon)
    began = time.process_time()
    report = read(Submission(text=text), lexicon)
    assert time.process_time() - began < 0.6, name
    report.model_dump_json()


def test_five_megabytes_of_log(lexicon: Lexicon) -> None:
    row = '2026-04-08T13:17:05.670Z [DEBUG] {"level":"info","message":"tick","type":"x"} took 12 ms\n'
    text = row * 60_000 + f"API Error: 400 {JSON}\n"
    began = time.process_time()
    event = only(text, lexicon)
    assert event.request_ids == [ID]
    assert time.process_time() - began < 12


def test_a_lone_surrogate_is_replaced(lexicon: Lexicon) -> None:
    report = read(Submission(title="\ud800 t", text="a \udfff b"), lexicon)
    assert report.text.encode("utf-8")


def test_no_secret_stays_in_a_field_of_its_own(lexicon: Lexicon) -> None:
    key = "sk-ant-" + "api03-" + "q7Xz" * 8
    fields = EnvironmentFields(model=key, base_url=f"https://me:{key[:12]}@host.example/v1")
    source = Source(url=f"https://host.example/issues?key={key}")
    report = read(Submission(text="x y", environment=fields, source=source), lexicon)
    assert "sk-ant" not in report.model_dump_json()
    assert report.value("base_url") == "https://[redacted:credentials]@host.example/v1"
