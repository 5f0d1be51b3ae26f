"""Builds the parts, once: settings, language, store, transports, the clock. Does nothing else.

The only module that names concrete stores and transports. A command asks it for the
parts it needs; nothing is opened or imported before it is asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from outreach.errors import Location, OutreachError, Text, WrongUsage
from outreach.language import Language, environment_locale
from outreach.runner.naming import BadInstant, read_instant

if TYPE_CHECKING:
    from outreach.files.campaigns import CampaignFile
    from outreach.model.contact import Contact
    from outreach.model.settings import Sender, Server, Settings
    from outreach.runner.clock import Clock
    from outreach.segmentation.tree import Condition
    from outreach.segmentation.vocabulary import Vocabulary
    from outreach.store.campaigns import Launched
    from outreach.store.conditions import Selection
    from outreach.store.copies import Copies
    from outreach.store.engine import Database
    from outreach.store.health import StoreHealth
    from outreach.store.store import Store
    from outreach.transports import Transport
    from outreach.transports.domains import Domains
    from outreach.transports.greeting import Greeting
    from outreach.transports.sink import Sink


@dataclass(slots=True)
class Options:
    """What may stand before or after any command's name."""

    json: bool = False
    config: str | None = None
    now: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


class Application:
    """The parts of one invocation."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()

    # --- settings and words ----------------------------------------------------------------

    @cached_property
    def settings_file(self) -> Path:
        from outreach.files.workspace import find_settings

        return find_settings(self.options.config, self.options.environ, Path.cwd())

    @cached_property
    def settings(self) -> Settings:
        from outreach.files.settings import read_settings

        return read_settings(self.settings_file)

    @cached_property
    def language(self) -> Language:
        return Language(self.settings.locale)

    def spoken(self) -> Language:
        """The language to say an error in, even when there are no settings (yet)."""
        if "language" in self.__dict__ or "settings" in self.__dict__:
            return self.language
        from outreach.files.workspace import written_locale

        try:
            written = written_locale(self.settings_file)
        except OutreachError:  # there is no settings file
            written = None
        return Language(written or environment_locale())

    # --- time ----------------------------------------------------------------------------

    @cached_property
    def pretended(self) -> datetime | None:
        """The instant of `--now`, in UTC."""
        return self._instant(self.options.now, datetime.now(UTC)) if self.options.now else None

    def now(self) -> datetime:
        return self.pretended or datetime.now(UTC)

    def today(self) -> date:
        """The date it is in the workspace's zone."""
        return self.now().astimezone(self.settings.zone).date()

    def instant(self, text: str) -> datetime:
        """A date, or a date and time, as typed: in the workspace's zone unless it says which.

        A date may also stand in the order of the workspace's locale: 18/03/2027 14:30; and be
        called yesterday, today, tomorrow (hier, aujourd'hui, demain).
        """
        return self._instant(text, self.now())

    def coming_day(self, text: str) -> date:
        """A day to come as people say it: lundi, thu, +10, tomorrow; or a date, past ones too."""
        from outreach.runner.said_days import BadDay, read_any_day

        try:
            return read_any_day(text, today=self.today(), locale=self.settings.locale).day
        except BadDay as bad:
            with suppress(BadInstant):
                return self.instant(text).astimezone(self.settings.zone).date()
            raise bad

    def _instant(self, text: str, now: datetime) -> datetime:
        from outreach.runner.said_days import near_day, read_clock
        from outreach.segmentation.dates import YEARS, read_date

        clock, date_ = read_clock(text.strip())
        day = near_day(date_, now.astimezone(self.settings.zone).date())
        day = day or read_date(date_, self.settings.locale)
        read = datetime.combine(day, clock or time()) if day else read_instant(text)
        if read.year not in YEARS:
            raise BadInstant(text)
        aware = read if read.tzinfo else read.replace(tzinfo=self.settings.zone)
        return aware.astimezone(UTC)

    def day_start(self, day: date) -> datetime:
        """The first instant of a day in the workspace's zone."""
        return datetime.combine(day, time(), self.settings.zone).astimezone(UTC)

    @cached_property
    def clock(self) -> Clock:
        from outreach.runner.clock import PretendedClock, RealClock

        return PretendedClock(self.pretended) if self.pretended else RealClock()

    # --- the store -------------------------------------------------------------------------

    @cached_property
    def database(self) -> Database:
        return self._open(to_upgrade=False)

    @cached_property
    def database_to_upgrade(self) -> Database:
        """The store as it is, of an older revision too: for keeping it, not for using it."""
        return self._open(to_upgrade=True)

    def _open(self, *, to_upgrade: bool) -> Database:
        from outreach.store.opening import open_database

        settings = self.settings
        return open_database(
            settings.store,
            folder=settings.folder,
            currency=settings.currency,
            zone=settings.zone,
            now=self.now,
            life=settings.portfolio.life,
            to_upgrade=to_upgrade,
        )

    def close(self) -> None:
        """Let go of the store, where it was opened."""
        for opened in ("database", "database_to_upgrade"):
            if opened in self.__dict__:
                self.__dict__[opened].engine.dispose()

    @cached_property
    def copies(self) -> Copies:
        """How the store is copied and put back; it need not be usable."""
        from outreach.store.copies import copies_of

        return copies_of(self.settings.store, self.settings.folder)

    @cached_property
    def health(self) -> StoreHealth:
        """The store as the doctor looks at it; it may be of an older revision."""
        from outreach.store.health import StoreHealth

        return StoreHealth(self.database_to_upgrade)

    @cached_property
    def store(self) -> Store:
        from outreach.store.store import Store

        return Store(self.database)

    def person(self, who: str) -> Contact:
        """The one contact that `who` names. Raises `UnknownPerson` or `AmbiguousPerson`."""
        from outreach.runner.looking_up import the_person

        return the_person(self.store, who)

    @contextmanager
    def alone(self, database: Database | None = None) -> Iterator[None]:
        """Nobody else sends, prints or settles in this workspace meanwhile, or on that database.

        Raises `AlreadyRunning` at once when another run is under way, here or elsewhere.
        """
        from outreach.runner.lock import elsewhere, hold, hold_file

        database, zone = database or self.database, self.settings.zone
        with (
            hold(self.settings.data, zone=zone),
            hold_file(database.file, zone=zone),
            database.alone() as free,
        ):
            if not free:
                raise elsewhere()
            yield

    @contextmanager
    def rehearsing(self) -> Iterator[Store]:
        """The store to try things on: when the block ends it is as it was."""
        from outreach.store.rehearsing import rehearsed
        from outreach.store.store import Store

        with rehearsed(self.database) as database:
            yield Store(database)

    # --- expressions -------------------------------------------------------------------------

    def vocabulary(self, *, stages: tuple[str, ...] = ()) -> Vocabulary:
        """The words that expressions of this workspace may use."""
        from outreach.runner.vocabulary import words_of

        return words_of(self.store, self.settings, stages=stages)

    def understand(self, expression: str, *, where: Location | None = None) -> Condition:
        from outreach.segmentation.checking import understand

        return understand(expression, self.vocabulary(), where=where)

    def select(self, expression: str | None, *, where: Location | None = None) -> Selection | None:
        """An expression as a condition on the contact base; None selects everybody.

        An empty one selects nobody by mistake: it is refused like any that says nothing.
        """
        if expression is None:
            return None
        from outreach.store.conditions import compile_condition

        return compile_condition(
            self.understand(expression, where=where),
            self.database,
            today=self.today(),
            now=self.now(),
            zone=self.settings.zone,
        )

    # --- campaigns ----------------------------------------------------------------------------

    def campaign_file(self, name: str) -> CampaignFile:
        """The campaign of that name, or in that file, as it is written now."""
        from outreach.files.campaigns import find_campaign

        return find_campaign(name, self.settings)

    def launched(self, name: str, *, hidden_too: bool = False) -> Launched:
        """A launched campaign, by its name or by its file; `hidden_too`: a deleted one as well.

        Raises `Hidden`, `NotLaunched` where it is only written, `UnknownCampaign` for none at all.
        """
        from outreach.runner.looking_up import the_launched

        return the_launched(self.store, self.settings, name, hidden_too=hidden_too)

    # --- transports ---------------------------------------------------------------------------

    def transport(self, sender: Sender) -> Transport:
        """The way out for one sender. With `--now` only servers on loopback are reached."""
        from outreach.transports.smtp import SmtpTransport

        self._rehearse_on_loopback(sender)
        return SmtpTransport(sender.servers, secrets=self.secret)

    def nowhere(self, sender: Sender) -> Transport:
        """A way out on which nothing leaves, with the connections of a sender."""
        from outreach.transports.nowhere import NowhereTransport

        return NowhereTransport(sender.servers[0].connections if sender.servers else 1)

    async def greet(self, sender: Sender, server: Server) -> Greeting:
        """Log in at one of a sender's servers and leave, as a run would; nothing is sent."""
        from outreach.transports.greeting import greet

        self._rehearse_on_loopback(replace(sender, servers=(server,)))
        return await greet(server, self.secret)

    def _rehearse_on_loopback(self, sender: Sender) -> None:
        if self.pretended and not all(server.on_loopback for server in sender.servers):
            what = Text("--now cannot be used with the real mail server of {sender!r}",
                        sender=sender.name)  # fmt: skip
            hint = Text("it is for rehearsals against a server on this machine")
            raise WrongUsage(what, hint=hint)

    def secret(self, reference: str) -> str:
        """The secret that the settings refer to. Raises `SecretMissing`."""
        from outreach.files.secrets import resolve_secret

        return resolve_secret(reference, self.settings.folder)

    @cached_property
    def domains(self) -> Domains:
        """The DNS, as this machine asks it."""
        from outreach.transports.domains import Domains

        return Domains()

    def sink(self, folder: Path) -> Sink:
        """A mail server on this machine that keeps what it gets in `folder`."""
        from outreach.transports.sink import Sink

        return Sink(folder)
