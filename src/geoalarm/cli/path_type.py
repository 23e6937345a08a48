"""Files and folders on the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from geoalarm.core.settings import expand_user


class UserPath(click.Path):
    """A path as a person writes it: ``~`` is expanded where the shell did not (``--out=~/x``), and an empty
    one is refused.
    """

    def __init__(self, **rules: Any) -> None:
        super().__init__(path_type=Path, **rules)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, expanded."""
        if not os.fspath(value):
            self.fail("the name is empty", param, ctx)
        return super().convert(expand_user(value), param, ctx)
