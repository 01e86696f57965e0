"""What a short answer means in the light of the question: yes, no, not known, or a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from agent.causes.cause import AskableSign
from agent.diagnosis.answer_words import is_unknown, version_moved_to, yes_or_no
from agent.report.credentials import plan_of
from agent.report.programs import third_parties
from agent.report.terminal import plain

SHORT = 400
"""Characters up to which a message may be an answer in a few words; a longer one is only evidence."""

_VERSION = re.compile(r"(?<![\w.])v?((?:0\.2|1\.0|2\.\d)\.\d{1,3})(?![\w.]*\d)")
_DENIED = re.compile(
    r"(?:\b(?:not|no|nicht|keine?[nr]?|without|ohne|instead of|rather than|statt|pas|non)\b|不是|没有|不用)"
    r"\s*(?:(?!\b(?:but|sondern|aber|mais|sino)\b|而是)[^,.;，。；])*",
    re.I,
)
_KEY = re.compile(
    r"\bapi[ _-]?(?:key|schlüssel|token)|ANTHROPIC_API_KEY|\bconsole\b|密钥|金鑰|API キー", re.I
)
_ACCOUNT = re.compile(
    r"\bclaude[ .-]?(?:ai )?(?:account|konto|login|max|pro|team)|\bsubscription|\babo\b|\boauth\b|claude\.ai"
    r"|\bmy account\b|\bkonto\b|\bcompte\b|\bcuenta\b|\bseat\b|账户|账号|帳號|订阅|訂閱",
    re.I,
)
_PLAN = re.compile(r"\b(max(?: ?\(?(?:20x|5x|x20|x5))?|pro|team|enterprise|free)\b", re.I)
_MODEL = re.compile(
    r"\b(claude-[a-z0-9.-]*\d[a-z0-9.-]*"
    r"|(?:claude )?(?:opus|sonnet|haiku|fable)(?:[ -]\d(?:\.\d)?(?![\d ]?m))?)",
    re.I,
)
_MILLION = re.compile(r"(?<![a-z0-9])1 ?m(?:illion|io)?(?![a-z])|\[1m\]|100万", re.I)
_URL = re.compile(r"https?://[^\s\"'`<>)\]]{3,200}")
_DIRECT = re.compile(
    r"\bdirect|\bstraight\b|\bdirekt|api\.anthropic\.com|直接|\banthropic(?:'s)? api\b", re.I
)
_THROUGH = re.compile(r"\bprox(?:y|ies)\b|\brouter\b|\bgateway\b|\bother server\b|代理|网关|路由", re.I)
_OFFICIAL = re.compile(r"\bofficial|\boffiziell|\bofficiel|官方|^claude(?: code)?\W*$|\bclaude code\b", re.I)
_MONEY = re.compile(
    r"(?:[$€£¥]|usd|eur)?\s*(-?\d{1,7}(?:[.,]\d{1,2})?)\s*(?:[$€£¥]|usd|eur|dollars?|euros?)?", re.I
)
_NO_WINDOW = re.compile(r"none|no window|neither|nothing|all (?:are )?low|keine?s?|nichts|没有|都很低", re.I)
_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s?[%％]")


class Meaning(NamedTuple):
    """What an answer says: of the question's sign, of the machine, and of the account (native form)."""

    present: bool | None = None
    environment: Mapping[str, str] = {}
    usage: Mapping[str, Any] | None = None
    wording: str | None = None


def interpret(asked: AskableSign, content: str) -> Meaning:
    """What `content` says in answer to `asked`; empty where it is long, or says nothing of it."""
    said = content.replace("’", "'").strip()
    if len(said) > SHORT or is_unknown(said):
        return Meaning()
    meaning = _VALUES.get(asked.sign, _nothing)(asked, said)
    if meaning.present is not None:
        return meaning
    answer = yes_or_no(said)
    if answer is None or asked.yes == "unclear" or meaning.environment:
        return meaning
    return meaning._replace(present=answer is (asked.yes == "present"))


def _nothing(asked: AskableSign, said: str) -> Meaning:
    if asked.sign == "says" and asked.args.get("any") == ["key-in-environment"] and asked.yes == "unclear":
        kind = _credential(said)
        return Meaning(present=kind == "api_key", environment={"auth": kind}) if kind else Meaning()
    return Meaning()


def _version(_: AskableSign, said: str) -> Meaning:
    found = _VERSION.search(said)
    version = version_moved_to(said) or (found.group(1) if found else None)
    return Meaning(environment={"client_version": version}) if version else Meaning()


