"""Where a YAML file becomes dataclasses: plain values come in, checked values or faults go out.

Pydantic is used here, and by the files that say what a catalog, a scenario and a schedule may hold; nowhere
else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.fields import FieldInfo

from geoalarm.core.errors import Faults, GeoalarmError, InputError, near_miss
from geoalarm.io.plain_yaml import parse_yaml
from geoalarm.io.written_yaml import as_meant

LARGEST: Final = 1_000_000
"""Bytes; a scenario or a schedule is a page of text, and anything larger is not one."""

_SHOWN: Final = 120
_WRAPPERS: Final = ("function-", "tuple[", "constrained-")
"""Steps of a place that pydantic adds; they stand nowhere in the file."""

Checked = TypeVar("Checked", bound=BaseModel)


class StrictModel(BaseModel):
    """A part of a file: unknown fields are faults, and nothing is changed after.

    A whole number or a date is text where only text fits: ``vintage: 2025``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _values_are_as_meant(cls, values: object) -> object:
        if not isinstance(values, Mapping):
            return values
        meant = {field.alias or name: field.annotation for name, field in cls.model_fields.items()}
        return {key: as_meant(meant.get(str(key)), value) for key, value in values.items()}


def as_list(value: object) -> object:
    """One value where a list is meant is a list of one."""
    return value if isinstance(value, list | tuple) else [value]


def read_yaml(path: Path, *, what: str) -> object:
    """Plain values of a YAML file.

    Parameters
    ----------
    what : str
        What the file holds: ``scenario``.

    Raises
    ------
    InputError
        If it is missing, larger than :data:`LARGEST` or not plain YAML.
    """
    if not path.is_file():
        raise InputError(f"{what} {path} does not exist", expected="a YAML file", hint="check the path")
    if path.stat().st_size > LARGEST:
        raise InputError(
            f"{what} {path.name} is too large",
            got=f"{path.stat().st_size} bytes",
            expected=f"at most {LARGEST}",
            hint=f"give a {what}, not data",
        )
    return parse_yaml(path.read_bytes(), what=f"{what} {path.name}")


def require_model(model: type[Checked], values: object, *, what: str, hint: str) -> Checked:
    """Values held against the model of a whole file.

    Raises
    ------
    InputError
        If they hold no keys, or one field breaks the rules.
    Faults
        If several do; all are named.
    """
    if not isinstance(values, Mapping):
        first, *_ = known = field_names(model)
        raise InputError(
            f"{what} holds no keys",
            got=type(values).__name__,
            expected=", ".join(known),
            hint=f"start with '{first}:'",
        )
    checked, faults = check_model(model, values, what=what, hint=hint)
    raise_faults(faults, what=what)
    assert checked is not None
    return checked


def check_model(
    model: type[Checked], values: object, *, what: str, hint: str, kind: type[GeoalarmError] = InputError
) -> tuple[Checked | None, list[GeoalarmError]]:
    """Values held against a model: the model where they passed, and their faults where not.

    Parameters
    ----------
    what : str
        What the values are, for the faults: ``scenario a.yml``, or ``entry 'b', field args`` of a part.
    hint : str
        What helps where a value is wrong.
    kind : type
        Of the faults.
    """
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, [_fault(item, model, what, hint, kind) for item in _deepest(error.errors())]


def raise_faults(faults: Sequence[GeoalarmError], *, what: str) -> None:
    """Raise one fault as itself and several together; do nothing where there is none."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise Faults(f"{what} cannot be used", faults)


def field_names(model: type[BaseModel]) -> list[str]:
    """Names of the fields, as they are written in the file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _fault(
    item: Mapping[str, Any], model: type[BaseModel], what: str, hint: str, kind: type[GeoalarmError]
) -> GeoalarmError:
    """A pydantic error in the words of the house."""
    place = ".".join(str(part) for part in item["loc"] if not str(part).startswith(_WRAPPERS))
    field = f"{what}.{place}" if ", field " in what and place else f"{what}, field {place}" if place else what
    if item["type"] == "extra_forbidden":
        *above, last = item["loc"]
        known = field_names(_model_at(model, above))
        return kind(
            f"{field}: unknown field",
            got=repr(last),
            expected=", ".join(known),
            hint=near_miss(str(last), known),
        )
    if item["type"] == "missing":
        return kind(f"{field}: missing", expected="a value", hint="add it")
    if isinstance(item["input"], bool) and item["type"].startswith("string"):
        hint = "put the word between quotes: yes, no, on and off are truth values in YAML"
    got, expected = repr(item["input"]), str(item["msg"]).removeprefix("Value error, ")
    return kind(
        field,
        got=got if len(got) <= _SHOWN else f"{got[:_SHOWN]}...",
        expected=expected[:1].lower() + expected[1:],
        hint=hint,
    )


def _deepest(items: Iterable[Any]) -> list[Any]:
    """Errors without those of a list that is at fault only because one of its members is."""
    found = list(items)
    places = [item["loc"] for item in found]
    return [
        item
        for item in found
        if not any(place != item["loc"] and place[: len(item["loc"])] == item["loc"] for place in places)
    ]


def _model_at(model: type[BaseModel], place: Iterable[object]) -> type[BaseModel]:
    """The model whose fields may stand at a place of the file."""
    for part in place:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if part in fields:
            model = next(_models_in(fields[str(part)]), model)
    return model


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """Models inside the annotation of a field."""
    if isinstance(annotation, FieldInfo):
        annotation = annotation.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
