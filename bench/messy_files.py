"""Files as courts, platforms and banks write them, of known content: one of every number, always the same.

Written by themselves, with headings, words and formats of their own, and nothing of the sample or of the
recogniser's lists. A file is made in three steps: the truth (rows of the contract's fields), the columns (a heading
and a way to write each field), the table around them (titles, groups, totals, notes, merged and hidden cells).
"""

import csv
import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

Row = dict[str, Any]
Cell = Any  # text, number, day, time or None

COURTS = {
    "粤0304": ("广东省深圳市福田区人民法院", "深圳市福田区人民法院"),
    "粤0305": ("广东省深圳市南山区人民法院", "深圳市南山区人民法院"),
    "京0105": ("北京市朝阳区人民法院", "北京市朝阳区人民法院"),
    "沪0115": ("上海市浦东新区人民法院", "上海市浦东新区人民法院"),
    "浙0106": ("浙江省杭州市西湖区人民法院", "杭州市西湖区人民法院"),
    "川0104": ("四川省成都市锦江区人民法院", "成都市锦江区人民法院"),
    "鲁0102": ("山东省济南市历下区人民法院", "济南市历下区人民法院"),
}
_LAST_DAY = date(2025, 12, 31)
# When every workbook and archive was saved, so that its bytes are always the same.
_SAVED = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class MessyFile:
    """A file and what it was made from.

    `headers` are the headings of fields that have a column; `doubtful` are the fields, and codes of questions, that
    a careful reader has to ask about; `constants` are answers where no column tells a field; `unkeyed` are key
    fields that the file does not tell. `slips` are cells with a typing error, by row and field.
    """

    name: str
    content: bytes
    label: str
    kind: str
    rows: list[Row]
    headers: dict[str, str]
    doubtful: frozenset[str]
    constants: dict[str, str]
    holds: str | None
    unkeyed: frozenset[str]
    slips: frozenset[tuple[int, str]]
    may_be_refused: bool
    description: str


@dataclass
class Plan:
    """A file that is being made."""

    rng: random.Random
    label: str
    kind: str
    rows: list[Row]
    columns: list["Column"] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    constants: dict[str, str] = field(default_factory=dict)
    holds: str | None = None
    unkeyed: set[str] = field(default_factory=set)
    slips: set[tuple[int, str]] = field(default_factory=set)
    may_be_refused: bool = False
    notes: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    title_unit: str = ""
    unit_above: bool = False


@dataclass
class Column:
    """A column: the field it tells, None for one that tells none, its heading and its cells."""

    name: str | None
    header: str
    cells: list[Cell]
    group: str = ""
    unit_label: str = ""


# ----------------------------------------------------------------------------------- ways to write a value


def _epoch(day: date, rng: random.Random) -> datetime:
    """A moment of a day in Beijing."""
    return datetime(day.year, day.month, day.day, rng.randrange(24), rng.randrange(60), tzinfo=UTC) - timedelta(hours=8)


_CHINESE_DIGITS = "〇一二三四五六七八九"


