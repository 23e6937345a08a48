"""Modules and names as 0.1 called them: each still opens for one release, with a warning that names the
new place.
"""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Sequence
from functools import partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, Final

RENAMED: Final = {
    "geoalarm.pipeline": "geoalarm.analysis",
    "geoalarm.core.i18n": "geoalarm.i18n",
    "geoalarm.core.periods": "geoalarm.core.return_periods",
    "geoalarm.catalog.files": "geoalarm.io.vector_files",
    "geoalarm.exposure.index": "geoalarm.exposure.risk_index",
    "geoalarm.exposure.matrix": "geoalarm.exposure.risk_matrix",
    "geoalarm.exposure.people": "geoalarm.exposure.population_index",
    "geoalarm.present.curve": "geoalarm.present.exceedance_points",
    "geoalarm.present.figures.sheet": "geoalarm.present.figures.figure_frame",
    "geoalarm.present.flags": "geoalarm.present.model_warnings",
    "geoalarm.present.interactive": "geoalarm.interactive",
    "geoalarm.present.names": "geoalarm.i18n.place_names",
    "geoalarm.present.totals": "geoalarm.results.totals",
}
"""Those that documentation or a notebook of 0.1 told people to import."""
_MOVED_UP: Final = {"open_territory": "geoalarm.dossier", "Territory": "geoalarm.dossier"}
"""Names of ``geoalarm.pipeline`` that stand above ``geoalarm.analysis`` now."""


NAMES: Final = {"OwnFiles": "UserFiles", "Joined": "JoinedCommunes"}
"""Public names that changed, wherever they are asked for."""


_FUNCTIONS: Final = {
    ("Catalog", "check"): "geoalarm.catalog.check:check_catalog",
    ("Catalog", "describe"): "geoalarm.catalog.check:describe_catalog",
}
"""Methods of 0.1, by class and name, that are functions of their object now."""


def function_of_method(owner: object, name: str) -> Any:
    """The function that took the place of a method, bound to its object, with a warning.

    Raises
    ------
    AttributeError
        If the class never had such a method.
    """
    kind = type(owner).__name__
    if (kind, name) not in _FUNCTIONS:
        raise AttributeError(f"{kind!r} object has no attribute {name!r}")
    module, _, function = _FUNCTIONS[kind, name].partition(":")
    warnings.warn(
        f"{kind}.{name}() is {module}.{function}() now; the method goes with the next release",
        DeprecationWarning,
        stacklevel=3,
    )
    return partial(getattr(importlib.import_module(module), function), owner)


def today(name: str) -> str:
    """The name of today for one of :data:`NAMES`, with a warning; any other as it is."""
    if name not in NAMES:
        return name
    warnings.warn(
        f"{name} is {NAMES[name]} now; the old name goes with the next release",
        DeprecationWarning,
        stacklevel=3,
    )
    return NAMES[name]


class RenamedModules(MetaPathFinder, Loader):
    """Finds a module under its old name and fills it from the new one."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification of a renamed module, None for every other."""
        return ModuleSpec(fullname, self) if fullname in RENAMED else None

    def exec_module(self, module: ModuleType) -> None:
        """Warn, and answer every name from the module of today."""
        old = module.__name__
        new = RENAMED[old]
        warnings.warn(
            f"{old} is {new} now; the old name goes with the next release", DeprecationWarning, stacklevel=2
        )
        module_today = importlib.import_module(new)

        def answer(name: str) -> object:
            if name.startswith("__"):  # __path__ would open the modules of today a second time
                raise AttributeError(f"module {old!r} has no attribute {name!r}")
            home = (
                importlib.import_module(_MOVED_UP[name])
                if old == "geoalarm.pipeline" and name in _MOVED_UP
                else module_today
            )
            return getattr(home, today(name))

        vars(module).update(
            __getattr__=answer, __doc__=module_today.__doc__, __all__=getattr(module_today, "__all__", ())
        )


def install() -> None:
    """Put the finder last, so that it is asked only for what nobody else has."""
    if not any(isinstance(finder, RenamedModules) for finder in sys.meta_path):
        sys.meta_path.append(RenamedModules())
