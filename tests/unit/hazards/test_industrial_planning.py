"""Planning distances: pipelines, nuclear sites of both countries, dangerous goods. Each test is named after
its reference.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from geoalarm.core.errors import Faults, InputError, RangeError
from geoalarm.hazards.industrial.pipelines import pipeline_impact_radius
from geoalarm.hazards.industrial.planning import (
    great_circle_distance,
    greatest_radius,
    isolation_distances,
    nuclear_planning_radius,
    nuclear_radii,
    read_isolation_table,
)

COLUMNS = (
    "un,kemler,name,small_isolation_m,small_day_km,small_night_km,"
    "large_isolation_m,large_day_km,large_night_km"
)


def test_49_cfr_192_903_30_inch_1000_psig() -> None:
    found = pipeline_impact_radius("30 inch", "1000 psi")
    assert float(found) == pytest.approx(199.5, abs=0.05)
    assert found.to("foot") == pytest.approx(654.6, abs=0.05)
    assert "radius_is_lethality_not_cordon" in found.flags
    assert pipeline_impact_radius("30 inch", "1000 psig").value == found.value


@pytest.mark.parametrize(("diameter", "bar", "radius"), [("1000 mm", 80, 281.7), ("600 mm", 59, 145.2)])
def test_ghislenghien_and_aria_5002_with_the_rounded_factor(diameter: str, bar: float, radius: float) -> None:
    """The distances by hand take 0.00315; the exact factor of the rule is 0.0031534, 0.11 % more."""
    found = pipeline_impact_radius(diameter, f"{bar} bar")
    assert float(found) * 0.00315 / 0.0031534 == pytest.approx(radius, rel=5e-4)
    assert float(found) == pytest.approx(radius, rel=1.5e-3)
    assert found["cordon"] == pytest.approx(3 * float(found))


def test_si_factor_of_49_cfr_192_903() -> None:
    assert float(pipeline_impact_radius("1 mm", "1 kPa")) == pytest.approx(0.0031534, abs=1e-7)


def test_absolute_pressure_and_negative_sizes_are_refused() -> None:
    for diameter, pressure in (("-1 m", "80 bar"), ("1 m", "0 bar"), ("1 m", "80 m"), ("1 m", "80 bara")):
        with pytest.raises((InputError, RangeError), match=r"diameter|gauge_pressure"):
            pipeline_impact_radius(diameter, pressure)


@pytest.mark.parametrize(
    ("site", "shelter", "iodine", "evacuation"),
    [
        ("Doel", 20, 20, 10),
        ("Tihange", 20, 20, 10),
        ("Chooz", 20, 20, 10),
        ("Borssele", 20, 20, 10),
        ("Mol-Dessel", 20, 20, 4),
        ("Fleurus", 10, 10, None),
    ],
)
def test_royal_decree_of_16_june_2024(
    site: str, shelter: float, iodine: float, evacuation: float | None
) -> None:
    found = {
        item.measure: item.radius_km
        for item in nuclear_radii(site, jurisdiction="BE")
        if item.stage == "planning"
    }
    assert found == {"shelter": shelter, "iodine": iodine} | (
        {"evacuation": evacuation} if evacuation else {}
    )
    assert not any(item.warnings for item in nuclear_radii(site, jurisdiction="BE"))


@pytest.mark.parametrize(
    ("site", "evacuation"), [("Doel", 20), ("Tihange", 20), ("Chooz", None), ("Borssele", None)]
)
def test_royal_decree_of_16_june_2024_extension(site: str, evacuation: float | None) -> None:
    found = {
        item.measure: item.radius_km
        for item in nuclear_radii(site, jurisdiction="BE")
        if item.stage == "extension"
    }
    assert found == {"shelter": 100, "iodine": 100} | ({"evacuation": evacuation} if evacuation else {})


def test_french_ppi_radii_are_to_be_confirmed() -> None:
    found = {item.measure: item.radius_km for item in nuclear_radii("Gravelines")}
    assert found == {"immediate_shelter": 2, "immediate_evacuation": 5, "ppi": 20}
    assert all(item.warnings[0].startswith("to_be_confirmed") for item in nuclear_radii("Gravelines"))


def test_chooz_has_the_rules_of_both_countries_and_the_greater_is_drawn() -> None:
    found = [item for item in nuclear_radii("Chooz") if item.stage == "planning"]
    assert {item.jurisdiction for item in found} == {"FR", "BE"}
    assert len(found) == 6
    assert greatest_radius("Chooz").radius_km == 20
    assert nuclear_planning_radius("Chooz", "ppi", jurisdiction="FR").value == 20_000
    assert "to_be_confirmed" in nuclear_planning_radius("Chooz", "ppi", jurisdiction="FR").flags


def test_gravelines_is_not_on_the_belgian_list() -> None:
    assert nuclear_radii("Gravelines", jurisdiction="BE") == ()
    with pytest.raises(InputError, match="not a zero"):
        nuclear_planning_radius("Gravelines", "shelter", jurisdiction="BE")
    with pytest.raises(InputError, match="Gravelines"):
        nuclear_radii("Gravelinnes")


def test_haversine_chooz_dinant_and_gravelines_de_panne() -> None:
    assert great_circle_distance(4.789, 50.090, 4.912, 50.2605).to("km") == pytest.approx(20.9, abs=0.06)
    assert great_circle_distance(2.136, 51.015, 2.546, 51.085).to("km") == pytest.approx(29.8, abs=0.3)
    assert great_circle_distance(0, 0, 0, 90).to("km") == pytest.approx(6371.0088 * math.pi / 2)


def write_table(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "isolation.csv"
    file.write_text("\n".join([COLUMNS, *lines]) + "\n", encoding="utf-8")
    return file


def test_isolation_table_is_imported_and_read_by_spill_and_time(tmp_path: Path) -> None:
    """The numbers are made up: no official row is shipped, and none was verified."""
    table = read_isolation_table(
        write_table(tmp_path, "9001,268,made up,30,0.2,0.5,100,1.0,2.5", "UN9002,,made up,60,0.4,1.2,,,"),
        source="Made-up table",
        edition="2026",
    )
    found = isolation_distances("UN 9001", spill="large", time="night", table=table)
    assert (found.isolation_m, found.downwind_m, found.warnings) == (100, 2500, ())
    assert found.source == "Made-up table, 2026"
    assert isolation_distances("9001", spill="small", time="day", table=table).downwind_m == 200
    with pytest.raises(InputError, match="another one"):
        isolation_distances("9002", spill="large", time="day", table=table)


def test_without_an_official_row_the_fallback_answers_and_says_so(tmp_path: Path) -> None:
    table = read_isolation_table(
        write_table(tmp_path, "9001,268,made up,30,0.2,0.5,100,1.0,2.5"),
        source="Made-up table",
        edition="2026",
    )
    for kind, distance in (("generic", 100), ("liquid", 50), ("gas_bleve", 1600)):
        found = isolation_distances("1017", table=table, kind=kind)
        assert found.isolation_m == distance
        assert math.isnan(found.downwind_m)
        assert found.warnings[0] == "no_official_distance"
        assert found.warnings[1].startswith("to_be_confirmed")


def test_one_un_number_with_two_kemler_codes_must_be_told_apart(tmp_path: Path) -> None:
    file = write_table(tmp_path, "9001,268,a,30,0.2,0.5,100,1.0,2.5", "9001,26,b,60,0.2,0.5,100,1.0,2.5")
    table = read_isolation_table(file, source="Made-up table", edition="2026")
    with pytest.raises(InputError, match="kemler"):
        isolation_distances("9001", table=table)
    assert isolation_distances("9001", kemler="26", spill="small", table=table).isolation_m == 60


def test_every_wrong_row_of_a_table_is_named_at_once(tmp_path: Path) -> None:
    file = write_table(
        tmp_path,
        "90x1,,a,30,0.2,0.5,100,1,2",
        "9002,,b,-5,0.2,0.5,100,1,2",
        "9003,,c,30,0.5,0.2,100,1,2",
        "9004,,d,30,some,0.2,100,1,2",
    )
    with pytest.raises(Faults) as raised:
        read_isolation_table(file, source="Made-up table", edition="2026")
    assert len(raised.value.faults) == 4
    (tmp_path / "short.csv").write_text("un,small_isolation_m\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="large_day_km"):
        read_isolation_table(tmp_path / "short.csv", source="", edition="")


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"un": "chlorine"}, "UN number"),
        ({"un": "1017", "spill": "huge"}, "spill"),
        ({"un": "1017", "time": "dusk"}, "time"),
    ],
)
def test_bad_words_are_refused(given: dict[str, str], named: str) -> None:
    with pytest.raises(InputError, match=named):
        isolation_distances(**given)