def _chinese_number(number: int) -> str:
    """A number up to 31 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _CHINESE_DIGITS[tens] + "十") + (
        _CHINESE_DIGITS[ones] if ones else ""
    )


def _chinese_day(day: date, _: random.Random) -> str:
    year = "".join(_CHINESE_DIGITS[int(digit)] for digit in str(day.year))
    return f"{year}年{_chinese_number(day.month)}月{_chinese_number(day.day)}日"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONG_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")  # fmt: skip
_WEEKDAYS = "一二三四五六日"

DayWriter = Callable[[date, random.Random], Cell]
# Name -> how a day is written. Those of `_VAGUE_DAYS` may or must be asked about.
DAYS: dict[str, DayWriter] = {
    "iso": lambda day, _: day.isoformat(),
    "iso with time": lambda day, rng: f"{day} {rng.randrange(24):02}:{rng.randrange(60):02}:00",
    "iso with T": lambda day, rng: f"{day}T{rng.randrange(24):02}:{rng.randrange(60):02}:00",
    "UTC with milliseconds": lambda day, rng: _epoch(day, rng).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    "zone of Beijing": lambda day, rng: f"{day}T{rng.randrange(24):02}:15:00+08:00",
    "seconds": lambda day, rng: str(int(_epoch(day, rng).timestamp())),
    "milliseconds": lambda day, rng: str(int(_epoch(day, rng).timestamp() * 1000)),
    "slashes": lambda day, _: f"{day.year}/{day.month}/{day.day}",
    "points": lambda day, _: f"{day.year}.{day.month}.{day.day}",
    "padded points": lambda day, _: f"{day.year}.{day.month:02}.{day.day:02}",
    "compact": lambda day, _: day.strftime("%Y%m%d"),
    "chinese": lambda day, _: f"{day.year}年{day.month}月{day.day}日",
    "chinese with blanks": lambda day, _: f"{day.year} 年 {day.month} 月 {day.day} 日",
    "chinese without last": lambda day, _: f"{day.year}年{day.month}月{day.day}",
    "chinese with time": lambda day, rng: (
        f"{day.year}年{day.month}月{day.day}日 {rng.randrange(24):02}:{rng.randrange(60):02}"
    ),
    "numerals": _chinese_day,
    "republic": lambda day, _: f"民国{day.year - 1911}年{day.month}月{day.day}日",
    "bare republic": lambda day, _: f"{day.year - 1911}/{day.month:02}/{day.day:02}",
    "afternoon": lambda day, rng: (
        f"{day.year}/{day.month}/{day.day} 下午{1 + rng.randrange(11)}:{rng.randrange(60):02}"
    ),
    "weekday": lambda day, _: f"{day} 星期{_WEEKDAYS[day.weekday()]}",
    "month name": lambda day, _: f"{_MONTHS[day.month - 1]} {day.day:02}, {day.year}",
    "day and month name": lambda day, _: f"{day.day} {_LONG_MONTHS[day.month - 1]} {day.year}",
    "dashed month name": lambda day, _: f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}",
    "full width": lambda day, _: day.isoformat().translate({ord(d): 0xFEE0 + ord(d) for d in "0123456789-"}),
    "day first": lambda day, _: f"{day.day:02}/{day.month:02}/{day.year}",
    "month first": lambda day, _: f"{day.month}/{day.day}/{day.year}",
    "day first, points": lambda day, _: f"{day.day:02}.{day.month:02}.{day.year}",
    "two-digit year": lambda day, _: f"{day:%y}-{day.month}-{day.day}",
    "serial": lambda day, _: str((day - date(1899, 12, 30)).days),
    "slashes with time": lambda day, rng: (
        f"{day.year}/{day.month:02}/{day.day:02} {rng.randrange(24):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
    ),
    "iso with fractions": lambda day, rng: f"{day} {rng.randrange(24):02}:15:07.123",
    "short months first": lambda day, _: f"{_MONTHS[day.month - 1]}-{day.day:02}-{day.year}",
    "weekday first": lambda day, _: (
        f"{('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun')[day.weekday()]} {_MONTHS[day.month - 1]} {day.day:02} 00:00:00 CST {day.year}"
    ),
    "compact with time": lambda day, rng: f"{day:%Y%m%d}{rng.randrange(24):02}{rng.randrange(60):02}00",
    "month alone": lambda day, _: f"{day.year}年{day.month}月",
}
# Written so, a day may have to be asked about, or must be: nobody can tell it from the file alone.
_VAGUE_DAYS = {"two-digit year", "month alone", "serial of 1904"}

_NUMERALS = "零壹贰叁肆伍陆柒捌玖"


def capitals(amount: Decimal) -> str:
    """An amount in the numerals of contracts: 壹佰贰拾万零叁佰元整 (below a thousand billions)."""
    whole, cents = divmod(int(amount * 100), 100)
    text, needs_zero = "", False
    for scale, name in ((10**8, "亿"), (10**4, "万"), (1, "元")):
        group, whole = divmod(whole, scale)
        if group == 0:
            needs_zero = needs_zero or bool(text)
            text += name if name == "元" and text else ""
            continue
        if text and (needs_zero or group < 1000):
            text += "零"
        needs_zero = False
        text += _group(group) + name
    jiao, fen = divmod(cents, 10)
    if not cents:
        return (text or "零元") + "整"
    tail = (_NUMERALS[jiao] + "角" if jiao else "零" if text else "") + (_NUMERALS[fen] + "分" if fen else "整")
    return text + tail


def _group(number: int) -> str:
    text, pending = "", False
    for scale, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit, number = divmod(number, scale)
        if digit:
            text += ("零" if pending and text else "") + _NUMERALS[digit] + name
            pending = False
        else:
            pending = True
    return text


def _grouped(amount: Decimal, thousands: str, decimal: str, places: int) -> str:
    return f"{amount:,.{places}f}".replace(",", "\0").replace(".", decimal).replace("\0", thousands)


def _trimmed(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


AmountWriter = Callable[[Decimal], Cell]
# Name -> (how an amount is written, what the heading says after it, yuan to which it must be whole).
AMOUNTS: dict[str, tuple[AmountWriter, str, int]] = {
    "yuan": (lambda amount: _trimmed(amount), "", 0),
    "two places": (lambda amount: f"{amount:.2f}", "", 0),
    "yuan in the heading": (lambda amount: f"{amount:.2f}", "（元）", 0),
    "thousands": (lambda amount: _grouped(amount, ",", ".", 2), "", 0),
    "thousands in the heading": (lambda amount: _grouped(amount, ",", ".", 2), "(元)", 0),
    "wan in the heading": (lambda amount: _trimmed(amount / 10_000), "（万元）", 0),
    "wan after the heading": (lambda amount: _trimmed(amount / 10_000), "/万元", 0),
    "wan in brackets": (lambda amount: f"{amount / 10_000:.4f}", "(单位：万元)", 1),
    "wan in the cell": (lambda amount: _trimmed(amount / 10_000) + "万元", "", 0),
    "wan, short": (lambda amount: _trimmed(amount / 10_000) + "万", "", 0),
    "yuan in the cell": (lambda amount: _trimmed(amount) + "元", "", 0),
    "mixed units": (
        lambda amount: _trimmed(amount / 100_000_000) + "亿元" if amount >= 100_000_000
        else _trimmed(amount / 10_000) + "万元" if amount >= 10_000 else _trimmed(amount) + "元", "", 0,
    ),
    "currency": (lambda amount: "¥" + _grouped(amount, ",", ".", 2), "", 0),
    "currency in words": (lambda amount: f"人民币{_trimmed(amount)}元整", "", 1),
    "about": (lambda amount: f"约{_trimmed(amount / 10_000)}万元", "", 0),
    "capitals": (capitals, "", 0),
    "points and comma": (lambda amount: _grouped(amount, ".", ",", 2), "", 0),
    "blanks": (lambda amount: _grouped(amount, " ", ".", 2), "", 0),
    "points alone": (lambda amount: _grouped(amount, ".", ",", 0), "", 1),
    "yi in the heading": (lambda amount: _trimmed(amount / 100_000_000), "（亿元）", 0),
    "wan, unsaid": (lambda amount: _trimmed(amount / 10_000), "", 0),
}  # fmt: skip

NULLS = ("", "", "", "--", "-", "NULL", "无", "/", "N/A")


# ------------------------------------------------------------------------------------------ the truth


def _amount(rng: random.Random, low: float = 3.7, high: float = 6.8) -> Decimal:
    """A sum of yuan, from 5,000 to 6,000,000 unless said otherwise."""
    value = Decimal(str(round(10 ** rng.uniform(low, high), 2)))
    return value.quantize(Decimal(rng.choice(("1", "1", "0.01", "100"))))


def _day(rng: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange(max(1, (last - first).days)))


def _case_rows(rng: random.Random, size: int, courts: list[str]) -> list[Row]:
    rows, numbers = [], set()
    modes = ("completed", "completed", "zhongben", "zhongben", "terminated")
    while len(rows) < size:
        filed = _day(rng, date(2022, 1, 1), date(2025, 6, 30))
        court, sequence = rng.choice(courts), rng.randrange(1, 6000)
        if (court, filed.year, sequence) in numbers:
            continue
        numbers.add((court, filed.year, sequence))
        resumed = rng.random() < 0.1
        closed = filed + timedelta(days=rng.randrange(20, 700))
        is_closed = closed <= date(2025, 12, 1)
        mode = rng.choice(modes) if is_closed else None
        claim = _amount(rng)
        recovered = None
        if is_closed:
            share = {"completed": 1.0, "zhongben": rng.choice((0, 0, 0.2)), "terminated": 0.5}[mode or ""]
            recovered = (claim * Decimal(str(share))).quantize(Decimal("0.01"))
        number_type = "执恢" if resumed else "执"
        rows.append(
            {
                "case_id": f"（{filed.year}）{court}{number_type}{sequence}号",
                "court_id": court,
                "case_type": "resumed" if resumed else "first",
                "filed_on": filed,
                "closed_on": closed if is_closed else None,
                "close_mode": mode,
                "claim_amount": claim,
                "recovered_amount": recovered,
                "cause": rng.choice(("financial_loan", "private_loan", "sale", "lease", "labour", "traffic")),
                "debtor_kind": rng.choice(("person", "company")),
                "has_assets": rng.random() < 0.4,
                "notified_on": filed + timedelta(days=rng.randrange(1, 12)),
                "seized_on": filed + timedelta(days=rng.randrange(3, 18)) if rng.random() < 0.5 else None,
            }
        )
    return rows


def _lot_rows(rng: random.Random, lots: int, courts: list[str]) -> list[Row]:
    """Rounds of lots, each lot's from the first on."""
    rows = []
    classes = ("residential", "commercial", "vehicle", "land")
    for lot in range(lots):
        court, year = rng.choice(courts), rng.choice((2023, 2024))
        listed = _day(rng, date(year, 1, 1), date(year, 12, 1))
        reference = _amount(rng, 5, 6.9).quantize(Decimal(1))
        asset = rng.choice(classes)
        start = (reference * Decimal(str(rng.choice((0.7, 0.8, 1))))).quantize(Decimal(1))
        lot_id = f"{rng.choice((6, 7))}{rng.randrange(10**10):010}{lot:02}"
        rounds = rng.choice((1, 1, 2))
        for round_no in range(1, rounds + 1):
            is_last = round_no == rounds
            status = rng.choice(("sold", "sold", "failed", "withdrawn")) if is_last else "failed"
            bidding = listed + timedelta(days=31 if round_no == 1 else 16)
            rows.append(
                {
                    "lot_id": lot_id,
                    "case_id": f"（{year - 1}）{court}执{100 + lot}号",
                    "court_id": court,
                    "asset_class": asset,
                    "round_no": round_no,
                    "stage": ("first", "second")[round_no - 1],
                    "listed_on": listed,
                    "bidding_on": bidding,
                    "ended_on": bidding + timedelta(days=1),
                    "reference_price": reference,
                    "start_price": start,
                    "final_price": (start * Decimal("1.1")).quantize(Decimal(1)) if status == "sold" else None,
                    "bidders": rng.randrange(1, 9) if status == "sold" else 0,
                    "status": status,
                }
            )
            listed = bidding + timedelta(days=3)
            start = (start * Decimal("0.8")).quantize(Decimal(1))
    return rows


