"""``geoalarm model``: every model of the house as a calculator; its options come from what it declares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from geoalarm.cli.terminal import show_table
from geoalarm.cli.terminal_text import echo

if TYPE_CHECKING:
    from geoalarm.core.registry import Model
    from geoalarm.core.result import ModelResult

_JSON = click.option("--json", "as_json", is_flag=True, help="Print as JSON.")


class ModelGroup(click.Group):
    """A group that knows, beside its own commands, one a model; models are looked up when asked for."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or the calculator of the model of this name."""
        found = super().get_command(ctx, cmd_name)
        if found is not None or cmd_name.startswith("-"):
            return found
        from geoalarm import analysis

        return _calculator(analysis.find_model(cmd_name.replace("-", "_")))


@click.group(cls=ModelGroup, subcommand_metavar="list | show NAME | NAME --INPUT 'VALUE UNIT' ...")
def model() -> None:
    r"""Run any model as a calculator: list, show NAME, or NAME with its inputs as options.

    \b
    geoalarm model show pipeline_impact_radius
    geoalarm model pipeline_impact_radius --diameter '30 inch' --gauge-pressure '1000 psi'
    """


@model.command("list")
@_JSON
def list_models(as_json: bool) -> None:
    """One line a model: name, hazard, what it computes."""
    from geoalarm import analysis

    found = analysis.models()
    if as_json:
        told = [
            {"name": name, "hazard": analysis.room_of(one), "summary": one.summary, "source": one.source}
            for name, one in found.items()
        ]
        echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    show_table(
        [[name, analysis.room_of(one), one.summary] for name, one in found.items()],
        head=["name", "hazard", "computes"],
    )


@model.command()
@click.argument("name")
@_JSON
def show(name: str, as_json: bool) -> None:
    """Inputs of the model NAME with units, ranges and defaults, its outputs and its reference."""
    from geoalarm import analysis

    told = analysis.find_model(name.replace("-", "_")).describe()
    if as_json:
        echo(json.dumps(told, ensure_ascii=False, indent=1, default=str))
        return
    echo(f"{told['name']}: {told['summary']}\n")
    rows = [
        [_option(row["name"]), row["unit"] or "word", row["range"], _default(row), row["description"]]
        for row in told["parameters"]
    ]
    show_table(rows, head=["input", "unit", "range", "default", "meaning"])
    echo(
        "\ngives " + ", ".join(f"{name} [{unit}]" if unit else name for name, unit in told["outputs"].items())
    )
    echo(
        f"source: {told['source']}\njurisdiction: "
        f"{told['jurisdiction']}{' ' + told['vintage'] if told['vintage'] else ''}"
    )
    for item in told["to_be_confirmed"]:
        echo(f"to be confirmed: {item}")


def _calculator(chosen: Model) -> click.Command:
    """A command that runs one model, an option an input."""
    told = chosen.describe()

    def run(as_json: bool, **texts: str | None) -> None:
        result = chosen.run({name: text for name, text in texts.items() if text is not None})
        echo(json.dumps(result.as_dict(), ensure_ascii=False, indent=1) if as_json else _text(result))

    options = [
        click.Option(
            [_option(row["name"]), row["name"]],
            required=row["required"],
            metavar=f"'{row['unit']}'"
            if row["unit"] not in (None, "1")
            else "NUMBER"
            if row["unit"]
            else "WORD",
            help=f"{row['description']} "
            f"({row['range']}{'' if row['required'] else '; default ' + _default(row)})",
        )
        for row in told["parameters"]
    ]
    as_json = click.Option(["--json", "as_json"], is_flag=True, help="Print as JSON.")
    return click.Command(
        chosen.name,
        callback=run,
        params=[*options, as_json],
        help=told["summary"],
        epilog=f"Source: {told['source']}",
        context_settings={"token_normalize_func": _dashed},
    )


def _text(result: ModelResult) -> str:
    """A result for a terminal: values, inputs with their ranges, warnings, reference, notice."""
    told = result.as_dict()
    lines = [f"{name}: {_measured(item)}" for name, item in told["values"].items()]
    lines += ["", "inputs"]
    for name, item in told["inputs"].items():
        lines.append(
            f"  {name}: {_measured(item)}"
            + (f"   (range: {told['valid_range'][name]})" if item["unit"] else "")
        )
    lines += ["", *(f"warning: {warning}" for warning in told["warnings"])]
    lines.append(f"source: {told['source']}")
    lines.append(f"jurisdiction: {told['jurisdiction']}{' ' + told['vintage'] if told['vintage'] else ''}")
    return "\n".join([*lines, told["notice"]])


def _measured(item: dict[str, Any]) -> str:
    value, unit = item["value"], item["unit"]
    if value is None:
        return "none"
    told = (
        f"{value:.6g}"
        if isinstance(value, float)
        else json.dumps(value, ensure_ascii=False)
        if isinstance(value, list | dict)
        else str(value)
    )
    return told if unit in ("", "1") else f"{told} {unit}"


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _dashed(word: str) -> str:
    """``--wind_speed`` is ``--wind-speed``."""
    return word.replace("_", "-")


def _default(row: dict[str, Any]) -> str:
    return "required" if row["required"] else "none" if row["default"] is None else str(row["default"])
