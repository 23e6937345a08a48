"""A seam that was kept is the seam that was resolved."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from geoalarm.geo.seam import resolve
from geoalarm.geo.seam_cache import resolve_kept


@pytest.fixture
def sides() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Two communes a side that overlap by 40 m and leave a gap of 60 m."""
    west = [shapely.box(0, 0, 1_040, 1_000), shapely.box(0, 1_000, 940, 2_000)]
    east = [shapely.box(1_000, 0, 2_000, 1_000), shapely.box(1_000, 1_000, 2_000, 2_000)]
    return tuple(
        gpd.GeoDataFrame(
            {"commune_id": [f"{country}:0000{n}" for n in (1, 2)], "name": ["one", None]},
            geometry=[shapely.affinity.translate(shape, 3_900_000, 3_000_000) for shape in shapes],
            crs=3035,
        )
        for country, shapes in (("FR", west), ("BE", east))
    )


def test_outlines_attributes_and_report_are_the_same(sides, tmp_path, monkeypatch):
    frame, report = resolve(*sides)
    assert report.overlap_km2 == pytest.approx(0.04)
    first = resolve_kept(*sides, rule="nearest", cache=tmp_path)
    monkeypatch.setattr("geoalarm.geo.seam_cache.resolve", lambda *_, **__: pytest.fail("resolved again"))
    for kept, told in (first, resolve_kept(*sides, rule="nearest", cache=tmp_path)):
        assert kept.drop(columns="geometry").equals(frame.drop(columns="geometry"))
        assert shapely.equals_identical(kept.geometry.to_numpy(), frame.geometry.to_numpy()).all()
        assert kept.crs == frame.crs
        assert told.as_dict() == report.as_dict()
        assert told.layer.equals(report.layer)
        assert (told.layer.dtypes == report.layer.dtypes).all()


def test_another_outline_rule_or_line_is_another_seam(sides, tmp_path):
    a, b = sides
    moved = a.copy()
    moved.loc[0, "geometry"] = shapely.buffer(moved.geometry.iloc[0], -5, join_style="mitre")
    line = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(3_901_010, 2_999_000), (3_901_010, 3_003_000)])], crs=3035
    )
    for one, options in ((a, {"rule": "nearest"}), (moved, {"rule": "nearest"}), (a, {"rule": "share"}),
                         (a, {"rule": "line", "line": line})):  # fmt: skip
        found, _ = resolve_kept(one, b, cache=tmp_path, **options)
        wanted, _ = resolve(one, b, **options)
        assert shapely.equals_identical(found.geometry.to_numpy(), wanted.geometry.to_numpy()).all()
    assert len(list(tmp_path.iterdir())) == 4
