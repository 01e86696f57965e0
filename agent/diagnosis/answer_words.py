"""The words of a short answer in several languages: yes, no, not known, solved, moved to a version."""

from __future__ import annotations

import re

_UNKNOWN = re.compile(
    r"\b(?:(?:i )?(?:do not|don'?t|dont|can(?:no|')?t) (?:know|tell|say|remember|find out|check)|no idea"
    r"|not sure|unsure|no clue|idk|dunno|unknown|skip"
    r"|weiß (?:ich )?(?:es )?nicht|weiss (?:ich )?(?:es )?nicht|keine ahnung|unklar|nicht sicher"
    r"|je ne sais pas|aucune idée|no (?:lo )?sé|ni idea|não sei|non lo so|не знаю|понятия не имею)\b"
    r"|不知道|不清楚|不确定|不太清楚|沒辦法|不曉得|分からない|わからない|わかりません|分かりません|모르",
    re.I,
)
_HEDGE = re.compile(
    r"^(?:[\s,.:;!>*-]|(?:well|hm+|um+|uh|oh|ok(?:ay)?|actually|so|i (?:think|guess|believe)|as far as i know"
    r"|afaik|naja|tja|also|ähm?|ich (?:glaube|denke|meine)|je (?:crois|pense)(?: que)?|creo que)(?!\w)"
    r"|我想|我觉得|应该|好像|嗯)+",
    re.I,
)
_NO = re.compile(
    r"(?:no|nope|nah|not|none|never|neither|nothing"
    r"|(?:it|that|they|i|we|there) (?:does|do|did|is|are|was|has|have|can)(?:n't| not)"
    r"|(?:i|we|they) have no(?:ne|thing)?"
    r"|(?:isn|doesn|don|didn|aren|wasn|can)'?t|nein|nö|nicht|keine?[rsn]?|nichts|non|pas|aucune?|jamais"
    r"|ninguno|ninguna|nunca|não|nessuno|нет|не|ничего)(?!\w)"
    r"|(?:false|incorrect|negative|unset|empty|off|disabled|falsch|leer|aus)(?=\W*$|\s*[,.;!])"
    r"|沒有|没有|没|沒|不|否|未|無|无|いいえ|ない|아니",
    re.I,
)
_YES = re.compile(
    r"(?:yes|yep|yeah|yup|ya|sure|exactly|indeed|affirmative"
    r"|(?:it|that|they|there) (?:does|do|did|is|are|was|has|have|can)|(?:i|we) (?:do|did|am|are|have|can)"
    r"|ja|jawohl|jep|doch|stimmt|genau|oui|si|sí|exacto|claro|sim|certo|да|конечно)(?!\w)"
    r"|(?:true|correct|right|set|on|enabled|always|richtig|klar)(?=\W*$|\s*[,.;!])"
    r"|是|对|對|有|会|會|能|没错|はい|ええ|네|예",
    re.I,
)
_BOTH = re.compile(r"(?:yes and no|ja und nein|jein|oui et non|sí y no)(?!\w)", re.I)
_SOLVED = re.compile(
    r"\b(?:(?:that|this|it|which)(?:'s| has| is)? (?:fixed|solved|resolved|worked|helped|did it)"
    r"|did the trick"
    r"|(?:problem|issue|error|all|now|it'?s|everything)(?: is| was)?(?: now)? (?:solved|fixed|resolved|gone)"
    r"|fixed (?:it|now)|(?:it )?works (?:now|again)|(?:it'?s |is )?working (?:now|again)"
    r"|all good now|that was it|solved[,.!]? thank"
    r"|(?:hat|das hat) (?:es )?(?:geholfen|geklappt|funktioniert)"
    r"|(?:jetzt|wieder) (?:geht|läuft|funktioniert) (?:es|alles)"
    r"|(?:es |alles )?(?:geht|läuft|funktioniert) (?:jetzt|wieder)|gelöst|behoben"
    r"|ça (?:marche|fonctionne) maintenant|c'est (?:résolu|réglé)"
    r"|resuelto|funciona ahora|ya funciona|resolvido|теперь работает|решено)\b"
    r"|解决了|解決了|(?:^|[\s，,。！!]|现在|已经|都)(?:好了|可以了)|修好了|搞定|直りました|解決しました",
    re.I,
)
_UNSOLVED = re.compile(
    r"\b(?:not|no|never|but|still|again fails|unless|if|until|would|will|could|nicht|kein\w*|aber|noch|immer"
    r"|pas|mais|todavía|pero|não|не|но)\b|n't\b|没|沒|不|还是|還是|但|まだ|ない|[?？]",
    re.I,
)
_SOLVED_MOST = 200
_MOVED = re.compile(
    r"(?:(?:\bfrom|\bvon|\bde)\s|从|從)\s*v?[\d.]+\s*(?:to|auf|nach|à|a|到|升级到)\s*v?(\d+\.\d+\.\d{1,3})",
    re.I,
)


def is_unknown(content: str) -> bool:
    """Whether somebody says that they do not know."""
    return _UNKNOWN.search(content.replace("’", "'")) is not None


def yes_or_no(content: str) -> bool | None:
    """True for a yes, False for a no, in several languages; None where the answer is neither."""
    said = _HEDGE.sub("", content.replace("’", "'").strip())
    if is_unknown(said) or _BOTH.match(said):
        return None
    found = _NO.match(said) or _YES.match(said)
    if found is None or said[found.end() :].lstrip()[:1] in ("?", "？"):
        return None
    return _NO.match(said) is None


def says_solved(content: str) -> bool:
    """Whether a message says, in several languages, that the trouble is over, and nothing beside it."""
    said = content.replace("’", "'").strip()
    return len(said) <= _SOLVED_MOST and bool(_SOLVED.search(said)) and not _UNSOLVED.search(said)


def version_moved_to(said: str) -> str | None:
    """The version after an update that somebody tells of ("from 2.1.7 to 2.1.96"), or None."""
    found = _MOVED.search(said)
    return found.group(1) if found else None
