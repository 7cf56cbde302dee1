"""The entry: `streamlit run app.py`, or any ASGI server with `app:app`."""

import streamlit as st

from dashboard.parts import failed
from dashboard.serve import routes
from dashboard.warm import lifespan

app = st.App("dashboard/main.py", routes=routes(), lifespan=lifespan, on_script_error=failed)
