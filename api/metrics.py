"""What the service counts, for Prometheus. With several workers the counts of all are added up."""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from agent.diagnosis.diagnosis import Answer
from agent.diagnosis.model import ModelCall, ModelReply

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder where workers keep their counts; `serve` sets it where there are several."""
_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)


class Metrics:
    """The counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "caseworker_http_requests",
            "Answered requests",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "caseworker_http_request_seconds",
            "Seconds from a request to the end of its answer",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.diagnoses = Counter(
            "caseworker_diagnoses", "Diagnoses made", ["action", "mode"], registry=self.registry
        )
        self.rooms = Histogram(
            "caseworker_room_seconds",
            "Seconds that a node of the road took",
            ["node"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.model_calls = Counter(
            "caseworker_model_calls",
            "Calls of a model, by what came of them",
            ["step", "model", "outcome"],
            registry=self.registry,
        )
        self.model_tokens = Counter(
            "caseworker_model_tokens", "Tokens of model calls", ["model", "kind"], registry=self.registry
        )
        self.model_usd = Counter(
            "caseworker_model_usd", "US dollars of model calls", ["model"], registry=self.registry
        )
        self.model_seconds = Histogram(
            "caseworker_model_seconds",
            "Seconds that a model call took, retries and pauses counted",
            ["step"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.running = Gauge(
            "caseworker_runs",
            "Diagnoses being made",
            multiprocess_mode="livesum",
            registry=self.registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def made(self, answer: Answer) -> None:
        """Count one diagnosis."""
        self.diagnoses.labels(answer.diagnosis.action, answer.mode).inc()
        for node, milliseconds in answer.timings_ms.items():
            self.rooms.labels(node).observe(milliseconds / 1000)

    def asked(self, call: ModelCall, reply: ModelReply) -> None:
        """Count one call of a model, under the model that was asked: its own ids know no bound."""
        model = str(call.body.get("model", ""))
        self.model_calls.labels(call.step, model, reply.outcome).inc()
        for kind, tokens in reply.usage.model_dump().items():
            self.model_tokens.labels(model, kind.removesuffix("_tokens")).inc(tokens)
        self.model_usd.labels(model).inc(reply.usd)
        self.model_seconds.labels(call.step).observe(reply.latency_ms / 1000)

    def text(self) -> bytes:
        """The counts as Prometheus reads them."""
        if not os.environ.get(SHARED_FOLDER):
            return generate_latest(self.registry)
        everybody = CollectorRegistry()
        MultiProcessCollector(everybody)  # type: ignore[no-untyped-call]
        return generate_latest(everybody)
