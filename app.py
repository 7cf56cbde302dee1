"""The entry: `streamlit run app.py`, or any ASGI server with `app:app`."""

import streamlit as st

from dashboard.shell.page_frame import show_error
from dashboard.shell.preload import lifespan
from dashboard.shell.server import middleware, routes

app = st.App(
    "dashboard/shell/main.py",
    routes=routes(),
    middleware=middleware(),
    lifespan=lifespan,
    on_script_error=show_error,
)
