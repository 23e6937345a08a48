"""What a driver opened as a layer of its entry: file and entry must agree, facts the file lacks come from the
entry, those of an official plan from the plan.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from geoalarm.catalog.cf_units import cf_units
from geoalarm.catalog.entry import CatalogEntry
from geoalarm.catalog.entry_args import ParameterValue
from geoalarm.core.errors import CatalogError
from geoalarm.core.model import Layer, Source

if TYPE_CHECKING:
    from geoalarm.catalog.drivers import Opened
    from geoalarm.catalog.official_plans import PlanLayer


def layer_of(entry: CatalogEntry, values: Mapping[str, ParameterValue], opened: Opened) -> Layer:
    """An opened file as the layer that its entry describes.

    Raises
    ------
    CatalogError
        If it is not the file whose hash the entry states, or in another CRS.
    """
    from geoalarm.geo.datum_shift import with_stated_datum

    facts = entry.facts
    _require_hash(entry, opened)
    _require_crs(entry, opened)
    period = values.get("return_period", facts.return_period_yr)
    country = values.get("country")
    layer = Layer(
        data=with_stated_datum(opened.data, facts.crs),
        source=_source(entry, values, opened),
        role=facts.role,
        kind=facts.kind,
        hazard=facts.hazard,
        units=_units(entry, opened),
        scenario=str(values.get("scenario", facts.scenario)),
        return_period_yr=math.nan if period is None else float(period),
        countries=(str(country),) if country else tuple(facts.countries),
        no_data="not_studied" if facts.no_data == "nobody" else facts.no_data,
        class_column=facts.class_column,
        class_order=tuple(facts.class_order),
        studied_class=facts.studied_class,
        repairs=dict(opened.repairs),
        unplaced=opened.unplaced,
        join=opened.join,
    )
    return layer if opened.plan is None else _of_plan(layer, opened.plan)


def _units(entry: CatalogEntry, opened: Opened) -> str:
    stated = entry.facts.units or str(getattr(opened.data, "attrs", {}).get("units", ""))
    return cf_units(stated, what=f"entry {entry.name!r}") if stated else ""


def _of_plan(layer: Layer, found: PlanLayer) -> Layer:
    """The layer with what its plan says where the entry does not: classes, event, return period, region."""
    from geoalarm.catalog.official_plans.read_plan import CLASS_COLUMN

    stated = layer.return_period_yr
    caveats = dict.fromkeys([*layer.source.caveats, *found.plan.caveats])
    return replace(
        layer,
        source=replace(layer.source, caveats=tuple(caveats)),
        units=layer.units or found.units,
        scenario=layer.scenario or found.scenario,
        return_period_yr=found.return_period_yr if math.isnan(stated) else stated,
        countries=layer.countries if found.areas == ("FR",) else found.areas,
        class_column=CLASS_COLUMN,
        class_order=found.scale,
        plan=found.plan,
    )


def _source(entry: CatalogEntry, values: Mapping[str, ParameterValue], opened: Opened) -> Source:
    from geoalarm.catalog.normalise import with_repairs

    return with_repairs(replace(entry.source(values), sha256=opened.sha256), opened.repairs)


def _require_hash(entry: CatalogEntry, opened: Opened) -> None:
    stated = entry.facts.sha256
    wanted = stated.get(opened.path.name) if isinstance(stated, dict) else stated
    if wanted is not None and wanted != opened.sha256:
        raise CatalogError(
            f"entry {entry.name!r}: {opened.path.name} is not the file the catalog states",
            got=f"sha256 {opened.sha256}",
            expected=wanted,
            hint="fetch the stated file, or check the new one and change metadata.sha256",
        )


def _require_crs(entry: CatalogEntry, opened: Opened) -> None:
    from geoalarm.geo.datum_shift import may_be

    found = opened.data.rio.crs if hasattr(opened.data, "rio") else opened.data.crs
    if not may_be(found, entry.facts.crs):
        raise CatalogError(
            f"entry {entry.name!r}, field metadata.crs",
            got=f"{opened.path.name} is in {found.to_string()[:80]}",
            expected=entry.facts.crs,
            hint="state the CRS of the file",
        )
