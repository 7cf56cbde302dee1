"""Files of auctions as platforms write them: asked about where their rounds or prices are in doubt."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from index_engine.errors import InputError
from index_engine.importing.recognise.mapping_writer import mapping_text, toml_value
from index_engine.importing.recognise.propose import propose_mapping
from tests.truth.lot_simulator import COLUMNS
from tests.truth.product import build_main_method, import_file
from tests.truth.test_lots import REFERENCE, all_rounds, true_lots, under_an_id_each
from tests.truth.test_worlds import court_names
from tests.worlds import Round

ROUNDS = {"first": "【第一次拍卖】", "second": "（二拍）", "sale": "变卖：", "relisted": "重新拍卖"}


BIDDING = {field: column for field, column in COLUMNS.items() if field != "listed_on"} | {"bidding_on": "开始"}


def write_rounds(path: Path, rounds: list[Round], prices: dict[str, int], columns: dict[str, str] = COLUMNS) -> Path:
    """`prices`: what the numbers of a column are multiplied by, as by another unit."""
    [court] = court_names(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns.values())
        for one in rounds:
            title = f"{ROUNDS[one.stage]}某小区{one.title} 号房" if one.title else ""
            row = vars(replace(one, court_id=court, title=title))
            row["bidding_on"] = one.ended_on and one.ended_on - timedelta(days=1)
            values = [
                row[name] and row[name] * Decimal(prices.get(name, 1)) if "price" in name else row[name]
                for name in columns
            ]
            writer.writerow(values)
    return path


def bring_in(
    folder: Path,
    rounds: list[Round],
    *,
    titles: bool = False,
    name: str = "platform",
    prices: dict[str, int] | None = None,
    columns: dict[str, str] = COLUMNS,
    **stated: bool | str,
) -> Path:
    file = write_rounds(folder / f"{name}.csv", rounds, prices or {}, columns)
    lines = [f"{key} = {toml_value(value)}" for key, value in stated.items()]
    columns = {field: column for field, column in columns.items() if titles or field != "title"}
    text = "\n".join(
        ['kind = "auctions"', "[source]", f'name = "{name}"', *lines]
        + [f'[columns.{field}]\ncolumn = "{column}"' for field, column in columns.items()]
    )
    warehouse = folder / "w.duckdb"
    import_file(warehouse, "auctions", file, text)
    return warehouse


def sales(warehouse: Path) -> tuple[int, int]:
    """Lots sold, and lots whose last round has ended."""
    build_main_method(warehouse)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [found] = con.execute(
            "SELECT SUM(lots_sold)::INTEGER, SUM(lots_finished)::INTEGER FROM measures.lot_counts"
        ).fetchall()
    return found


def true_sales(lots: list[list[Round]]) -> tuple[int, int]:
    return sum(lot[-1].status == "sold" for lot in lots), len(lots)


def appraised_anew(lots: list[list[Round]]) -> list[list[Round]]:
    """Every lot that failed twice is sold in a new first auction at four fifths of the reference."""
    made = []
    for lot in lots:
        last = lot[-1]
        if last.status == "failed" and last.ended_on is not None:
            listed = last.ended_on + timedelta(days=60)
            price = REFERENCE * 8 / 10
            again = replace(
                last,
                stage="first",
                round_no=3,
                listed_on=listed,
                ended_on=listed + timedelta(days=30),
                reference_price=price,
                start_price=price * 7 / 10,
                final_price=price,
                status="sold",
            )
            lot = [*lot, again]
        made.append(lot)
    return made


@pytest.mark.parametrize("is_one_lot", [None, False])
def test_no_round_is_said_to_be_missing_that_is_there_under_another_id(tmp_path: Path, is_one_lot: bool | None) -> None:
    lots = true_lots()[:300]
    stated = {} if is_one_lot is None else {"same_lots": is_one_lot}
    warehouse = bring_in(tmp_path, under_an_id_each(all_rounds(lots), titles=False), **stated)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(noted,)] = con.execute("SELECT count(*) FROM rejects WHERE rule = 'earlier_rounds_missing'").fetchall()
    assert noted == (0 if is_one_lot is None else sum(len(lot) - 1 for lot in lots))


@pytest.mark.parametrize("is_one_lot", [None, False])
def test_an_id_for_each_round_is_one_lot_unless_it_is_said_not_to_be(tmp_path: Path, is_one_lot: bool | None) -> None:
    lots = true_lots()[:300]
    stated = {} if is_one_lot is None else {"same_lots": is_one_lot}
    found = sales(bring_in(tmp_path, under_an_id_each(all_rounds(lots), titles=False), **stated))
    assert found == (true_sales(lots) if is_one_lot is None else (true_sales(lots)[0], len(all_rounds(lots))))


def test_lots_that_may_be_offered_anew_under_another_id_are_asked_about(tmp_path: Path) -> None:
    lots = appraised_anew(true_lots()[:300])
    rounds = under_an_id_each(all_rounds(lots), titles=False)
    with pytest.raises(InputError) as refused:
        bring_in(tmp_path, rounds)
    assert refused.value.message.code == "possible_same_lots"
    assert "same_lots = true" in str(refused.value) and "\n" not in str(refused.value)
    assert sales(bring_in(tmp_path, rounds, same_lots=True)) == true_sales(lots)


def test_titles_make_it_sure(tmp_path: Path) -> None:
    """Of titles a hash is kept, the same in every round."""
    lots = appraised_anew(true_lots()[:300])
    warehouse = bring_in(tmp_path, under_an_id_each(all_rounds(lots), titles=True), titles=True)
    assert sales(warehouse) == true_sales(lots)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        titles = con.execute("SELECT DISTINCT title FROM auction_rounds").fetchall()
    assert len(titles) == len(lots) and all(len(title) == 32 and title.isascii() for (title,) in titles)


@pytest.mark.parametrize(
    ("prices", "code"),
    [
        ({"reference_price": 10_000}, "prices_of_two_units"),
        ({"start_price": 10_000, "final_price": 10_000}, "prices_of_two_units"),
        ({"final_price": 10_000}, "prices_of_two_units"),
        (dict.fromkeys(("reference_price", "start_price", "final_price"), 10_000), "prices_implausible"),
    ],
)
@pytest.mark.parametrize("too_high", [True, False])
def test_prices_ten_thousand_times_off_are_asked_about(
    tmp_path: Path, prices: dict[str, int], code: str, too_high: bool
) -> None:
    rounds = all_rounds(true_lots()[:60])
    if not too_high:
        names = ("reference_price", "start_price", "final_price")
        rounds = [
            replace(one, **{name: (price := getattr(one, name)) and price / 10_000 for name in names}) for one in rounds
        ]
        prices = {name: 10_000 for name in names if name not in prices}
    with pytest.raises(InputError) as refused:
        bring_in(tmp_path, rounds, prices=prices)
    assert refused.value.message.code == code
    assert "prices_checked = true" in str(refused.value) and "\n" not in str(refused.value)
    bring_in(tmp_path, rounds, prices=prices, prices_checked=True)


@pytest.mark.parametrize("factor", [Decimal(10_000), Decimal("0.0001")])
def test_prices_thousands_of_times_off_those_of_another_source_are_asked_about(tmp_path: Path, factor: Decimal) -> None:
    """Of cars: prices that would be possible of something else."""
    rounds = [replace(one, asset_class="vehicle") for one in all_rounds(true_lots()[:60])]
    bring_in(tmp_path, rounds, name="court", same_lots=False)
    names = ("reference_price", "start_price", "final_price")
    moved = [
        replace(
            one,
            lot_id=f"p{one.lot_id}",
            case_id=None,
            **{name: (price := getattr(one, name)) and price * factor for name in names},
        )
        for one in rounds
    ]
    with pytest.raises(InputError) as refused:
        bring_in(tmp_path, moved)
    assert refused.value.message.code == "prices_unlike_others"


@pytest.mark.parametrize("is_per_round", [False, True], ids=["an id a lot", "an id a round"])
def test_a_round_that_two_sources_have_is_one_round(tmp_path: Path, is_per_round: bool) -> None:
    """A platform's rounds, of which the court has every second lot under numbers of its own."""
    lots = true_lots()
    bring_in(tmp_path, all_rounds(lots))
    court = [replace(one, lot_id=f"court-{one.lot_id}") for one in all_rounds(lots[::2])]
    if is_per_round:
        court = [replace(one, lot_id=f"{one.lot_id}-{one.stage}", round_no=1) for one in court]
    warehouse = bring_in(tmp_path, court, name="court")
    assert sales(warehouse) == true_sales(lots)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(held,)] = con.execute("SELECT SUM(held) FROM measures.round_counts").fetchall()
    assert held == len(all_rounds(lots))


