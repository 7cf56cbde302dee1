"""A slice of the fuzzer, the same trials each time; `make fuzz` goes on."""

from pathlib import Path

from bench.fuzz import damage_file, fuzz

TRIALS = 60


def test_nothing_but_clear_refusals(tmp_path: Path) -> None:
    _, read_count, failures = fuzz(tmp_path, range(1, 1 + TRIALS))
    assert [f"trial {failure.trial}: {failure.description}" for failure in failures] == []
    assert read_count > TRIALS / 10


def test_a_trial_can_be_made_again() -> None:
    originals = [("f.csv", b"a,b\r\n1,2\r\n"), ("g.csv", b"c\n3\n")]
    assert damage_file(7, originals) == damage_file(7, originals)
    assert len({damage_file(trial, originals)[1] for trial in range(30)}) > 10
