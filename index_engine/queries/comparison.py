"""The difference of two scores, by indicator."""

from index_engine import periods
from index_engine.estimates.indicator_estimate import OBSERVED
from index_engine.index import comparison as index_comparison
from index_engine.index import score_inputs
from index_engine.index.comparison import Comparison, State
from index_engine.queries.snapshot import Snapshot, question

PlacePeriod = tuple[str, str, str]  # level, place_id and period


@question
def comparison(snapshot: Snapshot, baseline: PlacePeriod, target: PlacePeriod) -> Comparison:
    """The score of `target` less that of `baseline`: see index/comparison.py.

    Two places of one period are split by bringing both to the national case mix; one place in two
    periods a year apart by bringing the later to the cases of the earlier; others are not split.
    """
    same_place = baseline[:2] == target[:2]
    lag = periods.parse(target[2]) - periods.parse(baseline[2])
    basis = index_comparison.split_basis(same_place, lag)
    states = _state(snapshot, baseline, OBSERVED), _state(snapshot, target, OBSERVED)
    standardised_states = None
    if basis:
        # Of one place, the earlier period is what the later is brought to.
        first = states[0] if same_place else _state(snapshot, baseline, basis)
        standardised_states = first, _state(snapshot, target, basis)
    return index_comparison.compare(
        snapshot.method,
        states,
        standardised_states,
        basis,
        max(snapshot.method.window_quarters - abs(lag), 0) if same_place else 0,
    )


def _state(snapshot: Snapshot, key: PlacePeriod, basis: str) -> State:
    level, place_id, period = key
    inputs = score_inputs.read_inputs(snapshot.cursor(), snapshot.method, basis, level, period, place_id)
    return index_comparison.state(snapshot.method, inputs)
