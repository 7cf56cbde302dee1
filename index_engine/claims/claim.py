"""A claim and the assumptions that it is valued under."""

from dataclasses import dataclass

from index_engine.errors import InputError

# How far the enforcement of a claim has come; the clocks that run from there: payments.py.
STAGES = ("filed", "seized", "priced", "listed", "sold", "zhongben")
ASSET_CLASSES = ("homes", "premises", "movables")


@dataclass(frozen=True)
class Claim:
    """One claim against one debtor; amounts in yuan, ages in whole months.

    `principal` and `interest` are owed on the cut-off date. `collateral_value` is the reference price or
    appraisal of what secures it (0 where nothing does), of `asset_class`; of its proceeds `prior_claims` are
    paid before this one, and this one up to `secured_limit` (最高额; None without a limit). The claim has
    reached `stage`, has been in it for `stage_age` months, and was filed `case_age` months ago, or as long
    ago as it reached its stage where that is more; one not filed yet is filed in `months_to_filing`. Of a lot
    on sale, `has_failed_round` says whether its first auction brought no buyer.
    """

    principal: float
    interest: float = 0.0
    collateral_value: float = 0.0
    asset_class: str = ""
    prior_claims: float = 0.0
    secured_limit: float | None = None
    debtor_kind: str = ""
    stage: str = "filed"
    stage_age: int = 0
    case_age: int = 0
    has_failed_round: bool = False
    months_to_filing: int = 0

    def __post_init__(self) -> None:
        amounts = {name: getattr(self, name) for name in ("principal", "interest", "collateral_value", "prior_claims")}
        for name, amount in amounts.items():
            if not 0.0 <= amount < float("inf"):
                raise InputError("claim_amount_out_of_range", field=name, value=amount)
        if self.principal + self.interest <= 0.0:
            raise InputError("claim_without_amount")
        if self.stage not in STAGES:
            raise InputError("claim_stage_unknown", value=self.stage, stages=list(STAGES))
        if self.is_secured != (self.asset_class in ASSET_CLASSES):
            raise InputError("claim_asset_class_unknown", value=self.asset_class, classes=list(ASSET_CLASSES))
        if min(self.stage_age, self.case_age, self.months_to_filing) < 0:
            raise InputError("claim_age_negative", stage_age=self.stage_age, case_age=self.case_age)

    @property
    def is_secured(self) -> bool:
        return self.collateral_value > 0.0

    @property
    def months_since_filing(self) -> int:
        return max(self.case_age, self.stage_age)

    @property
    def amount(self) -> float:
        """What is owed on the cut-off date, in yuan."""
        return self.principal + self.interest


@dataclass(frozen=True)
class Assumptions:
    """What no file tells, see pricing.toml: `yearly_rate`, the return that the buyer asks for; `horizon`,
    months; `price_drift`, the yearly change of prices; `sale_cost`, the share of the price that the sale
    costs the creditor; `entry_cost`, the share of the claim that is paid at once to pursue it."""

    yearly_rate: float
    horizon: int
    price_drift: float
    sale_cost: float
    entry_cost: float

    def __post_init__(self) -> None:
        if not -1.0 < self.yearly_rate < float("inf"):
            raise InputError("yearly_rate_out_of_range", value=self.yearly_rate)
