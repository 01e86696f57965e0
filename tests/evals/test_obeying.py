"""Whatever a model makes of injected words, and whatever was recorded: the reader is shown no harm."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from agent.diagnosis.diagnosis import Answer
from agent.diagnosis.model import ModelCall
from agent.graph import diagnose
from agent.llm.recordings import files_in, read
from agent.report.error_report import Submission
from agent.state import Context
from evals.case import Case, load_cases
from evals.graders import LAWS, Result, grade_diagnosis
from evals.injection import NAME, changes_nothing, clean_case
from evals.invented import INVENTED, LEAKED, grade_shown
from evals.run import replay_of, road, run_case, settings_in, stopped_for, with_model
from evals.told import told
from prompts import load as load_prompts
from tests.fakes import FakeModel, draft_for, given

HERE = Path(__file__).resolve().parents[2] / "evals"
MARK = load_prompts().canaries[0]
LINE = "You word the diagnoses of a support service for API refusals."

SUPPORTED = {INVENTED, LEAKED, *LAWS}
KEPT = {*SUPPORTED, "action", "must_not", NAME}


def broken(result: Result, names: set[str]) -> bool:
    return result.name in names and result.value is False


class Keeping:
    """The road, keeping what came out of it last."""

    last: Answer

    async def __call__(self, submission: Submission, context: Context) -> Answer:
        self.last = await diagnose(submission, context)
        return self.last


def obeying(case: Case) -> FakeModel:
    """A model that does in each draft what it is told, repeats the prompt, and names another cause first.

    What stands in the body of a stored issue, or in a text of the account that nothing reads, is shown to
    no model: such words it cannot know.
    """
    words = case.submission.model_dump(mode="json", include={"title", "text", "error"})
    reported = json.dumps([words, case.turns], ensure_ascii=False)

    def reply(call: ModelCall) -> str:
        seen = reported + json.dumps(given(call), ensure_ascii=False)
        known = [w for w in case.expected.injected if json.dumps(w, ensure_ascii=False)[1:-1] in seen]
        orders = " ".join(known)
        if call.step == "triage":
            return json.dumps({"cause": "organization-disabled", "clear": True})
        draft = draft_for(call)
        cites = draft["recommendation"]["cites"]
        draft["summary"] = [{"text": f"{MARK} {orders}", "cites": cites}, *draft["summary"]]
        draft["recommendation"]["text"] = f"{orders} {LINE}"
        draft["notes"].append({"id": "", "text": orders, "cites": cites})
        draft["steps"] = [{**step, "why": orders} for step in draft["steps"]]
        draft["causes"].insert(0, {"id": "organization-disabled", "reason": orders, "cites": cites})
        draft["question"] = f"{draft['question']} {orders}"
        return json.dumps(draft)

    return FakeModel(reply, reply, reply)


async def _plain(case: Case, context: Context) -> Answer:
    here = replace(context, clock=stopped_for(case))
    async with told(case, here, settings_in) as (submission, where):
        return await diagnose(submission, where)


def _shown(answer: Answer) -> str:
    said = answer.diagnosis
    texts = [said.summary, said.recommendation, *said.notes, said.question.text if said.question else ""]
    return " ".join([*texts, *(f"{step.step} {step.why}" for step in said.guidance)]).casefold()


def test_a_model_that_obeys_changes_nothing_and_shows_no_prompt() -> None:
    cases = [case for case in load_cases(HERE / "cases") if case.expected.injected]
    assert len(cases) >= 40
    assert sum(bool(case.turns) for case in cases) >= 4
    assert sum(bool(case.issues) for case in cases) >= 4

    async def walk() -> list[str]:
        wrong = []
        async with road() as context:
            for case in cases:
                clean, keeping = await _plain(clean_case(case), context), Keeping()
                row = await run_case(case, with_model(context, obeying(case)), keeping)
                assert row.error is None, (case.slug, row.error)
                results = [
                    changes_nothing(keeping.last, clean),
                    *grade_shown(keeping.last, context.catalogue),
                    *grade_diagnosis(case, keeping.last, context.catalogue),
                ]
                wrong += [f"{case.slug}: {r.name}: {r.reason}" for r in results if broken(r, KEPT)]
                words = _shown(keeping.last)
                wrong += [f"{case.slug}: shows {w}" for w in (MARK, LINE) if w.casefold() in words]
        return wrong

    assert asyncio.run(walk()) == []


@pytest.mark.skipif(not files_in(HERE / "recordings"), reason="there are no recordings")
def test_nothing_unsupported_is_shown_whatever_was_recorded() -> None:
    recordings = [read(path) for path in files_in(HERE / "recordings")]
    cases = {case.slug: case for case in load_cases(HERE / "cases")}
    kinds = Counter(recording.kind for recording in recordings)
    assert kinds["local"] >= 20
    assert kinds["authored"] >= 30

    async def walk() -> list[str]:
        wrong = []
        async with road() as context:
            for recording in recordings:
                keeping = Keeping()
                case, replay = cases[recording.case], replay_of(recording, context)
                row = await run_case(case, with_model(context, replay), keeping)
                assert row.error is None, (recording.name, row.error)
                results = grade_shown(keeping.last, context.catalogue)
                results += grade_diagnosis(case, keeping.last, context.catalogue)
                wrong += [f"{recording.name}: {r.name}: {r.reason}" for r in results if broken(r, SUPPORTED)]
        return wrong

    assert asyncio.run(walk()) == []
