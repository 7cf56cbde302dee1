"""Getting ready for the first visitor: what takes time once is done when the server starts."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from threading import Thread

import dashboard
from dashboard import data
from index_engine.errors import InputError
from index_engine.snapshot import LEVELS


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Around the life of a server. Visitors need not wait until the warehouse is open."""
    load()
    Thread(target=ask, daemon=True).start()
    yield


def load() -> None:
    """Import all that pages are made of; `main` runs a page when it is imported."""
    for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
        if module.name != "dashboard.main":
            import_module(module.name)


def ask() -> None:
    """Open the warehouse that is shown where no other is asked for, and ask for its latest scores;
    where there is none yet, pages will say so."""
    try:
        answers = data.opened(data.home())
    except InputError:
        return
    for period in answers.periods()[-1:]:
        for level in LEVELS:
            answers.scores(level, period)
