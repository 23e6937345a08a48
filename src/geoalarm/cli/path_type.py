"""Files and folders on the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import click

from geoalarm.core.settings import expand_user

LONGEST: Final = 4_095
LONGEST_PART: Final = 255
"""Bytes of a path, and of a name in it, that disks take."""
MOST_PARTS: Final = 200
"""Folders in folders."""


class UserPath(click.Path):
    """A path as a person writes it: ``~`` is expanded where the shell did not (``--out=~/x``); one that is
    empty or too long for any disk is refused.
    """

    def __init__(self, **rules: Any) -> None:
        super().__init__(path_type=Path, **rules)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, expanded."""
        if not os.fspath(value):
            self.fail("the name is empty", param, ctx)
        parts = Path(value).parts
        size, longest = len(os.fsencode(value)), max((len(os.fsencode(part)) for part in parts), default=0)
        if size > LONGEST or longest > LONGEST_PART or len(parts) > MOST_PARTS:
            self.fail(
                f"the name is too long: {size} bytes, {len(parts)} parts, the longest of {longest}; "
                f"at most {LONGEST} bytes, {MOST_PARTS} parts of {LONGEST_PART}",
                param,
                ctx,
            )
        return super().convert(expand_user(value), param, ctx)
