"""YAML as plain data: what tags, anchors and duplicate keys could do is refused before it is done."""

from __future__ import annotations

from typing import Any, Final

import yaml

from geoalarm.core.errors import CatalogError, GeoalarmError, InputError
from geoalarm.core.text_limits import MAX_ITEMS, MAX_KEY, MAX_TEXT, MAX_TITLE
from geoalarm.io.written_yaml import SafeLoader, WrittenLoader

MAX_EVENTS: Final = 50_000
MAX_DEPTH: Final = 12
TITLES: Final = frozenset({"name", "title", "label", "licence"})
"""Fields that are one line on a page."""


def parse_yaml(content: bytes, *, what: str, error: type[InputError | CatalogError] = InputError) -> Any:
    """YAML as plain data: no tags, no anchors, no aliases, no duplicate keys, bounded depth and size.

    Parameters
    ----------
    what : str
        What the text is, in errors: ``catalog catalog.yml``.
    error : type
        Class of the errors.

    Raises
    ------
    InputError
        With the line of the first offence.
    """
    try:
        text = content.decode("utf-8-sig")
        _require_plain_events(text, what=what, error=error)
        return _constructed(text, what=what, error=error)
    except UnicodeDecodeError as fault:
        raise error(
            f"{what} is not text", got=str(fault), expected="UTF-8", hint="save it as UTF-8"
        ) from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        if isinstance(fault, GeoalarmError):
            raise
        raise error(
            f"{what} is not YAML",
            got=" ".join(str(fault).split())[:300],
            expected="keys and values",
            hint="check indentation and quotes at that line",
        ) from fault


def _constructed(text: str, *, what: str, error: type[InputError | CatalogError]) -> Any:
    """The values of a text whose events are plain; its numbers keep how they were written."""
    loader = WrittenLoader(text)
    try:
        node = loader.get_single_node()
        _require_short(node, what=what, error=error)
        _require_unique_keys(node, what=what, error=error)
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _require_plain_events(text: str, *, what: str, error: type[InputError | CatalogError]) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=SafeLoader)):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if count > MAX_EVENTS:
            raise error(
                f"{what} is too long",
                got=f"more than {MAX_EVENTS} items",
                expected="fewer",
                hint="split it",
            )
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise error(
                f"{what}, line {line}: anchor or alias",
                got=repr(getattr(event, "anchor", "")),
                expected="plain values",
                hint="write the value out; aliases can multiply without end",
            )
        tag = getattr(event, "tag", None)
        if tag:
            raise error(
                f"{what}, line {line}: tag",
                got=repr(tag),
                expected="plain values",
                hint="remove the tag; tags can build objects",
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise error(
                f"{what}, line {line}: nested too deeply",
                got=f"{depth} levels",
                expected=f"at most {MAX_DEPTH}",
                hint="flatten it",
            )


def _require_short(node: yaml.Node | None, *, what: str, error: type[InputError | CatalogError]) -> None:
    """Refuse texts, names and lists that are data, not what a person writes, before anything reads them."""
    if isinstance(node, yaml.ScalarNode):
        _require_at_most(node, MAX_TEXT, "a text", "give an address, not data", what=what, error=error)
    if not isinstance(node, yaml.CollectionNode):
        return
    hint = "split it, or name a file that holds them"
    _require_at_most(node, MAX_ITEMS, "a list", hint, what=what, error=error)
    for held in node.value:
        key, value = held if isinstance(held, tuple) else (None, held)
        if isinstance(key, yaml.ScalarNode):
            _require_at_most(key, MAX_KEY, "a name", "choose a shorter one", what=what, error=error)
            if key.value in TITLES and isinstance(value, yaml.ScalarNode):
                _require_at_most(value, MAX_TITLE, key.value, "say it shorter", what=what, error=error)
        _require_short(value, what=what, error=error)


def _require_at_most(
    node: yaml.Node,
    most: int,
    kind: str,
    hint: str,
    *,
    what: str,
    error: type[InputError | CatalogError],
) -> None:
    size = len(node.value)
    if size > most:
        text = isinstance(node, yaml.ScalarNode)
        raise error(
            f"{what}, line {node.start_mark.line + 1}: {kind} is too long",
            got=f"{size} characters, {node.value[:40] + '…'!r}" if text else f"{size} entries",
            expected=f"at most {most}",
            hint=hint,
        )


def _require_unique_keys(
    node: yaml.Node | None, *, what: str, error: type[InputError | CatalogError]
) -> None:
    if isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            _require_unique_keys(inner, what=what, error=error)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
            raise error(
                f"{what}, line {key.start_mark.line + 1}: key",
                got="a merge or a nested key",
                expected="a word",
                hint="write the fields out",
            )
        if key.value in seen:
            raise error(
                f"{what}, line {key.start_mark.line + 1}: the key stands twice",
                got=key.value,
                expected="once",
                hint="remove one",
            )
        seen.add(key.value)
        _require_unique_keys(value, what=what, error=error)