def _period_rows(rng: random.Random, courts: list[str]) -> list[Row]:
    rows = []
    for court in courts:
        stock = rng.randrange(100, 900)
        for year in (2022, 2023, 2024):
            filed = rng.randrange(1500, 6000)
            closed = rng.randrange(int(0.7 * (stock + filed)), stock + filed)
            completed = rng.randrange(closed // 4, closed // 2)
            zhongben = rng.randrange(0, closed - completed)
            rows.append(
                {
                    "court_id": court,
                    "period_start": date(year, 1, 1),
                    "period_end": date(year, 12, 31),
                    "opening_stock": stock,
                    "filed": filed,
                    "closed": closed,
                    "completed": completed,
                    "zhongben": zhongben,
                    "pending": stock + filed - closed,
                    "closure_rate": (Decimal(closed) / (stock + filed)).quantize(Decimal("0.0001")),
                    "recovered_amount": _amount(rng, 6.5, 9).quantize(Decimal(100)),
                }
            )
            stock = stock + filed - closed
    return rows


# ------------------------------------------------------------------------------ the words of headings

HEADERS: dict[str, dict[str, tuple[str, ...]]] = {
    "cases": {
        "case_id": ("案号", "执行案号", "案 号", "案號", "Case No.", "case_no", "caseNo", "CASE NUMBER", "anhao", "ah", "AH", "执行案件案号", "案件编号", "案号（全称）", "执行案号*"),
        "court_id": ("执行法院", "法院", "承办法院", "执行法院名称", "法院名称", "Court", "court_name", "courtName", "Court Name", "zxfy", "fymc", "執行法院", "经办法院", "立案法院", "execCourtName"),
        "case_type": ("案件类型", "案件类别", "执行案件类型", "类型", "Case Type", "case_type", "caseType", "ajlx"),
        "filed_on": ("立案日期", "立案时间", "收案日期", "立案日", "收立案日期", "立案日期（年月日）", "Filing Date", "filing_date", "filedDate", "Date Filed", "larq", "LARQ", "lianriqi", "立案时间*", "regDate", "caseCreateTime"),
        "closed_on": ("结案日期", "结案时间", "报结日期", "办结日期", "結案日期", "Closing Date", "closing_date", "closedDate", "Date Closed", "jarq", "JARQ", "jieanriqi", "执结日期"),
        "close_mode": ("结案方式", "报结方式", "结案类型", "执行结案方式", "結案方式", "jafs", "JAFS", "Closing Mode", "close_mode"),
        "claim_amount": ("申请执行标的金额", "申请标的", "执行标的", "标的额", "申请执行标的", "执行标的金额", "标的金额", "申请执行标的额", "Claim Amount", "claim_amount", "claimAmount", "sqzxbdje", "execMoney"),
        "recovered_amount": ("实际到位金额", "到位金额", "执行到位金额", "实际到位", "已执行金额", "到位标的", "Amount Recovered", "recovered_amount", "recoveredAmount", "sjdwje"),
        "cause": ("案由", "立案案由", "案由名称", "Cause", "cause_of_action", "ay"),
        "debtor_kind": ("被执行人类型", "被执行人性质", "债务人类型"),
        "has_assets": ("是否有财产", "有无可供执行财产", "有无财产"),
        "notified_on": ("执行通知书送达日期", "执行通知送达时间", "发出执行通知日期"),
        "seized_on": ("首次查封日期", "首次冻结日期", "查封日期", "首封时间"),
    },
    "auctions": {
        "lot_id": ("标的编号", "标的物编号", "拍品编号", "标的ID", "拍品ID", "lot_id", "lotId", "Lot ID", "item_id", "itemId", "paimaiId"),
        "case_id": ("案号", "执行案号", "关联案号", "案件号", "case_no", "caseCode", "anhao"),
        "court_id": ("处置法院", "执行法院", "处置单位", "法院名称", "委托法院", "court_name", "courtName", "fayuan", "Court"),
        "asset_class": ("标的类型", "标的物类型", "财产类型", "资产类别", "标的物类别", "assetType", "category"),
        "round_no": ("拍次", "拍卖次数", "轮次", "round", "round_no"),
        "stage": ("拍卖阶段", "阶段", "处置阶段", "拍卖环节", "stage", "paimaijieduan"),
        "listed_on": ("公告日期", "公告时间", "挂网日期", "发布时间", "上拍日期", "公示日期", "publish_time", "publishTime", "noticeDate"),
        "bidding_on": ("开始时间", "开拍时间", "竞价开始时间", "拍卖开始时间", "start_time", "startTime", "kaishishijian"),
        "ended_on": ("结束时间", "拍卖结束时间", "成交日期", "竞价结束时间", "end_time", "endTime", "jieshushijian"),
        "reference_price": ("评估价", "市场价", "参考价", "评估价格", "处置参考价", "appraisal", "assessPrice", "pinggujia"),
        "start_price": ("起拍价", "起始价", "起拍价格", "起拍金额", "start_price", "startPrice", "initialPrice", "qipaijia"),
        "final_price": ("成交价", "成交金额", "成交价格", "落槌价", "final_price", "dealPrice", "chengjiaojia", "hammer_price"),
        "bidders": ("报名人数", "竞买人数", "参拍人数", "报名数", "bidders", "baomingrenshu", "signUpCount"),
        "status": ("拍卖结果", "拍卖状态", "标的状态", "竞价结果", "状态", "status", "auctionStatus", "result"),
    },
    "court_periods": {
        "court_id": ("法院", "法院名称", "单位", "单位名称", "Court"),
        "period_start": ("年度", "年份", "统计年度", "year"),
        "opening_stock": ("旧存", "旧存案件", "上年结转", "旧存数"),
        "filed": ("新收", "新收案件", "收案数", "本年新收"),
        "closed": ("结案", "结案数", "已结", "办结"),
        "completed": ("执行完毕", "执行完毕数", "执毕"),
        "zhongben": ("终本", "终结本次执行程序", "终本数"),
        "pending": ("未结", "未结案件", "期末未结", "未结数"),
        "closure_rate": ("结案率", "执结率", "办结率"),
        "recovered_amount": ("到位金额", "执行到位金额", "实际到位金额"),
    },
}  # fmt: skip

WORDS: dict[str, dict[Any, tuple[str, ...]]] = {
    "case_type": {"first": ("首次执行", "首执", "首次执行案件"), "resumed": ("恢复执行", "执恢", "恢复执行案件")},
    "close_mode": {
        "completed": ("执行完毕", "执行完毕", "全部执行完毕"),
        "zhongben": ("终结本次执行程序", "终本", "终结本次执行"),
        "terminated": ("终结执行", "终结", "裁定终结执行"),
    },
    "cause": {
        "financial_loan": ("金融借款合同纠纷", "金融借款", "金融借款合同纠纷"), "private_loan": ("民间借贷纠纷", "民间借贷", "民间借贷纠纷"),
        "sale": ("买卖合同纠纷", "买卖合同", "买卖合同纠纷"), "lease": ("租赁合同纠纷", "房屋租赁合同纠纷", "租赁合同"),
        "labour": ("劳动争议", "追索劳动报酬纠纷", "劳动合同纠纷"), "traffic": ("机动车交通事故责任纠纷", "机动车交通事故责任纠纷", "交通事故"),
    },
    "debtor_kind": {"person": ("自然人", "个人", "公民"), "company": ("企业法人", "企业", "公司")},
    "has_assets": {True: ("是", "有", "Y"), False: ("否", "无", "N")},
    "asset_class": {
        "residential": ("住宅用房", "住宅", "商品房"), "commercial": ("商业用房", "商铺", "写字楼"),
        "vehicle": ("机动车", "车辆", "汽车"), "land": ("土地", "土地使用权", "国有土地使用权"),
    },
    "stage": {"first": ("一拍", "第一次拍卖", "首次拍卖"), "second": ("二拍", "第二次拍卖", "二次拍卖")},
    "status": {
        "sold": ("成交", "已成交", "拍卖成交"), "failed": ("流拍", "已流拍", "拍卖流拍"), "withdrawn": ("撤回", "已撤回", "撤拍"),
    },
}  # fmt: skip

_SURNAMES, _GIVEN = "王李张刘陈杨黄赵吴周", "伟芳娜秀英敏静丽强磊军洋勇艳杰"


def _name(rng: random.Random) -> str:
    return rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.choice((1, 2))))


