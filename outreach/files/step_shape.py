"""The keys of the steps of a campaign file, each with what it means.

One shape per channel: which keys a step may have is known once its channel is.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from outreach.errors import Text
from outreach.files.shapes import (
    Count,
    Date,
    LineText,
    Money,
    Name,
    Number,
    PlainText,
    Shape,
    Whole,
    choice,
    one_of,
    scalar,
    schema,
)
from outreach.files.values import read_after, read_text
from outreach.model.campaign import After

Expression = Annotated[str, scalar(read_text), schema("string", "boolean")]
AfterText = Annotated[After, scalar(read_after), schema("string")]

_ANSWERS = "What the fields ASK and FILLIN are answered with: {prompt: answer}."


class VariantShape(Shape):
    called: ClassVar[Text] = Text("a variant of an e-mail")

    subject: LineText | None = Field(None, description="The subject line of this variant.")
    template: PlainText | None = Field(None, description="Its template, below templates/.")


class LetterVariantShape(Shape):
    called: ClassVar[Text] = Text("a variant of a letter")

    template: PlainText | None = Field(None, description="Its template, below templates/.")


class MergedAttachmentShape(Shape):
    called: ClassVar[Text] = Text("an attachment")

    letter: PlainText = Field(description="A .docx below templates/, merged for the person.")
    as_: Annotated[str, one_of("pdf", "docx"), choice("pdf", "docx")] = Field(
        "docx", alias="as", description="pdf or docx (the default)."
    )
    answers: dict[PlainText, PlainText] = Field({}, description=_ANSWERS)


def _kind_of_attachment(value: object) -> str:
    return "merged" if isinstance(value, dict | MergedAttachmentShape) else "file"


AttachmentShape = Annotated[
    Annotated[PlainText, Tag("file")] | Annotated[MergedAttachmentShape, Tag("merged")],
    Discriminator(_kind_of_attachment),
]


class StepShape(Shape):
    """What a step of any channel may say."""

    step: Name = Field(description="Its name, unique in the campaign; others wait for it by it.")
    channel: str
    after: AfterText | None = Field(
        None,
        description="What it waits for, a step or a fact of its track: letter, letter + 5 days,"
        " mail + 7 working days, replied + 2 days.",
    )
    track: (
        Annotated[
            str, one_of("main", "positive", "negative"), choice("main", "positive", "negative")
        ]
        | None
    ) = Field(
        None,
        description="main (the default); positive or negative: only once a fact opens that track.",
    )
    when: Expression | None = Field(
        None, description="Only where this is true of the person, e.g. not replied."
    )
    cost: Money | None = Field(None, description="Per touch, in units of the currency.")
    not_after: Date | None = Field(None, description="The last day on which it may still be done.")

    @classmethod
    def unknown(cls, key: str) -> tuple[Text, Text | None]:
        what, hint = super().unknown(key)
        channels = [name for name, shape in STEP_SHAPES.items() if key in shape.known_keys()]
        if channels:
            hint = Text("steps that have it: {words}", words=", ".join(channels))
        return what, hint


class EmailShape(StepShape):
    called: ClassVar[Text] = Text("an email step")

    channel: Literal["email"] = Field(description="An e-mail.")
    subject: LineText | None = Field(None, description="The subject line, a Jinja text.")
    template: PlainText | None = Field(None, description="The HTML, below templates/.")
    text: PlainText | None = Field(
        None, description="The text part where it is written by hand, below templates/."
    )
    attachments: tuple[AttachmentShape, ...] = Field(
        (), description="Files, or letters merged for the person: {letter: …, as: pdf}."
    )
    variants: dict[Name, VariantShape] = Field(
        {}, description="Ways of writing it, drawn by a stable hash: {a: {subject: …}}."
    )
    sender: Name | None = Field(None, description="Who writes, when not the campaign's sender.")


class LetterShape(StepShape):
    called: ClassVar[Text] = Text("a letter step")

    channel: Literal["letter"] = Field(description="A letter to print and post.")
    template: PlainText | None = Field(None, description="A .docx below templates/.")
    variants: dict[Name, LetterVariantShape] = Field(
        {}, description="Ways of writing it, drawn by a stable hash: {a: {template: …}}."
    )
    sender: Name | None = Field(None, description="Who signs, when not the campaign's sender.")
    delivery_days: Whole | None = Field(
        None,
        description="Working days it is under way once posted; what comes after it is counted"
        " from then. Else those of the settings.",
    )
    answers: dict[PlainText, PlainText] = Field({}, description=_ANSWERS)


class _ByHandShape(StepShape):
    guide: PlainText | None = Field(None, description="What to say and ask, below templates/.")
    minutes: Number | None = Field(None, description="How long one takes.")
    by: Name | None = Field(None, description="Who does it: a key of the settings' team.")
    attempts: Count | None = Field(
        None, description="Tries in vain before the next step comes instead (3)."
    )


class CallShape(_ByHandShape):
    called: ClassVar[Text] = Text("a call step")

    channel: Literal["call"] = Field(description="A telephone call.")


class VisitShape(_ByHandShape):
    called: ClassVar[Text] = Text("a visit step")

    channel: Literal["visit"] = Field(description="A visit.")


class TaskShape(_ByHandShape):
    called: ClassVar[Text] = Text("a task step")

    channel: Literal["task"] = Field(description="Anything else that a person does.")


STEP_SHAPES: dict[str, type[StepShape]] = {
    "email": EmailShape,
    "letter": LetterShape,
    "call": CallShape,
    "visit": VisitShape,
    "task": TaskShape,
}

AnyStep = Annotated[
    EmailShape | LetterShape | CallShape | VisitShape | TaskShape, Field(discriminator="channel")
]
