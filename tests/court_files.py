"""Files as a court office and an auction platform would send them, for the story of a new user.

Everything in them is made up: numbers, people, amounts. Only the names of courts are real.
"""

import csv
import io
import random
from datetime import date, timedelta

from openpyxl import Workbook

# Court and its code as printed in case numbers: three districts of one city.
COURTS = {"南京市玄武区人民法院": "苏0102", "南京市秦淮区人民法院": "苏0104", "南京市鼓楼区人民法院": "苏0106"}
FIRST, LAST = date(2021, 1, 4), date(2024, 12, 30)
AUCTION_HEADERS = (
    "标的编号",
    "案号",
    "处置法院",
    "标的类型",
    "拍卖阶段",
    "公告日期",
    "结束日期",
    "评估价",
    "起拍价",
    "成交价",
    "报名人数",
    "拍卖结果",
)
PEOPLE = ("张某某", "李某某", "王某某", "赵某某")


def chinese(day: date | None) -> str:
    """A day as a clerk writes it."""
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"


def cases(rows: int = 420, seed: int = 5) -> list[dict[str, object]]:
    """Made-up cases: a third paid in full, a third closed without recovery, the rest open or
    ended otherwise."""
    chance = random.Random(seed)
    days = (LAST - FIRST).days
    numbers: dict[tuple[str, int], int] = {}
    made = []
    for filed in sorted(FIRST + timedelta(days=chance.randrange(days)) for _ in range(rows)):
        court, code = chance.choice(list(COURTS.items()))
        number = numbers[code, filed.year] = numbers.get((code, filed.year), 0) + 1
        claim = round(chance.lognormvariate(3, 1), 2)
        mode, share, wait = chance.choice(
            [
                ("执行完毕", 1.0, chance.randint(20, 400)),
                ("终结本次执行程序", 0.1, chance.randint(95, 200)),
                ("终结执行", 0.0, chance.randint(30, 300)),
            ]
        )
        closed = filed + timedelta(days=wait)
        is_open = closed > LAST or chance.random() < 0.1
        made.append(
            {
                "序号": len(made) + 1,
                "案号": f"（{filed.year}）{code}执{number}号",
                "执行法院": court,
                "申请执行人": chance.choice(PEOPLE),
                "立案日期": chinese(filed),
                "结案日期": "" if is_open else chinese(closed),
                "结案方式": "" if is_open else mode,
                "申请执行标的（万元）": claim,
                "实际到位金额（万元）": "" if is_open else round(claim * share, 2),
                "有无财产": "有" if chance.random() < 0.4 else "无",
            }
        )
    return made


def cases_xlsx() -> bytes:
    """The cases as an office prints them: a title over the whole table, a total at the bottom."""
    made = cases()
    book = Workbook()
    sheet = book.active
    sheet.title = "执行案件"
    headers = list(made[0])
    sheet.append(["首次执行案件明细表"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(headers))
    sheet.append(headers)
    for row in made:
        sheet.append(list(row.values()))
    sheet.append(["合计", f"{len(made)}件"])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def auctions_csv(seed: int = 6) -> bytes:
    """Lots of the cases that have property, up to two rounds each, in the encoding of old Excel."""
    chance = random.Random(seed)
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(AUCTION_HEADERS)
    for case in cases():
        if case["有无财产"] != "有":
            continue
        year, month, day = (int(part) for part in str(case["立案日期"]).rstrip("日").replace("月", "年").split("年"))
        listed = date(year, month, day) + timedelta(days=chance.randint(60, 200))
        value = chance.randint(40, 400) * 10_000
        for stage, share in (("一拍", 0.7), ("二拍", 0.56)):
            ended = listed + timedelta(days=31)
            if ended > LAST:
                break
            sold = chance.random() < 0.5
            start = round(value * share)
            price = round(start * chance.uniform(1, 1.3)) if sold else ""
            days = [f"{when:%Y-%m-%d}" for when in (listed, ended)]
            lot = f"9{case['序号']:08}"
            bids = chance.randint(2, 8) if sold else 0
            result = "成交" if sold else "流拍"
            what = [lot, case["案号"], case["执行法院"], "住宅", stage]
            rows.writerow([*what, *days, value, start, price, bids, result])
            if sold:
                break
            listed = ended + timedelta(days=15)
    return written.getvalue().encode("gb18030")