# ------------------------------------------------------------------------------------------ the columns


def _number_text(case_id: str, style: str) -> str:
    year, rest = case_id[1:5], case_id[6:]
    number = re.search(r"(\d+)号$", rest)
    assert number is not None
    match style:
        case "half width":
            return f"({year}){rest}"
        case "square":
            return f"〔{year}〕{rest}"
        case "blanks":
            return f"（{year}） {rest[:6]} {rest[6:]}"
        case "leading zeros":
            return f"（{year}）{rest[: number.start()]}{int(number[1]):05}号"
        case "formula":
            return f'="（{year}）{rest}"'
        case "apostrophe":
            return f"'（{year}）{rest}"
        case "full digits":
            return case_id.translate({ord(digit): 0xFEE0 + ord(digit) for digit in "0123456789"})
        case "trailing blank":
            return f" {case_id}\u3000"
    return case_id


NUMBER_STYLES = ("plain",) * 6 + (
    "half width", "half width", "square", "blanks", "leading zeros", "formula", "apostrophe", "full digits", "trailing blank",
)  # fmt: skip


def _add_day(plan: Plan, name: str, style: str, header: str) -> None:
    writer = DAYS[style]
    null = plan.rng.choice((*NULLS, "未结") if name == "closed_on" else NULLS)
    days = [row[name] for row in plan.rows]
    known = [day for day in days if day]
    cells = [null if day is None else writer(day, plan.rng) for day in days]
    is_vague = style in _VAGUE_DAYS
    if style in ("day first", "month first", "day first, points"):
        # Where no day is beyond the twelfth, the order cannot be told.
        is_vague = not any(day.day > 12 for day in known)
    if is_vague or len(known) < 8:
        plan.doubtful.add(name)
    _add(plan, name, header, cells, f"{name}: {style}")


def _add(plan: Plan, name: str | None, header: str, cells: list[Cell], note: str = "", unit_label: str = "") -> None:
    plan.columns.append(Column(name, header, cells, unit_label=unit_label))
    if note:
        plan.notes.append(note)


def _add_amount(plan: Plan, name: str, style: str, header: str) -> None:
    writer, suffix, whole = AMOUNTS[style]
    rows = plan.rows
    for row in rows:
        if row[name] is not None and whole:
            row[name] = row[name].quantize(Decimal(whole))
    if style in ("about", "yi in the heading"):
        for row in rows:
            if row[name] is not None:
                row[name] = (row[name] / 1000).quantize(Decimal(1)) * 1000
    null = plan.rng.choice(NULLS)
    cells = [null if row[name] is None else writer(row[name]) for row in rows]
    if style == "points alone" and not any(str(cell).count(".") > 1 for cell in cells):
        plan.doubtful.add(name)
    if style == "wan, unsaid":
        # Of two amounts that lie apart, either may be the one in another unit.
        plan.doubtful |= {other for other in rows[0] if other.endswith(("_amount", "_price"))}
    if suffix and plan.rng.random() < 0.15 and "万" in suffix and "单位" not in suffix:
        _add(plan, name, header, cells, f"{name}: wan in a row below the heading", unit_label="万元")
        return
    _add(plan, name, header + suffix, cells, f"{name}: {style}")


def _add_words(plan: Plan, name: str, header: str) -> None:
    pick = plan.rng.randrange(3)
    words = WORDS[name]
    null = plan.rng.choice(("", "", "-"))
    cells = [null if row[name] is None else words[row[name]][pick] for row in plan.rows]
    _add(plan, name, header, cells, f"{name}: {pick}")


def _pick_header(plan: Plan, kind: str, name: str) -> str:
    return plan.rng.choice(HEADERS[kind][name])


def _add_court(plan: Plan, kind: str, styles: tuple[str, ...] = ("full", "short", "code")) -> None:
    style = plan.rng.choice(styles)
    cells = [
        row["court_id"] if style == "code" else COURTS[row["court_id"]][0 if style == "full" else 1]
        for row in plan.rows
    ]
    header = (
        plan.rng.choice(("法院代字", "法院代码"))
        if style == "code" and kind != "court_periods"
        else _pick_header(plan, kind, "court_id")
    )
    _add(plan, "court_id", header, cells, f"court: {style}")


_DAY_STYLES = tuple(style for style in DAYS if style != "month alone")
_AMOUNT_STYLES = tuple(AMOUNTS)


def _day_style(rng: random.Random) -> str:
    return (
        rng.choice(("iso", "slashes", "chinese"))
        if rng.random() < 0.3
        else "month alone"
        if rng.random() < 0.03
        else rng.choice(_DAY_STYLES)
    )


