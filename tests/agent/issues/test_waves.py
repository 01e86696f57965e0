"""From bursts to waves; and the wave of April 2026 in the known threads."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.compose import load_known, load_lexicon, message_signature_reader
from agent.issues.bursts import Burst, find_bursts
from agent.issues.series import Series
from agent.issues.wave import Sighting, Wave, thread_key
from agent.issues.waves import (
    QuietVersions,
    Stretch,
    distinct,
    hour_of,
    moment_of,
    stretches,
    wave_of,
)

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)
NONE = QuietVersions({}, {})
USUAL = QuietVersions({}, {"2.1.38": 4, "2.1.76": 6, "2.1.92": 9})


def burst(signature: str, start: int, last: int, **fields: Any) -> Burst:
    given = {"found": start, "count": 5, "expected": 0.1, "daily": 0.1, "p_value": 1e-6} | fields
    return Burst(signature, start, last, **given)


def seen(number: int, **fields: Any) -> Sighting:
    given: dict[str, Any] = {
        "kind": "report", "ref": f"dx_{number}", "case": f"dx_{number}",
        "at": NOON + timedelta(minutes=number),
    }  # fmt: skip
    return Sighting.model_validate(given | fields)


def issue(number: int, **fields: Any) -> Sighting:
    url = f"https://github.com/a/b/issues/{number}"
    return seen(number, kind="issue", ref=f"a/b#{number}", url=url, case=thread_key(url), **fields)


def wave(sightings: list[Sighting], quiet: QuietVersions = NONE, now: datetime = NOON) -> Wave:
    hour = hour_of(NOON)
    stretch = Stretch("s", hour, hour, (burst("s", hour, hour, count=len(sightings)),))
    return wave_of(stretch, sightings, quiet, now)


def test_bursts_of_two_sources_become_one_stretch() -> None:
    bursts = [burst("a", 100, 120), burst("b", 90, 95), burst("a", 110, 150), burst("a", 400, 410)]
    assert [(s.signature, s.start, s.last, len(s.bursts)) for s in stretches(bursts)] == [
        ("b", 90, 95, 1),
        ("a", 100, 150, 2),
        ("a", 400, 410, 1),
    ]


def test_a_report_of_an_issue_that_is_there_is_not_counted_twice() -> None:
    twice = seen(3, case=thread_key("https://github.com/A/b/issues/1/"))
    assert [each.ref for each in distinct([twice, issue(1), seen(2)])] == ["a/b#1", "dx_2"]


def test_a_wave_counts_and_names_what_its_members_have_in_common() -> None:
    members = [seen(n, client_version="2.1.7", platform="darwin", plan="max") for n in range(6)]
    found = wave([*members, seen(7, client_version="2.1.96", platform="linux"), issue(9)], USUAL)
    assert (found.count, found.reports, found.issues) == (8, 7, 1)
    assert (found.first_seen, found.last_seen) == (NOON, NOON + timedelta(minutes=9))
    assert found.platforms == {"darwin": 6, "linux": 1}
    assert found.plans == {"max": 6}
    assert found.factor == 80.0
    assert {v.version: (v.wave, v.quiet) for v in found.versions} == {
        "2.1.7": (6, 0), "2.1.38": (0, 4), "2.1.76": (0, 6), "2.1.92": (0, 9), "2.1.96": (1, 0),
    }  # fmt: skip
    assert found.skew is not None
    assert (found.skew.side, found.skew.than, found.skew.wave) == ("older", "2.1.38", 6)


def test_a_current_client_in_a_wave_of_old_ones_contradicts() -> None:
    members = [seen(n, client_version="2.1.7") for n in range(6)]
    found = wave([*members, seen(7, client_version="2.1.96")], USUAL)
    assert [each.ref for each in found.contradicting] == ["dx_7"]
    assert "2.1.96" in found.contradicting[0].why
    assert "older than 2.1.38" in found.contradicting[0].why


def test_another_cause_or_lane_contradicts_a_clear_majority_only() -> None:
    members = [seen(n, cause="a", lane="plan") for n in range(4)]
    found = wave([*members, seen(5, cause="b", lane="plan"), seen(6, lane="extra_usage"), seen(7)])
    assert {each.ref: each.why for each in found.contradicting} == {
        "dx_5": "its cause is b, where most have a",
        "dx_6": "its lane is extra_usage, where most are in plan",
    }
    even = [seen(n, cause="a" if n % 2 else "b") for n in range(6)]
    assert wave(even).contradicting == []


def test_versions_are_compared_with_the_same_error_where_enough_are_known() -> None:
    own = QuietVersions({"2.1.7": 9}, USUAL.every)
    assert wave([seen(n, client_version="2.1.7") for n in range(6)], own).skew is None


def test_the_canonical_issue_is_open_then_no_duplicate_then_oldest_then_engaged() -> None:
    first = [issue(1), issue(2, is_open=True, is_duplicate=True), issue(3, is_open=True)]
    assert (found := wave([*first, issue(4, is_open=True)]).canonical)
    assert found.ref == "a/b#3"
    same = [issue(5, at=NOON), issue(6, at=NOON, engagement=9)]
    assert (found := wave(same).canonical)
    assert found.ref == "a/b#6"
    assert wave([seen(n) for n in range(5)]).canonical is None


def test_a_wave_is_active_until_three_days_after_its_last_report() -> None:
    members = [seen(n) for n in range(5)]
    assert wave(members, now=NOON + timedelta(days=3)).active
    assert not wave(members, now=NOON + timedelta(days=4)).active


def test_members_are_bounded() -> None:
    found = wave([seen(n) for n in range(200)])
    assert found.count == 200
    assert len(found.members) == 50


def test_hours_and_moments_agree() -> None:
    assert moment_of(hour_of(NOON)) == NOON


Row = tuple[datetime, str, str | None]


def replay(rows: list[Row], until: datetime) -> list[Wave]:
    """The waves that are found on an evening, by what was there then."""
    there = [row for row in rows if row[0] <= until]
    counts: dict[str, Counter[int]] = {}
    for at, signature, _ in there:
        counts.setdefault(signature, Counter())[hour_of(at)] += 1
    bursts = find_bursts(Series({name: sorted(hours.items()) for name, hours in counts.items()}))
    found = []
    for stretch in stretches(bursts):
        begins = moment_of(stretch.start)
        members = [
            seen(number, at=at, client_version=version)
            for number, (at, signature, version) in enumerate(there)
            if signature == stretch.signature and stretch.start <= hour_of(at) <= stretch.last
        ]
        before = [row for row in there if begins - timedelta(days=60) <= row[0] < begins and row[2]]
        quiet = QuietVersions(
            Counter(row[2] or "" for row in before if row[1] == stretch.signature),
            Counter(row[2] or "" for row in before),
        )
        found.append(wave_of(stretch, members, quiet, until))
    return found


def known_rows() -> list[Row]:
    return [
        (i.created_at, i.signature, i.client_version) for i in load_known() if i.created_at and i.signature
    ]


def fact_rows(shared: Path) -> list[Row]:
    signature_of = message_signature_reader(load_lexicon())
    lines = (shared / "facts" / "threads.jsonl").read_text(encoding="utf-8").splitlines()
    facts = [json.loads(line) for line in lines]
    return [
        (datetime.fromisoformat(fact["created"]).replace(tzinfo=UTC), signature, fact["client_version"])
        for fact in facts
        if fact["created"] and fact["error_message"] and (signature := signature_of(fact["error_message"]))
    ]


def check_april(rows: list[Row]) -> Wave:
    day = datetime(2026, 4, 8, tzinfo=UTC)
    assert not [w for w in replay(rows, day - timedelta(days=1)) if w.signature == "out-of-extra-usage"]
    (found,) = [w for w in replay(rows, day + timedelta(hours=23)) if w.signature == "out-of-extra-usage"]
    assert found.active
    assert found.first_seen.date() == found.found_at.date() == day.date()
    assert found.count >= 11
    assert found.p_value < 1e-12
    assert found.skew is not None
    assert found.skew.side == "older"
    assert found.skew.wave >= 7
    assert found.skew.wave_known - found.skew.wave == len(found.contradicting)
    assert found.skew.lift > 4
    return found


def test_the_april_wave_is_found_on_its_first_day_in_the_known_threads() -> None:
    assert check_april(known_rows()).contradicting == []


def test_the_april_wave_is_found_on_its_first_day_in_the_facts(shared: Path) -> None:
    (other,) = check_april(fact_rows(shared)).contradicting
    assert "it runs 2.1.96" in other.why


def test_the_april_wave_is_no_wave_before_enough_came() -> None:
    rows = sorted(known_rows(), key=lambda row: row[0])
    day = datetime(2026, 4, 8, tzinfo=UTC)
    before = [row for row in rows if row[0] < day]
    today = [row for row in rows if row[0] == day and row[1] == "out-of-extra-usage"]
    assert not [w for w in replay([*before, *today[:3]], day) if w.signature == "out-of-extra-usage"]
    assert [w for w in replay([*before, *today[:6]], day) if w.signature == "out-of-extra-usage"]
