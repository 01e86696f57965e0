"""The OpenAPI document as HTML: every operation with its parameters, body, answers and an example of each.

Every text of the document is escaped; what stands in back-ticks is shown as code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

JSON = dict[str, Any]
_LONGEST_CELL = 160
"""Characters of an example in a table; the whole of it stands in the example of its shape."""
_LIMITS = {
    "minLength": "{} or more characters",
    "maxLength": "at most {} characters",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minItems": "{} or more items",
    "maxItems": "at most {} items",
    "pattern": "matching {}",
    "default": "{} by default",
}


def index(document: JSON, page: str = "") -> str:
    """A list of all operations, each a link to its place on `page`."""
    entries = "".join(
        f'<li><a href="{page}#{_name(operation["operationId"])}"><code>{method} {escape(path)}</code></a>'
        f" {escape(operation['summary'])}</li>"
        for method, path, operation in _operations(document)
    )
    return f'<nav aria-label="Operations"><ul>{entries}</ul></nav>'


def documentation(document: JSON) -> str:
    """The whole page's body."""
    return "".join(_documentation(document))


def example(schema: JSON, document: JSON, above: tuple[str, ...] = ()) -> Any:
    """A value of `schema`, from the examples of its fields; `above` names the shapes it stands in."""
    if name := _reference(schema):
        if name in above:
            return None
        return example(document["components"]["schemas"].get(name, {}), document, (*above, name))
    if given := schema.get("examples"):
        return given[0]
    if "properties" in schema:
        return {field: example(inner, document, above) for field, inner in schema["properties"].items()}
    for branch in schema.get("anyOf", ()):
        return example(branch, document, above)
    return [example(schema["items"], document, above)] if "items" in schema else None


def _documentation(document: JSON) -> Iterator[str]:
    yield '<a class="skip" href="#operations">Skip to the operations</a>'
    yield f"<h1>Caseworker API {escape(document['info']['version'])}</h1>"
    yield _paragraphs(document["info"]["description"])
    yield '<p><a href="#shapes">Shapes</a>, <a href="/openapi.json">OpenAPI document</a></p>'
    yield index(document)
    yield '<h2 id="operations">Operations</h2>'
    for method, path, operation in _operations(document):
        yield f'<section id="{_name(operation["operationId"])}">'
        yield f"<h3><code>{method} {escape(path)}</code> {escape(operation['summary'])}</h3>"
        yield _paragraphs(operation.get("description", ""))
        yield from _parameters(operation)
        yield from _body(operation, document)
        yield from _answers(operation, document)
        yield from _refusals(operation)
        yield "</section>"
    yield '<h2 id="shapes">Shapes</h2>'
    for name, schema in document["components"]["schemas"].items():
        yield f'<section id="shape-{_name(name)}"><h3>{escape(name)}</h3>'
        yield _paragraphs(schema.get("description", ""))
        yield from _fields(schema)
        yield "</section>"


def _operations(document: JSON) -> Iterator[tuple[str, str, JSON]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _parameters(operation: JSON) -> Iterator[str]:
    if parameters := operation.get("parameters"):
        yield "<h4>Parameters</h4>"
        yield _table(
            ("parameter", "kind", "what", "example"),
            (
                (
                    f"{_code(one['name'])} in the {escape(one['in'])}"
                    f"{', required' if one.get('required') else ''}",
                    _kind(one["schema"]),
                    _words(one.get("description", "")),
                    _code(str(one["example"])) if "example" in one else "",
                )
                for one in parameters
            ),
        )


def _body(operation: JSON, document: JSON) -> Iterator[str]:
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<h4>Body</h4><p>{_code(media)}: {_kind(content['schema'])}</p>"
        for name in _shapes(content["schema"]):
            schema = document["components"]["schemas"][name]
            yield _paragraphs(schema.get("description", ""))
            yield from _fields(schema)
            if found := example(schema, document):
                yield _shown("Example of the body", found, open_=True)


def _answers(operation: JSON, document: JSON) -> Iterator[str]:
    yield "<h4>Answers</h4>"
    done = {status: one for status, one in operation["responses"].items() if str(status) < "400"}
    yield _table(("status", "what", "as"), (_response(status, one) for status, one in done.items()))
    for status, response in done.items():
        for media, content in response.get("content", {}).items():
            if media == "application/json":
                found = example(content.get("schema", {}), document)
                yield _shown(f"Example of {status}", found)


def _refusals(operation: JSON) -> Iterator[str]:
    refused = {status: one for status, one in operation["responses"].items() if str(status) >= "400"}
    if refused:
        yield f"<details><summary>Refusals: {', '.join(map(escape, map(str, refused)))}</summary>"
        yield _table(("status", "what", "as"), (_response(*one) for one in refused.items()))
        yield "</details>"


def _response(status: str, response: JSON) -> tuple[str, str, str]:
    forms = [
        f"{_code(media)} {_kind(content.get('schema', {}))}"
        for media, content in response.get("content", {}).items()
    ]
    return escape(str(status)), _words(response["description"]), "<br>".join(forms)


def _fields(schema: JSON) -> Iterator[str]:
    if properties := schema.get("properties"):
        required = schema.get("required", ())
        yield _table(
            ("field", "kind", "example"),
            (
                (
                    f"{_code(field)}{' required' if field in required else ''}",
                    _kind(inner),
                    _cell(inner["examples"][0]) if inner.get("examples") else "",
                )
                for field, inner in properties.items()
            ),
        )


def _shapes(schema: JSON) -> list[str]:
    """The names of the shapes that a body may have."""
    return [name for branch in (schema, *schema.get("anyOf", ())) if (name := _reference(branch))]


def _kind(schema: JSON) -> str:
    """What a value is, in a few words, as HTML with links to named shapes."""
    if name := _reference(schema):
        return f'<a href="#shape-{_name(name)}">{escape(name)}</a>'
    limits = ", ".join(
        words.format(_limit(key, schema[key]))
        for key, words in _LIMITS.items()
        if schema.get(key) is not None
    )
    return f"{_bare_kind(schema)}{f' ({limits})' if limits else ''}"


def _limit(name: str, value: Any) -> str:
    if name == "pattern":
        return _code(str(value))
    return _code(json.dumps(value, ensure_ascii=False)) if name == "default" else escape(str(value))


def _bare_kind(schema: JSON) -> str:
    if "anyOf" in schema and "properties" not in schema:
        return " or ".join(_kind(branch) for branch in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(_code(json.dumps(value, ensure_ascii=False)) for value in schema["enum"])
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    if isinstance(values := schema.get("additionalProperties"), dict) and values:
        return f"object of {_kind(values)}"
    return escape(str(schema.get("format") or schema.get("type") or schema.get("const") or "any"))


def _reference(schema: JSON) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _shown(title: str, value: Any, *, open_: bool = False) -> str:
    text = escape(json.dumps(value, ensure_ascii=False, indent=2))
    return (
        f"<details{' open' if open_ else ''}><summary>{escape(title)}</summary>"
        f'<pre tabindex="0">{text}</pre></details>'
    )


def _cell(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _code(text if len(text) <= _LONGEST_CELL else text[:_LONGEST_CELL] + " ...")


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_words(part)}</p>" for part in text.split("\n\n") if part.strip())


def _words(text: str) -> str:
    """A text as HTML, with what stands in back-ticks as code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(
        f"<code>{escape(part)}</code>" if at % 2 else escape(part) for at, part in enumerate(parts)
    )


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _name(text: str) -> str:
    return escape(text, quote=True)
