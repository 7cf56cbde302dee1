"""What browsers are told of everything that the server sends. That pages work under it is told by the
stories in a browser, which fail on a line in the console."""

import base64
import re
from hashlib import sha256

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.web.server.starlette.starlette_app import create_streamlit_middleware

from app import app as streamlit_app
from dashboard.shell.page_frame import language_script
from dashboard.shell.pages import PAGES, REDIRECTS
from dashboard.shell.server import middleware, routes
from dashboard.text.i18n import LANGUAGES
from dashboard.ui.charts import choropleth
from tests.dashboard.shell.test_server import Client

ADDRESSES = [
    *(f"/{page.path}" for page in PAGES),
    *(f"/{path}" for path in REDIRECTS),
    "/no-such-page",
    "/assets/base.css",
    "/assets/none.css",
    "/" + choropleth.boundary_url("province.geojson"),
    "/names?lang=en",
    "/_stcore/health",  # Streamlit's own
    "/fault",
    "//elsewhere",  # refused before any route
]


async def streamlit(request: Request) -> PlainTextResponse:
    """In the place of Streamlit's routes, which need a runtime; one of them fails."""
    if request.url.path == "/fault":
        raise RuntimeError
    return PlainTextResponse("Streamlit")


@pytest.fixture(scope="module")
def client() -> Client:
    all_routes = [*routes(), Route("/{path:path}", streamlit)]
    return Client(
        Starlette(
            routes=all_routes,
            middleware=[*middleware(), *create_streamlit_middleware()],
            exception_handlers={RuntimeError: lambda request, error: PlainTextResponse("fault", 500)},
        )
    )


def policy(headers: dict[str, str]) -> dict[str, list[str]]:
    directives = (directive.split() for directive in headers["content-security-policy"].split(";"))
    return {name: sources for name, *sources in directives}


@pytest.mark.parametrize("address", ADDRESSES)
def test_everything_is_sent_with_them(client: Client, address: str) -> None:
    headers = client.get(address).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    directives = policy(headers)
    assert directives["default-src"] == ["'none'"]
    assert directives["frame-ancestors"] == ["'none'"]
    assert directives["base-uri"] == ["'none'"]


def test_the_app_has_them() -> None:
    names = [layer.cls.__name__ for layer in streamlit_app._user_middleware]
    assert names == [layer.cls.__name__ for layer in middleware()]
    assert names[0] == "SecurityHeaders"


def test_scripts_run_from_files_and_by_hash_alone(client: Client) -> None:
    sources = policy(client.get("/").headers)["script-src"]
    assert {source for source in sources if not source.startswith("'sha256-")} == {"'self'", "'wasm-unsafe-eval'"}
    inline_scripts = {language_script(language) for language in LANGUAGES}
    for language in LANGUAGES:
        inline_scripts |= set(re.findall(r"<script>.*?</script>", client.get(f"/?lang={language.code}").text, re.S))
    for script in inline_scripts:
        code = script.removeprefix("<script>").removesuffix("</script>")
        digest = base64.b64encode(sha256(code.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in sources
    assert not [name for name, allowed in policy(client.get("/").headers).items() if "*" in "".join(allowed)]