def _amount_style(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return rng.choice(("yuan", "two places", "wan in the heading"))
    styles = [style for style in _AMOUNT_STYLES if style not in ("wan, unsaid", "points alone") or rng.random() < 0.3]
    return rng.choice(styles)


def _case_columns(plan: Plan, names: tuple[str, ...]) -> None:
    rng = plan.rng
    style = rng.choice(NUMBER_STYLES)
    _add(
        plan,
        "case_id",
        _pick_header(plan, "cases", "case_id"),
        [_number_text(row["case_id"], style) for row in plan.rows],
        f"numbers: {style}",
    )
    if rng.random() < 0.8:
        _add_court(plan, "cases")
    day_style = _day_style(rng)
    for name in names:
        header = _pick_header(plan, "cases", name)
        if name.endswith("_on"):
            if rng.random() < 0.3:
                day_style = _day_style(rng)
            _add_day(plan, name, day_style, header)
        elif name.endswith("_amount"):
            _add_amount(plan, name, "yuan" if plan.unit_above else _amount_style(rng), header)
        elif name != "court_id":
            _add_words(plan, name, header)


def cases(rng: random.Random) -> Plan:
    """A court's caseload."""
    courts = rng.sample(list(COURTS), rng.choice((1, 1, 2, 4)))
    plan = Plan(rng, "cases", "cases", _case_rows(rng, rng.choice((36, 50, 80)), courts))
    optional = [
        name
        for name in ("case_type", "cause", "debtor_kind", "has_assets", "notified_on", "seized_on")
        if rng.random() < 0.4
    ]
    plan.unit_above = rng.random() < 0.1
    _case_columns(plan, ("filed_on", "closed_on", "close_mode", "claim_amount", "recovered_amount", *optional))
    plan.titles = ["执行案件明细表", "某院2022年至2025年执行案件台账"]
    return plan


def zhongben_list(rng: random.Random) -> Plan:
    """A list of 终本, as sellers of company data have it."""
    rows = [row for row in _case_rows(rng, 90, rng.sample(list(COURTS), 3)) if row["close_mode"] == "zhongben"]
    plan = Plan(rng, "终本 list", "cases", rows, holds="zhongben_list", doubtful={"holds"})
    style = rng.choice(NUMBER_STYLES)
    _add(
        plan,
        None,
        rng.choice(("终本公司名称", "企业名称", "被执行人名称")),
        [f"{_name(rng)}商贸有限公司" for _ in rows],
    )
    _add(plan, "case_id", "案号", [_number_text(row["case_id"], style) for row in rows])
    _add_court(plan, "cases", ("full", "short"))
    day_style = _day_style(rng)
    _add_day(plan, "filed_on", day_style, "立案日期")
    _add_day(plan, "closed_on", day_style, rng.choice(("终本日期", "终本时间", "终结本次执行程序日期")))
    if rng.random() < 0.7:
        _add_amount(plan, "claim_amount", _amount_style(rng), rng.choice(("执行标的", "执行标的金额")))
    _add(plan, None, "未履行金额（元）", [str(row["claim_amount"]) for row in rows])
    return plan


def selected_list(rng: random.Random) -> Plan:
    """A list of 失信 or of 限制高消费."""
    rows = [row | {"closed_on": None, "close_mode": None} for row in _case_rows(rng, 45, rng.sample(list(COURTS), 4))]
    is_dishonest = rng.random() < 0.6
    plan = Plan(rng, "失信 and 限高 lists", "cases", rows, holds="selected_cases", doubtful={"holds", "closed_on"})
    style = rng.choice(NUMBER_STYLES)
    if is_dishonest:
        _add(plan, None, rng.choice(("失信被执行人", "姓名/名称", "被执行人姓名/名称")), [_name(rng) for _ in rows])
        _add(
            plan, None, "执行依据文号", [f"（{row['filed_on'].year}）粤0304民初{rng.randrange(9000)}号" for row in rows]
        )
        _add(
            plan,
            None,
            rng.choice(("作出执行依据单位", "做出执行依据单位")),
            [COURTS[row["court_id"]][0] for row in rows],
        )
        _add(plan, None, "履行情况", [rng.choice(("全部未履行", "部分履行")) for _ in rows])
        _add(plan, None, rng.choice(("失信行为", "失信被执行人行为具体情形")), ["有履行能力而拒不履行" for _ in rows])
        _add(plan, None, "发布时间", [str(row["filed_on"] + timedelta(days=60)) for row in rows])
    else:
        _add(plan, None, rng.choice(("限制消费令对象", "限高对象", "限消人员")), [_name(rng) for _ in rows])
        _add(plan, None, "限高发布日期", [str(row["filed_on"] + timedelta(days=60)) for row in rows])
    _add(plan, "case_id", rng.choice(("案号", "执行案号")), [_number_text(row["case_id"], style) for row in rows])
    _add_court(plan, "cases", ("full", "short"))
    _add_day(plan, "filed_on", _day_style(rng), rng.choice(("立案时间", "立案日期")))
    return plan


def bank_list(rng: random.Random) -> Plan:
    """A bank's list of claims in default, with the enforcement of each."""
    rows = [row | {"closed_on": None, "close_mode": None} for row in _case_rows(rng, 40, rng.sample(list(COURTS), 3))]
    plan = Plan(
        rng, "bank's claims", "cases", rows, holds="creditor_cases", doubtful={"holds", "closed_on", "claim_amount"}
    )
    _add(plan, None, rng.choice(("借款人名称", "借款人", "客户名称")), [f"{_name(rng)}实业有限公司" for _ in rows])
    _add(
        plan,
        None,
        rng.choice(("贷款本金", "本金余额", "债权本金")) + "（万元）",
        [_trimmed(row["claim_amount"] / 10_000) for row in rows],
    )
    _add(plan, None, rng.choice(("欠息", "利息余额")) + "（万元）", ["1.25" for _ in rows])
    _add(plan, None, rng.choice(("五级分类", "担保方式")), [rng.choice(("次级", "可疑", "损失")) for _ in rows])
    _add(plan, None, rng.choice(("诉讼阶段", "诉讼状态")), [rng.choice(("执行中", "终本", "破产")) for _ in rows])
    style = rng.choice(NUMBER_STYLES)
    _add(plan, "case_id", rng.choice(("执行案号", "案号")), [_number_text(row["case_id"], style) for row in rows])
    _add_court(plan, "cases", ("full", "short"))
    _add_day(plan, "filed_on", _day_style(rng), rng.choice(("立案时间", "立案日期", "执行立案日期")))
    return plan


def auctions(rng: random.Random) -> Plan:
    """A platform's rounds, a row each."""
    plan = Plan(rng, "auctions", "auctions", _lot_rows(rng, rng.choice((20, 30)), rng.sample(list(COURTS), 3)))
    rows = plan.rows
    has_case = rng.random() < 0.7
    header = _pick_header(plan, "auctions", "lot_id")
    if header in ("item_id", "itemId", "paimaiId"):
        plan.doubtful |= {"lot_id", "title", "possible_same_lots"}
    _add(plan, "lot_id", header, [row["lot_id"] for row in rows])
    if has_case:
        style = rng.choice(NUMBER_STYLES)
        _add(
            plan,
            "case_id",
            _pick_header(plan, "auctions", "case_id"),
            [_number_text(row["case_id"], style) for row in rows],
        )
    if not has_case or rng.random() < 0.8:
        _add_court(plan, "auctions", ("full", "short"))
    _add_words(plan, "asset_class", _pick_header(plan, "auctions", "asset_class"))
    told = rng.choice(("round_no", "stage", "title"))
    if told == "round_no":
        _add(plan, "round_no", _pick_header(plan, "auctions", "round_no"), [str(row["round_no"]) for row in rows])
    elif told == "stage":
        _add_words(plan, "stage", _pick_header(plan, "auctions", "stage"))
    else:
        plan.doubtful |= {"stage", "round_no"}
        titles = [f"【{WORDS['stage'][row['stage']][1]}】某区某路{index}号房产" for index, row in enumerate(rows)]
        _add(plan, None, rng.choice(("标题", "标的物名称", "标的名称", "title")), titles, "stage in the title")
    day_style = _day_style(rng)
    only_start = rng.random() < 0.3
    for name in (
        ("bidding_on",) if only_start else ("listed_on", "bidding_on") if rng.random() < 0.5 else ("listed_on",)
    ) + ("ended_on",):
        _add_day(plan, name, day_style, _pick_header(plan, "auctions", name))
    if only_start:
        _infer_listing(rows)
    amount_style = _amount_style(rng)
    for name in ("reference_price", "start_price", "final_price"):
        _add_amount(plan, name, amount_style, _pick_header(plan, "auctions", name))
    counter = rng.choice(("", "", "人"))
    _add(plan, "bidders", _pick_header(plan, "auctions", "bidders"), [f"{row['bidders']}{counter}" for row in rows])
    _add_words(plan, "status", _pick_header(plan, "auctions", "status"))
    if amount_style == "wan, unsaid":
        plan.doubtful |= {"prices_implausible", "prices_of_two_units"}
    plan.titles = ["司法拍卖标的清单"]
    return plan


def _infer_listing(rows: list[Row]) -> None:
    """The day of listing by 法释〔2016〕18号: 30 days before a first round, 15 before a later one; of movables 15 and 7."""
    for row in rows:
        is_movable = row["asset_class"] == "vehicle"
        days = (15 if is_movable else 30) if row["round_no"] == 1 else (7 if is_movable else 15)
        row["listed_on"] = row["bidding_on"] - timedelta(days=days)


def wide_rounds(rng: random.Random) -> Plan:
    """Lots with their rounds side by side."""
    rows = _lot_rows(rng, 26, rng.sample(list(COURTS), 2))
    plan = Plan(rng, "rounds side by side", "auctions", rows)
    plan.doubtful |= {"bidding_on", "listed_on", "ended_on", "status", "start_price", "final_price", "bidders"}
    lots: dict[str, list[Row]] = {}
    for row in rows:
        lots.setdefault(row["lot_id"], []).append(row)
    for rounds in lots.values():
        for row in rounds[:-1]:
            row["final_price"], row["bidders"] = None, None
        for row in rounds:
            row["bidders"] = None
    _infer_listing(rows)
    firsts = [rounds[0] for rounds in lots.values()]

    def add(name: str | None, header: str, cells: list[Cell]) -> None:
        _add(plan, name, header, cells)

    add("lot_id", rng.choice(("标的编号", "标的物编号", "拍品编号")), [row["lot_id"] for row in firsts])
    add("case_id", "案号", [row["case_id"] for row in firsts])
    add("court_id", rng.choice(("处置法院", "执行法院")), [COURTS[row["court_id"]][0] for row in firsts])
    add("asset_class", "标的类型", [WORDS["asset_class"][row["asset_class"]][0] for row in firsts])
    add("reference_price", "评估价", [str(row["reference_price"]) for row in firsts])
    style = DAYS[rng.choice(("iso", "slashes", "chinese", "iso with time"))]
    for position, word in enumerate(rng.choice((("一拍", "二拍"), ("第一次拍卖", "第二次拍卖")))):
        parts = [rounds[position] if position < len(rounds) else None for rounds in lots.values()]
        add("start_price", f"{word}起拍价", [str(part["start_price"]) if part else "" for part in parts])
        add("bidding_on", f"{word}开始时间", [style(part["bidding_on"], rng) if part else "" for part in parts])
        add("ended_on", f"{word}结束时间", [style(part["ended_on"], rng) if part else "" for part in parts])
        add("status", f"{word}结果", [WORDS["status"][part["status"]][0] if part else "" for part in parts])
    add(
        "final_price",
        "成交价",
        ["" if rounds[-1]["final_price"] is None else str(rounds[-1]["final_price"]) for rounds in lots.values()],
    )
    return plan


def court_periods(rng: random.Random) -> Plan:
    """Figures that courts state of themselves."""
    plan = Plan(rng, "court figures", "court_periods", _period_rows(rng, rng.sample(list(COURTS), 6)))
    _add_court(plan, "court_periods", ("full", "short"))
    suffix = rng.choice(("", "年", "年度"))
    _add(
        plan,
        "period_start",
        _pick_header(plan, "court_periods", "period_start"),
        [f"{row['period_start'].year}{suffix}" for row in plan.rows],
    )
    counter = rng.choice(("", "", "件"))
    thousands = rng.random() < 0.3
    for name in ("opening_stock", "filed", "closed", "completed", "zhongben", "pending"):
        cells = [f"{row[name]:,}{counter}" if thousands else f"{row[name]}{counter}" for row in plan.rows]
        _add(plan, name, _pick_header(plan, "court_periods", name), cells)
    rates: dict[str, Callable[[Decimal], str]] = {
        "": lambda rate: f"{rate:.4f}",
        "%": lambda rate: f"{rate * 100:.2f}%",
        "（%）": lambda rate: f"{rate * 100:.2f}",
    }
    suffix, rate_writer = rng.choice(list(rates.items()))
    header = _pick_header(plan, "court_periods", "closure_rate") + (suffix if suffix != "%" else "")
    _add(plan, "closure_rate", header, [rate_writer(row["closure_rate"]) for row in plan.rows])
    _add_amount(
        plan,
        "recovered_amount",
        rng.choice(("two places", "wan in the heading", "thousands", "wan in the cell", "yi in the heading")),
        _pick_header(plan, "court_periods", "recovered_amount"),
    )
    plan.titles = ["法院执行工作统计表"]
    return plan


def exposure_list(rng: random.Random) -> Plan:
    """A bank's exposure by place: nothing that any kind of file takes."""
    places = ["广东省", "浙江省", "江苏省", "山东省", "四川省", "福建省"]
    plan = Plan(rng, "exposure list", "", [], may_be_refused=True)
    plan.rows = [{} for _ in places]
    _add(plan, None, rng.choice(("客户经理", "分行", "机构")), [f"{place}分行" for place in places])
    _add(plan, None, rng.choice(("贷款余额", "风险敞口", "授信敞口")), [str(rng.randrange(10**6)) for _ in places])
    _add(plan, None, rng.choice(("不良余额", "拨备余额")), [str(rng.randrange(10**4)) for _ in places])
    return plan


def long_numbers(rng: random.Random) -> Plan:
    """Ids of seventeen digits that a spreadsheet keeps as numbers."""
    plan = cases(rng)
    plan.label, plan.may_be_refused = "ids stored as numbers", True
    plan.doubtful |= {"court_id", "case_type", "case_id"}
    column = next(column for column in plan.columns if column.name == "case_id")
    column.header = "案件编号"
    column.cells = [float(20230304000000000 + 7 * index) for index in range(len(plan.rows))]
    if not any(column.name == "court_id" for column in plan.columns):
        _add_court(plan, "cases", ("full",))
    plan.constants = {"case_type": "first"}
    return plan


KINDS: dict[str, tuple[Callable[[random.Random], Plan], int]] = {
    "cases": (cases, 40),
    "终本 list": (zhongben_list, 8),
    "失信 and 限高 lists": (selected_list, 8),
    "bank's claims": (bank_list, 8),
    "auctions": (auctions, 22),
    "rounds side by side": (wide_rounds, 5),
    "court figures": (court_periods, 6),
    "exposure list": (exposure_list, 1),
    "ids stored as numbers": (long_numbers, 2),
}


def _move_unit_to_title(plan: Plan) -> None:
    """Write all amounts in the unit that a title states."""
    amounts = [column for column in plan.columns if column.name and column.name.endswith(("_amount", "_price"))]
    styles = [note.partition(": ")[2] for note in plan.notes if note.partition(": ")[0].endswith(("_amount", "_price"))]
    if not amounts or plan.holds or any(style not in ("yuan", "two places", "thousands") for style in styles):
        return
    for column in amounts:
        column.cells = [_in_wan(str(cell).replace(",", "")) if cell else cell for cell in column.cells]
    plan.title_unit = "万元"


def _mix_days(plan: Plan) -> None:
    """A column of days that two people wrote."""
    columns = [column for column in plan.columns if column.name and column.name.endswith("_on")]
    column = plan.rng.choice(columns)
    assert column.name is not None
    if column.name in plan.doubtful or not all(isinstance(cell, str) for cell in column.cells):
        return
    other = DAYS[plan.rng.choice(("iso", "slashes", "chinese", "points", "compact"))]
    for index, row in enumerate(plan.rows):
        if index % 3 == 0 and row[column.name] is not None:
            column.cells[index] = other(row[column.name], plan.rng)
    plan.notes.append(f"{column.name} in two ways")


# ------------------------------------------------------------------------------- slips and other columns


def _add_slips(plan: Plan) -> None:
    """A cell or two that somebody mistyped, so that no reader can tell what was meant."""
    rng = plan.rng
    candidates = [
        column
        for column in plan.columns
        if column.name in ("closed_on", "seized_on", "claim_amount", "recovered_amount", "filed_on")
    ]
    for _ in range(rng.choice((1, 2))):
        if not candidates or plan.kind != "cases" or plan.holds:
            return
        column = rng.choice(candidates)
        index = rng.randrange(len(plan.rows))
        assert column.name is not None
        if plan.rows[index][column.name] is None:
            continue
        slips = (
            ("2023-02-30", "2O23-05-01", "2023-13-05", "见卷", "1023-05-06")
            if column.name.endswith("_on")
            else ("见裁定书", "12,34,5元多", "?", "面议")
        )
        column.cells[index] = rng.choice(slips)
        plan.slips.add((index, column.name))
        plan.notes.append(f"slip in {column.name}")


def _add_other_columns(plan: Plan) -> None:
    rng, size = plan.rng, len(plan.columns[0].cells)
    others: list[tuple[str, list[Cell]]] = [
        ("序号", [str(index + 1) for index in range(size)]),
        ("备注", [rng.choice(("", "", "已归档", "见卷")) for _ in range(size)]),
        ("承办人", [_name(rng) for _ in range(size)]),
        ("被执行人", [_name(rng) for _ in range(size)]),
        ("联系电话", [f"13{rng.randrange(10**9):09}" for _ in range(size)]),
        ("归档号", [f"GD-{rng.randrange(10**5)}" for _ in range(size)]),
        ("更新时间", ["2025-12-31 08:00:00" for _ in range(size)]),
        ("Unnamed: 0", [str(index) for index in range(size)]),
    ]
    for header, cells in rng.sample(others, rng.choice((0, 1, 2, 3))):
        _add(plan, None, header, cells)


# ---------------------------------------------------------------------------------------------- the table


@dataclass
class Table:
    """Rows of cells, the heading among them, and what a workbook says of them."""

    rows: list[list[Cell]]
    first_data_line: int
    header_line: int
    merges: list[str] = field(default_factory=list)


def _table(plan: Plan, *, allows_layout: bool, allows_merges: bool, allows_repeats: bool = True) -> Table:
    rng = plan.rng
    if rng.random() < 0.6:
        rng.shuffle(plan.columns)
    if allows_layout:
        _split_headings(plan)
    _dress_headings(plan)
    width = len(plan.columns)
    rows: list[list[Cell]] = []
    merges = []
    if plan.title_unit:
        rows.append([plan.titles[0] if plan.titles else "明细表", *[None] * (width - 1)])
        rows.append([*[None] * (width - 1), f"单位：{plan.title_unit}"])
        plan.notes.append(f"unit {plan.title_unit} in a title")
    elif allows_layout and rng.random() < 0.35:
        for title in (plan.titles or ["明细表"])[: rng.choice((1, 2))]:
            rows.append([title, *[None] * (width - 1)])
            plan.notes.append("title")
        if rng.random() < 0.3:
            rows.append([None] * width)
    header_line = len(rows) + 1
    groups_first = len(rows)
    if plan.title_unit and not allows_layout:
        raise AssertionError("a unit in a title needs a title")
    if any(column.group for column in plan.columns):
        rows.append([column.group or None for column in plan.columns])
        plan.notes.append("headings over two rows")
    elif allows_layout and rng.random() < 0.15 and width > 4 and not any(column.unit_label for column in plan.columns):
        cut = rng.randrange(2, width - 1)
        rows.append(["基本情况", *[None] * (cut - 1), "办理情况", *[None] * (width - cut - 1)])
        if allows_merges:
            merges += [
                _cells(groups_first + 1, 1, groups_first + 1, cut),
                _cells(groups_first + 1, cut + 1, groups_first + 1, width),
            ]
        plan.notes.append("groups above the heading")
    rows.append([column.header for column in plan.columns])
    if any(column.unit_label for column in plan.columns):
        if allows_layout:
            rows.append([column.unit_label or None for column in plan.columns])
            plan.notes.append("units below the heading")
        else:
            rows[-1] = [
                column.header + (f"（{column.unit_label}）" if column.unit_label else "") for column in plan.columns
            ]
    first_data_line = len(rows) + 1
    data = list(map(list, zip(*(column.cells for column in plan.columns), strict=True)))
    if allows_layout and rng.random() < 0.08 and allows_repeats and first_data_line == header_line + 1:
        data.insert(len(data) // 2, list(rows[-1]))
        plan.notes.append("the heading again in the middle")
    rows += data
    if allows_layout and rng.random() < 0.25:
        sums = [
            None if column.name is None or not column.name.endswith(("amount", "price", "filed")) else "12345"
            for column in plan.columns
        ]
        total: list[Cell] = ["合计", *sums[1:]]
        rows.append(total)
        plan.notes.append("total")
    if allows_layout and rng.random() < 0.25:
        rows.append([None] * width)
        rows.append(["注：本表数据截至2025年12月31日，由信息中心导出", *[None] * (width - 1)])
        plan.notes.append("note below")
    return Table(rows, first_data_line, header_line, merges)


# Headings that stand in two rows: what is above says of what the day or the way is.
_SPLIT_HEADINGS = {
    "filed_on": (("立案", "日期"), ("收案", "时间")),
    "closed_on": (("结案", "日期"), ("结案", "时间")),
    "close_mode": (("结案", "方式"),),
}


def _split_headings(plan: Plan) -> None:
    """Split some headings over two rows, or put the unit of all amounts above them."""
    rng = plan.rng
    if plan.kind != "cases" or plan.holds or plan.title_unit or any(column.unit_label for column in plan.columns):
        return
    if plan.unit_above:
        amounts = [column for column in plan.columns if column.name in ("claim_amount", "recovered_amount")]
        plan.columns = [*(column for column in plan.columns if column not in amounts), *amounts]
        for column in amounts:
            column.group = "金额（万元）"
            column.cells = [_in_wan(cell) for cell in column.cells]
        plan.notes.append("unit above the headings")
    elif rng.random() < 0.1:
        for column in plan.columns:
            if column.name in _SPLIT_HEADINGS:
                column.group, column.header = rng.choice(_SPLIT_HEADINGS[column.name])
            else:
                column.group, column.header = column.header, ""


def _in_wan(cell: Cell) -> Cell:
    text = str(cell)
    return _trimmed(Decimal(text) / 10_000) if re.fullmatch(r"\d+(\.\d+)?", text) else cell


def _dress_headings(plan: Plan) -> None:
    """Signs and line ends that stand in headings for no reason."""
    rng = plan.rng
    if rng.random() > 0.15:
        return
    for number, column in enumerate(plan.columns, start=1):
        match rng.randrange(7) if column.header else None:
            case 0:
                column.header = f"*{column.header}"
            case 1 if column.header.isalpha() and not column.header.isascii() and len(column.header) > 3:
                column.header = column.header[:2] + "\n" + column.header[2:]
            case 2:
                column.header = f"{number}.{column.header}"
            case 3:
                column.header = f"{column.header}："
            case 4:
                column.header = f" {column.header} "
    plan.notes.append("dressed headings")


def _cells(top: int, left: int, bottom: int, right: int) -> str:
    letter = openpyxl.utils.get_column_letter
    return f"{letter(left)}{top}:{letter(right)}{bottom}"


# ------------------------------------------------------------------------------------------------- files


def _csv(plan: Plan, table: Table, delimiter: str = ",") -> str:
    text = io.StringIO()
    quoting = plan.rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(text, delimiter=delimiter, lineterminator=plan.rng.choice(("\r\n", "\n")), quoting=quoting).writerows(
        table.rows
    )
    return text.getvalue()


def _text_file(plan: Plan) -> tuple[str, bytes]:
    table = _table(plan, allows_layout=True, allows_merges=False)
    suffix, delimiter = plan.rng.choice((("csv", ","), ("csv", ","), ("csv", ";"), ("tsv", "\t"), ("txt", "\t")))
    codec = plan.rng.choice(("utf-8", "utf-8-sig", "gb18030", "gb18030", "utf-16"))
    plan.notes.append(f"{suffix} in {codec}, {delimiter!r}")
    return suffix, _csv(plan, table, delimiter).encode(codec)


def _zip_file(plan: Plan) -> tuple[str, bytes]:
    text = _csv(plan, _table(plan, allows_layout=True, allows_merges=False)).encode("utf-8-sig")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _pack(archive, "数据.csv", text)
    plan.notes.append("csv in zip")
    return "zip", buffer.getvalue()


def _json_file(plan: Plan) -> tuple[str, bytes]:
    table = _table(plan, allows_layout=False, allows_merges=False)
    headers, *rows = table.rows
    if len(set(headers)) < len(headers):
        return _text_file(plan)
    has_numbers = plan.rng.random() < 0.5
    records = [
        {header: _json_value(cell, has_numbers) for header, cell in zip(headers, row, strict=True)} for row in rows
    ]
    shape = plan.rng.choice(("array", "lines", "nested"))
    plan.notes.append(f"json {shape}")
    if shape == "lines":
        return "jsonl", "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()
    document: Any = records if shape == "array" else {"code": 0, "data": {"total": len(records), "list": records}}
    return "json", json.dumps(document, ensure_ascii=plan.rng.random() < 0.5).encode()


def _json_value(cell: Cell, has_numbers: bool) -> Any:
    if cell in ("", "NULL", None):
        return None
    if has_numbers and isinstance(cell, str) and re.fullmatch(r"[1-9]\d{0,12}(\.\d+)?", cell):
        return float(cell) if "." in cell else int(cell)
    return cell


def _workbook_file(plan: Plan) -> tuple[str, bytes]:
    rng = plan.rng
    book = openpyxl.Workbook()
    is_1904 = rng.random() < 0.12
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
        plan.notes.append("1904 workbook")
    if rng.random() < 0.7 and plan.label != "rounds side by side":
        _native_cells(plan, is_1904=is_1904)
    merged_court = None
    if rng.random() < 0.2 and plan.label in ("cases", "auctions") and not plan.slips:
        merged_court = _sort_by_court(plan)
    table = _table(plan, allows_layout=True, allows_merges=True, allows_repeats=merged_court is None)
    sheet = book.worksheets[0]
    sheet.title = rng.choice(("Sheet1", "明细", "数据"))
    parts = [table.rows]
    splits = (
        rng.random() < 0.15
        and not table.merges
        and merged_court is None
        and len(table.rows) > 20
        and not any("total" in note or "note below" in note for note in plan.notes)
    )
    if splits:
        head, data = table.rows[: table.first_data_line - 1], table.rows[table.first_data_line - 1 :]
        middle = len(data) // 2
        parts = [head + data[:middle], head + data[middle:]]
        plan.notes.append("two sheets of one heading")
    sheets = [sheet, *(book.create_sheet(f"续{number}") for number in range(2, len(parts) + 1))]
    for target, rows in zip(sheets, parts, strict=True):
        for line, row in enumerate(rows, start=1):
            for position, cell in enumerate(row, start=1):
                if cell not in (None, ""):
                    _write(target.cell(line, position), cell)
    for cells in table.merges:
        sheet.merge_cells(cells)
    if merged_court is not None:
        position = next(index for index, column in enumerate(plan.columns, start=1) if column.name == "court_id")
        for first, last in merged_court:
            if last > first:
                sheet.merge_cells(
                    _cells(table.first_data_line + first, position, table.first_data_line + last, position)
                )
        plan.notes.append("merged courts")
    if rng.random() < 0.15:
        for line in range(table.first_data_line + 2, table.first_data_line + 5):
            sheet.row_dimensions[line].hidden = True
        plan.notes.append("hidden rows")
    if rng.random() < 0.2:
        other = book.create_sheet("填表说明", rng.choice((0, len(sheets))))
        other.append(["请按要求填写"])
        other.append(["日期一律写作年月日"])
        if rng.random() < 0.5:
            other.sheet_state = "hidden"
            book.active = book.worksheets.index(sheet)
        plan.notes.append("a sheet of instructions")
    buffer = io.BytesIO()
    book.save(buffer)
    dimension = None
    if rng.random() < 0.15:
        dimension = rng.choice(("A1", "A1:B2", "A1:ZZ9999", "C3:D4"))
        plan.notes.append("wrong dimension")
    return "xlsx", _repacked(buffer.getvalue(), dimension)


def _write(target: Any, cell: Cell) -> None:
    target.value = cell
    if isinstance(cell, str):
        target.data_type = "s"  # no formula, whatever it begins with


def _native_cells(plan: Plan, *, is_1904: bool) -> None:
    """Cells as a spreadsheet keeps them: days and numbers in place of texts."""
    rng = plan.rng
    for column in plan.columns:
        if column.name is None or len(column.cells) != len(plan.rows):
            continue
        values = [row.get(column.name) for row in plan.rows]
        slips = {index for index, name in plan.slips if name == column.name}
        if column.name.endswith("_on") and rng.random() < 0.6:
            as_serial = rng.random() < (0.5 if is_1904 else 0.15)
            origin = date(1904, 1, 1) if is_1904 else date(1899, 12, 30)
            column.cells = [
                cell if index in slips else None if day is None else (day - origin).days if as_serial else day
                for index, (cell, day) in enumerate(zip(column.cells, values, strict=True))
            ]
            plan.doubtful.discard(column.name)
            if (as_serial and is_1904) or sum(day is not None for day in values) < 8:
                plan.doubtful.add(column.name)
            plan.notes.append(f"{column.name}: {'serial' if as_serial else 'native'} days")
        elif all(isinstance(cell, str) and re.fullmatch(r"([1-9]\d{0,12}|0)(\.\d+)?|", cell) for cell in column.cells):
            column.cells = [(float(cell) if "." in cell else int(cell)) if cell else None for cell in column.cells]


def _sort_by_court(plan: Plan) -> list[tuple[int, int]] | None:
    """Bring rows of one court together and keep its name in the first of them; return the runs."""
    position = next((index for index, column in enumerate(plan.columns) if column.name == "court_id"), None)
    if position is None:
        return None
    order = sorted(range(len(plan.rows)), key=lambda index: plan.rows[index]["court_id"])
    plan.rows = [plan.rows[index] for index in order]
    for column in plan.columns:
        column.cells = [column.cells[index] for index in order]
    runs, first = [], 0
    for index in range(1, len(order) + 1):
        if index == len(order) or plan.rows[index]["court_id"] != plan.rows[first]["court_id"]:
            runs.append((first, index - 1))
            first = index
    cells = plan.columns[position].cells
    plan.columns[position].cells = [
        cell if any(index == run[0] for run in runs) else None for index, cell in enumerate(cells)
    ]
    return runs


def _repacked(content: bytes, dimension: str | None) -> bytes:
    """The workbook as of one fixed time, and with a false tag of its extent, as some exporters write it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(buffer, "w") as copy:
        for name in archive.namelist():
            part = archive.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _SAVED.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), part)
            if dimension and name.startswith("xl/worksheets/sheet"):
                part = re.sub(rb'<dimension ref="[^"]*"', f'<dimension ref="{dimension}"'.encode(), part)
            _pack(copy, name, part)
    return buffer.getvalue()


def _pack(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _SAVED.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)


# What a file tells without a column of its own: by case numbers, by titles, by law.
_DERIVED = {"court_id", "case_type", "stage", "round_no", "listed_on", "period_end"}


def _told_rows(plan: Plan) -> list[Row]:
    """The rows with what the file tells of them; nothing may stand in any other field."""
    told = _DERIVED | {column.name for column in plan.columns}
    if plan.holds == "zhongben_list":
        told.add("close_mode")
    return [{name: value if name in told else None for name, value in row.items()} for row in plan.rows]


def _choose_writer(plan: Plan, rng: random.Random) -> Callable[[Plan], tuple[str, bytes]]:
    """How the file is written: as a workbook or as text thrice as often as as JSON or packed."""
    if plan.label == "ids stored as numbers":
        return _workbook_file
    return rng.choice((*[_workbook_file] * 3, *[_text_file] * 3, _json_file, _zip_file))


def make_file(number: int) -> MessyFile:
    """Return the file of a number: always the same."""
    rng = random.Random(number)
    make = rng.choices([make for make, _ in KINDS.values()], [weight for _, weight in KINDS.values()])[0]
    plan = make(rng)
    writer = _choose_writer(plan, rng)
    if writer is not _json_file and rng.random() < 0.1:
        _move_unit_to_title(plan)
    if rng.random() < 0.12 and plan.label in ("cases", "auctions"):
        _mix_days(plan)
    if rng.random() < 0.25:
        _add_slips(plan)
    if plan.label != "exposure list":
        _add_other_columns(plan)
    suffix, content = writer(plan)
    return MessyFile(
        name=f"{number}.{suffix}",
        content=content,
        label=plan.label,
        kind=plan.kind,
        rows=_told_rows(plan),
        headers={column.name: column.header for column in plan.columns if column.name},
        doubtful=frozenset(plan.doubtful),
        constants=plan.constants,
        holds=plan.holds,
        unkeyed=frozenset(plan.unkeyed),
        slips=frozenset(plan.slips),
        may_be_refused=plan.may_be_refused,
        description=f"{suffix}; {'; '.join(plan.notes)}; {' | '.join(column.header for column in plan.columns)}",
    )
