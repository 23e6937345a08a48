"""An accident, or two weathers of one, as the maps and tables of the explorer show it; and a refusal in
words.
"""

from __future__ import annotations

import logging
import math
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import pandas as pd

from geoalarm import i18n
from geoalarm.analysis.accident.accident_view import AccidentView
from geoalarm.app.explorer.explorer_view import ExplorerView, figure, share_figure
from geoalarm.app.map.atlas import APART, FIRST_STATE, STATES, Symbology
from geoalarm.app.map.geometry import WEB_MERCATOR
from geoalarm.app.map.hazard_overlay import PolygonOverlay, RasterOverlay, zone_rings
from geoalarm.app.session import LayerRequest, SharedSession
from geoalarm.app.whatif.effect_field import field_breaks, field_picture
from geoalarm.app.whatif.whatif_state import WhatIfState
from geoalarm.app.whatif.wind_rose import OWN
from geoalarm.core.errors import GeoalarmError
from geoalarm.core.terms import State
from geoalarm.present import classes
from geoalarm.results import totals as tables

log = logging.getLogger(__name__)

HIT: Final = (State.EXPOSED, State.SUPPRESSED)
"""States of a commune in a zone with somebody in it."""
EVERYWHERE: Final = (-2.1e7, -2.1e7, 2.1e7, 2.1e7)
"""The whole map [m, EPSG:3857]: zones are drawn outside the communes too."""
_NAMED: Final = re.compile(r"(?:input|field) '(\w+)'")
_LACKING: Final = re.compile(r"missing a required argument: '(\w+)'")
_BARE: Final = re.compile(r"[-+]?[\d.,]+")
"""A number without its unit."""
_FIELDS: Final = (
    ("frequency", "frequency", "1e-5 /yr"),
    ("exposure", "indoor_time", "30 min"),
    ("ventilation_rate", "ventilation", "0.5 /h"),
)
"""Inputs of models that are fields of the page itself: their name there, here, and an example."""
_POWER: Final = re.compile(r" (s|kg|m|J|K|Pa|W|h|min|yr)-(\d)")
_SUPERSCRIPT: Final = str.maketrans("23", "²³")


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
    view: ExplorerView
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

    def hit(self) -> ExplorerView:
        """The same with only the communes that somebody in a zone lives in, of either weather."""
        view = self.view
        keep = view.first["state"].isin(HIT) & ~view.first["population_exposed"].eq(0)
        if view.second is not None:
            keep |= (view.second["state"].isin(HIT) & ~view.second["population_exposed"].eq(0)).to_numpy()
        parts = {
            "first": view.first[keep],
            "second": None if view.second is None else view.second[keep.to_numpy()],
        }
        return ExplorerView(**{name: parts.get(name, getattr(view, name)) for name in ExplorerView.__slots__})


def calculate(state: WhatIfState, shared: SharedSession) -> AccidentOutcome:
    """Run the accident of a form, and the same in its second weather.

    Raises
    ------
    InputError, RangeError
        As :func:`geoalarm.analysis.accident.run_accident.count_accident`.
    """
    choices = [state.accident(), *([state.accident(second=True)] if state.has_second else [])]
    both = [shared.workspace.count_accident(choice) for choice in choices]
    found = [_totals(item, shared) for item in both]
    layers = tuple(_layer(item) for item in both)
    shares = np.concatenate([item["share_exposed"].to_numpy(dtype="float64") for item in found])
    difference = tables.difference(*found) if len(found) > 1 else None
    view = ExplorerView(
        layers=layers,
        option=layers[0].option,
        other=layers[1].option if len(found) > 1 else None,
        first=found[0],
        second=found[1] if len(found) > 1 else None,
        difference=difference,
        table=both[0].table,
        curve=[],
        scale=classes.scale_for(shares, "share"),
        difference_scale=None
        if difference is None
        else classes.difference_scale_for(difference["difference"], "people"),
    )
    rings = tuple(None if item.zones is None else zone_rings(item.zones, bounds=EVERYWHERE) for item in both)
    effects = [item.field for item in both if item.field is not None]
    levels = next(
        (tuple(part.lower for part in item.risk.classes) for item in both if item.risk is not None), ()
    )
    steps = field_breaks(effects)
    return AccidentOutcome(
        both[0],
        both[1] if len(both) > 1 else None,
        view,
        rings,
        _box(both),
        steps,
        tuple(field_picture(item.field, steps) for item in both),
        levels,
        tuple(field_picture(item.risk, levels) for item in both),
    )


