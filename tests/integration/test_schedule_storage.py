"""Object storage: a real S3 server on this machine, fsspec's own file systems, and what is missing."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import boto3
import fsspec
import pytest
import s3fs
from moto.server import ThreadedMotoServer

from geoalarm.core.errors import InputError
from geoalarm.schedule.delivery import storage as storage_module
from geoalarm.schedule.delivery.storage import open_storage
from geoalarm.schedule.plan.jobs import Storage
from geoalarm.schedule.scheduled_edition import SUMS

kit = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "schedule_kit.py")))
EDITION = "daily/2026-01-16T0600+0100"

# boto and moto announce changes of their own, of no concern here
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:(boto|moto|werkzeug|s3fs|aiobotocore).*"),
]


@pytest.fixture(scope="module")
def s3():
    """A server with the bucket ``reports``; its address and a client."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "AKIATEST",
            "AWS_SECRET_ACCESS_KEY": "hunter2",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }.items():
            patch.setenv(name, value)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
        server.start()
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        client = boto3.client("s3", endpoint_url=address)
        client.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        yield address, client
        client.close()
        server.stop()


@pytest.fixture
def bucket(s3):
    """The objects of the emptied bucket, by key."""
    client = s3[1]
    for one in client.list_objects_v2(Bucket="reports").get("Contents", []):
        client.delete_object(Bucket="reports", Key=one["Key"])

    def content() -> dict[str, bytes]:
        found = client.list_objects_v2(Bucket="reports").get("Contents", [])
        return {
            one["Key"]: client.get_object(Bucket="reports", Key=one["Key"])["Body"].read() for one in found
        }

    return content


def job(url: str, **options):
    return {
        "deliver": [{"storage": {"url": url, "options": options}}],
        "retries": {"times": 2, "first_wait": "1 s", "factor": 2},
    }


def edition(place: Path) -> dict[str, bytes]:
    folder = place / "editions" / EDITION
    return {
        f"{EDITION}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def once(place: Path, runner=None, **given):
    service = kit.service(place, runner, kit.TestClock("2026-01-16 05:00:01"), **given)
    (run,) = service.once()
    return run, service


def test_an_edition_stands_in_the_bucket_as_on_disk(s3, bucket, tmp_path):
    run, service = once(tmp_path, **job("s3://reports/prefectures/59/", endpoint_url=s3[0]))
    assert run.state == "done"
    assert bucket() == {f"prefectures/59/{key}": content for key, content in edition(tmp_path).items()}
    assert [row.parcel.commune for row in service.ledger.in_state("sent")] == [
        "",
        "BE:54007",
        "FR:59350",
        "FR:59512",
    ]
    assert b"hunter2" not in service.runs._database.path.read_bytes()


class Killed(BaseException):
    pass


@pytest.mark.parametrize("at", range(9))
def test_killed_at_any_file_and_gone_on_with(s3, bucket, tmp_path, monkeypatch, at):
    """The sums come last: who finds them finds all the rest; and what stands there is not put again."""
    put, real = [], storage_module.StorageCarrier._put

    def count(self, filesystem, there, file):
        if len(put) == at:
            raise Killed
        put.append(there)
        real(self, filesystem, there, file)

    given = job("s3://reports", endpoint_url=s3[0])
    monkeypatch.setattr(storage_module.StorageCarrier, "_put", count)
    with pytest.raises(Killed):
        once(tmp_path, **given)
    assert f"{EDITION}/{SUMS}" not in bucket()
    at = -1
    run, service = once(tmp_path, **given)
    assert (run.state, bucket()) == ("done", edition(tmp_path))
    assert all(row.state == "sent" for row in service.ledger.of(run.job, run.due))


def test_what_stands_there_already_is_not_put_again(s3, bucket, tmp_path, monkeypatch):
    given = job("s3://reports", endpoint_url=s3[0])
    with monkeypatch.context() as patch:
        patch.setattr(
            "geoalarm.schedule.state.delivery_ledger.Ledger.receipt",
            lambda self, parcel: (_ for _ in ()).throw(Killed),
        )
        with pytest.raises(Killed):
            once(tmp_path, **given)
    before, put = set(bucket()), []

    async def pipe(self, path, data, real=s3fs.S3FileSystem._pipe_file, **more):
        put.append(path.removeprefix("reports/"))
        return await real(self, path, data, **more)

    monkeypatch.setattr(s3fs.S3FileSystem, "_pipe_file", pipe)
    run, _ = once(tmp_path, **given)
    assert (run.state, len(before)) == ("done", 2)  # the page and the PDF of the first commune
    assert sorted(put) == sorted(set(edition(tmp_path)) - before)


def test_a_bucket_that_is_not_there_is_told_at_once(s3, tmp_path):
    run, service = once(tmp_path, **job("s3://nowhere", endpoint_url=s3[0]))
    assert (run.state, service.clock.waits) == ("partly", [])
    assert (
        "NoSuchBucket" in service.ledger.in_state("failed")[0].note
        or "bucket does not exist" in service.ledger.in_state("failed")[0].note
    )


def test_a_server_that_is_away_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    run, service = once(tmp_path, **job("s3://reports", endpoint_url="http://127.0.0.1:9"))
    assert (run.state, service.clock.waits) == ("partly", [1, 2])
    assert "hunter2" not in service.ledger.in_state("failed")[0].note


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_the_file_systems_of_fsspec(tmp_path, scheme):
    url = f"file://{tmp_path}/there" if scheme == "file" else "memory://there"
    run, _ = once(tmp_path, **job(url))
    filesystem, root = fsspec.core.url_to_fs(url)
    found = {path.removeprefix(f"{root}/"): filesystem.cat_file(path) for path in filesystem.find(root)}
    assert (run.state, found) == ("done", edition(tmp_path))
    filesystem.rm(root, recursive=True)


def test_what_reads_back_otherwise_is_tried_again(tmp_path, monkeypatch):
    """A storage that says yes and keeps something else."""
    lies = [3]

    def keep(self, path, value, real=fsspec.implementations.memory.MemoryFileSystem.pipe_file, **more):
        lies[0] -= 1
        return real(self, path, value[:-1] if lies[0] >= 0 else value, **more)

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFileSystem.pipe_file", keep)
    run, service = once(tmp_path, **job("memory://lying"))
    assert (run.state, service.clock.waits) == ("partly", [1, 2])
    assert "reads back otherwise" in service.ledger.in_state("failed")[0].note


def test_a_package_that_is_missing_is_named(monkeypatch):
    registry = sys.modules["fsspec.registry"]
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.setattr(registry, "registry", {})
    with pytest.raises(InputError, match=r"pip install 'geoalarm\[s3\]'"):
        open_storage(Storage("s", "s3://bucket"))


def test_an_option_that_is_none_is_told():
    with pytest.raises(InputError, match=r"did you mean 'endpoint_url'\?"):
        open_storage(Storage("s", "s3://bucket", {"endpont_url": "https://s3.example"}))
