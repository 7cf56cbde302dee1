"""What the server sends besides Streamlit: the shell of each page, style sheets, scripts, the
boundaries of maps and the names of places. Streamlit's middleware compresses all of it."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope
from streamlit import file_util
from streamlit.url_util import make_url_path

from dashboard.shell.page_frame import language_script
from dashboard.shell.pages import PAGES, REDIRECTS
from dashboard.shell.place_names import serve_names
from dashboard.shell.security_headers import SecurityHeaders, content_policy, script_hashes
from dashboard.shell.upload_middleware import UploadMiddleware
from dashboard.state.static_files import ASSETS, BOUNDARIES, StaticFolder, content_version
from dashboard.text import i18n
from dashboard.text.i18n import _
from dashboard.ui import search, theme
from dashboard.ui.html import join, tag

# In the order in which they overrule each other: what all pages share first.
STYLE_SHEETS = (
    *("base", "accessibility", "compare", "overview", "procedural_steps", "policy", "print"),
    *("place", "ranking_table", "rankings", "search"),
)
SCRIPTS = (*("accessibility", "anchors", "links", "period_player", "print", "save_chart", "search", "uploads"),)
# First parts of the paths that Streamlit answers itself.
STREAMLIT_FOLDERS = ("_stcore", "app", "auth", "component", "media", "oauth2callback", "static")
SECONDS_PER_YEAR = 365 * 24 * 3600
# Streamlit looks for its server below the address of the page first, and a visitor who comes by a
# deep link sees two failed requests in the console. Every page lies directly below the base, so
# the base is known at once, also behind a proxy that adds a path.
# The look is settled before anything is drawn: what was chosen here, else what the system prefers.
# Streamlit's widgets take it from their own setting, our markup from the root element, and charts,
# drawn by the server, from a cookie.
COLOUR_THEME_SCRIPT = (
    "<script>{const look=localStorage.getItem('look')||"
    "(matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light');"
    "document.documentElement.dataset.look=look;"
    "document.cookie='look='+look+'; path=/; max-age=31536000; samesite=lax';"
    "localStorage.setItem('stActiveTheme-'+location.pathname+'-v2',"
    "look==='dark'?'\"Dark\"':'\"Light\"')}</script>"
)
BASE_URL_SCRIPT = (
    "<script>{const base=new URL('.',location.href).href;"
    "window.__streamlit={BACKEND_BASE_URL:base,MAIN_PAGE_BASE_URL:base}}</script>"
)


def routes() -> list[BaseRoute]:
    """Routes to put beside those of Streamlit."""
    base = base_path()
    return [
        *(Route(base + page.path, serve_shell) for page in PAGES),
        *(Route(base + path, redirect) for path in REDIRECTS),
        *(Mount(base + files.path, VersionedFiles(files)) for files in (ASSETS, BOUNDARIES)),
        Route(base + search.NAMES_PATH, serve_names),
        UnknownPageRoute(base + "{path:path}", serve_unknown_page),
    ]


def middleware() -> list[Middleware]:
    """What stands around all routes, those of Streamlit too."""
    inline_scripts = script_hashes(
        *(_render_shell(language.code) for language in i18n.LANGUAGES), *map(language_script, i18n.LANGUAGES)
    )
    return [
        Middleware(SecurityHeaders, policy=content_policy(inline_scripts)),
        Middleware(UploadMiddleware),
    ]


def base_path() -> str:
    """Where the site lies on its server, with a slash at the end."""
    path: str = make_url_path(st.get_option("server.baseUrlPath"), "")
    return path


class UnknownPageRoute(Route):
    """Matches what looks like the address of a page and is none; not the files and sockets of
    Streamlit, whose names have a dot or lie in folders of its own, nor a slash at the end, which
    Streamlit takes away."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        if match is Match.FULL:
            path = child_scope["path_params"]["path"]
            is_streamlit_path = path.partition("/")[0] in STREAMLIT_FOLDERS or "." in path
            if is_streamlit_path or path.endswith("/"):
                return Match.NONE, {}
        return match, child_scope


