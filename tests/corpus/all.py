"""The whole corpus: importing this module makes every file known."""

from tests.corpus import auctions, numbers, people, texts, values, workbooks
from tests.corpus.messy import CORPUS, Messy

__all__ = ["CORPUS", "Messy", "auctions", "numbers", "people", "texts", "values", "workbooks"]
