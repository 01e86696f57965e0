"""The closed set of signs: predicates over the evidence, each present, absent or unknown.

A sign is a reason, never a fingerprint of one thread: it looks at what an error says, what the
account shows, what runs and what the reporter states. Cause files use signs by name with
arguments; a name or an argument that is not listed here is refused when the file is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from agent.report.error_report import ErrorReport
from agent.usage.account import UsageAssessment

Reading = bool | None
"""True: the sign is present. False: it is absent. None: the evidence does not tell."""

OFFICIAL_CLIENTS = frozenset({"claude-code", "claude-desktop", "claude-code-vscode", "claude-ai"})
FULL_AT = 99.5
"""Per cent used from which a window counts as used up: displays round."""
LOW_BELOW = 90.0


@dataclass(frozen=True)
class Evidence:
    """What the signs may look at."""

    report: ErrorReport
    usage: UsageAssessment

    @cached_property
    def signatures(self) -> frozenset[str]:
        """Signatures of all errors."""
        return frozenset(e.signature for e in self.report.errors if e.signature)

    @cached_property
    def statuses(self) -> frozenset[int]:
        """Status codes of all errors."""
        return frozenset(e.status for e in self.report.errors if e.status is not None)

    @cached_property
    def messages(self) -> str:
        """All error messages in lower case, one a line."""
        return "\n".join((e.message or "").lower() for e in self.report.errors)

    @cached_property
    def request_ids(self) -> list[str]:
        """Request ids of all errors."""
        return [rid for e in self.report.errors for rid in e.request_ids]

    @cached_property
    def statements(self) -> Mapping[str, bool]:
        """Statement ids to whether they are affirmed; an affirmation wins over a denial."""
        found: dict[str, bool] = {}
        for statement in self.report.statements:
            found[statement.id] = statement.affirmed or found.get(statement.id, False)
        return found


Predicate = Callable[[Evidence, Mapping[str, Any]], Reading]


@dataclass(frozen=True)
class Sign:
    """One predicate: what it looks at in words, its arguments, and the function."""

    name: str
    about: str
    required: frozenset[str]
    optional: frozenset[str]
    predicate: Predicate


SIGNS: dict[str, Sign] = {}


def _sign(name: str, about: str, required: str = "", optional: str = "") -> Callable[[Predicate], Predicate]:
    def register(predicate: Predicate) -> Predicate:
        names = frozenset(required.split()), frozenset(optional.split())
        SIGNS[name] = Sign(name, about, *names, predicate)
        return predicate

    return register


def check_use(name: str, args: Mapping[str, Any]) -> str | None:
    """What is wrong with the arguments of a known sign, in words, or None."""
    sign = SIGNS[name]
    if missing := sign.required - set(args):
        return f"it needs {', '.join(sorted(missing))}"
    if extra := set(args) - sign.required - sign.optional:
        return f"it takes no {', '.join(sorted(extra))}"
    for key in ("is", "any", "matches"):
        if key in args and not isinstance(args[key], list):
            return f"{key} must be a list"
    if name == "client.version" and not args:
        return "it needs below or at_least"
    return None


def read_sign(name: str, args: Mapping[str, Any], evidence: Evidence) -> Reading:
    """Present (True), absent (False) or unknown (None). Raises KeyError for an unknown name."""
    return SIGNS[name].predicate(evidence, args)


def version_tuple(version: str) -> tuple[int, ...]:
    """The numbers of a dotted version: "v2.1.7" is (2, 1, 7); empty where there is none."""
    found = re.search(r"\d+(?:\.\d+)+", version)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


# --- the errors --------------------------------------------------------------------------------------
@_sign("error.signature", "the message template of an error", "is")
def _signature(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if not evidence.report.errors:
        return None
    return bool(evidence.signatures & set(args["is"]))


@_sign("error.named", "an error of this kind is shown, or described in words", "is any")
def _named(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if evidence.signatures & set(args["is"]) or _says(evidence, {"any": args["any"]}):
        return True
    return False if evidence.report.errors else None


@_sign("error.status", "the HTTP status of an error", "is")
def _status(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    return bool(evidence.statuses & set(args["is"])) if evidence.statuses else None


@_sign("error.type", "the type of an error", "is")
def _type(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    types = {e.type for e in evidence.report.errors if e.type}
    return bool(types & set(args["is"])) if types else None


@_sign("error.group", "the group that an error is filed under", "is")
def _group(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    groups = {e.group for e in evidence.report.errors if e.group}
    return bool(groups & set(args["is"])) if groups else None


@_sign("error.provider", "who issued an error", "is")
def _provider(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    providers = {e.provider for e in evidence.report.errors} - {"unknown"}
    return bool(providers & set(args["is"])) if providers else None


@_sign("error.message", "words in an error message", "any")
def _message(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if not evidence.messages.strip():
        return None
    return any(phrase.lower() in evidence.messages for phrase in args["any"])


@_sign("error.reset", "a limit message states when the limit resets")
def _reset(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    limits = [e for e in evidence.report.errors if e.group == "usage-limits"]
    if not limits:
        return None
    return any(re.search(r"\breset", e.message or "", re.I) for e in limits)


@_sign("error.request_id", "who issues request ids of this form: first-party, vertex or foreign", "form")
def _request_id(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if not evidence.request_ids:
        return None
    return any(request_id_form(rid) == args["form"] for rid in evidence.request_ids)


def request_id_form(request_id: str) -> str:
    """first-party (req_011...), vertex (req_vrtx_...), foreign (24 hex digits) or other.

    The forms are a pattern seen in public threads, not a documented rule.
    """
    if request_id.startswith("req_vrtx_"):
        return "vertex"
    if re.fullmatch(r"req_[0-9a-f]{24}", request_id):
        return "foreign"
    return "first-party" if re.match(r"req_01[0-9A-Za-z]{10,}$", request_id) else "other"


@_sign("error.html", "a web page came in place of an API error, with one of these statuses", "status")
def _html(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if not evidence.report.errors:
        return None
    pages = {f"html-page-{status}" for status in args["status"]}
    return bool(pages & evidence.signatures)


@_sign("error.none", "no error was found in the report")
def _no_error(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    return not evidence.report.errors


# --- what runs ---------------------------------------------------------------------------------------
@_sign("client.version", "the version of the client that is known to run", "", "below at_least")
def _version(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    reading = evidence.report.environment.get("client_version")
    version = version_tuple(reading.value) if reading else ()
    if not version:
        return None
    if "below" in args and version >= version_tuple(str(args["below"])):
        return False
    return not ("at_least" in args and version < version_tuple(str(args["at_least"])))


@_sign("client.is", "the program that sends the requests", "is")
def _client(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    client = evidence.report.value("client")
    return client in args["is"] if client else None


@_sign("client.third_party", "the program that sends the requests is not the vendor's")
def _third_party(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if evidence.statements.get("third-party-tool-in-use"):
        return True
    client = evidence.report.value("client")
    if client:
        return client not in OFFICIAL_CLIENTS
    return False if evidence.statements.get("official-client-only") else None


@_sign("product.is", "the product that the report is filed against", "is")
def _product(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    product = evidence.report.product
    return product.lower() in args["is"] if product else None


@_sign("env.plan", "the plan of the account", "is")
def _plan(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    plan = evidence.report.value("plan") or evidence.usage.plan
    if not plan:
        return None
    return any(plan.lower().startswith(wanted) for wanted in args["is"])


@_sign("env.auth", "how the client is signed in", "is")
def _auth(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    auth = evidence.report.value("auth")
    return auth in args["is"] if auth else None


@_sign("env.base_url", "requests go to an address that is not the vendor's", "custom")
def _base_url(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    stated = evidence.statements.get("base-url-set")
    url = evidence.report.value("base_url")
    if url:
        return (re.match(r"https?://api\.anthropic\.com(?:[:/]|$)", url) is None) is bool(args["custom"])
    return None if stated is None else stated is bool(args["custom"])


@_sign("env.platform", "the operating system", "is")
def _platform(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    platform = evidence.report.value("platform")
    return platform in args["is"] if platform else None


@_sign("env.model", "the model that was asked for", "matches")
def _model(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    model = evidence.report.value("model")
    return any(part.lower() in model.lower() for part in args["matches"]) if model else None


@_sign("env.surface", "where the client runs: cli, vscode, desktop, web, sdk", "is")
def _surface(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    surface = evidence.report.value("surface")
    return surface in args["is"] if surface else None


@_sign("env.conflict", "two readings of one field disagree", "field")
def _conflict(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    return any(c.field == args["field"] for c in evidence.report.conflicts)


# --- the account -------------------------------------------------------------------------------------
@_sign("usage.windows", "the plan's windows are all low, or one of them is used up", "state")
def _windows(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    used = [b.used_percent for b in evidence.usage.plan_windows if b.used_percent is not None]
    if args["state"] == "exhausted":
        if evidence.usage.flags.get("plan_blocked"):
            return True
        return max(used) >= FULL_AT if used else None
    if used:
        return max(used) < LOW_BELOW
    return True if evidence.usage.flags.get("limits_not_reached") else None


@_sign(
    "usage.bucket",
    "how far one window, cap or balance is used",
    "name",
    "at_least below left_below left_above",
)
def _bucket(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    bucket = evidence.usage.bucket(args["name"])
    if bucket is None:
        return None
    if "left_below" in args or "left_above" in args:
        if bucket.remaining is None:
            return None
        low = bucket.remaining < float(args.get("left_below", "inf"))
        return low and bucket.remaining > float(args.get("left_above", "-inf"))
    if bucket.used_percent is None:
        return None
    at_least = bucket.used_percent >= float(args.get("at_least", "-inf"))
    return at_least and bucket.used_percent < float(args.get("below", "inf"))


@_sign("usage.lane", "the billing lane that the refusal names", "is")
def _lane(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    lane = evidence.usage.lane
    return None if lane == "unknown" else lane in args["is"]


@_sign("usage.verdict", "whether error and account agree", "is")
def _verdict(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    verdict = evidence.usage.verdict
    return None if verdict == "unknown" else verdict in args["is"]


@_sign("usage.contradiction", "a rule about error against account that fired", "any")
def _contradiction(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    fired = {c.rule for c in evidence.usage.contradictions}
    return True if fired & set(args["any"]) else None


@_sign("usage.flag", "a yes/no fact of the account", "name")
def _flag(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    return evidence.usage.flags.get(args["name"])


# --- what the reporter says, and when ----------------------------------------------------------------
@_sign("says", "something that the reporter states", "any")
def _says(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    known = [evidence.statements[s] for s in args["any"] if s in evidence.statements]
    return any(known) if known else None


@_sign("reported", "when the report was written", "", "since until")
def _reported(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if evidence.report.reported_at is None:
        return None
    day = evidence.report.reported_at.date()
    since, until = _day(args.get("since")), _day(args.get("until"))
    return (since is None or day >= since) and (until is None or day <= until)


def _day(value: object) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))
