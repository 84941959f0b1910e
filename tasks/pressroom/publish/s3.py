"""Publishing to a bucket, of Amazon's or of any server that speaks S3."""

from __future__ import annotations

import importlib
import mimetypes
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pressroom.errors import MachineError, PressroomError, ToolError
from pressroom.formats import webfile
from pressroom.publish.files import Files, Lacking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pressroom.kinds.publish import S3
    from pressroom.publish.content import Entry
    from pressroom.tools.secret import Secret

CAUSES = {
    "InvalidAccessKeyId": "the server does not know the access key",
    "SignatureDoesNotMatch": "the secret key is wrong",
    "PermissionError": "the keys are wrong, or may not do that",
    "FileNotFoundError": "there is no such bucket",
    "NoSuchBucket": "there is no such bucket",
    "EndpointConnectionError": "nobody answers; is that the server's address?",
    "ConnectTimeout": "nobody answers; is that the server's address?",
}
"""What is wrong, by the marks that s3fs and botocore leave in their errors."""
AT_ONCE = 8


class S3Files(Files):
    """Objects of a bucket; each holds the SHA-256 of its content in its metadata, and is there whole or not at all."""

    def __init__(self, words: S3, label: str, entries: Sequence[Entry], last: str, *, keys: tuple[Secret, Secret]) -> None:
        super().__init__(label, entries, last)
        self._words = words
        self._keys = keys

    def lacking(self) -> Mapping[str, Lacking]:
        """By size, digest, content type and cache header of each object."""
        self._said("look into the bucket", lambda: self._store.call_s3("head_bucket", Bucket=self._words.bucket))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            stands = list(pool.map(self._standing, self.entries))
        return {entry.path: found for entry, found in zip(self.entries, stands, strict=True) if found}

    def write(self, entries: Sequence[Entry]) -> None:
        """Upload them."""
        for entry in entries:
            self._said(f"write {entry.path}", lambda entry=entry: self._put(entry))

    def _standing(self, entry: Entry) -> Lacking | None:
        """How an object stands."""
        try:
            found = self._store.call_s3("head_object", Bucket=self._words.bucket, Key=self._key(entry))
        except FileNotFoundError:
            return "missing"
        except PressroomError:
            raise
        except Exception as error:  # noqa: BLE001  # botocore makes its errors as it goes
            raise self._failed(f"look at {entry.path}", error) from None
        wanted = headers(entry)
        same = {key: found.get(key) for key in wanted} == wanted and found["ContentLength"] == entry.size
        return None if same else "other"

    def _put(self, entry: Entry) -> None:
        where = f"{self._words.bucket}/{self._key(entry)}"
        if entry.text is not None:
            self._store.pipe_file(where, entry.text, **headers(entry))
        else:
            self._store.put_file(str(entry.source), where, **headers(entry))

    def _key(self, entry: Entry) -> str:
        return "/".join(filter(None, (self._words.prefix, entry.path)))

    def _said(self, doing: str, do: Any) -> Any:  # noqa: ANN401  # s3fs has no types
        """What a call answers; raises ToolError."""
        try:
            return do()
        except PressroomError:
            raise
        except Exception as error:  # noqa: BLE001  # botocore makes its errors as it goes
            raise self._failed(doing, error) from None

    def _failed(self, doing: str, error: Exception) -> ToolError:
        """A call that failed, with its cause and the server's words."""
        said = f"{type(error).__name__}: {error}"
        cause = next((f": {told}" for mark, told in CAUSES.items() if mark in said), "")
        return ToolError(f"{self.label}: cannot {doing}{cause} ({said})")

    @cached_property
    def _store(self) -> Any:  # noqa: ANN401  # s3fs has no types
        """The connection; raises MachineError where s3fs is not installed."""
        try:
            s3fs: Any = importlib.import_module("s3fs")
        except ImportError:
            raise MachineError(f"{self.label}: needs `pip install 'pressroom[s3]'`") from None
        key, secret = (one.reveal() for one in self._keys)
        place = {"endpoint_url": self._words.endpoint, "region_name": self._words.region}
        return s3fs.S3FileSystem(
            key=key,
            secret=secret,
            client_kwargs={name: value for name, value in place.items() if value},
            config_kwargs={"connect_timeout": 15, "read_timeout": 60, "retries": {"max_attempts": 4, "mode": "standard"}},
            skip_instance_cache=True,
            use_listings_cache=False,
        )


def headers(entry: Entry) -> dict[str, Any]:
    """What an object says of itself: its type, how long caches keep it, its digest."""
    kind = webfile.media_type(entry.path) or mimetypes.guess_type(entry.path, strict=True)[0] or "application/octet-stream"
    keep = webfile.ASK if entry.pointer else webfile.keeping(entry.path)
    return {"ContentType": kind, "CacheControl": keep, "Metadata": {"sha256": entry.sha256}}