def _credential(said: str) -> str | None:
    """api_key or subscription, where the words name one and do not deny it."""
    kept = _DENIED.sub(" ", said)
    key, account = _KEY.search(kept), _ACCOUNT.search(kept)
    if key and account:
        return "api_key" if key.start() < account.start() else "subscription"
    return "api_key" if key else "subscription" if account else None


def _account(asked: AskableSign, said: str) -> Meaning:
    """Plan and sign-in: whoever is asked for one often tells the other."""
    facts = {}
    kind, plan = _credential(said), _PLAN.search(_DENIED.sub(" ", said))
    if plan:
        facts["plan"] = plan_of(plan.group(1))
    if kind or (plan and asked.sign == "env.auth"):
        facts["auth"] = kind or "subscription"
    if facts or asked.sign == "env.auth":
        return Meaning(environment=facts)
    if re.search(r"\bpersonal|\bprivat|\bpersonnel|个人|個人", said, re.I):
        return Meaning(present=bool({"pro", "max"} & set(asked.args["is"])))
    if re.search(r"\borgani[sz]ation\b|\bcompany\b|\bfirma\b|组织|公司|团队", said, re.I):
        return Meaning(present=bool({"team", "enterprise"} & set(asked.args["is"])))
    return Meaning()


def _model(asked: AskableSign, said: str) -> Meaning:
    kept = _DENIED.sub(" ", said)
    name = _MODEL.search(kept)
    million = _MILLION.search(kept) is not None
    if not name:
        return Meaning(present="1m" in asked.args["matches"]) if million else Meaning()
    value = name.group(1).strip().lower()
    return Meaning(environment={"model": f"{value}[1m]" if million and "1m" not in value else value})


def _base_url(asked: AskableSign, said: str) -> Meaning:
    custom = bool(asked.args["custom"])
    if found := _URL.search(said):
        return Meaning(environment={"base_url": found.group(0).rstrip(".,;")})
    kept = _DENIED.sub(" ", said)
    if _DIRECT.search(kept):
        return Meaning(present=not custom)
    return Meaning(present=custom) if _THROUGH.search(kept) else Meaning()


def _program(asked: AskableSign, said: str) -> Meaning:
    third_wanted = asked.sign == "client.third_party"
    if next(third_parties(plain(said), 0), None):
        return Meaning(present=third_wanted)
    if next(third_parties(plain(f"using {said}"), 0), None):
        return Meaning(present=third_wanted, wording=f"using {said}")
    if asked.yes == "unclear" and _OFFICIAL.search(_DENIED.sub(" ", said)):
        return Meaning(present=not third_wanted)
    return Meaning()


def _amount(asked: AskableSign, said: str) -> Meaning:
    """A bare amount is the balance that was asked for; one in a sentence is for the readers."""
    found = _MONEY.fullmatch(said.rstrip("."))
    if found is None:
        return Meaning()
    left = float(found.group(1).replace(",", "."))
    bucket = {"name": asked.args["name"], "remaining": left, "basis": "claimed"}
    return Meaning(usage={"buckets": [bucket]})


def _windows(asked: AskableSign, said: str) -> Meaning:
    found = _PERCENT.fullmatch(said.rstrip("."))
    if found:
        used = float(found.group(1).replace(",", "."))
        bucket = {"name": "plan_overall", "used_percent": used, "basis": "claimed"}
        return Meaning(usage={"buckets": [bucket]})
    exhausted = asked.args["state"] == "exhausted"
    if re.match(
        r"(?:none|no window|neither|nothing|all (?:are )?low|keine?s?|nichts|没有|都很低)", said, re.I
    ):
        return Meaning(present=not exhausted)
    return Meaning()


def _flag(asked: AskableSign, said: str) -> Meaning:
    answer = yes_or_no(said)
    if re.match(r"(?:an|aktiviert|eingeschaltet|开|已启用)\b", said, re.I):
        answer = True
    elif re.match(r"(?:deaktiviert|ausgeschaltet|关|未启用)", said, re.I):
        answer = False
    if answer is None:
        return Meaning()
    return Meaning(present=answer, usage={"flags": {asked.args["name"]: answer}})


_VALUES: dict[str, Callable[[AskableSign, str], Meaning]] = {
    "client.version": _version,
    "client.is": _program,
    "client.third_party": _program,
    "env.auth": _account,
    "env.plan": _account,
    "env.model": _model,
    "env.base_url": _base_url,
    "usage.bucket": _amount,
    "usage.windows": _windows,
    "usage.flag": _flag,
}
