"""``make audit``: known weaknesses of the locked packages, their licences, age and keeper of direct ones.

Exit code 0: nothing found; 1: a weakness, or a licence that is on no list; 3: no advisory index answered, so
that nothing is known of weaknesses.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, Final, NamedTuple

import requests

from locked_packages import LOCK, ROOT, PackageKeeper, direct, keeper, locked, not_allowed

CLEAN: Final = 0
FOUND: Final = 1
UNKNOWN: Final = 3
WAIT_S: Final = 10
"""How long one question to an index may take [s]."""
AUDIT: Final = (
    "-m",
    "pip_audit",
    "--disable-pip",
    "--no-deps",
    "--format=json",
    "--progress-spinner=off",
    f"--timeout={WAIT_S}",
    "--requirement",
)
INDEX: Final = "PIP_INDEX_URL"
"""The index that is asked for days of release, as pip knows it; without it none is asked."""
ACCEPT: Final = {"Accept": "application/vnd.pypi.simple.v1+json"}


class Weaknesses(NamedTuple):
    """What the advisory index knows: sentences, packages asked about, and packages it did not know."""

    found: tuple[str, ...]
    asked: int
    skipped: int


def main(words: list[str] | None = None) -> int:
    """Print the three parts; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--offline", action="store_true", help="ask no index")
    offline = parser.parse_args(words).offline
    weak = None if offline else weaknesses(ROOT / LOCK)
    lines = told(weak)
    odd = not_allowed([one.name for one in locked()])
    lines += [f"licence of {name}: {', '.join(found) or 'none stated'}" for name, found in odd.items()]
    lines += [] if odd else ["licences: all on the list"]
    sys.stdout.write("\n".join([*lines, "", *table(offline=offline), ""]))
    return exit_code(weak, odd)


def exit_code(weak: Weaknesses | None, odd: dict[str, list[str]]) -> int:
    """What was found, and whether anything is known at all."""
    if odd or (weak is not None and weak.found):
        return FOUND
    return UNKNOWN if weak is None or weak.skipped == weak.asked else CLEAN


def told(weak: Weaknesses | None) -> list[str]:
    """Weaknesses in sentences; that nothing is known where no index answers."""
    if weak is None or weak.skipped == weak.asked:
        return ["no advisory index answers here: nothing is known of weaknesses"]
    skipped = [f"not known to the advisory index: {weak.skipped} of {weak.asked}"] if weak.skipped else []
    return [*(weak.found or (f"weaknesses: none known of {weak.asked - weak.skipped} packages",)), *skipped]


def weaknesses(lock: Path) -> Weaknesses | None:
    """What pip-audit says of a lock; None where no index answers."""
    done = subprocess.run(  # noqa: S603  (our own interpreter)
        [sys.executable, *AUDIT, str(lock)], capture_output=True, text=True, check=False
    )
    try:
        return read_report(json.loads(done.stdout))
    except ValueError:
        return None


def read_report(report: dict[str, Any]) -> Weaknesses:
    """The report of pip-audit in sentences."""
    rows = report["dependencies"]
    found = tuple(
        f"weakness of {row['name']} {row['version']}: {one['id']}, mended in "
        f"{', '.join(one['fix_versions']) or 'no release'}"
        for row in rows
        for one in row.get("vulns", ())
    )
    return Weaknesses(found, len(rows), sum("skip_reason" in row for row in rows))


def table(*, offline: bool) -> list[str]:
    """Version, day of release, keeper and address of each direct dependency."""
    versions = {one.name: one.version for one in locked()}
    index = "" if offline else os.environ.get(INDEX, "")
    dates = released({name: versions[name] for name in direct()}, index)
    rows = [("package", "locked", "released", "keeper", "project")]
    for name in direct():
        try:
            who = keeper(name)
        except metadata.PackageNotFoundError:
            who = PackageKeeper("not installed", "not stated")
        rows.append((name, versions[name], dates.get(name, "unknown"), *who))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def released(pins: dict[str, str], index: str) -> dict[str, str]:
    """Day on which each version was released, of those that a package index (PEP 700) knows; it is asked no
    more once it does not answer.
    """
    days: dict[str, str] = {}
    for name, version in pins.items() if index.startswith("https://") else ():
        try:
            answer = requests.get(f"{index.rstrip('/')}/{name}/", headers=ACCEPT, timeout=WAIT_S)
            files = answer.json()["files"] if answer.ok else None
        except (requests.RequestException, ValueError, KeyError):
            break
        if files is None:
            break
        of_it = [str(one.get("upload-time", "")) for one in files if f"-{version}" in one["filename"]]
        days[name] = min(filter(None, of_it), default="unknown")[:10]
    return days


if __name__ == "__main__":
    sys.exit(main())
