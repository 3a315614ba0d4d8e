"""The document that a browser gets first: Streamlit's own, with the first paint written into it.

Streamlit's is an empty shell: its figures come over a socket once two megabytes of scripts have
run. What is written in here is on the screen before that, and leaves when the page is live.
"""

import importlib.util
import re
from functools import cache
from pathlib import Path

SCRIPT = Path(__file__).with_name("first_paint.js").read_text(encoding="utf-8")
ROOT_ELEMENT = '<div id="root"></div>'


def inline_scripts() -> list[str]:
    """The scripts that stand in the document itself, as its content policy must name them."""
    return [*re.findall(r"<script>(.*?)</script>", _streamlit_page(), re.S), SCRIPT]


def with_first_paint(body: str) -> str:
    """The document with `body` before Streamlit's root; Streamlit's own without a `body`."""
    if not body:
        return _streamlit_page()
    whole = f"{body}<script>{SCRIPT}</script>{ROOT_ELEMENT}"
    return _streamlit_page().replace(ROOT_ELEMENT, whole)


def is_known() -> bool:
    """Whether Streamlit's document has the place that the first paint is written into."""
    return _streamlit_page().count(ROOT_ELEMENT) == 1


@cache
def _streamlit_page() -> str:
    spec = importlib.util.find_spec("streamlit")
    if spec is None or spec.origin is None:
        return ""
    page = Path(spec.origin).with_name("static") / "index.html"
    return page.read_text(encoding="utf-8")
