"""Official plans in their true formats, made small: 100 people live on each km2, so areas are answers by
hand.
"""

from __future__ import annotations

import runpy
import zipfile
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from geoalarm.catalog.official_plans import gaspar_codes as gaspar
from geoalarm.catalog.official_plans import read_plan, refuse_regulation, standard_classes
from geoalarm.catalog.official_plans.flood_directive import depth_interval
from geoalarm.catalog.official_plans.plan_columns import as_text, column_of, years
from geoalarm.catalog.official_plans.plan_tables import PACKAGE, profile_of
from geoalarm.core.errors import InputError
from geoalarm.core.reference_rows import VERIFIED, rows
from geoalarm.core.terms import PLAN_PROFILES

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[2] / "official_plan_kit.py")))
square = kit.square


def km2(data: gpd.GeoDataFrame | None) -> float:
    return 0.0 if data is None else shapely.area(shapely.union_all(data.geometry.to_numpy())) / 1e6


def by_class(found) -> dict[str, float]:
    """Area of each class, overlaps counted in each [km2]."""
    data = found.data
    return {label: round(km2(data[data["hazard_class"] == label]), 6) for label in found.class_order}


def told(error: pytest.ExceptionInfo[InputError]) -> str:
    return error.value.sentence()


@pytest.fixture(scope="module")
def covadis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kit.covadis(tmp_path_factory.mktemp("covadis") / "38DDT20990001.zip")


