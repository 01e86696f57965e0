"""An encoder in place of the latent model: a fake one through the store, and the real thing where it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agent.errors import EncoderUnavailable, StoreUnavailable
from agent.issues.issue import Issue, IssueQuery
from agent.store.database import Database
from agent.store.index import encoder as room
from agent.store.index.encoder import Encoded, Encoder, open_encoder
from agent.store.index.vectors import fit_model, mend_vectors
from agent.store.issues import SqlIssues
from evals.bench import minilm

pytestmark = pytest.mark.anyio


class Fake(Encoder):
    """Counts a few letters: texts of the same letters are near each other."""

    def __init__(self, mark: bytes = b"onnx fake") -> None:
        self._mark, self.texts = mark, list[str]()

    @property
    def mark(self) -> bytes:
        return self._mark

    def encode(self, texts: Sequence[str]) -> Any:
        self.texts += texts
        counts = np.array([[text.count(letter) + 0.01 for letter in "xyz"] for text in texts], np.float32)
        return counts / np.linalg.norm(counts, axis=1, keepdims=True)


def issue(number: int, title: str, body: str = "shared") -> Issue:
    return Issue(repository="o/n", number=number, url="u", title=title, body=body)


STORED = [issue(1, "xxxx"), issue(2, "yyyy"), issue(3, "zzzz", "shared xxxx")]
QUERY = IssueQuery(weights={"share": 1.0}, text="xxx")


async def cosines(database: Database) -> dict[int, float | None]:
    hits = await SqlIssues(database).search(QUERY, 10)
    return {hit.issue.number: hit.forward.cosine for hit in hits if hit.forward}


async def test_issues_are_compared_by_the_encoders_vectors(database: Database) -> None:
    database.encoder = fake = Fake()
    await SqlIssues(database).upsert(STORED)
    assert await cosines(database) == {1: None, 2: None, 3: None}
    assert await fit_model(database)
    assert fake.texts == ["xxxx\nshared", "yyyy\nshared", "zzzz\nshared xxxx"]
    near = await cosines(database)
    assert near == {
        1: pytest.approx(1, abs=0.02),
        2: pytest.approx(0, abs=0.02),
        3: pytest.approx(0.7, abs=0.02),
    }
    assert fake.texts[3:] == ["xxx"]
    assert not await fit_model(database, is_asked=True)


async def test_what_was_changed_or_made_by_another_is_made_anew(database: Database) -> None:
    database.encoder = Fake()
    store = SqlIssues(database)
    await store.upsert(STORED)
    assert await mend_vectors(database) == ["the vectors were not the encoder's"]
    assert await mend_vectors(database) == []
    await store.upsert([issue(1, "zzzz")])
    assert (await cosines(database))[1] is None
    assert await store.mend_index() == ["1 issues had no vector"]
    assert (await cosines(database))[1] == pytest.approx(0, abs=0.02)

    database.encoder = Fake(b"onnx other")
    assert set((await cosines(database)).values()) == {None}
    assert await mend_vectors(database) == ["the vectors were not the encoder's"]
    assert None not in (await cosines(database)).values()

    database.encoder = None
    assert set((await cosines(database)).values()) == {None}
    assert await mend_vectors(database) == []


class Session:
    """Gives each token its own id as the only number of its vector, beside a one."""

    asked: dict[str, Any]

    def get_inputs(self) -> list[Any]:
        return [type("Input", (), {"name": name}) for name in ("input_ids", "attention_mask")]

    def run(self, _names: None, given: dict[str, Any]) -> list[Any]:
        self.asked = given
        ids = given["input_ids"].astype(np.float32)
        return [np.stack([ids, np.ones_like(ids)], axis=2)]


class Words:
    """Each word's length is its id; texts are filled up with 99."""

    def encode_batch(self, texts: list[str]) -> list[Any]:
        split = [text.split() for text in texts]
        size = max(map(len, split))
        return [
            type("Found", (), {
                "ids": [*map(len, words), *[99] * (size - len(words))],
                "attention_mask": [1] * len(words) + [0] * (size - len(words)),
            })
            for words in split
        ]  # fmt: skip


def test_a_vector_is_the_mean_of_its_tokens_and_not_of_the_padding() -> None:
    encoder, session = Encoder(Path("none")), Session()
    encoder._loaded = (session, Words(), b"mark")
    one, other = encoder.encode(["aaa a", "a" * 4 + " aa aa aa"])
    assert one.tolist() == pytest.approx([2 / 5**0.5, 1 / 5**0.5])
    assert other.tolist() == pytest.approx([2.5 / 7.25**0.5, 1 / 7.25**0.5])
    assert session.asked.keys() == {"input_ids", "attention_mask"}
    assert encoder.encode([]).shape == (0, 0)
    [packed] = Encoded(7, encoder).packed_vectors(["aaa aaa"])
    assert packed == b"\0\0\0\7" + bytes([127, 42])


def test_more_than_a_batch_and_long_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "MOST_TEXT", 3)
    encoder = Encoder(Path("none"))
    encoder._loaded = (Session(), Words(), b"mark")
    vectors = encoder.encode(["aaa", "aaaaaa"] * 20)
    assert vectors.shape == (40, 2)
    assert np.allclose(vectors, vectors[0])


def test_without_the_extra_it_is_said_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "find_spec", lambda name: None if name == "tokenizers" else object())
    with pytest.raises(EncoderUnavailable, match=r"tokenizers not installed\. Run: pip install") as raised:
        open_encoder(tmp_path)
    assert isinstance(raised.value, StoreUnavailable)
    monkeypatch.setattr(room, "find_spec", lambda _name: object())
    (tmp_path / "tokenizer.json").touch()
    with pytest.raises(EncoderUnavailable, match=r"holds no model\.onnx"):
        open_encoder(tmp_path)


def test_files_that_are_no_encoder_are_named(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="the extra encoder is not installed")
    pytest.importorskip("tokenizers", reason="the extra encoder is not installed")
    (tmp_path / "model.onnx").write_bytes(b"torn")
    (tmp_path / "tokenizer.json").write_text("torn")
    with pytest.raises(EncoderUnavailable, match="JSONDecodeError"):
        open_encoder(tmp_path).encode(["x"])


def test_the_real_model_knows_what_is_alike(tmp_path: Path) -> None:
    for name in ("onnxruntime", "tokenizers", "onnx", minilm.PACKAGE):
        pytest.importorskip(name, reason="the extra encoder and the packaged weights are not installed")
    minilm.write(minilm.packaged(), tmp_path / "minilm")
    encoder = open_encoder(tmp_path / "minilm")
    said, *others = encoder.encode(
        [
            "That is a happy person",
            "That is a very happy person",
            "That is a happy dog",
            "Today is a sunny day",
        ]
    )
    # The figures that the model's publisher shows for these sentences.
    assert [float(said @ other) for other in others] == pytest.approx([0.943, 0.695, 0.257], abs=0.002)
    assert np.allclose(encoder.encode(["That is a happy person"])[0], said, atol=1e-5)
