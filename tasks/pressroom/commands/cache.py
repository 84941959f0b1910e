"""`doit cache`: what the cache holds, and trimming it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pressroom.commands.repo import here, options, size, still
from pressroom.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE = """\
usage: pressroom cache [--gc]
       doit cache [--gc]

Show how much the cache holds, and how much it may.

  --gc  drop what was not used for longest, until it fits; what the releases need now stays
"""


def run(arguments: Sequence[str]) -> int:
    """Print the use of the cache, after trimming where that is asked for."""
    given, names = options(arguments, ["--gc"], USAGE)
    if names:
        raise UsageError(USAGE.rstrip())
    build = here()
    if "--gc" in given:
        with still(build, writing=True):
            build.cache.used |= {row.action for row in build.state.steps.values()}
            freed = build.cache.trim(build.settings.cache_max)
        print(f"freed {size(freed)}")  # noqa: T201
    usage = build.cache.usage()
    most = size(build.settings.cache_max)
    needed = "; the rest is what the releases need now" * ("--gc" in given and usage.size > build.settings.cache_max)
    print(f"{usage.results} results, {usage.objects} files, {size(usage.size)} of at most {most}{needed}")  # noqa: T201
    return 0
