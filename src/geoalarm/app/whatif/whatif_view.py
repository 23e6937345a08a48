"""An accident, or two weathers of one, as the maps and tables of the explorer show it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from geoalarm import i18n
from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.analysis.accident.populous_place import most_populous_place
from geoalarm.app.explorer.commune_figures import (
    CommuneRow,
    ComparedTotals,
    commune_rows,
    figure,
    share_figure,
)
from geoalarm.app.explorer.explorer_view import total_numbers
from geoalarm.app.map.geometry import WEB_MERCATOR
from geoalarm.app.map.hazard_overlay import PolygonOverlay, RasterOverlay, zone_rings
from geoalarm.app.map.map_sources import APART, Symbology
from geoalarm.app.session import SharedSession
from geoalarm.app.whatif.effect_field import field_breaks, field_picture
from geoalarm.app.whatif.example_accidents import example_place, upwind_of
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.core.errors import InputError
from geoalarm.core.terms import State
from geoalarm.present import classes
from geoalarm.present.rounding import FEW
from geoalarm.results import totals as tables

log = logging.getLogger(__name__)

HIT: Final = (State.EXPOSED, State.SUPPRESSED)
"""States of a commune in a zone with somebody in it."""
EVERYWHERE: Final = (-2.1e7, -2.1e7, 2.1e7, 2.1e7)
"""The whole map [m, EPSG:3857]: zones are drawn outside the communes too."""


@dataclass(frozen=True)
class AccidentOutcome:
    """What was calculated: one accident, or the same in two weathers, and what maps and tables need of it.

    Attributes
    ----------
    rings, fields, risks : tuple
        Zones, effect and individual risk of each weather for the map; None where there is none.
    steps, levels : tuple of float
        Lower bounds of the classes of the effect, in its units, and of individual risk [yr-1].
    box : tuple or None
        What the map shows [m, EPSG:3857].
    """

    first: AccidentView
    second: AccidentView | None
    view: ComparedTotals
    rings: tuple[PolygonOverlay | None, ...]
    box: tuple[float, float, float, float] | None
    steps: tuple[float, ...] = ()
    fields: tuple[RasterOverlay | None, ...] = ()
    levels: tuple[float, ...] = ()
    risks: tuple[RasterOverlay | None, ...] = ()

    @property
    def both(self) -> tuple[AccidentView, ...]:
        """One or two accidents."""
        return (self.first,) if self.second is None else (self.first, self.second)

    def shows(self, asked: str) -> str:
        """What can lie on the map: what was asked for where there is a picture of it, else the zones."""
        return (
            asked
            if any(
                picture is not None for picture in {"field": self.fields, "risk": self.risks}.get(asked, ())
            )
            else "zones"
        )

    def picture(self, show: str, index: int) -> RasterOverlay | None:
        """The picture of a weather, or None."""
        pictures = {"field": self.fields, "risk": self.risks}.get(show, ())
        return pictures[index] if index < len(pictures) else None

    def hit(self) -> ComparedTotals:
        """The same with only the communes that somebody in a zone lives in, of either weather."""
        view = self.view
        keep = view.first["state"].isin(HIT) & ~view.first["population_exposed"].eq(0)
        if view.second is not None:
            keep |= (view.second["state"].isin(HIT) & ~view.second["population_exposed"].eq(0)).to_numpy()
        second = None if view.second is None else view.second[keep.to_numpy()]
        return replace(view, first=view.first[keep], second=second)


def calculate(state: WhatIfState, shared: SharedSession) -> AccidentOutcome:
    """Run the accident of a form, and the same in its second weather.

    Raises
    ------
    InputError, RangeError
        As :func:`geoalarm.analysis.accident.run_accident.count_accident`.
    """
    choices = [state.accident(), *([state.accident(second=True)] if state.has_second else [])]
    both = [shared.workspace.count_accident(choice) for choice in choices]
    rings = tuple(None if item.zones is None else zone_rings(item.zones, bounds=EVERYWHERE) for item in both)
    steps = field_breaks([item.field for item in both if item.field is not None])
    levels = next(
        (tuple(part.lower for part in item.risk.classes) for item in both if item.risk is not None), ()
    )
    return AccidentOutcome(
        both[0],
        both[1] if len(both) > 1 else None,
        _compared([_totals(item, shared) for item in both]),
        rings,
        _box(both),
        steps,
        tuple(field_picture(item.field, steps) for item in both),
        levels,
        tuple(field_picture(item.risk, levels) for item in both),
    )


def _compared(found: Sequence[pd.DataFrame]) -> ComparedTotals:
    """Totals of one weather or of two, coloured by the share of residents in a zone."""
    shares = np.concatenate([item["share_exposed"].to_numpy(dtype="float64") for item in found])
    difference = tables.difference(*found) if len(found) > 1 else None
    return ComparedTotals(
        first=found[0],
        second=found[1] if len(found) > 1 else None,
        difference=difference,
        scale=classes.scale_for(shares, "share"),
        difference_scale=None
        if difference is None
        else classes.difference_scale_for(difference["difference"], "people"),
    )


def paint_of(outcome: AccidentOutcome, index: int, *, show: str, lang: str) -> Symbology:
    """Colours and words of the communes of one weather: the share of residents in a zone; plain under a
    picture.
    """
    totals = outcome.view.first if index == 0 else outcome.view.second
    assert totals is not None
    numbers = (
        total_numbers(totals, outcome.view.scale, "share_exposed")
        if show == "zones"
        else np.full(len(totals), APART)
    )
    told = {str(state): i18n.term("state", str(state), lang) for state in State}
    told[str(State.ZERO)] = i18n.number(0, lang)
    words = [_hit_words(row, told, lang) for row in commune_rows(totals)]
    return Symbology(numbers.astype("uint8"), words)


def _hit_words(row: CommuneRow, told: Mapping[str, str], lang: str) -> str:
    """People in a zone and their share of the residents; the words of its state for any other commune."""
    if row.state != State.EXPOSED:
        return told[str(row.state)]
    share = share_figure(row, lang)
    return f"{figure(row, lang)} ({share})" if share else figure(row, lang)


def warm(shared: SharedSession) -> None:
    """Load the models and make the example of the first screen before the first reader asks."""
    try:
        state = WhatIfState()
        state.show_example(*place_of_example(shared))
        shared.example("whatif", lambda: calculate(state, shared))
    except Exception:
        log.exception("the what-if page could not be made ready")


def place_of_example(shared: SharedSession) -> tuple[float, float]:
    """Where the examples stand [degrees], found once for all sessions: at the border, and where they would
    reach fewer people there than are ever told, on the most densely peopled ground of the most populous
    commune.
    """
    return shared.example("whatif_place", lambda: _place_of_example(shared))


def _place_of_example(shared: SharedSession) -> tuple[float, float]:
    prepared, state = shared.workspace.prepared(), WhatIfState()
    at_border = example_place(shared.geometry, prepared.total)
    state.show_example(*at_border)
    try:
        zones = shared.workspace.count_accident(state.accident().changed(field=False)).people
    except InputError:  # nobody is known to live there at all
        zones = ()
    if any(zone.within >= FEW for zone in zones):
        return at_border
    return upwind_of(*most_populous_place(prepared))


def _totals(item: AccidentView, shared: SharedSession) -> pd.DataFrame:
    """One row a commune, in the row order of the map."""
    if item.table.empty:
        return _none_hit(item, shared)
    found = tables.threshold_total(item.table).set_index("commune_id", drop=False)
    return found.reindex(list(shared.geometry.ids)).reset_index(drop=True)


def _none_hit(item: AccidentView, shared: SharedSession) -> pd.DataFrame:
    """Totals of an accident without zones: zero in every commune."""
    geometry = shared.geometry
    frame = item.table.drop(columns="intensity_class").reindex(range(len(geometry.ids)))
    zero = dict.fromkeys(
        ("population_exposed", "population_exposed_low", "population_exposed_high", "share_exposed"), 0.0
    )
    return frame.assign(
        commune_id=list(geometry.ids), population=geometry.people, state=str(State.ZERO), hidden=False, **zero
    )


def _box(both: Sequence[AccidentView]) -> tuple[float, float, float, float] | None:
    """What the map shows: every zone and every level of risk of both weathers [m, EPSG:3857]."""
    frames = [item.zones.data.to_crs(WEB_MERCATOR).total_bounds for item in both if item.zones is not None]
    frames += [
        item.risk.data.rio.transform_bounds(WEB_MERCATOR) for item in both if frames and item.risk is not None
    ]
    if not frames:
        return None
    west, south = np.min(frames, axis=0)[:2].tolist()
    east, north = np.max(frames, axis=0)[2:].tolist()
    return west, south, east, north