@pytest.fixture(scope="module")
def tri(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kit.tri(tmp_path_factory.mktemp("tri") / "tri_test.gpkg")


# ---------------------------------------------------------------------------------------------- COVADIS plans


def test_hazard_class_and_order_come_from_code_and_level_and_the_native_label_is_kept(covadis: Path) -> None:
    found = read_plan(covadis, hazard="landslide")
    assert (found.hazard, found.plan.standard, found.plan.counted) == (
        "landslide",
        "covadis_ppr",
        ("123", "124"),
    )
    assert by_class(found) == {"02_medium": 1.0, "04_high": 2.0}
    assert [(one.label, one.level, one.native) for one in found.plan.classes] == [
        ("02_medium", "02", ("M",)),
        ("04_high", "04", ("F",)),
    ]
    assert found.plan.procedures == ("38DDT20990001",)
    assert found.plan.vintage == "2020-02-01"
    assert found.areas == ("FR",)
    assert pd.isna(found.return_period_yr)


def test_a_layer_in_a_folder_of_its_own_and_names_in_small_letters_are_found(
    tmp_path: Path, covadis: Path
) -> None:
    other = kit.covadis(tmp_path / "38DDT20990001.zip", folders=True, upper=False)
    assert by_class(read_plan(other, hazard="landslide")) == by_class(read_plan(covadis, hazard="landslide"))


@pytest.mark.parametrize("word", ["1240000", "124", "N_ZONE_ALEA_PPRN_20990001_S_038,124"])
def test_a_code_is_chosen_as_the_file_or_the_nomenclature_writes_it(covadis: Path, word: str) -> None:
    found = read_plan(covadis, part=word)
    assert found.plan.counted == ("124",)
    assert by_class(found) == {"02_medium": 1.0, "04_high": 1.0}


def test_a_group_of_codes_is_chosen_by_its_first_digits(covadis: Path) -> None:
    assert read_plan(covadis, part="12").plan.counted == ("123", "124")


def test_zones_of_several_hazards_are_each_hazards_and_stay_as_drawn_under_their_own_code(
    covadis: Path,
) -> None:
    assert by_class(read_plan(covadis, part="123")) == {"04_high": 1.0}
    assert by_class(read_plan(covadis, part="9999999")) == {"04_high": 1.0}
    assert read_plan(covadis, part="123").plan.unattributed is None


def test_without_the_table_several_hazards_are_in_no_hazard_and_not_known_to_be_free_of_it(
    tmp_path: Path,
) -> None:
    path = kit.covadis(tmp_path / "plan.zip", parts=None)
    found = read_plan(path, hazard="landslide")
    assert by_class(found) == {"04_high": 1.0}
    assert km2(found.plan.unattributed) == 1.0
    assert km2(found.plan.studied) == 8.0 - 1.0
    assert found.plan.caveats == ("several_hazards_not_told",)
    assert any("1 zone of several hazards, not told which (1.00 km2)" in note for note in found.plan.notes)
    assert by_class(read_plan(path, hazard="any_hazard")) == {"01_low": 1.0, "04_high": 2.0}


def test_a_row_of_the_table_that_is_missing_leaves_its_zone_untold(tmp_path: Path) -> None:
    zones = [*kit.COVADIS_ZONES, kit.alea(5, "9999999", "01", square(3, 0))]
    found = read_plan(kit.covadis(tmp_path / "plan.zip", zones=zones), hazard="landslide")
    assert by_class(found) == {"02_medium": 1.0, "04_high": 2.0}
    assert km2(found.plan.unattributed) == 1.0


def test_a_zone_of_several_with_a_code_of_its_own_keeps_it_and_the_others_are_not_told(
    tmp_path: Path,
) -> None:
    zones = [
        kit.alea(1, "1240000", "04", square(0, 0), multi_alea="oui"),
        kit.alea(2, "1120000", "01", square(2, 0)),
    ]
    path = kit.covadis(tmp_path / "plan.zip", zones=zones, parts=None)
    assert by_class(read_plan(path, hazard="landslide")) == {"04_high": 1.0}
    assert km2(read_plan(path, hazard="landslide").plan.studied) == 8.0, "its landslide is told"
    assert km2(read_plan(path, hazard="flood").plan.studied) == 7.0, "whether it floods is not"


def test_level_nil_is_studied_and_no_hazard(covadis: Path) -> None:
    found = read_plan(covadis, part="124")
    assert km2(found.data) == 2.0
    assert km2(found.plan.studied) == 8.0


def test_a_plan_that_found_nothing_says_so(tmp_path: Path) -> None:
    path = kit.covadis(tmp_path / "plan.zip", zones=[kit.alea(1, "1240000", "00", square(0, 0))])
    with pytest.raises(InputError, match="all of level nil"):
        read_plan(path)


def test_without_a_perimeter_only_what_its_zones_cover_is_studied(tmp_path: Path) -> None:
    path = kit.shapefiles(tmp_path / "plan.zip", {"N_ZONE_ALEA_PPRN_20990001_S_038": kit.COVADIS_ZONES[:2]})
    found = read_plan(path, hazard="landslide")
    assert km2(found.plan.studied) == 2.0
    assert any("no perimeter" in note for note in found.plan.notes)


def test_several_hazards_without_a_choice_are_listed_with_the_option(covadis: Path) -> None:
    with pytest.raises(InputError) as error:
        read_plan(covadis)
    sentence = told(error)
    for part in (
        "flood: 112 slow flood of a river (1 zone)",
        "123 rockfall (1 zone), 124 landslide (3 zones)",
        "--hazard landslide, or 38DDT20990001.zip:124",
    ):
        assert part in sentence


def test_one_hazard_needs_no_choice(tmp_path: Path) -> None:
    path = kit.covadis(tmp_path / "plan.zip", zones=kit.COVADIS_ZONES[:1], parts=None)
    assert read_plan(path).hazard == "landslide"


@pytest.mark.parametrize(
    ("hazard", "part", "words"),
    [
        ("avalanche", None, "holds no 'avalanche'"),
        (None, "14", "holds no '14'"),
        ("flood", "124", "landslide"),
    ],
)
def test_what_is_not_in_the_file_is_refused_with_what_is(covadis: Path, hazard, part, words: str) -> None:
    with pytest.raises(InputError) as error:
        read_plan(covadis, hazard=hazard, part=part)
    assert words in told(error)
    assert "landslide" in told(error)


def test_regulation_zones_are_no_hazard_however_they_are_named(covadis: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="regulation zones, not hazard zones"):
        read_plan(covadis, part="N_ZONE_REG_PPRN_20990001_S_038")
    rows_of = {"N_ZONE_REG_PPRN_20990001_S_038": [{"id_zone": 1, "geometry": square(0, 0)}]}
    alone = kit.shapefiles(tmp_path / "reg.zip", rows_of)
    for path in (alone, tmp_path / "reg_shp" / "N_ZONE_REG_PPRN_20990001_S_038.shp"):
        with pytest.raises(InputError, match="regulation zones, not hazard zones"):
            read_plan(path)
        with pytest.raises(InputError, match="regulation zones, not hazard zones"):
            refuse_regulation(path)
    refuse_regulation(covadis, "N_ZONE_ALEA_PPRN_20990001_S_038")


def test_unknown_codes_and_levels_are_kept_and_named(tmp_path: Path) -> None:
    zones = [
        kit.alea(1, "INO", "04", square(0, 0), nomrisque="Inondation locale"),
        kit.alea(2, "1240000", "17", square(2, 0)),
        kit.alea(3, "1240000", "04", square(2, 0)),
        kit.alea(4, "1240000", None, square(3, 0), nivalea=None),
    ]
    path = kit.covadis(tmp_path / "plan.zip", zones=zones, parts=None)
    found = read_plan(path, hazard="landslide")
    assert found.class_order == ("unclassified", "17", "04_high")
    notes = " ".join(found.plan.notes)
    assert "code INO (1 zone) is not in the nomenclature" in notes
    assert "class '17' (1 zone)" in notes
    assert [one.name for one in found.plan.hazards if not one.known] == ["Inondation locale"]
    other = read_plan(path, part="ino")
    assert (other.hazard, by_class(other)) == ("unknown_INO", {"04_high": 1.0})


def test_levels_that_stand_in_the_producers_words_only_are_read_by_them(tmp_path: Path) -> None:
    words = ["Fai", "M", "F+", "TF", "très fort", "nul"]
    zones = [
        {**kit.alea(n, "1240000", "", square(n / 2, 0, 0.5)), "nivalea": word} for n, word in enumerate(words)
    ]
    for zone in zones:
        del zone["nivalea_st"]
    found = read_plan(kit.covadis(tmp_path / "plan.zip", zones=zones, parts=None))
    assert found.class_order == ("01_low", "02_medium", "05_high_plus", "06_very_high")
    assert found.plan.classes[-1].native == ("TF", "très fort")


def test_columns_misspelt_by_producers_are_read_and_told(tmp_path: Path) -> None:
    renamed = {"nivalea_st": "NIV_ALEAST", "coderisque": "CODE_RISQU", "multi_alea": "MULTIALEAS"}
    zones = [{renamed.get(key, key): value for key, value in zone.items()} for zone in kit.COVADIS_ZONES]
    found = read_plan(kit.covadis(tmp_path / "plan.zip", zones=zones), hazard="landslide")
    assert by_class(found) == {"02_medium": 1.0, "04_high": 2.0}
    assert "column 'CODE_RISQU' is read as 'typealea'" in " ".join(found.plan.notes)


@pytest.mark.parametrize(
    ("text", "state", "force"),
    [
        ("02", "APPROUVE", "in_force"),
        ("Approuvé", "APPROUVE", "in_force"),
        ("4", "ANTICIPE", "in_force"),
        ("01", "PRESCRIT", "not_yet"),
        ("deb_mtg", "DEB_MTG", "not_yet"),
        ("Porté à connaissance", "PAC", "not_yet"),
        ("03", "ABROGE", "ended"),
        ("Annulé", "ANNULE", "ended"),
        ("quelque chose", "quelque chose", "not_told"),
    ],
)
def test_a_state_is_read_in_code_or_word(text: str, state: str, force: str) -> None:
    found = gaspar.state_of(text)
    assert (found.state, found.force) == (state, force)


@pytest.mark.parametrize(
    ("etat", "caveat"), [("02", ()), ("01", ("plan_not_approved",)), ("Annulé", ("plan_no_longer_in_force",))]
)
def test_the_state_of_a_plan_goes_with_every_figure(tmp_path: Path, etat: str, caveat) -> None:
    path = kit.covadis(
        tmp_path / "plan.zip", document={"etat": etat, "dateappro": pd.Timestamp("2021-03-04")}
    )
    plan = read_plan(path, hazard="landslide").plan
    assert (plan.caveats, plan.is_in_force, plan.title) == (caveat, not caveat, "Plan of the test")
    assert any("since 2021-03-04" in note for note in plan.notes)


def test_a_number_that_agrees_with_no_table_keeps_its_state(tmp_path: Path) -> None:
    document = {"id_gaspar": "38DDT20110007", "etat": "03"}
    plan = read_plan(kit.covadis(tmp_path / "plan.zip", document=document), hazard="landslide").plan
    assert plan.caveats == ("plan_no_longer_in_force",)


def test_a_perimeter_whose_validity_ended_is_no_longer_in_force(tmp_path: Path) -> None:
    ended = {**kit.PERIMETER, "datefinval": pd.Timestamp("2023-01-01"), "geometry": square(0, 0, 4, 2)}
    tables = {"N_ZONE_ALEA_PPRN_S_038": kit.COVADIS_ZONES[:1], "N_PERIMETRE_PPRN_S_038": [ended]}
    plan = read_plan(kit.shapefiles(tmp_path / "plan.zip", tables)).plan
    assert plan.caveats == ("plan_no_longer_in_force",)


def test_text_that_is_not_what_the_file_says_it_is_does_not_stop_it(tmp_path: Path) -> None:
    zones = [{**kit.COVADIS_ZONES[0], "descript": "créneau élevé"}]
    path = kit.covadis(tmp_path / "plan.zip", zones=zones, parts=None)
    folder = tmp_path / "plan_shp"
    dbf = folder / "N_ZONE_ALEA_PPRN_20990001_S_038.dbf"
    dbf.write_bytes(
        dbf.read_bytes().replace("créneau élevé".encode(), "créneau élevé".encode("cp1252") + b"   ")
    )
    assert folder.joinpath("N_ZONE_ALEA_PPRN_20990001_S_038.cpg").read_text() == "UTF-8"
    with zipfile.ZipFile(path, "w") as archive:
        for one in folder.iterdir():
            archive.write(one, one.name)
    assert by_class(read_plan(path)) == {"04_high": 1.0}


def test_heights_are_left_out_and_lines_are_told(tmp_path: Path) -> None:
    zones = [kit.alea(1, "1240000", "04", shapely.force_3d(square(0, 0), 5.0))]
    tables = {
        "N_ZONE_ALEA_PPRN_20990001_S_038": zones,
        "N_ZONE_ALEA_PPRN_20990001_L_038": [kit.alea(2, "1240000", "06", kit.line(0, 0))],
    }
    found = read_plan(kit.shapefiles(tmp_path / "plan.zip", tables))
    assert by_class(found) == {"04_high": 1.0}
    assert not found.data.geometry.has_z.any()
    assert "lines and points have no area: 1 of them not counted" in " ".join(found.plan.notes)


def test_shapefiles_side_by_side_are_one_plan_and_those_of_another_are_not(tmp_path: Path) -> None:
    kit.covadis(tmp_path / "plan.zip")
    folder = tmp_path / "plan_shp"
    zone = {key: kit.dated(value) for key, value in kit.alea(1, "1240000", "06", square(4, 0)).items()}
    other = kit.table([zone])
    pyogrio.write_dataframe(other, folder / "N_ZONE_ALEA_PPRN_20110009_S_038.shp")
    found = read_plan(folder / "N_ZONE_ALEA_PPRN_20990001_S_038.shp", hazard="landslide")
    assert by_class(found) == {"02_medium": 1.0, "04_high": 2.0}
    assert km2(found.plan.studied) == 8.0


def test_tables_in_two_systems_lie_in_one_place(tmp_path: Path) -> None:
    path = kit.covadis(tmp_path / "plan.zip")
    shape = tmp_path / "plan_shp" / "N_PERIMETRE_PPRN_20990001_S_038.shp"
    pyogrio.write_dataframe(
        gpd.read_file(shape).to_crs(4326), shape, driver="ESRI Shapefile", encoding="UTF-8"
    )
    with zipfile.ZipFile(path, "w") as archive:
        for one in shape.parent.iterdir():
            archive.write(one, one.name)
    found = read_plan(path, hazard="landslide")
    assert found.data.crs.to_epsg() == 2154
    assert km2(found.plan.studied) == pytest.approx(8.0, rel=1e-5)


def test_two_plans_in_one_archive_join_their_own_tables(tmp_path: Path) -> None:
    tables = {}
    for n, (plan, code) in enumerate([("20990001", "1240000"), ("20990002", "1120000")]):
        tables[f"N_ZONE_ALEA_PPRN_{plan}_S_038"] = [kit.alea(1, "9999999", "04", square(2 * n, 0))]
        tables[f"N_MULTIALEA_PPRN_{plan}_038"] = [{"id_zone": 1, "coderisque": code, "nivalea_st": "02"}]
    path = kit.shapefiles(tmp_path / "department.zip", tables)
    found = read_plan(path, hazard="landslide")
    assert found.data.total_bounds[0] == kit.WEST
    assert by_class(found) == {"02_medium": 1.0}


def test_a_whole_departments_tables_speak_of_the_plan_whose_zones_they_are(tmp_path: Path) -> None:
    def row(plan: str, **more):
        return {"id_gaspar": f"38DDT{plan}", **more}

    zones = [kit.alea(1, "1240000", "04", square(0, 0)), kit.alea(2, "1240000", "02", square(2, 0))]
    zones[1]["id_gaspar"] = "38DDT20990002"
    tables = {
        "N_ZONE_ALEA_PPRN_S_038": zones,
        "N_PERIMETRE_PPRN_S_038": [
            row("20990001", geometry=square(0, 0, 2, 2)),
            row("20990002", geometry=square(2, 0, 2, 2)),
            row("20990003", geometry=square(4, 0, 2, 2)),
        ],
        "N_DOCUMENT_PPRN_S_038": [
            row("20990001", nom="One", etat="02"),
            row("20990002", nom="Two", etat="01"),
            row("20990003", nom="Three", etat="03"),
        ],
    }
    path = kit.shapefiles(tmp_path / "pprn_38.zip", tables)
    both = read_plan(path)
    assert km2(both.plan.studied) == 8.0, "nobody says what the third plan found"
    assert both.plan.caveats == ("plan_not_approved",)
    one = read_plan(path, part="38DDT20990001")
    assert (by_class(one), km2(one.plan.studied)) == ({"04_high": 1.0}, 4.0)
    assert (one.plan.caveats, one.plan.title, one.plan.procedures) == ((), "One", ("38DDT20990001",))
    assert read_plan(path, part="20990002,124").plan.title == "Two"


def test_a_file_of_another_kind_is_no_plan(tmp_path: Path) -> None:
    path = kit.geopackage(tmp_path / "zones.gpkg", {"zones": [{"class": "high", "geometry": square(0, 0)}]})
    assert read_plan(path) is None
    assert profile_of(path) is None
    with pytest.raises(InputError, match="holds no hazard zones of the standard covadis_ppr"):
        read_plan(path, profile="covadis_ppr")


# ------------------------------------------------------------------------------------------------- CNIG plans


REFERENCE_AND_MORE = {
    "zonealeareference_112_s": [kit.cnig_zone(1, "112", "02", square(0, 0))],
    "zonealeareference_124_s": [kit.cnig_zone(2, "124", "04", square(2, 0))],
    "zonealeaexceptionnel_112_s": [kit.cnig_zone(3, "112", "06", square(0, 0, 2, 1), occurrence=1000)],
    "zonereglementaireurba_s": [
        {"idzonereglementaire": "1", "typereglement": "04", "geometry": square(0, 0)}
    ],
}


def test_a_cnig_plan_counts_the_reference_event_with_its_return_period(tmp_path: Path) -> None:
    path = kit.cnig(tmp_path / "plan.gpkg", REFERENCE_AND_MORE)
    found = read_plan(path, hazard="flood")
    assert (by_class(found), found.return_period_yr, found.scenario) == ({"02_medium": 1.0}, 100.0, "")
    assert "other events in the file, not counted: exceptionnel" in found.plan.notes
    rare = read_plan(path, part="exceptionnel")
    assert (by_class(rare), rare.return_period_yr, rare.scenario) == (
        {"06_very_high": 2.0},
        1000.0,
        "exceptionnel",
    )
    assert rare.plan.title == "Plan of the test"
    assert rare.plan.vintage == "2022-02-16"


@pytest.mark.parametrize("prefix", ["PPRN_38DDT20990002_", "pprn_i_2099_0013_"])
def test_names_of_tables_may_start_as_producers_like(tmp_path: Path, prefix: str) -> None:
    path = kit.cnig(tmp_path / "plan.gpkg", REFERENCE_AND_MORE, prefix=prefix)
    assert by_class(read_plan(path, hazard="flood")) == {"02_medium": 1.0}


@pytest.mark.parametrize(
    ("state", "caveat"),
    [("APPROUVE", ()), ("PRESCRIT", ("plan_not_approved",)), ("ANNULE", ("plan_no_longer_in_force",))],
)
def test_the_state_of_a_cnig_plan_is_that_of_its_perimeter(tmp_path: Path, state: str, caveat) -> None:
    path = kit.cnig(tmp_path / "plan.gpkg", REFERENCE_AND_MORE, state=state)
    assert read_plan(path, hazard="flood").plan.caveats == caveat


def test_occurrence_is_read_as_producers_misspell_it_and_text_is_kept(tmp_path: Path) -> None:
    zone = {**kit.cnig_zone(1, "112", "02", square(0, 0)), "occurence": "100"}
    del zone["occurrence"]
    found = read_plan(kit.cnig(tmp_path / "a.gpkg", {"zonealeareference_112_s": [zone]}))
    assert found.return_period_yr == 100.0
    assert "column 'occurence' is read as 'occurrence'" in found.plan.notes
    two = [
        kit.cnig_zone(n, "112", "02", square(n, 0), occurrence=period) for n, period in enumerate((100, 30))
    ]
    found = read_plan(kit.cnig(tmp_path / "b.gpkg", {"zonealeareference_112_s": two}))
    assert pd.isna(found.return_period_yr)
    assert any("zones of return periods 30, 100 yr" in note for note in found.plan.notes)


def test_a_synthesis_is_taken_apart_by_its_table_and_counts_no_hazard_twice(tmp_path: Path) -> None:
    zones = {
        "zonealeareference_124_s": [kit.cnig_zone(1, "124", "02", square(0, 0))],
        "zonealeanaturelsynthese_s": [
            kit.cnig_zone(10, "999", "04", square(0, 0, 2, 1)),
            kit.cnig_zone(11, "14", "01", square(2, 0)),
        ],
        "zonemultialeanaturel": [
            {"idzonealea": "10", "typealea": "124", "niveaualea": "04", "occurrence": 100},
            {"idzonealea": "10", "typealea": "112", "niveaualea": "01", "occurrence": 100},
        ],
    }
    path = kit.cnig(tmp_path / "plan.gpkg", zones)
    assert by_class(read_plan(path, part="124")) == {"02_medium": 1.0}, (
        "its own table says more than the synthesis"
    )
    assert by_class(read_plan(path, part="112")) == {"01_low": 2.0}
    assert by_class(read_plan(path, part="14")) == {"01_low": 1.0}


def test_a_technological_plan_is_ordered_by_intensity(tmp_path: Path) -> None:
    def zone(n: int, code: str, intensity: str) -> dict:
        return kit.cnig_zone(n, code, "04", square(n, 0), occurrence="E", intensite=intensity)

    zones = {
        "zonealeatechnorapide_211_s": [zone(0, "211", "Z1"), zone(1, "211", "Z5")],
        "zonealeatechnolent_213_s": [zone(2, "213", "Z3")],
    }
    found = read_plan(kit.cnig(tmp_path / "plan.gpkg", zones, prefix="pprt_38dreal20990001_"))
    assert found.hazard == "industrial"
    assert found.class_order == ("Z5_indirect", "Z3_serious", "Z1_extremely_serious")
    assert found.scale == standard_classes("cnig_ppr", "industrial")
    assert pd.isna(found.return_period_yr)
    assert "occurrence as the plan writes it: E" in found.plan.notes


def test_tables_without_a_row_are_no_fault(tmp_path: Path) -> None:
    path = kit.cnig(tmp_path / "plan.gpkg", REFERENCE_AND_MORE)
    kit.empty_table(path, "pprn_38ddt20990002_zonealeareference_124_s")
    assert read_plan(path).hazard == "flood"


def test_a_cnig_plan_as_shapefiles_has_cut_names(tmp_path: Path) -> None:
    zone = {
        "idzonealea": "1", "idproc": "38DDT20990002", "typealea": "124", "niveaualea": "04",
        "occurrence": 100, "descript": "x", "geometry": square(0, 0),
    }  # fmt: skip
    area = {
        "idperim": "1",
        "idproc": "38DDT20990002",
        "etatproc": "ABROGE",
        "dateetat": pd.Timestamp("2022-02-16"),
    }
    tables = {
        "pprn_38DDT20990002_zonealeareference_124_s": [zone],
        "pprn_38DDT20990002_perimetre_s": [{**area, "geometry": square(0, 0, 4, 2)}],
    }
    found = read_plan(kit.shapefiles(tmp_path / "plan.zip", tables))
    assert by_class(found) == {"04_high": 1.0}
    assert (found.plan.procedures, found.plan.caveats) == (("38DDT20990002",), ("plan_no_longer_in_force",))


def test_a_table_that_the_contents_do_not_list_is_joined_all_the_same(tmp_path: Path) -> None:
    zones = {
        "zonealeanaturelsynthese_s": [kit.cnig_zone(10, "999", "04", square(0, 0))],
        "zonemultialeanaturel": [{"idzonealea": "10", "typealea": "124", "niveaualea": "04"}],
    }
    path = kit.cnig(tmp_path / "plan.gpkg", zones)
    kit.unlisted(path, "pprn_38ddt20990002_zonemultialeanaturel")
    assert by_class(read_plan(path, hazard="Landslide")) == {"04_high": 1.0}


def test_a_geopackage_in_an_archive_is_read_like_one_beside_it(tmp_path: Path) -> None:
    path = kit.cnig(tmp_path / "plan.gpkg", REFERENCE_AND_MORE)
    with zipfile.ZipFile(tmp_path / "plan.zip", "w") as archive:
        archive.write(path, "delivery/plan.gpkg")
    assert by_class(read_plan(tmp_path / "plan.zip", hazard="flood")) == {"02_medium": 1.0}


# ------------------------------------------------------------------------------------------- floods directive


def test_a_flood_map_asks_for_the_event_and_says_which_there_are(tri: Path) -> None:
    with pytest.raises(InputError) as error:
        read_plan(tri, hazard="flood")
    assert "holds several events" in told(error)
    assert "For (2 zones), Moy (5 zones)" in told(error)
    assert "tri_test.gpkg:For" in told(error)


@pytest.mark.parametrize("word", ["Aléa de moyenne probabilité", "02moy,112"])
def test_depths_are_classes_with_bounds_what_emerges_is_dry_and_the_rest_is_told(
    tri: Path, word: str
) -> None:
    found = read_plan(tri, part=word)
    assert by_class(found) == {"depth_not_told": 0.5, "[0, 0.5)": 0.5, "[1, 2)": 0.5, "[2, ∞)": 0.5}
    assert found.scale == ("depth_not_told", "[0, 0.5)", "[0.5, 1)", "[1, 2)", "[2, ∞)")
    assert (found.scenario, found.return_period_yr, found.units) == ("Moy", 100.0, "m")
    assert km2(found.plan.studied) == 8.0
    assert found.plan.vintage == "2019-05-06"
    native = {one.label: one.native for one in found.plan.classes}
    assert native["[1, 2)"] == ("1m-2m",)


def test_the_states_own_count_is_that_of_the_event(tri: Path) -> None:
    plan = read_plan(tri, part="Moy").plan
    assert [(one.scenario, one.residents, one.seasonal, one.jobs) for one in plan.counts] == [
        ("Moy", 210, 5, 40)
    ]
    assert plan.caveats == ("official_count_beside",)
    assert [one.residents for one in read_plan(tri, part="For").plan.counts] == [55]


def covadis_map(path: Path) -> Path:
    def zone(origin: str, scenario: str, shape, **more):
        return {
            "id_zone": "z",
            "id_tri": "TRI1",
            "typ_inond": origin,
            "scenario": scenario,
            **more,
            "geometry": shape,
        }

    depth = [(0.0, 0.5), (0.5, 1.0), (1.0, 2.0), (2.0, 999.0)]
    return kit.shapefiles(
        path,
        {
            "n_tri_s_038": [
                {"id_tri": "TRI1", "nom_tri": "One", "geometry": square(0, 0, 4, 2)},
                {"id_tri": "TRI2", "nom_tri": "Two", "geometry": square(4, 0, 2, 2)},
            ],
            "n_inondable_01_01for_s_038": [zone("01", "01For", square(0, 0, 0.5))],
            "n_inondable_01_02moy_s_038": [zone("01", "02Moy", square(0, 0, 2))],
            "n_inondable_03_03mcc_s_038": [zone("03", "03Mcc", square(2, 0))],
            "n_iso_ht_01_02moy_s_038": [
                zone("01", "02Moy", square(n / 2, 0, 0.5), ht_min=low, ht_max=high)
                for n, (low, high) in enumerate(depth)
            ],
        },
    )


def test_a_covadis_flood_map_has_its_events_and_origins_and_depths(tmp_path: Path) -> None:
    path = covadis_map(tmp_path / "tri_2020_sig_di_38.zip")
    found = read_plan(path, part="02Moy")
    assert by_class(found) == {"[0, 0.5)": 0.5, "[0.5, 1)": 0.5, "[1, 2)": 0.5, "[2, ∞)": 0.5}
    assert (found.scenario, found.return_period_yr) == ("Moy", 100.0)
    assert km2(found.plan.studied) == 8.0, "the second territory has no map of this event"
    assert by_class(read_plan(path, part="01For")) == {"affected": 0.5}
    sea = read_plan(path, part="03Mcc")
    assert (sea.scenario, sea.plan.counted) == ("Moycc", ("117",))
    assert read_plan(path, part="02Moy,01").plan.counted == ("112",)


# --------------------------------------------------------------------------------------------- Belgian


def test_walloon_classes_are_recognised_and_only_wallonia_is_studied(tmp_path: Path) -> None:
    values = [110, 230, 320, 140]
    zones = [{"CLASSEMENT": value, "geometry": square(n, 0)} for n, value in enumerate(values)]
    path = kit.geopackage(tmp_path / "ALEA.gpkg", {"ALEA_INOND": zones})
    found = read_plan(path, profile="walloon_flood")
    assert by_class(found) == {"140": 1.0, "low": 1.0, "medium": 1.0, "high": 1.0}
    assert (found.areas, found.plan.studied) == (("BE-WAL",), None)
    assert "class '140' (1 zone)" in " ".join(found.plan.notes)
    assert by_class(read_plan(path, profile="walloon_flood", part="114")) == {"high": 1.0}
    assert read_plan(path) is None, "a value that is none of its classes: perhaps another file"
    known = kit.geopackage(tmp_path / "known.gpkg", {"ALEA_INOND": zones[:3]})
    assert read_plan(known).plan.standard == "walloon_flood"


def test_flemish_letters_are_classes_and_a_is_no_flood(tmp_path: Path) -> None:
    zones = [{"P_score": value, "geometry": square(n, 0)} for n, value in enumerate("ABCD")]
    found = read_plan(kit.geopackage(tmp_path / "p.gpkg", {"p": zones}), profile="flemish_flood")
    assert found.class_order == ("B_small_chance_2050", "C_small_chance", "D_medium_chance")
    assert (km2(found.data), found.areas) == (3.0, ("BE-VLG",))
    codes = [{"gridcode": value, "geometry": square(value, 0)} for value in range(4)]
    found = read_plan(kit.geopackage(tmp_path / "g.gpkg", {"g": codes}), profile="flemish_flood")
    assert found.class_order == ("B_small_chance_2050", "C_small_chance", "D_medium_chance")


# ------------------------------------------------------------------------------------------------------- rows


@pytest.mark.parametrize(
    "name", ["hazard_codes", "zone_classes", "class_spellings", "events", "plan_states", "flood_origins"]
)
def test_every_row_names_its_source_and_how_far_it_was_checked(name: str) -> None:
    for row in rows(PACKAGE, name):
        assert row["source"], row
        assert row["verified"] in VERIFIED, row


def test_events_are_those_of_the_flood_hazard() -> None:
    of_flood = [row for row in rows("geoalarm.hazards.flood", "scenarios") if row["system"] == "fr_tri"]
    for row in of_flood:
        event = gaspar.event_row("di", row["scenario"])
        assert event is not None
        assert float(event["return_period_yr"]) == float(row["return_period_yr"])
        assert float(event["period_min_yr"]) == float(row["period_min_yr"])


def test_classes_of_depth_have_one_place_however_they_are_written() -> None:
    for row in rows(PACKAGE, "zone_classes"):
        if row["scale"] == "depth" and row["class"]:
            label, order = depth_interval(float(row["lower_m"]), float(row["upper_m"]))
            assert (label, order) == (row["class"], pytest.approx(float(row["order"]))), row


def test_every_pattern_is_of_a_profile() -> None:
    assert {row["profile"] for row in rows(PACKAGE, "tables")} <= set(PLAN_PROFILES)


@pytest.mark.parametrize(
    ("text", "code"),
    [("1240000", "124"), ("124", "124"), ("1300000", "13"), ("130", "13"), ("9999999", "999"), ("22", "22"),
     ("INO", "INO"), ("1100000", "11"), ("3300000", "33"), ("7770000", "777")],
)  # fmt: skip
def test_codes_are_told_from_their_padding(text: str, code: str) -> None:
    assert gaspar.short_code(text) == code


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("100", 100.0),
        ("Q100", 100.0),
        ("30 ans", 30.0),
        ("Centennale", 100.0),
        ("10.0", 10.0),
        ("0", None),
        ("E", None),
    ],
)
def test_return_periods_are_read_from_text(text: str, period: float | None) -> None:
    assert years(text) == period if period is not None else pd.isna(years(text))


