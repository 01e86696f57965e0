"""The latent model: words of the same company are near each other."""

from __future__ import annotations

import random
import zlib

import numpy as np
import pytest

from agent.store.index import latent
from agent.store.index.latent import as_bytes, cosines, fit, from_bytes


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latent, "DIMENSIONS", 12)
    monkeypatch.setattr(latent, "_SPARE", 4)


def documents(many: int = 400) -> list[dict[str, int]]:
    """Issues of ten subjects with forty words each, of which an issue uses eight."""
    chance = random.Random(3)
    return [
        {f"s{number % 10}w{chance.randrange(40)}": 1 + chance.randrange(3) for _ in range(8)}
        for number in range(many)
    ]


def test_issues_of_one_subject_are_near_though_they_share_no_word() -> None:
    model = fit(documents(), 1)
    assert model is not None
    one, same = model.vector({"s1w1": 1, "s1w2": 1}), model.vector({"s1w11": 1, "s1w12": 1})
    other = model.vector({"s2w1": 1, "s2w2": 1})
    assert float(one @ same) > 0.5 > abs(float(one @ other)) + 0.2
    packed = model.packed_vectors([{"s1w11": 1, "s1w12": 1}, {"s2w1": 1, "s2w2": 1}])
    near = cosines(model.number, one, packed)
    assert near == pytest.approx([float(one @ same), float(one @ other)], abs=0.02)


def test_it_is_the_same_every_time_and_after_storing() -> None:
    first, second = fit(documents(), 7), fit(documents(), 7)
    assert first is not None
    assert second is not None
    assert np.array_equal(first.directions, second.directions)
    again = from_bytes(as_bytes(first), 7)
    assert again.places == first.places
    counts = {"s3w1": 2, "s4w2": 1, "unknown": 5}
    assert np.array_equal(again.vector(counts), first.vector(counts))


def test_what_cannot_be_compared_is_none() -> None:
    model = fit(documents(), 2)
    assert model is not None
    vector = model.vector({"s1w1": 1})
    [old] = model._replace(number=1).packed_vectors([{"s1w1": 1}])
    new, unknown = model.packed_vectors([{"s1w1": 1}, {"unknown": 1}])
    assert cosines(2, vector, [None, old, b"", new, unknown]) == [
        None, None, None, pytest.approx(1, abs=0.02), 0.0,
    ]  # fmt: skip
    assert cosines(2, vector, []) == []
    assert not model.vector({"unknown": 1}).any()


def test_too_few_issues_make_no_model() -> None:
    assert fit(documents(20), 1) is None
    assert fit([], 1) is None


@pytest.mark.parametrize("kept", [b"", b"torn", zlib.compress(b"torn"), zlib.compress(b"")])
def test_bytes_that_are_no_model_are_said_to_be_none(kept: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_bytes(kept, 1)


def test_a_model_cut_short_is_none() -> None:
    model = fit(documents(), 2)
    assert model is not None
    whole = zlib.decompress(as_bytes(model))
    with pytest.raises(ValueError, match=r"."):
        from_bytes(zlib.compress(whole[: len(whole) // 2]), 2)
