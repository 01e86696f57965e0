"""Signs of the errors: what the service or the client said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agent.causes.evidence import Evidence, request_id_form
from agent.causes.sign import Reading, SignSet

SIGNS = SignSet()


@SIGNS.sign("error.signature", "the message template of an error", "is")
def _signature(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if not evidence.report.errors:
        return None
    return bool(evidence.signatures & set(args["is"]))


@SIGNS.sign("error.status", "the HTTP status of an error", "is")
def _status(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    return bool(evidence.statuses & set(args["is"])) if evidence.statuses else None


@SIGNS.sign("error.type", "the type of an error", "is")
def _type(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    types = {e.type for e in evidence.report.errors if e.type}
    return bool(types & set(args["is"])) if types else None


@SIGNS.sign("error.group", "the group that an error is filed under", "is")
def _group(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    groups = {e.group for e in evidence.report.errors if e.group}
    return bool(groups & set(args["is"])) if groups else None


@SIGNS.sign("error.provider", "who issued an error", "is")
def _provider(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    providers = {e.provider for e in evidence.report.errors} - {"unknown"}
    return bool(providers & set(args["is"])) if providers else None


@SIGNS.sign("error.message", "words in an error message", "any")
def _message(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if not evidence.messages.strip():
        return None
    return any(phrase.lower() in evidence.messages for phrase in args["any"])


@SIGNS.sign("error.reset", "a limit message states when the limit resets")
def _reset(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    limits = [e for e in evidence.report.errors if e.group == "usage-limits"]
    if not limits:
        return None
    return any(re.search(r"\breset", e.message or "", re.I) for e in limits)


@SIGNS.sign("error.request_id", "who issues request ids of this form: first-party, vertex or foreign", "form")
def _request_id(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if not evidence.request_ids:
        return None
    return any(request_id_form(rid) == args["form"] for rid in evidence.request_ids)


@SIGNS.sign("error.html", "a web page came in place of an API error, with one of these statuses", "status")
def _html(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if not evidence.report.errors:
        return None
    pages = {f"html-page-{status}" for status in args["status"]}
    return bool(pages & evidence.signatures)


@SIGNS.sign("error.none", "no error was found in the report")
def _no_error(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    return not evidence.report.errors
