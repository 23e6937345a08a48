"""Tables as offices hand them out: titles above, notes below, several sheets, any separator and encoding; and
workbooks that are built to harm.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from geoalarm.core.errors import InputError
from geoalarm.io import workbooks
from geoalarm.io.people_tables import is_table, read_table
from geoalarm.io.row_filters import RowFilter

COLUMNS = ("Code INSEE", "Population municipale")
ROWS = [["57001", "1 234"], ["57002", "987"]]


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def cells(path: Path, **options: object) -> list[list[object]]:
    return read_table(path, COLUMNS, **options).to_numpy().tolist()


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_text_of_any_separator_and_encoding(tmp_path: Path, delimiter: str, encoding: str) -> None:
    path = tmp_path / "people.csv"
    lines = [
        "Populations légales, 2021; toutes",
        "",
        delimiter.join(["Code  INSEE", '"Nom, été"', COLUMNS[1]]),
    ]
    lines += [delimiter.join([code, "é", people]) for code, people in ROWS]
    path.write_text("\r\n".join(lines), encoding, newline="")
    table = read_table(path, COLUMNS)
    assert table.to_numpy().tolist() == ROWS
    assert table.index.tolist() == [4, 5]


def test_the_one_sheet_with_the_columns_is_found(tmp_path: Path) -> None:
    header = ["Code INSEE", "Nom", "Population\nmunicipale"]
    rows = [["Titre"], [], header, [57001, "a", "1 234"], [None, None, None], ["57002", "b", 987], ["Note"]]
    path = workbook(tmp_path / "people.xlsx", {"Lisez-moi": [["bonjour"]], "Communes": rows})
    right = [[57001, "1 234"], ["57002", 987], ["Note", None]]
    assert cells(path) == right
    assert cells(path, sheet="Communes") == right
    assert read_table(path, COLUMNS).index.tolist() == [4, 6, 7]
    with pytest.raises(InputError, match=r"no sheet 'Commune'.*did you mean 'Communes'"):
        cells(path, sheet="Commune")
    with pytest.raises(
        InputError, match=r"no row with the names.*got Code INSEE, Nom, Population municipale"
    ):
        read_table(path, ("Code", "Population municipale"))
    twice = workbook(tmp_path / "two.xlsx", {"2020": [list(COLUMNS), *ROWS], "2021": [list(COLUMNS), *ROWS]})
    with pytest.raises(InputError, match=r"several sheets.*got 2020, 2021.*name one: args.layer: 2020"):
        cells(twice)
    double = workbook(tmp_path / "double.xlsx", {"a": [[*COLUMNS, COLUMNS[1]], ["57001", 1, 2]]})
    with pytest.raises(InputError, match="two columns are called 'Population municipale'; got columns 2, 3"):
        cells(double)


def test_rules_choose_rows(tmp_path: Path) -> None:
    path = tmp_path / "years.csv"
    path.write_text(
        "Code INSEE;Population municipale;Année\n57001;1;2020\n57001;2;2021\n57002;3;2021\n", "utf-8"
    )
    assert cells(path, keep=[RowFilter("Année", equals=2021)]) == [["57001", "2"], ["57002", "3"]]
    assert cells(path, keep=[RowFilter("Année", equals="2020")]) == [["57001", "1"]]
    assert cells(path, keep=[RowFilter("Année", at_least=2021)]) == [["57001", "2"], ["57002", "3"]]


def test_a_table_in_an_archive(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("data.csv", "Code INSEE;Population municipale\n57001;5\n")
        archive.writestr("meta.csv", "COD;LIB\n")
    assert cells(tmp_path / "a.zip", member="data") == [["57001", "5"]]
    with pytest.raises(InputError, match="several data files"):
        cells(tmp_path / "a.zip")


def test_cells_of_a_workbook_say_what_they_show(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    page.append(list(COLUMNS))
    page.append([57001, 0.12])
    page["B2"].number_format = "0.0%"
    book.save(tmp_path / "share.xlsx")
    assert cells(tmp_path / "share.xlsx") == [[57001, "12%"]]


def rewritten(path: Path, part: str, change: dict[str, str]) -> Path:
    """The workbook with texts of one part replaced."""
    out = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            content = source.read(info).decode("utf-8") if info.filename == part else source.read(info)
            for old, new in change.items() if isinstance(content, str) else ():
                assert old in content
                content = content.replace(old, new)
            target.writestr(info.filename, content)
    return out


SHEET = "xl/worksheets/sheet1.xml"


def test_a_sheet_that_understates_its_size_is_read_whole(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"a": [list(COLUMNS), *ROWS]})
    changed = rewritten(path, SHEET, {'<dimension ref="A1:B3"': '<dimension ref="A1:A1"'})
    assert cells(changed) == ROWS


def test_formulas_are_what_they_came_to(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"a": [list(COLUMNS), ["57001", "=1000+234"]]})
    with pytest.raises(
        InputError, match=r"row 2, column 'Population municipale': a formula without a stored"
    ):
        cells(path)
    assert cells(rewritten(path, SHEET, stored(path))) == [["57001", 1234]]


def stored(path: Path) -> dict[str, str]:
    """What a program that computes writes into the cell of a formula."""
    with zipfile.ZipFile(path) as archive:
        text = archive.read(SHEET).decode("utf-8")
    empty = text.partition("</f>")[2].partition("</c>")[0]
    return {f"</f>{empty}</c>": "</f><v>1234</v></c>"}


@pytest.mark.parametrize(
    ("part", "change", "told"),
    [
        (SHEET, {"<worksheet": '<!DOCTYPE a [<!ENTITY b "cc">]><worksheet'}, "DOCTYPE"),
        (SHEET, {'<row r="3"': '<row r="99999999"'}, "too large|cannot be read"),
        (SHEET, {'r="B3"': 'r="ZZZZZZ3"'}, "cannot be read|too large"),
        (SHEET, {"</sheetData>": ""}, "cannot be read"),
        ("xl/workbook.xml", {"<sheets>": "<sheets"}, "cannot be read|no sound XML"),
    ],
)
def test_workbooks_that_are_damaged_or_hostile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, change: dict[str, str], told: str
) -> None:
    monkeypatch.setattr(workbooks, "MAX_ROWS", 1000)
    path = workbook(tmp_path / "a.xlsx", {"a": [list(COLUMNS), *ROWS]})
    with pytest.raises(InputError, match=told):
        cells(rewritten(path, part, change))


def test_a_bomb_and_what_is_no_table(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"a": [list(COLUMNS), *ROWS]})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.bin", b"\0" * (80 * 2**20))
    with pytest.raises(InputError, match="expands too far"):
        cells(path)
    for name, content in (("a.xls", b"\xd0\xcf\x11\xe0"), ("a.csv", b"<html>"), ("b.csv", b"a\0b")):
        (tmp_path / name).write_bytes(content + b"\n" * 9)
        assert not is_table(tmp_path / name)
        with pytest.raises(InputError):
            cells(tmp_path / name)
    (tmp_path / "c.csv").write_text('Code INSEE;Population municipale\n57001;"' + "9" * 200_000, "utf-8")
    with pytest.raises(InputError, match="cannot be read as CSV"):
        cells(tmp_path / "c.csv")
