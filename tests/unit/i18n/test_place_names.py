"""Search by code, name in any language and postcode; when one commune is meant and when several are."""

from __future__ import annotations

import pytest

from geoalarm import testing
from geoalarm.core.model import Communes
from geoalarm.i18n.place_names import find, name_in, search


@pytest.fixture(scope="module")
def communes() -> Communes:
    frame = testing.world().communes.data.copy()
    frame["postcodes"] = ["59000|59160", "59000", None, "7500|7501", "7503", ""]
    frame.loc[0, "name"] = "Lille"
    frame.loc[1, "name"] = "Lillers"
    frame.loc[3, ["name", "name_nl"]] = ["Tournai", "Doornik"]
    return Communes(frame)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("59160", ["FR:00001"]),
        ("59000", ["FR:00002", "FR:00001"]),
        ("590", ["FR:00002", "FR:00001"]),
        ("750", ["BE:00002", "BE:00001"]),
        ("75", []),
        ("7501", ["BE:00001"]),
        ("lille", ["FR:00001", "FR:00002"]),
        ("00001", ["BE:00001", "FR:00001"]),
        ("doornik", ["BE:00001"]),
        ("|", []),
        ("", []),
    ],
)
def test_search(communes, query, found):
    assert search(communes, query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Lille", ["FR:00001"]),
        ("lill", ["FR:00002", "FR:00001"]),
        ("59160", ["FR:00001"]),
        ("59000", ["FR:00002", "FR:00001"]),
        ("00001", ["BE:00001", "FR:00001"]),
        ("FR:00001", ["FR:00001"]),
        ("TOURNAI", ["BE:00001"]),
        ("atlantis", []),
    ],
)
def test_one_alone_where_it_is_called_exactly_that(communes, query, found):
    assert find(communes, query) == found


def test_a_site_is_named_in_the_language_where_it_has_one() -> None:
    given = {"fr": "centrale nucléaire de Chooz"}
    assert name_in(given, "Chooz", "fr-BE") == "centrale nucléaire de Chooz"
    assert name_in(given, "Chooz", "fr", first=True) == "Centrale nucléaire de Chooz"
    assert name_in(given, "Chooz", "nl") == "Chooz"
