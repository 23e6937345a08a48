"""Substances, toxic thresholds and probits: rows with their sources, nothing that stands in silently."""

from __future__ import annotations

import csv
import math
import runpy
from pathlib import Path

import numpy as np
import pytest

from geoalarm.core.errors import Faults, InputError, RangeError
from geoalarm.core.reference_rows import rows
from geoalarm.hazards.industrial.substances import names, substance, substance_properties
from geoalarm.hazards.industrial.toxic_thresholds import (
    COLUMNS,
    builtin_thresholds,
    concentration_to_share,
    find_threshold,
    load_thresholds,
    share_to_concentration,
    toxic_threshold,
)
from geoalarm.hazards.industrial.toxicity import (
    find_probit,
    indoor_shelter,
    lethal_concentration,
    series_load,
    toxic_lethality,
)

ASKED_FOR = [
    "chlorine",
    "ammonia",
    "hydrogen_fluoride",
    "sulfur_dioxide",
    "hydrogen_sulfide",
    "hydrogen_chloride",
    "phosgene",
    "propane",
    "butane",
    "lng",
    "methane",
    "hydrogen",
    "gasoline",
    "benzene",
    "ethylene_oxide",
    "acrylonitrile",
    "hydrogen_cyanide",
    "carbon_monoxide",
    "nitrogen_dioxide",
    "acrolein",
    "methyl_isocyanate",
]


@pytest.mark.parametrize("name", ASKED_FOR)
def test_a_substance_boils_at_one_atmosphere_at_its_boiling_point(name: str) -> None:
    facts = substance(name)
    assert facts.curve("vapour_pressure")(facts.boiling_point) == pytest.approx(101325, rel=0.025)
    assert 0.002 < facts.molar_mass < 0.15
    assert facts.boiling_point < facts.critical_temperature
    assert 1.0 < facts.heat_capacity_ratio(298.15) < 1.45
    assert all(curve.source for curve in facts.properties.values())


def test_properties_perry_and_nist_chlorine_and_propane() -> None:
    chlorine = substance("chlorine")
    assert chlorine.curve("heat_of_vaporisation").nearest(239.1) == pytest.approx(288e3, rel=0.005)
    assert chlorine.curve("liquid_density")(239.1) == pytest.approx(1562, rel=0.005)
    propane = substance("propane")
    assert propane.at("vapour_pressure", 294.26) == pytest.approx(8.61e5, rel=0.01)  # ALOHA examples, no. 2
    assert propane.at("liquid_density", 298.15) == pytest.approx(492.4, rel=0.01)  # NIST


def test_names_formulas_and_numbers_lead_to_the_same_substance() -> None:
    assert {
        substance(word).name
        for word in ("Cl2", "chlore", "chloor", "Chlor", "7782-50-5", "UN1017", "CHLORINE")
    } == {"chlorine"}
    with pytest.raises(InputError, match="did you mean 'chlorine'"):
        substance("chlorin")


def test_mixtures_say_what_stands_for_them() -> None:
    assert any(flag.startswith("surrogate") for flag in substance_properties("lng").warnings)
    assert substance_properties("gasoline").flags >= {"surrogate", "to_be_confirmed"}


def test_a_property_out_of_range_is_refused_or_flagged() -> None:
    with pytest.raises(RangeError, match="liquid density"):
        substance("methane").at("liquid_density", 293.15)
    told = substance_properties("methane", temperature=293.15)
    assert math.isnan(told["liquid_density"])
    assert "not_available" in told.flags


def test_rows_have_a_source_and_a_tag() -> None:
    for name in ("substances", "toxic_thresholds", "toxic_probits"):
        for row in rows("geoalarm.hazards.industrial", name):
            assert row["source"]
            assert row["verified"] in "VCRD"
    assert set(names()) >= set(ASKED_FOR)


@pytest.mark.parametrize(
    ("minutes", "values"),
    [
        (10, (0.5, 2.8, 50)),
        (30, (0.5, 2.8, 28)),
        (60, (0.5, 2.0, 20)),
        (240, (0.5, 1, 10)),
        (480, (0.5, 0.71, 7.1)),
    ],
)
def test_aegl_of_chlorine_noaa(minutes: float, values: tuple[float, ...]) -> None:
    found = [find_threshold("Cl2", f"AEGL-{level}", exposure_min=minutes) for level in (1, 2, 3)]
    assert tuple(row.value for row in found) == values
    assert all(row.flags == () and row.jurisdiction == "US" for row in found)


