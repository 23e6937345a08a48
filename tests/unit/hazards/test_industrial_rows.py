"""Probits and thresholds of a user: read beside the built-in ones, in their own units, every fault told at
once.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import geoalarm as ga
from geoalarm.analysis import run_model
from geoalarm.core.errors import Faults, InputError
from geoalarm.core.reference_rows import rows
from geoalarm.hazards import industrial
from geoalarm.hazards.industrial import effect_zones, lethality, thresholds, toxic_thresholds, toxicity

TOXIC = "key,substance,jurisdiction,effect,a,b,n,concentration_unit,time_unit,source,verified"
EFFECT = "key,effect,a,b,variable,unit,meaning,source,verified"
LEVEL = "jurisdiction,effect,receptor,measure,unit,value,label,meaning,source,verified"


def write(path: Path, head: str, *lines: str) -> Path:
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        (toxicity.COLUMNS, "toxic_probits"),
        (lethality.COLUMNS, "probits"),
        (thresholds.COLUMNS, "effect_thresholds"),
        (toxic_thresholds.COLUMNS, "toxic_thresholds"),
    ],
)
def test_a_table_has_the_columns_of_the_packages_own(columns: tuple[str, ...], name: str) -> None:
    assert columns == tuple(rows("geoalarm.hazards.industrial", name)[0])


def test_the_packages_own_files_pass_the_door_of_the_users(tmp_path: Path) -> None:
    folder = Path(industrial.__file__).parent / "data"
    assert industrial.load_toxic_probits(folder / "toxic_probits.csv") == toxicity.builtin_probits()
    assert industrial.load_probits(folder / "probits.csv") == lethality.builtin_probits()
    assert (
        industrial.load_effect_thresholds(folder / "effect_thresholds.csv") == thresholds.builtin_thresholds()
    )
    assert str(industrial.load_thresholds(folder / "toxic_thresholds.csv")) == str(
        toxic_thresholds.builtin_thresholds()
    )


# toxic probits


def test_a_probit_in_ppm_and_minutes_gives_its_own_figures(tmp_path: Path) -> None:
    """CCPS (1989) for chlorine, Pr = -8.29 + 0.92 ln(C^2 t), ppm and min: half of the people at 100 ppm for
    30 min by hand below.
    """
    table = write(tmp_path / "ccps.csv", TOXIC, "ccps,chlorine,US,death,-8.29,0.92,2,ppm,min,CCPS (1989),R")
    ppm = math.sqrt(math.exp((5 + 8.29) / 0.92) / 30)
    found = toxicity.lethal_concentration("chlorine", 0.5, exposure="30 min", source="ccps", table=str(table))
    assert toxic_thresholds.concentration_to_share(found.value, "chlorine").to("ppm") == pytest.approx(
        ppm, rel=1e-9
    )
    assert found.flags == {"to_be_confirmed"}
    back = toxicity.toxic_lethality(
        "chlorine", found.value, exposure=1800, source="ccps", table=industrial.load_toxic_probits(table)
    )
    assert back.value == pytest.approx(0.5)
    assert back["probit"] == pytest.approx(-8.29 + 0.92 * math.log(ppm**2 * 30), rel=1e-12)
    assert (
        toxicity.toxic_lethality("chlorine", found.value, table=table).value != back.value
    )  # the built-in one unless named


def test_units_of_a_probit_change_nothing_but_its_constant(tmp_path: Path) -> None:
    lines = (
        "minutes,chlorine,NL,death,-6.35,0.5,2.75,mg m-3,min,x,V",
        f"seconds,chlorine,NL,death,{-6.35 - 0.5 * math.log(60)},0.5,2.75,mg m-3,s,x,V",
        f"kilos,chlorine,NL,death,{-6.35 + 0.5 * 2.75 * math.log(1e6)},0.5,2.75,kg m-3,min,x,V",
    )
    table = write(tmp_path / "units.csv", TOXIC, *lines)
    found = [
        toxicity.toxic_lethality("chlorine", 1e-3, source=key, table=table).value
        for key in ("minutes", "seconds", "kilos")
    ]
    assert found == pytest.approx([toxicity.toxic_lethality("chlorine", 1e-3).value] * 3, rel=1e-9)


def test_every_fault_of_a_file_of_toxic_probits_is_told(tmp_path: Path) -> None:
    good = "own,chlorine,NL,death,-6.35,0.5,2.75,mg m-3,min,x,V"
    table = write(
        tmp_path / "bad.csv",
        TOXIC,
        "own,unobtainium,NL,death,-6.35,0.5,2.75,mg m-3,min,x,V",
        "own,ammonia,NL,injury,-6.35,0.5,2.75,mg m-3,min,x,V",
        "own,ammonia,NL,death,high,0.5,2.75,mg m-3,min,x,V",
        "own,ammonia,NL,death,-6.35,-0.5,2.75,mg m-3,min,x,V",
        "own,ammonia,NL,death,-6.35,0.5,2.75,furlong,min,x,V",
        "own,ammonia,NL,death,-6.35,0.5,2.75,mg m-3,m,x,V",
        "own,ammonia,NL,death,-6.35,0.5,2.75,mg m-3,min,,V",
        "own,ammonia,NL,death,-6.35,0.5,2.75,mg m-3,min,x,sure",
        good,
        good,
    )
    with pytest.raises(Faults) as told:
        industrial.load_toxic_probits(table)
    assert len(told.value.faults) == 9
    assert all(f"line {line}" in str(told.value) for line in (2, 3, 4, 5, 6, 7, 8, 9, 11))
    with pytest.raises(InputError, match="no column n"):
        industrial.load_toxic_probits(write(tmp_path / "short.csv", TOXIC.replace(",n,", ","), good))
    with pytest.raises(InputError, match="no row"):
        industrial.load_toxic_probits(write(tmp_path / "empty.csv", TOXIC))
    with pytest.raises(InputError, match="no such file"):
        toxicity.toxic_lethality("chlorine", 1e-3, source="own", table=str(tmp_path / "none.csv"))
    with pytest.raises(InputError, match="own, purple_book"):
        toxicity.find_probit("chlorine", source="mine", table=write(tmp_path / "good.csv", TOXIC, good))


def test_zones_of_a_release_by_a_probit_of_the_user(tmp_path: Path) -> None:
    given = {
        "scheme": "probit",
        "substance": "chlorine",
        "rate": "1 kg/s",
        "wind_speed": "5 m/s",
        "stability": "D",
        "far": "inverse_square",
    }
    table = industrial.load_toxic_probits(
        write(tmp_path / "mild.csv", TOXIC, "mild,chlorine,NL,death,-9,0.5,2.75,mg m-3,min,x,R")
    )
    own = ga.industrial.release(
        "toxic", 3.0, 50.5, wind_from=270, probits=table, probit_source="mild", **given
    )
    built_in = ga.industrial.release("toxic", 3.0, 50.5, wind_from=270, **given)
    assert own.distances_m["LC1"] < built_in.distances_m["LC1"]
    assert "to_be_confirmed: probit of chlorine, x" in own.warnings
    assert not any("probit of chlorine" in warning for warning in built_in.warnings)


# heat, blast, levels


def test_probits_of_heat_and_blast_in_their_own_units(tmp_path: Path) -> None:
    """Green Book, unprotected people: -36.38 + 2.56 ln(t q^(4/3)), q in W/m2; Eisenberg, lungs: -77.1 + 6.91
    ln P, P in Pa.
    """
    table = write(
        tmp_path / "effects.csv",
        EFFECT,
        "green,thermal,-36.38,2.56,dose,(W/m^2)^(4/3)*s,death,Green Book (CPR 16E),R",
        "lungs,overpressure,-77.1,6.91,overpressure,Pa,death,Eisenberg et al. (1975),R",
    )
    heat = lethality.thermal_lethality("10 kW/m^2", "60 s", probit="green", table=str(table))
    assert heat.value == pytest.approx(float(lethality.thermal_lethality("10 kW/m^2", "60 s")), abs=1e-3)
    assert heat.flags == {"to_be_confirmed"}
    dose = lethality.thermal_lethal_dose(0.5, probit="green", table=str(table)).value
    assert dose * 1e4 == pytest.approx(math.exp((5 + 36.38) / 2.56), rel=1e-9)
    lungs = math.exp((5 + 77.1) / 6.91)
    assert float(
        lethality.overpressure_lethality(lungs, probit="lungs", table=industrial.load_probits(table))
    ) == pytest.approx(0.5)
    with pytest.raises(InputError, match="eisenberg, green, tsao_perry"):
        lethality.thermal_lethality(1e4, 60, probit="lungs", table=table)
    with pytest.raises(InputError, match="did you mean 'eisenberg'"):
        lethality.thermal_lethality(1e4, 60, probit="eisenberger")


def test_every_fault_of_a_file_of_probits_is_told(tmp_path: Path) -> None:
    table = write(
        tmp_path / "bad.csv",
        EFFECT,
        "a,cold,-36.38,2.56,dose,(W/m^2)^(4/3)*s,death,x,R",
        "b,thermal,-36.38,2.56,flux,(W/m^2)^(4/3)*s,death,x,R",
        "c,thermal,-36.38,2.56,dose,W/m^2,death,x,R",
        "d,overpressure,-36.38,0,overpressure,Pa,death,x,R",
        ",overpressure,-36.38,1,overpressure,Pa,death,x,R",
    )
    with pytest.raises(Faults) as told:
        industrial.load_probits(table)
    assert len(told.value.faults) == 5


def test_levels_of_another_jurisdiction_stand_beside_the_french_ones(tmp_path: Path) -> None:
    table = write(
        tmp_path / "levels.csv",
        LEVEL,
        "NL,thermal,people,flux,kW m-2,10,one_percent,made up for this test,made up,R",
        "NL,overpressure,people,peak,kPa,10,window,made up for this test,made up,D",
    )
    found = run_model(
        "effect_threshold",
        {"effect": "overpressure", "label": "Window", "jurisdiction": "NL", "table": str(table)},
    )
    assert (found["value"], found["unit"]) == (10, "kPa")
    assert "row_source: made up" in found.warnings
    assert [
        item.si for item in thresholds.effect_thresholds("overpressure", jurisdiction="NL", table=table)
    ] == pytest.approx([10_000])
    assert [item.label for item in thresholds.effect_thresholds("thermal", measure="flux", table=table)] == [
        "SEI",
        "SEL",
        "SELS",
        "Z1",
    ]
    assert (
        "to_be_confirmed"
        in thresholds.effect_threshold("thermal", "one_percent", jurisdiction="NL", table=table).flags
    )
    with pytest.raises(InputError, match="label of an effect threshold"):
        thresholds.effect_threshold("thermal", "SEM", measure="flux")


def test_every_fault_of_a_file_of_levels_is_told(tmp_path: Path) -> None:
    table = write(
        tmp_path / "bad.csv",
        LEVEL,
        "NL,thermal,cattle,flux,kW m-2,10,a,,x,R",
        "NL,thermal,people,warmth,kW m-2,10,b,,x,R",
        "NL,thermal,people,flux,kPa,10,c,,x,R",
        "NL,thermal,people,flux,kW m-2,0,d,,x,R",
        ",thermal,people,flux,kW m-2,10,e,,x,R",
        "NL,thermal,people,flux,kW m-2,10,f,,x,Q",
    )
    with pytest.raises(Faults) as told:
        industrial.load_effect_thresholds(table)
    assert len(told.value.faults) == 6


def test_a_toxic_threshold_of_a_file_by_the_models_name(tmp_path: Path) -> None:
    head = ",".join(toxic_thresholds.COLUMNS)
    table = write(tmp_path / "mine.csv", head, "FR,chlore,SEI,60,19,ppm,,made up for this test,V,2020")
    found = run_model("toxic_threshold", {"substance": "Cl2", "effect": "sei", "table": str(table)})
    assert found.to("ppm", "share") == pytest.approx(19)


def test_the_bounds_of_a_mapped_layer_are_the_rows_of_the_rings() -> None:
    assert not hasattr(industrial, "THRESHOLDS")
    for units, (effect, measure) in effect_zones._MEASURED.items():
        assert {ring.unit for ring in thresholds.french_rings(effect, measure)} == {units}
