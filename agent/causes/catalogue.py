"""The catalogue: every cause, the words of the report room and the version facts, immutable."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal

from pydantic import ConfigDict, ValidationError

from agent.causes.cause import Cause, SignUse
from agent.causes.evidence import sign_key
from agent.causes.sign import Predicate
from agent.causes.signs import SIGNS, check_use
from agent.errors import BadCatalogue
from agent.report.error_report import Noun
from agent.report.lexicon import Lexicon


class VersionFact(Noun):
    """One line of a client's changelog that touches some causes. `line` is in our own words."""

    version: str
    relation: Literal["fixes", "improves_message", "candidate"]
    causes: list[str]
    line: str
    source: str


class Catalogue(Noun):
    """What the product knows. `digest` names exactly this knowledge; `replaced` the causes that a
    team's own folder took over from the packaged ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    lexicon: Lexicon
    causes: list[Cause]
    versions: list[VersionFact]
    digest: str
    replaced: list[str] = []

    @cached_property
    def by_sign(self) -> dict[str, dict[str, SignUse]]:
        """Sign key (see `evidence.sign_key`) to cause id to the use that this cause makes of the sign."""
        found: dict[str, dict[str, SignUse]] = {}
        for cause in self.causes:
            for use in cause.signs:
                found.setdefault(sign_key(use.sign, use.args), {}).setdefault(cause.id, use)
        return found

    @cached_property
    def products(self) -> frozenset[str]:
        """The products that some cause asks about, in lower case."""
        uses = (use for cause in self.causes for use in cause.signs if use.sign == "product.is")
        return frozenset(name.lower() for use in uses for name in use.args["is"])

    @cached_property
    def sign_keys(self) -> dict[str, list[str]]:
        """Cause id to the keys of its signs, in their order."""
        return {cause.id: [sign_key(use.sign, use.args) for use in cause.signs] for cause in self.causes}

    @cached_property
    def predicates(self) -> list[tuple[str, Predicate, Mapping[str, Any]]]:
        """Every sign that a cause uses, once: key, predicate, arguments."""
        firsts = ((key, next(iter(uses.values()))) for key, uses in self.by_sign.items())
        return [(key, SIGNS[use.sign].predicate, use.args) for key, use in firsts]

    @cached_property
    def weights(self) -> dict[str, list[tuple[str, float, float]]]:
        """Cause id to its signs, in their order: key, weight where present, weight where absent."""
        return {
            cause.id: [
                (key, use.present, use.absent)
                for key, use in zip(self.sign_keys[cause.id], cause.signs, strict=True)
            ]
            for cause in self.causes
        }

    @cached_property
    def question_keys(self) -> dict[str, list[str]]:
        """Cause id to the keys of the signs that its questions ask about, in their order."""
        return {cause.id: [sign_key(q.sign, q.args) for q in cause.questions] for cause in self.causes}

    @cached_property
    def by_id(self) -> dict[str, Cause]:
        """Causes by id."""
        return {cause.id: cause for cause in self.causes}


def parse_cause(text: str, file: str) -> Cause:
    """One cause from its TOML text. Raises `BadCatalogue` naming the file and what is wrong."""
    try:
        cause = Cause.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as bad:
        raise BadCatalogue(file=file, why=f"not valid TOML, {bad}") from bad
    except ValidationError as bad:
        first = bad.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadCatalogue(file=file, why=f"{where}: {first['msg']}") from bad
    uses = [*cause.signs, *(SignUse(sign=q.sign, args=q.args, says=q.text) for q in cause.questions)]
    for use in uses:
        if use.sign not in SIGNS:
            known = ", ".join(sorted(SIGNS))
            raise BadCatalogue(file=file, why=f"no sign is called {use.sign!r}; known signs: {known}")
        if wrong := check_use(use.sign, use.args):
            raise BadCatalogue(file=file, why=f"sign {use.sign}: {wrong}")
    if not cause.sources:
        raise BadCatalogue(file=file, why="it names no source; give at least one [[sources]] with a url")
    return cause


def parse_catalogue(
    lexicon: Lexicon,
    packaged: Mapping[str, str],
    versions: str,
    own: Mapping[str, str] | None = None,
) -> Catalogue:
    """The catalogue from the texts of its files (`packaged` and `own`: file name to TOML text).

    A cause in `own` with the id of a packaged one takes its place and is named in `replaced`.
    Raises `BadCatalogue` for a bad file, or for two files of one folder with the same id.
    """
    own = own or {}
    found: dict[str, Cause] = {}
    replaced: list[str] = []
    for folder in (packaged, own):
        here: dict[str, str] = {}
        for file, text in sorted(folder.items()):
            cause = parse_cause(text, file)
            if cause.id in here:
                raise BadCatalogue(file=file, why=f"the id {cause.id} stands in {here[cause.id]} too")
            here[cause.id] = file
            if cause.id in found:
                replaced.append(cause.id)
            found[cause.id] = cause
    facts = [VersionFact.model_validate(fact) for fact in tomllib.loads(versions).get("versions", [])]
    digest = hashlib.sha256()
    digest.update(lexicon.model_dump_json().encode())
    digest.update(versions.encode())
    for cause_id in sorted(found):
        digest.update(found[cause_id].model_dump_json().encode())
    return Catalogue(
        lexicon=lexicon,
        causes=[found[cause_id] for cause_id in sorted(found)],
        versions=facts,
        digest=digest.hexdigest()[:16],
        replaced=replaced,
    )
