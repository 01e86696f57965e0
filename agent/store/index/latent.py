"""A latent model of a tenant's issues: the main directions of its tokens (LSA), fitted on the issues.

Two issues that share few words but words of the same company are near each other. The vectors only re-rank
what was found by words. Nothing is downloaded: the model is made of the tenant's own issues.
"""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 128
MOST_FITTED = 12_000
"""Issues that a model is fitted on; the others get their vectors from it. More cost time and gain little."""
_SPARE = 16
_ROUNDS = 2
_RAREST, _MOST_COMMON = 3, 0.2
"""A token that fewer issues have, or a larger part of all, says nothing of company."""
_MOST_TOKENS = 20_000
_AT_ONCE = 4_096
_SEED = 20_260_401

Matrix = NDArray[np.float32]


class _Sparse(NamedTuple):
    """Rows of a sparse matrix: where each begins, and its columns with their values."""

    begins: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: Matrix

    def times(self, dense: Matrix) -> Matrix:
        """The product with a dense matrix, in pieces that stay in the processor's cache."""
        many = len(self.begins) - 1
        product = np.zeros((many, dense.shape[1]), np.float32)
        start = 0
        while start < many:
            first = self.begins[start]
            end = max(start + 1, int(np.searchsorted(self.begins, first + _AT_ONCE, "right")) - 1)
            last = self.begins[end]
            filled = np.flatnonzero(np.diff(self.begins[start : end + 1]))
            if first < last:
                parts = dense[self.columns[first:last]]
                parts *= self.values[first:last, None]
                product[start + filled] = np.add.reduceat(parts, self.begins[start + filled] - first, axis=0)
            start = end
        return product


class Model(NamedTuple):
    """A fitted model: for each token its place, how much it tells, and its direction."""

    number: int
    places: dict[str, int]
    idf: Matrix
    directions: NDArray[np.int8]
    scales: Matrix

    def vector(self, counts: Mapping[str, float]) -> Matrix:
        """The unit vector of tokens with their counts (or weights); zeros where the model knows none."""
        places = self.places
        known = [(places[token], count) for token, count in counts.items() if token in places]
        if not known:
            return np.zeros(self.directions.shape[1], np.float32)
        at = np.array([place for place, _ in known])
        often = np.array([count for _, count in known], np.float32)
        tells = np.where(often > 1, 1 + np.log(np.maximum(often, 1)), often) * self.idf[at]
        return _unit((tells * self.scales[at]).astype(np.float32) @ self.directions[at].astype(np.float32))

    def packed_vectors(self, documents: Sequence[Mapping[str, int]]) -> list[bytes]:
        """The direction of each document in one byte a dimension, behind the model's number."""
        turned = self.directions.astype(np.float32) * self.scales[:, None]
        vectors = _rows(documents, self.places, self.idf).times(turned)
        return pack(self.number, vectors)


def pack(number: int, vectors: Matrix) -> list[bytes]:
    """The direction of each vector in one byte a dimension, behind the number of what made them."""
    most = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-9)
    scaled = np.rint(vectors * (127 / most)[:, None]).astype(np.int8)
    return [number.to_bytes(4, "big") + one.tobytes() for one in scaled]


def fit(documents: Sequence[Mapping[str, int]], number: int) -> Model | None:
    """The model of issues given as counts of tokens; None where they have too little in common.

    Always the same for the same issues in the same order. Takes some seconds for 12,000.
    """
    having = Counter(token for counts in documents for token in counts)
    limit = _MOST_COMMON * len(documents)
    usable = [token for token, many in having.items() if _RAREST <= many <= limit]
    usable.sort(key=lambda token: (-having[token], token))
    places = {token: place for place, token in enumerate(usable[:_MOST_TOKENS])}
    if len(places) <= 2 * (DIMENSIONS + _SPARE) or len(documents) <= 2 * (DIMENSIONS + _SPARE):
        return None
    idf = np.log(len(documents) / np.array([having[token] for token in places], np.float32))
    rows = _rows(documents, places, idf)
    directions = _directions(rows, _turned(rows, len(places)), len(places))
    scales = np.maximum(np.abs(directions).max(axis=1), 1e-12) / 127
    return Model(number, places, idf, np.rint(directions / scales[:, None]).astype(np.int8), scales)


