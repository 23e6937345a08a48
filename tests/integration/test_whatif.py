"""What if: an accident chosen, written, read back, computed over the communes of both sides, and refused
where it must be.
"""

import copy
import json
import math

import numpy as np
import pyproj
import pytest
import yaml

from geoalarm import analysis
from geoalarm.analysis import Accident, scenario_from, scenario_text
from geoalarm.core.errors import Faults, InputError, RangeError
from geoalarm.core.result import SCREENING_NOTICE
from geoalarm.core.schema import FIELDS
from geoalarm.hazards.industrial.footprints import KINDS, release
from geoalarm.hazards.industrial.form_inputs import read_inputs
from geoalarm.hazards.industrial.forms import FORMS
from geoalarm.testing import ORIGIN

CHLORINE = {"substance": "chlorine", "rate": "5 kg/s", "wind_speed": "5 m/s", "stability": "D"}
BLEVE = {"mass": "20 t", "burst_pressure": "18 bar", "heat_of_combustion": "46.35 MJ/kg"}
TANK = {
    "phase": "boiling_liquid",
    "hole_diameter": "25 mm",
    "temperature": "20 degC",
    "inventory": "20 t",
    "stopped_after": "30 min",
}
EXAMPLE = {"toxic": CHLORINE, "bleve": BLEVE}


@pytest.fixture(scope="module")
def space(disk, tmp_path_factory):
    return analysis.open_workspace(
        analysis.read_scenario(disk / "scenario.yml"), cache=tmp_path_factory.mktemp("index")
    )


def place(x, y):
    """Degrees of a place of the made-up world, in metres from its south-west corner."""
    return pyproj.Transformer.from_crs(3035, 4326, always_xy=True).transform(ORIGIN[0] + x, ORIGIN[1] + y)


@pytest.fixture(scope="module")
def at():
    """On the border, between FR:00002 (400 people a km2) and BE:00002 (1000)."""
    return place(2000.0, 3000.0)


def toxic(at, **more):
    return Accident("toxic", *at, "works", **{"wind_from": 240.0, "inputs": CHLORINE, **more})


# ------------------------------------------------------------------------------------------------ the choice
# as a file


def scenario_of(*accidents):
    return {
        "name": "a",
        "communes": "c",
        "population": "p",
        "footprints": [{"accident": item} for item in accidents],
    }


FILED = {"kind": "toxic", "lon": 3.0, "lat": 50.6, "wind_from": 240, "inputs": CHLORINE}


def test_a_choice_is_written_and_read_back():
    whole = Accident(
        "toxic",
        3.0,
        50.6,
        "Loos",
        "windy",
        240.0,
        inputs={**CHLORINE, "vapour_fraction": 0.5},
        field=False,
        frequency="1e-5 /yr",
        rose={"D5": 0.7, "F2": (0.025,) * 12},
        time="day",
        shelter=0.9,
        indoor_time="20 min",
        ventilation="1 /h",
    )
    tank = Accident("jet_fire", 3.0, 50.6, tank={"substance": "propane", **TANK})
    scenario = scenario_from(scenario_of(FILED)).with_accidents(whole, tank)
    assert scenario_from(yaml.safe_load(scenario_text(scenario))) == scenario
    assert scenario_from(scenario_of(whole.as_dict())).accidents[0].key == whole.key


def test_layers_and_accidents_stand_side_by_side_in_a_file(disk, tmp_path):
    read = analysis.read_scenario(disk / "scenario.yml")
    both = read.with_accidents(Accident("bleve", 3.0, 50.6, inputs=BLEVE), layers=True)
    (tmp_path / "both.yml").write_text(scenario_text(both, folder=tmp_path), encoding="utf-8")
    again = analysis.read_scenario(tmp_path / "both.yml")
    assert (again.footprints, again.accidents) == (both.footprints, both.accidents)
    assert again.catalog.resolve() == read.catalog.resolve()


