"""A hint names what exists where it is read."""

from __future__ import annotations

import copy
import pickle

import pytest

from geoalarm.core.errors import InputError
from geoalarm.core.field_hints import FieldHint, said_with

HINT = FieldHint("name one: {member}", otherwise="unpack it", member="T100.shp")


def command_line(field: str, value: str) -> str | None:
    return f"--footprint zones.zip:{value}" if field == "member" else None


def test_a_hint_reads_as_for_a_catalog_until_a_door_says_it() -> None:
    assert HINT == "name one: args.member: T100.shp"
    assert FieldHint("{country_column}", country_column="pays") == "metadata.country_column: pays"
    assert HINT.said_with(command_line) == "name one: --footprint zones.zip:T100.shp"
    assert (
        FieldHint("state it: {crs}", otherwise="write it", crs="EPSG:1").said_with(command_line) == "write it"
    )
    assert said_with(FieldHint("state it: {crs}", crs="EPSG:1"), command_line) is None
    assert said_with("fetch it again", command_line) == "fetch it again"


def test_an_error_is_said_anew_with_all_its_parts() -> None:
    error = InputError("zones.zip holds several", got="a, b", expected="one", hint=HINT).at("--footprint")
    told = error.said_with(command_line)
    assert isinstance(told, InputError)
    assert told.sentence() == (
        "--footprint: zones.zip holds several; got a, b; expected one; hint: name one: --footprint "
        "zones.zip:T100.shp."
    )


@pytest.mark.parametrize("again", [copy.deepcopy, lambda hint: pickle.loads(pickle.dumps(hint))])
def test_a_copy_can_still_be_said_anew(again) -> None:
    assert again(HINT).said_with(command_line) == "name one: --footprint zones.zip:T100.shp"
    assert again(HINT) == HINT