def test_what_one_source_does_not_know_of_a_round_another_tells(tmp_path: Path) -> None:
    lots = true_lots()
    early = [replace(one, status=None, ended_on=None, final_price=None) for one in all_rounds(lots)]
    bring_in(tmp_path, all_rounds(lots), name="platform")
    warehouse = bring_in(tmp_path, [replace(one, lot_id=f"court-{one.lot_id}") for one in early], name="court")
    assert sales(warehouse) == true_sales(lots)


def test_alike_lots_of_two_sources_are_asked_about(tmp_path: Path) -> None:
    """Parking spaces of one case, offered on one day at one price: the court's may be those of the platform,
    or others."""
    lots = [lot for lot in true_lots() if len(lot) == 1]
    days = [(one.listed_on, one.ended_on) for [one] in lots]
    lots = [
        [replace(one, case_id=f"c{k // 3}", listed_on=days[k // 3 * 3][0], ended_on=days[k // 3 * 3][1])]
        for k, [one] in enumerate(lots)
    ]
    bring_in(tmp_path, all_rounds(lots))
    court = [replace(one, lot_id=f"court-{one.lot_id}") for one in all_rounds(lots)]
    with pytest.raises(InputError) as refused:
        bring_in(tmp_path, court, name="court")
    assert refused.value.message.code == "possible_same_lots"
    warehouse = bring_in(tmp_path, court, name="court", same_lots=True)
    assert sales(warehouse) == true_sales(lots)


def some_days_later(rounds: list[Round]) -> list[Round]:
    return [replace(one, listed_on=one.listed_on + timedelta(days=k % 3)) for k, one in enumerate(rounds)]


def in_ten_thousands(rounds: list[Round]) -> list[Round]:
    """The reference price in 万元, rounded, and the start price as it is."""
    return [
        replace(one, reference_price=Decimal(round((one.reference_price or 0) / 10_000) * 10_000)) for one in rounds
    ]


@pytest.mark.parametrize("habit", [some_days_later, in_ten_thousands])
def test_rounds_that_another_source_dates_or_rounds_otherwise_are_asked_about(
    tmp_path: Path, habit: Callable[[list[Round]], list[Round]]
) -> None:
    """They were lots of their own, and every lot of both sources counted twice."""
    lots = [
        [replace(one, reference_price=REFERENCE + 1_234 * k) for one in lot] for k, lot in enumerate(true_lots()[:300])
    ]
    bring_in(tmp_path, all_rounds(lots))
    court = habit([replace(one, lot_id=f"court-{one.lot_id}") for one in all_rounds(lots)])
    with pytest.raises(InputError) as refused:
        bring_in(tmp_path, court, name="court")
    assert refused.value.message.code == "possible_same_lots"
    warehouse = bring_in(tmp_path, court, name="court", same_lots=True)
    assert sales(warehouse) == true_sales(lots)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(held,)] = con.execute("SELECT SUM(held) FROM measures.round_counts").fetchall()
    assert held == len(all_rounds(lots))


def test_rounds_of_which_only_bidding_and_title_are_told_are_of_one_lot(tmp_path: Path) -> None:
    """As scrapers have them: an id for each round, no case, no day of notice."""
    lots = true_lots()[:300]
    rounds = [replace(one, case_id=None) for one in under_an_id_each(all_rounds(lots), titles=True)]
    warehouse = bring_in(tmp_path, rounds, titles=True, columns=BIDDING)
    assert sales(warehouse) == true_sales(lots)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(inferred, noted)] = con.execute(
            "SELECT count(*) FILTER (listing_inferred), (SELECT count(*) FROM rejects) FROM auction_rounds"
        ).fetchall()
    assert (inferred, noted) == (len(rounds), 0)


def test_other_lots_of_one_name_at_a_court_stay_apart(tmp_path: Path) -> None:
    """Cars of one make, one after the other, of cases that nobody names: no two at one price."""
    lots = [
        [replace(one, reference_price=REFERENCE + 1000 * k) for one in lot] for k, lot in enumerate(true_lots()[:60])
    ]
    firsts = [replace(lot[0], case_id=None, title="轿车", lot_id=f"p{k}") for k, lot in enumerate(lots)]
    found = sales(bring_in(tmp_path, firsts, titles=True, columns=BIDDING))
    assert found == (sum(one.status == "sold" for one in firsts), len(firsts))


@pytest.mark.parametrize("is_court_first", [True, False])
def test_the_day_that_one_source_tells_is_not_inferred(tmp_path: Path, is_court_first: bool) -> None:
    lots = true_lots()
    platform = [replace(one, lot_id=f"p-{one.lot_id}-{one.stage}") for one in all_rounds(lots)]
    deliveries = [(all_rounds(lots), "court", COLUMNS), (platform, "platform", BIDDING)]
    for rounds, name, columns in deliveries if is_court_first else reversed(deliveries):
        warehouse = bring_in(tmp_path, rounds, name=name, columns=columns)
    assert sales(warehouse) == true_sales(lots)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(held,)] = con.execute("SELECT SUM(held) FROM measures.round_counts").fetchall()
        [(inferred,)] = con.execute("SELECT count(*) FILTER (listing_inferred) FROM auction_rounds").fetchall()
    assert (held, inferred) == (len(all_rounds(lots)), len(platform))


