"""Begin a project: a catalog and a scenario for the files of a folder, beside them, over nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from geoalarm.analysis.new_project.column_meanings import vintage_of
from geoalarm.analysis.new_project.detect_role import detect_role
from geoalarm.analysis.new_project.entry_text import ProjectEntry, entry_text, grouped, indented
from geoalarm.analysis.new_project.inspect_files import data_files, inspect_files
from geoalarm.analysis.new_project.inspected_layer import InspectedLayer
from geoalarm.analysis.new_project.role_guess import RoleGuess
from geoalarm.core.atomic import atomic_file, cannot_write, require_writable
from geoalarm.core.errors import InputError
from geoalarm.io.unstated import UNSTATED

CATALOG: Final = "catalog.yml"
SCENARIO: Final = "scenario.yml"
USED: Final = ("communes", "population", "hazard", "sites")
"""Roles that figures and pages are made of; a catalog may hold others, which nothing needs."""
_NO_COMMUNES: Final = f"{UNSTATED} the entry that holds the communes"
_NO_PEOPLE: Final = f"{UNSTATED} the entry that holds the people"
_NO_HAZARD: Final = f"{UNSTATED} the entry of a hazard"


@dataclass(frozen=True)
class NewProject:
    """A project as it was begun.

    Attributes
    ----------
    folder : pathlib.Path
    entries : tuple of ProjectEntry
        Of the catalog, in its order.
    left_out : tuple of (str, str)
        Files or layers that are not in it, and why.
    unstated : int
        Values that somebody has to state.
    """

    folder: Path
    entries: tuple[ProjectEntry, ...]
    left_out: tuple[tuple[str, str], ...]
    unstated: int

    @property
    def catalog(self) -> Path:
        """The catalog that was written."""
        return self.folder / CATALOG

    @property
    def scenario(self) -> Path:
        """The scenario that was written."""
        return self.folder / SCENARIO


def begin_project(folder: Path, files: Sequence[Path] = ()) -> NewProject:
    """Write ``catalog.yml`` and ``scenario.yml`` into a folder, for the files that lie there or are named.

    Raises
    ------
    InputError
        If one of the two is there already, if no file holds anything of use, or the folder cannot be written;
        nothing is written then.
    """
    require_unwritten(folder)
    found = inspect_files(files or (data_files(folder) if folder.is_dir() else ()))
    guesses = [(layer, detect_role(layer)) for layer in found.layers]
    entries = tuple(_joined(grouped(_with_common_year([pair for pair in guesses if pair[1].role in USED]))))
    left = (*_unused(guesses), *((path.name, why) for path, why in found.unusable))
    if not entries:
        raise InputError(
            f"no file of {folder} is of use for a project",
            got=_told(left) or "no file with a known ending",
            expected="communes, people, hazards, sites, in formats that docs/catalog.md names",
            hint=f"put files there, or name them: geoalarm init {folder} FILE ...",
        )
    texts = {CATALOG: _catalog_text(folder, entries), SCENARIO: _scenario_text(folder, entries)}
    write_project(folder, texts)
    return NewProject(folder, entries, left, sum(map(count_unstated, texts.values())))


def require_unwritten(folder: Path) -> None:
    """Refuse a folder that holds a project, or cannot be written.

    Raises
    ------
    InputError
        See above.
    """
    there = [name for name in (CATALOG, SCENARIO) if (folder / name).exists()]
    if there:
        raise InputError(
            f"{folder} holds {' and '.join(there)} already",
            got="a project",
            expected="a folder without one: nothing is overwritten",
            hint="name another folder, or rename what is there",
        )
    require_writable(folder)


def write_project(folder: Path, texts: dict[str, str]) -> None:
    """Write the files of a project, each whole.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    for name, text in texts.items():
        with atomic_file(folder / name) as scratch:
            scratch.write_text(text, encoding="utf-8")


def count_unstated(text: str) -> int:
    """Values of a text that are still to be stated."""
    return text.count(f": '{UNSTATED} ") + text.count(f": {UNSTATED} ") + text.count(f'"{UNSTATED} ')


def _with_common_year(
    pairs: list[tuple[InspectedLayer, RoleGuess]],
) -> list[tuple[InspectedLayer, RoleGuess]]:
    """Communes of two countries with people of one year, where both have one in common."""
    choices = [set(guess.population_choices) for _, guess in pairs if guess.role == "communes"]
    common = sorted(set.intersection(*choices)) if len(choices) > 1 else []
    if not common:
        return pairs
    name = max(common, key=lambda column: (vintage_of(pairs[0][0], column), -len(column)))
    return [
        (layer, replace(guess, population_column=name, vintage=vintage_of(layer, name)))
        if guess.role == "communes"
        else (layer, guess)
        for layer, guess in pairs
    ]