def paint_of(outcome: AccidentOutcome, index: int, *, show: str, lang: str) -> Symbology:
    """Colours and words of the communes of one weather: the share of residents in a zone; plain under a
    picture.
    """
    totals = outcome.view.first if index == 0 else outcome.view.second
    assert totals is not None
    states = totals["state"].astype(str).to_numpy()
    numbers = outcome.view.scale.index(totals["share_exposed"].to_numpy(dtype="float64"))
    for offset, state in enumerate(STATES):
        numbers[(states == state) | ((state == State.ZERO) & (numbers < 0) & (states == State.EXPOSED))] = (
            FIRST_STATE + offset
        )
    if show != "zones":
        numbers = np.full(len(numbers), APART)
    told = {str(state): i18n.term("state", str(state), lang) for state in State} | {
        str(State.ZERO): i18n.number(0, lang)
    }
    words = [told[state] for state in states]
    for row in totals[states == State.EXPOSED].itertuples():
        share = share_figure(row, lang)
        words[row.Index] = f"{figure(row, lang)} ({share})" if share else figure(row, lang)
    return Symbology(numbers.astype("uint8"), words)


def warm(shared: SharedSession) -> None:
    """Load the models and make the example of the first screen before the first reader asks."""
    from geoalarm.app.whatif.example_accidents import example_place

    try:
        state = WhatIfState()
        state.show_example(*example_place(shared.geometry, shared.workspace.prepared().total))
        shared.example("whatif", lambda: calculate(state, shared))
    except Exception:
        log.exception("the what-if page could not be made ready")


def refusal(error: BaseException, state: WhatIfState, lang: str) -> str:
    """Why there is no answer, in one message that names the input; never a trace."""
    if not isinstance(error, GeoalarmError):
        return i18n.text("whatif.refused_plain", lang, message=i18n.text("error.title", lang))
    if (own := _of_page(error, state, lang)) is not None:
        return own
    named = _NAMED.search(error.what) or _LACKING.search(str(error.got))
    if named is not None:
        return _of_input(named.group(1), error, state, lang)
    if error.what.startswith("place of the accident"):
        return i18n.text("whatif.refused_outside", lang)
    if error.what.startswith("threshold"):
        return i18n.text(
            "whatif.refused_rings" if "not loaded" in str(error.got) else "whatif.refused_threshold", lang
        )
    return i18n.text("whatif.refused_plain", lang, message=pretty(error.sentence()))


def label(name: str, lang: str) -> str:
    """Name of an input; one for experts reads as its model calls it."""
    own = {"lon": "whatif.lon", "lat": "whatif.lat", "indoors": "accident.input.shelter"}.get(
        name, f"accident.input.{name}"
    )
    return i18n.text(own, lang) if i18n.has(own, lang) else name.replace("_", " ").capitalize()


def range_words(item: Any, lang: str) -> str:
    """The range of an input in words; empty where any number will do."""
    low, high, unit = item["low"], item["high"], "" if item["unit"] == "1" else pretty(f" {item['unit']}")
    shown = [None if value is None else i18n.number(value, lang, decimals=3) for value in (low, high)]
    if low is not None and high is not None:
        return i18n.text("whatif.between", lang, low=shown[0], high=f"{shown[1]}{unit}")
    if low is None:
        return ""
    return i18n.text(
        "whatif.above" if "above" in item["range"] else "whatif.least", lang, low=f"{shown[0]}{unit}"
    )


