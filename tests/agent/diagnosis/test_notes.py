"""The notes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.diagnosis.notes import NOT_ADVISED, NOT_BEFORE, STALE, UNCONFIRMED, notes_for


def noted(room: SimpleNamespace, action="answer", report=None, usage=None, **likelihoods: float) -> list[str]:
    differential = room.differential(**(likelihoods or room.SEED))
    leaders = [room.load_catalogue().by_id[differential.ranked[0].id]] if differential.ranked else []
    return notes_for(action, report or room.seed_report(), usage or room.seed_usage(), differential, leaders)


def test_the_seed_holds_payment_back_and_says_why(room: SimpleNamespace):
    notes = noted(room)
    assert notes[0] == f"{NOT_BEFORE} The reason: what the account shows does not fit what the error says."
    assert UNCONFIRMED in notes
    assert notes.index(UNCONFIRMED) < len(notes) - 1


@pytest.mark.parametrize(
    ("action", "usage", "likelihoods", "reason"),
    [
        ("answer", "consistent", {"legacy_client_misclassified": 0.9}, "wrong lane"),
        ("ask", "consistent", {"api_credits_exhausted": 0.3}, "not settled"),
        (
            "answer",
            "consistent",
            {"api_credits_exhausted": 0.7, "api_key_overrides_subscription": 0.2},
            "still possible",
        ),
    ],
)
def test_each_reason_to_hold_back(room: SimpleNamespace, action, usage, likelihoods, reason: str):
    notes = noted(room, action, usage=room.seed_usage(verdict=usage), **likelihoods)
    assert any(reason in note and "before the free checks" in note for note in notes)


def test_no_money_note_where_paying_is_shown_or_never_came_up(room: SimpleNamespace):
    usual = room.seed_usage(verdict="consistent")
    assert not any(NOT_ADVISED in n for n in noted(room, usage=usual, api_credits_exhausted=0.9))
    calm = room.seed_report(errors=[room.event("Overloaded")])
    assert not any(
        NOT_ADVISED in n or NOT_BEFORE in n for n in noted(room, report=calm, service_overloaded=0.9)
    )


def test_conflicts_and_stale_figures_are_said(room: SimpleNamespace):
    notes = noted(room, usage=room.seed_usage(verdict="stale"))
    readings = "latest (checkbox), 2.1.7 (banner)"
    assert f"The report gives more than one client version: {readings}. Here 2.1.7 is used." in notes
    assert STALE in notes


def test_the_notes_of_a_cause_stand_only_where_it_is_settled(room: SimpleNamespace):
    cause = room.load_catalogue().by_id["legacy-client-misclassified"]
    assert set(cause.notes) <= set(noted(room))
    assert not set(cause.notes) & set(noted(room, "ask"))


def test_what_could_not_be_read_of_the_usage_is_said(room: SimpleNamespace):
    assert "the header x was not understood" in noted(
        room, usage=room.seed_usage(notes=["the header x was not understood"])
    )
