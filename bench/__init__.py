"""Benchmarks: speed as ratios within one run, since machines differ. See `make bench`."""
