"""Take secrets and e-mail addresses out of a text; request, tool and session ids stay.

Everything after this room sees the redacted text only, so nothing secret can be stored or shown.
"""

from __future__ import annotations

import re
from functools import partial
from typing import NamedTuple

_CONTINUED = r"(?:[ \t│|]*\r?\n[ \t│|]*(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{12,}(?![\w ]*:))*"
_VALUE = r"(?!\[redacted)[^\s\"'`,;<>&\\]{6,}"
_NAMES_OF_KEYS = (
    "api_key", "api-key", "auth_token", "auth-token", "access_token", "access-token", "refresh_token",
    "refresh-token", "client_secret", "client-secret", "password", "passwd",
)  # fmt: skip
_RULES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "private-key",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:[^-]|-(?!----BEGIN)){0,8000}?"
        r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|(?=-----BEGIN)|\Z)",
        ("-----begin",),
    ),
    ("anthropic-key", r"\bsk-ant-[A-Za-z0-9_-]{6,}" + _CONTINUED, ("sk-ant-",)),
    ("api-key", r"\bsk-(?!ant-)[A-Za-z0-9_-]{16,}" + _CONTINUED, ("sk-",)),
    (
        "api-key",
        r"\b(?:AIza[A-Za-z0-9_-]{30,}|xox[abeprs]-[A-Za-z0-9-]{10,}|glpat-[\w-]{16,})",
        ("aiza", "xox", "glpat-"),
    ),
    (
        "api-key",
        r"\b(?:npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|sk_live_\w{16,})",
        ("npm_", "hf_", "gsk_", "sk_live_"),
    ),
    (
        "github-token",
        r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    ),
    ("aws-key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b", ("akia", "asia", "abia", "acca")),
    (
        "aws-secret",
        r"(?i:(?<=secret_access_key)|(?<=session_token)|(?<=bearer_token_bedrock))[\"']?\s*[=:]\s*[\"']?"
        r"(?!\[redacted)[A-Za-z0-9/+=_-]{16,}",
        ("secret_access_key", "session_token", "bearer_token_bedrock"),
    ),
    ("jwt", r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]{0,})?", ("eyj",)),
    (
        "bearer",
        r"(?i:(?<=\bbearer )|(?<=\bbasic ))(?!\[redacted|token|auth)[A-Za-z0-9._~+/=-]{12,}",
        ("bearer ", "basic "),
    ),
    ("cookie", r"(?im)(?<=cookie: )(?!\[redacted)[^\r\n]*=[^\r\n]*", ("cookie: ",)),
    (
        "session-key",
        r"(?i:(?<=sessionkey=)|(?<=sessionkey: )|(?<=sessionkey\": \")|(?<=sessionkey\":\"))" + _VALUE,
        ("sessionkey",),
    ),
    (
        "key",
        r"(?i:(?<=api[_-]key)|(?<=auth[_-]token)|(?<=oauth[_-]token)|(?<=access[_-]token)"
        r"|(?<=refresh[_-]token)|(?<=client[_-]secret)|(?<=\bpassword)|(?<=\bpasswd))"
        r"(?:\\?[\"'])?(?:=|:\s?)(?:\\?[\"'])?(?!\[redacted)(?=[A-Za-z0-9._~+/!@#$%^*-]{10})(?=[^\s\"']{0,400}\d)"
        r"[A-Za-z0-9._~+/!@#$%^*-]{10,}",
        _NAMES_OF_KEYS,
    ),
    ("credentials", r"(?<=://)(?!\[redacted)[^\s/@:\"'<>]{1,200}:[^\s/@\"'<>]{1,200}(?=@)", ("://",)),
    ("email", r"(?<![\w.+-])[A-Za-z0-9_][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}\b", ("@",)),
)
"""Kind, expression, and hints: in lower case, one of which every match of the expression holds."""
_COMPILED = tuple((kind, re.compile(pattern), hints) for kind, pattern, hints in _RULES)


class Redacted(NamedTuple):
    """The text without secrets, and how many were replaced."""

    text: str
    replaced: int


def redact(text: str) -> Redacted:
    """`text` with every secret as ``[redacted:kind]``. A second pass changes nothing."""
    count = 0
    folded = text.casefold()
    for kind, pattern, hints in _COMPILED:
        # A loop, since a generator for each rule costs twice as much as the look itself.
        for hint in hints:
            if hint in folded:
                break
        else:
            continue
        text, found = pattern.subn(partial(_mask, kind), text)
        count += found
    return Redacted(text, count)


def _mask(kind: str, match: re.Match[str]) -> str:
    """The mask, after the separator that a lookbehind leaves in the match (``="`` or ``: ``)."""
    lead = re.match(r"(?:\\?[\"'])?\s*[=:]\s*(?:\\?[\"'])?", match.group(0))
    kept = lead.group(0) if lead and kind in ("key", "aws-secret") else ""
    return f"{kept}[redacted:{kind}]"
