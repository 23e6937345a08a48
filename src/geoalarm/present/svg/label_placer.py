"""Words on a map: each stands where it covers neither a word nor what the map is about, or is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from geoalarm.present.svg.svg_markup import words_at
from geoalarm.present.svg.text_metrics import width

STEP: Final = 4
"""Side of a cell of the grids on which places are sought [px]."""

_ASCENT: Final = 0.92
_LINE: Final = 1.2


@dataclass(frozen=True, slots=True)
class Word:
    """A label to be placed: ``lines`` under each other in a class of the stylesheet, at a size [px]."""

    lines: tuple[str, ...]
    class_: str
    size: float
    bold: bool = False
    spaced: float = 1.0

    @property
    def box(self) -> tuple[float, float]:
        """Width and height [px]."""
        wide = max(width(words, self.size, bold=self.bold) for words in self.lines) * self.spaced
        return wide + 2, self.size * _LINE * len(self.lines)

    def drawn(self, x: float, y: float) -> str:
        """Markup with the box's upper left corner at a pixel."""
        middle = x + self.box[0] / 2
        return "".join(
            words_at(middle, y + self.size * (_ASCENT + _LINE * row), words, self.class_, anchor="middle")
            for row, words in enumerate(self.lines)
        )


@dataclass
class LabelPlacer:
    """The words of one map; ``taken`` marks what is covered, on cells of :data:`STEP` pixels."""

    width: float
    height: float
    taken: np.ndarray = field(init=False)
    parts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.taken = np.zeros((int(self.height // STEP), int(self.width // STEP)), dtype=bool)

    def take(self, x: float, y: float, wide: float, high: float) -> None:
        """Mark a box as covered."""
        self.taken[_cells(y, high), _cells(x, wide)] = True

    def put(self, word: Word, wish: np.ndarray, *, least: float = 0.0, own: np.ndarray | None = None) -> bool:
        """Write a word where the mean of ``wish`` under its box is largest; False if there is no room for it.

        Parameters
        ----------
        wish : numpy.ndarray
            How welcome a word is on each cell; a little more near the middle of the map breaks ties.
        own : numpy.ndarray, optional
            Ground that belongs to the word: at least ``least`` of the box must lie on it.
        """
        high, wide = (max(1, int(np.ceil(side / STEP))) for side in word.box[::-1])
        part = _within(own if least else None, self.taken.shape, high, wide)
        if any(cut.stop - cut.start < side for cut, side in zip(part, (high, wide), strict=True)):
            return False
        free = _means(self.taken[part].astype("float64"), high, wide) == 0
        if own is not None and free.any():
            free &= _means(own[part].astype("float64"), high, wide) >= least
        if not free.any():
            return False
        score = np.where(free, _means(wish[part], high, wide), -np.inf)
        row, column = np.unravel_index(int(np.argmax(np.round(score, 6))), score.shape)
        x, y = float((column + part[1].start) * STEP), float((row + part[0].start) * STEP)
        x += (wide * STEP - word.box[0]) / 2
        self.parts.append(word.drawn(x, y))
        self.take(x - 2, y - 1, word.box[0] + 4, word.box[1] + 2)
        return True


def nearness(shape: tuple[int, int], row: float, column: float) -> np.ndarray:
    """1 at a cell, falling with the distance: a wish for a place."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    found: np.ndarray = 1 / (1 + np.hypot(rows - row, columns - column) / 8)
    return found


def _cells(start: float, length: float) -> slice:
    return slice(max(0, int(start // STEP)), max(0, int(np.ceil((start + length) / STEP))))


def _within(own: np.ndarray | None, shape: tuple[int, ...], high: int, wide: int) -> tuple[slice, slice]:
    """Rows and columns that a box on some of the word's own ground may cover; never the outermost ones."""
    if own is None:
        return slice(1, shape[0] - 1), slice(1, shape[1] - 1)
    cuts = []
    for axis, side in ((1, high), (0, wide)):
        held = np.flatnonzero(own.any(axis=axis))
        first, last = (held[0], held[-1]) if len(held) else (0, -1)
        start = max(1, int(first) - side + 1)
        cuts.append(slice(start, max(start, min(own.shape[1 - axis] - 1, int(last) + side))))
    return cuts[0], cuts[1]


def _means(grid: np.ndarray, high: int, wide: int) -> np.ndarray:
    """Mean of the grid under a box at every place of its upper left corner."""
    table = np.zeros((grid.shape[0] + 1, grid.shape[1] + 1))
    table[1:, 1:] = grid.cumsum(axis=0).cumsum(axis=1)
    sums = table[high:, wide:] - table[:-high, wide:] - table[high:, :-wide] + table[:-high, :-wide]
    return np.asarray(sums / (high * wide))