def test_a_file_of_thresholds_is_relative_to_the_scenario_and_its_place_stays_private(tmp_path):
    inputs = {**CHLORINE, "scheme": "FR"}
    facts = scenario_of({**FILED, "inputs": inputs, "thresholds": "fr.csv"})
    scenario = scenario_from(facts, folder=tmp_path)
    assert scenario.accidents[0].thresholds == tmp_path / "fr.csv"
    assert scenario.as_dict()["accidents"][0]["thresholds"] == "fr.csv"
    assert "thresholds: fr.csv" in scenario_text(scenario, folder=tmp_path)


def test_a_choice_without_accidents_leaves_the_manifest_as_it_was():
    assert "accidents" not in scenario_from({**scenario_of(), "footprints": [{"entry": "f"}]}).as_dict()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"knd": "toxic"}, ["field footprints.0.accident.knd: unknown field", "did you mean 'kind'?"]),
        ({"kind": "toxc"}, ["'toxc'", "did you mean 'toxic'?"]),
        ({"inputs": {**CHLORINE, "rte": "1 kg/s"}}, ["'rte'", "did you mean 'rate'?"]),
        ({"inputs": {**CHLORINE, "rate": 5}}, ["'rate'", "no unit"]),
        ({"inputs": {**CHLORINE, "rate": "5 kg"}}, ["'rate'", "wrong dimension"]),
        ({"inputs": {**CHLORINE, "stability": "G"}}, ["'stability'", "A, B, C, D, E, F"]),
        ({"wind_from": None}, ["'wind_from'", "none"]),
        ({"lon": "east"}, ["lon", "number"]),
        ({"tank": {"hole_diameter": "1 cm"}}, ["'rate' and 'tank'", "one of them"]),
        ({"time": "noon"}, ["time", "'day' or 'night'"]),
        ({"shelter": 2}, ["shelter", "less than or equal to 1"]),
        ({"rose": {"D5": 1.0}}, ["'frequency'"]),
        ({"rose": {"X5": 1.0}, "frequency": "1e-5 /yr"}, ["weather", "'X5'"]),
    ],
)
def test_a_wrong_accident_is_refused_by_the_name_of_its_field(change, words):
    with pytest.raises((InputError, Faults)) as caught:
        scenario_from(scenario_of({**copy.deepcopy(FILED), **change}))
    assert all(word in str(caught.value) or word in caught.value.sentence() for word in words), (
        caught.value.sentence()
    )


@pytest.mark.parametrize("item", [{}, {"entry": "f", "accident": FILED}, {"accident": FILED, "bounds": [1]}])
def test_an_item_is_a_layer_or_an_accident(item):
    with pytest.raises(InputError, match=r"footprints\.0"):
        scenario_from({**scenario_of(), "footprints": [item]})


# ------------------------------------------------------------------------------------------------ what a form
# asks


def test_a_form_knows_every_kind_and_its_examples_are_valid():
    told = analysis.choices()
    assert {kind["kind"] for kind in told["kinds"]} == set(KINDS) == set(FORMS)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    for kind in told["kinds"]:
        examples = {item["name"]: item["example"] for item in kind["inputs"] if item["example"]}
        made = release(
            kind["kind"],
            3.0,
            50.6,
            wind_from=0 if kind["is_directed"] else None,
            field=False,
            **read_inputs(kind["kind"], examples),
        )
        assert made.zones is not None
        assert all(item["name"] in examples for item in kind["inputs"] if item["required"])
        assert all(
            item["description"] and not item["description"].startswith("As :func:")
            for item in (*kind["inputs"], *kind["tank"])
        )


def test_substances_say_which_zones_they_have():
    known = {item["name"]: item for item in analysis.choices()["substances"]}
    assert known["chlorine"]["schemes"] == ["AEGL", "probit"]
    assert 60.0 in known["chlorine"]["exposure_min"]
    assert known["propane"]["schemes"] == []


