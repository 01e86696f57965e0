"""The nouns of the room."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from agent.diagnosis.diagnosis import Answer, Diagnosis


def test_an_answer_survives_json(room: SimpleNamespace):
    answer = room.answer_of(room.seed_diagnosis())
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_the_action_is_one_of_four_and_fields_are_closed(room: SimpleNamespace):
    fields = room.seed_diagnosis().model_dump()
    with pytest.raises(ValidationError):
        Diagnosis.model_validate({**fields, "action": "sell"})
    with pytest.raises(ValidationError):
        Diagnosis.model_validate({**fields, "advert": "x"})
