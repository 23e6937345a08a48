"""Arguments and parameters of an entry of a catalog: where its bytes are, and which part of them is meant."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from geoalarm.core.errors import InputError
from geoalarm.core.terms import PLAN_PROFILES, PlanProfile
from geoalarm.core.unicode_names import nfc
from geoalarm.io.strict_model import StrictModel, as_list
from geoalarm.io.written_yaml import text_of

NAME: Final = r"^[a-z][a-z0-9_]{1,60}$"

Name = Annotated[str, StringConstraints(pattern=NAME)]
Column = Annotated[
    str,
    BeforeValidator(lambda value: nfc(value) if isinstance(value, str) else value),
    StringConstraints(pattern=r"^[^\W\d][\w .:@-]{0,62}$"),
]
TableColumn = Annotated[
    str,
    BeforeValidator(lambda value: nfc(value) if isinstance(value, str) else value),
    StringConstraints(pattern=r"^[^\x00-\x1f\"{}]{1,120}$"),
]
"""Headers of spreadsheets are sentences."""

Crs = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3,8}:[0-9]{1,7}$")]
ParameterValue = int | float | str
ChosenValue = ParameterValue | tuple[ParameterValue, ...]
"""One value of a parameter, or several parts."""
MOST_NO_DATA_VALUES: Final = 8
NoDataValue = (
    float
    | Annotated[list[float], Field(min_length=1, max_length=MOST_NO_DATA_VALUES)]
    | Literal["none"]
    | None
)

_SAFE_VALUE: Final = re.compile(r"(?!\.+$)[A-Za-z0-9_.+-]{1,64}")


def _as_join(value: object) -> object:
    """A column alone is enough."""
    return {"column": value} if isinstance(value, str) else value


def _as_selected(value: object) -> object:
    """A number or a date of YAML as the text that was written."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return str(value) if isinstance(value, float) else text_of(value)


class CatalogModel(StrictModel):
    """A part of an entry: no silent conversions either, for a file that others wrote."""

    model_config = ConfigDict(strict=True, str_strip_whitespace=True)


class Parameter(CatalogModel):
    """A choice the reader of an entry has: closed, so that no value ever reaches a template unchecked.

    ``parts`` says that its values are parts of one layer (departments, tiles): several are opened together.
    """

    description: str
    parts: bool = False
    type: Literal["int", "float", "str"]
    default: ParameterValue
    allowed: list[ParameterValue] = Field(min_length=1, max_length=200)

    @model_validator(mode="before")
    @classmethod
    def _texts_are_as_written(cls, values: object) -> object:
        """Values of type str keep a leading zero, with quotes or without."""
        if not isinstance(values, Mapping) or values.get("type") != "str":
            return values
        allowed = values.get("allowed")
        texts = [text_of(one) for one in allowed] if isinstance(allowed, list) else allowed
        return {**values, "allowed": texts, "default": text_of(values.get("default"))}

    @model_validator(mode="after")
    def _values_are_of_the_type(self) -> Self:
        wanted: tuple[type, ...] = {"int": (int,), "float": (int, float), "str": (str,)}[self.type]
        for value in [self.default, *self.allowed]:
            if not isinstance(value, wanted) or isinstance(value, bool):
                raise ValueError(f"{value!r} is not of type {self.type} (put text such as '02' in quotes)")
            if not _SAFE_VALUE.fullmatch(str(value)):
                raise ValueError(f"{value!r} may hold only letters, digits and _ . + -")
        if self.default not in self.allowed:
            raise ValueError(f"default {self.default!r} is not among the allowed values")
        return self

    def accept(self, value: object, *, what: str) -> ParameterValue:
        """The value in the parameter's own type, where it is allowed.

        Raises
        ------
        InputError
            If it is not one of the allowed values.
        """
        for allowed in self.allowed:
            if (value == allowed and not isinstance(value, bool)) or (
                isinstance(value, str) and value.strip() == str(allowed)
            ):
                return allowed
        raise InputError(
            what,
            got=repr(value),
            expected="one of " + ", ".join(map(str, self.allowed)),
            hint="choose an allowed value, or add an entry for your own layer",
        )


class TableJoin(CatalogModel):
    """How a table without outlines is joined to communes: on its column of official codes.

    ``communes`` are entries of that role, the only ones of the catalog where none is named; a scenario joins
    to its own.
    """

    column: TableColumn
    communes: Annotated[list[Name], BeforeValidator(as_list)] = Field(default_factory=list, max_length=4)


class RowFilterFile(CatalogModel):
    """Rows to keep, by one column: equal to a value as it is written, or at least a number."""

    column: TableColumn
    equals: str | None = None
    at_least: int | float | None = None

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if (self.equals is None) == (self.at_least is None):
            raise ValueError("give either equals or at_least")
        return self


class VectorArgs(CatalogModel):
    """Arguments of ``geo_vector``."""

    urlpath: str
    layer: str | None = None
    member: str | None = None
    x: Column | None = None
    y: Column | None = None
    crs: Crs | None = None
    delimiter: (
        Annotated[str, StringConstraints(min_length=1, max_length=1, strip_whitespace=False)] | None
    ) = None
    keep: list[RowFilterFile] = Field(default_factory=list, max_length=8)
    bbox: list[float] | None = Field(default=None, min_length=4, max_length=4)
    no_data_value: NoDataValue = None
    profile: PlanProfile | None = None
    part: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    join: Annotated[TableJoin, BeforeValidator(_as_join)] | None = None

    @model_validator(mode="after")
    def _a_table_has_no_place(self) -> Self:
        given = [name for name in ("x", "y", "crs", "bbox", "profile") if getattr(self, name)]
        if self.join is not None and given:
            raise ValueError(f"join: a table has no outlines of its own: leave {', '.join(given)} out")
        return self

    @model_validator(mode="after")
    def _profile_reads_its_tables(self) -> Self:
        given = [name for name in ("layer", "member", "x", "y", "delimiter", "keep") if getattr(self, name)]
        if self.profile is not None and given:
            raise ValueError(f"profile {self.profile} finds its tables by name: leave {', '.join(given)} out")
        if self.part is not None and self.profile is None:
            raise ValueError(
                f"part chooses in an official plan: state args.profile ({', '.join(PLAN_PROFILES)})"
            )
        return self


SelectedName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\"{}]{1,120}$")]
SelectedValue = Annotated[str, BeforeValidator(_as_selected), StringConstraints(min_length=1, max_length=120)]
"""A number or a date is the text that was written."""


class RasterArgs(CatalogModel):
    """Arguments of ``geo_raster``."""

    urlpath: str
    band: int | None = Field(default=None, ge=1, le=10_000)
    variable: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\"]{1,200}$")] | None = None
    select: dict[SelectedName, SelectedValue] = Field(default_factory=dict, max_length=8)
    asset: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    member: str | None = None
    crs: Crs | None = None
    no_data_value: NoDataValue = None
