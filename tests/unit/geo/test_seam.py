"""The seam, with answers known by hand, then properties on jagged borders."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.geo.seam import resolve, with_people

X, Y = 4_000_000.0, 3_000_000.0
"""Corner of the little world, in the middle of EPSG:3035 [m]."""


def frame(
    prefix: str, *polygons: list[tuple[float, float]] | shapely.Polygon, crs: int | None = 3035
) -> gpd.GeoDataFrame:
    shapes = [shapely.affinity.translate(shapely.Polygon(polygon), X, Y) for polygon in polygons]
    return gpd.GeoDataFrame(
        {"commune_id": [f"{prefix}:{number}" for number in range(1, len(shapes) + 1)]},
        geometry=shapes,
        crs=crs,
    )


def box(x0: float, y0: float, x1: float, y1: float) -> shapely.Polygon:
    return shapely.box(x0, y0, x1, y1)


def areas(resolved: gpd.GeoDataFrame) -> dict[str, float]:
    return dict(zip(resolved["commune_id"], resolved.area, strict=True))


WEST = frame("FR", box(0, 0, 1000, 1000), box(0, 1000, 1000, 2000))


def test_a_plain_overlap_goes_whole_to_one_side() -> None:
    east = frame("BE", box(990, 0, 2000, 2000))
    resolved, report = resolve(WEST, east)
    assert report.overlap_km2 == pytest.approx(10 * 2000 / 1e6)
    assert (report.n_overlaps, report.n_gaps, report.gap_km2) == (1, 0, 0.0)
    # a tie: both sides lie 5 m from the middle and border it equally; BE:1 comes before FR:1
    assert areas(resolved) == pytest.approx({"FR:1": 990e3, "FR:2": 990e3, "BE:1": 2020e3})
    assert (report.worst_commune, report.worst_share) == ("FR:1", pytest.approx(0.01))
    assert set(report.layer["from_commune_id"]) == {"FR:1", "FR:2"}


def test_a_gap_open_at_both_ends_is_closed_from_corner_to_corner() -> None:
    east = frame("BE", box(1010, 0, 2000, 2000))
    resolved, report = resolve(WEST, east)
    assert report.gap_km2 == pytest.approx(0.02)
    assert report.n_gaps == 1
    assert areas(resolved)["BE:1"] == pytest.approx(2000e3)
    assert shapely.equals(
        shapely.union_all(resolved.geometry), shapely.affinity.translate(box(0, 0, 2000, 2000), X, Y)
    )


def test_nearest_prefers_the_line_the_middle_of_the_sliver_lies_at() -> None:
    # a gap in the shape of a triangle: base on the straight western line, tip in the east; its middle is near
    # the base
    east = frame(
        "BE", [(1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (1000, 900), (1090, 500), (1000, 100)]
    )
    resolved, report = resolve(frame("FR", box(0, 0, 1000, 1000)), east)
    assert report.gap_km2 == pytest.approx(0.036)
    assert areas(resolved)["FR:1"] == pytest.approx(1e6 + 36e3)
    # by share of the outline the same sliver goes east: its two eastern sides are longer than the western one
    resolved, _ = resolve(frame("FR", box(0, 0, 1000, 1000)), east, rule="share")
    assert areas(resolved)["FR:1"] == pytest.approx(1e6)


def test_a_line_cuts_the_slivers() -> None:
    east = frame("BE", box(990, 0, 2000, 2000))
    line = shapely.LineString([(X + 996, Y - 50), (X + 996, Y + 2050)])
    for given_line in (line, line.reverse(), gpd.GeoDataFrame(geometry=[line], crs=3035)):
        resolved, report = resolve(WEST, east, rule="line", line=given_line)
        assert areas(resolved) == pytest.approx({"FR:1": 996e3, "FR:2": 996e3, "BE:1": 2008e3})
        assert report.overlap_after_km2 == 0
    with pytest.raises(InputError, match="ends before the border"):
        resolve(WEST, east, rule="line", line=shapely.affinity.translate(line, -900, 0))


def test_a_gap_goes_to_the_commune_it_borders_longest() -> None:
    east = frame("BE", box(1010, 0, 2000, 1500), box(1010, 1500, 2000, 2000))
    resolved, _ = resolve(WEST, east)
    assert areas(resolved) == pytest.approx(
        {"FR:1": 1e6, "FR:2": 1e6, "BE:1": 990 * 1500 + 20e3, "BE:2": 990 * 500}
    )


def test_enclaves_and_wide_holes_stay_open() -> None:
    hole = shapely.difference(box(1000, 0, 3000, 2000), box(1500, 900, 1520, 920))
    wide = shapely.difference(hole, box(1000, 0, 1600, 700))
    resolved, report = resolve(WEST, frame("BE", wide), search_m=500)
    assert report.gap_km2 == 0
    assert resolved.area.sum() == pytest.approx(WEST.area.sum() + wide.area)
    closed, report = resolve(
        frame("FR", box(0, -100, 1000, 2000)),
        frame("BE", shapely.difference(hole, box(1000, 300, 1200, 700))),
    )
    assert report.gap_km2 == pytest.approx(0.08)
    assert report.holes_kept == 1
    assert closed.area.sum() == pytest.approx(2100e3 + 4e6 - 400)


def test_far_communes_keep_their_outlines_to_the_bit() -> None:
    far = frame("FR", box(0, 0, 300, 1000), box(300, 0, 1000, 1000))
    resolved, _ = resolve(far, frame("BE", box(990, 0, 2000, 1000)), search_m=100)
    assert resolved.geometry.iloc[0].equals_exact(far.geometry.iloc[0], 0)


def test_countries_that_do_not_meet_are_left_alone() -> None:
    resolved, report = resolve(WEST, frame("BE", box(5000, 0, 6000, 1000)))
    assert len(resolved) == 3
    assert report.as_dict()["overlap_km2"] == 0.0
    assert report.as_dict()["people_moved"] is None


def test_what_makes_no_seam_is_refused() -> None:
    east = frame("BE", box(990, 0, 2000, 2000))
    with pytest.raises(InputError, match="no CRS"):
        resolve(WEST.set_crs(None, allow_override=True), east)
    with pytest.raises(InputError, match="both boundary sets"):
        resolve(WEST, WEST)
    with pytest.raises(InputError, match="hint: did you mean 'nearest'"):
        resolve(WEST, east, rule="neares")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no line"):
        resolve(WEST, east, rule="line")
    with pytest.raises(InputError, match="more than a border can"):
        resolve(WEST, frame("BE", box(200, 0, 2000, 2000)))
    with pytest.raises(InputError, match="no column 'commune_id'"):
        resolve(WEST.rename(columns={"commune_id": "comune_id"}), east)


def test_people_in_slivers_by_covered_fraction() -> None:
    values = np.array([[np.nan, np.nan], [100.0, np.nan]])
    counts = xr.DataArray(
        values, dims=("y", "x"), coords={"y": [Y + 3000, Y + 1000], "x": [X + 1000, X + 3000]}
    )
    population = counts.rio.write_crs(3035)
    _, report = resolve(WEST, frame("BE", box(990, 0, 2000, 2000)))
    found = with_people(report, population)
    assert found.people_in_overlaps == pytest.approx(100 * 10 * 2000 / 4e6, rel=1e-6)
    assert found.people_in_gaps == 0
    assert found.layer["people"].sum() == pytest.approx(0.5, rel=1e-6)


offsets = st.lists(st.integers(-60, 60), min_size=8, max_size=8)


def jagged(
    west_line: list[int], east_line: list[int], cuts: tuple[int, int]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Two countries of two communes each between x = 0 and 2000; both lines start and end at the same two
    points.
    """
    ys = np.linspace(100, 900, 8)
    sides = []
    for prefix, line, end, cut in (("FR", west_line, 0, cuts[0]), ("BE", east_line, 2000, cuts[1])):
        border = [(1000, 0), *((1000 + step, y) for step, y in zip(line, ys, strict=True)), (1000, 1000)]
        country = shapely.Polygon([(end, 0), *border, (end, 1000)])
        parts = [
            shapely.intersection(country, box(-1, low, 2001, high)) for low, high in ((-1, cut), (cut, 1001))
        ]
        sides.append(frame(prefix, *parts))
    return sides[0], sides[1]