def test_usual_weathers_say_whose_they_are():
    weathers = {item["label"]: item for item in analysis.choices()["weathers"]}
    assert weathers["D5"] | {"flags": []} == {
        "label": "D5",
        "stability": "D",
        "wind_speed": "5 m/s",
        "jurisdictions": ["FR", "BE", "NL"],
        "flags": [],
    }


# ------------------------------------------------------------------------------------------------ what it
# comes to


def test_an_accident_counts_people_by_zone_and_country(space, at):
    view = space.accident(Accident("bleve", *at, inputs=BLEVE))
    assert list(view.table.columns) == list(FIELDS)
    assert [item.label for item in view.people] == ["SEI", "SEL", "SELS"]
    sei, sel, sels = view.people
    assert sei.within == pytest.approx(sei.ring + sel.ring + sels.ring)
    assert sei.within == pytest.approx(view.table["population_exposed"].sum())
    assert set(sei.within_by_country) == {"FR", "BE"}
    assert sum(sei.within_by_country.values()) == pytest.approx(sei.within)
    assert min(sei.within_by_country.values()) > 0
    assert view.distances_m["SEI"] == pytest.approx(238, abs=2)
    assert sei.area_km2 == pytest.approx(math.pi * 0.238**2, rel=0.02)
    assert abs(view.table.attrs["ledger"]["residual_exposure"]) < 1e-6


def test_the_people_of_a_zone_on_the_border_are_half_of_each_side(space, at):
    """400 people a km2 west of the border, 1000 east of it."""
    view = space.accident(Accident("explosion", *at, inputs={"tnt_mass": "1 t"}))
    for item in view.people:
        assert item.within_by_country["FR"] == pytest.approx(item.area_km2 / 2 * 400, rel=2e-3)
        assert item.within_by_country["BE"] == pytest.approx(item.area_km2 / 2 * 1000, rel=2e-3)


def test_the_severity_is_made_of_everybody_within_each_ring(space, at):
    view = space.accident(Accident("bleve", *at, inputs=BLEVE))
    within = {item.label: item.within for item in view.people}
    told = view.severity.as_dict()
    assert told["people_within"] == {name.lower(): pytest.approx(within[name]) for name in within}
    assert told["jurisdiction"] == "FR"
    assert {"severity_of_residents", "site_boundary_unknown"} <= view.flags
    assert not told["is_lower_bound"]


def test_zones_that_are_not_french_rings_have_no_severity(space, at):
    view = space.accident(toxic(at))
    assert view.severity is None
    assert "not_the_french_rings" in view.flags


