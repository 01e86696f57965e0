"""The closed set of signs: every predicate that a cause file may use, by name.

A sign is a reason, never a fingerprint of one thread: it looks at what an error says, what the
account shows, what runs and what the reporter states. Cause files use signs by name with
arguments; a name or an argument that is not listed here is refused when the file is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.causes import account_signs, client_signs, error_signs, said_signs
from agent.causes.evidence import Evidence, sign_key
from agent.causes.sign import Reading, Sign

SIGNS: dict[str, Sign] = {
    **error_signs.SIGNS,
    **client_signs.SIGNS,
    **account_signs.SIGNS,
    **said_signs.SIGNS,
}


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
    """Present (True), absent (False) or unknown (None). Raises KeyError for an unknown name.

    What can be read goes before what was answered to the question about this sign.
    """
    reading = SIGNS[name].predicate(evidence, args)
    if reading is None and evidence.settled:
        return evidence.settled.get(sign_key(name, args))
    return reading
