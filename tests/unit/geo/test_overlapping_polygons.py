"""Which polygons of a layer lie on top of each other: found by geometry, neighbours left alone."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely import box

from geoalarm.geo import overlapping_polygons
from geoalarm.geo.overlapping_polygons import kept_pairs, overlapping_pairs


def found(*shapes: shapely.Geometry) -> list[tuple[int, int, float, float]]:
    pairs = overlapping_pairs(np.array(shapes, dtype=object))
    columns = (pairs.first, pairs.second, pairs.share_first, pairs.share_second)
    return [(int(i), int(j), float(a), float(b)) for i, j, a, b in zip(*columns, strict=True)]


SQUARE = box(0, 0, 10, 10)


def test_neighbours_do_not_overlap() -> None:
    assert found(SQUARE, box(10, 0, 20, 10), box(10, 10, 20, 20), box(0, 10, 10, 15)) == []
    assert found(SQUARE) == []
    assert found(SQUARE, shapely.Polygon()) == []


@pytest.mark.parametrize(
    ("other", "shares"),
    [
        (SQUARE, (1, 1)),
        (shapely.segmentize(SQUARE.reverse(), 1), (1, 1)),
        (box(2, 2, 4, 7), (0.1, 1)),
        (box(0, 0, 5, 10), (0.5, 1)),
        (box(9, 0, 29, 10), (0.1, 0.05)),
        (box(-5, 4, 15, 6), (0.2, 0.5)),
    ],
)
def test_how_much_two_share(other: shapely.Geometry, shares: tuple[float, float]) -> None:
    ((i, j, one, two),) = found(SQUARE, other, box(100, 0, 110, 10))
    assert (i, j) == (0, 1)
    assert (one, two) == pytest.approx(shares)


def test_layers_without_end_are_looked_at_where_they_are_most_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlapping_polygons, "_LOOKED_AT", 50)
    stack = np.array([box(0, 0, 10, 10 + n % 2) for n in range(200)], dtype=object)
    pairs = overlapping_pairs(stack)
    assert len(pairs.first) == 50
    assert (pairs.share == 1).all()
    assert (pairs.first % 2 == pairs.second % 2).all()


def test_what_was_found_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = np.array([SQUARE, box(5, 0, 15, 10)], dtype=object)
    once = kept_pairs(shapes, cache=tmp_path / "index")
    monkeypatch.setattr(overlapping_polygons, "overlapping_pairs", lambda _: pytest.fail("looked again"))
    again = kept_pairs(shapes, cache=tmp_path / "index")
    assert again.share.tolist() == once.share.tolist() == [0.5]
    monkeypatch.undo()
    (held,) = (tmp_path / "index").iterdir()
    held.write_bytes(b"PK damaged")
    assert kept_pairs(shapes, cache=tmp_path / "index").share.tolist() == [0.5]
