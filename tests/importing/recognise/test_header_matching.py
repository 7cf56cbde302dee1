"""What a header says of its column: the unit of its amounts."""

import pytest

from index_engine.importing.recognise.header_matching import header_unit


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("标的额百万元", "百万元"),  # and not 万元, which it ends in as well
        ("标的额（百万元）", "百万元"),
        ("标的额(万元)", "万元"),
        ("标的额 亿元", "亿元"),
        ("金额千元", "千元"),
        ("金额人民币元", "人民币元"),
        ("单位：百万元", "百万元"),
        ("单位：万元", "万元"),
        ("金额/元", "元"),
        ("标的公示", None),
    ],
)
def test_the_longest_unit_is_read(header: str, unit: str | None) -> None:
    assert header_unit(header) == unit
