"""Server time of each page: one script run, as Streamlit runs it for a visitor, once warm."""

import os
import statistics
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "overview": {},
    "overview, a province": {"place": "130000"},
    "rankings of courts": {"level": "court"},
    "region": {"level": "province", "unit": "130000"},
    "method": {},
}
RUNS = 15
