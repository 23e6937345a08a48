"""The hazards of the zone, with answers known by hand."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr

from geoalarm import hazards, testing
from geoalarm.core.errors import InputError
from geoalarm.core.model import Layer, interval_classes
from geoalarm.geo.crs import geod_of
from geoalarm.hazards import flood, industrial, landslide

SOURCE = testing.source("layer")


def depth_layer(values: np.ndarray, units: str, no_data: float | None = None) -> Layer:
    return Layer(
        testing.raster(values, units=units, no_data=no_data),
        SOURCE,
        role="hazard",
        kind="intensity",
        hazard="flood",
        units=units,
        return_period_yr=100.0,
    )


def test_centimetres_become_metres_exactly_and_no_data_stays() -> None:
    made = flood.footprint(depth_layer(np.array([[10, 50], [29, -9999]], dtype="int16"), "cm", -9999))
    assert made.units == "m"
    values = made.data.to_numpy()
    assert values[0].tolist() == [values.dtype.type(0.1), values.dtype.type(0.5)]
    assert values[1, 0] == values.dtype.type(0.29)
    assert np.isnan(values[1, 1])
    assert np.isnan(made.data.rio.nodata)
    assert made.return_period_yr == 100


def test_depths_in_metres_keep_their_dtype() -> None:
    layer = depth_layer(np.array([[0.1, 0.5], [0.0, -9999.0]], dtype="float32"), "m", -9999)
    assert flood.footprint(layer).data is layer.data
    assert flood.footprint(layer).classes == interval_classes([0.01, 0.5, 1, 2])
    assert flood.footprint(layer, bounds=[0.3]).classes == interval_classes([0.3])


@pytest.mark.parametrize("units", ["ft", "kW m-2", "1"])
def test_units_that_are_no_depth_are_refused(units: str) -> None:
    with pytest.raises(InputError, match="units of layer"):
        flood.footprint(depth_layer(np.ones((2, 2)), units))


def test_flood_classes_and_fractions_keep_their_own_words() -> None:
    codes = Layer(
        testing.raster(np.array([[110, 120], [0, 130]], dtype="uint8")),
        SOURCE,
        role="hazard",
        kind="classes",
        hazard="flood",
    )
    assert hazards.footprint(codes).classes == ()
    assert (
        hazards.footprint(Layer(codes.data / 255, SOURCE, role="hazard", kind="fraction", hazard="flood"))
        .classes[0]
        .label
        == "affected"
    )


def test_susceptibility_has_no_return_period_and_five_classes() -> None:
    data = testing.raster(np.array([[1, 5], [0, 255]], dtype="uint8"), no_data=255)
    layer = Layer(data, SOURCE, role="hazard", kind="classes", hazard="landslide")
    assert [(cls.label, cls.lower) for cls in landslide.footprint(layer).classes][::4] == [
        ("very_low", 1),
        ("very_high", 5),
    ]
    with pytest.raises(InputError, match="not a probability"):
        landslide.footprint(
            Layer(data, SOURCE, role="hazard", kind="classes", hazard="landslide", return_period_yr=100.0)
        )
    with pytest.raises(InputError, match="got 0 to 7"):
        landslide.footprint(
            Layer(
                testing.raster(np.array([[0, 7], [1, 1]])),
                SOURCE,
                role="hazard",
                kind="classes",
                hazard="landslide",
            )
        )
    with pytest.raises(InputError, match="no class bounds"):
        landslide.footprint(
            Layer(
                testing.raster(np.ones((2, 2))),
                SOURCE,
                role="hazard",
                kind="intensity",
                hazard="landslide",
                units="1",
            )
        )


def zones(*labels: str) -> Layer:
    boxes = [shapely.box(4e6, 3e6, 4e6 + 100 * k, 3e6 + 100 * k) for k in range(1, len(labels) + 1)]
    return Layer(
        gpd.GeoDataFrame({"effect": labels}, geometry=boxes, crs=3035),
        SOURCE,
        role="hazard",
        kind="polygons",
        hazard="industrial",
        class_column="effect",
    )


def test_effect_zones_are_ordered_from_mild_to_severe() -> None:
    made = industrial.footprint(zones("sels", "SEI"))
    assert [cls.label for cls in made.classes] == ["SEI", "SEL", "SELS"]
    assert made.data["effect"].tolist() == ["SELS", "SEI"]
    assert industrial.footprint(zones("consultation zone", "SEI")).classes == ()


def test_the_producer_may_state_the_order_of_its_own_classes() -> None:
    layer = replace(zones("2 km", "20 km"), class_order=("20 km", "5 km", "2 km"))
    assert [cls.label for cls in industrial.footprint(layer).classes] == ["20 km", "5 km", "2 km"]
    with pytest.raises(InputError, match="class_order"):
        industrial.footprint(replace(layer, class_order=("20 km", "5 km")))


def test_the_area_a_producer_studied_may_stand_among_its_zones() -> None:
    layer = replace(zones("2 km", "20 km", "all"), class_order=("20 km", "2 km"), studied_class="all")
    made = industrial.footprint(layer)
    assert made.data["effect"].tolist() == ["2 km", "20 km"]
    assert made.studied is not None
    assert made.studied["effect"].tolist() == ["all"]
    for wrong in ("none", ""):
        one_only = zones("all") if not wrong else layer
        with pytest.raises(InputError, match="studied area"):
            industrial.footprint(replace(one_only, studied_class=wrong or "all"))


@pytest.mark.parametrize(("units", "values"), [("mbar", [49, 50, 140, 200]), ("kW m-2", [2.9, 3, 5, 8])])
def test_thresholds_of_the_french_decree(units: str, values: list[float]) -> None:
    labels = [None, "SEI", "SEL", "SELS"]
    layer = Layer(
        testing.raster(np.array([values])),
        SOURCE,
        role="hazard",
        kind="intensity",
        hazard="industrial",
        units=units,
    )
    classes = industrial.footprint(layer).classes
    assert [
        next((cls.label for cls in classes if cls.lower <= value < cls.upper), None) for value in values
    ] == labels
    with pytest.raises(InputError, match="no class bounds"):
        industrial.footprint(
            Layer(layer.data, SOURCE, role="hazard", kind="intensity", hazard="industrial", units="mg m-3")
        )


def test_circles_have_their_true_radius_and_area() -> None:
    chooz = gpd.GeoDataFrame(geometry=[shapely.Point(4.7897, 50.0903)], crs=4326)
    made = industrial.zones_round(chooz, {"10 km": 10_000, "20 km": 20_000}, source=SOURCE)
    assert [cls.label for cls in made.classes] == ["20 km", "10 km"]
    assert (made.data.to_crs(3035).area / 1e6).tolist() == pytest.approx([np.pi * 400, np.pi * 100], rel=2e-5)
    _, _, far = geod_of(4326).inv(4.7897, 50.0903, *made.data.geometry.iloc[0].exterior.coords[0])
    assert far == pytest.approx(20_000, rel=1e-4)
    with pytest.raises(InputError, match="radii"):
        industrial.zones_round(chooz, {"x": -1}, source=SOURCE)
    with pytest.raises(InputError, match="at least one point"):
        industrial.zones_round(chooz.iloc[:0], {"x": 1}, source=SOURCE)


def terrain(values: list[list[float]], directions: list[list[int]]) -> tuple[xr.DataArray, xr.DataArray]:
    return (
        testing.raster(np.array(values, dtype="float32"), cell_m=1000, units="m", no_data=-9999),
        testing.raster(np.array(directions, dtype="uint8"), cell_m=1000, no_data=247),
    )


def test_height_above_the_river_a_cell_drains_to() -> None:
    # a river along the lower row, flowing east to a pit; columns drain down to it; the last column drains out
    # of the data
    dem, flow = terrain(
        [[9.0, 6.5, 9.5, 30], [4.0, 4.5, 3.4, -9999], [3.0, 2.0, 1.5, 1.0]],
        [[4, 4, 4, 1], [4, 4, 4, 247], [1, 1, 1, 0]],
    )
    made = flood.hand_screen(dem, flow, source=SOURCE, min_upstream_km2=3)
    hand = flood.height_above_drainage(dem, flow, min_upstream_km2=3).to_numpy()
    assert hand[:, :3].tolist() == [[6.0, 4.5, 8.0], [1.0, 2.5, pytest.approx(1.9)], [0.0, 0.0, 0.0]]
    assert np.isnan(hand[0, 3])
    assert np.isnan(hand[1, 3])
    assert made.data.to_numpy().tolist() == [[0, 1, 0, 255], [2, 1, 2, 255], [3, 3, 3, 3]]
    assert [cls.label for cls in made.classes] == ["HAND 2 to 5 m", "HAND 1 to 2 m", "HAND < 1 m"]
    assert np.isnan(made.return_period_yr)


def test_a_screen_needs_one_grid_metres_and_rising_heights() -> None:
    dem, flow = terrain([[2.0, 1.0]] * 2, [[1, 0]] * 2)
    with pytest.raises(InputError, match="grids of elevation"):
        flood.hand_screen(dem, flow.isel(x=[0]), source=SOURCE)
    with pytest.raises(InputError, match="rising positive heights"):
        flood.hand_screen(dem, flow, source=SOURCE, heights_m=(2, 1))
    with pytest.raises(InputError, match="units of the elevation"):
        flood.hand_screen(dem.assign_attrs(units="cm"), flow, source=SOURCE)


def test_a_count_begins_where_the_data_rows_say() -> None:
    from geoalarm.hazards.landslide.inventory import HEADLINE

    declared = {name: hazard.counted_from for name, hazard in hazards.discover().items()}
    assert declared == {"flood": "", "industrial": "", "landslide": "high"}
    assert HEADLINE[0] == "high"
    assert hazards.discover()["landslide"].class_labels[-len(HEADLINE) :] == HEADLINE
