"""Units for systemd and a line for cron, written from a plan.

Two ways to run, one of which is enough: a timer that starts ``--once`` at each due time (what is due decides
the state, the timer only wakes), or a service that stays. systemd skips a time that the clock jumps over in
spring, and the second of two alike in autumn; a cron starts what is jumped over at once, before it is due.
Where that matters there is a line more, which on other days finds nothing due.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

from geoalarm.schedule.plan.cron import Timetable
from geoalarm.schedule.plan.jobs import Folder, Plan

_DAYS: Final = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_HARDENING: Final = """\
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=true
PrivateDevices=true
ProtectClock=true
ProtectControlGroups=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
CapabilityBoundingSet=
SystemCallArchitectures=native
UMask=0027
"""


def unit_files(plan: Plan, *, command: str, user: str, today: date) -> Mapping[str, str]:
    """File name to content: a service and a timer, a service that stays, a line for cron.

    Parameters
    ----------
    command : str
        Where the program stands.
    user : str
        Who runs it; never root.
    today : date
        From when the days are taken on which the clock jumps.
    """
    name = f"geoalarm-{re.sub(r'[^A-Za-z0-9_-]+', '-', plan.file.stem)}"
    return {
        f"{name}.service": _service(plan, name, command, user, stays=False),
        f"{name}.timer": _timer(plan, today),
        f"{name}-stays.service": _service(plan, name, command, user, stays=True),
        f"{name}.cron": _cron(plan, command, today),
    }


def on_calendar(timetable: Timetable, today: date) -> list[str]:
    """The expressions of systemd that wake at every due time; two where cron means either of two days."""
    minute, hour, day, month, weekday = timetable.fields
    days = [(day, None), (None, weekday)] if day is not None and weekday is not None else [(day, weekday)]
    found = [_calendar(timetable, minute, hour, month, *one) for one in days]
    found += [
        f"*-{_list(months)}-* {at:02d}:{_list(minutes)}:00 {timetable.timezone}"
        for months, at, minutes in _shifted(timetable, today)
    ]
    repeated = _by_hour(timetable.repeated_times(today))
    return found + [
        f"*-{_list(months)}-* {at:02d}:{_list(minutes)}:00 UTC" for months, at, minutes in repeated
    ]


def _shifted(timetable: Timetable, today: date) -> list[tuple[tuple[int, ...], int, tuple[int, ...]]]:
    """What the clock jumps over: months, hour and minutes on the wall at which it is due instead."""
    return _by_hour([due.astimezone(timetable.zone) for due in timetable.shifted_times(today)])


def _by_hour(times: Sequence[datetime]) -> list[tuple[tuple[int, ...], int, tuple[int, ...]]]:
    """Months, hour and minutes of times: one row for the minutes of an hour that come in the same months."""
    months: dict[tuple[int, int], set[int]] = {}
    for one in times:
        months.setdefault((one.hour, one.minute), set()).add(one.month)
    rows: dict[tuple[int, tuple[int, ...]], list[int]] = {}
    for (hour, minute), when in sorted(months.items()):
        rows.setdefault((hour, tuple(sorted(when))), []).append(minute)
    return [(when, hour, tuple(minutes)) for (hour, when), minutes in rows.items()]


def _calendar(
    timetable: Timetable,
    minute: Sequence[int] | None,
    hour: Sequence[int] | None,
    month: Sequence[int] | None,
    day: Sequence[int] | None,
    weekday: Sequence[int] | None,
) -> str:
    week = ",".join(_DAYS[one] for one in weekday) + " " if weekday is not None else ""
    return f"{week}*-{_list(month)}-{_list(day)} {_list(hour)}:{_list(minute)}:00 {timetable.timezone}"


def _list(values: Sequence[int] | None) -> str:
    return "*" if values is None else ",".join(f"{one:02d}" for one in values)


def _service(plan: Plan, name: str, command: str, user: str, *, stays: bool) -> str:
    words = [command, "schedule", "run", str(plan.file), "--state", f"%S/{name}"]
    words += [] if stays else ["--once"]
    places = sorted(
        {str(job.report.out) for job in plan.jobs}
        | {str(t.path) for job in plan.jobs for t in job.deliver if isinstance(t, Folder)}
    )
    kind = "Type=exec\nRestart=on-failure" if stays else "Type=oneshot\nRestart=on-abnormal"
    install = "\n[Install]\nWantedBy=multi-user.target\n" if stays else ""
    return (
        f"# {'Stays and wakes by itself' if stays else 'Started by the timer'}; use this or the other, not "
        "both.\n"
        f"# Logins (user_env, password_env, AWS_ACCESS_KEY_ID ...) stand in /etc/geoalarm/{name}.env, "
        "readable for root only.\n"
        "[Unit]\n"
        f"Description=geoalarm: reports on time ({_quiet(plan.file.name)})\n"
        "After=network-online.target remote-fs.target\n"
        "Wants=network-online.target\n\n"
        "[Service]\n"
        f"{kind}\nRestartSec=30s\n"
        f"User={user}\n"
        f"ExecStart={' '.join(_quoted(word, specifier=word.startswith('%S/')) for word in words)}\n"
        f"StateDirectory={name}\n"
        f"CacheDirectory={name}\n"
        f"Environment=GEOALARM_CACHE=%C/{name}\n"
        f"EnvironmentFile=-/etc/geoalarm/{name}.env\n"
        "KillMode=mixed\nTimeoutStopSec=10min\n"
        f"{_HARDENING}"
        "# These folders must be there before the service starts, and belong to its user.\n"
        f"ReadWritePaths={' '.join(_optional(place) for place in places)}\n"
        f"{install}"
    )


def _timer(plan: Plan, today: date) -> str:
    lines = dict.fromkeys(
        line for job in plan.jobs for line in on_calendar(Timetable(job.cron, plan.timezone), today)
    )
    return (
        "[Unit]\n"
        f"Description=geoalarm: wakes the reports of {_quiet(plan.file.name)}\n\n"
        "[Timer]\n"
        + "".join(f"OnCalendar={line}\n" for line in lines)
        + "OnBootSec=2min\nAccuracySec=1s\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n"
    )


def _cron(plan: Plan, command: str, today: date) -> str:
    words = [command, "schedule", "run", str(plan.file), "--once"]
    line = shlex.join(words).replace("%", r"\%")
    days = dict.fromkeys(
        when for job in plan.jobs for when in _cron_lines(Timetable(job.cron, plan.timezone), today)
    )
    return (
        "# For a cron that knows CRON_TZ (cronie); Debian's does not: there set the machine to this time "
        "zone.\n"
        "# The first line goes on with what a reboot interrupted.\n"
        f"CRON_TZ={plan.timezone}\n@reboot {line}\n" + "".join(f"{when} {line}\n" for when in days)
    )


def _cron_lines(timetable: Timetable, today: date) -> list[str]:
    """The five fields in numbers, and a line for what the clock jumps over: a cron starts that too early."""
    moved = [
        f"{_comma(minutes)} {hour} * {_comma(months)} *"
        for months, hour, minutes in _shifted(timetable, today)
    ]
    return [timetable.numeric_expression, *moved]


def _comma(values: Sequence[int]) -> str:
    return ",".join(map(str, values))


def _optional(place: str) -> str:
    """A folder that may be missing, as systemd reads it: the hyphen stands inside the quotes."""
    return _quoted("-" + place) if " " in place else "-" + _quoted(place)


def _quoted(word: str, *, specifier: bool = False) -> str:
    """A word as systemd reads it: quoted where it needs to be, its own percent and dollar signs doubled."""
    plain = word if specifier else word.replace("%", "%%")
    plain = plain.replace("$", "$$")
    if re.fullmatch(r"[A-Za-z0-9_./%:@+=,$-]+", plain):
        return plain
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quiet(name: str) -> str:
    """A file name that is nothing but text in a unit."""
    return re.sub(r"[^\w. -]", "_", name)


def write_units(plan: Plan, folder: Path, *, command: str, user: str, today: date) -> list[Path]:
    """Write the files of :func:`unit_files`; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in unit_files(plan, command=command, user=user, today=today).items():
        (folder / name).write_text(content, encoding="utf-8")
        written.append(folder / name)
    return written
