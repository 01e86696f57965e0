"""The nouns of a forge are values: what is not given is nothing."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from agent.issues.source import Release, SourcePage, SourceThread


def test_defaults_say_nothing() -> None:
    assert SourcePage() == SourcePage(rows=[], next=None, etag=None, unchanged=False)
    assert (SourceThread().gone, SourceThread().moved_to) == (False, None)


def test_a_release_needs_a_tag() -> None:
    with pytest.raises(ValidationError):
        Release.model_validate({})
