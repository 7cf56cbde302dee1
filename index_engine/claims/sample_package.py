"""A package of made-up claims in places of a warehouse: to try a valuation, and to show how a list may look."""

import csv
import io
from datetime import timedelta

import numpy as np

from index_engine.queries import Snapshot

N_CLAIMS, _N_CITIES, _SEED = 60, 12, 20170101
_HEADERS = (
    "合同编号",
    "所在城市",
    "债务人类型",
    "债权本金（万元）",
    "利息（万元）",
    "抵押物类型",
    "抵押物评估价（万元）",
    "诉讼状态",
    "执行立案日期",
    "状态日期",
)
# Kinds of claims: debtor, collateral, typical principal in 万元, value of the collateral over principal, share of them.
_KINDS = (
    ("自然人", "住宅", 70.0, 1.4, 0.4),
    ("企业", "商铺", 400.0, 1.5, 0.25),
    ("企业", "厂房", 900.0, 1.3, 0.1),
    ("自然人", "", 12.0, 0.0, 0.25),
)
_STAGES = (("已判决", 0.2), ("已立案执行", 0.5), ("拍卖中", 0.15), ("终本", 0.15))


def sample_package(snapshot: Snapshot) -> str:
    """The text of a CSV file: a title that says that it is made up and states the cut-off date, and N_CLAIMS claims, the
    same for the same warehouse."""
    rng = np.random.default_rng(_SEED)
    cities = [place.name for place in snapshot.places() if place.level == "city"][:_N_CITIES]
    cities = cities or [snapshot.nation.name]
    as_of = snapshot.observed_to
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([f"模拟债权清单（非真实数据）；基准日：{as_of.isoformat()}", *[""] * (len(_HEADERS) - 1)])
    writer.writerow(_HEADERS)
    for number in range(1, N_CLAIMS + 1):
        debtor, collateral, principal, cover, _ = _KINDS[rng.choice(len(_KINDS), p=[kind[-1] for kind in _KINDS])]
        stage = _STAGES[rng.choice(len(_STAGES), p=[share for _, share in _STAGES])][0]
        principal *= float(rng.lognormal(0.0, 0.5))
        value = principal * cover * float(rng.lognormal(0.0, 0.2))
        filed = as_of - timedelta(days=int(rng.integers(60, 700)))
        reached = filed + (as_of - filed) * float(rng.uniform(0.4, 0.9))
        writer.writerow(
            [
                f"M-{number:03}",
                cities[number % len(cities)],
                debtor,
                f"{principal:.2f}",
                f"{principal * rng.uniform(0.02, 0.25):.2f}",
                collateral,
                f"{value:.2f}" if collateral else "",
                stage,
                "" if stage == "已判决" else filed.isoformat(),
                "" if stage == "已判决" else reached.isoformat(),
            ]
        )
    return text.getvalue()
