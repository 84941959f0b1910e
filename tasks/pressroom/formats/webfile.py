"""What a web server says of a file: its type, and how long a cache may keep it."""

from __future__ import annotations

import re
from pathlib import PurePath

MEDIA_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mp4": "video/mp4",
    ".m4s": "video/iso.segment",
    ".ts": "video/mp2t",
    ".m4a": "audio/mp4",
    ".m4b": "audio/mp4",
    ".aac": "audio/aac",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".opus": "audio/ogg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".wv": "audio/x-wavpack",
    ".vtt": "text/vtt; charset=utf-8",
}
"""What players ask for across sites: types that systems disagree about (Apple's HLS Authoring Specification, 10.4)."""
TYPES = {
    **MEDIA_TYPES,
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".xml": "application/xml",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".lrc": "text/plain; charset=utf-8",
    ".cue": "text/plain; charset=utf-8",
    ".magnet": "text/plain; charset=utf-8",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
    ".torrent": "application/x-bittorrent",
}
HASH_LETTERS = 16
"""Of a SHA-256, in a file's name: 64 bits, so that no two files of a release share one."""
FOREVER = "public, max-age=31536000, immutable"
"""Of a file whose name has a digest of its content (RFC 8246)."""
ASK = "no-cache"
"""Of a name that another edition may have, too: a cache asks each time whether it is as it was (RFC 9111, 5.2.2.4)."""
_HASHED = re.compile(rf".+\.[0-9a-f]{{{HASH_LETTERS}}}\.\w+")


def media_type(name: str) -> str | None:
    """The type of a file by the ending of its name; None where that is not known here."""
    return TYPES.get(PurePath(name).suffix.lower())


def keeping(name: str) -> str:
    """How long a cache may keep a file of this name (Cache-Control)."""
    return FOREVER if _HASHED.fullmatch(PurePath(name).name) else ASK
