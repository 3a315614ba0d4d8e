"""Going to the page of one area, from whatever was clicked."""

from typing import NoReturn

import streamlit as st


def open_area(code: str) -> NoReturn:
    """Leave this page for that of the area."""
    st.switch_page("pages/area.py", query_params={"area": code})
