"""Maps of communes on the made-up world, pixel by pixel; on the embedded territory size, form and words that
do not overlap.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from rasterio.enums import Resampling

from geoalarm import testing
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes, Footprint, IntensityClass
from geoalarm.core.terms import Basis
from geoalarm.present import svg
from geoalarm.present.svg.hazard_layer import BEYOND, UNKNOWN, RasterLayer, ZoneLayer, coarser
from geoalarm.present.svg.label_placer import LabelPlacer, Word
from geoalarm.present.svg.outlines import Outlines
from geoalarm.present.svg.svg_style import colour_class
from geoalarm.present.svg.text_metrics import width
from geoalarm.present.svg.viewport import _MARGIN_PX, FINE, Viewport

NS = {"s": "http://www.w3.org/2000/svg"}
METRES = 18.75
"""Metres a pixel of the map of FR:00002: at least 6 km on 320 pixels."""

WEST, NORTH = testing.ORIGIN[0] + 1000 - 200 * METRES, testing.ORIGIN[1] + 3000 + 160 * METRES
HOSTILE = "<script>alert(1)</script>\"'&\x00"


@dataclass(frozen=True)
class Site:
    name: str
    lon: float
    lat: float


@pytest.fixture(scope="module")
def world() -> testing.World:
    return testing.world()


@pytest.fixture(scope="module")
def maps(world: testing.World) -> svg.Maps:
    return svg.Maps(world.communes)


def totals(**states: str) -> pd.DataFrame:
    """Totals of the six communes: exposed, but for those named (``BE_00001="not_studied"``)."""
    ids = list(testing.PEOPLE)
    found = [states.get(key.replace(":", "_"), "exposed") for key in ids]
    return pd.DataFrame({"commune_id": ids, "state": found, "mapped_share": 1.0})


def drawn(
    maps: svg.Maps, footprint: Footprint | None = None, table: pd.DataFrame | None = None, **more: object
) -> str:
    given = {"commune_id": "FR:00002", "lang": "en", "names": {}, "label": "Map", **more}
    return maps.commune(given.pop("commune_id"), footprint=footprint, totals=table, **given)  # type: ignore[arg-type]


def every(markup: str, name: str, class_: str = "") -> list[ElementTree.Element]:
    found = ElementTree.fromstring(markup).iterfind(f".//s:{name}", NS)
    return [element for element in found if not class_ or class_ in element.get("class", "").split()]


def lines(markup: str, class_: str) -> list[ElementTree.Element]:
    """Paths of a class on the map, without those of the key."""
    return [
        path for path in every(markup, "path", class_) if not re.fullmatch(r"M\d+ \d+h\d+", path.get("d", ""))
    ]


def said(markup: str) -> list[str]:
    return ["".join(element.itertext()) for element in every(markup, "text")]


def shape_of(d: str) -> shapely.Geometry:
    """The ground that a path fills by the even-odd rule (our rings never overlap but for holes)."""
    found = shapely.MultiPolygon()
    for ring in re.findall(r"M[^M]*", d):
        points, x, y = [], 0.0, 0.0
        for step, numbers in re.findall(r"([MlhvHz])([^MlhvHz]*)", ring):
            values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
            if step == "M":
                x, y = values[:2]
                points.append((x, y))
            elif step == "l":
                for dx, dy in zip(values[::2], values[1::2], strict=True):
                    x, y = x + dx, y + dy
                    points.append((x, y))
            elif step in "hv":
                x, y = (x + values[0], y) if step == "h" else (x, y + values[0])
                points.append((x, y))
        found = shapely.symmetric_difference(found, shapely.Polygon(points))
    return found


def cells_of(markup: str, class_: str) -> shapely.Geometry:
    """The ground of a class of a raster [px]."""
    (group,) = every(markup, "g", "ga-cells")
    x, y, across, down = (float(number) for number in re.findall(r"-?[\d.]+", group.get("transform", "")))
    path = next(path for path in group.iterfind("s:path", NS) if path.get("class") == class_)
    return shapely.transform(shape_of(path.get("d", "")), lambda points: points * (across, down) + (x, y))


def fine(path: ElementTree.Element) -> shapely.Geometry:
    return shapely.transform(shape_of(path.get("d", "")), lambda points: points / FINE)


def pixel(x: float, y: float) -> shapely.Point:
    """Pixel of a place of the made-up world, in metres from its south-west corner."""
    return shapely.Point((testing.ORIGIN[0] + x - WEST) / METRES, (NORTH - testing.ORIGIN[1] - y) / METRES)


def square(west: float, south: float, side: float = 2000.0) -> shapely.Geometry:
    return shapely.box(*pixel(west, south).coords[0], *pixel(west + side, south + side).coords[0])


def test_the_window_and_the_commune_are_where_they_must_be(maps: svg.Maps) -> None:
    (here,) = lines(drawn(maps), "ga-here")
    assert fine(here).symmetric_difference(square(0, 2000)).area < 0.3 * 4 * 2000 / METRES
    assert maps.ground.crs_name == "EPSG:3035"


def test_a_cell_is_drawn_in_its_class_and_in_no_other(maps: svg.Maps, world: testing.World) -> None:
    markup = drawn(maps, world.flood[100.0], totals())
    deep, shallow = (cells_of(markup, colour_class("depth", position, 4)) for position in (2, 1))
    for south in (50, 2950, 5950):
        for x, inside in ((1950, deep), (2050, deep), (1850, shallow), (2150, shallow)):
            assert inside.contains(pixel(x, south))
            assert not (shallow if inside is deep else deep).contains(pixel(x, south))
    assert deep.area == pytest.approx(200 / METRES * 6000 / METRES, rel=0.01)
    assert not any(ground.contains(pixel(1750, 3000)) for ground in (deep, shallow))
    (group,) = every(markup, "g", "ga-cells")
    assert len(group) == 2


def test_a_layer_in_another_system_falls_on_the_same_place(maps: svg.Maps, world: testing.World) -> None:
    flood = world.flood[100.0]
    elsewhere = flood.data.rio.reproject(
        "EPSG:3857", resampling=Resampling.nearest, resolution=60, nodata=np.nan
    )
    markup = drawn(maps, replace(flood, data=elsewhere), totals())
    deep = cells_of(markup, colour_class("depth", 2, 4))
    assert deep.contains(pixel(2000, 3000))
    assert deep.area == pytest.approx(200 / METRES * 6000 / METRES, rel=0.2)


def test_a_raster_from_south_to_north_is_not_upside_down(maps: svg.Maps) -> None:
    codes = np.zeros((60, 40), dtype="uint8")
    codes[:10] = 1
    footprint = Footprint(testing.raster(codes), "classes", "landslide", (IntensityClass("1", 1, 1),))
    turned = replace(
        footprint,
        data=footprint.data.isel(y=slice(None, None, -1)).drop_vars("spatial_ref").rio.write_crs("EPSG:3035"),
    )
    grounds = [
        cells_of(drawn(maps, one, totals()), colour_class("landslide", 0, 1)) for one in (footprint, turned)
    ]
    assert grounds[0].contains(pixel(1000, 5500))
    assert grounds[0].symmetric_difference(grounds[1]).area < 1


def test_the_side_that_was_not_studied_has_its_pattern_and_its_word(
    maps: svg.Maps, world: testing.World
) -> None:
    table = totals(BE_00001="not_studied", BE_00002="not_studied", BE_00003="not_studied")
    markup = drawn(maps, world.landslide, table)
    (silent,) = [path for path in every(markup, "path") if path.get("fill") == "url(#ga-q-not_studied)"]
    seam = pixel(2000, 3000).x
    assert fine(silent).bounds[0] == pytest.approx(seam, abs=0.2)
    assert fine(silent).contains(pixel(3000, 3000))
    assert said(markup).count("Not studied") == 2
    assert "url(#ga-p-not_studied)" in markup
    assert cells_of(markup, colour_class("landslide", 2, 3)).contains(pixel(100, 3000))


def test_a_commune_without_a_row_is_outside_coverage_never_white(
    maps: svg.Maps, world: testing.World
) -> None:
    markup = drawn(maps, world.flood[10.0], totals().iloc[:-1])
    (silent,) = [path for path in every(markup, "path") if path.get("fill") == "url(#ga-q-outside_coverage)"]
    assert fine(silent).symmetric_difference(square(2000, 4000)).area < 30
    assert "Not mapped here" in said(markup)


def test_states_with_a_number_are_drawn_as_mapped(maps: svg.Maps, world: testing.World) -> None:
    markup = drawn(maps, world.flood[10.0], totals(FR_00001="zero", BE_00001="suppressed"))
    assert "url(#ga-q-" not in markup


def test_unknown_cells_of_a_commune_mapped_in_part_have_the_pattern(
    maps: svg.Maps, world: testing.World
) -> None:
    flood = world.flood[10.0]
    values = flood.data.to_numpy().copy()
    values[20:40, :10] = np.nan
    table = totals()
    table.loc[table["commune_id"] == "FR:00002", "mapped_share"] = 0.5
    markup = drawn(maps, replace(flood, data=testing.raster(values, units="m")), table)
    (silent,) = [path for path in every(markup, "path") if path.get("fill") == "url(#ga-q-not_studied)"]
    half = shapely.box(*pixel(0, 2000).coords[0], *pixel(1000, 4000).coords[0])
    assert fine(silent).symmetric_difference(half).area < 60
    assert "Not studied" in said(markup)


def test_rings_have_their_place_dash_and_name(maps: svg.Maps, world: testing.World) -> None:
    markup = drawn(maps, world.industrial, totals())
    rings = lines(markup, "ga-ring")
    assert [fine(ring).area * METRES**2 / 1e6 for ring in rings] == pytest.approx([4.0, 1.0, 0.36], rel=0.02)
    assert [ring.get("class", "").split()[1:] for ring in rings] == [
        ["ga-dash-dotted", "ga-line-effects-1"],
        ["ga-dash-dashed", "ga-line-effects-2"],
        ["ga-dash-solid", "ga-line-effects-3"],
    ]
    assert {"SEI", "SEL"} <= set(said(markup))
    assert "Lasting harm (SEI)" in said(markup)
    assert len(lines(markup, "ga-ring-case")) == len(rings)


def test_a_zone_round_the_whole_window_is_told(maps: svg.Maps, world: testing.World) -> None:
    wide = gpd.GeoDataFrame(
        {"effect_class": ["20 km"]},
        geometry=[shapely.box(3_880_000, 3_030_000, 3_920_000, 3_070_000)],
        crs="EPSG:3035",
    )
    footprint = replace(world.industrial, data=wide, classes=(IntensityClass("20 km"),))
    assert "20 km: everywhere inside this frame" in said(drawn(maps, footprint, totals()))


def test_a_map_without_any_zone_says_so(maps: svg.Maps, world: testing.World) -> None:
    far = world.industrial.data.copy()
    far["geometry"] = far.geometry.translate(xoff=50_000)
    assert "no zone inside this frame" in " ".join(
        said(drawn(maps, replace(world.industrial, data=far), totals()))
    )
    assert "no zone inside this frame" not in " ".join(said(drawn(maps, world.industrial, totals())))


def test_border_countries_and_neighbours_are_named_in_the_language(maps: svg.Maps) -> None:
    names = {"BE:00002": "Doornik (Tournai)", "FR:00002": "Rijsel (Lille)", "FR:00001": "Ville-1"}
    markup = drawn(maps, names=names, lang="nl")
    assert {"Frankrijk", "België", "Rijsel (Lille)", "Ville-1"} <= set(said(markup))
    assert "Doornik" in " ".join(said(markup))
    (line,) = lines(markup, "ga-border")
    x, y, *steps = (float(number) / FINE for number in re.findall(r"-?[\d.]+", line.get("d", "")))
    assert x == pytest.approx(pixel(2000, 0).x, abs=0.2)
    assert set(steps[::2]) == {0.0}
    assert {y, y + sum(steps[1::2])} == {pixel(0, 0).y, pixel(0, 6000).y}


def test_approximate_outlines_are_dashed(world: testing.World) -> None:
    frame = world.communes.data.assign(approximate_boundary=[True, *[False] * 5])
    maps = svg.Maps(Communes(frame))
    assert every(drawn(maps, commune_id="FR:00001"), "path", "ga-here-rough")
    neighbour = drawn(maps)
    assert not every(neighbour, "path", "ga-here-rough")
    assert any("ga-rough" in path.get("class", "") for path in every(neighbour, "path"))
    assert "Approximate boundary" in said(neighbour)


def test_sites_stand_where_they_are(maps: svg.Maps) -> None:
    lon, lat = maps.ground._to_degrees.transform(testing.ORIGIN[0] + 2000, testing.ORIGIN[1] + 3000)
    markup = drawn(maps, sites=[Site("Works", lon, lat), Site("Far away", 20.0, 50.0)])
    signs = [path.get("d", "") for path in every(markup, "path", "ga-site")]
    x, y = (float(number) for number in re.findall(r"[\d.]+", signs[-1])[:2])
    assert (x, y + 6) == pytest.approx(pixel(2000, 3000).coords[0], abs=0.2)
    assert "Works" in said(markup)
    assert "Far away" not in said(markup)


def test_example_data_are_marked_and_others_are_not(maps: svg.Maps, world: testing.World) -> None:
    official = replace(world.flood[10.0], sources=(testing.source("flood", Basis.STATUTORY),))
    assert "Exemple" in said(drawn(maps, world.flood[10.0], totals(), lang="fr"))
    assert "Exemple" not in said(drawn(maps, official, totals(), lang="fr"))


def test_scale_bar_is_as_long_as_it_says(maps: svg.Maps) -> None:
    markup = drawn(maps)
    bar = next(path.get("d", "") for path in every(markup, "path", "ga-ink") if "v5h" in path.get("d", ""))
    length = float(re.findall(r"h([\d.]+)", bar)[0])
    assert "2 km" in [words.replace("\u00a0", " ") for words in said(markup)]
    assert length * METRES == pytest.approx(2000, rel=0.01)


def test_north_leans_as_the_system_does(maps: svg.Maps) -> None:
    east_of_ten = Outlines(testing.communes())
    assert east_of_ten.north(4_321_000, 3_000_000) == pytest.approx(0, abs=1e-6)
    assert 3 < east_of_ten.north(*testing.ORIGIN) < 6


def test_names_cannot_break_out_of_a_map(maps: svg.Maps, world: testing.World) -> None:
    names = dict.fromkeys(testing.PEOPLE, HOSTILE)
    lon, lat = maps.ground._to_degrees.transform(testing.ORIGIN[0] + 1000, testing.ORIGIN[1] + 3500)
    markup = drawn(
        maps, world.industrial, totals(), names=names, label=HOSTILE, sites=[Site(HOSTILE, lon, lat)]
    )
    tree = ElementTree.fromstring(markup)
    assert not [element for element in tree.iter() if element.tag.endswith("script")]
    assert not re.search(r"<script|\son\w+=|style=|href=|http(?!://www\.w3\.org/2000/svg)", markup)
    with pytest.raises(InputError):
        svg.overview(maps, {}, lang="en", label="x", links={"FR:00001": "javascript:alert(1)"})
    linked = svg.overview(maps, {}, lang="en", label=HOSTILE, links={"FR:00001": 'a.html?"><script>'})
    assert "<script" not in linked
    ElementTree.fromstring(linked)


def test_the_same_arguments_give_the_same_bytes(world: testing.World) -> None:
    first, second = (
        drawn(svg.Maps(testing.communes()), footprint, totals())
        for footprint in (testing.flood(100.0), testing.flood(100.0))
    )
    assert first == second
    assert first != drawn(svg.Maps(world.communes), world.flood[10.0], totals())


def test_many_maps_stand_in_one_page(maps: svg.Maps, world: testing.World) -> None:
    page = "".join(
        drawn(maps, footprint, totals(), commune_id=key, label=f"{key} {footprint.name}")
        for key in testing.PEOPLE
        for footprint in world.footprints
    )
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {ref for ref in re.findall(r"url\(#([^)]+)\)", page) if not ref.startswith("ga-")} <= set(ids)
    assert set(re.findall(r"url\(#(ga-[pqo]-\w+)\)", page)) <= set(
        re.findall(r'id="([^"]+)"', svg.patterns())
    )
    assert 'id="m7-w"' in drawn(maps, prefix="m7")


def test_every_class_of_a_picture_is_styled(maps: svg.Maps, world: testing.World) -> None:
    markup = "".join(drawn(maps, footprint, totals(BE_00003="not_studied")) for footprint in world.footprints)
    used = {
        name for names in re.findall(r'class="([^"]+)"', markup + svg.patterns()) for name in names.split()
    }
    styled = set(re.findall(r"\.(ga[\w-]*)", svg.styles()))
    assert used - styled <= {"ga-map", "ga-fine", "ga-dash-solid"}


def test_a_layer_is_prepared_once_and_never_taken_for_another(maps: svg.Maps, world: testing.World) -> None:
    flood = world.flood[10.0]
    assert maps.layer(flood) is maps.layer(flood)
    changed = replace(flood, data=flood.data + 1.0)
    assert not np.array_equal(maps.layer(changed).codes, maps.layer(flood).codes)  # type: ignore[union-attr]
    assert isinstance(maps.layer(flood), RasterLayer)
    assert isinstance(maps.layer(world.industrial), ZoneLayer)


def test_a_raster_far_away_is_beyond_everywhere(maps: svg.Maps, world: testing.World) -> None:
    far = testing.raster(np.ones((10, 10), dtype="float32"), origin=(4_500_000, 3_500_000), units="m")
    layer = maps.layer(replace(world.flood[10.0], data=far))
    assert isinstance(layer, RasterLayer)
    codes, _ = layer.window((3_900_000, 3_050_000, 3_904_000, 3_056_000))
    assert (codes == BEYOND).all()


def test_window_of_a_layer_is_filled_up_beyond_the_raster(maps: svg.Maps, world: testing.World) -> None:
    layer = maps.layer(world.flood[1000.0])
    assert isinstance(layer, RasterLayer)
    codes, corner = layer.window((3_899_950, 3_055_850, 3_900_150, 3_056_050))
    assert codes.shape == (3, 3)
    assert corner == (3_899_900, 3_056_100)
    assert (codes[0] == BEYOND).all()
    assert (codes[:, 0] == BEYOND).all()
    assert (codes[1:, 1:] == 0).all()


def test_blocks_take_the_median_class_and_are_unknown_where_most_is() -> None:
    codes = np.array(
        [[0, 0, 3, 0], [0, 2, 3, 1], [UNKNOWN, UNKNOWN, 4, 4], [UNKNOWN, 1, UNKNOWN, UNKNOWN]], dtype="uint8"
    )
    assert coarser(codes, 2).tolist() == [[0, 3], [UNKNOWN, 4]]
    assert coarser(codes, 1) is codes
    assert coarser(codes, 3).shape == (2, 2)


def test_totals_of_several_footprints_and_unknown_communes_are_refused(
    maps: svg.Maps, world: testing.World
) -> None:
    with pytest.raises(InputError, match="several footprints"):
        drawn(maps, world.flood[10.0], pd.concat([totals(), totals()]))
    with pytest.raises(InputError, match="FR:99999"):
        drawn(maps, commune_id="FR:99999")


def test_words_keep_clear_of_each_other_and_of_the_frame() -> None:
    plate = LabelPlacer(200, 100)
    wish = np.ones(plate.taken.shape)
    placed = sum(plate.put(Word(("Commune",), "h", 12), wish) for _ in range(40))
    assert 4 <= placed < 40
    assert not plate.put(Word(("A name that is far too long for this map",), "h", 12), wish)


def test_communes_that_share_no_corners_still_have_a_border(world: testing.World) -> None:
    frame = world.communes.data.copy()
    east = frame["country"].eq("BE")
    frame.loc[east, "geometry"] = frame.loc[east].geometry.translate(xoff=20)
    ground = Outlines(Communes(frame))
    assert 5900 < ground.level(10).border.length < 6300


def test_overview_draws_states_classes_selection_and_links(maps: svg.Maps) -> None:
    values: dict[str, str | float] = {
        "FR:00001": 0.3,
        "FR:00002": 0.0,
        "FR:00003": "not_studied",
        "BE:00001": "suppressed",
        "BE:00002": 0.001,
    }
    markup = svg.overview(maps, values, lang="en", label="All", selected="BE:00002")
    found = {path.get("class") or path.get("fill"): path for path in every(markup, "path")}
    for look in (
        "ga-people-5",
        "ga-people-1",
        *(f"url(#ga-o-{state})" for state in ("zero", "not_studied", "suppressed", "outside_coverage")),
    ):
        assert fine(found[look]).area > 0
    assert "ga-here" in found
    assert ElementTree.fromstring(markup).get("role") == "img"
    links = svg.overview(maps, values, lang="en", label="All", links={"FR:00001": "FR-00001.html"})
    (link,) = every(links, "a")
    assert (link.get("href"), link.get("tabindex"), link.findtext("s:title", namespaces=NS)) == (
        "FR-00001.html",
        "-1",
        "Ville-1",
    )
    assert ElementTree.fromstring(links).get("role") == "group"


@pytest.mark.slow
def test_maps_of_the_embedded_territory_are_small_well_formed_and_legible() -> None:
    from geoalarm.analysis import open_workspace
    from geoalarm.i18n.place_names import names
    from geoalarm.results.totals import threshold_total

    workspace = open_workspace()
    maps, called = svg.Maps(workspace.communes), names(workspace.communes, "nl").to_dict()
    layers = [
        (workspace.footprint(option), threshold_total(workspace.expose(option)))
        for option in workspace.options()
    ]
    chosen = [*random.Random(2).sample(list(workspace.communes.ids), 60), "BE:57081", "FR:59183", "BE:57097"]
    for commune_id in chosen:
        for footprint, table in (
            layers if commune_id in chosen[-3:] else random.Random(commune_id).sample(layers, 2)
        ):
            markup = maps.commune(
                commune_id,
                footprint=footprint,
                totals=table,
                lang="nl",
                names=called,
                label=f"{commune_id} {footprint.name}",
            )
            assert len(markup.encode()) < 40_000
            assert called[commune_id].partition(" (")[0].split(" ")[0] in " ".join(said(markup))
            _require_legible(markup)
    shares = dict(zip(layers[0][1]["commune_id"], layers[0][1]["share_exposed"], strict=True))
    links = {commune_id: f"{commune_id.replace(':', '-')}.html" for commune_id in shares}
    markup = svg.overview(maps, shares, lang="fr", label="Index", links=links)
    assert len(markup.encode()) < 250_000
    assert len(every(markup, "a")) == len(workspace.communes.ids) == 1510
    _require_legible(markup)


def _require_legible(markup: str) -> None:
    """Words on the map lie in the frame and on no other word."""
    sizes = {"ga-h": 12, "ga-hb": 13, "ga-hs": 11, "ga-hc": 13, "ga-bt": 12, "ga-s": 11}
    room = float(ElementTree.fromstring(markup).get("width", "nan"))
    boxes = []
    for element in every(markup, "text"):
        size = sizes.get(element.get("class", ""))
        if size is not None and element.get("text-anchor") == "middle":
            wide = width(element.text or "", size, bold=element.get("class") in ("ga-hb", "ga-hc", "ga-bt"))
            x, y = float(element.get("x", "nan")), float(element.get("y", "nan"))
            boxes.append(shapely.box(x - wide / 2, y - 0.75 * size, x + wide / 2, y + 0.2 * size))
            assert x - wide / 2 >= 0
            assert x + wide / 2 <= room
    for position, box in enumerate(boxes):
        assert not any(box.intersection(other).area > 1 for other in boxes[:position])


def test_an_outline_with_a_spike_is_cut_to_the_window_all_the_same() -> None:
    """GEOS's quick clip gives up on it; one such outline cost a whole commune its report."""
    spiked = shapely.from_wkt("POLYGON ((4 2, 3 1, 1 4, 0 4, 4 2, 0 0, 4 2))")
    metres = 2 / (200 + 2 * _MARGIN_PX)
    edge = 1 + _MARGIN_PX * metres
    window = Viewport((edge, edge, 4 - edge, 4 - edge), 200, 200)
    assert window.metres == pytest.approx(metres)
    with pytest.raises(shapely.GEOSException):
        shapely.clip_by_rect(spiked, 1, 1, 3, 3)
    (cut,) = window.pixels(np.array([spiked], dtype=object))
    # (3, 5/2), (3, 1), (11/4, 11/8), (5/3, 3), (2, 3): by hand
    assert shapely.area(cut) * metres**2 == pytest.approx(13 / 12)