def test_aegl_of_ammonia_only_the_third_was_read() -> None:
    assert [find_threshold("NH3", f"AEGL-{level}").value for level in (1, 2, 3)] == [30, 160, 1100]
    assert toxic_threshold("NH3", "AEGL-3").flags == frozenset()
    assert toxic_threshold("NH3", "AEGL-2").flags == {"to_be_confirmed"}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("HF", (1, 24, 44)),
        ("SO2", (0.2, 0.75, 30)),
        ("phosgene", (None, 0.3, 0.75)),
        ("H2S", (0.51, 27, 50)),
        ("HCl", (1.8, 22, 100)),
        ("HCN", (2, 7.1, 15)),
        ("CO", (None, 83, 330)),
        ("NO2", (0.5, 12, 20)),
        ("ethylene oxide", (None, 45, 200)),
        ("benzene", (52, 800, 4000)),
    ],
)
def test_aegl_to_be_confirmed(name: str, values: tuple[float | None, ...]) -> None:
    for level, value in enumerate(values, start=1):
        if value is None:
            with pytest.raises(InputError, match="not recommended"):
                find_threshold(name, f"AEGL-{level}")
        else:
            row = find_threshold(name, f"AEGL-{level}")
            assert row.value == value
            assert row.flags


@pytest.mark.parametrize("effect", ["SEI", "SEL", "SELS", "SER"])
def test_french_thresholds_are_not_known_and_nothing_takes_their_place(effect: str) -> None:
    with pytest.raises(InputError) as caught:
        toxic_threshold("chlorine", effect)
    assert "INERIS" in str(caught.value)
    assert "load_thresholds" in str(caught.value)
    assert not [row for row in builtin_thresholds() if row.jurisdiction == "FR"]


def test_times_between_rows_are_not_guessed() -> None:
    with pytest.raises(InputError, match="10, 30, 60, 240, 480 min"):
        find_threshold("chlorine", "AEGL-3", exposure_min=45)


def write(path: Path, *lines: dict[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    return path


LINE = {
    "jurisdiction": "FR",
    "substance": "chlore",
    "effect": "SEI",
    "exposure_min": "60",
    "value": "19",
    "unit": "ppm",
    "source": "made up for this test",
    "verified": "V",
    "vintage": "2020",
}


def test_loaded_thresholds_are_used_by_name(tmp_path: Path) -> None:
    table = load_thresholds(
        write(
            tmp_path / "mine.csv",
            LINE,
            LINE | {"effect": "SEL", "value": "300", "unit": "mg/m3", "verified": "R"},
        )
    )
    expected = 19e-6 * 0.070906 * 101325 / (8.314462618 * 298.15)
    assert find_threshold("chlorine", "SEI", table=table).concentration() == pytest.approx(expected)
    sel = find_threshold("chlorine", "SEL", table=table)
    assert sel.concentration() == pytest.approx(300e-6)
    assert sel.flags
    with pytest.raises(InputError, match="INERIS"):
        find_threshold("chlorine", "SELS", table=table)


def test_a_bad_table_is_refused_with_every_fault_and_its_line(tmp_path: Path) -> None:
    wrong = write(
        tmp_path / "bad.csv",
        LINE | {"value": "-3"},
        LINE | {"substance": "unobtainium"},
        LINE | {"unit": "furlong"},
        LINE | {"verified": "sure"},
        LINE | {"source": ""},
        LINE,
        LINE,
    )
    with pytest.raises(Faults) as caught:
        load_thresholds(wrong)
    assert len(caught.value.faults) == 6
    assert "line 2" in str(caught.value)
    assert "line 8" in str(caught.value)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", ",".join(COLUMNS) + "\n"])
def test_a_file_that_is_no_such_table_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.csv").write_text(content)
    with pytest.raises(InputError, match=r"x\.csv"):
        load_thresholds(tmp_path / "x.csv")
    with pytest.raises(InputError, match="no such file"):
        load_thresholds(tmp_path / "y.csv")
    (tmp_path / "z.csv").write_bytes(b"\xff\xfe\x00jurisdiction")
    with pytest.raises(InputError, match="UTF-8"):
        load_thresholds(tmp_path / "z.csv")


def test_ppm_at_25_degrees_is_molar_mass_over_24_465() -> None:
    assert share_to_concentration("1 ppm", "chlorine").to("mg/m3") == pytest.approx(70.906 / 24.465, rel=2e-5)
    cold = share_to_concentration(2e-5, "ammonia", temperature=283.0)
    assert concentration_to_share(cold.value, "ammonia", temperature=283.0).value == pytest.approx(2e-5)


@pytest.mark.parametrize(("name", "one", "half"), [("Cl2", 71, 385), ("NH3", 2437, 7798), ("HF", 204, 960)])
def test_lethal_concentrations_purple_book_5_2_30_min(name: str, one: float, half: float) -> None:
    for share, expected in ((0.01, one), (0.5, half)):
        found = lethal_concentration(name, share, exposure="30 min").value
        assert concentration_to_share(found, name).to("ppm") == pytest.approx(expected, abs=0.5)
        assert toxic_lethality(name, found, exposure=1800).value == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "a", "b", "n"),
    [
        ("Cl2", -6.35, 0.5, 2.75),
        ("NH3", -15.6, 1, 2),
        ("HF", -8.4, 1, 1.5),
        ("SO2", -19.2, 1, 2.4),
        ("H2S", -11.5, 1, 1.9),
        ("phosgene", -10.6, 2, 1),
        ("HCl", -37.3, 3.69, 1),
        ("HCN", -9.8, 1, 2.4),
        ("CO", -7.4, 1, 1),
        ("NO2", -18.6, 1, 3.7),
        ("ethylene oxide", -6.8, 1, 1),
        ("acrolein", -4.1, 1, 1),
        ("MIC", -1.2, 1, 0.7),
    ],
)
def test_probits_purple_book_table_5_2(name: str, a: float, b: float, n: float) -> None:
    row = find_probit(name)
    assert (row.a, row.b, row.n, row.verified) == (a, b, n, "V")
    assert toxic_lethality(name, 1e-4, exposure=600)["probit"] == pytest.approx(
        a + b * math.log(100**n * 10), rel=1e-12
    )


