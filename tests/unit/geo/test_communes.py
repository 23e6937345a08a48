"""Keys, names and mergers of communes."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.geo.communes import (
    Crosswalk,
    commune_id,
    crosswalk,
    display_name,
    move_counts,
    official_languages,
    split_id,
)


def test_the_same_code_is_two_places() -> None:
    assert commune_id("FR", "55004") != commune_id("BE", "55004")
    assert split_id("BE:55004") == ("BE", "55004")
    assert commune_id("FR", "2A004") == "FR:2A004"


@pytest.mark.parametrize(
    ("country", "code"),
    [("FR", "2001"), ("FR", 2001), ("BE", "5708"), ("fr", "02001"), ("BE", "2A004"), ("LU", "")],
)
def test_codes_that_lost_something_are_refused(country: str, code: object) -> None:
    with pytest.raises(InputError, match="expected"):
        commune_id(country, code)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["55004", "", "FRA:59350", "FR: 59350"])
def test_a_key_names_its_country(key: str) -> None:
    with pytest.raises(InputError, match="FR:59350"):
        split_id(key)


def test_languages_by_area() -> None:
    assert official_languages("FR:59350") == ("fr",)
    assert official_languages("BE:57081") == ("fr",)  # Tournai
    assert official_languages("BE:57097") == ("fr",)  # Comines-Warneton, with facilities
    assert official_languages("BE:21004") == ("fr", "nl")  # Brussels
    assert official_languages("BE:38008") == ("nl",)  # De Panne
    assert official_languages("BE:23106") == ("nl",)  # Pajottegem
    assert official_languages("BE:25005") == ("fr",)  # Beauvechain
    assert official_languages("BE:63023") == ("de",)  # Eupen
    assert official_languages("BE:62063") == ("fr",)  # Liège
    assert official_languages("BE:24062") == ("nl",)  # Leuven
    assert official_languages("CH:1") == official_languages("BE:00001") == official_languages("mine-7") == ()


def test_a_belgian_commune_has_one_language_in_names_reports_and_offices() -> None:
    """Four tables said it four times; every beginning of a code, and the nine German-speaking communes."""
    from types import SimpleNamespace

    from geoalarm.present.briefing.actions import office
    from geoalarm.report.commune_page import local_language
    from geoalarm.report.selection import languages_of

    region = {("nl",): "flanders", ("fr", "nl"): "brussels", ("fr",): "wallonia", ("de",): "wallonia"}
    for code in ("11002", "21004", "23027", "24062", "25014", "34022", "44021", "57081", "62063", "63023",
                 "63020", "71016", "82003", "92094"):  # fmt: skip
        spoken = official_languages(f"BE:{code}")
        assert languages_of(f"BE:{code}") == spoken
        assert local_language(f"BE:{code}") == (spoken[0] if len(spoken) == 1 else "")
        draft = SimpleNamespace(dossier=SimpleNamespace(commune_id=f"BE:{code}"))
        assert office(draft) == region[spoken]  # type: ignore[arg-type]


def test_names_in_the_language_of_the_page_then_the_local_one() -> None:
    tournai = {"commune_id": "BE:57081", "name": "Tournai", "name_fr": "Tournai", "name_nl": "Doornik"}
    assert display_name(tournai, "nl") == "Doornik (Tournai)"
    assert display_name(tournai, "fr") == "Tournai"
    assert display_name(tournai, "en") == "Tournai"
    brussels = {"commune_id": "BE:21004", "name": "Bruxelles", "name_fr": "Bruxelles", "name_nl": "Brussel"}
    assert display_name(brussels, "nl") == "Brussel (Bruxelles)"
    assert display_name(brussels, "en") == "Bruxelles / Brussel"
    sankt_vith = {
        "commune_id": "BE:63067",
        "name": "Saint-Vith",
        "name_nl": "Sankt Vith",
        "name_de": math.nan,
    }
    assert display_name(sankt_vith, "de") == "Sankt Vith"
    assert (
        display_name({"commune_id": "FR:59350", "name": "Lille", "name_nl": "Rijsel"}, "nl")
        == "Rijsel (Lille)"
    )
    assert display_name({"commune_id": "FR:59350"}, "fr") == "FR:59350"
    assert display_name({"commune_id": "ward 3", "name": "Kingston"}, "de") == "Kingston"


FRENCH = pd.DataFrame(
    {
        "code_old": ["02026", "08227", "02344", "55001"],
        "code_current_2026": ["02458", "08203|08454", "51171", "02026"],
    }
)
WALK = crosswalk(FRENCH, old="code_old", new="code_current_2026", country="FR")


def test_successors_through_chains() -> None:
    assert WALK.successors("FR:55001") == ("FR:02458",)
    assert WALK.successors("FR:08227") == ("FR:08203", "FR:08454")
    assert WALK.successors("FR:59350") == ("FR:59350",)


def test_a_merger_may_keep_one_code() -> None:
    belgian = pd.DataFrame(
        {"code_2019": ["11002", "11007", "11007"], "code_2025": ["11002", "11002", "11002"]}
    )
    walk = crosswalk(belgian, old="code_2019", new="code_2025", country="BE")
    moved = move_counts(pd.Series({"BE:11002": 10.0, "BE:11007": 5.0}), walk)
    assert moved.counts.to_dict() == {"BE:11002": 15.0}
    assert moved.renamed == {"BE:11007": ("BE:11002",)}


def test_a_split_commune_needs_shares() -> None:
    counts = pd.Series({"FR:08227": 100.0, "FR:08203": 1.0})
    with pytest.raises(InputError, match="was split between FR:08203 and FR:08454; got no shares"):
        move_counts(counts, WALK)
    with pytest.raises(InputError, match="summing to one"):
        move_counts(counts, WALK, shares={("FR:08227", "FR:08203"): 0.4, ("FR:08227", "FR:08454"): 0.4})
    moved = move_counts(counts, WALK, shares={("FR:08227", "FR:08203"): 0.4, ("FR:08227", "FR:08454"): 0.6})
    assert moved.counts.to_dict() == {"FR:08203": 41.0, "FR:08454": 60.0}


def test_people_whose_commune_left_the_zone_are_kept_apart() -> None:
    moved = move_counts(pd.Series({"FR:02344": 70.0, "FR:02026": 30.0}), WALK, zone={"FR:02458"})
    assert moved.counts.to_dict() == {"FR:02458": 30.0}
    assert moved.outside.to_dict() == {"FR:51171": 70.0}


def test_unknown_is_not_zero_in_a_merger() -> None:
    moved = move_counts(pd.Series({"FR:02026": math.nan, "FR:02458": 30.0, "FR:59350": 1.0}), WALK)
    assert math.isnan(moved.counts["FR:02458"])
    assert moved.counts["FR:59350"] == 1.0


def test_tables_that_cannot_be_right() -> None:
    with pytest.raises(InputError, match="circle"):
        Crosswalk({"FR:02026": ("FR:02027",), "FR:02027": ("FR:02026",)}).successors("FR:02026")
    with pytest.raises(InputError, match="two things of FR:02026"):
        crosswalk(
            pd.DataFrame({"a": ["02026", "02026"], "b": ["02458", "02459"]}), old="a", new="b", country="FR"
        )
    with pytest.raises(InputError, match="nothing after"):
        crosswalk(pd.DataFrame({"a": ["02026"], "b": [None]}), old="a", new="b", country="FR")
    with pytest.raises(InputError, match="twice"):
        move_counts(pd.Series([1.0, 2.0], index=["FR:02026", "FR:02026"]), WALK)
    with pytest.raises(InputError, match="text of the form"):
        crosswalk(pd.DataFrame({"a": [2026], "b": [2458]}), old="a", new="b", country="FR")


keys = st.sampled_from([f"FR:{number:05d}" for number in range(1, 13)])


@given(st.dictionaries(keys, st.floats(0, 1e7), min_size=1), st.dictionaries(keys, keys), st.sets(keys))
def test_mergers_conserve_people(counts: dict[str, float], merges: dict[str, str], zone: set[str]) -> None:
    # a merger goes to a higher code, so that no chain runs in a circle
    walk = Crosswalk({old: (new,) for old, new in merges.items() if new > old})
    moved = move_counts(pd.Series(counts), walk, zone=zone)
    assert moved.counts.sum() + moved.outside.sum() == pytest.approx(sum(counts.values()), rel=1e-12)
    assert set(moved.counts.index) <= zone
    assert not set(moved.counts.index) & set(moved.renamed)