async def redirect(request: Request) -> Response:
    """From an address that a page had before to the page, with the same query."""
    path = request.url.path.rpartition("/")[2]
    query = f"?{request.url.query}" if request.url.query else ""
    # Relative, so that it holds behind a proxy that adds a path.
    return RedirectResponse(f"./{REDIRECTS[path]}{query}", status_code=308)


async def serve_unknown_page(request: Request) -> Response:
    """404, and a page that says so in the reader's language and leads to the overview."""
    return HTMLResponse(
        _render_unknown_page(_request_language(request)),
        status_code=404,
        headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"},
    )


async def serve_shell(request: Request) -> Response:
    """The page before any script has run: its title and language are already right."""
    return HTMLResponse(
        _render_shell(_request_language(request)), headers={"Cache-Control": "no-cache", "Vary": "Accept-Language"}
    )


def _request_language(request: Request) -> str:
    """Code of the language that a request is answered in, as the page's script will."""
    requested_code = request.query_params.get("lang") or i18n.negotiate_language(
        request.headers.get("accept-language", "")
    )
    return i18n.language_by_code(requested_code).code


@lru_cache(maxsize=len(i18n.LANGUAGES))
def _render_shell(code: str) -> str:
    language = i18n.set_language(code)
    page = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    for original, replacement in (
        ('<html lang="en">', f'<html lang="{language.html_lang}">'),
        ("<title>Streamlit</title>", f"<title>{_('Judicial enforcement credit index')}</title>"),
        ("<head>", f"<head>{BASE_URL_SCRIPT}{COLOUR_THEME_SCRIPT}"),
        ("</head>", f"{_preload_links()}</head>"),
        # Below what Streamlit puts into the head while it runs, so that ours overrule it.
        ("</body>", f"{_asset_elements()}</body>"),
    ):
        if original not in page:
            raise RuntimeError(f"this version of Streamlit has another index.html: no {original}")
        page = page.replace(original, replacement, 1)
    return page


@lru_cache(maxsize=len(i18n.LANGUAGES))
def _render_unknown_page(code: str) -> str:
    language = i18n.set_language(code)
    home = f"{base_path()}?{urlencode({'lang': code})}"
    notice = tag(
        "main",
        tag("h1", _("There is no page at this address")),
        tag("p", tag("a", _("Back to the overview"), href=home)),
        style="font:1rem/1.5 sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem",
    )
    head = join(
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", _("Judicial enforcement credit index")),
    )
    html = tag("html", tag("head", head), tag("body", notice), lang=language.html_lang)
    return f"<!doctype html>{html}"


def _asset_elements() -> str:
    """The colours, style sheets and scripts of all pages."""
    styles = (tag("link", rel="stylesheet", href=f"./{ASSETS.url(f'{name}.css')}") for name in STYLE_SHEETS)
    scripts = (tag("script", src=f"./{ASSETS.url(f'{name}.js')}", defer=True) for name in SCRIPTS)
    return f"<style>{theme.css_variables()}</style>{join(*styles, *scripts)}"


def _preload_links() -> str:
    """What draws charts, the largest part of Streamlit's, fetched while the first run is on its way
    and not only when the first chart has come."""
    script_files = (Path(file_util.get_static_dir()) / "static" / "js").glob("PlotlyChart.*.js")
    return "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{script.name}">' for script in script_files
    )


class VersionedFiles(StaticFiles):
    """The files of a folder. A browser that names the version of the content (`?v=...`) may keep it
    for a year; any other asks again and is told whether it changed."""

    def __init__(self, files: StaticFolder) -> None:
        super().__init__(directory=files.folder)
        self.files = files

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        return super().lookup_path(path) if path.endswith(self.files.suffixes) else ("", None)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        version = Request(scope).query_params.get("v")
        is_current = version == content_version(self.files.folder / path)
        response.headers["Cache-Control"] = (
            f"public, max-age={SECONDS_PER_YEAR}, immutable" if is_current else "no-cache"
        )
        return response
