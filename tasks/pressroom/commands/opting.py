"""Whether the dodo.py in use opts in: everything of ours is inert in any other doit project."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from doit.loader import generate_tasks

from pressroom.errors import PressroomError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class Stopped(KeyboardInterrupt):
    """A signal that ends the build; the exit code is 128 + its number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def opted_in(command: Any, params: Any) -> bool:  # noqa: ANN401  # doit's objects have no types
    """Read the dodo.py, once; true when it imports `pressroom.dodo`."""
    loader = command.loader
    loader.setup(params)
    # doit calls `setup` again, which would look for the file from the folder that it has changed to.
    loader.setup = lambda _params: None
    creator = (getattr(loader, "namespace", None) or {}).get("task_releases")
    return getattr(creator, "__module__", "") == "pressroom.dodo"


def tasks(command: Any, names: Sequence[str]) -> list[Any]:  # noqa: ANN401
    """doit's tasks of the releases that `names` mean, and those that the repo's own dodo.py has."""
    namespace = dict(command.loader.namespace)
    creator: Callable[[Sequence[str]], Any] = namespace.pop("task_releases")
    command.loader.namespace = namespace
    return [*generate_tasks("releases", creator(names)), *command.loader.load_tasks(cmd=command, pos_args=list(names))]


def explained(run: Callable[[], int]) -> int:
    """Run a command; errors and signals become texts and exit codes."""
    try:
        with _signals():
            return run()
    except PressroomError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    except Stopped as stopped:
        print(f"stopped by {signal.Signals(stopped.number).name}; what is finished is kept", file=sys.stderr)  # noqa: T201
        return 128 + stopped.number


@contextmanager
def _signals() -> Iterator[None]:
    """INT, TERM and HUP raise Stopped in the main thread."""

    def stop(number: int, _frame: object) -> None:
        raise Stopped(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
