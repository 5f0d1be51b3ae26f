"""Values of which there are hundreds to every commit: frozen to the reader, cheap to make.

A frozen dataclass sets every field through `object.__setattr__`, which costs five times what
a plain assignment does. A `value` is the same to everybody who reads it and to mypy, which
refuses to let a field be set anew; only at run time nothing watches over it. It is for what
a run of sending makes per message; everything else is a frozen dataclass.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform, overload

Made = TypeVar("Made")


@overload
def value(cls: type[Made], /) -> type[Made]: ...


@overload
def value(*, kw_only: bool = False) -> Callable[[type[Made]], type[Made]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(
    cls: type[Made] | None = None, /, *, kw_only: bool = False
) -> type[Made] | Callable[[type[Made]], type[Made]]:
    """`dataclass(frozen=True, slots=True)`, without what makes that slow to build."""
    make = dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)
    return make if cls is None else make(cls)
