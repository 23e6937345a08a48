"""One list of dependencies, told three times: pyproject.toml, environment.yml, requirements.lock."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def from_pyproject(root: Path) -> dict[str, str]:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    every = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    return {canonicalize_name(Requirement(line).name): str(Requirement(line).specifier) for line in every}


def from_environment(root: Path) -> dict[str, str]:
    listed = yaml.safe_load((root / "environment.yml").read_text())["dependencies"]
    lines = [line for line in listed if isinstance(line, str)] + next(
        line["pip"] for line in listed if isinstance(line, dict)
    )
    found = {canonicalize_name(Requirement(line).name): str(Requirement(line).specifier) for line in lines}
    return {name: spec for name, spec in found.items() if name not in ("python", "pip")}


def test_conda_users_get_the_same_direct_dependencies(root: Path) -> None:
    assert from_environment(root) == from_pyproject(root)


def test_each_dependency_stands_with_its_reason(root: Path) -> None:
    text = (root / "pyproject.toml").read_text().partition("[project]")[2]
    listed = re.findall(
        r'^(?:  |\w+ = \[)"([\w.\[\]-]+[<>=~][^"]*)"[\],]*(?: +# (.+))?$', text, flags=re.MULTILINE
    )
    assert {canonicalize_name(Requirement(line).name) for line, _ in listed} == set(from_pyproject(root))
    assert [line for line, reason in listed if not reason] == []


def test_python_versions_agree(root: Path) -> None:
    wanted = tomllib.loads((root / "pyproject.toml").read_text())["project"]["requires-python"]
    listed = yaml.safe_load((root / "environment.yml").read_text())["dependencies"][0]
    assert str(Requirement(listed).specifier) == str(Requirement(f"python{wanted}").specifier)


def test_every_direct_dependency_is_locked_with_a_hash_and_no_address(root: Path) -> None:
    text = (root / "requirements.lock").read_text()
    pinned = {
        canonicalize_name(name)
        for name in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==", text, flags=re.MULTILINE)
    }
    assert set(from_pyproject(root)) <= pinned
    assert not re.search(r"https?://|file://|--index|--find-links", text)
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert all("--hash=sha256:" in block for block in blocks)


def test_each_runtime_dependency_that_needs_a_reason_is_imported_somewhere(root: Path) -> None:
    """A dependency that nothing names is dead weight."""
    modules = {
        "salib": "SALib",
        "pyyaml": "yaml",
        "python-docx": "docx",
    }
    by_another = {  # needed by a library we import, which does not install it
        "jinja2": "Intake's templates",
        "aiohttp": "fsspec's http",
        "requests": "fsspec's http",
        "dask": "chunks of rioxarray and Intake",
        "pyarrow": "GeoParquet of geopandas",
        "h5netcdf": "NetCDF 4 of xarray",
        "ipykernel": "a notebook's kernel",
    }
    source = "\n".join(path.read_text() for path in (root / "src").rglob("*.py"))
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["notebooks"]]
    names = {canonicalize_name(Requirement(line).name) for line in lines} - set(by_another)
    unused = [
        name
        for name in sorted(names)
        if not re.search(rf"\b(import|from) ({modules.get(name, name.replace('-', '_'))})\b", source)
    ]
    assert unused == []
