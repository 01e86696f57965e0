"""What people say about their account without a percentage: "weekly exhausted", "plan barely touched"."""

from __future__ import annotations

import re

from agent.usage.account import BucketName
from agent.usage.figures import Figures
from agent.usage.sentences import lines_with

_WINDOW = (
    r"(?P<windows>(?:(?:session|weekly|week|5[- ]?h(?:our)?|five[- ]hour|7[- ]day|daily|opus"
    r"|sonnet|extra[- ]usage"
    r"|extra credits?|monthly spend(?:ing)?|all models|sitzung|wochenlimit|wöchentlich\w*)(?: limits?| usage"
    r"| quota| window| credits?)?"
    r"(?: \(?all models\)?)?(?:\s?(?:,|and|&|/|und)\s?(?:the |my )?)?){1,3})"
)
_SPENT = re.compile(
    rf"\b{_WINDOW}(?: limits?| usage| quota| window| credits?| cap| allowance)?\s?(?:\b(?:is"
    rf"|are|was|were|has been|have been|already|now|then|both|"
    r"fully|completely|truly|really|all|ist|sind)\s){0,4}"
    r"(?P<how>exhausted|used up|maxed(?: out)?|fully used|depleted|consumed|spent|(?:truly"
    r"|really|genuinely) (?:hit|reached|used up)"
    r"|exceeded|(?:hit|reached) (?:100|its limit)|aufgebraucht|erschöpft)\b",
    re.I,
)
_USED_UP = re.compile(
    rf"\b(?:(?:used|burned|burnt) (?:up|through)|exhausted|maxed out|consumed"
    rf"|depleted) (?:all (?:of )?)?(?:my |the |our |your )?{_WINDOW}",
    re.I,
)
_TRULY = re.compile(
    rf"\b{_WINDOW}(?: limits?)? (?:truly|really|genuinely|indeed) (?:hit|reached|exhausted)\b", re.I
)
_REALLY = re.compile(
    rf"\b(?:really|actually) (?:my |the |a )?{_WINDOW}(?: usage)?(?: limit)?(?= (?:hit"
    rf"|reached)\b|\W*$|[.;,\n])",
    re.I | re.M,
)
_DENIED = re.compile(
    r"\b(?:not|never|no|isn'?t|aren'?t|wasn'?t|haven'?t|hasn'?t|hadn'?t|without|nicht|kein\w*"
    r"|far from|before|if|when|until|once|"
    r"unless|after|until|would be)\b[^.;,]{0,30}\Z|\b(?:n't|not) ",
    re.I,
)
_HEDGED = re.compile(
    r"\b(?:i think|thinks?|i guess|maybe|perhaps|probably|not sure|i believe|should be|supposed)\b", re.I
)
_NOT_REACHED = re.compile(
    r"\blimits?\b[^.;\n]{0,25}\b(?:not|n'?t|never|nowhere near"
    r"|far from)\b(?: \w+){0,2}? (?:been )?(?:hit|reached|exhausted|exceeded|used up)\b"
    r"|\b(?:haven'?t|have not|hadn'?t|hasn'?t|has not|did not|didn'?t|never|not|without"
    r"|nowhere near|not even close to) "
    r"(?:\w+ ){0,2}?(?:hit|hitting|reach(?:ed|ing)?|exceed(?:ed|ing)?|exhaust(?:ed|ing)?"
    r"|used up|using up|run out of) "
    r"(?:\w+ ){0,4}?(?:limits?|quota|usage|allowance|plan)\b"
    r"|\b(?:plan|subscription|usage|quota|limits?|session|weekly)\b[^.;\n]{0,30}\b(?:(?:barely"
    r"|hardly|scarcely) (?:touched|used|dented)|(?:essentially|basically|almost|practically"
    r"|mostly|nearly) (?:unused|untouched))\b"
    r"|\b(?:barely|hardly) (?:touched|used|dented|made a dent in) (?:\w+ ){0,3}?(?:plan"
    r"|subscription|usage|quota|limits?|session|weekly)\b"
    r"|(?<!not )\b(?:plenty|enough|sufficient)(?: of)? (?:(?!extra|context"
    r"|api)[\w%]+ ){0,5}?(?:quota|usage|limits?|allowance|capacity|pro credits|plan credits)\b"
    r"|\b(?:lots|loads|most|a lot) of (?:[\w%]+ ){0,4}?(?:quota|usage|limits?|allowance"
    r"|capacity) (?:left|remaining|available)\b"
    r"|\bno (?:usage |plan |session |weekly )?limits? (?:\w+ ){0,2}?(?:hit|reached|exceeded|exhausted)\b"
    r"|\b(?:within|under|below) (?:my|the|all|our|normal) (?:\w+ ){0,2}?(?:limits?|quota|allowance)\b"
    r"|\b(?:well|far|way) (?:below|under|within|from) (?:\w+ ){0,3}?(?:limits?|quota|exhausted|cap)\b"
    r"|\b(?:plan|primary|subscription|session|weekly) (?:usage|quota|allocation"
    r"|allowance)(?: is| was)? (?:left|remaining|available|still available)\b"
    r"|\bavailable (?:\w+ ){0,3}?(?:quota|allowance)\b|\bplan allocation remaining\b|\bunexhausted plan\b"
    r"|\b(?:session|weekly|usage|plan|5[- ]hour) limits? (?:is|are|was|were)(?:n'?t"
    r"| not) (?:\w+ ){0,2}?(?:hit|reached|exhausted|exceeded)\b"
    r"|\blimits? (?:nicht|noch nicht) (?:erreicht|ausgeschöpft)\b"
    r"|\blimite n'est pas atteinte\b|\bno (?:he|hemos) alcanzado\b|未达到|没有达到|还没用完",
    re.I,
)
_WORDS = (
    "limit", "quota", "usage", "plan", "weekly", "session", "allowance", "subscri", "exhaust", "barely",
    "plenty",
    "credit", "balance", "reload", "toggle", "alcanzado", "atteinte", "达到", "没用完",
)  # fmt: skip
_DENIALS = (
    " not",
    "n't",
    "never",
    "barely",
    "hardly",
    "scarcely",
    "unused",
    "untouched",
    "plenty",
    "enough",
    "sufficient",
    "lots",
    "loads",
    "most",
    "a lot",
    "no ",
    "within",
    "under",
    "below",
    "nowhere",
    "far from",
    "without",
    "well ",
    "way ",
    " left",
    "remaining",
    "available",
    "unexhausted",
    "nicht",
    "pas ",
    "alcanzado",
    "达到",
    "没用完",
)
_EXTRA_ON = re.compile(
    r"\b(?:extra[- ]usage|usage credits?|extra credits?)\b(?:\W{1,3}(?:is|was|are|were"
    r"|toggle[d]?|setting|already|now|then|has been|been)){0,3}\W{1,3}"
    r"(?P<state>enabled|on(?=\s?(?:[.,;)\n]|\Z|and\b|but\b))|active|off|disabled|not enabled"
    r"|not on|never (?:funded|enabled)|turned (?:on|off)|switched (?:on|off)|re-enabled)\b"
    r"|\b(?P<verb>turn(?:ed|ing)|switch(?:ed|ing)|toggled|have|had"
    r"|with) (?:the )?(?:extra[- ]usage|usage credits?)(?: toggle)? (?P<verb_state>on|off"
    r"|enabled|disabled)\b"
    r"|\b(?P<verb2>enabled|disabled|turned off|turned on) (?:the )?(?:extra[- ]usage|usage credits?)\b"
    r"|\"?allow extra usage\"? (?P<allow>enabled|on|off|disabled)\b|\btoggle (?:is )?(?:now"
    r"|currently) (?P<toggle>on|off)\b|\b(?P<none>no) extra usage\b(?! (?:limit|needed"
    r"|required|consumed|spent))",
    re.I,
)
_TOGGLED = re.compile(r"\btoggled? (?:extra usage )?on and off\b", re.I)
_RELOAD = re.compile(
    r"\bauto-?\s?reload\b:?(?:\W{1,3}(?:is|was|set|turned|to)){0,2}\W{1,3}(on|off|enabled|disabled)\b", re.I
)
_CREDIT = re.compile(
    r"\b(?:i'?ve|i have|have|has|having|with|got) (?:\w+ ){0,3}?(?:api credits?"
    r"|credits? in (?:my |the )?(?:api|console|account)|(?:positive )?balance)\b"
    r"|\bcredits? (?:are |is )?(?:available|left|remaining) (?:in|on) (?:my |the )?(?:api"
    r"|console|account|org\w*)\b",
    re.I,
)
_NO_CREDIT = re.compile(r"\b(?:no|not|n't|without|zero|out of)\b[^.;\n]{0,20}\Z", re.I)


