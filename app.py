"""The dashboard: the router of its pages, and the ASGI application that serves them.

One file is both: under Streamlit's script runner it draws the page, otherwise it makes `app`.
"""

from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True) is not None:
    from nocs.ui import navigation

    navigation.run()
else:
    from nocs.web import server

    app = st.App(
        Path(__file__).resolve(),
        lifespan=server.lifespan,
        routes=server.routes(),
        middleware=server.middleware(),
        on_script_error=server.log_script_error,
    )

    if __name__ == "__main__":
        app.run()
