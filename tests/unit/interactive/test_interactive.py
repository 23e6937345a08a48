"""Elements for notebooks: communes by class or state, hatched where there is no number, points only where
mapped; views that brush each other; one drawing for each value of a parameter.
"""

from __future__ import annotations

import subprocess
import sys

import holoviews as hv
import pandas as pd
import pytest
from bokeh.models import Selection

import geoalarm
from geoalarm.core.errors import GeoalarmError, InputError, MissingPackageError
from geoalarm.core.optional_packages import require_extra
from geoalarm.exposure.engine import expose
from geoalarm.interactive import chance_curve, commune_map, linked_views, sweep
from geoalarm.present.exceedance_points import curve_points
from geoalarm.results.totals import threshold_total
from geoalarm.testing import world


@pytest.fixture(scope="module")
def made():
    return world()


@pytest.fixture(scope="module")
def floods(made) -> pd.DataFrame:
    tables = [expose(footprint, made.population, made.communes) for footprint in made.flood.values()]
    return threshold_total(pd.concat(tables))


def glyph_and_data(element) -> tuple[object, dict]:
    figure = hv.render(element, backend="bokeh")
    (renderer,) = (one for one in figure.renderers if hasattr(one, "glyph"))
    return renderer.glyph, renderer.data_source.data


def test_communes_that_were_not_studied_are_hatched_and_named(made) -> None:
    drawn = commune_map(
        threshold_total(expose(made.landslide, made.population, made.communes)), made.communes
    )
    glyph, data = glyph_and_data(drawn)
    shown = pd.DataFrame({name: data[name] for name in ("commune_id", "class_label", "hatch")})
    assert len(shown) == 6
    assert (shown["class_label"] == "Not studied").sum() == 3
    assert (shown["class_label"] == "0").sum() == 1
    assert set(shown.loc[shown["class_label"] == "Not studied", "hatch"]) == {"right_diagonal_line"}
    assert set(shown.loc[shown["class_label"] == "0", "hatch"]) == {"ring"}
    assert glyph.hatch_pattern.field == "hatch"
    figure = hv.render(drawn, backend="bokeh")
    assert "Example data" in figure.title.text
    assert figure.legend[0].items[0].label.field == "color"
    assert list(data["color"]) == list(data["class_label"])


def test_a_number_is_never_hatched_and_its_colour_is_that_of_its_class(made, floods) -> None:
    glyph, data = glyph_and_data(commune_map(floods[floods["return_period_yr"] == 1000], made.communes))
    shown = pd.DataFrame({name: data[name] for name in ("commune_id", "class_label", "hatch", "figure")})
    numbers = shown[shown["class_label"] != "0"]
    assert len(numbers) == 5
    assert set(numbers["hatch"]) == {" "}
    mapper = glyph.fill_color.transform
    colours = dict(zip(mapper.factors, mapper.palette, strict=True))
    assert set(shown["class_label"]) <= set(colours)
    assert len({colours[label] for label in shown["class_label"].unique()}) == shown["class_label"].nunique()


def test_a_commune_without_a_row_is_left_out(made, floods) -> None:
    rare = floods[(floods["return_period_yr"] == 1000) & (floods["population_exposed"] > 0)]
    _, data = glyph_and_data(commune_map(rare, made.communes, measure="share", theme="dark"))
    assert sorted(data["commune_id"]) == sorted(rare["commune_id"])


def test_the_curve_has_a_point_for_each_mapped_period_and_none_between(made) -> None:
    table = pd.concat(
        [expose(footprint, made.population, made.communes) for footprint in made.flood.values()]
    )
    scatter = chance_curve(curve_points(threshold_total(table)), lang="fr").get(1)
    assert scatter.dimension_values("chance").tolist() == [0.001, 0.01, 0.1]
    assert scatter.dimension_values("people").tolist() == [1200, 800, 400]


def test_map_and_table_and_points_are_linked_both_ways_by_the_code_of_the_commune(made, floods) -> None:
    views = linked_views(floods, made.communes, lang="nl")
    drawn, table, points, _ = list(views)
    layout = hv.render(views, backend="bokeh")
    links = [
        one
        for model in layout.select({"type": Selection})
        for one in model.js_property_callbacks.get("change:indices", [])
        if "commune_id" in one.code
    ]
    assert len(links) == 6
    pairs = {(one.args["source_cds"].id, one.args["target_cds"].id) for one in links}
    assert len(pairs) == 6
    assert {(target, source) for source, target in pairs} == pairs
    assert all("commune_id" in one.args["source_cds"].data for one in links)
    assert table.dimension_values("commune_id")[0] == "BE:00002", "600 people once in 1000 years: most"
    assert len(table) == len(drawn) == 6
    assert points.dimension_values("chance").tolist().count(0.1) == 6


def test_the_sum_follows_what_is_picked(made, floods) -> None:
    _, table, _, curve = list(linked_views(floods, made.communes))
    assert curve[()].get(1).dimension_values("people").tolist() == [1200, 800, 400]
    (stream,) = curve.streams
    assert stream.source is table
    rows = [table.dimension_values("commune_id").tolist().index(one) for one in ("BE:00002", "FR:00003")]
    stream.event(index=rows)
    # by hand: Stad-2 has 200, 400 and 600 people in the three zones, Ville-3 none
    assert curve[()].get(1).dimension_values("people").tolist() == [600, 400, 200]
    stream.event(index=[])
    assert curve[()].get(1).dimension_values("people").tolist() == [1200, 800, 400]


