"""Signs of what runs: client, version, sign-in, address, model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agent.causes.evidence import Evidence, version_tuple
from agent.causes.sign import Reading, SignSet

SIGNS = SignSet()

OFFICIAL_CLIENTS = frozenset({"claude-code", "claude-desktop", "claude-code-vscode", "claude-ai"})


@SIGNS.sign("client.version", "the version of the client that is known to run", "", "below at_least")
def _version(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    reading = evidence.report.environment.get("client_version")
    version = version_tuple(reading.value) if reading else ()
    if not version:
        return None
    if "below" in args and version >= version_tuple(str(args["below"])):
        return False
    return not ("at_least" in args and version < version_tuple(str(args["at_least"])))


@SIGNS.sign("client.is", "the program that sends the requests", "is")
def _client(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    client = evidence.report.value("client")
    return client in args["is"] if client else None


@SIGNS.sign("client.third_party", "the program that sends the requests is not the vendor's")
def _third_party(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if evidence.statements.get("third-party-tool-in-use"):
        return True
    client = evidence.report.value("client")
    if client:
        return client not in OFFICIAL_CLIENTS
    return False if evidence.statements.get("official-client-only") else None


@SIGNS.sign("product.is", "the product that the report is filed against", "is")
def _product(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    product = evidence.report.product
    return product.lower() in args["is"] if product else None


@SIGNS.sign("env.plan", "the plan of the account", "is")
def _plan(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    plan = evidence.report.value("plan") or evidence.usage.plan
    if not plan:
        return None
    return any(plan.lower().startswith(wanted) for wanted in args["is"])


@SIGNS.sign("env.auth", "how the client is signed in", "is")
def _auth(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    auth = evidence.report.value("auth")
    return auth in args["is"] if auth else None


@SIGNS.sign("env.base_url", "requests go to an address that is not the vendor's", "custom")
def _base_url(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    stated = evidence.statements.get("base-url-set")
    url = evidence.report.value("base_url")
    if url:
        return (re.match(r"https?://api\.anthropic\.com(?:[:/]|$)", url) is None) is bool(args["custom"])
    return None if stated is None else stated is bool(args["custom"])


@SIGNS.sign("env.platform", "the operating system", "is")
def _platform(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    platform = evidence.report.value("platform")
    return platform in args["is"] if platform else None


@SIGNS.sign("env.model", "the model that was asked for", "matches")
def _model(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    model = evidence.report.value("model")
    return any(part.lower() in model.lower() for part in args["matches"]) if model else None


@SIGNS.sign("env.surface", "where the client runs: cli, vscode, desktop, web, sdk", "is")
def _surface(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    surface = evidence.report.value("surface")
    return surface in args["is"] if surface else None


@SIGNS.sign("env.conflict", "two readings of one field disagree", "field")
def _conflict(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    return any(c.field == args["field"] for c in evidence.report.conflicts)
