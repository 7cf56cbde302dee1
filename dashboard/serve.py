"""What the server sends besides Streamlit: the boundaries of the maps, and the shell of each page.

Boundaries are compressed once and kept in memory; a browser that names the content it wants
(`?v=...`) may keep it for a year, any other asks again and is told whether it changed.
"""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from streamlit import file_util
from streamlit.url_util import make_url_path

from dashboard import i18n
from dashboard.i18n import _
from dashboard.map.outlines import BOUNDARIES

PAGES = ("", "rankings", "region", "method", "data")
A_YEAR = 365 * 24 * 3600
# Streamlit looks for its server below the address of the page first, and a visitor who comes by a
# deep link sees two failed requests in the console. Every page lies directly below the base, so
# the base is known at once, also behind a proxy that adds a path.
BASE = (
    "<script>{const base=new URL('.',location.href).href;"
    "window.__streamlit={BACKEND_BASE_URL:base,MAIN_PAGE_BASE_URL:base}}</script>"
)


def routes() -> list[BaseRoute]:
    """Routes to put beside those of Streamlit."""
    base = make_url_path(st.get_option("server.baseUrlPath"), "")
    return [
        *(Route(base + page, shell) for page in PAGES),
        Route(base + "boundaries/{file:path}", boundaries),
    ]


async def shell(request: Request) -> Response:
    """The page before any script has run: its title and language are already right."""
    return HTMLResponse(
        _shell(i18n.find(request.query_params.get("lang", "")).code),
        headers={"Cache-Control": "no-cache"},
    )


@lru_cache(maxsize=len(i18n.LANGUAGES))
def _shell(code: str) -> str:
    language = i18n.use(code)
    page = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    for theirs, ours in (
        ('<html lang="en">', f'<html lang="{language.html_lang}">'),
        ("<title>Streamlit</title>", f"<title>{_('Judicial enforcement credit index')}</title>"),
        ("<head>", f"<head>{BASE}"),
    ):
        if theirs not in page:
            raise RuntimeError(f"this version of Streamlit has another index.html: no {theirs}")
        page = page.replace(theirs, ours, 1)
    return page


async def boundaries(request: Request) -> Response:
    """One boundary file, compressed where the browser takes it."""
    path = _inside(request.path_params["file"])
    plain, packed, digest = _load(path, path.stat().st_mtime_ns)
    etag = f'"{digest}"'
    named = request.query_params.get("v") == digest
    headers = {
        "ETag": etag,
        "Vary": "Accept-Encoding",
        "Cache-Control": f"public, max-age={A_YEAR}, immutable" if named else "no-cache",
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(packed, headers=headers, media_type="application/geo+json")
    return Response(plain, headers=headers, media_type="application/geo+json")


def _inside(name: str) -> Path:
    """The boundary file of this name; nothing outside their folder, and no other kind of file."""
    path = (BOUNDARIES / name).resolve()
    if path.suffix != ".geojson" or BOUNDARIES.resolve() not in path.parents or not path.is_file():
        raise HTTPException(404)
    return path


@lru_cache(maxsize=64)
def _load(path: Path, modified: int) -> tuple[bytes, bytes, str]:
    """Content, content compressed, and digest; `modified` is part of the key only."""
    plain = path.read_bytes()
    json.loads(plain)  # a broken file is an error here, and not an empty map there
    return plain, gzip.compress(plain, mtime=0), sha256(plain).hexdigest()[:12]
