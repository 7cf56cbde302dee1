"""What a count may look like where it is published or withheld."""

import math

HALF_COARSE = 0.0005 + 1e-9  # of a rate whose count is withheld: it has three decimals


def assert_published(number: float, suppression: str, counted: float, least: int, tolerance: float = 1e-9) -> bool:
    """The number is what was counted, or it is missing, with a reason that holds. Whether it is there."""
    if suppression == "":
        assert abs(number - counted) <= tolerance, (number, counted)
        return True
    assert math.isnan(number)
    if suppression == f"<{least}":
        assert 0 < counted < least
    else:
        assert suppression == "secondary"
        assert not 0 < counted < least
    return False
