"""A click group that imports commands when called, and turns every error into one line and an exit code."""

from __future__ import annotations

import importlib
import logging
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from geoalarm.cli.stop_signal import stopped_like_interrupted
from geoalarm.cli.terminal_text import echo
from geoalarm.core.errors import GeoalarmError, near_miss
from geoalarm.core.machine_faults import is_full, machine_fault
from geoalarm.core.text_limits import require_short_words

UNEXPECTED: Final = 1
BAD_INPUT: Final = 2
INTERRUPTED: Final = 130
DEBUG: Final = "--debug"

logger = logging.getLogger(__name__)


class LazyGroup(click.Group):
    """A group whose commands are named by ``module:attribute`` and imported only when they run.

    Parameters
    ----------
    commands_at : mapping of str to str
        Command name to where it lives.
    """

    def __init__(self, *args: Any, commands_at: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = dict(commands_at)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order they are declared."""
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None where there is none of this name."""
        if cmd_name not in self.commands_at:
            return None
        module, attribute = self.commands_at[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the near miss offered."""
        if args and not args[0].startswith("-") and args[0] not in self.commands_at:
            raise click.UsageError(f"no command {args[0]!r}; {near_miss(args[0], self.commands_at)}", ctx)
        return super().resolve_command(ctx, args)

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Run, and exit: 0 done, 1 unexpected, 2 bad input; errors on stderr in one message, never a
        traceback unless asked for.
        """
        given = list(sys.argv[1:] if args is None else args)
        debug = DEBUG in given
        given = [word for word in given if word != DEBUG]
        extra["standalone_mode"] = False
        try:
            require_short_words(given)
            with stopped_like_interrupted():
                result = super().main(given, prog_name or "geoalarm", **extra)
                sys.stdout.flush()
        except BrokenPipeError:
            _silence(sys.stdout)
            sys.exit(0)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last place that can say it in words
            sys.exit(_say(error, debug=debug))
        sys.exit(result if isinstance(result, int) else 0)


def _say(error: BaseException, *, debug: bool) -> int:
    """Print what went wrong and give the exit code."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        echo("stopped", err=True)
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        hint = (
            f"; see '{error.ctx.command_path} --help'"
            if isinstance(error, click.UsageError) and error.ctx
            else ""
        )
        echo(f"error: {error.format_message().rstrip('.')}{hint}.", err=True)
        return error.exit_code if not isinstance(error, click.FileError) else BAD_INPUT
    if isinstance(error, GeoalarmError):
        if is_full(error) and "full disk" not in error.sentence():  # the file it names is not at fault
            error = machine_fault(error) or error
        echo(f"error: {error.sentence()}", err=True)
        return BAD_INPUT
    told = None if debug else machine_fault(error)
    if told is not None:
        echo(f"error: {told.sentence()}", err=True)
        return BAD_INPUT
    if debug:
        echo("".join(traceback.format_exception(error)), err=True)
    first = next(iter(str(error).splitlines()), "")
    echo(
        f"error: unexpected {type(error).__name__}: {first}; run it again with --debug to see where.",
        err=True,
    )
    return UNEXPECTED


def _silence(stream: Any) -> None:
    """Whoever read our output went away: point the stream at nothing so that the exit stays quiet."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    except (OSError, ValueError) as error:
        logger.debug("standard output has no file: %s", error)