def test_a_picked_commune_without_a_number_leaves_the_curve_empty(made, floods) -> None:
    unknown = floods["commune_id"] == "BE:00001"
    partly = floods.assign(
        population_exposed=floods["population_exposed"].mask(unknown),
        population_exposed_low=floods["population_exposed_low"].mask(unknown),
        population_exposed_high=floods["population_exposed_high"].mask(unknown),
        state=floods["state"].mask(unknown, "not_studied"),
    )
    views = linked_views(partly, made.communes)
    _, table, points, curve = list(views)
    assert "BE:00001" not in points.dimension_values("commune_id")
    (stream,) = curve.streams
    stream.event(index=[table.dimension_values("commune_id").tolist().index("BE:00001")])
    assert len(curve[()].get(1)) == 0
    hv.render(views, backend="bokeh")


def test_a_chosen_period_is_that_of_map_and_table(made, floods) -> None:
    _, table, _, _ = list(linked_views(floods, made.communes, return_period_yr=10))
    assert table.dimension_values("figure")[0] == "200"
    with pytest.raises(InputError, match="return period of the map; got 50; expected 10, 100, 1000"):
        linked_views(floods, made.communes, return_period_yr=50)


def test_views_of_two_hazards_or_of_none_with_a_chance_are_refused(made, floods) -> None:
    slopes = threshold_total(expose(made.landslide, made.population, made.communes))
    with pytest.raises(InputError, match="several values of hazard"):
        linked_views(pd.concat([floods, slopes]), made.communes)
    with pytest.raises(InputError, match="no return period"):
        linked_views(slopes, made.communes)


def test_a_sweep_draws_every_combination_in_the_order_given() -> None:
    asked = []

    def draw(rate: float, weather: str) -> hv.Curve:
        asked.append((rate, weather))
        return hv.Curve([0, rate])

    drawn = sweep(draw, units={"rate": "kg/s"}, rate=[5, 1], weather=["F2", "D5"])
    assert asked == [(5, "F2"), (5, "D5"), (1, "F2"), (1, "D5")]
    assert drawn.keys() == asked
    assert [dimension.pprint_label for dimension in drawn.kdims] == ["rate (kg/s)", "weather"]
    assert drawn[1, "F2"].dimension_values(1).tolist() == [0, 1]


def test_a_sweep_of_maps_keeps_hatch_and_legend_from_one_value_to_the_next(made, floods) -> None:
    drawn = sweep(
        lambda period: commune_map(floods[floods["return_period_yr"] == period], made.communes),
        units={"period": "yr"},
        period=[10, 1000],
    )
    plot = hv.renderer("bokeh").get_plot(drawn)
    for period in (10, 1000, 10):
        plot.update((period,))
        rows = floods[floods["return_period_yr"] == period].set_index("commune_id")
        data = plot.handles["cds"].data
        expected = ["ring" if rows["state"][one] == "zero" else " " for one in data["commune_id"]]
        assert list(data["hatch"]) == expected
        assert set(data["class_label"]) <= set(plot.handles["color_color_mapper"].factors)


@pytest.mark.parametrize(
    ("units", "values", "said"),
    [
        ({}, {}, "parameters of a sweep; got none"),
        ({}, {"rate": []}, "no value, or one twice, for rate"),
        ({}, {"rate": [1, 1]}, "no value, or one twice, for rate"),
        ({"speed": "m/s"}, {"rate": [1]}, "units of a sweep; got speed; expected rate"),
        ({}, {"rate": range(20), "wind": range(11)}, "got 220; expected at most 200"),
    ],
)
def test_a_sweep_that_cannot_be_drawn_is_refused_before_it_starts(units, values, said) -> None:
    with pytest.raises(InputError, match=said):
        sweep(lambda **_: pytest.fail("drawn"), units=units, **values)


def test_without_its_libraries_the_room_says_what_to_install() -> None:
    code = (
        "import importlib.util\n"
        "found = importlib.util.find_spec\n"
        "gone = ('holoviews', 'geoviews')\n"
        "importlib.util.find_spec = lambda name, *rest: None if name in gone else found(name, *rest)\n"
        "import geoalarm as ga\n"
        "try:\n    ga.interactive\nexcept ImportError as error:\n    print(error)\n"
        "try:\n    from geoalarm import interactive\nexcept ImportError as error:\n    print(error)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.splitlines() == 2 * [
        "geoalarm.interactive needs the extra 'notebooks'; got without geoviews, holoviews; "
        'hint: pip install "geoalarm[notebooks]".'
    ]


def test_an_extra_that_is_there_is_not_imported() -> None:
    require_extra("notebooks", ("geoviews", "holoviews"), needed_by="a test")
    with pytest.raises(
        MissingPackageError, match=r"needs the extra 'x'; got without no_such_thing; hint: pip"
    ):
        require_extra("x", ("numpy", "no_such_thing"), needed_by="a test")
    assert issubclass(MissingPackageError, GeoalarmError)
    assert geoalarm.interactive.commune_map is commune_map