def test_french_rings_of_a_substance_come_from_a_file_and_are_graded(space, at, tmp_path):
    """The values are made up: the INERIS sheet of the substance is for the user to enter."""
    rows = [
        f"FR,chlorine,{name},60,{value},ppm,made up,test,D"
        for name, value in (("SEI", 5), ("SEL", 50), ("SELS", 80))
    ]
    table = ["jurisdiction,substance,effect,exposure_min,value,unit,label,source,verified", *rows]
    (tmp_path / "fr.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
    view = space.accident(toxic(at, inputs={**CHLORINE, "scheme": "FR"}, thresholds=tmp_path / "fr.csv"))
    assert [item.label for item in view.people] == ["SEI", "SEL", "SELS"]
    assert view.severity.rank >= 1
    assert "not_the_french_rings" not in view.flags


def test_shelter_never_touches_the_table(space, at):
    night, day = (space.accident(toxic(at, time=time)) for time in ("night", "day"))
    assert night.table.equals(day.table)
    for view, outdoors in ((night, 0.01), (day, 0.07)):
        assert view.people[0].outdoors == pytest.approx(outdoors * view.people[0].within)
        assert view.people[0].indoors + view.people[0].outdoors == pytest.approx(view.people[0].within)
    assert "day_population_not_modelled" in day.flags - night.flags
    inside = space.accident(toxic(at, shelter=0.8, indoor_time="30 min"))
    assert inside.shelter["outdoors"] == pytest.approx(0.2)
    assert inside.shelter["indoor_air"]["dose_ratio"] == pytest.approx(0.0045, abs=5e-5)


def test_a_tank_with_a_hole_stands_for_a_rate(space, at):
    given = {name: value for name, value in CHLORINE.items() if name != "rate"}
    view = space.accident(toxic(at, inputs=given, tank=TANK))
    flow, lasting = view.results[:2]
    assert (flow.model, lasting.model) == ("vessel_outflow", "release_duration")
    assert flow["mass_flow"] == pytest.approx(12.29, abs=0.01)
    used = view.results[2].inputs
    assert used["rate"].value == pytest.approx(flow["airborne_flow"])
    assert used["duration"].value == pytest.approx(lasting["duration"])
    assert used["vapour_fraction"].value == pytest.approx(0.5)
    jet = space.accident(Accident("jet_fire", *at, tank={"substance": "propane", **TANK}))
    assert [result.inputs["fuel"].value for result in jet.results if result.model == "jet_fire_distance"] == [
        "lpg"
    ] * 3


def test_two_weathers_are_two_choices_of_two_names(space, at):
    one = toxic(at)
    other = one.changed(inputs={"stability": "F", "wind_speed": "2 m/s"})
    assert one.scenario != other.scenario
    assert space.accident(other).distances_m["AEGL-3"] > space.accident(one).distances_m["AEGL-3"]
    assert space.accident(toxic(at)) is space.accident(one)


def test_individual_risk_stands_beside_the_rings(space, at):
    view = space.accident(toxic(at, frequency="1e-4 /yr", rose={"D5": 0.7, "F2": (0.3 / 12,) * 12}))
    assert view.risk.units == "yr-1"
    assert view.risk_table["intensity_class"].unique().tolist() == [
        "IR 1e-07 /yr",
        "IR 1e-06 /yr",
        "IR 1e-05 /yr",
    ]
    assert view.risk_table["scenario"].str.startswith("individual risk").all()
    assert np.nanmax(view.risk.data.to_numpy()) <= 1e-4


def test_everything_is_told_as_json(space, at):
    told = space.accident(toxic(at, indoor_time="30 min")).as_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["notice"] == SCREENING_NOTICE
    assert all(
        {"model", "source", "inputs", "valid_range", "warnings", "jurisdiction", "notice"} <= set(model)
        for model in told["models"]
    )


# ------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("inputs", "error", "words"),
    [
        ({"rate": "-5 kg/s"}, RangeError, "'rate'"),
        ({"wind_speed": "0 m/s"}, RangeError, "'wind_speed'"),
        ({"stability": "G"}, InputError, "'stability'"),
        ({"substance": "propane"}, InputError, "AEGL"),
        ({"substance": "chlorin"}, InputError, "chlorine"),
        ({"scheme": "FR"}, InputError, "INERIS"),
        ({"rate": None}, InputError, "rate"),
    ],
)
def test_inputs_that_cannot_be_are_refused_by_name(space, at, inputs, error, words):
    with pytest.raises(error, match=words):
        space.accident(toxic(at).changed(inputs=inputs))


def test_a_negative_mass_is_refused(space, at):
    with pytest.raises(RangeError, match="'mass'"):
        space.accident(Accident("bleve", *at, inputs={**BLEVE, "mass": "-1 t"}))


def test_a_place_far_from_every_commune_is_refused(space):
    with pytest.raises(InputError, match="no zone touches a mapped commune"):
        space.accident(Accident("bleve", -30.0, 45.0, inputs=BLEVE))
    with pytest.raises(InputError, match="lat of the site"):
        space.accident(Accident("bleve", 3.0, 95.0, inputs=BLEVE))


def test_a_zone_that_leaves_the_map_says_what_share_is_unknown(space):
    view = space.accident(Accident("bleve", *place(0.0, 0.0), inputs=BLEVE))
    assert [item.unknown_share for item in view.people] == pytest.approx([0.75] * 3, abs=1e-3)
    assert view.unknown_share == view.people[0].unknown_share
    assert "zone_leaves_mapped_area" in view.flags
    assert "severity_lower_bound" in view.flags
    assert view.severity.is_lower_bound


