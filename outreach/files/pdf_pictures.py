"""The pages of a PDF as pictures, for a browser that shows no PDF inside a page."""

from __future__ import annotations

import io

#: Pixels per point (1/72 inch): an A4 page becomes 1,190 pixels wide, sharp on any screen.
_SCALE = 2.0

#: Pages of one document that are drawn: a letter that is longer is read as PDF.
MOST = 30


def page_pictures(pdf: bytes) -> list[bytes]:
    """Each page as PNG, the first `MOST` of them."""
    import pypdfium2

    pictures = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number in range(min(len(document), MOST)):
            out = io.BytesIO()
            document[number].render(scale=_SCALE).to_pil().save(out, "PNG")
            pictures.append(out.getvalue())
    finally:
        document.close()
    return pictures