@pytest.mark.parametrize(
    ("value", "text"),
    [(349.0, "349"), (None, ""), (float("nan"), ""), ("  a  b ", "a b"), ("NULL", ""), (1.5, "1.5")],
)
def test_values_are_text_as_their_producer_meant_them(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("column", "field"),
    [("OCCURENCE", "occurrence"), ("codeproced", "procedure"), ("NIVEAUALEA", "level"), ("Palier_Hau",
    "depth"),
     ("nb_hab_per", "residents"), ("etatproced", "state")],
)  # fmt: skip
def test_a_column_is_found_cut_or_misspelt(column: str, field: str) -> None:
    assert column_of(pd.DataFrame({column: ["x"]}), field) == column


@pytest.mark.parametrize(
    ("profile", "part", "event", "period"),
    [
        ("cnig_di", "Moy", "Moy", 100.0),
        ("covadis_di", "04Fai,01", "Fai", 1000.0),
        ("cnig_ppr", "112,exceptionnel", "exceptionnel", None),
        ("cnig_ppr", "112", "", None),
    ],
)
def test_the_event_of_an_entry_is_known_before_its_file(profile: str, part: str, event: str, period) -> None:
    found, years_of = gaspar.event_of_part(profile, part)
    assert found == event
    assert years_of == period if period is not None else pd.isna(years_of)
