"""The entry: `streamlit run app.py`, or any ASGI server with `app:app`."""

import streamlit as st

from dashboard.parts import failed
from dashboard.serve import routes

app = st.App("dashboard/main.py", routes=routes(), on_script_error=failed)
