"""The looks of all pages: one small style sheet, sent with each page.

Surprise: colours are `light-dark()` pairs, which follow the colour scheme that Streamlit sets on
its own elements; so nothing here has to know which theme is on.
"""

from functools import cache
from pathlib import Path

import streamlit as st

ASSETS = Path(__file__).resolve().parent / "assets"
SHEETS = ("tokens.css", "page.css", "table.css", "insight.css", "print.css")


@cache
def asset(name: str) -> str:
    """The text of a file in the assets folder."""
    return (ASSETS / name).read_text(encoding="utf-8")


@cache
def _sheet() -> str:
    return "<style>" + "\n".join(asset(name) for name in SHEETS) + "</style>"


def apply() -> None:
    """Send the style sheet; it takes no room on the page."""
    st.html(_sheet())
