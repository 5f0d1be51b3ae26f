"""What lies beside a bundle of letters when it is wished: labels, envelopes, separator pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from outreach.model.contact import Contact
from outreach.runner.labels import Addressed, Addresses, Sheets
from outreach.runner.separating import Separators


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The wish. `sheets` by the name of their file: `labels`, `envelopes`."""

    sheets: Mapping[str, Sheets] = field(default_factory=dict)
    separators: Separators | None = None
    #: PDF files of them too.
    as_pdf: bool = False

    def for_the_next(self) -> Beside:
        """The same for a further bundle: the part-used sheet is gone by then."""
        return replace(self, sheets={n: replace(s, skip=0) for n, s in self.sheets.items()})

    def write(
        self, folder: Path, people: Sequence[Contact], addresses: Addresses
    ) -> tuple[Addressed, ...]:
        """The files for the people of one bundle, in their order."""
        endings = (".docx", ".pdf") if self.as_pdf else (".docx",)
        return tuple(
            addresses.write(folder / f"{name}{ending}", people, sheets)
            for name, sheets in self.sheets.items()
            for ending in endings
        )
