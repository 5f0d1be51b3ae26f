"""Which address shows what.

/                          the first person
/{person}/{step}           one step of one person, with everything around it
/{person}/{step}/mail      the e-mail itself, for a frame
/{person}/{step}/letter    the letter page by page, for a frame; /letter/{n}.png its pages
/{person}/{step}/file.eml  what would leave, as a file: .eml, .docx, .pdf
/calendar                  how much would leave on which day
/find?who=NAME             goes to somebody else
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from outreach.errors import OutreachError
from outreach.runner.preview import Page
from outreach.web.guard import LETTER_POLICY, MAIL_POLICY
from outreach.web.look import Drawn, Look
from outreach.web.mail import ReceivedMail
from outreach.web.views import calendar_view, page_view, people_view
from outreach.web.words import Words

_T = TypeVar("_T")

PAGES = Path(__file__).parent / "pages"

_STATIC = {"look.css": "text/css", "look.js": "text/javascript"}

_FILES = {
    ".eml": "message/rfc822",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
}


def pages_of(look: Look, *, prefix: str) -> Starlette:
    """The pages of a preview; every address begins with `prefix`."""
    pages = _Pages(look, prefix)
    person = "/{person:int}/{step}"
    routes = [
        Route("/", pages.first),
        Route("/find", pages.find),
        Route("/calendar", pages.calendar),
        Route("/{name}.{ending}", pages.static),
        Route(person, pages.person),
        Route(f"{person}/mail", pages.mail),
        Route(f"{person}/letter", pages.letter),
        Route(f"{person}/letter/{{number:int}}.png", pages.picture),
        Route(f"{person}/file{{ending}}", pages.file),
    ]
    # Plain functions: Starlette runs them on threads, so that one letter holds up no mail.
    return Starlette(
        routes=[Mount(prefix, routes=routes)], exception_handlers={404: pages.not_found}
    )


class _Pages:
    def __init__(self, look: Look, prefix: str) -> None:
        self._look = look
        self._prefix = prefix
        self._templates = Environment(
            loader=FileSystemLoader(PAGES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            w=Words(look.language),
            say=look.language.say,
            prefix=prefix,
            code=look.language.code,
            campaign=look.preview.campaign,
        )

    # --- pages --------------------------------------------------------------------------------

    def first(self, request: Request) -> Response:
        return RedirectResponse(self._address(0, self._look.first_step))

    def person(self, request: Request) -> Response:
        place, page = self._asked(request)
        view = page_view(self._look, place, page)
        people = people_view(self._look, place)
        return self._html("person.html.j2", page=page, view=view, people=people)

    def find(self, request: Request) -> Response:
        """Goes to that person, at the step that was shown before where there is one."""
        who = request.query_params.get("who", "").strip()
        step = request.query_params.get("step") or self._look.first_step
        if not who:
            return RedirectResponse(self._address(0, step), status_code=303)
        try:
            place = self._look.place_of(who)
        except OutreachError as error:
            return self._problem(error, who=who, step=step)
        return RedirectResponse(self._address(place, step), status_code=303)

    def calendar(self, request: Request) -> Response:
        try:
            view = calendar_view(self._look)
        except OutreachError as error:
            return self._problem(error)
        return self._html("calendar.html.j2", view=view)

    def not_found(self, request: Request, error: Exception) -> Response:
        return self._problem(None)

    def _problem(
        self, error: OutreachError | None, *, who: str = "", step: str | None = None
    ) -> Response:
        """What is wrong; who was looked for in vain can be looked for again."""
        return self._html("problem.html.j2", status=404, error=error, who=who, step=step)

    # --- what stands in frames ----------------------------------------------------------------

    def mail(self, request: Request) -> Response:
        _, page = self._asked(request)
        if page.message is None:
            raise HTTPException(404)
        html = ReceivedMail(page.message.content).html or ""
        return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})

    def letter(self, request: Request) -> Response:
        place, page = self._asked(request)
        drawn = self._drawn(request)
        return self._html(
            "letter.html.j2",
            policy=LETTER_POLICY,
            page=page,
            drawn=drawn,
            here=self._address(place, page.step),
        )

    def picture(self, request: Request) -> Response:
        pictures = self._drawn(request).pictures
        number = request.path_params["number"]
        if not 1 <= number <= len(pictures):
            raise HTTPException(404)
        return Response(pictures[number - 1], media_type="image/png")

    # --- files --------------------------------------------------------------------------------

    def file(self, request: Request) -> Response:
        _, page = self._asked(request)
        ending = request.path_params["ending"]
        content = self._content(request, page, ending)
        if not content:
            raise HTTPException(404)
        name = f"{page.channel.value}-{page.contact.id}{ending}"
        return Response(
            content,
            media_type=_FILES[ending],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _content(self, request: Request, page: Page, ending: str) -> bytes | None:
        match ending:
            case ".eml":
                return page.message.content if page.message else None
            case ".docx":
                return page.letter
            case ".pdf" if page.letter:
                return self._drawn(request).pdf
            case _:
                return None

    def static(self, request: Request) -> Response:
        name = "{name}.{ending}".format_map(request.path_params)
        if name not in _STATIC:
            raise HTTPException(404)
        return Response((PAGES / name).read_bytes(), media_type=_STATIC[name])

    # --- common -------------------------------------------------------------------------------

    def _address(self, place: int, step: str) -> str:
        from urllib.parse import quote

        return f"{self._prefix}/{place}/{quote(step, safe='')}"

    def _asked(self, request: Request) -> tuple[int, Page]:
        place = request.path_params["person"]
        return place, self._found(lambda: self._look.page(place, request.path_params["step"]))

    def _drawn(self, request: Request) -> Drawn:
        params: Mapping[str, Any] = request.path_params
        return self._found(lambda: self._look.drawn(params["person"], params["step"]))

    def _found(self, get: Callable[[], _T]) -> _T:
        try:
            return get()
        except LookupError:
            raise HTTPException(404) from None

    def _html(
        self, name: str, *, status: int = 200, policy: str | None = None, **values: object
    ) -> Response:
        headers = {"Content-Security-Policy": policy} if policy else None
        html = self._templates.get_template(name).render(values)
        return HTMLResponse(html, status_code=status, headers=headers)
