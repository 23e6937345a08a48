"""YAML as it is written: a number remembers its text, for the fields that mean text.

``vintage: 2025`` is a year and not a number to count with, ``code: 01001`` is no octal number.
"""

from __future__ import annotations

import datetime
import re
import types
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self, Union, get_args, get_origin

import yaml
from pydantic import BaseModel

_NUMBERS: Final = (int, float, bool, datetime.date, datetime.datetime)
_LEADING_ZERO: Final = re.compile(r"[-+]?0[0-7_]+")
_EXPONENT: Final = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+$")
_UNIONS: Final = (Union, types.UnionType)


class WrittenInt(int):
    """A whole number, and how it was written."""

    text: str

    @classmethod
    def of(cls, value: int, text: str) -> Self:
        """The number with its text."""
        made = cls(value)
        made.text = text
        return made


class WrittenFloat(float):
    """A number, and how it was written."""

    text: str

    @classmethod
    def of(cls, value: float, text: str) -> Self:
        """The number with its text."""
        made = cls(value)
        made.text = text
        return made


SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""By libyaml where PyYAML was built with it: a tenth of the time."""


class WrittenLoader(SafeLoader):
    """Plain YAML, whose numbers remember their text: read as YAML 1.2 and people do (``0100`` is a hundred,
    ``1e20`` a number, ``1:30`` none).
    """


def _written_int(loader: WrittenLoader, node: yaml.ScalarNode) -> WrittenInt | str:
    text = str(node.value)
    if ":" in text:
        return text
    decimal = _LEADING_ZERO.fullmatch(text)
    return WrittenInt.of(int(text) if decimal else loader.construct_yaml_int(node), text)


def _written_float(loader: WrittenLoader, node: yaml.ScalarNode) -> WrittenFloat | str:
    text = str(node.value)
    return text if ":" in text else WrittenFloat.of(loader.construct_yaml_float(node), text)


WrittenLoader.add_constructor("tag:yaml.org,2002:int", _written_int)
WrittenLoader.add_constructor("tag:yaml.org,2002:float", _written_float)
WrittenLoader.add_implicit_resolver("tag:yaml.org,2002:float", _EXPONENT, list("-+0123456789."))


def text_of(value: object) -> object:
    """The text of a number or a date of a YAML file; any other value as it is."""
    if isinstance(value, WrittenInt | WrittenFloat):
        return value.text
    is_date = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    if is_date or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    return value


def as_meant(annotation: Any, value: object) -> Any:
    """A value of a YAML file as a field means it: text where only text fits, else a plain number.

    Parts that are models of their own stay as they are.

    Parameters
    ----------
    annotation : type
        Of the field.
    """
    options = _alternatives(annotation)
    if isinstance(value, list | tuple):
        item = next((_item(one) for one in options if get_origin(one) in (list, tuple, frozenset)), None)
        return [as_meant(item, one) for one in value]
    if isinstance(value, Mapping):
        if any(isinstance(one, type) and issubclass(one, BaseModel) for one in options):
            return value
        key, item = next((get_args(one) for one in options if get_origin(one) is dict), (None, None))
        return {as_meant(key, name): as_meant(item, one) for name, one in value.items()}
    scalars = [one for one in options if isinstance(one, type) and get_origin(one) is None]
    lists = [one for one in options if get_origin(one) in (list, tuple, frozenset)]
    if not [one for one in scalars if one is not types.NoneType] and lists:
        return as_meant(_item(lists[0]), value)  # one value where a list is meant
    if str in scalars and not set(scalars) & set(_NUMBERS):
        return text_of(value)
    if isinstance(value, bool) and not {bool, str} & set(scalars) and {int, float} & set(scalars):
        return str(value).lower()  # yes is no number, whatever Python says
    if isinstance(value, WrittenInt):
        return int(value)
    return float(value) if isinstance(value, WrittenFloat) else value


def _alternatives(annotation: Any) -> list[Any]:
    """The types that a field may be of."""
    if get_origin(annotation) is Annotated:
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in _UNIONS:
        return [inner for one in get_args(annotation) for inner in _alternatives(one)]
    return [annotation]


def _item(annotation: Any) -> Any:
    args = get_args(annotation)
    return args[0] if args else None
