"""Benchmarks: speed as ratios within one run, since machines differ. `make bench` writes the page."""
