"""What is read out of a file takes time in proportion to its length, whatever it is.

Each text nearly matches what a pattern looks for, at every place anew. A pattern that goes back
from each needs minutes or hours here, a linear one a second or two.
"""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from index_engine.errors import InputError
from index_engine.importing.case_numbers.grammar import expand_batch, parse
from index_engine.importing.courts.finder import CourtFinder
from index_engine.importing.files.non_data_rows import non_data_reason
from index_engine.importing.files.preview import TablePreview
from index_engine.importing.files.readers import ReadOptions
from index_engine.importing.mapping import read_mapping
from index_engine.importing.recognise import value_patterns
from index_engine.importing.recognise.derived_fields import parse_period
from index_engine.importing.recognise.header_matching import is_known_header, match_header
from index_engine.importing.recognise.normalise import match_key, remove_brackets
from index_engine.importing.recognise.table_layout import detect_layout

LENGTH = 40_000

UNITS = (
    "(", "（(【《", ")", " ", "\u3000", "\u00a0 ", "合计", "总 计", "注1", "单位", "单位 :", "单位人民币", "法院法庭",
    "人民法庭", "第一庭", "执行局", "司法拍卖", "中级人民法院", "蒙古族", "开发区第一", "0", "1,", "1,234", "12万", "1e5", "+-",
    "2023年", "2023-", "2023年1月1日—", "1-", "（2023）", "(2023)粤0304执", "执1-2,", "号", "之一", "13800138000 ", "4401051990010112",
    "62", "'''", '"""', '"', "\\", "#", "a.", "[", "{a=", "a = 1\n", "_-", "ﷺ",
)  # fmt: skip
ENDS = ("x", "）", "号")


def lay_out(text: str) -> None:
    head = ((1, (text, None)), (2, ("案号", "金额")), (3, ("1", text)))
    assert detect_layout(Path("f.csv"), TablePreview(ReadOptions(), head, ())).titles


def read_patterns(text: str) -> None:
    value_patterns.date_formats([text])
    value_patterns.is_month(text)
    value_patterns.is_year(text)
    value_patterns.cell_unit(text)
    value_patterns.has_thousands([text])
    value_patterns.personal_data_type([text])
    value_patterns.name_type([text, text + "a", text + "b"])


def read_any_mapping(text: str) -> None:
    with pytest.raises(InputError):
        read_mapping(text, "cases", Path("m.toml"))
    with pytest.raises(InputError):
        read_mapping("kind = 'cases'\n" + text, "cases", Path("m.toml"))


READERS: dict[str, Callable[[str], object]] = {
    "brackets": remove_brackets,
    "key": match_key,
    "row": lambda text: non_data_reason([text]),
    "court": CourtFinder([], [], []).find,
    "period": parse_period,
    "header": lambda text: match_header(text, "cases"),
    "known header": is_known_header,
    "layout": lay_out,
    "values": read_patterns,
    "case number": parse,
    "batch": expand_batch,
    "mapping": read_any_mapping,
}


@pytest.fixture
def processor_limit() -> Iterator[None]:
    """Fail what takes more than twenty seconds of this process, however busy the machine is."""

    def fail(number: int, frame: FrameType | None) -> None:
        raise AssertionError("no linear time")

    previous = signal.signal(signal.SIGVTALRM, fail)
    signal.setitimer(signal.ITIMER_VIRTUAL, 20)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, previous)


@pytest.mark.usefixtures("processor_limit")
@pytest.mark.parametrize("name", READERS)
def test_long_near_misses(name: str) -> None:
    for unit in UNITS:
        for end in ENDS:
            READERS[name](unit * (LENGTH // len(unit)) + end)
