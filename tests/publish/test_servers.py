"""Destinations behind real servers on loopback: ssh, S3, the web."""

from __future__ import annotations

import getpass
import importlib
import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.publish.conftest import NAME, SOUNDS, Cut
from tests.publish.nox import free_port
from tests.publish.web import Ranges

from pressroom.errors import MachineError
from pressroom.kinds.publish import S3, Folder, Publishing, Rsync, Webseed
from pressroom.publish.release import look, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.publish.conftest import Moon

    from pressroom.publish.content import Content

pytestmark = pytest.mark.clients
HASHED = "hls/aac.0123456789abcdef.mp4"
KEYS = {"ACCESS": "AKIAFORATEST", "SECRET": "not a secret"}


def published(moon: Moon, content: Content, *words: Any) -> list[str]:  # noqa: ANN401  # destinations
    """The state that each destination was found in, or its error."""
    reports = publish(content, Publishing(destinations=words), moon.run(**KEYS), moon.source)
    return [one.outcome.state if one.outcome else str(one.error or "waits") for one in reports]


@pytest.fixture
def ssh_config(tmp_path: Path) -> Iterator[Path]:
    """The configuration of a client that gets into a server of its own, as `loop`."""
    sshd = shutil.which("sshd") or "/usr/sbin/sshd"
    if not shutil.which("rsync") or not Path(sshd).exists():
        pytest.skip("rsync and sshd are not installed")
    port, place = free_port(), tmp_path / "ssh"
    place.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", place / name], check=True)
    shutil.copy(place / "user.pub", place / "authorized")
    server = f"""\
Port {port}
ListenAddress 127.0.0.1
HostKey {place}/host
AuthorizedKeysFile {place}/authorized
PasswordAuthentication no
StrictModes no
UsePAM no
PidFile none
"""
    (place / "sshd_config").write_text(server, encoding="utf-8")
    Path("/run/sshd").mkdir(exist_ok=True, parents=True)
    process = subprocess.Popen([sshd, "-D", "-f", place / "sshd_config", "-E", place / "log"])
    known = f"[127.0.0.1]:{port} " + " ".join((place / "host.pub").read_text(encoding="utf-8").split()[:2])
    (place / "known").write_text(known + "\n", encoding="utf-8")
    client = f"""\
Host loop
  HostName 127.0.0.1
  Port {port}
  User {getpass.getuser()}
  IdentityFile {place}/user
  IdentitiesOnly yes
  UserKnownHostsFile {place}/known
"""
    (place / "config").write_text(client, encoding="utf-8")
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.05)
    yield place / "config"
    process.kill()
    process.wait()


@pytest.mark.parametrize("what", ["build", "payload"])
def test_rsync_brings_what_lacks(moon: Moon, ssh_config: Path, tmp_path: Path, what: str) -> None:
    """By checksum, so that a byte that flipped under an old date is found; a second run sends nothing."""
    words = {"to": "rsync", "target": f"loop:{tmp_path}/far/mu sic", "what": what, "ssh_config": str(ssh_config)}
    one = Rsync.model_validate(words)
    content = moon.build()
    assert {"absent"} == set(published(moon, content, one))
    there = moon.files("../far/mu sic")
    assert set(SOUNDS.values()) <= set(there.values())
    assert [name for name in there if name.endswith("Moon.torrent")]
    assert {"current"} == set(published(moon, content, one))
    victim = next(path for path in (tmp_path / "far").rglob("cover.jpg"))
    status = victim.stat()
    victim.write_bytes(b"pictura")
    os.utime(victim, ns=(status.st_atime_ns, status.st_mtime_ns))
    next(path for path in (tmp_path / "far").rglob("01 Rise.flac")).unlink()
    before = moon.files("../far")
    reports = list(look(content, Publishing(destinations=(one,)), moon.run()))
    assert reports[-2].outcome
    assert 2 == len(reports[-2].outcome.changed)
    assert before == moon.files("../far")
    assert ["drifted", "current"] == published(moon, content, one)[-2:]
    assert there == moon.files("../far/mu sic")


def test_a_machine_that_does_not_let_us_in_is_told(moon: Moon, ssh_config: Path, tmp_path: Path) -> None:
    """In ssh's own words, without being asked for a password."""
    (ssh_config.parent / "authorized").write_text("", encoding="utf-8")
    one = Rsync(to="rsync", target=f"loop:{tmp_path}/far", ssh_config=str(ssh_config))
    told, waits = published(moon, moon.build(), one)
    assert told.startswith(f"{one.label}: cannot be reached: ")
    assert ("waits", True) == (waits, "Permission denied" in told)
    (ssh_config.parent / "known").write_text("", encoding="utf-8")
    told = published(moon, moon.build(), one)[0]
    assert told.startswith(f"{one.label}: cannot be reached: ")
    assert told.endswith("; `ssh` to it once, by hand, and look at its key")


@pytest.fixture
def bucket() -> Iterator[str]:
    """The address of a server that speaks S3, with one bucket."""
    servers, boto3 = (pytest.importorskip(name) for name in ("moto.server", "boto3"))
    pytest.importorskip("s3fs")
    server = servers.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client(boto3, url).create_bucket(Bucket="lanterns")
    yield url
    server.stop()


