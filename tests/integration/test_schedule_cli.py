"""The command line of the schedule, and its document: what they say is so."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from geoalarm.schedule import report_runner as reports
from geoalarm.schedule.plan import plan_file as border
from geoalarm.schedule.plan import target_files as border_targets
from geoalarm.schedule.plan.jobs import Folder, Mail, Storage
from geoalarm.schedule.state.database import lock_state

pytestmark = pytest.mark.slow

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "schedule_kit.py")))


@pytest.fixture
def disk_plan(disk, tmp_path):
    """A schedule on the made-up world: due every minute, delivered into a folder."""

    def write(**job):
        (tmp_path / "share").mkdir(exist_ok=True)
        usual = {
            "name": "often",
            "cron": "* * * * *",
            "report": {"country": ["FR"], "lang": ["fr", "nl"], "scenario": str(disk / "scenario.yml")},
            "deliver": [{"folder": {"path": "share"}}],
        }
        (tmp_path / "s.yml").write_text(
            yaml.safe_dump({"lang": "nl", "jobs": [usual | job]}), encoding="utf-8"
        )
        return tmp_path / "s.yml"

    return write


def test_reports_of_the_house_are_made_and_delivered_once(disk_plan, tmp_path, call, monkeypatch):
    """The whole way on the made-up world: three communes of one country, two languages, their index."""
    monkeypatch.setattr("geoalarm.report.batch.default_workers", lambda: 1)
    done = call("schedule", "run", disk_plan(cron="0 0 1 1 *"), "--once")
    assert (done.exit_code, done.output) == (0, "nothing is due\n")
    plan = border.read_plan(tmp_path / "s.yml")
    clock = kit.TestClock("2027-01-01 08:00")
    service = kit.Service(plan, plan.state, reports.run_reports, clock=clock)
    (run,) = service.once()
    assert (run.state, run.lacking) == ("done", ())
    (edition,) = (tmp_path / "share" / "often").iterdir()
    assert edition.name == "2027-01-01T0000+0100"
    names = {path.relative_to(edition).as_posix() for path in edition.rglob("*") if path.is_file()}
    for code in ("FR-00001", "FR-00002", "FR-00003"):
        assert {f"{code}/{code}.{lang}.{kind}" for lang in ("fr", "nl") for kind in ("html", "docx")} | {
            f"{code}/{code}.json"
        } <= names
    assert not [name for name in names if name.startswith((".", "BE-"))]
    subprocess.run(["sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS"], cwd=edition, check=True)
    told = json.loads((edition / "delivery.json").read_text("utf-8"))
    page = next(one for one in told["documents"] if one["path"] == "FR-00002/FR-00002.fr.html")
    assert (page["commune"], page["lang"], page["kind"]) == ("FR:00002", "fr", "html")
    assert told["example"] is True
    clock.set("2028-01-01 08:00")
    (run,) = service.once()
    assert run.state == "done"  # the second edition is compared with the first
    manifest = json.loads(
        (tmp_path / "share" / "often" / "2028-01-01T0000+0100" / "manifest.json").read_text("utf-8")
    )
    assert (manifest["as_of"], manifest["before"]) == ("2028-01-01", "2027-01-01")


def test_check_tells_the_next_five_times(disk_plan, call):
    done = call("schedule", "check", disk_plan(cron="0 6 1 * *"))
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert len(lines) == 6
    for line in lines[1:]:
        assert re.fullmatch(r"often  \w{3} \d{4}-\d\d-01 06:00 CES?T +folder:share", line)


@pytest.mark.parametrize(
    ("job", "told"),
    [
        ({"cron": "0 6 31 2 *"}, "never comes"),
        ({"report": {"country": ["IT"], "scenario": "none.yml"}}, "scenario none.yml does not exist"),
        ({"deliver": [{"folder": {"path": "elsewhere"}}]}, "mount the share"),
    ],
)
def test_what_cannot_run_ends_with_exit_code_2(disk_plan, call, tmp_path, job, told):
    file = disk_plan(**job)
    for words in (("check", file), ("run", file, "--once")):
        done = call("schedule", *words)
        assert done.exit_code == 2
        assert told in done.stderr
    assert not (tmp_path / "s.state").exists()


def test_check_finds_a_commune_that_is_not_there(disk_plan, call, disk):
    file = disk_plan(report={"commune": ["FR:00009"], "scenario": str(disk / "scenario.yml")})
    done = call("schedule", "check", file)
    assert done.exit_code == 2
    assert "job often: commune 'FR:00009' is not on the territory" in done.stderr


def test_a_login_that_is_not_set_is_told_before_it_is_needed(disk_plan, call, monkeypatch):
    monkeypatch.delenv("MAIL_USER", raising=False)
    monkeypatch.delenv("MAIL_PASSWORD", raising=False)
    target = {
        "host": "m.example",
        "port": 465,
        "security": "tls",
        "from": "a@x.example",
        "to": ["b@x.example"],
    }
    done = call(
        "schedule",
        "check",
        disk_plan(deliver=[{"mail": target | {"user_env": "MAIL_USER", "password_env": "MAIL_PASSWORD"}}]),
    )
    assert done.exit_code == 2
    assert "MAIL_USER, MAIL_PASSWORD" in done.stderr


def test_a_run_that_fails_ends_with_exit_code_1_and_status_says_why(disk_plan, call, monkeypatch, tmp_path):
    monkeypatch.setattr(reports, "run_reports", kit.refuse)
    file = disk_plan()
    done = call("schedule", "run", file, "--once", "--state", tmp_path / "memory")
    assert done.exit_code == 1
    assert "failed (scenario; got nothing" in done.output
    told = call("schedule", "status", file, "--state", tmp_path / "memory")
    assert told.exit_code == 1
    assert "the service is not running" in told.output
    assert "failed: scenario; got nothing; expected something; hint: write one." in told.output
    facts = json.loads(call("schedule", "status", file, "--state", tmp_path / "memory", "--json").output)
    assert facts["jobs"][0]["last"]["state"] == "failed"
    assert "Mislukt" in (tmp_path / "memory" / "status.html").read_text("utf-8")


def test_status_of_what_never_ran(disk_plan, call, tmp_path):
    done = call("schedule", "status", disk_plan())
    assert done.exit_code == 0
    assert not (tmp_path / "s.state").exists()


def test_a_second_service_is_refused(disk_plan, call, tmp_path):
    file = disk_plan()
    with lock_state(tmp_path / "s.state"):
        done = call("schedule", "run", file, "--once")
        assert "the service is running" in call("schedule", "status", file).output
    assert done.exit_code == 2
    assert "is in use" in done.stderr


def test_units_are_printed_or_written(disk_plan, call, tmp_path):
    file = disk_plan()
    printed = call("schedule", "units", file).output
    written = call("schedule", "units", file, "--out", tmp_path / "units", "--user", "crisis").output.split()
    assert printed.count("# ---- geoalarm-s") == len(written) == 4
    assert "User=crisis" in Path(written[0]).read_text("utf-8")


@pytest.mark.slow
def test_the_command_stops_on_sigterm(disk_plan):
    """The command itself, as a process, and the real clock."""
    service = subprocess.Popen(
        [sys.executable, "-m", "geoalarm.cli", "schedule", "run", str(disk_plan(cron="0 0 1 1 *"))],
        stderr=subprocess.PIPE,
        text=True,
    )
    page = disk_plan(cron="0 0 1 1 *").parent / "s.state" / "status.html"
    try:
        end = datetime.now(UTC).timestamp() + 60
        while not page.exists():
            assert service.poll() is None, service.stderr.read()
            assert datetime.now(UTC).timestamp() < end
        service.terminate()
        _, said = service.communicate(timeout=30)
    finally:
        service.kill()
    assert service.returncode == 0, said


def test_the_document_names_every_field_and_its_example_is_read(root, tmp_path):
    text = (root / "docs" / "schedule.md").read_text("utf-8")
    models = (
        border._PlanFile,
        border._JobFile,
        border._ReportFile,
        border._RetriesFile,
        border_targets._FolderFile,
        border_targets._StorageFile,
        border_targets._MailFile,
    )
    for name in {field.alias or name for model in models for name, field in model.model_fields.items()} - {
        "jobs",
        "deliver",
    }:
        assert f"`{name}`" in text, name
    (example,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    plan = border.plan_from(yaml.safe_load(example), file=tmp_path / "reports.yml")
    assert [type(one) for one in plan.jobs[0].deliver] == [Folder, Storage, Mail]
    for scheme in border_targets.SCHEMES:
        assert f"`{scheme}://`" in text
