"""A table meets outlines on the official code; whatever finds no partner is named."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from geoalarm.catalog.join_outlines import join_outlines
from geoalarm.core.errors import InputError
from geoalarm.core.model import Communes


def communes(*ids: str) -> Communes:
    shapes = [box(x, 0, x + 1, 1) for x in range(len(ids))]
    return Communes(gpd.GeoDataFrame({"commune_id": list(ids)}, geometry=shapes, crs=3035))


def table(*rows: tuple[object, object]) -> pd.DataFrame:
    index = pd.RangeIndex(2, 2 + len(rows), name="row")
    return pd.DataFrame(rows, columns=["code", "people"], index=index, dtype="object")


def joined(held: Communes, *rows: tuple[object, object], country: str | None = None):
    frame, record = join_outlines(
        table(*rows), held, code="code", people="people", country=country, what="t.csv"
    )
    placed = {row.commune_id: (row.people, row.geometry) for row in frame.itertuples()}
    return placed, record


FRENCH = communes("FR:01001", "FR:59350", "FR:2A004")


@pytest.mark.parametrize(
    "code", ["01001", "FR:01001", "fr_01001", 1001, 1001.0, "1001", "1001.0", " 01 001 "]
)
def test_a_code_is_found_however_a_spreadsheet_keeps_it(code: object) -> None:
    placed, record = joined(FRENCH, (code, 5), ("59350", 7), ("2A004", 1))
    assert {key: people for key, (people, _) in placed.items()} == {
        "FR:01001": 5,
        "FR:59350": 7,
        "FR:2A004": 1,
    }
    assert placed["FR:59350"][1].bounds == (1, 0, 2, 1)
    lost = str(code).removesuffix(".0") == "1001"
    assert (record.joined, record.codes_given_zeros) == (3, int(lost))
    assert record.sentences("t.csv") == (["t.csv: leading zeros given back to 1 code"] if lost else [])


def test_what_finds_no_partner_is_named_on_both_sides_and_kept() -> None:
    notes = [("Source : Insee 2024", None), (None, None), (None, 0)]
    placed, record = joined(FRENCH, ("59350", "1 234"), ("99999", 10), ("88888", None), *notes)
    assert record.codes_without_commune == ("99999", "88888")
    assert record.communes_without_row == ("FR:01001", "FR:2A004")
    assert record.people_without_commune == 10
    assert placed["99999"] == (10, None)
    assert pd.isna(placed["FR:01001"][0])
    assert placed["FR:01001"][1].bounds == (0, 0, 1, 1)
    assert set(placed) == {"FR:59350", "99999", "FR:01001", "FR:2A004"}
    assert record.sentences("t.csv") == [
        "t.csv: 2 codes of column 'code' found no commune (99999, 88888), with 10 people",
        "t.csv: 2 communes found no row in column 'code' (FR:01001, FR:2A004): how many live there is not "
        "known",
    ]


def test_an_empty_cell_is_not_known_and_a_zero_is() -> None:
    placed, record = joined(FRENCH, ("59350", None), ("01001", 0), ("2A004", 3))
    assert pd.isna(placed["FR:59350"][0])
    assert placed["FR:01001"][0] == 0
    assert record.communes_without_row == ()


BOTH = communes("FR:55004", "BE:55004", "BE:57081")


def test_one_code_in_two_countries() -> None:
    with pytest.raises(InputError, match=r"row 2, column 'code': the code 55004 is that of several communes"):
        joined(BOTH, ("55004", 1))
    assert joined(BOTH, ("55004", 1), country="BE")[0]["BE:55004"][0] == 1
    assert joined(BOTH, ("FR:55004", 1), ("BE:55004", 2))[0]["FR:55004"][0] == 1
    assert joined(communes("57001", "57002"), ("57002", 4))[0]["57002"][0] == 4


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("59350", 1), ("59350", 2)], "59350 stands in rows 2 and 3"),
        ([("1001", 1), ("01001", 2)], "1001 stands in rows 2 and 3"),
        ([("99999", 1), ("99999", 2), ("59350", 3)], "99999 stands in rows 2 and 3"),
        ([("59350", 1), (None, 500)], "row 3, column 'code' is empty; got 500 people without a code"),
        ([("57", 1), ("58", 2)], "no code is that of a commune; got 57, 58; expected 01001, 59350, 2A004"),
        ([("59350", "1.234")], r"row 2, column 'people': is 1.234 1.234 or 1234\?"),
        ([("59350", "n.d.")], "row 2, column 'people' is not surely a count"),
    ],
)
def test_what_cannot_be_joined_is_refused_with_its_row(rows: list[tuple[object, object]], told: str) -> None:
    with pytest.raises(InputError, match=told):
        joined(FRENCH, *rows)


@pytest.mark.parametrize("cell", [-9999, "-9999", "-9999,0", " -9 999 "])
def test_a_number_that_means_not_known_is_stated_and_no_count(cell: object) -> None:
    """Refused with a hint that says how to state it; once stated, as an empty cell."""
    rows = table(("01001", 5), ("59350", cell), ("2A004", 1))
    facts = {"code": "code", "people": "people", "what": "t.csv"}
    with pytest.raises(InputError, match=r"not surely a count.*args\.no_data_value: -9999"):
        join_outlines(rows, FRENCH, **facts)
    frame, record = join_outlines(rows, FRENCH, **facts, no_data_value=(-9999.0,))
    people = dict(zip(frame["commune_id"], frame["people"], strict=True))
    assert (people["FR:01001"], people["FR:2A004"], record.joined) == (5, 1, 3)
    assert pd.isna(people["FR:59350"])
    with pytest.raises(InputError, match="not surely a count"):
        join_outlines(rows, FRENCH, **facts, no_data_value="none")
