"""docs/use.md keeps up: every command, option, scenario field, result file and variable is in it; its
scenario is a scenario.
"""

import re

import click
import pytest
import yaml

import geoalarm
from geoalarm.analysis import scenario
from geoalarm.analysis.accident import accident_scenario as accident
from geoalarm.cli import COMMANDS, main
from geoalarm.results import store


@pytest.fixture(scope="module")
def text(root):
    return (root / "docs" / "use.md").read_text("utf-8")


def commands():
    for name in COMMANDS:
        command = main.get_command(click.Context(main), name)
        inner = getattr(command, "commands", None)
        yield from ((f"{name} {sub}", one) for sub, one in inner.items()) if inner else [(name, command)]


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_and_option_is_described(text, name, command):
    assert f"geoalarm {name}" in text
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert re.search(rf"`{option.opts[0]}\b", text), f"{name} {option.opts[0]}"


def test_every_scenario_field_is_described_and_the_example_is_read(text):
    models = (
        scenario._ScenarioFile,
        scenario._EntryFile,
        scenario._FootprintFile,
        scenario._OptionsFile,
        accident.AccidentFile,
    )
    for field in {name for model in models for name in model.model_fields} - {"options"}:
        assert f"`{field}`" in text, field
    layers, accidents = (
        scenario.scenario_from(yaml.safe_load(one))
        for one in re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    )
    assert layers.options == scenario.Options()
    assert [one.kind for one in accidents.accidents] == ["toxic"]


def test_every_result_file_is_described(text):
    for name in store.FILES:
        assert f"`{name}`" in text


def test_every_variable_is_described(text, root):
    used = {
        name
        for path in (root / "src").rglob("*.py")
        for name in re.findall(r"GEOALARM_[A-Z]+(?:_[A-Z]+)*", path.read_text("utf-8"))
    }
    for name in used:
        assert f"`{name}`" in text


def test_names_in_the_python_example_are_public(text):
    example = re.search(r"```python\n(.*?)```", text, flags=re.DOTALL).group(1)
    for name in set(re.findall(r"\bga\.(\w+)", example)):
        assert name in geoalarm.__all__
