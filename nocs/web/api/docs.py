"""The API for people to read, at /api/docs: made from the OpenAPI, without script or other host."""

from collections.abc import Iterable
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from nocs.dashboard import dashboard

router = APIRouter(include_in_schema=False)

STYLE = """
:root { color-scheme: light dark; --line: light-dark(#d9dee5, #343c48);
  --soft: light-dark(#5b6675, #a3adba); --fill: light-dark(#f6f7f9, #1b212a); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem } h2 { font-size: 1.1rem; margin: 0 }
section { border: 1px solid var(--line); border-radius: 8px; padding: 1rem; margin: 1rem 0 }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { background: var(--fill); padding: .6rem; border-radius: 6px; overflow-x: auto }
table { border-collapse: collapse; width: 100%; margin-top: .6rem }
th, td { text-align: left; overflow-wrap: anywhere; vertical-align: top;
  padding: .25rem .6rem .25rem 0; border-top: 1px solid var(--line) }
th { font-weight: 600; color: var(--soft) } h2 b { color: light-dark(#1d4f91, #8ab4f8) }
"""


@router.get("/docs", response_class=HTMLResponse)
async def docs(request: Request) -> HTMLResponse:
    """The page."""
    spec: dict[str, Any] = request.app.openapi()
    root = request.scope.get("root_path", "")
    settings = dashboard().settings
    base = (settings.public_url or f"http://{settings.host}:{settings.port}") + root
    parts = "".join(
        _operation(root, base, path, method, operation)
        for path, methods in spec["paths"].items()
        for method, operation in methods.items()
    )
    title = escape(spec["info"]["title"])
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}: API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body><h1>{title}: API {escape(spec['info']['version'])}"
        f"</h1><p>{_prose(spec['info']['description'])}</p>"
        f'<p>For programs: <a href="{escape(root)}/openapi.json">openapi.json</a></p>'
        f"{parts}</body></html>"
    )


def _prose(text: str) -> str:
    """A text whose `code` is marked as the OpenAPI marks it."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))


def _operation(root: str, base: str, path: str, method: str, operation: dict[str, Any]) -> str:
    call = "" if method == "get" else f" -X {method.upper()}"
    example = f'curl{call} -H "Authorization: Bearer $TOKEN" {base}{path}'
    return (
        f"<section><h2><b>{method.upper()}</b> <code>{escape(root + path)}</code></h2>"
        f"<p>{escape(operation.get('description', ''))}</p><pre>{escape(example)}</pre>"
        f"{_parameters(operation.get('parameters', []))}"
        f"{_responses(operation['responses'])}</section>"
    )


def _parameters(parameters: list[dict[str, Any]]) -> str:
    rows = [
        (entry["name"], _kind(entry["schema"]), entry.get("description", ""))
        for entry in parameters
    ]
    return _table(("Parameter", "Form", "Meaning"), rows) if rows else ""


def _responses(responses: dict[str, Any]) -> str:
    rows = [(status, answer.get("description", "")) for status, answer in sorted(responses.items())]
    return _table(("Answer", "Meaning"), rows)


def _kind(schema: dict[str, Any]) -> str:
    """The form of a parameter in a word or two."""
    options = [option for option in schema.get("anyOf", [schema]) if option.get("type") != "null"]
    first = options[0]
    if "$ref" in first:
        return str(first["$ref"]).rpartition("/")[2].lower()
    if first.get("type") == "array":
        return "text, repeatable"
    return str(first.get("format") or first.get("type", ""))


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
