"""Amounts in Chinese numerals, as contracts and judgments write them: 壹佰万元, 三万五千元, 5百万元.

Read in Python, each different text once: few cells hold any.
"""

import re
from decimal import Decimal

_DIGITS = {
    numeral: value
    for row in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖", "○弌貳叄肆伍陸柒捌玖")
    for value, numeral in enumerate(row)
}
_DIGITS |= {"两": 2, "兩": 2, "参": 3, "參": 3, "叁": 3}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_FRACTIONS = {"角": Decimal("0.1"), "分": Decimal("0.01")}

_TOKEN = re.compile(r"\d+(?:\.\d+)?|.")
_NUMERAL = re.compile(f"[{''.join((*_DIGITS, *_TENS))}]|\\d[{''.join((*_MYRIADS, *_TENS))}]")
_YUAN = re.compile("[元圆圓]")
_BESIDE = re.compile(
    r"^(?:人民币|人民幣|RMB|CNY|[¥￥])?\s*(?:大约|约为|约|共计|合计|共)?\s*(?:人民币|人民幣)?|(?:左右|上下|整|正|余|许)$"
)


def has_numerals(text: str) -> bool:
    """Say whether a text may be an amount in Chinese numerals."""
    return _NUMERAL.search(text) is not None


def parse_chinese_amount(text: str, factor: Decimal = Decimal(1)) -> Decimal | None:
    """Return the amount in yuan that a text of plain characters names, None where it names none for sure.

    `factor` is yuan per unit for a number that names neither 元 nor 万.
    """
    bare_text = _BESIDE.sub("", re.sub(r"[\s,]", "", text))
    whole_text, *rest = _YUAN.split(bare_text)
    if len(rest) > 1:
        return None
    number = _parse_number(whole_text)
    fraction = _parse_fraction(rest[0]) if rest else Decimal(0)
    if number is None or fraction is None:
        return None
    is_absolute = bool(rest) or any(unit in whole_text for unit in _MYRIADS)
    return number + fraction if is_absolute else number * factor


def _parse_fraction(text: str) -> Decimal | None:
    """角 and 分 behind 元; nothing is no fraction."""
    fraction, digit = Decimal(0), None
    for token in text:
        if token in _FRACTIONS and digit is not None:
            fraction, digit = fraction + digit * _FRACTIONS[token], None
        elif token in _DIGITS and digit in (None, 0):
            digit = _DIGITS[token]
        elif token.isascii() and token.isdigit() and digit is None:
            digit = int(token)
        else:
            return None
    return fraction if not digit else None


def _parse_number(text: str) -> Decimal | None:
    """A number of digits with 十, 百, 千, 万 and 亿, each smaller than the one before it.

    十二万三 is 123,000 when spoken and 120,003 as written: it is no number for sure.
    """
    total = section = Decimal(0)
    digit: Decimal | None = None
    last_step, last_myriad = 10**4, 10**16
    has_zero = False
    for token in _TOKEN.findall(text):
        if token in _MYRIADS:
            value = section + (digit or 0)
            myriad = _MYRIADS[token]
            if (not value and not total) or myriad == last_myriad:
                return None
            # 万亿: what stands before is counted in it.
            if myriad > last_myriad:
                total, section = (total + value) * myriad, Decimal(0)
            else:
                total, section = total + value * myriad, Decimal(0)
            digit, last_step, last_myriad, has_zero = None, 10**4, myriad, False
        elif token in _TENS:
            step = _TENS[token]
            if step >= last_step or (digit is None and step != 10) or (digit is not None and digit >= 10):
                return None
            section += (Decimal(1) if digit is None else digit) * step
            digit, last_step, has_zero = None, step, False
        elif token in _DIGITS and _DIGITS[token] == 0:
            if digit is not None and digit != 0:
                return None
            has_zero = True
        elif token in _DIGITS and digit is None:
            digit = Decimal(_DIGITS[token])
        elif token[0].isascii() and token[0].isdigit() and digit is None:
            digit = Decimal(token)
        else:
            return None
    if digit is not None and digit < 10 and not has_zero and (last_step > 10 and (section or total)):
        return None
    return total + section + (digit or 0) if text else None
