"""Reports of two communes a country in four languages against kept ones, line by line; tests/browser compares
the maps.

After a change that is meant: ``GEOALARM_GOLDEN=write pytest tests/regression
tests/browser/test_golden_maps.py``, then read the difference before it is committed.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

import pytest

from geoalarm import analysis
from geoalarm.core.terms import LANGUAGES
from geoalarm.dossier import open_territory
from geoalarm.i18n import place_names as names
from geoalarm.present.briefing import as_text, briefing

GOLDEN = Path(__file__).parent / "golden"
COMMUNES = ("FR:02381", "FR:59183", "BE:57081", "BE:34027")
"""Hirson and Dunkerque, Tournai and Menen: a river, works by the sea, a town at the border, one that shares
its river with France.
"""

WRITE = os.environ.get("GEOALARM_GOLDEN") == "write"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def territory():
    return open_territory(analysis.open_workspace(), command="geoalarm report")


def page_of(territory, commune: str, lang: str):
    shown = {str(key): str(name) for key, name in names.names(territory.communes, lang).items()}
    return briefing(territory.dossier(commune), lang, names=shown)


@pytest.mark.parametrize("commune", COMMUNES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_words_are_those_that_were_read(territory, commune, lang):
    kept = GOLDEN / f"{commune.replace(':', '-')}.{lang}.txt"
    made = as_text(page_of(territory, commune, lang))
    if WRITE:
        kept.write_text(made, encoding="utf-8")
    before = kept.read_text(encoding="utf-8")
    difference = list(
        difflib.unified_diff(before.splitlines(), made.splitlines(), "kept", "made", lineterm="", n=0)
    )
    assert difference == [], "\n".join(difference)