def read_statements(text: str, figures: Figures) -> None:
    """Add windows said to be exhausted (100 %, claimed) and the yes/no facts that prose states."""
    text = lines_with(text, _WORDS)
    if not text:
        return
    _read_exhausted(text, figures)
    denials = lines_with(text, _DENIALS)
    for found in _NOT_REACHED.finditer(denials):
        around = denials[max(0, found.start() - 40) : found.end() + 30].split("\n")
        if not _HEDGED.search(" ".join(around)):
            figures.flag("limits_not_reached", True)
            break
    low = text.lower()
    named = any(words in low for words in ("extra", "credits", "toggle"))
    if named and not _TOGGLED.search(text) and (switches := list(_EXTRA_ON.finditer(text))):
        # The last word counts: "enabled without consent ... toggle now OFF".
        figures.flag("extra_usage_enabled", _is_on(switches[-1]))
    if reload := _RELOAD.search(text):
        figures.flag("auto_reload", reload.group(1).lower() in ("on", "enabled"))
    for found in _CREDIT.finditer(text):
        if not _NO_CREDIT.search(text, max(0, found.start() - 20), found.start()):
            figures.flag("org_has_credit", True)


def _is_on(found: re.Match[str]) -> bool:
    if found["none"]:
        return False
    state = (
        found["state"] or found["verb_state"] or found["verb2"] or found["allow"] or found["toggle"] or ""
    ).lower()
    return not re.search(r"off|disabled|not|never", state)


def _read_exhausted(text: str, figures: Figures) -> None:
    for pattern in (_SPENT, _USED_UP, _TRULY, _REALLY):
        for found in pattern.finditer(text):
            before = text[max(0, found.start() - 40) : found.start()]
            if _DENIED.search(before):
                continue
            how = found.groupdict().get("how") or ""
            low = found["windows"].lower()
            # Money is "spent" and "consumed" without being at an end; only a window's words say so.
            if "extra" in low and how.lower() in ("spent", "consumed") and "week" not in low:
                continue
            for name in _named(low):
                if not any(bucket.name == name for bucket in figures.buckets):
                    figures.add(name, "claimed", used_percent=100.0)


def _named(low: str) -> list[BucketName]:
    found: list[BucketName] = []
    if re.search(r"session|5|five|daily|sitzung", low):
        found.append("session_5h")
    if "opus" in low or "sonnet" in low:
        found.append("weekly_opus" if "opus" in low else "weekly_sonnet")
    elif re.search(r"week|7|all models|wochen|wöchentlich", low):
        found.append("weekly_all")
    if "extra" in low or "spend" in low:
        found.append("extra_usage_cap")
    return found
