"""What every question has in common: typed answers, whose columns are those of their row class."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pandas as pd
import pytest

from index_engine import queries
from index_engine.queries import Snapshot
from index_engine.queries import snapshot as snapshot_module

PERIOD = "2024Q3"
FOLDER = Path(snapshot_module.__file__).parent

# Arguments by the name of a parameter; a question that has none of its own gets these.
ARGUMENTS: Mapping[str, Any] = {
    "level": "court",
    "place_id": "V",
    "period": PERIOD,
    "earlier_period": "2023Q3",
    "indicator": "cash_24m",
    "statistic": "closure_rate",
    "other_method": "official-1",
    "weights": {"cycle": 2.0},
    "places": [("nation", "CN"), ("court", "V")],
    "measure": "score",
    "baseline": ("nation", "CN", "2023Q3"),
    "target": ("nation", "CN", PERIOD),
}
BY_DIMENSION = {"scores", "score_history"}  # have a column for every dimension besides


def questions() -> Iterator[str]:
    """Names of all functions that are asked of a snapshot."""
    for name, value in vars(queries).items():
        if inspect.isfunction(value) and "snapshot" in inspect.signature(value).parameters:
            yield name


def row_class(name: str) -> type | None:
    """The class of the rows of a question's frame; None where it does not answer with one."""
    hint = get_type_hints(getattr(queries, name), include_extras=True)["return"]
    return get_args(hint)[1] if get_origin(hint) is Annotated else None


def answer(snapshot: Snapshot, name: str) -> Any:
    function = getattr(queries, name)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    values = {p.name: ARGUMENTS[p.name] for p in parameters if p.default is p.empty}
    return function(snapshot, **values)


@pytest.mark.parametrize("name", [name for name in questions() if row_class(name)])
def test_the_columns_of_a_frame_are_the_fields_of_its_row(snapshot: Snapshot, name: str) -> None:
    frame, row = answer(snapshot, name), row_class(name)
    assert row is not None
    dimensions = [d.id for d in snapshot.method.dimensions] if name in BY_DIMENSION else []
    assert frame.columns.tolist() == [field.name for field in fields(row)] + dimensions


def test_typed_rows_are_the_rows_of_a_frame(snapshot: Snapshot) -> None:
    frame = queries.scores(snapshot, "court", PERIOD)
    rows = queries.typed_rows(frame, queries.Score)
    assert len(rows) == len(frame) > 5
    for row, line in zip(rows, frame.itertuples(index=False), strict=True):
        assert isinstance(row, queries.Score)
        for column in frame.columns:  # points of dimensions too
            value, expected = getattr(row, column), getattr(line, column)
            assert pd.isna(value) if pd.isna(expected) else value == expected


@pytest.mark.parametrize("name", list(questions()))
def test_no_answer_can_be_changed_by_who_asked(snapshot: Snapshot, name: str) -> None:
    """Frames are copies; all else is immutable."""
    hint = get_type_hints(getattr(queries, name))["return"]
    classes = [c for c in (hint, *get_args(hint)) if c is not type(None) and isinstance(c, type)]
    assert classes
    for each in classes:
        assert each in (pd.DataFrame, tuple, str, float) or (
            is_dataclass(each) and each.__dataclass_params__.frozen  # type: ignore[attr-defined]
        )


def test_every_statement_is_asked_for() -> None:
    """No file of SQL is left over, and none is missing."""
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.py")]
    importing = FOLDER.parent / "importing" / "api.py"
    texts.append(importing.read_text(encoding="utf-8"))
    for path in FOLDER.glob("*.sql"):
        assert any(f'"{path.stem}"' in text for text in texts), path.name
