"""Every word that a form of accidents or its answer shows has a sentence in every language."""

import re

import pytest

from geoalarm import i18n
from geoalarm.analysis import choices
from geoalarm.analysis.accident import people_in_zones as consequences
from geoalarm.core.terms import LANGUAGES
from geoalarm.hazards.industrial.effects import SEVERITIES
from geoalarm.hazards.industrial.flags import FLAGS
from geoalarm.present.model_warnings import caveat, flag, flags

FORM = choices()
SHOWN = [item for kind in FORM["kinds"] for item in (*kind["inputs"], *kind["tank"])]
KEYS = [
    *(f"accident.kind.{kind['kind']}.{part}" for kind in FORM["kinds"] for part in ("name", "explain")),
    *sorted({f"accident.input.{item['name']}" for item in SHOWN}),
    *sorted({f"accident.word.{word}" for item in SHOWN for word in item["choices"]}),
    *(f"accident.severity.{name}" for name in SEVERITIES),
    *(f"accident.time.{time}" for time in FORM["occupancy"]),
    *(f"flag.{code}" for code in (*FLAGS, *consequences.FLAGS)),
    *(
        f"class.{label}.name"
        for label in (
            "SEI",
            "SEL",
            "SELS",
            "AEGL-1",
            "AEGL-2",
            "AEGL-3",
            "LC1",
            "LC5",
            "cordon",
            "impact_radius",
        )
    ),
]


@pytest.mark.parametrize("key", KEYS)
def test_every_word_has_its_sentence(key):
    assert i18n.has(key)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_flag_reads_with_and_without_its_detail(lang):
    for code in (*FLAGS, *consequences.FLAGS):
        assert not re.search(r"[{}]|:[\s\u00a0]*\.$", flag(code, lang)), code
        assert flag(code, lang).endswith(".")
    assert "37 %" in flag("zone_leaves_mapped_area: SEI 37 % of its area", lang)


@pytest.mark.parametrize(
    ("warning", "told"),
    [
        (
            "to_be_confirmed: limit 0.15 of the criterion of a dense gas",
            "la limite 0,15 qui distingue un gaz lourd",
        ),
        ("to_be_confirmed: AEGL-2 of hydrogen_fluoride, AEGL values, EPA", "AEGL-2 (fluorure d'hydrogène)"),
        ("no_threshold: threshold AEGL-1 (US) of phosgene for 60 min", "AEGL-1 (phosgène)"),
        ("zone_leaves_mapped_area: SEI 37% of its area", "SEI, 37\N{NO-BREAK SPACE}% de sa surface"),
        ("to_be_confirmed: words nobody translated", "words nobody translated"),
    ],
)
def test_a_detail_reads_in_the_language_of_the_page(warning, told):
    assert flag(warning, "fr").endswith(f": {told}.".replace(": ", "\N{NO-BREAK SPACE}: "))


def test_a_flag_without_a_sentence_stays_what_it_is():
    assert flag("no_such_flag: 5", "en") == "no_such_flag: 5"
    assert flags(["upper_bound", "upper_bound"], "en") == ["The true value is at most this."]
    assert caveat("upper_bound", "fr").startswith("La vraie valeur")
    assert caveat("illustrative", "en") == i18n.text("caveat.illustrative", "en")
