"""Targets of a schedule file, as pydantic reads them: addresses checked, secrets refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.core.settings import expand_user
from geoalarm.io.strict_model import StrictModel, as_list
from geoalarm.schedule.plan.jobs import Folder, Mail, Option, Storage, Target

SCHEMES: Final = ("s3", "gs", "abfs", "file", "memory")
"""What ``storage`` speaks. No sftp: fsspec's trusts any host key it meets."""

_SECRET: Final = re.compile(
    r"secret|passw|token|credential|signature|key$|key_id$|connection_string|^pwd$|^auth$", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


def _by_commune(value: object) -> object:
    return value if isinstance(value, Mapping) else {"*": value}


Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
Words = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=40)], ...],
    Field(min_length=1, max_length=5000),
    BeforeValidator(as_list),
]
Lang = Literal["fr", "nl", "de", "en"]
Langs = Annotated[tuple[Lang, ...], Field(min_length=1), BeforeValidator(as_list)]
_Env = Annotated[str, Field(pattern=r"^[A-Z_][A-Z0-9_]*$")]
_Options = dict[str, Option | dict[str, Option]]


class _FolderFile(StrictModel):
    name: Name | None = None
    path: Path

    def faults(self, where: str) -> Iterator[GeoalarmError]:
        yield from ()

    def to_target(self, folder: Path, lang: str) -> Folder:
        return Folder(self.name or f"folder:{self.path.as_posix()}", folder / expand_user(self.path))


class _StorageFile(StrictModel):
    name: Name | None = None
    url: str
    options: _Options = Field(default_factory=dict)

    def faults(self, where: str) -> Iterator[GeoalarmError]:
        """A scheme nobody speaks, secrets in the file, a plain connection to another machine."""
        parts = urlsplit(self.url)
        if parts.scheme not in SCHEMES or not (parts.netloc or parts.path.strip("/")):
            wanted = "one of " + ", ".join(f"{one}://" for one in SCHEMES) + " and a place"
            yield InputError(
                f"{where}.url", got=repr(without_secret(self.url)), expected=wanted, hint="s3://bucket/prefix"
            )
        if "@" in parts.netloc or parts.query:
            yield InputError(
                f"{where}.url holds more than a place",
                expected="no user, no password, no query",
                hint="put credentials in the environment",
            )
        for key, value in _pairs(self.options):
            if _SECRET.search(key):
                yield InputError(
                    f"{where}.options.{key} looks like a secret",
                    expected="no credentials in the file",
                    hint="put them in the environment (AWS_ACCESS_KEY_ID and the like)",
                )
            elif key in ("verify", "use_ssl") and value is False:
                yield InputError(
                    f"{where}.options.{key}",
                    got="false",
                    expected="an encrypted, checked connection",
                    hint="leave it out",
                )
            elif (
                key in ("endpoint_url", "account_host") and isinstance(value, str) and not _is_private(value)
            ):
                yield InputError(
                    f"{where}.options.{key}",
                    got=repr(without_secret(value)),
                    expected="https://",
                    hint="plain http only to this machine",
                )

    def to_target(self, folder: Path, lang: str) -> Storage:
        return Storage(self.name or f"storage:{self.url}", self.url.rstrip("/"), self.options)


class _MailFile(StrictModel):
    name: Name | None = None
    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")]
    port: Annotated[int, Field(ge=1, le=65535)]
    security: Literal["starttls", "tls"]
    from_: Annotated[str, Field(alias="from")]
    to: Annotated[dict[str, Words], Field(min_length=1), BeforeValidator(_by_commune)]
    per: Literal["commune", "edition"] = "edition"
    attach: Literal["pdf", "none"] = "none"
    link: str = ""
    lang: Lang | None = None
    limit_mb: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 10.0
    when_uncertain: Literal["leave", "again"] = "leave"
    user_env: _Env | None = None
    password_env: _Env | None = None
    cafile: Path | None = None

    def faults(self, where: str) -> Iterator[GeoalarmError]:
        """Addresses that are none, half a login, a link that is none."""
        for field, text in (
            ("from", self.from_),
            *(("to", one) for many in self.to.values() for one in many),
        ):
            if any(ord(sign) < 32 for sign in text) or not _ADDRESS.fullmatch(parseaddr(text)[1]):
                yield InputError(
                    f"{where}.{field}",
                    got=repr(text),
                    expected="an e-mail address in plain letters",
                    hint="crisis@town.example",
                )
        if (self.user_env is None) != (self.password_env is None):
            yield InputError(
                f"{where} has half a login",
                expected="user_env and password_env",
                hint="give both, or neither",
            )
        if self.link and not re.fullmatch(r"https?://[^\s<>\"]+", self.link):
            yield InputError(
                f"{where}.link",
                got=repr(self.link),
                expected="https://...",
                hint="where the editions can be read",
            )
        if self.per == "edition" and set(self.to) != {"*"}:
            yield InputError(
                f"{where}.to names communes",
                got="per: edition",
                expected="a list of addresses",
                hint="write per: commune",
            )

    def to_target(self, folder: Path, lang: str) -> Mail:
        return Mail(
            name=self.name or f"mail:{self.host}:{self.port}:{self.per}",
            host=self.host,
            port=self.port,
            security=self.security,
            sender=self.from_,
            to={commune: tuple(dict.fromkeys(many)) for commune, many in self.to.items()},
            per=self.per,
            attach=self.attach,
            link=self.link.rstrip("/"),
            lang=self.lang or lang,
            limit_mb=self.limit_mb,
            when_uncertain=self.when_uncertain,
            user_env=self.user_env or "",
            password_env=self.password_env or "",
            cafile=folder / expand_user(self.cafile) if self.cafile else None,
        )


class TargetFile(StrictModel):
    """An item of ``deliver``."""

    folder: _FolderFile | None = None
    storage: _StorageFile | None = None
    mail: _MailFile | None = None

    def given(self) -> list[_FolderFile | _StorageFile | _MailFile]:
        """The targets named; a right item has one."""
        return [one for one in (self.folder, self.storage, self.mail) if one is not None]

    def faults(self, where: str) -> Iterator[GeoalarmError]:
        """Anything but one target; what is wrong with it."""
        if len(self.given()) != 1:
            got = ", ".join(sorted(self.model_fields_set)) or "nothing"
            yield InputError(
                where,
                got=got,
                expected="folder, storage or mail",
                hint="one of them in each item of the list",
            )
        for kind, one in (("folder", self.folder), ("storage", self.storage), ("mail", self.mail)):
            if one is not None:
                yield from one.faults(f"{where}.{kind}")

    def to_target(self, folder: Path, lang: str) -> Target:
        """The frozen dataclass; paths from the file's folder, ``lang`` where a mail names none."""
        return self.given()[0].to_target(folder, lang)


def _pairs(options: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Keys and values, those of inner mappings too."""
    for key, value in options.items():
        yield key, value
        if isinstance(value, Mapping):
            yield from _pairs(value)


def without_secret(url: str) -> str:
    """An address without what stands between ``//`` and ``@`` or behind ``?``."""
    return re.sub(r"(?<=//)[^/@]*@", "...@", url).partition("?")[0]


def _is_private(url: str) -> bool:
    """Whether nobody on the way can read along: https, or this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"
