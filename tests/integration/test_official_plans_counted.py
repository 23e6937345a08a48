"""Official plans through ``expose``, a catalog and a run: three communes of 4 km2 with 400 people each, so
that each km2 of a zone holds 100; the plans cover the first two.
"""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from geoalarm.analysis import UserFiles, expose_files, open_workspace, run
from geoalarm.analysis.layer_option import options_of
from geoalarm.analysis.scenario import FootprintChoice, Scenario
from geoalarm.catalog import check_catalog, open_catalog
from geoalarm.core.errors import CatalogError, Faults, InputError
from geoalarm.core.terms import Basis

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "official_plan_kit.py")))
LEFT, MIDDLE, RIGHT = "FR:38001", "FR:38002", "FR:38003"
CLOSE = 2e-3  # areas in the plane of the zones against true ones


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Communes and plans: with and without the table of several hazards, annulled, a flood map."""
    made = tmp_path_factory.mktemp("plans")
    kit.communes(made)
    kit.covadis(made / "plan.zip")
    kit.covadis(made / "untold.zip", parts=None)
    kit.covadis(made / "annulled.zip", document={"etat": "Annulé", "dateappro": pd.Timestamp("2021-03-04")})
    kit.tri(made / "tri.gpkg")
    return made


def expose(folder: Path, footprint: str, **more: Any):
    communes = str(folder / "communes.gpkg")
    own = UserFiles(
        communes=communes,
        id_column="code",
        country="FR",
        population=communes,
        population_column="people",
        footprint=str(folder / footprint),
        **more,
    )
    return expose_files(own, cache=folder / "index")


def people(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """People by commune and class; NaN where nothing is known."""
    wide = table.pivot(index="commune_id", columns="intensity_class", values="population_exposed")
    return {str(key): row.to_dict() for key, row in wide.iterrows()}


def test_one_option_counts_a_plan_and_where_nobody_looked_is_not_studied(folder: Path) -> None:
    done = expose(folder, "plan.zip", hazard="landslide")
    counted = people(done.table)
    assert counted[LEFT] == pytest.approx({"02_medium": 0, "04_high": 100}, rel=CLOSE)
    assert counted[MIDDLE] == pytest.approx({"02_medium": 0, "04_high": 100}, rel=CLOSE), (
        "rockfall is the worse"
    )
    beyond = done.table[done.table["commune_id"] == RIGHT]
    assert beyond["population_exposed"].isna().all()
    assert set(beyond["state"]) <= {"not_studied", "outside_coverage"}
    assert set(done.table["hazard"]) == {"landslide"}
    assert set(done.table["basis"]) == {"statutory"}
    assert done.manifest["footprints"][0]["ledger"]["unknown"] == pytest.approx(400, rel=CLOSE)


def test_level_nil_inside_the_perimeter_is_zero_and_not_unknown(folder: Path) -> None:
    counted = expose(folder, "plan.zip:112").table.set_index("commune_id")
    assert counted.loc[LEFT, "population_exposed"] == pytest.approx(100, rel=CLOSE)
    assert (counted.loc[MIDDLE, "population_exposed"], counted.loc[MIDDLE, "state"]) == (0, "zero")


def test_what_is_not_told_is_unknown_in_each_hazard_and_says_so(folder: Path) -> None:
    done = expose(folder, "untold.zip", hazard="landslide")
    assert people(done.table)[LEFT]["04_high"] == pytest.approx(100, rel=CLOSE)
    assert people(done.table)[MIDDLE]["04_high"] == 0
    ledger = done.manifest["footprints"][0]["ledger"]
    assert ledger["unknown"] == pytest.approx(100 + 400, rel=CLOSE), "the zone, and the commune beyond"
    assert done.table["caveats"].str.contains("several_hazards_not_told").all()
    together = people(expose(folder, "untold.zip", hazard="any_hazard").table)
    assert together[LEFT] == pytest.approx({"01_low": 100, "04_high": 100}, rel=CLOSE)
    assert together[MIDDLE]["04_high"] == pytest.approx(100, rel=CLOSE)


def test_a_plan_that_is_annulled_is_never_statutory_and_every_row_says_so(folder: Path) -> None:
    done = expose(folder, "annulled.zip", hazard="landslide")
    assert set(done.table["basis"]) == {"modelled"}
    assert done.table["caveats"].str.contains("plan_no_longer_in_force").all()
    (plan,) = done.manifest["official_plans"]
    assert plan["is_in_force"] is False
    assert plan["states"][0]["state"] == "ANNULE"
    assert any("no longer in force" in line for line in done.manifest["warnings"])
    assert set(expose(folder, "annulled.zip", hazard="landslide", basis=Basis.STATUTORY).table["basis"]) == {
        "statutory"
    }


def test_the_states_count_stands_beside_the_result(folder: Path) -> None:
    done = expose(folder, "tri.gpkg:Moy")
    (plan,) = done.manifest["official_plans"]
    assert (plan["counts"][0]["residents"], plan["people_exposed"]) == (210, pytest.approx(200, rel=CLOSE))
    assert people(done.table)[LEFT] == pytest.approx(
        {"depth_not_told": 50, "[0, 0.5)": 50, "[1, 2)": 50, "[2, ∞)": 50}, rel=CLOSE
    )
    assert done.table["caveats"].str.contains("official_count_beside").all()
    assert set(done.table["return_period_yr"]) == {100.0}
    assert set(done.table["scenario"]) == {"Moy"}


def test_the_command_line_says_what_was_counted_and_what_the_state_counts(call, folder: Path) -> None:
    files = ["--communes", folder / "communes.gpkg", "--id", "code", "--country", "FR"]
    files += ["--population", folder / "communes.gpkg", "--population-column", "people"]
    done = call("expose", *files, "--footprint", f"{folder / 'tri.gpkg'}:Moy", "--out", "out.csv")
    assert done.exit_code == 0, done.stderr
    assert "the state counts 210 residents (Moy, FRX_TRI_TEST); counted here: 200 in its zones" in done.stdout
    refused = call("expose", *files, "--footprint", folder / "plan.zip", "--out", "other.csv")
    assert refused.exit_code == 2
    assert "124 landslide (3 zones)" in refused.stderr
    assert "--hazard landslide, or plan.zip:124" in refused.stderr
    rules = call(
        "expose", *files, "--footprint", f"{folder / 'plan.zip'}:N_ZONE_REG_PPRN_20990001_S_038",
        "--class-column", "codezone", "--out", "other.csv",
    )  # fmt: skip
    assert rules.exit_code == 2
    assert "regulation zones, not hazard zones" in rules.stderr


def test_what_a_user_says_of_a_file_goes_before_its_standard(folder: Path) -> None:
    shapefile = "plan_shp/N_ZONE_ALEA_PPRN_20990001_S_038.shp"
    own = expose(folder, shapefile, class_column="descript", hazard="slope")
    assert set(own.table["intensity_class"]) == {"P1"}
    assert set(expose(folder, shapefile, profile="none").table["intensity_class"]) == {"affected"}
    assert "official_plans" not in own.manifest


def test_an_option_that_would_have_no_effect_is_refused(folder: Path) -> None:
    for given in ({"class_order": ("a", "b")}, {"units": "m"}):
        with pytest.raises(InputError, match="names and orders its classes"):
            expose(folder, "plan.zip:124", **given)


def test_an_area_of_ones_own_does_not_make_known_what_the_plan_does_not_tell(folder: Path) -> None:
    area = {"whole": [{"geometry": kit.square(0, 0, 6, 2)}]}
    studied = str(kit.geopackage(folder / "studied.gpkg", area))
    ledger = expose(folder, "untold.zip", hazard="landslide", studied=studied).manifest["footprints"][0][
        "ledger"
    ]
    assert ledger["unknown"] == pytest.approx(100, rel=CLOSE)


# -------------------------------------------------------------------------------------------------- catalog


def entry(path: str, hazard: str, **args: Any) -> dict[str, Any]:
    facts = {
        "title": f"Plan, {hazard}", "role": "hazard", "hazard": hazard, "kind": "polygons",
        "crs": "EPSG:2154",
        "basis": "statutory", "licence": "Licence Ouverte 2.0", "attribution": "the state", "vintage": "2021",
        "countries": ["FR"], "url": "https://example.org/", "verified": True,
    }  # fmt: skip
    return {
        "driver": "geo_vector",
        "args": {"urlpath": f"{{{{ CATALOG_DIR }}}}/{path}", **args},
        "metadata": facts,
    }


def catalog_of(folder: Path, name: str, **hazards: dict[str, Any]) -> Path:
    base = entry("communes.gpkg", "")["metadata"]
    plain = {key: value for key, value in base.items() if key != "hazard"}
    sources = {
        "user_communes": {
            "driver": "geo_vector", "args": {"urlpath": "{{ CATALOG_DIR }}/communes.gpkg"},
            "metadata": {**plain, "role": "communes", "id_column": "code"},
        },
        "user_people": {
            "driver": "geo_vector", "args": {"urlpath": "{{ CATALOG_DIR }}/communes.gpkg"},
            "metadata": {
                **plain, "role": "population", "kind": "counts", "units": "1", "population_column": "people",
            },
        },
        **hazards,
    }  # fmt: skip
    path = folder / f"{name}.yml"
    path.write_text(json.dumps({"version": 1, "sources": sources}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def ran(folder: Path):
    """A run of three layers of two plans; landslide and flood of one whose several hazards are not told."""
    path = catalog_of(
        folder,
        "plans",
        user_slides=entry("untold.zip", "landslide", profile="covadis_ppr"),
        user_floods=entry("untold.zip", "flood", profile="covadis_ppr"),
        user_tri={
            **entry("tri.gpkg", "flood", profile="cnig_di", part="{{ scenario }}"),
            "parameters": {
                "scenario": {
                    "description": "event",
                    "type": "str",
                    "default": "Moy",
                    "allowed": ["Moy", "For"],
                }
            },
        },
    )
    choices = tuple(FootprintChoice(name) for name in ("user_slides", "user_floods", "user_tri"))
    scenario = Scenario(
        name="plans", title="Plans", catalog=path, communes=("user_communes",), populations=("user_people",),
        footprints=choices,
    )  # fmt: skip
    return run(workspace=open_workspace(scenario, cache=folder / "index"))


def test_one_entry_is_enough_and_the_union_holds_what_no_hazard_does(ran) -> None:
    slides = ran.table[ran.table["hazard"] == "landslide"]
    assert people(slides)[LEFT]["04_high"] == pytest.approx(100, rel=CLOSE)
    assert people(slides)[MIDDLE]["04_high"] == 0
    assert list(people(slides)[LEFT])[-1] == "99_other", "every class of the standard, for the pages"
    union = ran.union.set_index("commune_id")
    assert union.loc[MIDDLE, "population_exposed_low"] == pytest.approx(100, rel=CLOSE)
    assert union.loc[RIGHT, "state"] == "not_studied"
    assert "several_hazards_not_told" in union.loc[MIDDLE, "caveats"]


def test_a_page_knows_event_and_classes_before_the_file_is_opened(folder: Path) -> None:
    path = catalog_of(folder, "option", user_tri=entry("tri.gpkg", "flood", profile="cnig_di", part="Moy"))
    (option,) = options_of(open_catalog(path), FootprintChoice("user_tri"))
    assert (option.scenario, option.return_period_yr) == ("Moy", 100.0)
    assert option.class_labels == ("[0, 0.5)", "[0.5, 1)", "[1, 2)", "[2, ∞)")


def test_a_run_tells_what_its_plans_say_of_themselves(ran) -> None:
    plans = {plan["source_id"]: plan for plan in ran.manifest["official_plans"]}
    assert set(plans) == {"user_slides", "user_floods", "user_tri(scenario=Moy)", "user_tri(scenario=For)"}
    assert plans["user_tri(scenario=Moy)"]["counts"][0]["residents"] == 210
    assert plans["user_slides"]["classes"][0]["native"] == ["F"]
    assert any("not told which" in line for line in ran.manifest["warnings"])
    json.dumps(ran.manifest)
    units = {one["scenario"]: one["units"] for one in ran.manifest["footprints"]}
    assert (units["Moy"], units[""]) == ("m", "1")
    periods = set(ran.table.loc[ran.table["scenario"] == "For", "return_period_yr"])
    assert periods == {10.0}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"profile": "covadis"}, "profile"),
        ({"profile": "covadis_ppr", "member": "*.shp"}, "leave member out"),
        ({"part": "124"}, "state args.profile"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_before_it_is_opened(folder: Path, changes, words: str) -> None:
    path = catalog_of(folder, "wrong", user_plan=entry("plan.zip", "landslide", **changes))
    with pytest.raises((Faults, CatalogError)) as error:
        open_catalog(path)
    assert words in error.value.sentence()


def test_an_entry_names_its_classes_by_profile_alone(folder: Path) -> None:
    wrong = entry("plan.zip", "landslide", profile="covadis_ppr")
    wrong["metadata"]["class_column"] = "nivalea"
    with pytest.raises(Faults, match="fault"):
        open_catalog(catalog_of(folder, "wrong", user_plan=wrong))


def test_regulation_zones_are_no_hazard_in_a_catalog_either(folder: Path) -> None:
    rules = entry("plan.zip", "landslide", member="N_ZONE_REG*.shp")
    catalog = open_catalog(catalog_of(folder, "rules", user_rules=rules))
    with pytest.raises(InputError, match="regulation zones"):
        catalog.layer("user_rules")
    with pytest.raises(Faults):
        check_catalog(catalog)


def test_a_walloon_map_says_nothing_of_flanders(tmp_path: Path) -> None:
    kit.communes(tmp_path, ids=("57081", "71022", "92094"))
    zones = [{"CLASSEMENT": 130, "geometry": kit.square(0, 0)}]
    kit.geopackage(tmp_path / "alea.gpkg", {"ALEA_INOND": zones})
    communes = str(tmp_path / "communes.gpkg")
    own = UserFiles(
        communes=communes, id_column="code", country="BE", population=communes, population_column="people",
        footprint=str(tmp_path / "alea.gpkg"),
    )  # fmt: skip
    table = expose_files(own, cache=tmp_path / "index").table.set_index("commune_id")
    high = table[table["intensity_class"] == "high"]
    assert high.loc["BE:57081", "population_exposed"] == pytest.approx(100, rel=CLOSE)
    assert high.loc["BE:92094", "state"] == "zero"
    assert high.loc["BE:71022", "state"] == "not_studied"
