"""Whatever a feature service does, all its features come once or there is an error: never a part, nothing
twice.
"""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geoalarm.core.errors import InputError
from geoalarm.io import wfs
from geoalarm.io.address import parse_address
from geoalarm.io.wfs_address import feature_query

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "feature_service_kit.py")))
RING = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]
QUIRKS = (
    *("ignores_start", "shuffles", "grows", "limits_then_skips", "old_geoserver", "no_key"),
    *("made_up_ids", "no_ids", "ids_restart", "no_hits", "later_exception"),
)


def features(server: Any, address: str, place: Path) -> list[str]:
    """Codes of what is fetched, without a network: the service is asked as a function."""

    def ask(url: str, target: Path, *, most: int, has_answered: bool) -> Any:
        del most, has_answered
        parts = urlsplit(url)
        query = {key.lower(): value for key, value in parse_qsl(parts.query)}
        status, body = server.reply(parts.path, query)
        target.write_bytes(body)
        return wfs.WebReply(status, target)

    query = feature_query(parse_address(address))
    assert query is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wfs, "ask_service", ask)
        wfs.download_features(query, place, most=10**7)
    return sorted(one["properties"]["code"] for one in json.loads(place.read_bytes())["features"])


@given(
    number=st.integers(0, 12),
    cap=st.none() | st.integers(1, 13),
    count=st.none() | st.integers(1, 13),
    matched=st.sampled_from(["true", "unknown", "none"]),
    quirks=st.sets(st.sampled_from(QUIRKS), max_size=3),
    door=st.sampled_from(["1.0.0", "1.1.0", "2.0.0", "2.0.2", "items"]),
)
def test_all_or_an_error(
    tmp_path_factory: pytest.TempPathFactory,
    number: int,
    cap: int | None,
    count: int | None,
    matched: str,
    quirks: set[str],
    door: str,
) -> None:
    counts = matched == "true" or (door != "items" and "no_hits" not in quirks)
    assume(counts or "limits_then_skips" not in quirks)  # a part that ends like the whole, and no number
    codes = [f"{n:02}" for n in range(number)]
    rows = [kit.Row(n, {"code": code}, RING) for n, code in enumerate(codes)]
    server = kit.FeatureServer(rows, cap=cap, matched=matched, quirks=quirks, host="http://127.0.0.1:9")
    size = {} if count is None else {("count" if door[0] == "2" else "maxFeatures"): count}
    address = (
        server.items(**({} if count is None else {"limit": count}))
        if door == "items"
        else server.address(door, **size)
    )
    place = tmp_path_factory.getbasetemp() / "features.geojson"
    refused = ""
    try:
        found = features(server, address, place)
    except InputError as error:
        refused, found = str(error), codes
    added = ["99999"] if "grows" in quirks else []  # after the first page; who comes to know it takes it in
    assert found in (codes, codes + added)
    is_sound = matched == "true" and not quirks and number > 0 and door[0] != "1"
    assert not (is_sound and refused), refused
