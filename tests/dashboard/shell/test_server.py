"""What the server sends beside Streamlit: shells of pages, boundaries that browsers may keep."""

import asyncio
import gzip
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route
from streamlit import file_util
from streamlit.web.server.starlette.starlette_app import create_streamlit_middleware

from dashboard.shell import preload
from dashboard.shell.pages import PAGES, REDIRECTS
from dashboard.shell.server import STYLE_SHEETS, routes
from dashboard.state import cache
from dashboard.state.static_files import ASSETS
from dashboard.ui.charts import choropleth as maps
from index_engine.errors import InputError


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.content) if packed else self.content).decode()


class Client:
    """Asks an ASGI application as a server would; Starlette's own needs one more package."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    def get(self, address: str, headers: dict[str, str] | None = None) -> Answer:
        path, _, query = address.partition("?")
        sent = {"Accept-Encoding": "gzip"} | (headers or {})
        scope = {
            "type": "http",
            "method": "GET",
            "path": unquote(path),
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in sent.items()],
        }
        # In a thread of its own: a browser test may have left its event loop in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._ask(scope)).result()

    async def _ask(self, scope: dict[str, Any]) -> Answer:
        messages: list[Any] = []

        request = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> dict[str, Any]:
            for message in request:
                return message
            await asyncio.Event().wait()  # the client stays connected until it has its answer
            raise AssertionError

        async def send(message: Any) -> None:
            messages.append(message)

        await self.app(scope, receive, send)
        headers = {k.decode(): v.decode() for k, v in messages[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in messages[1:])
        return Answer(messages[0]["status"], headers, body)


def served(routes: list[BaseRoute]) -> Client:
    """Routes behind the middleware that they have in the app."""
    return Client(Starlette(routes=routes, middleware=create_streamlit_middleware()))


@pytest.fixture(scope="module")
def client() -> Client:
    return served(routes())


def test_boundaries_are_compressed_and_kept_by_content(client: Client) -> None:
    answer = client.get("/" + maps.boundary_url("province.geojson"))
    assert answer.status == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    assert len(json.loads(answer.text)["features"]) == 34
    again = client.get("/boundaries/province.geojson", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status == 304 and not again.content


def test_an_address_without_the_content_is_asked_again(client: Client) -> None:
    for address in ("/boundaries/province.geojson", "/boundaries/province.geojson?v=other"):
        assert client.get(address).headers["cache-control"] == "no-cache"


def test_a_browser_that_cannot_unpack_gets_it_plain(client: Client) -> None:
    plain = client.get("/boundaries/city.geojson", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == (maps.BOUNDARIES / "city.geojson").read_bytes()
    assert len(gzip.compress(plain.content)) < len(plain.content) / 2


@pytest.mark.parametrize(
    "name", ["none.geojson", "../divisions.csv", "%2e%2e/divisions.csv", "extent.json", "..", "county"]
)
def test_nothing_else_is_served(client: Client, name: str) -> None:
    """By our routes alone; Streamlit's middleware refuses some of them before."""
    assert Client(Starlette(routes=routes())).get(f"/boundaries/{name}").status == 404
    assert client.get(f"/boundaries/{name}").status in (400, 404)


@pytest.mark.parametrize("page", [page.path for page in PAGES])
def test_the_shell_speaks_the_language_of_the_address(client: Client, page: str) -> None:
    chinese = client.get(f"/{page}").text
    assert '<html lang="zh-Hans">' in chinese
    assert "<title>司法执行信用指数</title>" in chinese
    english = client.get(f"/{page}?lang=en").text
    assert '<html lang="en">' in english
    assert "<title>Judicial enforcement credit index</title>" in english
    assert "BACKEND_BASE_URL" in english


@pytest.mark.parametrize("path", REDIRECTS)
def test_an_address_of_before_leads_to_its_page(client: Client, path: str) -> None:
    answer = client.get(f"/{path}?lang=en&level=city&unit=320500")
    assert answer.status == 308
    assert answer.headers["location"] == f"./{REDIRECTS[path]}?lang=en&level=city&unit=320500"
    assert client.get(f"/{path}").headers["location"] == f"./{REDIRECTS[path]}"


@pytest.mark.parametrize("path", ["regions", "place/320500", "a/b/c", "Rankings"])
def test_an_unknown_address_says_so_in_the_language_asked_for(client: Client, path: str) -> None:
    answer = client.get(f"/{path}?lang=en")
    assert answer.status == 404
    assert '<html lang="en">' in answer.text.replace("><", ">\n<")
    assert "<title>Judicial enforcement credit index</title>" in answer.text
    assert "There is no page at this address" in answer.text
    assert 'href="/?lang=en"' in answer.text
    assert '<html lang="zh-Hans">' in client.get(f"/{path}").text


@pytest.mark.parametrize("path", ["_stcore/health", "static/js/x.js", "favicon.png", "rankings/"])
def test_what_streamlit_serves_is_left_to_it(path: str) -> None:
    """Its own routes follow ours: here a route that answers everything."""

    async def streamlit(request: Request) -> PlainTextResponse:
        return PlainTextResponse("Streamlit")

    app = Starlette(routes=[*routes(), Route("/{path:path}", streamlit)])
    assert Client(app).get(f"/{path}").text == "Streamlit"


def test_every_style_sheet_and_script_is_in_the_shell(client: Client) -> None:
    """In the order in which style sheets overrule each other, after Streamlit's own."""
    shell = client.get("/").text
    body = shell[shell.index("<body") :]
    sheets = re.findall(r'<link rel="stylesheet" href="\./(assets/[^"]+)">', body)
    scripts = re.findall(r'<script src="\./(assets/[^"]+)" defer>', body)
    assert [Path(url.partition("?")[0]).stem for url in sheets] == list(STYLE_SHEETS)
    named = {Path(url.partition("?")[0]).name for url in (*sheets, *scripts)}
    assert named == {file.name for file in ASSETS.folder.iterdir()}
    for url in (*sheets, *scripts):
        answer = client.get(f"/{url}")
        assert answer.status == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.text == (ASSETS.folder / Path(url.partition("?")[0]).name).read_text()
    assert "--score-0: #f1ecc5" in body


def test_what_draws_charts_is_fetched_ahead(client: Client) -> None:
    [ahead] = re.findall(r'modulepreload" crossorigin href="\./static/js/(Plotly[^"]*)"', client.get("/").text)
    assert (Path(file_util.get_static_dir()) / "static" / "js" / ahead).is_file()


def test_a_server_opens_its_warehouse_before_anybody_asks(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "early.duckdb"
    shutil.copyfile(warehouse, asked)
    monkeypatch.setenv("JECI_WAREHOUSE", str(asked))
    preload.open_default_snapshot()
    monkeypatch.setattr(cache, "Snapshot", None)  # it is open: nothing is opened again
    assert cache.open_snapshot(asked).periods()


def test_a_server_starts_without_a_warehouse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JECI_WAREHOUSE", str(tmp_path / "none.duckdb"))
    preload.open_default_snapshot()
    with pytest.raises(InputError):
        cache.open_snapshot(cache.default_file())
