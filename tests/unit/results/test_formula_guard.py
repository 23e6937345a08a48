"""No cell of a table runs in a spreadsheet; numbers stay numbers."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from geoalarm.results.formula_guard import without_formulas
from geoalarm.results.tables import write_csv

EVIL = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "  =1", "\u00a0@A1")


@pytest.mark.parametrize("text", EVIL)
def test_text_that_begins_like_a_formula_gets_an_apostrophe(text: str, tmp_path) -> None:
    table = pd.DataFrame({"scenario": [text, "plain"], "people": [-5.0, 3.0], "=head": ["a", "b"]})
    write_csv(table, tmp_path / "a.csv")
    back = pd.read_csv(tmp_path / "a.csv")
    assert back["scenario"][0].startswith("'")
    assert back["scenario"][1] == "plain"
    assert back["people"].tolist() == [-5.0, 3.0]
    assert "'=head" in back.columns


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a;=cmd|x!A1", "a;'=cmd|x!A1"),
        ("a; +1;-2", "a; '+1;'-2"),
        ("a\n@SUM(A1)", "a\n'@SUM(A1)"),
        ("a\t＝1", "a\t'＝1"),
        ("a;b - c; 5", "a;b - c; 5"),
        ("[-0.5, -0.1)|x=1", "[-0.5, -0.1)|x=1"),
    ],
)
def test_what_comes_after_a_semicolon_is_a_cell_of_its_own_where_commas_part_decimals(
    text: str, plain: str
) -> None:
    assert without_formulas(pd.DataFrame({"a": [text]}))["a"][0] == plain


def test_the_table_itself_stays_as_it_is() -> None:
    table = pd.DataFrame({"a": ["=1", None]})
    guarded = without_formulas(table)
    assert table["a"][0] == "=1"
    assert guarded["a"].isna().tolist() == [False, True]
    assert guarded.to_csv(io.StringIO(), index=False) is None