def test_one_row_a_lot_feeds_no_rate_by_round(tmp_path: Path) -> None:
    """The last round of each lot: of those before it the file does not say that they failed."""
    lots = true_lots()
    last = [lot[-1] for lot in lots]
    with pytest.raises(InputError) as refused:
        bring_in(tmp_path, last)
    assert refused.value.message.code == "earlier_rounds_unknown"
    assert "last_rounds" in str(refused.value) and "\n" not in str(refused.value)
    warehouse = bring_in(tmp_path, last, holds="last_rounds")
    assert sales(warehouse) == true_sales(lots)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(rounds,)] = con.execute("SELECT COUNT(*) FROM measures.round_counts").fetchall()
        [(offers,)] = con.execute("SELECT COUNT(*) FROM measures.entries WHERE process = 'lot'").fetchall()
        [(prices,)] = con.execute("SELECT SUM(n) FROM measures.price_ratios").fetchall()
    assert (rounds, offers, prices) == (0, 0, true_sales(lots)[0])


def test_later_rounds_of_lots_first_offered_before_the_file_begins_are_no_wonder(tmp_path: Path) -> None:
    lots = true_lots()[:300]
    begins = min(one.listed_on for one in all_rounds(lots)) + timedelta(days=365)
    rounds = [one for one in all_rounds(lots) if one.listed_on >= begins]
    assert (
        sum(one.round_no > 1 and one.lot_id not in {r.lot_id for r in rounds if r.round_no == 1} for one in rounds) > 5
    )
    bring_in(tmp_path, rounds)


