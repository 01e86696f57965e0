"""Vectors of sentences by a small model in ONNX form, in place of those of the latent model.

The model is a folder on this machine with `model.onnx` and `tokenizer.json`, as sentence encoders are
published in. Nothing is downloaded. What runs it is the extra `encoder`, which is imported at first use.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from agent.errors import EncoderUnavailable
from agent.store.index.latent import Matrix, pack

MOST_TOKENS = 128
"""Tokens of a text that are read: time grows with them, and what an issue is about stands early."""
MOST_TEXT = 1_000
"""Characters of a text that so many tokens can need."""
_AT_ONCE = 16
_FILES = ("model.onnx", "tokenizer.json")
_LIBRARIES = ("onnxruntime", "tokenizers")
_TOO_SMALL = 1e-9


@cache
def open_encoder(folder: Path) -> Encoder:
    """The encoder of a folder, one for the process; it is read when it is first used.

    Raises `EncoderUnavailable` where the extra is not installed or a file is missing.
    """
    if missing := [name for name in _LIBRARIES if find_spec(name) is None]:
        why = f"{' and '.join(missing)} not installed. Run: pip install -e '.[encoder]'"
        raise EncoderUnavailable(folder=folder, why=why)
    if missing := [name for name in _FILES if not (folder / name).is_file()]:
        raise EncoderUnavailable(folder=folder, why=f"it holds no {' and no '.join(missing)}")
    return Encoder(folder)


class Encoder:
    """Texts to unit vectors. Safe to use from several threads at once.

    Methods raise `EncoderUnavailable` where the files are no encoder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._loaded: tuple[Any, Any, bytes] | None = None

    @property
    def mark(self) -> bytes:
        """Names exactly this model, so that vectors of another one are not compared with its own."""
        return self._load()[2]

    def encode(self, texts: Sequence[str]) -> Matrix:
        """A unit vector for each text, of its first `MOST_TOKENS` tokens."""
        session, tokenizer, _ = self._load()
        parts = [
            self._some(session, tokenizer, [text[:MOST_TEXT] for text in texts[start : start + _AT_ONCE]])
            for start in range(0, len(texts), _AT_ONCE)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, 0), np.float32)

    def _some(self, session: Any, tokenizer: Any, texts: list[str]) -> Matrix:
        found = tokenizer.encode_batch(texts)
        mask = np.array([each.attention_mask for each in found], np.int64)
        given = {
            "input_ids": np.array([each.ids for each in found], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        names = [each.name for each in session.get_inputs()]
        hidden = session.run(None, {name: given[name] for name in names})[0]
        weights = mask[:, :, None].astype(np.float32)
        means = (hidden * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
        unit: Matrix = (means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), _TOO_SMALL)).astype(
            np.float32
        )
        return unit

    def _load(self) -> tuple[Any, Any, bytes]:
        with self._lock:
            if self._loaded is None:
                self._loaded = _read(self._folder)
            return self._loaded


class Encoded(NamedTuple):
    """An encoder under the number that its vectors carry in a database."""

    number: int
    encoder: Encoder

    def vector(self, text: str) -> Matrix:
        """The unit vector of a query."""
        vector: Matrix = self.encoder.encode([text])[0]
        return vector

    def packed_vectors(self, texts: Sequence[str]) -> list[bytes]:
        """The direction of each text in one byte a dimension, behind the number."""
        return pack(self.number, self.encoder.encode(texts))


def _read(folder: Path) -> tuple[Any, Any, bytes]:
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    # A search runs in a thread of its own already; several of them must not fight for the cores.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    model, words = (folder / name for name in _FILES)
    faults: tuple[type[Exception], ...] = (OSError, ValueError, *_engine_errors())
    try:
        said = words.read_bytes()
        digest = hashlib.sha256(model.read_bytes() + said).hexdigest()
        json.loads(said)
        tokenizer = Tokenizer.from_file(str(words))
        session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except faults as bad:
        raise EncoderUnavailable(folder=folder, why=f"{type(bad).__name__}: {bad}") from bad
    tokenizer.enable_truncation(MOST_TOKENS)
    tokenizer.enable_padding()
    return session, tokenizer, f"onnx {digest} {MOST_TOKENS}".encode()


def _engine_errors() -> tuple[type[Exception], ...]:
    """The engine's errors have no class in common but Exception."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return tuple(one for one in vars(state).values() if isinstance(one, type) and issubclass(one, Exception))