def test_a_substance_without_a_probit_is_refused_and_no_gas_kills_nobody() -> None:
    with pytest.raises(InputError, match="toxic probit of propane"):
        find_probit("propane")
    with pytest.raises(InputError, match="source of a toxic probit"):
        find_probit("chlorine", source="rivm_2035")
    assert toxic_lethality("chlorine", 0.0).value == 0.0


def test_a_load_that_varies_is_integrated() -> None:
    times = np.linspace(0, 1800, 181)
    assert series_load(times, np.full(181, 1e-3), 2.75) == pytest.approx(
        toxic_lethality("chlorine", 1e-3)["load"], rel=1e-12
    )
    assert series_load(times, 1e-3 * times / 1800, 1.0) == pytest.approx(1000 * 30 / 2, rel=1e-12)


def test_indoors_half_a_change_of_air_an_hour_for_30_min() -> None:
    ratio = indoor_shelter(0.5 / 3600, exposure=1800, n=2.75)
    assert ratio["end_ratio"] == pytest.approx(0.221, abs=5e-4)
    assert ratio["mean_ratio"] == pytest.approx(0.115, abs=5e-4)
    assert ratio["dose_ratio"] == pytest.approx(0.0045, abs=5e-5)
    assert indoor_shelter(0.5 / 3600, exposure=1800, n=1)["dose_ratio"] == pytest.approx(
        ratio["mean_ratio"], rel=1e-9
    )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lethal_concentration("chlorine", 0.0), "'share'"),
        (lambda: lethal_concentration("chlorine", 1.0), "'share'"),
        (lambda: toxic_lethality("chlorine", -1e-3), "'concentration'"),
        (lambda: toxic_lethality("chlorine", 1e-3, exposure=0), "'exposure'"),
        (lambda: indoor_shelter(-1e-4), "'ventilation_rate'"),
        (lambda: share_to_concentration(1.5, "chlorine"), "'share'"),
        (lambda: substance_properties("chlorine", temperature=-3), "'temperature'"),
    ],
)
def test_bad_input_is_refused_by_name(call, words) -> None:
    with pytest.raises(RangeError) as caught:
        call()
    assert words in str(caught.value)


def test_constants_of_the_file_are_those_of_the_library(root):
    written = runpy.run_path(str(root / "docs" / "tools" / "substance_constants.py"))
    assert written["FILE"].read_text(encoding="utf-8") == written["text"]()
