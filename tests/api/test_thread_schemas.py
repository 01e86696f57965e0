"""The shapes of a conversation are the contract's."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from api.thread_schemas import EmptyThread, MessageIn, MessageReply, ReplyOut, ThreadOut, thread_body


def test_the_names_are_those_of_the_contract() -> None:
    assert set(MessageIn.model_fields) == {"content", "usage", "environment"}
    assert set(MessageReply.model_fields) == {"turn", "reply", "diagnosis_id", "changed"}
    assert set(ReplyOut.model_fields) == {"text", "action", "question"}
    assert set(ThreadOut.model_fields) == {"id", "turns"}


def test_a_message_says_something() -> None:
    assert MessageIn.model_validate({"content": "2.1.7", "environment": {"plan": "max"}}).usage is None
    for wrong in ({}, {"content": ""}, {"content": " "}, {"content": "x", "more": 1}, {"content": None}):
        with pytest.raises(ValidationError):
            MessageIn.model_validate(wrong)


def test_a_thread_begins_with_nothing_or_with_a_report() -> None:
    body = thread_body()["requestBody"]["content"]["application/json"]
    empty, report = body["schema"]["anyOf"]
    assert empty["$ref"].endswith("/EmptyThread")
    assert EmptyThread.model_validate(body["example"]) == EmptyThread()
    assert report["$ref"].endswith("/ReportIn")
