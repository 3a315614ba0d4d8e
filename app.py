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
    from nocs.ui import first_paint
    from nocs.web import server

    if base_path := server.base_path():
        st.config.set_option("server.baseUrlPath", base_path)
    server.require_safe_address(st.get_option("server.address"))
    app = st.App(
        Path(__file__).resolve(),
        secrets=server.secrets(),
        lifespan=server.lifespan,
        routes=[*first_paint.routes(server.base_path()), *server.routes()],
        middleware=server.middleware(),
        on_script_error=server.log_script_error,
    )

    if __name__ == "__main__":
        app.run()
