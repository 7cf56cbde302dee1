"""The stratum of a case and of a lot for the recount of the measures, by what it is called."""

from index_engine.method import Method
from tests.worlds import Case, Round

# Kind, class of cause, claim band, kind of debtor, group of asset classes; None are the last of a
# case, the middle three of a lot, and the band of a claim that is not known.
Stratum = tuple[str, str | None, int | None, str | None, str | None]


def stratum_of_case(case: Case, method: Method) -> Stratum:
    """Its class of cause, how many of the bands' lower edges its claim reaches, its debtor."""
    if method.strata is None:
        return ("case", "all", 0, "all", None)
    claim, band = case.claim_amount, None
    if claim is not None and claim > 0:
        band = sum(claim >= edge for edge in method.strata.claim_classes)
    case_class = group_of(case.cause, method.strata.classes)
    return ("case", case_class, band, case.debtor_kind or "", None)


def stratum_of_lot(found: Round, method: Method) -> Stratum:
    """The group of asset classes of a round; that of a lot is the one of its first round."""
    strata = method.strata
    asset = "all" if strata is None else group_of(found.asset_class, strata.assets)
    return ("lot", None, None, None, asset)


def group_of(code: str | None, groups: dict[str, tuple[str, ...]]) -> str:
    named = [name for name, codes in groups.items() if code in codes]
    rest = [name for name, codes in groups.items() if "*" in codes]
    return (named or rest)[0]
