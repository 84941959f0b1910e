"""doit's runner on threads: the tools do the work, so threads are enough, and each step's failure stops only what needs it."""

from __future__ import annotations

import heapq
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from math import ceil, inf
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from doit.exceptions import UnmetDependency
from doit.runner import Runner

from pressroom.engine.action import Refusal
from pressroom.engine.running import descendants
from pressroom.engine.schedule import critical_paths
from pressroom.engine.signals import STOPPING
from pressroom.plan import CPU, NETWORK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pressroom.engine.running import Running

GRACE_SECONDS = 0.5
"""How long a stopped build waits for its threads, after their processes have ended."""
POLL_SECONDS = 0.1


class ThreadRunner(Runner):  # type: ignore[misc]  # doit has no type information
    """Runs up to `slots` steps at once; status and bookkeeping stay on the main thread, as doit's database needs."""

    def __init__(self, *args: Any, slots: int, running: Running, seconds: Callable[[], Mapping[str, float]]) -> None:  # noqa: ANN401  # doit's
        super().__init__(*args)
        self.seconds = seconds
        """How long each task will take."""
        self.paths: dict[str, float] = {}
        self.ready: list[tuple[float, int, Any]] = []
        """A heap: the longest path first, then the order of the plan."""
        self.order: dict[str, int] = {}
        """Each task's place in the plan: doit gives tasks that wait for the same one in the order of their addresses."""
        self.slots = slots
        self.free = float(slots)
        """Slots that no step has; below 0 while one runs that weighs more than there are."""
        self.running = running
        self.begun: set[Any] = set()
        """doit's nodes of the steps that run."""
        self.strangers: set[int] = set()
        """Processes below this one that were there before the build."""
        self.ended: SimpleQueue[tuple[Any, Any]] = SimpleQueue()
        """A node whose step has ended, and doit's failure or None."""

    def run_tasks(self, task_dispatcher: Any) -> None:  # noqa: ANN401  # doit's object
        """Hand out what is ready until nothing is left; an interruption ends the children and keeps what is finished."""
        pool = ThreadPoolExecutor(ceil(self.slots / NETWORK))
        streams = sys.stdout, sys.stderr
        if self._own(task_dispatcher.tasks.values()):
            self.strangers = descendants(os.getpid())
        try:
            finished = None
            while True:
                self._start(pool, task_dispatcher, finished)
                if not self.begun:
                    return
                finished = self._first_ended()
        except BaseException:
            with STOPPING.noted():
                self._stop()
            raise
        finally:
            pool.shutdown(wait=False)
            # Tasks of the repo's own that are Python, and run at once, may leave each other's streams there.
            sys.stdout, sys.stderr = streams

    def _own(self, tasks: Iterable[Any]) -> bool:
        """Whether one of the tasks is the repo's own, and no step of a release: nobody knows what it starts."""
        return any(not hasattr(action, "step") for task in tasks for action in task.actions)

    def finish(self) -> int:
        """Close doit's database, which is written only then."""
        with STOPPING.noted():
            code: int = super().finish()
        return code

    def select_task(self, node: Any, tasks_dict: Any) -> bool:  # noqa: ANN401  # doit's objects
        """As doit, but a hint that could not be made does not stop who would have read it."""
        hints = set((node.task.meta or {}).get("hints", ()))
        node.bad_deps = [bad for bad in node.bad_deps if not hints.intersection(bad.task.targets)]
        node.task.file_dep -= {hint for hint in hints if not Path(hint).exists()}
        return bool(super().select_task(node, tasks_dict))

    def _start(self, pool: ThreadPoolExecutor, dispatcher: Any, finished: Any) -> None:  # noqa: ANN401
        """Fill the free slots with what is ready, the step first that most others wait for.

        doit's generator takes a node whose status has changed, and gives the next one to look at, "hold on" while all the
        others wait for what runs, or its end.
        """
        node = finished
        while not self._stop_running:
            try:
                node = dispatcher.generator.send(node)
            except StopIteration:
                break
            if node == "hold on":
                break
            if self.select_task(node, dispatcher.tasks):
                self.paths = self.paths or critical_paths(dispatcher.tasks, self.seconds())
                self.order = self.order or {name: n for n, name in enumerate(dispatcher.tasks)}
                heapq.heappush(self.ready, (self._rank(node.task), self.order[node.task.name], node))
                node = None
        while self.ready and not self._stop_running:
            *_, node = self.ready[0]
            weight = self._weight(node.task)
            if self.begun and weight > self.free:
                break
            heapq.heappop(self.ready)
            self.reporter.execute_task(node.task)
            self.free -= weight
            self.begun.add(node)
            pool.submit(self._run, node)

    def _rank(self, task: Any) -> float:  # noqa: ANN401
        """The lower, the sooner: mistakes are told before all work, then the step begins that the longest path waits for."""
        return -inf if any(isinstance(action, Refusal) for action in task.actions) else -self.paths[task.name]

    def _weight(self, task: Any) -> float:  # noqa: ANN401
        """How many slots a task takes; where there is one, it is one task at a time."""
        step = getattr(task.actions[0], "step", None) if task.actions else None
        return step.weight if step and self.slots > 1 else CPU

    def _run(self, node: Any) -> None:  # noqa: ANN401
        """Run a step, on a thread of the pool."""
        try:
            self.ended.put((node, node.task.execute(self.stream)))
        except BaseException as error:  # noqa: BLE001  # it is raised where the build waits
            self.ended.put((node, error))

    def _first_ended(self) -> Any:  # noqa: ANN401
        """A step that has ended, and is accounted for; raises Stopped when a signal has come."""
        with STOPPING.noted():
            while True:
                STOPPING.check()
                with suppress(Empty):
                    node, failure = self.ended.get(timeout=POLL_SECONDS)
                    break
            self._over(node)
        if isinstance(failure, BaseException):
            raise failure
        self.process_task_result(node, failure)
        return node

    def _over(self, node: Any) -> None:  # noqa: ANN401
        """Take back the slots of a step that has ended."""
        self.begun.remove(node)
        self.free += self._weight(node.task)

    def _stop(self) -> None:
        """End what runs within two seconds; a step that came to its end is recorded, the partial files of the others go."""
        self.running.end(descendants(os.getpid()) - self.strangers if self._own(node.task for node in self.begun) else ())
        deadline = time.monotonic() + GRACE_SECONDS
        with suppress(Empty):
            while self.begun:
                node, failure = self.ended.get(timeout=max(0.0, deadline - time.monotonic()))
                self._over(node)
                if failure is None:
                    self.process_task_result(node, None)
        self.running.sweep()

    def _handle_task_error(self, node: Any, base_fail: Any) -> None:  # noqa: ANN401
        """As doit, but who waits for a failed step keeps its own record: it is as fresh as it was."""
        if not isinstance(base_fail, UnmetDependency):
            super()._handle_task_error(node, base_fail)
            return
        node.run_status = "failure"
        self.reporter.add_failure(node.task, base_fail)
