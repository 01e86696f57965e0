from __future__ import annotations

import json

import pytest

from api.answers import UNKNOWN_PRODUCT


@pytest.mark.parametrize(("product", "noted"), [("toaster", True), ("Claude-Code", False)])
def test_an_unknown_product_is_accepted_and_noted(run, refusal: str, product: str, noted: bool) -> None:
    shown = run("diagnose", "-", "--set", f"product={product}", "--format", "json", stdin=refusal)
    assert shown.code == 0
    assert (UNKNOWN_PRODUCT in json.loads(shown.out)["diagnosis"]["notes"]) is noted
