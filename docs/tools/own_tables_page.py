"""The page of documentation on tables of a user: thresholds, probits and cut-offs beside those of the
package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geoalarm.exposure import compare
from geoalarm.hazards.industrial import lethality, thresholds, toxic_thresholds, toxicity

FILE: Final = "own_tables.md"


@dataclass(frozen=True)
class Kind:
    """One kind of table: its loader, columns, a row to show, and what it is for."""

    title: str
    loader: str
    columns: tuple[str, ...]
    row: str
    words: str
    use: str


KINDS: Final = (
    Kind(
        "Toxic thresholds",
        "load_thresholds",
        toxic_thresholds.COLUMNS,
        "FR,chlorine,SEI,60,,ppm,,INERIS sheet of the substance,R,",
        "SEI, SEL and SELS of a substance are not part of the package: copy them from its INERIS sheet. "
        "`unit` is `ppm` (of 25 °C) or a "
        "mass per volume; an empty `value` says that the source recommends none.",
        'toxic_threshold("chlorine", "SEI", table="mine.csv")',
    ),
    Kind(
        "Toxic probits",
        "load_toxic_probits",
        toxicity.COLUMNS,
        "my_source,chlorine,NL,death,-6.35,0.5,2.75,mg m-3,min,,where it was published,R,",
        "`Pr = a + b ln(C^n t)`, C in `concentration_unit` (`ppm` or a mass per volume) and t in "
        "`time_unit`. `key` names the set, so that "
        "several publications stand side by side.",
        'toxic_lethality("chlorine", "300 mg/m3", exposure="30 min", source="my_source", table="mine.csv")',
    ),
    Kind(
        "Probits of heat and blast",
        "load_probits",
        lethality.COLUMNS,
        "my_source,thermal,-12.8,2.56,dose,(kW/m^2)^(4/3)*s,death by burns,where it was published,R",
        "`Pr = a + b ln x`: x is a thermal `dose` or a peak `overpressure`, in any unit of it.",
        'thermal_lethality("20 kW/m^2", "20 s", probit="my_source", table="mine.csv")',
    ),
    Kind(
        "Thresholds of heat, overpressure and risk",
        "load_effect_thresholds",
        thresholds.COLUMNS,
        "NL,thermal,people,flux,kW m-2,10,my_level,what it means,where it was published,R",
        "`measure` is `flux`, `dose`, `peak`, `individual_risk`, `lethality` or `exposure`; `receptor` is "
        "`people` or `structures`. "
        "No row of one jurisdiction takes the place of another's.",
        'effect_threshold("thermal", "my_level", jurisdiction="NL", table="mine.csv")',
    ),
    Kind(
        "Cut-offs of the index",
        "load_cutoffs",
        compare.COLUMNS,
        "flood,per_1000,1,10,50,200,who chose them,D",
        "Lower bounds of the classes 2 to 5: people (`absolute`) or people per 1000 inhabitants "
        "(`per_1000`). None is built in; the "
        "figures of this row are made up.",
        'commune_index(people_ensemble(table), cutoffs=load_cutoffs("mine.csv"), weights={"flood": 1.0})',
    ),
)


def own_tables() -> str:
    """The page in Markdown, from the columns that the loaders ask for."""
    lines = [
        "# Tables of your own",
        "",
        (
            "Thresholds and probits are rows, never numbers in code. Those of the package lie in "
            "`src/geoalarm/hazards/industrial/data/`;"
        ),
        (
            "a CSV file of your own has the same columns and stands beside them. Every row names its source "
            "and how far it was checked"
        ),
        (
            "(`verified`): V read in its source, C computed from the formula beside it, R from general "
            "knowledge (every result then"
        ),
        (
            "carries *to be confirmed*), D a choice. All faults of a file are told at once, each with its "
            "line, and nothing of a faulty"
        ),
        "file is used.",
    ]
    for kind in KINDS:
        lines += [
            "",
            f"## {kind.title}",
            "",
            f"`{kind.loader}(path)`. {kind.words}",
            "",
            "```csv",
            ",".join(kind.columns),
            kind.row,
            "```",
        ]
        lines += ["", "```python", kind.use, "```"]
    lines += ["", "On the command line the same file is `--table mine.csv`:", ""]
    command = (
        "geoalarm model toxic_lethality --substance chlorine --concentration '300 mg/m3' --source "
        "my_source --table mine.csv"
    )
    return "\n".join([*lines, "```sh", command, "```", ""])