def pretty(text: str) -> str:
    """Units as readers write them: ``m s-1`` is ``m/s``."""
    text = _POWER.sub(
        lambda found: f"/{found[1]}{'' if found[2] == '1' else found[2].translate(_SUPERSCRIPT)}", text
    )
    text = text.replace(")^(4/3)*s", ")^4/3·s")
    return re.sub(r"\bm\^?([23])\b", lambda found: "m" + found[1].translate(_SUPERSCRIPT), text)


def _of_page(error: GeoalarmError, state: WhatIfState, lang: str) -> str | None:
    """A refusal of a field that the page has beside those of its kind: how often, the wind rose, the air
    indoors.
    """
    if error.what.startswith("individual risk of"):
        return i18n.text("whatif.refused_risk", lang)
    if error.what == "field 'rose'" or (error.what == "weather" and state.rose == OWN):
        return i18n.text(
            "whatif.refused",
            lang,
            label=label("rose", lang),
            got=str(error.got).strip("'"),
            expected=i18n.text("whatif.rose_expected", lang),
        )
    for name, field, example in _FIELDS:
        typed = getattr(state, field).strip()
        if typed and (f"'{name}'" in error.what or error.what.startswith(f'input "{name} of')):
            expected = i18n.text("whatif.number_unit", lang, example=example)
            return i18n.text("whatif.refused", lang, label=label(field, lang), got=typed, expected=expected)
    return None


def _of_input(name: str, error: GeoalarmError, state: WhatIfState, lang: str) -> str:
    item = next(
        (item for part in ("inputs", "tank") for item in state.form[part] if item["name"] == name), None
    )
    expected = pretty(str(error.expected or ""))
    if item is not None and item["unit"] is None and item["choices"]:
        expected = ", ".join(
            i18n.text(f"accident.word.{word}", lang) if i18n.has(f"accident.word.{word}") else word
            for word in item["choices"][:12]
        )
    elif item is not None and (
        "number" in expected or (_BARE.fullmatch(str(error.got).strip("'\"")) and item["unit"] != "1")
    ):
        example = item["example"] or item["default"] or pretty(f"1 {item['unit']}")
        expected = i18n.text("whatif.number_unit", lang, example=example)
    elif item is not None:
        expected = range_words(item, lang) or expected
    elif name in ("lon", "lat", "wind_from", "indoors") and " to " in expected:
        low, _, high = expected.partition(" to ")
        expected = i18n.text("whatif.between", lang, low=low, high=high)
    got = pretty(str(error.got if error.got is not None else "")).strip("'\"")
    typed = {**state.tank, **state.inputs}.get(name, "").strip()
    if typed and not (state.has_second and name in state.second):
        got = typed
    if got in ("", "none", "nothing", "None") or _LACKING.search(str(error.got)):
        return i18n.text(
            "whatif.refused_missing",
            lang,
            label=label(name, lang),
            expected=expected or i18n.text("whatif.number", lang),
        )
    return i18n.text(
        "whatif.refused",
        lang,
        label=label(name, lang),
        got=got,
        expected=expected or i18n.text("whatif.number", lang),
    )


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


def _layer(item: AccidentView) -> LayerRequest:
    source = item.sources[0] if item.sources else None
    labels = () if item.zones is None else tuple(part.label for part in item.zones.classes)
    option = SimpleNamespace(
        key=f"whatif {item.choice.key}",
        hazard="industrial",
        scenario=item.choice.scenario,
        return_period_yr=math.nan,
        class_labels=labels,
        units=item.zones.units if item.zones is not None else "",
        source=source,
        basis="modelled",
    )
    return LayerRequest(option, "", "")


def _box(both: list[AccidentView]) -> tuple[float, float, float, float] | None:
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
