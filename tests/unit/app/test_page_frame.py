"""The frame of the page: security headers, languages, shells, a readable fault."""

import ast
import hashlib
from base64 import b64encode

import pytest
from jinja2 import Environment

from geoalarm.app.explorer import build_explorer as build
from geoalarm.app.layer_choices import Choices
from geoalarm.app.web import page_frame as page
from geoalarm.app.web import page_request
from geoalarm.app.web.content_policy import content_security_policy, script_hashes
from geoalarm.app.web.html_pane import stylesheet
from geoalarm.core.errors import InputError
from geoalarm.core.terms import LANGUAGES
from geoalarm.present.palette import SURFACES, THEMES, contrast


def test_a_page_loads_from_its_own_server_only():
    policy = dict(part.split(" ", 1) for part in content_security_policy().split("; "))
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert not [part for part in policy.values() if "http" in part or "*" in part]


def test_a_page_speaks_to_its_own_host_only_and_compiles_no_text():
    policy = dict(
        part.split(" ", 1)
        for part in content_security_policy("dash.example.org:8443", is_header=True).split("; ")
    )
    assert policy["connect-src"] == "'self' ws://dash.example.org:8443 wss://dash.example.org:8443"
    assert policy["frame-ancestors"] == "'self'"
    assert "unsafe-eval" not in content_security_policy()


def test_only_the_scripts_that_came_with_a_page_run():
    html = """<script src="a.js"></script><script type="application/json">{}</script>
<script>
one()
</script><p>text</p><script type="text/javascript">two("é")</script>"""
    own = [b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in ("\none()\n", 'two("é")')]
    assert script_hashes(html) == [f"sha256-{value}" for value in own]
    policy = content_security_policy("h", scripts=script_hashes(html))
    assert f"script-src 'self' 'sha256-{own[0]}' 'sha256-{own[1]}';" in policy
    assert "script-src 'self' 'unsafe-inline';" in content_security_policy("h")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_template_has_what_a_screen_reader_needs(lang):
    words = page.template_variables(lang, title="A title", scheme="dark")
    macros = Environment(autoescape=True).from_string("{% macro embed(x) %}{% endmacro %}")
    html = page._template().render(docs=[], macros=macros, plot_script="", **words)
    assert f'<html lang="{lang}"' in html
    assert html.count("<main") == html.count("<h1") == html.count("aria-live=") == 1
    assert 'name="viewport"' in html
    assert 'href="#finding"' in html
    assert "{{" not in html


def test_interface_colours_are_readable():
    for theme in THEMES:
        grounds = SURFACES[theme]
        face = page.INTERFACE[theme]
        for surface in (grounds.ground, grounds.card):
            assert contrast(face.ink, surface) >= 7
            assert (
                min(
                    contrast(face.muted, surface), contrast(face.link, surface), contrast(face.error, surface)
                )
                >= 4.5
            )
            assert contrast(face.outline, surface) >= 3
        assert contrast("#FFFFFF", grounds.bar) >= 7


def test_css_and_page_name_every_colour_they_use():
    import re

    used = set(re.findall(r"var\(--ga-([a-z0-9_-]+)\)", stylesheet() + page.page_css()))
    for theme in THEMES:
        assert used <= set(re.findall(r"--ga-([a-z0-9_-]+):", page._variables(theme)))


def test_shells_build_and_serve_and_nothing_else(root):
    for path in (root / "dashboards").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= 30
        assert ".servable()" in source
        assert not [
            node
            for node in ast.walk(ast.parse(source))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda))
        ]


def test_assets_load_nothing_from_elsewhere():
    for path in page.ASSETS.iterdir():
        text = path.read_text(encoding="utf-8")
        assert "https://" not in text
        assert text.replace("http://www.w3.org/2000/svg", "").count("http://") == 0


def test_a_fault_is_told_in_words_without_a_trace(caplog):
    class Broken:
        choices = Choices(())

        @property
        def geometry(self):
            raise InputError("communes of x.gpkg", got="no CRS", expected="an EPSG code")

    shown = build.explorer(world=Broken())
    words = " ".join(str(part.object) for part in shown.select(lambda item: hasattr(item, "object")))
    assert "communes of x.gpkg; got no CRS; expected an EPSG code." in words
    assert "Traceback" not in words
    assert "could not be built" in caplog.text


def test_the_language_of_the_browser(monkeypatch):
    monkeypatch.setattr(page_request, "_header", lambda name: "pt-BR, nl-BE;q=0.9, fr;q=0.8")
    assert page_request.language_of({}) == "nl"
    assert page_request.language_of({"lang": "de"}) == "de"
    assert page_request.language_of({"lang": "xx"}) == "nl"
    monkeypatch.setattr(page_request, "_header", lambda name: "")
    assert page_request.language_of({}) == "en"
