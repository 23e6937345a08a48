"""How tables write counts: read as their writer means them; what can be read in two ways is refused."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from geoalarm.catalog.written_numbers import people_from_cells
from geoalarm.core.errors import InputError


def read(*cells: object) -> list[float]:
    column = pd.Series(cells, index=range(2, 2 + len(cells)), name="habitants", dtype="object")
    return people_from_cells(column, what="t.csv").tolist()


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        (["1234", "987", "0"], [1234, 987, 0]),
        ([1234, 987.5], [1234, 987.5]),
        (["1 234,5", "987"], [1234.5, 987]),
        (["1 234", "1 234 567", "1 234"], [1234, 1234567, 1234]),
        (["1'234", "12’345.5"], [1234, 12345.5]),
        (["1.234,5", "1.234"], [1234.5, 1234]),
        (["1,234.5", "1,234"], [1234.5, 1234]),
        (["1.234.567", "1.234"], [1234567, 1234]),
        (["12,5", "1,234"], [12.5, 1.234]),
        (["12,5", "1.234"], [12.5, 1234]),
        (["12.5", "1.234"], [12.5, 1.234]),
        (["1,234,567", "1.234"], [1234567, 1.234]),
        (["0.123", "1.234"], [0.123, 1.234]),
        (["1234.567", "1.234"], [1234.567, 1.234]),
        (["1 234.567", "1.234"], [1234.567, 1.234]),
        (["\t12 "], [12]),
        (["01234"], [1234]),
    ],
)
def test_a_column_is_read_as_it_is_written(cells: list[object], right: list[float]) -> None:
    assert read(*cells) == right


def test_an_empty_cell_is_not_known() -> None:
    assert [math.isnan(value) for value in read(None, float("nan"), "5")] == [True, True, False]


@pytest.mark.parametrize("open_question", ["1.234", "12,345", "999.000"])
def test_what_can_be_read_in_two_ways_is_asked_about(open_question: str) -> None:
    with pytest.raises(InputError, match=r"t\.csv, row 3, column 'habitants': is .* or \d+\?"):
        read("987", open_question)


@pytest.mark.parametrize(
    ("first", "second"), [("12,5", "1,234,567"), ("1.5", "1.234,5"), ("1.234,5", "1,234.5")]
)
def test_a_column_that_contradicts_itself(first: str, second: str) -> None:
    with pytest.raises(InputError, match=r"rows 2 and 3, column 'habitants': .* stands for two things"):
        read(first, second)


@pytest.mark.parametrize(
    "cell",
    [
        *["n.d.", "< 5", "12 %", "12%", "-", "-5", -5, True, "1e3", "10-20", "5 hab.", "1 23", "12 34"],
        *["1,23,456", "1.23.456", "1.234,567.8", "1 234'567", "..", "#N/A", "=A1", "٣", float("inf")],
        pd.Timestamp("2024-01-01"),
    ],
)
def test_what_is_not_surely_a_count_is_refused_with_its_place(cell: object) -> None:
    with pytest.raises(InputError, match=r"t\.csv, row 3, column 'habitants' is not surely a count"):
        read("987", cell)
