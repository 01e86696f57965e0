"""Conversations: turns in order, and no turn that another one wrote over."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agent.diagnosis.diagnosis import NewDiagnosis, Turn
from agent.store.database import Database
from agent.store.diagnoses import SqlDiagnoses
from agent.store.threads import SqlThreads
from tests.agent.store.answers import START, answer

pytestmark = pytest.mark.anyio
KEY = "sk-ant-" + "api03-" + "abcdefghij0123456789"


def turn(number: int, role: Any = "user", content: str = "hello", **facts: Any) -> Turn:
    return Turn(turn=number, role=role, content=content, at=START, **facts)


async def test_turns_and_the_case_come_back(database: Database) -> None:
    threads = SqlThreads(database)
    made = await threads.create("anna", {"text": "first"})
    assert await threads.get(made.id) == made
    said = [
        turn(1),
        turn(1, "caseworker", "why?", reply={"action": "ask"}, diagnosis_id="dx_1", changed=["a"]),
    ]
    assert await threads.append(made.id, said, {"text": "second"}, 0)
    assert await threads.append(made.id, [turn(2)], {"text": "third"}, 2)
    found = await threads.get(made.id, owner="anna")
    assert found is not None
    assert found.turns == [*said, turn(2)]
    assert found.submission == {"text": "third"}
    assert found.created_at == made.created_at


async def test_only_the_owner_finds_it(database: Database) -> None:
    threads = SqlThreads(database)
    made = await threads.create("anna", {})
    assert await threads.get(made.id, owner="ben") is None
    assert await threads.get("th_unknown") is None
    assert not await threads.append("th_unknown", [turn(1)], {}, 0)


async def test_of_several_who_answer_at_once_one_is_kept(database: Database) -> None:
    threads = SqlThreads(database)
    made = await threads.create(None, {})
    writes = [threads.append(made.id, [turn(1, content=f"{n}")], {"text": f"{n}"}, 0) for n in range(8)]
    kept = await asyncio.gather(*writes)
    assert kept.count(True) == 1
    found = await threads.get(made.id)
    assert found is not None
    assert [said.content for said in found.turns] == [str(kept.index(True))]
    assert found.submission == {"text": str(kept.index(True))}


async def test_no_secret_is_kept(database: Database) -> None:
    threads = SqlThreads(database)
    made = await threads.create(None, {"text": KEY})
    await threads.append(made.id, [turn(1, content=KEY, reply={"text": KEY})], {"text": KEY}, 0)
    assert KEY not in (await threads.get(made.id) or made).model_dump_json()
    assert KEY not in made.model_dump_json()


async def test_the_turns_and_their_diagnosis_are_kept_together_or_not_at_all(database: Database) -> None:
    threads, diagnoses = SqlThreads(database), SqlDiagnoses(database)
    first, late, lost = (NewDiagnosis(answer=answer(n), owner="anna", submission={}) for n in (1, 2, 3))
    begun = await threads.create("anna", {"text": "x"}, [turn(1), turn(2, "caseworker")], first)
    assert await threads.get(begun.id) == begun
    assert await threads.append(begun.id, [turn(3)], {}, 2, late)
    assert not await threads.append(begun.id, [turn(3)], {}, 2, lost), "somebody else was first"
    kept = [await diagnoses.get(made.answer.id, owner="anna") for made in (first, late, lost)]
    assert [stored is not None and stored.state == "done" for stored in kept] == [True, True, False]
