"""Does the interval of a recovery hold where few claims are most of the money?

    python -m bench.large_claims

Writes a section of docs/evidence.md. Places of a nation whose claims are lognormal; each claim is
capped at a quantile of the nation's. Of which quantile, the method file takes from this table.
"""

from collections.abc import Callable

import numpy as np
from scipy.stats import norm

from bench.evidence import write_section
from index_engine.arrays import Array
from index_engine.estimates import rates
from index_engine.method import load_method
from index_engine.method.model import z_value

METHOD = load_method()
Z = z_value(0.95)
PLACES = 8_000
TRUTH_CASES = 4_000_000
LOG_SDS = (1.0, 1.8, 2.5)
QUANTILES = (1.0, 0.99, 0.95, 0.9, 0.85, 0.8)
CASE_COUNTS = (40, 100)

Recovery = Callable[[np.random.Generator, Array], Array]  # shares recovered of claims, given their logarithms

RECOVERIES: dict[str, Recovery] = {
    "53 % paid whole": lambda rng, log_claim: (rng.random(log_claim.shape) < 0.53) * 1.0,
    "25 % paid whole": lambda rng, log_claim: (rng.random(log_claim.shape) < 0.25) * 1.0,
    "any part": lambda rng, log_claim: rng.beta(0.5, 0.5, log_claim.shape),
    "large ones less often": lambda rng, log_claim: (
        (rng.random(log_claim.shape) < 1.0 / (1.0 + np.exp(0.5 * log_claim))) * 1.0
    ),
    "10 % paid whole": lambda rng, log_claim: (rng.random(log_claim.shape) < 0.1) * 1.0,
}


def draw_amounts(
    rng: np.random.Generator, shape: tuple[int, int], log_sd: float, quantile: float, recovery: Recovery
) -> tuple[Array, Array]:
    """Claims, capped, and what is recovered of them, arrays of `shape` (place, case)."""
    log_claim = log_sd * rng.standard_normal(shape)
    claim = np.minimum(np.exp(log_claim), np.exp(log_sd * norm.ppf(quantile)))
    return claim, claim * recovery(rng, log_claim)


def amount_sums(claim: Array, recovered: Array) -> tuple[Array, ...]:
    """What `rates.amount_rate` reads: sums and sums of products by place."""
    products = (recovered, claim, recovered**2, claim * recovered, claim**2)
    return tuple(product.sum(axis=1) for product in products)


def linearised_error(y: Array, x: Array, yy: Array, xy: Array, xx: Array, n: int) -> Array:
    """Cochran's (1977, section 6.4) alone."""
    ratio = y / x
    residual = np.maximum(yy - 2.0 * ratio * xy + ratio**2 * xx, 0.0)
    return np.asarray(np.sqrt(n / (n - 1.0) * residual) / x)


def coverage(
    n: int, log_sd: float, quantile: float, recovery: Recovery, places: int = PLACES, seed: int = 1
) -> tuple[float, float, float]:
    """Shares of places: whose interval by linearisation alone holds; whose value is not withheld;
    and of these, whose published interval holds."""
    rng = np.random.default_rng(seed)
    sums = amount_sums(*draw_amounts(rng, (1, TRUTH_CASES), log_sd, quantile, recovery))
    truth = float(sums[0][0] / sums[1][0])
    sums = amount_sums(*draw_amounts(rng, (places, n), log_sd, quantile, recovery))
    value, se = rates.amount_rate(*sums)
    is_published = rates.effective_number(sums[1], sums[4]) >= METHOD.min_effective_n
    plain = np.abs(value - truth) <= Z * linearised_error(*sums, n)
    covered = np.abs(value - truth) <= Z * se
    published_coverage = covered[is_published].mean() if is_published.any() else np.nan
    return float(plain.mean()), float(is_published.mean()), float(published_coverage)


def _line(n: int, log_sd: float, quantile: float) -> str:
    results = [coverage(n, log_sd, quantile, recovery) for recovery in RECOVERIES.values()]
    cells = [f"{100 * plain:.0f} / {100 * covered:.1f}" for plain, _, covered in results]
    share = np.mean([published for _, published, _ in results])
    return f"| {n} | {log_sd:.1f} | {quantile:.2f} | {' | '.join(cells)} | {100 * (1 - share):.0f} |"


def report() -> str:
    return "\n".join(
        [
            "`python -m bench.large_claims`: how often the 95 % interval of the amount recovered of the amount",
            "claimed holds, in %: by linearisation alone / as published, where it is not withheld. Claims are",
            "lognormal and capped at a quantile of the nation's; what is recovered of them differs by column. The",
            f"method caps at {METHOD.claim_cap_quantile} and withholds what fewer than {METHOD.min_effective_n} "
            "claims of one size would tell.",
            "",
            f"| cases | log-sd | cap at | {' | '.join(RECOVERIES)} | withheld, % |",
            f"|---:|---:|---:|{'---:|' * len(RECOVERIES)}---:|",
            *(_line(n, log_sd, quantile) for n in CASE_COUNTS for log_sd in LOG_SDS for quantile in QUANTILES),
        ]
    )


if __name__ == "__main__":
    write_section("Large claims", report())