def test_rounds_side_by_side_are_the_rounds_of_a_row_each(tmp_path: Path) -> None:
    lots = true_lots()[:300]
    [court] = court_names(1)
    file = tmp_path / "wide.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        names = [f"{stage}{name}" for stage in ("一拍", "二拍") for name in ("公告日期", "结束时间", "起拍价", "结果")]
        writer.writerow(["标的编号", "处置法院", "评估价", *names, "成交价"])
        for lot in lots:
            cells = [cell for one in lot for cell in (one.listed_on, one.ended_on, one.start_price, one.status)]
            cells += [""] * (8 - len(cells))
            writer.writerow([lot[0].lot_id, court, REFERENCE, *cells, lot[-1].final_price])
    text = mapping_text(propose_mapping(file))
    warehouse = tmp_path / "w.duckdb"
    outcome = import_file(warehouse, "auctions", file, text)
    assert (outcome.accepted_rows, outcome.rejected_rows) == (len(all_rounds(lots)), 0)
    assert sales(warehouse) == true_sales(lots)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        [(held, sold)] = con.execute("SELECT SUM(held), SUM(sold) FROM measures.round_counts").fetchall()
    assert (held, sold) == (len(all_rounds(lots)), true_sales(lots)[0])


def test_a_finding_on_an_added_round_names_the_row_of_the_file(tmp_path: Path) -> None:
    [court] = court_names(1)
    file = tmp_path / "wide.csv"
    file.write_text(
        "标的编号,处置法院,一拍公告日期,一拍结束时间,一拍起拍价,一拍结果,二拍公告日期,二拍结束时间,二拍起拍价,二拍结果\n"
        f"L1,{court},2022-01-01,2022-02-01,70,流拍,2022-02-10,2022-03-01,56,流拍\n"
        f"L2,{court},2022-01-01,2022-02-01,70,流拍,2022-02-10,,56,成交\n",
        encoding="utf-8",
    )
    text = mapping_text(propose_mapping(file))
    warehouse = tmp_path / "w.duckdb"
    import_file(warehouse, "auctions", file, text)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        found = con.execute("SELECT row_no, rule FROM rejects WHERE action = 'rejected'").fetchall()
    assert found == [(2, "sold_without_end")]
