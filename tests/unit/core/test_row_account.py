"""Rows by name, and the account of what became of them."""

import numpy as np
import pandas as pd

from geoalarm.core.row_account import RowAccount, named_rows


def test_rows_have_the_name_of_the_column_that_tells_them_apart() -> None:
    table = pd.DataFrame(
        {"year": [2023, 2023, 2024, 2024, 2024], "code": ["a", "b", "c", "d", "e"], "note": [None] * 5}
    )
    assert named_rows(table, np.array([True, False, True, False, False])) == "code a, c"
    assert named_rows(table, np.ones(5, dtype=bool)) == "code a, b, c and 2 more"
    assert named_rows(table.drop(columns="code"), np.array([False, True, False, False, True])) == "row 2, 5"


def test_accounts_of_several_layers_are_one() -> None:
    one = RowAccount({"a": {"rows_without_geometry": 1, "geometries_repaired": 0}}, ("told",), 5.0)
    two = RowAccount({"a": {"rows_without_people": 2}, "b": {"x": 0}}, ("told", "more"), 2.0, "keep")
    joined = RowAccount.joined([one, two])
    assert joined.repairs == {"a": {"rows_without_geometry": 1, "rows_without_people": 2}}
    assert joined.warnings == ("told", "more")
    assert joined.unplaced == 7
    assert RowAccount.joined([]) == RowAccount()
