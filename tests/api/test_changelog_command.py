"""`changelog import`: kept, used in a diagnosis as a candidate, and clear words for what is no changelog."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.api.conftest import Run

LINE = "Fixed an image over the size limit in the conversation failing every later request"
REPORT = (
    "Claude Code v2.1.7\nAPI Error: 400 messages.4.content.1.image.source.base64: image exceeds 5 MB "
    "maximum: 7340032 bytes > 5242880 bytes"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "CHANGELOG.md"
    found.write_text(f"# Changelog\n\n## 2.9.1\n- {LINE}\n- Fixed a flicker\n\n## 2.1.6\n- {LINE}\n")
    return found


def test_a_later_version_is_named_as_a_candidate_with_evidence(run: Run, file: Path) -> None:
    source = "https://example.org/CHANGELOG.md"
    done = run("changelog", "import", str(file), "--product", "claude-code", "--source", source)
    assert (done.code, done.err) == (0, "")
    assert "3 lines of 2 versions" in done.out
    answer = json.loads(run("diagnose", "-", "--format", "json", stdin=REPORT).out)
    assert answer["causes"][0]["id"] == "oversized-image"
    fixes = answer["diagnosis"]["fix_versions"]
    stored = {"version": "2.9.1", "relation": "candidate", "line": LINE, "source": source}
    assert fixes[-1] == stored
    assert len(fixes) <= 5
    assert "2.1.6" not in {fix["version"] for fix in fixes}
    known = [e["text"] for e in answer["diagnosis"]["evidence"] if e["kind"] == "changelog"]
    assert all(any(fix["version"] in text for text in known) for fix in fixes)


def test_importing_again_changes_nothing(run: Run, file: Path) -> None:
    for _ in range(2):
        assert (
            "3 lines of 2 versions" in run("changelog", "import", str(file), "--product", "claude-code").out
        )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no version at all", "names no version"),
        (b"", "names no version"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "zero bytes"),
        ("## 1.2.3\n- caf\u00e9".encode("latin-1"), "not in UTF-8"),
        (b"## 1.2.3\n" + b"- a line\n" * 600_000, "at most 4000000"),
    ],
    ids=["no-version", "empty", "binary", "latin-1", "5-mb"],
)
def test_what_is_no_changelog_is_refused_in_words(run: Run, tmp_path: Path, content: bytes, why: str) -> None:
    file = tmp_path / "x.md"
    file.write_bytes(content)
    refused = run("changelog", "import", str(file), "--product", "claude-code")
    assert (refused.code, refused.out) == (2, "")
    assert why in refused.err
    assert len(refused.err.splitlines()) == 1


def test_an_unknown_product_file_or_source_is_named(run: Run, file: Path, tmp_path: Path) -> None:
    assert "known: claude-code" in run("changelog", "import", str(file), "--product", "nonesuch").err
    assert "cannot be read" in run("changelog", "import", str(tmp_path), "--product", "claude-code").err
    bad = run("changelog", "import", str(file), "--product", "claude-code", "--source", "javascript:alert(1)")
    assert (bad.code, "web address" in bad.err) == (2, True)
