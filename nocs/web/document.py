"""The document that a browser gets first: Streamlit's own, with the first paint written into it.

Streamlit's is an empty shell: its figures come over a socket once two megabytes of scripts have
run. What is written in here is on the screen before that, and leaves when the page is live.
"""

import importlib.util
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from nocs.web.assets import ICON

SCRIPT = Path(__file__).with_name("first_paint.js").read_text(encoding="utf-8")
ROOT_ELEMENT = '<div id="root"></div>'
TITLE = re.compile("<title>[^<]*</title>")
# What makes the page live: in the head, one after the other.
LIVE = re.compile(r'<script type="module".*<link rel="stylesheet"[^>]*>', re.S)


def routes(base_path: str = "") -> list[Route]:
    """The icon, in the place where Streamlit's document looks for its own.

    Told by `st.set_page_config` instead, it would show late and cost a library of pictures.
    """
    return [Route(f"{base_path}/favicon.png", _icon)]


async def _icon(_request: Request) -> FileResponse:
    return FileResponse(ICON, media_type="image/svg+xml")


def inline_scripts() -> list[str]:
    """The scripts that stand in the document itself, as its content policy must name them."""
    return [*re.findall(r"<script>(.*?)</script>", _streamlit_page(), re.S), SCRIPT]


@dataclass(frozen=True)
class FirstPaint:
    """What is written into the document: HTML, and the addresses of the scripts that it needs."""

    title: str
    body: str
    scripts: tuple[str, ...]


def with_first_paint(paint: FirstPaint | None) -> str:
    """The document with `paint` before Streamlit's root; Streamlit's own without one.

    Streamlit's own scripts stand aside until the script of the first paint puts them in.
    """
    if paint is None:
        return _streamlit_page()
    page = _streamlit_page()
    links = "".join(f'<link rel="modulepreload" href="{address}">' for address in paint.scripts)
    live = "".join(LIVE.findall(page))
    aside = f"<template data-live>{live}</template><script>{SCRIPT}</script>"
    titled = TITLE.sub(f"<title>{paint.title}</title>", page)
    return titled.replace(live, links).replace(ROOT_ELEMENT, paint.body + ROOT_ELEMENT + aside)


def is_known() -> bool:
    """Whether Streamlit's document has the places that the first paint needs."""
    page = _streamlit_page()
    return page.count(ROOT_ELEMENT) == 1 and len(LIVE.findall(page)) == 1


@cache
def _streamlit_page() -> str:
    spec = importlib.util.find_spec("streamlit")
    if spec is None or spec.origin is None:
        return ""
    page = Path(spec.origin).with_name("static") / "index.html"
    return page.read_text(encoding="utf-8")