def test_a_zone_beyond_ten_kilometres_says_so(space, at):
    view = space.accident(
        toxic(at).changed(inputs={"rate": "50 kg/s", "stability": "F", "wind_speed": "3 m/s"})
    )
    assert "beyond_model_range" in view.flags
    assert max(item.distance_m for item in view.people) <= 10e3 or math.isinf(max(view.distances_m.values()))


def test_a_jet_of_a_substance_that_is_no_fuel_of_it_is_refused(space, at):
    with pytest.raises(InputError, match="jet fire"):
        space.accident(Accident("jet_fire", *at, tank={"substance": "chlorine", **TANK}))
    with pytest.raises(InputError, match="a tank for toxic, jet_fire"):
        space.accident(Accident("bleve", *at, inputs=BLEVE, tank=TANK))


# ------------------------------------------------------------------------------------------------ sites and
# runs


def test_sites_of_the_embedded_territory_lie_in_its_communes():
    from geoalarm.catalog import open_catalog

    space = analysis.open_workspace(catalog=open_catalog().path)
    sites = space.sites()
    assert {site.country for site in sites} == {"FR", "BE"}
    assert all(site.commune_id for site in sites if site.kind == "industrial")
    assert [site.name for site in sites] == sorted(
        site.name for site in sites if site.country == "BE"
    ) + sorted(site.name for site in sites if site.country == "FR")


def test_a_territory_without_sites_has_none(space):
    assert space.sites() == []


def test_a_run_holds_accidents_and_tells_their_models(space, at, tmp_path):
    from geoalarm.results import read, write

    choice = toxic(at, frequency="1e-4 /yr")
    scenario = space.scenario.with_accidents(choice, Accident("bleve", *at, inputs=BLEVE), layers=True)
    run = analysis.run(scenario)
    assert {choice.scenario, f"individual risk, {choice.scenario}", "bleve"} <= set(run.table["scenario"])
    assert [item["accident"]["kind"] for item in run.manifest["accidents"]] == ["toxic", "bleve"]
    assert run.manifest["notice"] == SCREENING_NOTICE
    assert {"model_cloud_distance", "model_bleve_distance"} <= {
        source["id"] for source in run.manifest["sources"]
    }
    write(run, tmp_path / "out")
    assert read(tmp_path / "out").manifest["accidents"] == run.manifest["accidents"]


def test_a_run_of_accidents_alone(space, at):
    run = analysis.run(space.scenario.with_accidents(Accident("bleve", *at, inputs=BLEVE)))
    assert run.table["scenario"].unique().tolist() == ["bleve"]
    assert run.union is None


def test_two_accidents_of_one_name_are_refused(space, at):
    choice = Accident("bleve", *at, inputs=BLEVE)
    with pytest.raises(InputError, match="two of the same name"):
        analysis.run(space.scenario.with_accidents(choice, choice.changed(inputs={"mass": "30 t"})))


def test_the_saved_file_runs_from_the_command_line(space, at, call, tmp_path):
    scenario = space.scenario.with_accidents(
        toxic(at), toxic(at, label="night wind").changed(inputs={"stability": "F", "wind_speed": "2 m/s"})
    )
    (tmp_path / "what_if.yml").write_text(scenario_text(scenario, folder=tmp_path), encoding="utf-8")
    done = call("run", "what_if.yml", "--out", "out", "--json")
    assert done.exit_code == 0, done.output
    told = call("run", "what_if.yml", "--out", "again").stdout
    assert SCREENING_NOTICE in told
    assert "accident toxic works, night wind: AEGL-1" in told
    assert len(json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["accidents"]) == 2


