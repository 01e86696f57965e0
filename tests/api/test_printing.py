"""A text is shown as it is, with one end of line."""

from __future__ import annotations

import pytest

from api.printing import show


@pytest.mark.parametrize("text", ["[bold]a[/bold]", "[bold]a[/bold]\n"])
def test_a_text_ends_once_and_is_no_markup(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    show(text)
    assert capsys.readouterr().out == "[bold]a[/bold]\n"
