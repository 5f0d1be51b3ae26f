"""The network of those who recommend us, and the requests of those who came by themselves."""

from __future__ import annotations

from outreach.store.engine import Database


class Network:
    def __init__(self, database: Database) -> None:
        self.database = database
