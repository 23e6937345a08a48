"""Maps of the golden reports as pictures, against kept ones; tests/regression says how to keep new ones."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from geoalarm import analysis
from geoalarm.dossier import open_territory
from geoalarm.i18n import place_names as names
from geoalarm.present import svg
from geoalarm.present.briefing import briefing
from geoalarm.report.commune_page import pictures_of
from geoalarm.report.html_templates import stylesheet

GOLDEN = Path(__file__).parents[1] / "regression" / "golden"
COMMUNES = ("FR:02381", "FR:59183", "BE:57081", "BE:34027")
WRITE = os.environ.get("GEOALARM_GOLDEN") == "write"
WIDE = 460
TOLERATED = 0.015
"""Share of the pixels of a map that may differ: letters are drawn by the fonts of the machine."""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def territory():
    return open_territory(analysis.open_workspace(), command="geoalarm report")


@pytest.mark.parametrize("commune", COMMUNES)
def test_the_map_looks_as_it_did(territory, commune, chromium):
    shown = {str(key): str(name) for key, name in names.names(territory.communes, "en").items()}
    page = briefing(territory.dossier(commune), "en", names=shown)
    pictures = pictures_of(page, territory, svg.Maps(territory.communes), "en")
    flood = next(card for card in page.cards if card.hazard == "flood")
    made = shot(chromium, f"{svg.patterns()}{pictures.maps[flood.id]}")
    kept = GOLDEN / f"{commune.replace(':', '-')}.flood.png"
    if WRITE:
        kept.write_bytes(made)
    one, other = (
        np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype="int16")
        for data in (made, kept.read_bytes())
    )
    assert one.shape == other.shape
    differing = (np.abs(one - other).max(axis=2) > 48).mean()
    assert differing <= TOLERATED, f"{differing:.1%} of the map differ"


def shot(chromium, body: str) -> bytes:
    """The first picture of a page, as PNG."""
    context = chromium.new_context(viewport={"width": WIDE, "height": 900}, color_scheme="light")
    try:
        tab = context.new_page()
        tab.set_content(
            f"<!doctype html><meta charset=utf-8><style>{stylesheet()}</style><main>{body}</main>"
        )
        return tab.locator("main svg[role=img]").last.screenshot()
    finally:
        context.close()
