"""The sheet of a figure: title = finding, subtitle, key above, sources below, a band on example data."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from geoalarm import i18n
from geoalarm.core.model import Source
from geoalarm.core.terms import Basis, State
from geoalarm.present.palette import INTERFACE, PATTERNS, Interface, Pattern, Theme

DPI: Final = 150
MARGIN_IN: Final = 0.35
"""Margin round the sheet [inch]."""

_TITLE_PT: Final = 15.0
_TEXT_PT: Final = 10.0
_SMALL_PT: Final = 8.5


@dataclass(frozen=True, slots=True)
class Frame:
    """What is written round a figure.

    Attributes
    ----------
    title : str
        The finding.
    subtitle : str
        Measure, scenario, chance, basis.
    sources : tuple of Source
        Named below the figure with licence; one illustrative source, or ``is_example``, brings the band.
    """

    title: str
    subtitle: str = ""
    lang: str = "en"
    theme: Theme = "light"
    sources: tuple[Source, ...] = ()
    is_example: bool = False
    width_in: float = 9.0
    height_in: float = 7.0

    @property
    def face(self) -> Interface:
        """Colours of the theme."""
        return INTERFACE[self.theme]

    @property
    def has_band(self) -> bool:
        """Whether the figure shows example data."""
        return self.is_example or any(source.basis == Basis.ILLUSTRATIVE for source in self.sources)


class Sheet:
    """A figure in the making: ``axes`` for the picture, ``key`` for its key, ``png`` for the bytes."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.figure = Figure(figsize=(frame.width_in, frame.height_in), dpi=DPI, facecolor=frame.face.paper)
        FigureCanvasAgg(self.figure)
        self.top = 1 - self._y(MARGIN_IN * 0.7)
        self.bottom = self._y(MARGIN_IN * 0.7)
        self._head()
        self._foot()

    def key(self, handles: Sequence[Artist], labels: Sequence[str], *, title: str = "") -> None:
        """A key above the picture, in as many columns as fit; several keys stand under each other."""
        longest = max((len(label) for label in labels), default=1)
        columns = max(1, min(len(labels), int(self.frame.width_in * 11.5 / (longest + 6))))
        legend = self.figure.legend(
            list(handles),
            list(labels),
            title=title or None,
            loc="upper left",
            bbox_to_anchor=(self._x(MARGIN_IN), self.top),
            ncols=columns,
            frameon=False,
            fontsize=_SMALL_PT + 0.5,
            labelcolor=self.frame.face.ink,
            borderaxespad=0,
            borderpad=0,
            handlelength=2.0,
            handleheight=1.25,
            columnspacing=1.4,
            alignment="left",
            title_fontproperties={"size": _SMALL_PT + 0.5, "weight": "bold"},
        )
        legend.get_title().set_color(self.frame.face.ink)
        box = legend.get_window_extent(self.figure.canvas.get_renderer())  # type: ignore[attr-defined]
        self.top = box.y0 / (DPI * self.frame.height_in) - self._y(0.10)

    def axes(self, *, left_in: float = MARGIN_IN, bottom_in: float = 0.0) -> Axes:
        """The picture fills what title, key and sources leave; further inches are kept at the left and below
        for tick labels.
        """
        low = self.bottom + self._y(bottom_in)
        axes = self.figure.add_axes(
            (self._x(left_in), low, 1 - self._x(left_in + MARGIN_IN), max(self.top - low, 0.05))
        )
        axes.set_facecolor(self.frame.face.paper)
        axes.tick_params(colors=self.frame.face.ink, labelsize=_TEXT_PT - 0.5)
        for side, spine in axes.spines.items():
            spine.set_visible(side in ("left", "bottom"))
            spine.set_color(self.frame.face.outline)
        return axes

    def png(self) -> bytes:
        """The bytes of the picture; title, sources, licences inside; the same figure gives the same bytes."""
        out = io.BytesIO()
        facts = {
            "Software": None,
            "Title": self.frame.title,
            "Source": "; ".join(_credit(source) for source in self.frame.sources),
        }
        if self.frame.has_band:
            facts["Warning"] = i18n.text("figure.illustrative_band", self.frame.lang)
        self.figure.savefig(out, format="png", dpi=DPI, facecolor=self.frame.face.paper, metadata=facts)
        return out.getvalue()

    def _head(self) -> None:
        face = self.frame.face
        if self.frame.has_band:
            height = self._y(0.32)
            self._fill(1 - height, height, face.band)
            self.figure.text(
                self._x(MARGIN_IN),
                1 - height / 2,
                i18n.text("figure.illustrative_band", self.frame.lang),
                va="center",
                fontsize=_TEXT_PT,
                weight="bold",
                color=face.band_ink,
            )
            self.top = 1 - height - self._y(MARGIN_IN * 0.5)
        self._write(self.frame.title, _TITLE_PT, face.ink, weight="bold")
        if self.frame.subtitle:
            self._write(self.frame.subtitle, _TEXT_PT, face.muted)
        self.top -= self._y(0.08)

    def _fill(self, low: float, height: float, colour: str) -> None:
        shape = Rectangle(
            (0, low),
            1,
            height,
            transform=self.figure.transFigure,
            facecolor=colour,
            edgecolor="none",
            zorder=-1,
        )
        self.figure.add_artist(shape)

    def _write(self, words: str, size: float, colour: str, *, weight: str = "normal") -> None:
        wide = int((self.frame.width_in - 2 * MARGIN_IN) * 72 / (size * (0.60 if weight == "bold" else 0.53)))
        for line in textwrap.wrap(
            words.replace("\u00a0", "\ue000").replace("\u202f", "\ue001"), wide, break_long_words=False
        ):
            shown = line.replace("\ue000", "\u00a0").replace("\ue001", "\u202f")
            self.figure.text(
                self._x(MARGIN_IN), self.top, shown, va="top", fontsize=size, color=colour, weight=weight
            )
            self.top -= self._y(size * 1.35 / 72)
        self.top -= self._y(0.03)

    def _foot(self) -> None:
        lines = [i18n.text("sentence.limit", self.frame.lang)]
        if self.frame.sources:
            lines.append(
                i18n.text(
                    "figure.sources",
                    self.frame.lang,
                    sources="; ".join(_credit(source) for source in self.frame.sources),
                )
            )
        wide = int((self.frame.width_in - 2 * MARGIN_IN) * 72 / (_SMALL_PT * 0.55))
        wrapped = [part for line in lines for part in textwrap.wrap(line, wide)]
        for line in reversed(wrapped):
            self.figure.text(
                self._x(MARGIN_IN),
                self.bottom,
                line,
                va="bottom",
                fontsize=_SMALL_PT,
                color=self.frame.face.muted,
            )
            self.bottom += self._y(_SMALL_PT * 1.35 / 72)
        self.bottom += self._y(0.10)

    def _x(self, inches: float) -> float:
        return inches / self.frame.width_in

    def _y(self, inches: float) -> float:
        return inches / self.frame.height_in


def dense(pattern: Pattern) -> str:
    """The hatch at the density of a printed page: twice as close as usual: small communes show it."""
    return pattern.matplotlib * 2


def state_handles(states: Sequence[str], theme: Theme, lang: str) -> tuple[list[Artist], list[str]]:
    """Swatches and names of the states that are present, in the order of the vocabulary."""
    present = [state for state in State if state in set(states) and state in PATTERNS[theme]]
    handles: list[Artist] = []
    for state in present:
        pattern = PATTERNS[theme][state]
        handles.append(
            Patch(facecolor=pattern.ground, edgecolor=pattern.ink, hatch=dense(pattern), linewidth=0.6)
        )
    return handles, [
        i18n.text("figure.zero", lang) if state == State.ZERO else i18n.term("state", state, lang)
        for state in present
    ]


def _credit(source: Source) -> str:
    """``Title (vintage, licence)``."""
    facts = ", ".join(part for part in (source.vintage, source.licence) if part)
    return (source.attribution or source.title or source.id) + (f" ({facts})" if facts else "")
