"""The evidence ledger."""

from __future__ import annotations

import random
from types import SimpleNamespace

from agent.causes.cause import FixVersion
from agent.diagnosis import ledger


def build(room: SimpleNamespace, report=None, **likelihoods: float):
    return ledger.build(
        report or room.seed_report(),
        room.seed_usage(),
        room.generated_issues(random.Random(3)),
        room.differential(**(likelihoods or room.SEED)),
        room.load_catalogue(),
    )


def test_ids_run_from_one_and_kinds_stand_in_order(room: SimpleNamespace):
    found = build(room)
    assert [e.id for e in found] == [f"E{i}" for i in range(1, len(found) + 1)]
    kinds = list(dict.fromkeys(e.kind for e in found))
    assert kinds == [k for k in ("error", "usage", "environment", "cause", "issue") if k in kinds]


def test_it_holds_what_the_diagnosis_relies_on(room: SimpleNamespace):
    said = "\n".join(e.text for e in build(room))
    for part in (*room.IDS, "400 invalid_request_error", "out of extra usage", "2.1.7 (from: banner)"):
        assert part in said
    assert "0 % used (claimed)" in said
    assert "contradiction extra_usage_refusal_with_plan_left" in said
    assert "readings of client version disagree: latest (checkbox); 2.1.7 (banner)" in said


def test_every_source_of_a_leading_cause_stands_with_its_url(room: SimpleNamespace):
    cause = room.load_catalogue().by_id["legacy-client-misclassified"]
    urls = {e.url for e in build(room) if e.kind == "cause"}
    assert {source.url for source in cause.sources} <= urls


def test_changelog_lines_of_fix_versions(room: SimpleNamespace):
    fix = FixVersion(version="2.1.206", relation="improves_message", line="says it", source="https://x.org/c")
    found = ledger.build(
        room.seed_report(),
        room.seed_usage(),
        [],
        room.differential(**room.SEED).model_copy(update={"fix_versions": [fix]}),
        room.load_catalogue(),
    )
    assert [(e.text, e.url) for e in found if e.kind == "changelog"] == [
        ("2.1.206 improves message: says it", "https://x.org/c")
    ]


def test_a_flood_of_errors_is_counted_not_listed(room: SimpleNamespace):
    report = room.seed_report(errors=[room.event(f"m{i}") for i in range(30)])
    errors = [e.text for e in build(room, report) if e.kind == "error"]
    assert len(errors) == ledger.MOST_ERRORS + 1
    assert errors[-1].startswith("22 more")


def test_nothing_gives_an_empty_ledger(room: SimpleNamespace):
    assert ledger.build(room.seed_report(errors=[], environment={}, conflicts=[]),
                        room.seed_usage(buckets=[], contradictions=[], lane="unknown"), [],
                        room.differential(), room.load_catalogue()) == []  # fmt: skip


def test_a_step_cites_the_error_the_contradiction_what_it_names_and_its_cause(room: SimpleNamespace):
    found = build(room)
    cause = room.load_catalogue().by_id["legacy-client-misclassified"]
    cited = ledger.cites_for("Is it 2.1.7?", cause, found, contradiction=True)
    kinds = [next(e.kind for e in found if e.id == cite) for cite in cited]
    assert kinds[:2] == ["error", "usage"]
    assert "cause" in kinds
    assert len(cited) <= ledger.MOST_CITES
    assert any("2.1.7" in e.text for e in found if e.id in cited)


def test_error_text_says_how_often_and_who_answered(room: SimpleNamespace):
    said = ledger.error_text(room.event("m", count=3, provider="vertex"))
    assert (
        said == f"400 invalid_request_error: m (request ids {room.IDS[0]}; seen 3 times; answered by vertex)"
    )
