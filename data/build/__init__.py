"""Builds the reference data of this folder; run by ``data/build_reference.py``."""
