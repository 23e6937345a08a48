"""Tables without outlines: people by code of a commune, in which rows and columns, and of which country."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from geoalarm.analysis.new_project.detect_role import detect_role
from geoalarm.analysis.new_project.entry_text import entry_text, grouped
from geoalarm.analysis.new_project.inspect_files import data_files, inspect_files


def workbook(path: Path, *rows: list[object]) -> None:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)


def guessed(path: Path):
    (layer,) = inspect_files([path]).layers
    return layer, detect_role(layer)


def test_a_workbook_of_a_statistical_office(tmp_path: Path) -> None:
    """Titles above, words above the short names, notes below."""
    workbook(
        tmp_path / "base_2021.xlsx",
        ["Populations légales"],
        [],
        ["Code géographique", "Libellé", "Population municipale 2021"],
        ["CODGEO", "LIBGEO", "PMUN21"],
        ["08001", "Acy", 412],
        ["08002", "Aiglemont", 1655],
        ["Source : INSEE"],
    )
    assert [path.name for path in data_files(tmp_path)] == ["base_2021.xlsx"]
    layer, guess = guessed(tmp_path / "base_2021.xlsx")
    assert (guess.role, guess.id_column, guess.population_column) == ("population", "CODGEO", "PMUN21")
    assert (guess.countries, guess.vintage) == (("FR",), "2021")
    text = entry_text(grouped([(layer, guess)])[0], tmp_path)
    assert "join:\n        column: CODGEO" in text
    assert "id_column" not in text, "of the table no outline has an id"


@pytest.mark.parametrize(
    ("name", "text", "country", "delimiter"),
    [
        ("a.csv", "NIS-code;Naam;Aantal inwoners\n92094;Namen;111.432\n92003;Andenne;27.441\n", "BE", ";"),
        ("people_fr.tsv", "code\tname\tpopulation\n08001\tAcy\t412\n8002\tB\t1655\n", "FR", "\t"),
    ],
)  # fmt: skip
def test_texts_of_both_countries(tmp_path: Path, name: str, text: str, country: str, delimiter: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    layer, guess = guessed(tmp_path / name)
    assert (guess.role, guess.countries, layer.delimiter) == ("population", (country,), delimiter)


def test_several_rows_a_commune_and_several_columns_of_people_are_asked_about(tmp_path: Path) -> None:
    """Never the first year, and never the men, because nobody asked."""
    table = pd.DataFrame(
        {
            "insee": ["08001", "08002"] * 2,
            "year": [2020, 2020, 2021, 2021],
            "population": [410, 1650, 412, 1655],
            "population_men": [200, 800, 201, 803],
        }
    )
    table.to_csv(tmp_path / "people.csv", index=False)
    layer, guess = guessed(tmp_path / "people.csv")
    text = entry_text(grouped([(layer, guess)])[0], tmp_path)
    assert "- column: year\n          equals: 'TODO one of its values: 2020, 2021'" in text, text
    assert "population_column: 'TODO population or population_men: the column of people" in text


def test_an_old_workbook_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "people.xls").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    ((path, why),) = inspect_files(data_files(tmp_path)).unusable
    assert path.name == "people.xls"
    assert "soffice --headless --convert-to xlsx" in why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("old,new\na,b\n", "without a column of codes"),
        ("code,area\n08001,4\n08002,5\n", "no column of people"),
        ("seveso site,adress\nTank,Rue 1\n", "a list of places without coordinates"),
    ],
)
def test_what_a_table_lacks_is_told(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "list.csv").write_text(text, encoding="utf-8")
    _, guess = guessed(tmp_path / "list.csv")
    assert guess.role == ""
    assert why in guess.why
