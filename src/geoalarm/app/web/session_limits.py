"""How many pages or connections a process holds open at once, in all and from one network address."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from geoalarm.app.web.request_rate import network_of

MAX_SESSIONS: Final = 100
"""Pages open at once in one process: some 10 MB each."""
MAX_SESSIONS_PER_ADDRESS: Final = 25
"""Pages open at once from one network address: a town hall goes out by one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no room: ``address`` where that address has its share, else ``all``; and how many."""

    reason: str
    most: int


class SessionLimits:
    """Counts what is open, pages or connections; only the loop of the server asks it. An address counts as
    its network: an IPv6 subscriber has 2⁶⁴ of them.

    Parameters
    ----------
    most : int
        Open at once in all [1].
    most_per_address : int
        Of one network address [1].

    Attributes
    ----------
    count : int
        Open now [1].
    """

    def __init__(self, most: int = MAX_SESSIONS, most_per_address: int = MAX_SESSIONS_PER_ADDRESS) -> None:
        self.most, self.most_per_address = most, most_per_address
        self._open: Counter[str] = Counter()
        self.count = 0

    def refusal(self, address: str) -> Refusal | None:
        """Why one more of an address finds no room; None where it does."""
        if self._open[network_of(address)] >= self.most_per_address:
            return Refusal("address", self.most_per_address)
        return Refusal("all", self.most) if self.count >= self.most else None

    def enter(self, address: str) -> bool:
        """Take a place; False where there is none."""
        if self.refusal(address) is not None:
            return False
        self._open[network_of(address)] += 1
        self.count += 1
        return True

    def leave(self, address: str) -> None:
        """Give a place back."""
        network = network_of(address)
        self._open[network] -= 1
        self.count -= 1
        if not self._open[network]:
            del self._open[network]  # who holds nothing is forgotten
