"""What a schedule file says, as frozen values: jobs, when they are due, what they make and where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

CatchUp = Literal["last", "all", "none"]
Doubt = Literal["leave", "again"]
Option = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Report:
    """What a job makes.

    Attributes
    ----------
    select : mapping of str to tuple of str
        Which communes: ``country``, ``departement``, ``province``, ``commune``, each a list; empty means all
        of the scenario.
    lang : tuple of str
        Languages; every commune gets one document in each. Empty: those of the place.
    pdf : bool
        Whether documents are printed too.
    scenario : Path, optional
        Scenario file; None is the embedded territory.
    out : Path
        Folder of the editions.
    """

    out: Path
    lang: tuple[str, ...]
    select: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pdf: bool = False
    scenario: Path | None = None


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a step that failed is tried again, and how long is waited [s]: first_wait, then each time
    ``factor`` longer.
    """

    times: int = 3
    first_wait_s: float = 60.0
    factor: float = 4.0


@dataclass(frozen=True, slots=True)
class Folder:
    """Delivery into a folder of this machine or a mounted share."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Storage:
    """Delivery into object storage; credentials come from the environment."""

    name: str
    url: str
    options: Mapping[str, Option | Mapping[str, Option]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mail:
    """Delivery by e-mail, over TLS only.

    Attributes
    ----------
    to : mapping of str to tuple of str
        Addresses by commune; the key ``*`` is every commune.
    per : str
        ``commune``: a message for each commune; ``edition``: one for all of them.
    attach : str
        ``pdf`` or ``none``.
    link : str
        Address under which editions are published; empty leaves links out.
    lang : str
        Language of the message; empty is that of the documents.
    limit_mb : float
        Above this size [MB] documents are linked, not attached.
    when_uncertain : str
        What happens to a message of which nobody knows whether it left: ``leave`` or ``again``.
    """

    name: str
    host: str
    port: int
    security: Literal["starttls", "tls"]
    sender: str
    to: Mapping[str, tuple[str, ...]]
    per: Literal["commune", "edition"] = "edition"
    attach: Literal["pdf", "none"] = "none"
    link: str = ""
    lang: str = ""
    limit_mb: float = 10.0
    when_uncertain: Doubt = "leave"
    user_env: str = ""
    password_env: str = ""
    cafile: Path | None = None


Target = Folder | Storage | Mail


@dataclass(frozen=True, slots=True)
class Job:
    """One report on time."""

    name: str
    cron: str
    report: Report
    catch_up: CatchUp = "last"
    retries: Retries = field(default_factory=Retries)
    deliver: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole schedule file. ``timezone`` is that of the territory; ``lang`` that of the status page."""

    file: Path
    jobs: tuple[Job, ...]
    timezone: str = "Europe/Brussels"
    lang: str = "fr"

    def job(self, name: str) -> Job | None:
        """The job of this name, or None."""
        return next((job for job in self.jobs if job.name == name), None)

    @property
    def state(self) -> Path:
        """Where the service keeps its state when nobody names a place: beside the file."""
        return self.file.parent / f"{self.file.stem}.state"
