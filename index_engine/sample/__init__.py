"""The synthetic sample, see generator.py."""

from index_engine.sample.generator import Summary, generate

__all__ = ["Summary", "generate"]
