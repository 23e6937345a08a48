"""The checklist as a text to be edited: read back part by part."""

from __future__ import annotations

import io
import runpy
import zipfile
from pathlib import Path

import docx
import pytest

from geoalarm import i18n
from geoalarm.core.terms import LANGUAGES
from geoalarm.report.checklist_docx import BLANK_LINES, checklist_docx

MADE_UP = runpy.run_path(str(Path(__file__).parents[2] / "made_up_briefing.py"))


def read(data: bytes):
    return docx.Document(io.BytesIO(data))


def test_headings_facts_and_blanks():
    document = read(checklist_docx(MADE_UP["briefing"]("fr")))
    styled = [(one.style.name, one.text) for one in document.paragraphs]
    assert ("Title", "Plan communal de sauvegarde (PCS)\N{NO-BREAK SPACE}: Ville-2") in styled
    assert [text for style, text in styled if style == "Heading 1"] == [
        "Risks of the commune",
        "Who answers the alert",
        "Sources",
    ]
    assert [text for style, text in styled if style == "List Bullet"] == ["Flood: about 1 230 people."]
    assert sum(style == "To fill in" for style, _ in styled) == 2 * BLANK_LINES
    assert any(text.startswith("2. Made-up population. 2021. Calculated.") for _, text in styled)
    assert styled[0] == ("Intense Quote", i18n.text("briefing.word.band_example", "fr"))


def test_no_band_where_the_data_are_not_an_example():
    document = read(checklist_docx(MADE_UP["briefing"]("fr", is_example=False)))
    assert document.paragraphs[0].style.name == "Title"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_language_is_set(lang):
    document = read(checklist_docx(MADE_UP["briefing"](lang)))
    assert document.core_properties.language.startswith(lang)
    assert f'w:val="{document.core_properties.language}"' in document.styles.element.xml


def test_the_same_bytes_each_time():
    one, other = (checklist_docx(MADE_UP["briefing"]("nl")) for _ in range(2))
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as parts:
        assert {entry.date_time[:3] for entry in parts.infolist()} == {(2020, 1, 1)}
        assert parts.testzip() is None


def test_words_of_others_stay_words():
    evil = "<script>alert(1)</script> & \"'\x07 ]]>"
    document = read(checklist_docx(MADE_UP["briefing"]("en", name=evil)))
    assert any(evil.replace("\x07", "") in one.text for one in document.paragraphs)
    assert evil.replace("\x07", "") in document.sections[0].footer.paragraphs[0].text
