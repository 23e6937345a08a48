"""The checklist of the local plan as a text to be edited: what the platform knows, and blank lines for what
only the commune knows.
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime
from typing import Any, Final

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from geoalarm.present.briefing.briefing_content import Briefing, ChecklistItem, SourceLine
from geoalarm.report.html_templates import TemplateStrings

EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
"""Date of every part of the file: it says nothing, and so the same briefing gives the same bytes."""
BLANK_LINES: Final = 3

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REGION: Final = {"fr": "fr-FR", "nl": "nl-BE", "de": "de-BE", "en": "en-GB"}


def checklist_docx(briefing: Briefing) -> bytes:
    """The checklist as a Word file with real headings and lists, in the language of the briefing."""
    words = TemplateStrings(briefing.lang)
    document = docx.Document()
    _prepare(document, briefing)
    plan = briefing.checklist
    if briefing.is_example:
        _paragraph(document, words("band_example"), "Intense Quote")
    _paragraph(document, words("title_checklist", plan=plan.title, name=briefing.name), "Title")
    _paragraph(document, briefing.subtitle, "Subtitle")
    _paragraph(document, plan.explain)
    for item in plan.items:
        _item(document, item, words)
    _paragraph(document, words("heading_sources"), "Heading 1")
    for line in briefing.sources:
        _paragraph(document, _source(line, words))
    _paragraph(document, briefing.limit)
    return _saved(document)


def _item(document: Document, item: ChecklistItem, words: TemplateStrings) -> None:
    _paragraph(document, item.title, "Heading 1")
    if item.known:
        _paragraph(document, words("known"), "Heading 2")
        for fact in item.known:
            _paragraph(document, fact, "List Bullet")
    if item.blank:
        _paragraph(document, words("blank"), "Heading 2")
        _paragraph(document, item.blank)
        for _ in range(BLANK_LINES):
            _paragraph(document, "", "To fill in")
    if item.reference:
        colon = "\N{NO-BREAK SPACE}: " if words.lang == "fr" else ": "
        _paragraph(document, f"{words('reference')}{colon}{item.reference}", "Caption")


def _source(line: SourceLine, words: TemplateStrings) -> str:
    """A source in one line."""
    licence = words("source_licence", licence=line.source.licence or words("source_missing"))
    parts = (line.title, line.source.vintage, line.basis, licence, line.source.attribution)
    return f"{line.number}. " + ". ".join(part for part in parts if part) + "."


def _paragraph(document: Document, text: str, style: str = "Normal") -> None:
    """A paragraph. Its style is named by its id (the name without blanks): looking it up each time takes most
    of the time of a file.
    """
    paragraph: Any = document.add_paragraph(_NOT_XML.sub("", text))
    if style != "Normal":
        paragraph._p.style = style.replace(" ", "")


def _prepare(document: Document, briefing: Briefing) -> None:
    """Language, A4, dates and styles."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2)
    _page_numbers(section.footer.paragraphs[0], f"{briefing.name} · {briefing.commune_id} · geoalarm")
    facts = document.core_properties
    facts.title = _NOT_XML.sub("", f"{briefing.checklist.title} {briefing.name}")[:255]
    facts.author, facts.last_modified_by, facts.comments, facts.language = (
        "geoalarm",
        "geoalarm",
        "",
        _REGION[briefing.lang],
    )
    facts.created = facts.modified = EPOCH
    facts.revision = 1
    styles: Any = document.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(11)
    normal.paragraph_format.space_after = Pt(6)
    for name, size in (
        ("Title", 22),
        ("Heading 1", 14),
        ("Heading 2", 11),
        ("Subtitle", 12),
        ("Caption", 9),
        ("Intense Quote", 12),
    ):
        font = styles[name].font
        font.name, font.size, font.color.rgb = "Arial", Pt(size), RGBColor(0x16, 0x20, 0x2B)
        _fonts(styles[name])
    _fonts(normal)
    _language(styles, _REGION[briefing.lang])
    _rule(styles.add_style("To fill in", WD_STYLE_TYPE.PARAGRAPH))


def _fonts(style: Any) -> None:
    """The style's own letters in place of the theme's."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if name.endswith("Theme"):
            del fonts.attrib[name]
    for part in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{part}"), "Arial")


def _language(styles: Any, code: str) -> None:
    """The language that spelling is checked in."""
    for lang in styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), code)
        lang.set(qn("w:eastAsia"), code)


def _rule(style: Any) -> None:
    """A line to write on under every paragraph of a style."""
    style.base_style = None
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(14), Pt(0)
    borders = OxmlElement("w:pBdr")
    for side in ("bottom", "between"):
        edge = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "1"), ("color", "6B7680")):
            edge.set(qn(f"w:{name}"), value)
        borders.append(edge)
    style.element.get_or_add_pPr().append(borders)


def _page_numbers(paragraph: Any, words: str) -> None:
    """Name and "n / m" at the foot of every page."""
    paragraph.add_run(_NOT_XML.sub("", words) + "   ")
    for part, between in (("PAGE", " / "), ("NUMPAGES", "")):
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), part)
        run = OxmlElement("w:r")
        text = OxmlElement("w:t")
        text.text = "1"
        run.append(text)
        field.append(run)
        paragraph._p.append(field)
        if between:
            paragraph.add_run(between)


def _saved(document: Document) -> bytes:
    """The file with its parts in order, each of the same date."""
    made, out = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in parts.namelist():
            entry = zipfile.ZipInfo(name, (EPOCH.year, EPOCH.month, EPOCH.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            fixed.writestr(entry, parts.read(name))
    return out.getvalue()