def client(boto3: Any, url: str) -> Any:  # noqa: ANN401  # they have no types
    """Another client of the same server."""
    keys = {"aws_access_key_id": KEYS["ACCESS"], "aws_secret_access_key": KEYS["SECRET"]}
    return boto3.client("s3", endpoint_url=url, region_name="us-east-1", **keys)


def s3(url: str, **more: str) -> S3:
    """A destination there."""
    keys = {"access_key": "env:ACCESS", "secret_key": "env:SECRET", "region": "us-east-1"}
    return S3.model_validate({"to": "s3", "bucket": "lanterns", "endpoint": url, **keys, **more})


@pytest.mark.filterwarnings("ignore")
def test_s3_holds_each_file_with_its_headers(moon: Moon, bucket: str) -> None:
    """A name that holds a digest is kept by caches for a year, all others are asked for; a second run uploads nothing."""
    content, one = moon.build({**SOUNDS, HASHED: b"part"}), s3(bucket, what="payload", prefix="music")
    assert ["absent"] * 3 == published(moon, content, one)
    store = client(importlib.import_module("boto3"), bucket)
    for key, kind, keep in (
        (f"music/{NAME}/{HASHED}", "video/mp4", "public, max-age=31536000, immutable"),
        (f"music/{NAME}/flac/01 Rise.flac", "audio/flac", "no-cache"),
        ("music/Moon.torrent", "application/x-bittorrent", "no-cache"),
    ):
        found = store.get_object(Bucket="lanterns", Key=key)
        assert (kind, keep) == (found["ContentType"], found["CacheControl"])
    assert (
        SOUNDS["flac/01 Rise.flac"] == store.get_object(Bucket="lanterns", Key=f"music/{NAME}/flac/01 Rise.flac")["Body"].read()
    )
    assert ["current"] * 3 == published(moon, content, one)
    store.put_object(Bucket="lanterns", Key=f"music/{NAME}/cover.jpg", Body=b"pictura")
    store.delete_object(Bucket="lanterns", Key="music/Moon.torrent")
    reports = list(publish(content, Publishing(destinations=(one,)), moon.run(**KEYS), moon.source))
    outcomes = [report.outcome for report in reports if report.outcome]
    assert ("drifted", (f"write {NAME}/cover.jpg over other bytes",)) == (outcomes[1].state, outcomes[1].changed)
    assert ("absent", ("write Moon.torrent",)) == (outcomes[2].state, outcomes[2].changed)
    assert ["current"] * 3 == published(moon, content, one)


@pytest.mark.filterwarnings("ignore")
def test_a_bucket_that_is_not_there_is_told(moon: Moon, bucket: str) -> None:
    """With its name, and nothing of the keys; so is a server that does not answer."""
    for one, why in (
        (s3(bucket, bucket="other"), "there is no such bucket (FileNotFoundError: "),
        (s3(f"http://127.0.0.1:{free_port()}"), "nobody answers; is that the server's address? (EndpointConnectionError: "),
    ):
        told = published(moon, moon.build(), one)[0]
        assert told.startswith(f"{one.label}: cannot look into the bucket: {why}")
        assert KEYS["SECRET"] not in told


def test_a_library_that_lacks_is_named(moon: Moon, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install, as what a machine lacks."""
    monkeypatch.setitem(sys.modules, "s3fs", None)
    one = s3("http://127.0.0.1:9")
    report = next(publish(moon.build(), Publishing(destinations=(one,)), moon.run(**KEYS), moon.source))
    assert (MachineError, f"{one.label}: needs `pip install 'pressroom[s3]'`") == (type(report.error), str(report.error))


def test_a_web_seed_is_looked_at_file_by_file(moon: Moon, web: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is there, has its length, and is served in ranges; else its address is named."""
    pytest.importorskip("httpx")
    content = moon.build(cut=Cut(webseeds=(web,)))
    words = {"to": "folder", "path": str(moon.root.parent / "payload"), "what": "payload"}
    states = published(moon, content, Folder.model_validate(words), Webseed(to="webseed"))
    assert ["absent", "absent", "current", "absent"] == states
    address = f"{web}The%20Lanterns%20-%20Mo%C3%B6n%20%282026%29/"
    monkeypatch.setattr(Ranges, "ranges", False)
    (told,) = published(moon, content, Webseed(to="webseed"))
    assert told.startswith(f"webseed: is incomplete: {address}cover.jpg is not served in ranges; ")
    monkeypatch.setattr(Ranges, "ranges", True)
    (moon.root.parent / "payload" / NAME / "cover.jpg").write_bytes(b"short")
    (moon.root.parent / "payload" / NAME / "flac" / "02 Fall.flac").unlink()
    (told,) = published(moon, content, Webseed(to="webseed", url=web))
    assert (
        f"webseed {web}: is incomplete: {address}cover.jpg has 5 bytes, and 7 in the torrent; "
        f"{address}flac/02%20Fall.flac gives 404"
    ) == told


def test_a_web_seed_that_nobody_serves_is_told_once(moon: Moon) -> None:
    """Not for each of its files."""
    pytest.importorskip("httpx")
    seed = f"http://127.0.0.1:{free_port()}/"
    (told,) = published(moon, moon.build(), Webseed(to="webseed", url=seed))
    why = f"{seed} cannot be reached ([Errno 111] Connection refused)"
    assert f"webseed {seed}: is incomplete: {why}" == told
