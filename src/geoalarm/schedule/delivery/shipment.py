"""An edition on its way: what every target is given, and what it must answer to."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from geoalarm.core.english_counts import counted
from geoalarm.core.errors import GeoalarmError
from geoalarm.schedule.delivery.retry import PermanentError, TransientError, error_text, retry
from geoalarm.schedule.plan.clock import Clock, Stopped
from geoalarm.schedule.plan.jobs import Retries
from geoalarm.schedule.scheduled_edition import ScheduledEdition
from geoalarm.schedule.state.delivery_ledger import DeliveryItem, Ledger

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shipment:
    """An edition of a job, and the books. ``due`` is in the time zone of the territory."""

    job: str
    due: datetime
    edition: ScheduledEdition
    ledger: Ledger
    clock: Clock

    def parcel(self, target: str, *, commune: str = "", addressee: str = "") -> DeliveryItem:
        """The parcel of a commune, or of the whole edition; its hash is that of the documents in it."""
        if commune:
            lines = sorted(f"{one.sha256} {one.path}" for one in self.edition.of(commune))
            sha = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        else:
            sha = self.edition.sha256
        return DeliveryItem(self.job, self.due, target, commune, addressee, sha)


class Carrier(Protocol):
    """A way to deliver."""

    def parcels(self) -> Sequence[DeliveryItem]:
        """All that is to be delivered."""

    def settle_doubts(self) -> None:
        """Before an attempt: decide on parcels that may have been sent, earlier or without a receipt."""

    def carry(self, parcels: Sequence[DeliveryItem]) -> None:
        """Deliver these, writing intent and receipt of each; raise at the end if some must be tried again."""


def deliver(carrier: Carrier, shipment: Shipment, retries: Retries, *, what: str) -> None:
    """Deliver all parcels once; others are marked failed, with the reason. Only a stop leaves some open."""
    ledger = shipment.ledger

    def attempt() -> None:
        carrier.settle_doubts()
        left = ledger.unsettled(carrier.parcels())
        if left:
            carrier.carry(left)

    try:
        retry(attempt, retries, shipment.clock, what=what)
    except Stopped:
        raise
    except Exception as error:  # whatever one target does, the others get theirs
        carrier.settle_doubts()
        left = ledger.unsettled(carrier.parcels())
        told = error_text(error)
        expected = isinstance(error, GeoalarmError | PermanentError | TransientError)
        logger.error("%s: %s given up: %s", what, counted(len(left), "parcel"), told, exc_info=not expected)
        for parcel in left:
            ledger.fail(parcel, told)
