"""What there is to look at: the people of a preview, their pages, the letters as pictures.

Pages are made when they are looked at and kept. Requests come on several threads: one at a
time makes something, for the store, the templates and LibreOffice serve one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from outreach.errors import OutreachError, Text
from outreach.files.pdf_pictures import page_pictures
from outreach.language import Language
from outreach.model.contact import Contact
from outreach.runner.preview import Page, Preview
from outreach.runner.sampling import Sample, Sampled


@dataclass(frozen=True, slots=True)
class Drawn:
    """A letter as PDF and as pictures (PNG) of its pages, or why there are none."""

    pdf: bytes = b""
    pictures: Sequence[bytes] = ()
    problem: OutreachError | None = None


@dataclass(slots=True)
class _Person:
    sampled: Sampled
    outside: Text | None
    pages: Sequence[Page]
    drawn: dict[str, Drawn] = field(default_factory=dict)


class Look:
    """The people of one preview, by their place from 0."""

    def __init__(
        self,
        preview: Preview,
        sample: Sample,
        language: Language,
        find: Callable[[str], Contact],
    ) -> None:
        self.preview = preview
        self.language = language
        self.enrolled = sample.enrolled
        self._find = find
        self._people = list(sample.people)
        self._seen: dict[int, _Person] = {}
        self._making, self._drawing = Lock(), Lock()

    @property
    def people(self) -> Sequence[Sampled]:
        return tuple(self._people)

    @property
    def first_step(self) -> str:
        return self.preview.steps[0].name

    def place_of(self, who: str) -> int:
        """The place of somebody who is asked for; he is added where he was not shown.

        Raises `UnknownPerson` and `AmbiguousPerson`.
        """
        with self._making:
            contact = self._find(who)
            for place, one in enumerate(self._people):
                if one.contact.id == contact.id:
                    return place
            self._people.append(Sampled(contact, (Text("asked for"),)))
            return len(self._people) - 1

    def outside(self, place: int) -> Text | None:
        """Why that person would get nothing of all this."""
        return self._person(place).outside

    def pages(self, place: int) -> Sequence[Page]:
        """Every step of that person. Raises IndexError where there is nobody."""
        return self._person(place).pages

    def page(self, place: int, step: str) -> Page:
        """One step of that person. Raises `LookupError` where there is none."""
        for page in self.pages(place):
            if page.step == step:
                return page
        raise KeyError(step)

    def _person(self, place: int) -> _Person:
        with self._making:
            if place not in self._seen:
                sampled = self._people[place]
                contact = sampled.contact
                self._seen[place] = _Person(
                    sampled, self.preview.outside(contact), self.preview.pages(contact)
                )
            return self._seen[place]

    def drawn(self, place: int, step: str) -> Drawn:
        """A letter as pages. Raises `LookupError` where there is none."""
        page = self.page(place, step)
        if page.letter is None:
            raise KeyError(step)
        with self._drawing:
            drawn = self._person(place).drawn
            if step not in drawn:
                drawn[step] = self._draw(page)
            return drawn[step]

    def _draw(self, page: Page) -> Drawn:
        try:
            pdf = self.preview.pdf(page)
        except OutreachError as error:
            return Drawn(problem=error)
        return Drawn(pdf, page_pictures(pdf))
