"""The account and the way to the API: plan, model, kind of credential, base URL."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.report.error_report import ReadingSource
from agent.report.form import Form
from agent.report.literals import Sought, sought
from agent.report.terminal import Screen

Found = tuple[str, ReadingSource, int, int]

_NAMED = (
    r"max[ (_-]{0,2}(?:plan )?(?:x?20x?|20 ?x|200)\b|max[ (_-]{0,2}(?:plan )?(?:x?5x?|5 ?x|100)\b"
    r"|max|pro|team|enterprise|free"
)
_FIELD = re.compile(
    rf"(?:^|[\s*-])(?:Plan|Subscription|Subscription type|Account type"
    rf"|Login method)\*{{0,2}}:\*{{0,2}} *(?:Claude )?({_NAMED})\b",
    re.I,
)
_BANNER = re.compile(rf"(?m)[·|] *Claude ({_NAMED})\b", re.I)
_PROSE = re.compile(
    rf"(?<![\w.-])(?:claude )?({_NAMED})[ -]"
    r"(?:plan|subscription|subscriber|account|user|seat|tier|oauth|login)\b"
    r"|\b(?:claude|anthropic) (max|pro|team|enterprise)\b"
    rf"|\b(max (?:x?20x?|x?5x?|20 ?x|5 ?x))\b"
    r"|\b(max)(?=,| \(?\$?(?:100|200)| with|, usage)",
    re.I,
)
_PROSE_CHANGE = re.compile(
    rf"\b(?:from|von|de) (?:claude )?(?:{_NAMED})[\w ]{{0,12}}? (?:to|auf|nach|à|a) (?:claude )?({_NAMED})\b"
    rf"|\b(?:abonnement|abo|suscripción|assinatura|abbonamento) (?:claude )?({_NAMED})\b",
    re.I,
)
_PROSE_PRO = re.compile(r"(?:(?<=[,(] )|(?<=^))(Pro|Max|Team|Enterprise)(?=[,;.)]|$)", re.M)
_NOT = re.compile(
    r"(?:\b(?:not|no|isn[’']t|don[’']t have|without|never had)(?: an?| on an?| a)?|/|with the claude) ?$",
    re.I,
)
_MODEL_ID = re.compile(
    r"\b(?:(?:us|eu|apac|global)\.)?(?:anthropic[./])?(claude-[a-z0-9.-]{0,80}\d[a-z0-9.@-]{0,80}(?:\[1m\])?(?<![.-]))",
    re.I,
)
_MODEL_NAME = re.compile(
    r"\b((?:claude )?(?:opus|sonnet|haiku|fable) (?:\d\.\d|[345](?!\.\d))(?! ?%"
    r"|\w)(?: ?\(?\[?1m\b\]?(?: context\)?)?\)?)?)",
    re.I,
)
_MODEL_SHORT = re.compile(r"(?<!\w)((?:opus|sonnet|haiku)\[1m\])", re.I)
_NOT_MODEL = re.compile(r"claude-(?:code|cli|agent|desktop|max|pro|unofficial|auth|ai)\b", re.I)
_BASE_URL = re.compile(
    r"(?:ANTHROPIC_BASE_URL|ANTHROPIC_BEDROCK_BASE_URL|ANTHROPIC_API_BASE|base[ _]?url"
    r"|api_base)[\"']?(?:\s*[=:]\s*|\s+(?:is|to|set to)\s+)[\"'`]?(https?://[^\s\"'`,;)}>\]]+)",
    re.I,
)
_AUTH: tuple[tuple[str, ReadingSource, Sought], ...] = (
    ("bedrock", "log", sought(r"CLAUDE_CODE_USE_BEDROCK[\"']?\s*[=:]\s*[\"']?(?:1|true)"
        r"|AWS_BEARER_TOKEN_BEDROCK\s*=", re.I)),
    ("vertex", "log", sought(r"CLAUDE_CODE_USE_VERTEX[\"']?\s*[=:]\s*[\"']?(?:1|true)"
        r"|ANTHROPIC_VERTEX_PROJECT_ID\s*=", re.I)),
    ("api_key", "log", sought(r"API Usage Billing|Auth(?: token)?: ?(?:ANTHROPIC_API_KEY|api[ _]?key)"
        r"|x-api-key:", re.I)),
    ("token", "log", sought(r"(?:CLAUDE_CODE_OAUTH_TOKEN|ANTHROPIC_AUTH_TOKEN)\s*=\s*\S")),
    ("api_key", "log", sought(r"(?:^|[\s;])(?:export |set )?ANTHROPIC_API_KEY\s*=\s*[^\s;]")),
    ("subscription", "log", sought(r"Login method: Claude (?:Max|Pro|Team|Enterprise)|Auth: ?(?:oauth"
        r"|subscription)", re.I)),
    ("bedrock", "prose", sought(r"(?<!not )(?<!no )(?<!or )\b(?:on|via|using|use|through|aws"
        r"|with) (?:aws |amazon )?bedrock\b", re.I)),
    ("vertex", "prose", sought(r"(?<!not )\b(?:on|via|using|through"
        r"|google) (?:google )?vertex(?: ai)?\b", re.I)),
    ("subscription", "prose", sought(
        r"\b(?:claude )?(?:max|pro)(?:/(?:max|pro))? ?(?:x?20x?|x?5x?)? ?oauth\b|\bsubscription (?:login"
        r"|oauth|token|account)\b"
        r"|\bsk-ant-oat|\boauth (?:login|session|token|on|subscription)\b"
        r"|\blogged in with (?:my )?(?:claude )?subscription\b"
        r"", re.I)),
    ("token", "prose", sought(r"\bCLAUDE_CODE_OAUTH_TOKEN\b|\bclaude setup-token\b")),
    ("api_key", "prose", sought(r"\b(?:using|with|via) (?:an? |my |the )?(?:anthropic "
        r"|console )?api key\b|\bapi key auth\w*\b", re.I)),
)  # fmt: skip
_AUTH_NOT = re.compile(
    r"\b(?:no|not|without|unset|isn[’']t|never|nor|neither|remove[ds]?)\b[^.;\n]{0,24}$", re.I
)


def plan_of(named: str) -> str:
    """pro, max, max-5x, max-20x, team, enterprise or free."""
    low = named.lower()
    if low.startswith("max") and re.search(r"20", low):
        return "max-20x"
    if low.startswith("max") and re.search(r"5x|x5|5 x|100|[ (_-]5", low):
        return "max-5x"
    return next((name for name in ("max", "pro", "team", "enterprise", "free") if low.startswith(name)), low)


def plan_readings(screen: Screen) -> Iterator[Found]:
    """The plans that the text states, surest first."""
    for source, pattern in (
        ("form", _FIELD),
        ("banner", _BANNER),
        ("prose", _PROSE_CHANGE),
        ("prose", _PROSE),
        ("prose", _PROSE_PRO),
    ):
        for found in pattern.finditer(screen.text):
            group = found.lastindex or 1
            if source == "prose" and _NOT.search(screen.text[max(0, found.start() - 20) : found.start()]):
                continue
            where: ReadingSource = "form" if source == "form" else "banner" if source == "banner" else "prose"
            yield plan_of(found.group(group)), where, found.start(group), found.end(group)


def model_readings(screen: Screen, form: Form) -> Iterator[Found]:
    """The models that the text names, the form's first."""
    if answer := form.answers.get("claude_model"):
        yield answer.value, "form", answer.start, answer.end
    for pattern in (_MODEL_ID, _MODEL_SHORT, _MODEL_NAME):
        for found in pattern.finditer(screen.text):
            if not _NOT_MODEL.match(found.group(1)):
                yield found.group(1), "prose", found.start(1), found.end(1)


def auth_readings(screen: Screen, form: Form) -> Iterator[Found]:
    """The kinds of credential that the text shows."""
    answer = form.answers.get("api_platform")
    if answer:
        low = answer.value.lower()
        cloud = "bedrock" if "bedrock" in low else "vertex" if "vertex" in low else None
        if cloud:
            yield cloud, "form", answer.start, answer.end
    for value, source, pattern in _AUTH:
        if not pattern.may_stand_in(screen.folded):
            continue
        for found in pattern.expression.finditer(screen.text):
            if not _AUTH_NOT.search(screen.text[max(0, found.start() - 40) : found.start()]):
                yield value, source, found.start(), found.end()
                break


def base_url_readings(screen: Screen) -> Iterator[Found]:
    """The addresses that requests are sent to, where a setting names one."""
    for found in _BASE_URL.finditer(screen.text):
        yield found.group(1).rstrip("."), "log", found.start(1), found.end(1)
