"""The bill of materials holds the pins of the lock, to its schema; the audit says what it does not know."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import audit
from audit import CLEAN, FOUND, UNKNOWN, Weaknesses, exit_code, read_report, told
from bill_of_materials import bill_of_materials


@pytest.fixture(scope="module")
def bill(root: Path) -> str:
    return bill_of_materials(root)


def test_the_bill_keeps_to_the_schema_and_is_made_again_byte_for_byte(root: Path, bill: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill) is None
    assert bill_of_materials(root) == bill


def test_its_components_are_the_pins_of_the_lock_with_their_hashes(root: Path, bill: str) -> None:
    """The lock read line by line, without the code that makes the bill."""
    pinned: dict[tuple[str, str], set[str]] = {}
    for line in (root / "requirements.lock").read_text("utf-8").splitlines():
        pin = re.match(r"([\w.-]+)(?:\[.*?\])?==([^\s;]+)", line)
        if pin:
            held = pinned.setdefault((pin[1], pin[2]), set())
        elif "--hash=sha256:" in line:
            held.add(line.split("sha256:")[1].split()[0])
    listed = {
        (one["name"], one["version"]): {digest["content"] for digest in one["hashes"]}
        for one in json.loads(bill)["components"]
    }
    assert listed == pinned


REPORT = {
    "dependencies": [
        {"name": "sound", "version": "1.0", "vulns": []},
        {"name": "weak", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]},
        {"name": "strange", "skip_reason": "not found"},
    ]
}


def test_a_weakness_is_told_with_the_release_that_mends_it() -> None:
    found = read_report(REPORT)
    assert found == Weaknesses(("weakness of weak 2.0: PYSEC-1, mended in 2.1",), 3, 1)
    assert told(found) == [*found.found, "not known to the advisory index: 1 of 3"]


@pytest.mark.parametrize(
    ("weak", "odd", "code"),
    [
        (Weaknesses((), 3, 0), {}, CLEAN),
        (Weaknesses((), 3, 1), {}, CLEAN),
        (Weaknesses(("one",), 3, 1), {}, FOUND),
        (Weaknesses((), 3, 0), {"copied": ["GPL-3.0"]}, FOUND),
        (Weaknesses((), 3, 3), {}, UNKNOWN),
        (None, {}, UNKNOWN),
        (None, {"copied": []}, FOUND),
    ],
)
def test_not_to_know_is_not_to_find_nothing(weak: Weaknesses | None, odd: dict, code: int) -> None:
    assert exit_code(weak, odd) == code
    assert (told(weak) == [NO_INDEX]) is (weak is None or weak.skipped == 3)


NO_INDEX = "no advisory index answers here: nothing is known of weaknesses"


def test_without_an_index_the_audit_says_so_and_still_tells_licences_and_keepers(capsys) -> None:
    assert audit.main(["--offline"]) == UNKNOWN
    printed = capsys.readouterr().out
    assert printed.startswith(f"{NO_INDEX}\nlicences: all on the list\n")
    assert re.search(r"^geopandas +\S+ +unknown +GeoPandas contributors +https://", printed, flags=re.M)
    assert "not installed" not in printed
