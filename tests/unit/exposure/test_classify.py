"""A value is in the same class in the table, on every map and in the picture of an accident's effect."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from geoalarm import testing
from geoalarm.analysis.user_files.user_footprint import _binned
from geoalarm.app.map.hazard_overlay import RasterOverlay, picture
from geoalarm.app.whatif.effect_field import field_picture
from geoalarm.core.model import Footprint, IntensityClass, interval_classes
from geoalarm.exposure.classify import classify
from geoalarm.present.svg.hazard_layer import prepare

BOUNDS = (0.1, 0.3, 0.7, 1.1)
"""None of them is a number in binary: 0.7 in float32 is below 0.7 in float64, 0.1 and 0.3 above theirs."""

MERCATOR_BOX = (0.0, 0.0, 6_000.0, 6_000.0)


def flat_raster(value: float, dtype: str, *, no_data: float | None = None) -> xr.DataArray:
    """The same value everywhere, 20 by 20 cells of 300 m in the system of the web maps."""
    data = xr.DataArray(
        np.full((20, 20), value, dtype=dtype),
        dims=("y", "x"),
        coords={"y": 5_850.0 - 300.0 * np.arange(20), "x": 150.0 + 300.0 * np.arange(20)},
        attrs={"units": "m"},
    ).rio.write_crs(3857)
    return data if no_data is None else data.rio.write_nodata(no_data)


def footprint(data: xr.DataArray, classes: tuple[IntensityClass, ...]) -> Footprint:
    return Footprint(data, kind="intensity", hazard="flood", classes=classes, units="m")


def drawn(overlay: RasterOverlay) -> int:
    """The one class of a picture, 0 for none."""
    import zlib

    lines = np.frombuffer(zlib.decompress(overlay.body), "uint8").reshape(overlay.rows, overlay.columns + 1)
    (found,) = np.unique(lines[5:-5, 6:-5])
    return int(found)


def in_table(made: Footprint) -> int:
    """The one class the engine counts, from 1; 0 for none."""
    classed = classify(made)
    found = [k for k, share in enumerate(classed.shares, start=1) if share.any()]
    assert all(share.all() for share in classed.shares if share.any())
    return found[0] if found else 0


def on_svg(made: Footprint) -> int:
    layer = prepare(made, made.data.rio.crs, MERCATOR_BOX)
    (found,) = np.unique(layer.codes)
    return int(found)


EDGES = [
    pytest.param(value, dtype, id=f"{dtype}-{value!r}")
    for dtype in ("float32", "float64")
    for bound in BOUNDS
    for value in (
        float(np.dtype(dtype).type(bound)),
        float(np.nextafter(np.dtype(dtype).type(bound), np.dtype(dtype).type(0))),
        float(np.nextafter(np.dtype(dtype).type(bound), np.dtype(dtype).type(9))),
    )
]


def expected(value: float, dtype: str) -> int:
    """By hand: how many bounds, each rounded to the raster's own numbers, are not above the value."""
    return sum(float(np.dtype(dtype).type(bound)) <= value for bound in BOUNDS)


@pytest.mark.parametrize(("value", "dtype"), EDGES)
def test_a_value_on_a_bound_is_in_one_class_everywhere(value: float, dtype: str) -> None:
    made = footprint(flat_raster(value, dtype), interval_classes(BOUNDS))
    assert in_table(made) == expected(value, dtype)
    assert drawn(picture(made, bounds=MERCATOR_BOX, pixels=40)) == expected(value, dtype)
    assert on_svg(made) == expected(value, dtype)


@pytest.mark.parametrize(("value", "dtype"), [case for case in EDGES if "float32" in case.id])
def test_a_value_of_an_effect_field_is_in_the_class_of_the_table(value: float, dtype: str) -> None:
    """The picture is smoothed in logarithms: a flat field must come back as it was, in its own numbers."""
    made = footprint(flat_raster(value, dtype), interval_classes(BOUNDS))
    overlay = field_picture(made, BOUNDS)
    assert overlay is not None
    assert drawn(overlay) == in_table(made) == expected(value, dtype)


@pytest.mark.parametrize("bound", BOUNDS)
def test_a_double_on_a_bound_of_an_effect_field_is_in_the_class_that_begins_there(bound: float) -> None:
    made = footprint(flat_raster(bound, "float64"), interval_classes(BOUNDS))
    overlay = field_picture(made, BOUNDS)
    assert overlay is not None
    assert drawn(overlay) == in_table(made) == BOUNDS.index(bound) + 1


@pytest.mark.parametrize(("value", "position"), [(0, 0), (1, 2), (2, 3)])
def test_whole_numbers_against_broken_bounds(value: int, position: int) -> None:
    """0 m of water is in no class: a bound of 0.1 is not 0, whatever numbers the raster is made of."""
    made = footprint(flat_raster(value, "int16"), interval_classes((0.1, 0.5, 2.0)))
    assert in_table(made) == position
    assert drawn(picture(made, bounds=MERCATOR_BOX, pixels=40)) == position
    assert on_svg(made) == position


def test_a_value_from_the_last_bound_up_is_in_no_class() -> None:
    classes = (IntensityClass("[1, 2)", 1.0, 2.0), IntensityClass("[2, 3)", 2.0, 3.0))
    for value, position in ((1.0, 1), (2.5, 2), (3.0, 0), (9.0, 0)):
        made = footprint(flat_raster(value, "float32"), classes)
        assert in_table(made) == position
        assert drawn(picture(made, bounds=MERCATOR_BOX, pixels=40)) == position
        assert on_svg(made) == position


def test_codes_take_the_place_of_their_class_not_their_number() -> None:
    """Codes 3 and 7 are the first and second class."""
    classes = (IntensityClass("3", 3.0, 3.0), IntensityClass("7", 7.0, 7.0))
    for value, position in ((0, 0), (3, 1), (7, 2), (5, 0)):
        made = Footprint(flat_raster(value, "uint8"), kind="classes", hazard="landslide", classes=classes)
        assert in_table(made) == position
        assert drawn(picture(made, bounds=MERCATOR_BOX, pixels=40)) == position
        assert on_svg(made) == position


def test_codes_without_a_list_are_the_classes_found() -> None:
    data = flat_raster(7, "uint8")
    data[:10] = 3
    made = Footprint(data, kind="classes", hazard="landslide")
    assert classify(made).labels == ("3", "7")
    assert picture(made, bounds=MERCATOR_BOX, pixels=40).labels == ("3", "7")
    assert prepare(made, data.rio.crs, MERCATOR_BOX).labels == ("3", "7")


def test_no_data_in_the_raster_s_own_numbers() -> None:
    """A no-data value that float32 cannot hold is still no data."""
    made = footprint(flat_raster(99.9, "float32", no_data=99.9), interval_classes(BOUNDS))
    assert in_table(made) == 0
    assert drawn(picture(made, bounds=MERCATOR_BOX, pixels=40)) == 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("bound", BOUNDS)
def test_polygons_of_numbers_are_divided_as_rasters_are(dtype: str, bound: float) -> None:
    value = np.dtype(dtype).type(bound)
    frame = testing.communes().data.iloc[:1][["geometry"]].assign(depth=np.array([value], dtype=dtype))
    classes = interval_classes(BOUNDS)
    binned = _binned(frame, "depth", classes, what="test")
    assert binned["intensity_class"].tolist() == [classes[BOUNDS.index(bound)].label]
