"""Packages that only an extra installs: asked for by name, before anything imports them."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from geoalarm.core.errors import MissingPackageError


def require_extra(extra: str, packages: Sequence[str], *, needed_by: str) -> None:
    """Refuse with the command that installs an extra, unless all its packages are there.

    Parameters
    ----------
    extra : str
        As in ``pip install "geoalarm[extra]"``.
    packages : sequence of str
        Names to import; they are looked for, not imported.
    needed_by : str
        What cannot work without them.

    Raises
    ------
    MissingPackageError
        If one is not installed.
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingPackageError(
            f"{needed_by} needs the extra {extra!r}",
            got=f"without {', '.join(missing)}",
            hint=f'pip install "geoalarm[{extra}]"',
        )
