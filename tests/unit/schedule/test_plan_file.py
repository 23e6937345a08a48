"""A schedule file at the door: what is wrong is told at once, and no secret may stand in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from geoalarm.core.errors import Faults, InputError
from geoalarm.io.strict_model import LARGEST
from geoalarm.schedule.plan.jobs import Folder, Mail, Storage
from geoalarm.schedule.plan.plan_file import plan_from, read_plan

WHOLE = """
timezone: Europe/Paris
lang: nl
jobs:
  - name: monthly-59
    cron: "0 6 1 * *"
    report: {departement: ["59"], lang: [fr, nl], pdf: true, scenario: file.yml, out: editions}
    catch_up: all
    retries: {times: 2, first_wait: 5 min, factor: 2}
    deliver:
      - folder: {path: share}
      - storage:
          {url: "s3://bucket/prefix/",
           options: {endpoint_url: "https://s3.example", client_kwargs: {region_name: eu}}}
      - mail:
          {host: mail.example, port: 587, security: starttls, from: Crise <crise@prefecture.example>,
           to: [a@x.example, b@x.example], per: commune, attach: pdf, link: "https://x.example/e/",
           user_env: MAIL_USER, password_env: MAIL_PASSWORD}
"""


def plan(**job: Any) -> Any:
    usual = {"name": "one", "cron": "0 6 1 * *"}
    return plan_from({"jobs": [usual | job]}, file=Path("s.yml"))


def mail(**fields: Any) -> dict[str, Any]:
    usual = {
        "host": "m.example",
        "port": 465,
        "security": "tls",
        "from": "a@x.example",
        "to": ["b@x.example"],
    }
    return {"deliver": [{"mail": usual | fields}]}


def storage(url: str = "s3://bucket", **options: Any) -> dict[str, Any]:
    return {"deliver": [{"storage": {"url": url, "options": options}}]}


def test_a_whole_file_is_read_with_paths_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text(WHOLE, encoding="utf-8")
    read = read_plan(tmp_path / "s.yml")
    (job,) = read.jobs
    assert (read.timezone, read.lang, read.state) == ("Europe/Paris", "nl", tmp_path / "s.state")
    assert (job.catch_up, job.retries.times, job.retries.first_wait_s, job.retries.factor) == (
        "all",
        2,
        300,
        2,
    )
    assert job.report.select == {"departement": ("59",)}
    assert (job.report.out, job.report.scenario) == (tmp_path / "editions", tmp_path / "file.yml")
    folder, store, letter = job.deliver
    assert folder == Folder("folder:share", tmp_path / "share")
    assert isinstance(store, Storage)
    assert store.url == "s3://bucket/prefix"
    assert isinstance(letter, Mail)
    assert letter.to == {"*": ("a@x.example", "b@x.example")}
    assert (letter.lang, letter.link, letter.when_uncertain, letter.limit_mb) == (
        "fr",
        "https://x.example/e",
        "leave",
        10,
    )


def test_what_is_left_out_is_usual() -> None:
    (job,) = plan().jobs
    assert (job.catch_up, job.retries.times, job.retries.first_wait_s, job.retries.factor, job.deliver) == (
        "last",
        3,
        60,
        4,
        (),
    )


def test_all_faults_are_told_at_once() -> None:
    facts = yaml.safe_load(WHOLE)
    facts["jobs"][0] |= {"cron": "0 6 31 2 *", "retries": {"first_wait": "60"}}
    facts["jobs"].append(dict(facts["jobs"][0]))
    facts["timezone"] = "Europe/Lille"
    with pytest.raises(Faults) as caught:
        plan_from(facts, file=Path("s.yml"))
    told = caught.value.sentence()
    assert "Europe/Lille" in told
    assert "2 jobs 'monthly-59'" in told
    assert told.count("first_wait") == 2


def test_unknown_fields_offer_the_near_miss() -> None:
    with pytest.raises(InputError, match=r"did you mean 'catch_up'\?"):
        plan(catchup="last")
    with pytest.raises(InputError, match=r"did you mean 'port'\?"):
        plan(**mail(prt=465))
    with pytest.raises(InputError, match=r"field jobs\.0\.deliver\.0\.folder\.mode: unknown field"):
        plan(deliver=[{"folder": {"path": "x", "mode": 1}}])


@pytest.mark.parametrize(
    ("job", "told"),
    [
        ({"cron": "0 6 1 *"}, "five fields"),
        ({"cron": "0 0 31 2 *"}, "never comes"),
        ({"name": "../up"}, "pattern"),
        ({"catch_up": "some"}, "'last', 'all' or 'none'"),
        ({"retries": {"first_wait": "2 days"}}, "first_wait"),
        ({"retries": {"times": -1}}, "greater than or equal to 0"),
        ({"report": {"departement": [59.5]}}, "string"),
        ({"report": {"lang": ["it"]}}, "lang"),
        ({"deliver": [{}]}, "folder, storage or mail"),
        ({"deliver": [{"folder": {"path": "a"}, "storage": {"url": "s3://b"}}]}, "got folder, storage"),
        ({"deliver": [{"folder": {"path": "a"}}, {"folder": {"path": "a"}}]}, "2 targets 'folder:a'"),
        (mail(security="none"), "'starttls' or 'tls'"),
        (mail(to=["b@x.example\nBcc: c@x.example"]), "e-mail address"),
        (mail(to=["nobody"]), "e-mail address"),
        (mail(**{"from": "Évêché"}), "e-mail address"),
        (mail(user_env="USER"), "half a login"),
        (mail(password="x"), "unknown field"),
        (mail(link="javascript:alert(1)"), "https://"),
        (mail(to={"FR:59350": "a@x.example"}), "per: commune"),
        (storage("sftp://host/x"), "s3://"),
        (storage("ftp://host/x"), "one of s3://"),
        (storage("s3://"), "and a place"),
        (storage("s3://key:word@bucket"), "no user, no password"),
        (storage(endpoint_url="http://s3.example"), "https://"),
        (storage(client_kwargs={"endpoint_url": "http://s3.example"}), "https://"),
        (storage(client_kwargs={"verify": False}), "encrypted"),
    ],
)
def test_a_wrong_field_is_refused(job: dict[str, Any], told: str) -> None:
    with pytest.raises((InputError, Faults), match=told):
        plan(**job)


@pytest.mark.parametrize(
    "key",
    [
        "key",
        "secret",
        "token",
        "password",
        "aws_secret_access_key",
        "aws_access_key_id",
        "sas_token",
        "account_key",
        "SSECustomerKey",
        "connection_string",
    ],
)
def test_secrets_are_refused_and_not_repeated(key: str) -> None:
    for options in ({key: "hunter2"}, {"client_kwargs": {key: "hunter2"}}):
        with pytest.raises((InputError, Faults), match="looks like a secret") as caught:
            plan(**storage(**options))
        assert "hunter2" not in str(caught.value)


def test_a_password_in_an_address_is_not_repeated() -> None:
    with pytest.raises((InputError, Faults)) as caught:
        plan(**storage("ftp://user:hunter2@host/x"))
    assert "hunter2" not in str(caught.value)


def test_plain_http_only_to_this_machine() -> None:
    assert plan(**storage(endpoint_url="http://127.0.0.1:5000"))
    assert plan(**storage(endpoint_url="http://localhost:5000"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("- a", "holds no keys"),
        ("a: [", "is not YAML"),
        ("jobs: []", "at least 1"),
        ("", "holds no keys"),
        ("jobs: [{name: a}]", "field jobs.0.cron: missing"),
    ],
)
def test_what_is_no_schedule_is_refused(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "s.yml").write_text(content, encoding="utf-8")
    with pytest.raises((InputError, Faults), match=told):
        read_plan(tmp_path / "s.yml")


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_plan(tmp_path / "none.yml")
    (tmp_path / "s.yml").write_text("#" * (LARGEST + 1), encoding="utf-8")
    with pytest.raises(InputError, match="too large"):
        read_plan(tmp_path / "s.yml")


def test_python_in_yaml_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text("jobs: !!python/object/apply:os.system ['true']", encoding="utf-8")
    with pytest.raises(InputError, match="line 1: tag"):
        read_plan(tmp_path / "s.yml")
