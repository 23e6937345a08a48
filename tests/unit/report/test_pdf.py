"""Printing: what happens when the browser is missing, fails or hangs (a stand-in), and real pages where
Chromium is there.
"""

from __future__ import annotations

import os
import re
import runpy
import shutil
import stat
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from geoalarm.core.errors import InputError
from geoalarm.report.commune_page import Pictures, render
from geoalarm.report.pdf import PdfError, dated, find_chromium, write_pdf

CHROMIUM = os.environ.get("GEOALARM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
MADE_UP = runpy.run_path(str(Path(__file__).parents[2] / "made_up_briefing.py"))
DAY = date(2026, 3, 1)


@pytest.fixture
def html(tmp_path):
    path = tmp_path / "page.html"
    path.write_text(render(MADE_UP["briefing"]("fr"), Pictures(), as_of=DAY), encoding="utf-8")
    return path


def stand_in(tmp_path, code: str) -> str:
    """A browser that does as it is told."""
    path = tmp_path / "browser"
    path.write_text(f"#!{sys.executable}\nimport subprocess, sys, time, pathlib\n{code}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_browser_that_is_not_there(tmp_path, monkeypatch):
    with pytest.raises(PdfError, match="cannot be found"):
        find_chromium(str(tmp_path / "nothing"))
    monkeypatch.delenv("GEOALARM_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PdfError, match=r"no Chromium was found.*GEOALARM_CHROMIUM"):
        find_chromium()


def test_the_browser_named_by_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("GEOALARM_CHROMIUM", stand_in(tmp_path, ""))
    assert find_chromium() == str(tmp_path / "browser")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("print('no display', file=sys.stderr); sys.exit(3)", "exit code 3: no display"),
        ("pass", "was not printed"),
        (
            (
                "pathlib.Path([a for a in sys.argv if "
                "a.startswith('--print-to-pdf=')][0][15:]).write_bytes(b'%PDF-1.4 half')"
            ),
            "was not printed",
        ),
    ],
)
def test_a_browser_that_fails_leaves_the_older_file(tmp_path, html, code, says):
    target = tmp_path / "page.pdf"
    target.write_bytes(b"older")
    with pytest.raises(PdfError, match=says):
        write_pdf(html, target, chromium=stand_in(tmp_path, code))
    assert target.read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["browser", "page.html", "page.pdf"]


def test_a_browser_that_hangs_is_ended_with_all_it_started(tmp_path, html):
    mark = tmp_path / "pid"
    code = (
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(mark)!r}).write_text(str(child.pid))\ntime.sleep(60)"
    )
    start = time.monotonic()
    with pytest.raises(PdfError, match=r"did not print in 1\.5 s"):
        write_pdf(html, tmp_path / "page.pdf", chromium=stand_in(tmp_path, code), timeout_s=1.5)
    assert time.monotonic() - start < 10
    assert not (tmp_path / "page.pdf").exists()
    child = int(mark.read_text())
    for _ in range(50):
        if not alive(child):
            break
        time.sleep(0.1)
    assert not alive(child)


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_page_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        write_pdf(tmp_path / "none.html", tmp_path / "none.pdf")


def test_dates_are_replaced_in_place():
    raw = b"<< /CreationDate (D:20261121120609+00'00')\n/ModDate (D:20261121120609+00'00')>> rest"
    fixed = dated(raw, DAY)
    assert len(fixed) == len(raw)
    assert fixed == b"<< /CreationDate (D:20260301000000+00'00')\n/ModDate (D:20260301000000+00'00')>> rest"


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium found")
def test_a_real_page_printed_twice_is_the_same(tmp_path, html):
    one, other = tmp_path / "one.pdf", tmp_path / "other.pdf"
    for target in (one, other):
        write_pdf(html, target, chromium=CHROMIUM, as_of=DAY)
    assert one.read_bytes() == other.read_bytes()
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not at hand to read the pages")
    pages = subprocess.run(
        ["pdftotext", "-layout", str(one), "-"], check=True, capture_output=True, text=True
    ).stdout.split("\f")[:-1]
    assert len(pages) >= 3
    for n, text in enumerate(pages, start=1):
        last = re.sub(r"\s+", " ", text.strip().splitlines()[-1]).replace(" / ", "/")
        assert last.startswith("Ville-2 · FR:00002 · geoalarm")
        assert last.endswith(f" {n}/{len(pages)}")
    assert "1234.5678901" in "".join(pages)
