"""A project on an example whose facts are known: only where its files lie has to be said."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Final

from geoalarm.analysis.new_project.begin_project import CATALOG, SCENARIO, require_unwritten, write_project
from geoalarm.catalog.open import package_catalog
from geoalarm.core.errors import InputError, near_miss
from geoalarm.core.settings import EXAMPLE_DATA
from geoalarm.io.plain_yaml import parse_yaml

EXAMPLES: Final = ("real-zone",)
"""Examples by name."""


def begin_example_project(folder: Path, name: str, data: Path) -> Path:
    """Write the catalog and the scenario of an example over the files of a folder; give the catalog.

    Parameters
    ----------
    folder : pathlib.Path
        Of the project.
    name : str
        One of :data:`EXAMPLES`.
    data : pathlib.Path
        Folder that holds the files of the example.

    Raises
    ------
    InputError
        If there is no such example, a file of it is missing, the project is there already, or its folder
        cannot be written; nothing is written then.
    """
    if name not in EXAMPLES:
        raise InputError(
            f"example {name!r}", got=name, expected=", ".join(EXAMPLES), hint=near_miss(name, EXAMPLES)
        )
    require_unwritten(folder)
    places = {"@DATA@": data.absolute().as_posix(), "@PACKAGE@": package_catalog().folder.as_posix()}
    texts = {CATALOG: _text(f"{name}.catalog.yml", places), SCENARIO: _text(f"{name}.scenario.yml", places)}
    _require_files(texts[CATALOG], data.absolute())
    write_project(folder, texts)
    return folder / CATALOG


def _text(file: str, places: dict[str, str]) -> str:
    text = (resources.files(__package__) / "examples" / file).read_text(encoding="utf-8")
    for mark, place in places.items():
        text = text.replace(mark, place)
    return text


def _require_files(catalog: str, data: Path) -> None:
    sources = parse_yaml(catalog.encode(), what=CATALOG)["sources"]
    places = [Path(entry["args"]["urlpath"]) for entry in sources.values()]
    missing = [
        str(place.relative_to(data)) for place in places if place.is_relative_to(data) and not place.is_file()
    ]
    if missing:
        raise InputError(
            f"the files of the example are not in {data}",
            got=f"no {', no '.join(missing[:6])}",
            expected="the folder that holds them",
            hint=f"name it with --data, or in {EXAMPLE_DATA}",
        )
