"""What every hazard promises: facts, units, CRS, order of classes, no data kept, people conserved. A new
hazard is picked up here.
"""

from __future__ import annotations

import importlib
import json
import math
from dataclasses import replace
from importlib import resources

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geoalarm import hazards, testing
from geoalarm.core.errors import InputError
from geoalarm.core.model import Footprint, Layer
from geoalarm.core.terms import LANGUAGES, Basis
from geoalarm.exposure.engine import expose

NAMES = list(hazards.discover())
HAZARDS = hazards.discover()
SOURCE = testing.source("layer", Basis.MODELLED)


def layers(name: str) -> list[Layer]:
    """A layer of each kind the hazard can hold, over the little world; no data in the lower left quarter of
    rasters.
    """
    hazard = HAZARDS[name]
    common = {"source": SOURCE, "role": "hazard", "hazard": name, "scenario": "test", "countries": ("FR",)}
    made = []
    values = np.tile(np.linspace(0, 3, 40, dtype="float32"), (60, 1))
    values[30:, :20] = -9999
    if hazard.class_bounds:
        made.append(
            Layer(
                testing.raster(values, units=hazard.units, no_data=-9999),
                kind="intensity",
                units=hazard.units,
                return_period_yr=100.0,
                **common,
            )
        )
    codes = np.zeros((60, 40), dtype="uint8")
    codes[:, 10:], codes[:, 20:], codes[30:, :20] = 1, 2, 255
    made.append(Layer(testing.raster(codes, no_data=255), kind="classes", units="1", **common))
    part = np.where(values < 0, -9999, values / 3).astype("float32")
    made.append(Layer(testing.raster(part, no_data=-9999), kind="fraction", units="1", **common))
    labels = [*hazard.class_labels, "mild", "severe"][:2]
    x, y = testing.ORIGIN
    boxes = [
        shapely.box(x + 500, y + 500, x + 2500, y + 1500),
        shapely.box(x + 700, y + 600, x + 900, y + 800),
    ]
    made.append(
        Layer(
            gpd.GeoDataFrame({"klass": labels}, geometry=boxes, crs=3035),
            kind="polygons",
            class_column="klass",
            **common,
        )
    )
    return made


CASES = [pytest.param(layer, id=f"{name}-{layer.kind}") for name in NAMES for layer in layers(name)]


def expose_in_world(footprint: Footprint) -> pd.DataFrame:
    return expose(footprint, testing.population(), testing.communes())


def test_the_three_hazards_of_the_zone_are_found() -> None:
    assert {"flood", "landslide", "industrial"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_hazard_declares_what_it_is(name: str) -> None:
    hazard = HAZARDS[name]
    assert importlib.import_module(f"geoalarm.hazards.{name}").HAZARD is hazard
    assert hazard.name == name
    assert hazard.intensity
    assert hazard.units
    assert hazard.references
    assert bool(hazard.class_bounds) != bool(hazard.class_labels)
    assert list(hazard.class_bounds) == sorted(set(hazard.class_bounds))
    assert all(bound > 0 for bound in hazard.class_bounds), "a cell without any of it must not be in a class"
    assert len(set(hazard.class_labels)) == len(hazard.class_labels)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_hazard_has_its_words_in_four_languages(name: str, lang: str) -> None:
    words = json.loads(
        resources.files("geoalarm.i18n").joinpath("locales", f"{lang}.json").read_text(encoding="utf-8")
    )
    wanted = [f"hazard.{name}.name", *(f"class.{label}.name" for label in HAZARDS[name].class_labels)]
    assert [key for key in wanted if key not in words] == []


@pytest.mark.parametrize("layer", CASES)
def test_facts_travel_with_the_footprint(layer: Layer) -> None:
    made = hazards.footprint(layer)
    assert (made.hazard, made.scenario, made.countries, made.no_data) == (
        layer.hazard,
        "test",
        ("FR",),
        "not_studied",
    )
    assert made.sources == (SOURCE,)
    assert made.kind == layer.kind
    assert made.return_period_yr == layer.return_period_yr or math.isnan(layer.return_period_yr)
    crs = made.data.crs if layer.kind == "polygons" else made.data.rio.crs
    assert crs == 3035
    if layer.kind != "polygons":
        assert made.units == (HAZARDS[layer.hazard].units if layer.kind == "intensity" else "1")


@pytest.mark.parametrize("layer", CASES)
def test_no_data_stays_unknown_and_people_are_conserved(layer: Layer) -> None:
    table = expose_in_world(hazards.footprint(layer))
    ledger = table.attrs["ledger"]
    assert ledger["exposed"] + ledger["not_exposed"] + ledger["unknown"] == pytest.approx(
        ledger["in_communes"], rel=1e-9
    )
    first = table.groupby("commune_id", sort=False)[["mapped_share", "state"]].first()
    assert (first.loc[["BE:00001", "BE:00002", "BE:00003"], "state"] == "not_studied").all()
    if layer.kind != "polygons":
        assert first.loc["FR:00001", "mapped_share"] == 0
        assert first.loc["FR:00002", "mapped_share"] == pytest.approx(0.5)
        assert first.loc["FR:00003", "mapped_share"] == 1
    exposed = table["population_exposed"].fillna(0)
    assert ((exposed >= 0) & (exposed <= table["population"] + 1e-9)).all()


@pytest.mark.parametrize("name", [name for name in NAMES if HAZARDS[name].class_bounds])
def test_a_higher_threshold_exposes_no_more(name: str) -> None:
    layer = layers(name)[0]
    people = [
        expose_in_world(hazards.footprint(layer, bounds=[bound]))["population_exposed"].sum()
        for bound in (0.01, 0.5, 1, 2, 2.9)
    ]
    assert people == sorted(people, reverse=True)
    assert people[0] > people[-1]


@pytest.mark.parametrize("name", NAMES)
def test_a_hazard_refuses_what_is_not_its_own(name: str) -> None:
    module = importlib.import_module(f"geoalarm.hazards.{name}")
    layer = layers(name)[-1]
    with pytest.raises(InputError, match="hazard of layer"):
        module.footprint(replace(layer, hazard="other"))
    with pytest.raises(InputError, match="bounds"):
        module.footprint(layer, bounds=[1.0])
    with pytest.raises(InputError, match="no CRS"):
        module.footprint(replace(layer, data=layer.data.set_crs(None, allow_override=True)))
    with pytest.raises(InputError, match="kind"):
        module.footprint(replace(layer, kind="points"))
    with pytest.raises(InputError, match="expected DataArray"):
        module.footprint(replace(layer, kind="classes"))
    if HAZARDS[name].class_bounds:
        bare = layers(name)[0]
        data = bare.data.copy()
        data.attrs.pop("units")
        with pytest.raises(InputError, match="has no units"):
            module.footprint(replace(bare, data=data, units=""))


def test_an_unknown_hazard_offers_the_near_miss() -> None:
    with pytest.raises(InputError, match="did you mean 'flood'"):
        hazards.footprint(replace(layers("flood")[0], hazard="floods"))
