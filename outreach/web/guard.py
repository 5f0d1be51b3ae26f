"""Who may read the pages: whoever has the address with its token, and nobody else.

The server listens on the loopback alone, but every user of this machine and every web page
that a browser shows can reach that. So each address begins with a token that cannot be
guessed, and the Host must be ours: a name that a stranger's DNS points here is refused.
"""

from __future__ import annotations

from collections.abc import Collection
from hmac import compare_digest

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: On every answer: nothing is kept, nothing is told to other sites, nobody frames or sniffs it.
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

#: What our own pages may load: their style and script, pictures and frames of this server.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

#: A letter's pages, shown inside one of ours.
LETTER_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'self'"
)

#: An e-mail, shown inside one of ours: its own styles, the pictures that it brings along, and
#: nothing from anywhere. Without `allow-scripts` the frame runs none and opens nothing; the
#: same origin only lets our page hear the keys that are pressed in it.
MAIL_POLICY = (
    "sandbox allow-same-origin; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)


class Guard:
    """Lets a request through to `app` when its Host and its token are ours."""

    def __init__(self, app: ASGIApp, *, token: str, hosts: Collection[str]) -> None:
        self._app = app
        self._token = token
        self._hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("Content-Security-Policy", PAGE_POLICY)
            await send(message)

        app = self._app if self._may(scope) else PlainTextResponse("403", status_code=403)
        await app(scope, receive, guarded)

    def _may(self, scope: Scope) -> bool:
        given = scope["path"].split("/")[1]
        ours = compare_digest(given.encode(), self._token.encode())
        return ours and Headers(scope=scope).get("host", "") in self._hosts
