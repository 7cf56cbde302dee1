"""Getting ready for the first visitor: what takes time once is done when the server starts."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from threading import Thread

import dashboard
from dashboard.shell.upload_middleware import sweeping_uploads
from dashboard.state import cache
from index_engine import queries
from index_engine.errors import InputError
from index_engine.queries import LEVELS


@asynccontextmanager
async def lifespan(_app: object) -> AsyncIterator[None]:
    """Around the life of a server. Visitors need not wait until the warehouse is open."""
    import_modules()
    Thread(target=open_default_snapshot, daemon=True).start()
    async with sweeping_uploads():
        yield


def import_modules() -> None:
    """Import all that pages are made of; `main` runs a page when it is imported."""
    for module in pkgutil.walk_packages(dashboard.__path__, "dashboard."):
        if module.name != "dashboard.shell.main":
            import_module(module.name)


def open_default_snapshot() -> None:
    """Open the warehouse that is shown where no other is asked for, and ask for its latest scores;
    where there is none yet, pages will say so."""
    try:
        snapshot = cache.open_snapshot(cache.default_file())
    except InputError:
        return
    for period in snapshot.periods()[-1:]:
        for level in LEVELS:
            queries.scores(snapshot, level, period)
