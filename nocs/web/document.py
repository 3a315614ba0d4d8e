"""The document that a browser gets first: Streamlit's own, with the first paint written into it.

Streamlit's is an empty shell: its figures come over a socket once two megabytes of scripts have
run. What is written in here is on the screen before that, and leaves when the page is live.
"""

import importlib.util
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

SCRIPT = Path(__file__).with_name("first_paint.js").read_text(encoding="utf-8")
ROOT_ELEMENT = '<div id="root"></div>'
# What makes the page live: in the head, one after the other.
LIVE = re.compile(r'<script type="module".*<link rel="stylesheet"[^>]*>', re.S)


def inline_scripts() -> list[str]:
    """The scripts that stand in the document itself, as its content policy must name them."""
    return [*re.findall(r"<script>(.*?)</script>", _streamlit_page(), re.S), SCRIPT]


def with_first_paint(body: str, early: Sequence[str] = ()) -> str:
    """The document with `body` before Streamlit's root; Streamlit's own without a `body`.

    `early` are the addresses of modules that the body needs. Streamlit's own scripts stand aside
    until the script of the first paint puts them in.
    """
    if not body:
        return _streamlit_page()
    page = _streamlit_page()
    links = "".join(f'<link rel="modulepreload" href="{address}">' for address in early)
    live = "".join(LIVE.findall(page))
    whole = f"{body}<template data-live>{live}</template><script>{SCRIPT}</script>{ROOT_ELEMENT}"
    return page.replace(live, links).replace(ROOT_ELEMENT, whole)


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
