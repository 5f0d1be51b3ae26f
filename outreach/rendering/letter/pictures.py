"""Pictures that are other ones for each person: INCLUDEPICTURE with a field in its path.

The picture takes the place, and fits into the box, of the one that Word showed last in
the template; where there is none it has its own size, at most that of a column.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256

from lxml import etree

from outreach.rendering.letter.fields import RUN, Element, Field, w
from outreach.rendering.letter.marks import Marks, enclose
from outreach.rendering.letter.package import WP, R, W
from outreach.rendering.letter.program import Picture, PictureDetail
from outreach.rendering.letter.sources import Source

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
PIC = "http://schemas.openxmlformats.org/drawingml/2006/picture"
IMAGE = f"{R}/image"

#: A picture of its own size is at most as wide as the text of a page (16 cm), in EMU.
_WIDEST = 16 * 360_000
_INCH = 914_400

#: Kinds of pictures that Word reads, by the ending of the file inside the document.
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "bmp": "image/bmp",
               "tiff": "image/tiff"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loaded:
    """A picture for one letter: its bytes, the ending they ask for, its own size in EMU."""

    content: bytes
    ending: str
    width: int
    height: int

    @property
    def name(self) -> str:
        """Its name in the package: the same picture has the same one."""
        return f"merged_{sha256(self.content).hexdigest()[:16]}.{self.ending}"

    def fitted(self, box: tuple[int, int] | None) -> tuple[int, int]:
        """Width and height inside a box, with its own proportions."""
        most = box or (min(self.width, _WIDEST), 10**9)
        scale = min(most[0] / self.width, most[1] / self.height)
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


def load(content: bytes) -> Loaded | None:
    """A picture from its bytes; None where they are none that Word shows."""
    from docx.image.exceptions import (
        InvalidImageStreamError,
        UnexpectedEndOfFileError,
        UnrecognizedImageError,
    )
    from docx.image.image import Image

    try:
        image = Image.from_blob(content)
        width, height = int(image.width), int(image.height)
    except (UnrecognizedImageError, InvalidImageStreamError, UnexpectedEndOfFileError,
            ZeroDivisionError, KeyError, ValueError):  # fmt: skip
        return None
    if image.ext not in MEDIA_TYPES or not (width > 0 and height > 0):
        return None
    return Loaded(content, image.ext, width, height)


def is_personal(one: Field) -> bool:
    """Whether the path of an INCLUDEPICTURE holds a field."""
    return bool(one.in_code)


def picture_of(one: Field, source: Source, marks: Marks, prefix: str) -> Element:
    """A run with the picture of the field's last result, or a new one, to be filled."""
    shown = next((r.find(w("drawing")) for r in one.result if r.find(w("drawing")) is not None),
                 None)  # fmt: skip
    extent = shown.find(f".//{{{WP}}}extent") if shown is not None else None
    usable = shown is not None and extent is not None and shown.find(f".//{{{A}}}blip") is not None
    box = None
    if usable and extent is not None and shown is not None:
        box = (int(extent.get("cx", "0")), int(extent.get("cy", "0")))
        drawing = deepcopy(shown)
    else:
        drawing = etree.fromstring(_DRAWING)
    _mark_details(drawing, marks)
    run = etree.Element(RUN)
    run.append(drawing)
    enclose(marks.opening("picture", Picture(source, (), box)), drawing, drawing)
    return run


def _mark_details(drawing: Element, marks: Marks) -> None:
    relationship = marks.text(PictureDetail.RELATIONSHIP)
    for blip in drawing.iter(f"{{{A}}}blip"):
        blip.attrib.pop(f"{{{R}}}link", "")
        blip.set(f"{{{R}}}embed", relationship)
    for size in (
        *drawing.iter(f"{{{WP}}}extent"),
        *drawing.iterfind(f".//{{{PIC}}}spPr/{{{A}}}xfrm/{{{A}}}ext"),
    ):
        size.set("cx", marks.text(PictureDetail.WIDTH))
        size.set("cy", marks.text(PictureDetail.HEIGHT))


_DRAWING = (
    f'<w:drawing xmlns:w="{W}" xmlns:wp="{WP}" xmlns:a="{A}" xmlns:pic="{PIC}" xmlns:r="{R}">'
    '<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="1" cy="1"/>'
    '<wp:docPr id="1" name="Picture"/>'
    f'<a:graphic><a:graphicData uri="{PIC}"><pic:pic>'
    '<pic:nvPicPr><pic:cNvPr id="0" name="Picture"/><pic:cNvPicPr/></pic:nvPicPr>'
    '<pic:blipFill><a:blip r:embed=""/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
    '<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1" cy="1"/></a:xfrm>'
    '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
    "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing>"
)