@settings(max_examples=25, deadline=None)
@given(
    offsets,
    offsets,
    st.tuples(st.integers(150, 850), st.integers(150, 850)),
    st.sampled_from(["nearest", "share"]),
)
def test_jagged_borders_close_without_loss(
    west: list[int], east: list[int], cuts: tuple[int, int], rule: str
) -> None:
    a, b = jagged(west, east, cuts)
    resolved, report = resolve(a, b, rule=rule)  # type: ignore[arg-type]
    shapes = resolved.geometry.to_numpy()
    assert shapely.coverage_is_valid(shapes)
    assert resolved.is_valid.all()
    world = shapely.union_all(shapes)
    assert shapely.area(world) == pytest.approx(2e6, rel=1e-9)  # no gap, nothing beyond
    assert resolved.area.sum() == pytest.approx(2e6, rel=1e-9)  # no overlap
    assert report.overlap_after_km2 == report.gap_after_km2 == 0
    assert a.area.sum() + b.area.sum() - report.overlap_km2 * 1e6 + report.gap_km2 * 1e6 == pytest.approx(
        2e6, rel=1e-9
    )
    again, second = resolve(resolved.iloc[:2], resolved.iloc[2:], rule=rule)  # type: ignore[arg-type]
    assert second.overlap_km2 == second.gap_km2 == 0
    assert shapely.equals(again.geometry.to_numpy(), shapes).all()  # idempotent
    swapped, _ = resolve(b, a, rule=rule)  # type: ignore[arg-type]
    other = swapped.set_index("commune_id").geometry.reindex(resolved["commune_id"]).to_numpy()
    assert (
        shapely.area(shapely.symmetric_difference(other, shapes)).max() < 1e-6
    )  # blind to the order of the countries


@settings(max_examples=12, deadline=None)
@given(offsets, offsets, st.integers(-55, 55))
def test_moving_the_border_changes_no_total(west: list[int], east: list[int], where: int) -> None:
    a, b = jagged(west, east, (500, 500))
    line = shapely.LineString([(X + 1000, Y - 10), (X + 1000 + where, Y + 500), (X + 1000, Y + 1010)])
    resolved, report = resolve(a, b, rule="line", line=line)
    assert shapely.coverage_is_valid(resolved.geometry.to_numpy())
    assert resolved.area.sum() == pytest.approx(2e6, rel=1e-9)
    assert report.overlap_after_km2 == report.gap_after_km2 == 0
