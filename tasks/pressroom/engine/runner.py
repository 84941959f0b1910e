"""doit's runner on threads: the tools do the work, so threads are enough, and each step's failure stops only what needs it."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any

from doit.runner import Runner

if TYPE_CHECKING:
    from pressroom.engine.work import Children


class ThreadRunner(Runner):  # type: ignore[misc]  # doit has no type information
    """Runs up to `slots` steps at once; status and bookkeeping stay on the main thread, as doit's database needs."""

    def __init__(self, *args: Any, slots: int, children: Children) -> None:  # noqa: ANN401  # doit's arguments
        super().__init__(*args)
        self.slots = slots
        self.children = children

    def run_tasks(self, task_dispatcher: Any) -> None:  # noqa: ANN401  # doit's object
        """Hand out what is ready until nothing is left; an interruption ends the children before it goes on."""
        running: dict[Future[Any], Any] = {}
        with ThreadPoolExecutor(self.slots) as pool:
            try:
                finished = None
                while True:
                    self._start(pool, task_dispatcher, running, finished)
                    if not running:
                        return
                    done = next(iter(wait(running, return_when=FIRST_COMPLETED).done))
                    finished = running.pop(done)
                    self.process_task_result(finished, done.result())
            except BaseException:
                self.children.end()
                raise

    def _start(self, pool: ThreadPoolExecutor, dispatcher: Any, running: dict[Future[Any], Any], finished: Any) -> None:  # noqa: ANN401
        """Fill the free slots; `finished` is handed back to doit, which then knows what has become ready."""
        node = finished
        while not self._stop_running and (len(running) < self.slots or node is not None):
            try:
                node = dispatcher.generator.send(node)
            except StopIteration:
                return
            if node == "hold on":
                return
            if self.select_task(node, dispatcher.tasks):
                self.reporter.execute_task(node.task)
                running[pool.submit(node.task.execute, self.stream)] = node
                node = None

    def select_task(self, node: Any, tasks_dict: Any) -> bool:  # noqa: ANN401  # doit's objects
        """As doit, but a hint that could not be made does not stop who would have read it."""
        hints = node.task.meta["hints"] if node.task.meta else ()
        node.bad_deps = [bad for bad in node.bad_deps if not set(bad.task.targets) & set(hints)]
        return bool(super().select_task(node, tasks_dict))
