"""What browsers are told of everything that the server sends: what a page may load, run and be part of."""

from __future__ import annotations

import base64
import re
from hashlib import sha256

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def script_hashes(*pages: str) -> list[str]:
    """The sources, as a content policy names them, of the scripts that stand within markup."""
    scripts = dict.fromkeys(script for page in pages for script in _INLINE_SCRIPT.findall(page))
    return [f"'sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts]


def content_policy(inline_scripts: list[str]) -> str:
    """The content policy of all pages. Scripts are ours, from files or named by hash: what came in as
    data runs nowhere. Styles stand within markup, as Streamlit and Plotly write them."""
    directives = {
        "default-src": ["'none'"],
        # Streamlit's reader of tables is WebAssembly.
        "script-src": ["'self'", "'wasm-unsafe-eval'", *inline_scripts],
        "style-src": ["'self'", "'unsafe-inline'"],
        # Charts are saved as pictures from data and blobs of their own.
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        # The topology of a map that has none: choropleth.CONFIG gives it to Plotly as data.
        "connect-src": ["'self'", "data:"],
        "worker-src": ["'self'", "blob:"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


class SecurityHeaders:
    """ASGI middleware around everything."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            # For browsers that do not know frame-ancestors.
            "X-Frame-Options": "DENY",
            # Addresses hold places and weights somebody looks at.
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)
