"""Where a field means text, a number or a date of a YAML file is the text that was written."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import ConfigDict, Field

from geoalarm.core.errors import InputError
from geoalarm.io.strict_model import StrictModel, as_list, check_model, read_yaml, require_model
from geoalarm.io.written_yaml import WrittenInt


class Inner(StrictModel):
    code: str


class Whole(StrictModel):
    """In strict mode, as a catalog is read."""

    model_config = ConfigDict(strict=True)

    vintage: str = ""
    maybe: str | None = None
    short: Annotated[str, Field(max_length=4)] | None = None
    texts: list[str] = Field(default_factory=list)
    by_name: dict[str, str] = Field(default_factory=dict)
    one_or_many: str | dict[str, str] | None = None
    either: int | float | str | None = None
    number: float | None = None
    whole: int | None = None
    day: date | None = None
    word: Literal["a", "b"] = "a"
    inner: Inner | None = None
    inners: list[Inner] = Field(default_factory=list)


def read(tmp_path: Path, text: str) -> Whole:
    (tmp_path / "a.yml").write_text(text, "utf-8")
    return require_model(Whole, read_yaml(tmp_path / "a.yml", what="a"), what="a", hint="b")


@pytest.mark.parametrize(
    ("text", "field", "meant"),
    [
        ("vintage: 2025", "vintage", "2025"),
        ("vintage: 2025-10-01", "vintage", "2025-10-01"),
        ("vintage: 2025.10", "vintage", "2025.10"),
        ("vintage: 01001", "vintage", "01001"),
        ("vintage: 12:30", "vintage", "12:30"),
        ("maybe: 0x10", "maybe", "0x10"),
        ("short: 59", "short", "59"),
        ("texts: [1, b, 010]", "texts", ["1", "b", "010"]),
        ("by_name: {2025: 1}", "by_name", {"2025": "1"}),
        ("one_or_many: 7", "one_or_many", "7"),
        ("one_or_many: {a: 7}", "one_or_many", {"a": "7"}),
        ("either: 7", "either", 7),
        ("either: 7.5", "either", 7.5),
        ("number: 1.5", "number", 1.5),
        ("number: 1e20", "number", 1e20),
        ("vintage: 1e-4 /yr", "vintage", "1e-4 /yr"),
        ("number: -3.4e+38", "number", -3.4e38),
        ("vintage: 1e20", "vintage", "1e20"),
        ("whole: 0100", "whole", 100),
        ("whole: -010", "whole", -10),
        ("whole: 1_000", "whole", 1000),
        ("whole: 3", "whole", 3),
        ("day: 2025-10-01", "day", date(2025, 10, 1)),
        ("inner: {code: 02381}", "inner", Inner(code="02381")),
        ("inners: [{code: 01001}]", "inners", [Inner(code="01001")]),
    ],
)
def test_a_value_is_what_its_field_means(tmp_path: Path, text: str, field: str, meant: object) -> None:
    found = getattr(read(tmp_path, text), field)
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(
    "text",
    [
        "vintage: yes",
        "vintage: [2025]",
        "word: 1",
        "whole: a",
        "vintage: null",
        "number: yes",
        "whole: no",
        "number: 1:30",
        "whole: 1:30",
    ],
)
def test_what_is_no_text_is_refused_as_before(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=text.partition(":")[0]):
        read(tmp_path, text)


def test_a_truth_value_where_a_word_is_meant_gets_a_hint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"got False.*put the word between quotes"):
        read(tmp_path, "vintage: NO")


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    for text in ("vintage: a\nvintage: b", "inner: {code: a, code: b}"):
        with pytest.raises(InputError, match=r"line \d: the key stands twice; got (vintage|code)"):
            read(tmp_path, text)


def test_yes_is_no_number_in_a_lax_model() -> None:
    class Lax(StrictModel):
        bounds: tuple[float, ...]

    assert check_model(Lax, {"bounds": [True]}, what="a", hint="b")[1]


def test_one_value_where_a_list_of_texts_is_meant() -> None:
    from pydantic import BeforeValidator

    class Listed(StrictModel):
        names: Annotated[tuple[str, ...], BeforeValidator(as_list)]

    found, faults = check_model(Listed, {"names": WrittenInt.of(1, "01")}, what="a", hint="b")
    assert (found, faults) == (Listed(names=("01",)), [])
