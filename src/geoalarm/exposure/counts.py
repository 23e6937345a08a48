"""What the engine counts before anything is named: people and areas per commune and class."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Counts:
    """Arrays of communes (n) by classes (k).

    Attributes
    ----------
    labels : tuple of str
        Classes, mild to severe.
    exposed, low, high : numpy.ndarray (n, k)
        People in the class; in units wholly in it; in units it touches [1].
    area_km2 : numpy.ndarray (n, k)
        Area of the commune in the class [km2].
    mapped_share : numpy.ndarray (n,)
        Share of the commune's area the layer covers [1].
    not_exposed, unknown : numpy.ndarray (n,)
        People in the mapped part outside every class, and people where nothing is mapped [1].
    reached : numpy.ndarray (n,) of bool
        Whether the commune lies, at least in part, within the extent of the layer.
    lacking : numpy.ndarray (n, k) of bool, optional
        Whether the class touches units of which it is not known how many live there; None: nowhere.
    caveats : tuple of str
        Caveat keys that hold for every row.
    method : tuple of str
        What was done, for the manifest.
    """

    labels: tuple[str, ...]
    exposed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    area_km2: np.ndarray
    mapped_share: np.ndarray
    not_exposed: np.ndarray
    unknown: np.ndarray
    reached: np.ndarray
    lacking: np.ndarray | None = None
    caveats: tuple[str, ...] = ()
    method: tuple[str, ...] = field(default=())

    def silenced(self, where: np.ndarray, people: np.ndarray) -> Counts:
        """The counts with communes made unmapped (in reach, not studied); ``people`` of all communes [1]."""
        keep = ~where
        return replace(
            self,
            exposed=self.exposed * keep[:, None],
            low=self.low * keep[:, None],
            high=self.high * keep[:, None],
            area_km2=self.area_km2 * keep[:, None],
            mapped_share=self.mapped_share * keep,
            not_exposed=self.not_exposed * keep,
            unknown=np.where(where, people, self.unknown),
            reached=self.reached | where,
        )


def snap(share: np.ndarray) -> np.ndarray:
    """Shares within rounding of 0 or 1 set to it, and none outside [0, 1]."""
    out = np.clip(share, 0.0, 1.0)
    out[out > 1 - 1e-6] = 1.0
    out[out < 1e-6] = 0.0
    return out
