"""What was sent where: an intent before, a receipt after: nothing goes out twice, even after a kill."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from geoalarm.schedule.plan.clock import Clock
from geoalarm.schedule.state.database import Database, moment, stamp

SETTLED: Final = ("sent", "failed", "uncertain")
"""States that are left as they are: there is a receipt, nobody can do more, or nobody knows."""

_PUT: Final = """
INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET state = excluded.state, at = excluded.at, note = excluded.note,
attempts = attempts + excluded.attempts,
  message_id = CASE WHEN excluded.message_id = '' THEN message_id ELSE excluded.message_id END
"""


@dataclass(frozen=True, slots=True)
class DeliveryItem:
    """One thing to deliver once: the documents of a commune (empty: of the whole edition) to a target, for
    e-mail to one address.
    """

    job: str
    due: datetime
    target: str
    commune: str
    addressee: str
    sha256: str

    @property
    def key(self) -> str:
        """Names the parcel and its content; what has a receipt under this key is never sent again."""
        parts = (self.job, stamp(self.due), self.target, self.commune, self.addressee, self.sha256)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the ledger."""

    parcel: DeliveryItem
    state: str
    message_id: str
    attempts: int
    at: datetime
    note: str


class Ledger:
    """The rows of deliveries in a state's database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def states(self, parcels: Iterable[DeliveryItem]) -> dict[str, str]:
        """State by key, of the parcels that have one."""
        wanted = list(parcels)
        with self._database.open(write=False) as db:
            found: dict[str, str] = {}
            for job, due in {(one.job, stamp(one.due)) for one in wanted}:
                rows = db.execute(
                    "SELECT key, state FROM deliveries WHERE job = ? AND due = ?", (job, due)
                ).fetchall()
                found |= {row["key"]: row["state"] for row in rows}
        return {one.key: found[one.key] for one in wanted if one.key in found}

    def unsettled(self, parcels: Iterable[DeliveryItem]) -> list[DeliveryItem]:
        """Those still to be delivered, in their order."""
        wanted = list(parcels)
        states = self.states(wanted)
        return [one for one in wanted if states.get(one.key) not in SETTLED]

    def intend(self, parcel: DeliveryItem, *, message_id: str = "") -> None:
        """On the disk before anything leaves."""
        self._put(parcel, "sending", "", message_id, attempt=True)

    def receipt(self, parcel: DeliveryItem, note: str = "") -> None:
        """It arrived."""
        self._put(parcel, "sent", note)

    def wait(self, parcel: DeliveryItem, note: str) -> None:
        """It did not arrive, for certain; it may be tried again."""
        self._put(parcel, "waiting", note)

    def fail(self, parcel: DeliveryItem, note: str) -> None:
        """It did not arrive, and is given up."""
        self._put(parcel, "failed", note)

    def doubt(self, parcel: DeliveryItem, note: str) -> None:
        """Nobody knows whether it arrived; a person must look."""
        self._put(parcel, "uncertain", note)

    def of(self, job: str, due: datetime) -> list[Delivery]:
        """All deliveries of a run."""
        with self._database.open(write=False) as db:
            rows = db.execute(
                "SELECT * FROM deliveries WHERE job = ? AND due = ? ORDER BY target, commune, addressee",
                (job, stamp(due)),
            ).fetchall()
        return [_delivery(row) for row in rows]

    def in_state(self, *states: str) -> list[Delivery]:
        """All deliveries in one of these states, newest first."""
        marks = ", ".join("?" for _ in states)
        with self._database.open(write=False) as db:
            rows = db.execute(
                f"SELECT * FROM deliveries WHERE state IN ({marks}) "  # noqa: S608 - question marks
                "ORDER BY due DESC, job, target, commune, addressee",
                states,
            ).fetchall()
        return [_delivery(row) for row in rows]

    def _put(
        self, parcel: DeliveryItem, state: str, note: str, message_id: str = "", *, attempt: bool = False
    ) -> None:
        row = (
            parcel.key,
            parcel.job,
            stamp(parcel.due),
            parcel.target,
            parcel.commune,
            parcel.addressee,
            parcel.sha256,
            message_id,
            state,
        )
        with self._database.open() as db:
            db.execute(_PUT, (*row, int(attempt), stamp(self._clock.now()), note))


def _delivery(row: sqlite3.Row) -> Delivery:
    parcel = DeliveryItem(
        row["job"], moment(row["due"]), row["target"], row["commune"], row["addressee"], row["sha256"]
    )
    return Delivery(parcel, row["state"], row["message_id"], row["attempts"], moment(row["at"]), row["note"])