def _rows(documents: Sequence[Mapping[str, int]], places: Mapping[str, int], idf: Matrix) -> _Sparse:
    """The documents as rows of unit length."""
    begins, columns, often = [0], list[int](), list[int]()
    place_of = places.get
    for counts in documents:
        for token, count in counts.items():
            if (place := place_of(token)) is not None:
                columns.append(place)
                often.append(count)
        begins.append(len(columns))
    at, first = np.array(columns, np.int32), np.array(begins, np.int64)
    tells = (1 + np.log(np.array(often, np.float32))) * idf[at]
    many = np.diff(first)
    summed = np.concatenate([[0.0], np.cumsum(np.square(tells, dtype=np.float64))])
    lengths = np.sqrt(np.maximum(summed[first[1:]] - summed[first[:-1]], 1e-9))
    return _Sparse(first, at, (tells / np.repeat(lengths, many)).astype(np.float32))


def _turned(rows: _Sparse, many: int) -> _Sparse:
    """The same matrix by columns."""
    order = np.argsort(rows.columns, kind="stable")
    documents = np.repeat(np.arange(len(rows.begins) - 1, dtype=np.int32), np.diff(rows.begins))
    begins = np.concatenate([[0], np.cumsum(np.bincount(rows.columns, minlength=many))])
    return _Sparse(begins.astype(np.int64), documents[order], rows.values[order])


def _directions(rows: _Sparse, columns: _Sparse, tokens: int) -> Matrix:
    """The main right singular directions, by random projection and a few rounds of sharpening."""
    random = np.random.default_rng(_SEED)
    found = rows.times(random.standard_normal((tokens, DIMENSIONS + _SPARE), dtype=np.float32))
    for _ in range(_ROUNDS):
        found = rows.times(_basis(columns.times(_basis(found))))
    small = columns.times(_basis(found))
    _values, turn = np.linalg.eigh((small.T @ small).astype(np.float64))
    kept = small @ turn[:, ::-1][:, :DIMENSIONS].astype(np.float32)
    lengths = np.linalg.norm(kept, axis=0)
    directions: Matrix = (kept / np.maximum(lengths, 1e-9)).astype(np.float32)
    return directions


def _basis(found: Matrix) -> Matrix:
    """An orthonormal basis of the columns, by way of their few products: a tenth of the time of a QR."""
    values, turn = np.linalg.eigh((found.T @ found).astype(np.float64))
    scales = 1 / np.sqrt(np.maximum(values, values[-1] * 1e-9))
    basis: Matrix = found @ (turn * scales).astype(np.float32)
    return basis


def _unit(vector: Matrix) -> Matrix:
    unit: Matrix = (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)
    return unit


def as_bytes(model: Model) -> bytes:
    """The model as it is stored."""
    kept = io.BytesIO()
    tokens = np.frombuffer("\n".join(model.places).encode(), np.uint8)
    np.savez(kept, tokens=tokens, idf=model.idf, directions=model.directions, scales=model.scales)
    return zlib.compress(kept.getvalue(), 1)


def from_bytes(kept: bytes, number: int) -> Model:
    """The stored model. Raises `ValueError` where the bytes are no model."""
    try:
        with np.load(io.BytesIO(zlib.decompress(kept)), allow_pickle=False) as read:
            tokens = read["tokens"].tobytes().decode().split("\n")
            places = {token: place for place, token in enumerate(tokens)}
            return Model(number, places, read["idf"], read["directions"], read["scales"])
    except (zlib.error, BadZipFile, KeyError, EOFError) as bad:
        raise ValueError(f"no latent model: {bad}") from bad


def cosines(number: int, query: Matrix, packed: Iterable[bytes | None]) -> list[float | None]:
    """The nearness of each packed vector to a unit vector, -1 to 1; None for one with another number."""
    own, size = number.to_bytes(4, "big"), 4 + len(query)
    given = list(packed)
    is_own = [one is not None and len(one) == size and one[:4] == own for one in given]
    held = [one[4:] for one, fits in zip(given, is_own, strict=True) if fits and one is not None]
    vectors = np.frombuffer(b"".join(held), np.int8).reshape(len(held), size - 4).astype(np.float32)
    near = vectors @ query / np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)
    found = iter(near.tolist())
    return [next(found) if fits else None for fits in is_own]
