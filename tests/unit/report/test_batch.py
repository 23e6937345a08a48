"""Selection, languages, workers that die, folders that are whole or not there."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from geoalarm import testing
from geoalarm.core.errors import GeoalarmError, InputError
from geoalarm.core.model import Communes
from geoalarm.report import edition
from geoalarm.report.process_pool import run_tasks
from geoalarm.report.report_job import without_folders
from geoalarm.report.selection import ReportRequest, ReportSelection, languages_of, select


@pytest.fixture(scope="module")
def communes() -> Communes:
    """The made-up world with a department and a province."""
    frame = testing.communes().data.copy()
    french = frame["country"] == "FR"
    frame["department_code"] = french.map({True: "59", False: "50000"})
    frame["department_name"] = french.map({True: "Nord", False: "Province du Hainaut"})
    return Communes(frame)


def chosen(territory: Communes, **given: object) -> list[str]:
    return [wanted.commune_id for wanted in select(territory, ReportSelection(**given))]  # type: ignore[arg-type]


def test_communes_are_chosen_in_the_order_of_the_territory_each_once(communes):
    assert chosen(communes, communes=("BE:00001", "FR:00003", "BE:00001")) == ["FR:00003", "BE:00001"]
    assert chosen(communes, every=True) == list(communes.ids)
    assert chosen(communes, countries=("be",), communes=("FR:00001",)) == [
        "FR:00001",
        "BE:00001",
        "BE:00002",
        "BE:00003",
    ]


@pytest.mark.parametrize("name", ["59", "Nord", "nord"])
def test_a_department_is_known_by_code_or_name(communes, name):
    assert chosen(communes, departments=(name,)) == ["FR:00001", "FR:00002", "FR:00003"]


@pytest.mark.parametrize("name", ["50000", "Hainaut", "Province du Hainaut"])
def test_a_province_is_known_by_code_or_name(communes, name):
    assert chosen(communes, provinces=(name,)) == ["BE:00001", "BE:00002", "BE:00003"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "no commune was chosen"),
        ({"departments": ("Nort",)}, "did you mean 'Nord'"),
        ({"departments": ("50000",)}, r"expected 59 \(Nord\)"),
        ({"provinces": ("59",)}, r"expected 50000 \(Province du Hainaut\)"),
        ({"countries": ("NL",)}, "expected BE, FR"),
        ({"communes": ("FR:0001",)}, "did you mean 'FR:00001'"),
        ({"communes": ("00001",)}, "write FR:00001 or BE:00001"),
        ({"every": True, "langs": ("es",)}, "expected fr, nl, de, en"),
    ],
)
def test_what_is_not_known_is_refused_with_the_nearest(communes, given, said):
    with pytest.raises(InputError, match=said):
        select(communes, ReportSelection(**given))


@pytest.mark.parametrize(
    ("commune", "langs"),
    [("FR:59350", ("fr",)), ("BE:57081", ("fr",)), ("BE:34022", ("nl",)), ("BE:44021", ("nl",)),
    ("BE:63023", ("de",)),
     ("BE:63020", ("fr",)), ("BE:21004", ("fr", "nl")), ("BE:25014", ("fr",)), ("BE:23027", ("nl",)),
     ("LU:0101", ("fr",)),
     ("NL:0715", ("nl",)), ("BE:00001", ("fr",)), ("XX:1", ("en",))],
)  # fmt: skip
def test_the_language_of_a_place_follows_its_code(commune, langs):
    assert languages_of(commune) == langs


def test_where_the_code_tells_nothing_the_local_name_does():
    assert languages_of("BE:00001", {"name": "Doornik", "name_fr": "Tournai", "name_nl": "Doornik"}) == (
        "nl",
    )


def test_languages_asked_for_come_in_one_order(communes):
    assert select(communes, ReportSelection(every=True, langs=("de", "fr", "de")))[0].langs == ("fr", "de")


# ----------------------------------------------------------------------------------------------------------
# workers


def nothing() -> None:
    """A worker needs no preparation."""


def square(number: int) -> int:
    """What a worker does; 13 kills it."""
    if number == 13:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def never() -> None:
    """A worker that cannot start."""
    os._exit(3)


def test_one_worker_works_in_this_process():
    seen = []
    answers = [
        done.answer
        for done in run_tasks([1, 2], lambda n: n + len(seen), workers=1, setup=seen.append, given=("ready",))
    ]
    assert answers == [2, 3]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_task_that_kills_its_worker_is_told_and_all_others_are_done():
    told = list(run_tasks(list(range(10, 20)), square, workers=2, setup=nothing, given=()))
    assert sorted(done.task for done in told) == list(range(10, 20))
    assert [done.task for done in told if done.died] == [13]
    assert {done.task: done.answer for done in told if not done.died} == {
        n: n * n for n in range(10, 20) if n != 13
    }


@pytest.mark.slow
def test_workers_that_never_start_are_one_error_and_no_endless_round():
    with pytest.raises(GeoalarmError, match="no worker answers"):
        list(run_tasks(list(range(10)), square, workers=2, setup=never, given=()))


# ----------------------------------------------------------------------------------------------------------
# folders


def deliver(out: Path, commune: str, text: str, *, key: str = "k") -> None:
    """A commune with one file and its manifest."""
    with edition.commune_aside(out, commune) as folder:
        page = folder / "page.html"
        page.write_text(text, encoding="utf-8")
        files = {page.name: {"bytes": page.stat().st_size, "sha256": edition.sha256_of(page)}}
        facts = {"commune_id": commune, "edition": key, "files": files}
        (folder / edition.MANIFEST).write_text(edition.json_text(facts), encoding="utf-8")


def test_a_commune_is_replaced_whole(tmp_path):
    deliver(tmp_path, "FR:1", "old")
    (tmp_path / "FR-1" / "left.html").write_text("from the older edition", encoding="utf-8")
    deliver(tmp_path, "FR:1", "new")
    assert sorted(path.name for path in (tmp_path / "FR-1").iterdir()) == ["manifest.json", "page.html"]
    assert (tmp_path / "FR-1" / "page.html").read_text("utf-8") == "new"


def test_a_failure_leaves_the_older_one_and_no_scratch(tmp_path):
    deliver(tmp_path, "FR:1", "old")
    with pytest.raises(IsADirectoryError), edition.commune_aside(tmp_path, "FR:1") as folder:
        folder.write_text("half", encoding="utf-8")
    assert (tmp_path / "FR-1" / "page.html").read_text("utf-8") == "old"
    assert not list((tmp_path / edition.BOOKS / edition.ASIDE).iterdir())


def test_whole_means_every_byte_of_this_edition(tmp_path):
    deliver(tmp_path, "FR:1", "text")
    folder, names = tmp_path / "FR-1", frozenset({"page.html"})
    assert edition.is_whole(folder, edition="k", names=names)
    assert not edition.is_whole(folder, edition="other", names=names)
    assert not edition.is_whole(folder, edition="k", names=names | {"page.pdf"})
    assert not edition.is_whole(tmp_path / "FR-2", edition="k", names=names)
    (folder / "page.html").write_text("test", encoding="utf-8")
    assert not edition.is_whole(folder, edition="k", names=names)
    (folder / edition.MANIFEST).write_text("{", encoding="utf-8")
    assert not edition.is_whole(folder, edition="k", names=names)


def test_what_an_ended_run_left_is_swept_and_a_folder_on_its_way_comes_back(tmp_path):
    deliver(tmp_path, "FR:1", "old")
    aside = tmp_path / edition.BOOKS / edition.ASIDE
    (aside / "FR-2-abc").mkdir(parents=True)
    (aside / "FR-2-abc" / "page.html").write_text("half", encoding="utf-8")
    (tmp_path / "FR-1").rename(aside / "FR-1-xyz.old")
    with edition.lock_edition(tmp_path):
        assert (tmp_path / "FR-1" / "page.html").read_text("utf-8") == "old"
        assert not aside.exists()


def test_two_runs_never_write_one_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(edition, "_WAIT_S", 0.2)
    with (
        edition.lock_edition(tmp_path),
        pytest.raises(InputError, match="written by another run"),
        edition.lock_edition(tmp_path),
    ):
        pass


@pytest.mark.parametrize("name", ["FR:59350", "FR:../../etc", "BE:2A/1"])
def test_the_folder_of_a_commune_stays_in_its_place(name):
    folder = edition.folder_of(name)
    assert "/" not in folder
    assert ".." not in folder
    assert edition.file_names(ReportRequest(name, ("fr",))) == {
        f"{folder}.json",
        f"{folder}.fr.html",
        f"{folder}.fr.docx",
    }


def test_sentences_for_readers_name_no_folder():
    assert (
        without_folders("mirror /home/me/data/x.tif cannot be read; see /a/b.txt")
        == "mirror x.tif cannot be read; see b.txt"
    )
    assert without_folders("1/2 of it, https://example.org/a/b") == "1/2 of it, https://example.org/a/b"
