"""One mistyped number must not say that the cases of a whole court are missing; gaps must."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index_engine import intake
from index_engine.sources.importer import import_file
from index_engine.sources.judge.accept import Outcome
from tests.court_files import small_china

MAPPING = """
kind = "cases"
[source]
name = "编号"
observed_from = 2023-01-01
observed_to = 2024-12-31
[columns.case_id]
column = "案号"
[columns.court_id]
column = "案号"
part = "court"
[columns.case_type]
column = "案号"
part = "type"
[columns.filed_on]
column = "立案日期"
"""
SLIP = "number_out_of_line"

Numbers = list[tuple[int, date]]