def test_the_explorer_asks_for_a_layer_beside_accidents(space, at, call, tmp_path):
    (tmp_path / "alone.yml").write_text(
        scenario_text(space.scenario.with_accidents(toxic(at)), folder=tmp_path), encoding="utf-8"
    )
    done = call("serve", "--scenario", "alone.yml", "--port", "0")
    assert done.exit_code == 2
    assert "accidents only" in done.stderr


@pytest.mark.slow
def test_two_weathers_saved_by_the_page_run_to_the_numbers_of_the_page(tmp_path):
    """The page's file, through the command line in a process of its own, over the embedded territory."""
    import subprocess
    import sys

    from geoalarm.app.session import shared
    from geoalarm.app.whatif.accident_files import scenario
    from geoalarm.app.whatif.whatif_state import WhatIfState
    from geoalarm.app.whatif.whatif_view import calculate
    from geoalarm.results import read

    world = shared(None)
    state = WhatIfState(
        (),
        lon="3.16428",
        lat="50.72469",
        inputs={"far": "inverse_square"},
        beside=True,
        second={"wind_from": "250"},
        frequency="1e-4 /yr",
        rose="half",
    )
    outcome = calculate(state, world)
    (tmp_path / "two weathers.yml").write_text(scenario(outcome, world), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "geoalarm.cli", "run", "two weathers.yml", "--out", "out"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    run = read(tmp_path / "out")
    assert len({view.choice.scenario for view in outcome.both}) == 2
    for view, shown in zip(outcome.both, (outcome.view.first, outcome.view.second), strict=True):
        rows = run.table[run.table["scenario"] == view.choice.scenario]
        for zone in view.people:
            assert rows.loc[
                rows["intensity_class"] == zone.label, "population_exposed"
            ].sum() == pytest.approx(zone.ring)
        by_commune = rows.groupby("commune_id")["population_exposed"].sum(min_count=1)
        there = shown.set_index("commune_id")["population_exposed"].loc[lambda people: people > 0]
        assert len(there) > 2
        assert by_commune[there.index].to_numpy() == pytest.approx(there.to_numpy())
        assert set(by_commune[by_commune > 0].index) == set(there.index)
        risk = run.table[run.table["scenario"] == f"individual risk, {view.choice.scenario}"]
        assert risk["population_exposed"].sum() == pytest.approx(view.risk_people[0].within)


def test_nobody_is_at_a_risk_that_ends_inside_its_raster(space, at):
    view = space.accident(toxic(at, frequency="1e-4 /yr", rose={"D5": 0.7, "F2": 0.3}))
    levels = [item.level for item in view.risk_people]
    assert levels == [1e-7, 1e-6, 1e-5]
    for low, high in zip(view.risk_people, view.risk_people[1:], strict=False):
        assert low.within >= high.within
        assert sum(low.within_by_country.values()) == pytest.approx(low.within)
    rows = view.risk_table.groupby("intensity_class")["population_exposed"].sum()
    assert view.risk_people[0].within == pytest.approx(rows.sum())
    never = space.accident(toxic(at, frequency="1e-12 /yr")).risk_people
    assert [item.within for item in never] == [0.0] * 3
    assert all(people == 0 for item in never for people in item.within_by_country.values())


def test_a_thresholds_file_says_what_it_holds(tmp_path):
    from geoalarm.analysis.accident.accident_choices import read_thresholds

    head = "jurisdiction,substance,effect,exposure_min,value,unit,label,source,verified\n"
    rows = (
        "FR,chlorine,SEI,60,5,ppm,,test,D\nFR,chlorine,SEI,30,9,ppm,,test,D\n"
        "FR,ammonia,SEL,60,5,ppm,,test,D\n"
    )
    (tmp_path / "t.csv").write_text(head + rows, encoding="utf-8")
    assert read_thresholds(tmp_path / "t.csv") == {"chlorine": ("SEI",), "ammonia": ("SEL",)}
    (tmp_path / "bad.csv").write_text(head + "FR,unobtainium,SEI,60,5,ppm,,test,D\n", encoding="utf-8")
    with pytest.raises(Faults):
        read_thresholds(tmp_path / "bad.csv")