def _joined(entries: list[ProjectEntry]) -> list[ProjectEntry]:
    """Tables of people with the communes that they could be joined to: those of their country."""
    communes = [entry for entry in entries if entry.guess.role == "communes"]

    def of(guess: RoleGuess) -> RoleGuess:
        own = [one for one in communes if set(one.guess.countries) & set(guess.countries)]
        names = tuple(one.name for one in own or communes)
        return replace(guess, join_communes=names, is_join_told=len(own or communes) == 1)

    return [
        replace(entry, guess=of(entry.guess)) if entry.layer.form == "table" else entry for entry in entries
    ]


def _unused(guesses: Iterable[tuple[InspectedLayer, RoleGuess]]) -> list[tuple[str, str]]:
    return [
        (":".join(filter(None, (layer.path.name, layer.member, layer.layer, layer.band_name))), _why(guess))
        for layer, guess in guesses
        if guess.role not in USED
    ]


def _why(guess: RoleGuess) -> str:
    return f"{guess.why}: no figure needs {guess.role}" if guess.role else guess.why


def _told(left: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{name}: {why}" for name, why in list(left)[:6])


def _catalog_text(folder: Path, entries: Iterable[ProjectEntry]) -> str:
    head = (
        "# Begun by `geoalarm init`: what the files tell. A value that begins with TODO has to be stated by\n"
        "# somebody who knows; docs/catalog.md explains every field, and what may stand there.\n"
        "#   geoalarm catalog check --catalog catalog.yml   tells what is still open, and opens every layer\n"
    )
    title = indented({"version": 1, "metadata": {"title": folder.absolute().name or "Territory"}}, 0)
    return head + title + "sources:\n\n" + "\n".join(entry_text(entry, folder) for entry in entries)


def _scenario_text(folder: Path, entries: Sequence[ProjectEntry]) -> str:
    def names(role: str) -> list[str]:
        return [entry.name for entry in entries if entry.guess.role == role]

    communes, hazards = names("communes"), [one for one in entries if one.guess.role == "hazard"]
    near = [one.name for one in hazards if _reaches(one, entries)]
    people = _by_cover(entries)
    partly = [one.name for one in entries if one.name in people[1:] and _lacks_communes(one, communes[:2])]
    scenario = {
        "name": folder.absolute().name or "territory",
        "title": f"Territory of {folder.absolute().name}",
        "catalog": CATALOG,
        "communes": communes[:2] or [_NO_COMMUNES],
        "population": [name for name in people if name not in partly] or [_NO_PEOPLE],
        "footprints": [{"entry": name} for name in near] or [{"entry": _NO_HAZARD}],
    }
    if names("sites"):
        scenario["sites"] = names("sites")
    beside = [*communes[2:], *(one.name for one in hazards if one.name not in near)]
    notes = [f"# left out, it lies elsewhere or is a third set of communes: {name}\n" for name in beside]
    notes += [
        f"# other people, of a part of the communes only: {name} ({entry.guess.why})\n"
        for entry in entries
        if (name := entry.name) in partly
    ]
    head = (
        "# Which entries meet; docs/use.md explains the fields. The first people are counted.\n"
        "#   geoalarm run scenario.yml --out result           geoalarm serve --scenario scenario.yml\n"
    )
    return head + "".join(notes) + indented(scenario, 0)


def _lacks_communes(entry: ProjectEntry, communes: Sequence[str]) -> bool:
    """Whether it is a table of other communes than all of these."""
    return entry.layer.form == "table" and not set(communes) <= set(entry.guess.join_communes)


def _reaches(entry: ProjectEntry, entries: Iterable[ProjectEntry]) -> bool:
    """Whether a layer touches the box of the communes; anything does where there are none."""
    boxes = [one.layer.bounds for one in entries if one.guess.role == "communes"]
    west, south, east, north = entry.layer.bounds
    return not boxes or any(
        west <= box[2] and east >= box[0] and south <= box[3] and north >= box[1] for box in boxes
    )


def _by_cover(entries: Sequence[ProjectEntry]) -> list[str]:
    """People that reach the communes, those that cover the most of their box first."""
    people = [one for one in entries if one.guess.role == "population" and _reaches(one, entries)]
    boxes = [one.layer.bounds for one in entries if one.guess.role == "communes"]

    def cover(entry: ProjectEntry) -> float:
        if entry.layer.form == "table":
            return -1.0  # a grid says where in a commune people live
        west, south, east, north = entry.layer.bounds
        return sum(
            max(0.0, min(east, box[2]) - max(west, box[0]))
            * max(0.0, min(north, box[3]) - max(south, box[1]))
            for box in boxes
        )

    return [entry.name for entry in sorted(people, key=cover, reverse=True)]
