"""What we lean on in doit, beside what its manual promises: a release of doit that breaks us fails here, and says why."""

from __future__ import annotations

import inspect
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import pytest
from doit.action import BaseAction
from doit.cmd_base import Command, DodoTaskLoader, DoitCmdBase, NamespaceTaskLoader
from doit.cmd_clean import Clean
from doit.cmd_forget import Forget
from doit.cmd_help import Help
from doit.cmd_ignore import Ignore
from doit.cmd_list import List
from doit.cmd_resetdep import ResetDep
from doit.cmd_run import Run
from doit.cmdparse import CmdOption, CmdParse, CmdParseError, DefaultUpdate
from doit.control import TaskControl
from doit.dependency import DatabaseException, Dependency, DependencyStatus, SqliteDB
from doit.doit_cmd import DoitMain
from doit.exceptions import BaseFail, InvalidCommand, InvalidDodoFile, TaskError, TaskFailed, UnmetDependency
from doit.loader import generate_tasks, get_module
from doit.runner import Runner
from doit.task import Stream, Task, dict_to_task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


SIGNATURES: list[tuple[Callable[..., Any], str, str]] = [
    (
        Runner.__init__,
        "self dep_manager reporter continue_ always_execute stream",
        "building.run makes one by place",
    ),
    (Runner.run_all, "self task_dispatcher", "building.run calls it"),
    (Runner.run_tasks, "self task_dispatcher", "ThreadRunner overrides it: else steps run one after another"),
    (Runner.finish, "self", "ThreadRunner overrides it: else a signal can break into the writing of doit's database"),
    (Runner.select_task, "self node tasks_dict", "ThreadRunner overrides it for hints, and calls it"),
    (Runner.process_task_result, "self node base_fail", "ThreadRunner calls it on the main thread when a step has ended"),
    (
        Runner._handle_task_error,
        "self node base_fail",
        "ThreadRunner overrides it: who waits keeps its record",
    ),
    (Dependency.__init__, "self db_class backend_name checker_cls codec_cls module_name", "Ledger is made with these"),
    (Dependency.get_status, "self task tasks_dict get_log", "Ledger overrides it: what is stale is ours to say"),
    (Dependency.save_success, "self task result_hash", "Ledger overrides it: a step has recorded itself"),
    (Dependency.remove_success, "self task", "Ledger overrides it: a failed step keeps the record of what stands"),
    (Dependency.status_is_ignore, "self task", "Ledger overrides it: steps cannot be ignored"),
    (Dependency.close, "self", "Ledger overrides it to write what was learned of files"),
    (DependencyStatus.__init__, "self get_log", "Ledger.get_status returns one"),
    (DependencyStatus.add_reason, "self reason arg status", "Ledger.get_status says by it that a step is stale"),
    (TaskControl.__init__, "self task_list auto_delayed_regex", "Run.control makes one of our tasks and the repo's own"),
    (TaskControl.process, "self task_selection", "Run.control selects by it"),
    (TaskControl.task_dispatcher, "self", "building.run hands it to the runner"),
    (Task.execute, "self stream", "ThreadRunner gives it to a thread"),
    (Stream.__init__, "self verbosity force_global", "building.run makes one"),
    (
        BaseAction._prepare_kwargs,
        "task func args kwargs",
        "StepAction is one: doit takes nothing else for an action",
    ),
    (TaskFailed.__init__, "self msg exception report", "StepAction.execute returns one instead of raising"),
    (generate_tasks, "func_name gen_result gen_doc", "Run.control turns our dicts into tasks by it"),
    (get_module, "dodo_file cwd seek_parent", "doit goes to the folder of dodo.py in it, so our relative paths hold"),
    (Command.parse_execute, "self in_args", "Opting overrides it: our verbs, and errors with exit code 2"),
    (DoitCmdBase.execute, "self params args", "Opting overrides it: this is where a repo opts in"),
    (DoitCmdBase.get_codec_cls, "self codec", "Run.database needs one"),
    (CmdParse.parse, "self in_args", "Opting parses before doit does"),
    (DodoTaskLoader.setup, "self opt_values", "Opting reads dodo.py by it"),
    (NamespaceTaskLoader.load_doit_config, "self", "Opting takes our Build out of DOIT_CONFIG by it"),
    (NamespaceTaskLoader.load_tasks, "self cmd pos_args", "Run.control loads the tasks that are the repo's own by it"),
    (DefaultUpdate.update_defaults, "self update_dict", "Run.ours lets DOIT_CONFIG give way to the command line by it"),
    (DoitMain.run, "self all_args", "`pressroom X` calls it"),
]


@pytest.mark.parametrize(("function", "expected", "why"), SIGNATURES, ids=[f.__qualname__ for f, *_ in SIGNATURES])
def test_a_signature(function: Callable[..., Any], expected: str, why: str) -> None:
    """We call it, or stand in for it."""
    assert expected == " ".join(inspect.signature(function).parameters), why


def test_the_database_is_made_by_name() -> None:
    """`sqlite3` is what our DOIT_CONFIG asks for, and its rows go by JSON."""
    command = Run(task_loader=DodoTaskLoader(), config={}, cmds={})
    assert SqliteDB is command._backends.get("sqlite3"), "Run.database takes the class of the backend from here"
    assert issubclass(DatabaseException, Exception), "Run.database turns it into a sentence"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        *((Run, "run"), (List, "list"), (Clean, "clean"), (Help, "help")),
        *((Forget, "forget"), (Ignore, "ignore"), (ResetDep, "reset-dep")),
    ],
)
def test_a_command_of_ours_stands_in_for_doits(command: type[Any], name: str) -> None:
    """An entry point of the same name wins over what doit has built in."""
    assert name == command.get_name(), "our entry point has this name"
    (found,) = [point for point in entry_points(group="doit.COMMAND") if point.name == name]
    assert found.value.startswith("pressroom.commands."), "our own entry point is not installed"
    loaded = DoitMain().get_cmds().get_plugin(name)
    assert issubclass(loaded, command), "doit takes its own command, and not the plugin that has its name"
    assert loaded is not command, "likewise"


def test_options_given_are_known_from_defaults() -> None:
    """`_non_default_keys` holds what the command line says, and nothing else."""
    params, rest = CmdParse([CmdOption(option) for option in Run.cmd_options]).parse(["-n", "2", "moon"])
    assert {"num_process"} == params._non_default_keys, "we refuse options of doit that mean nothing here by it"
    assert (["moon"], 2) == (rest, params["num_process"]), "names come second, and -n is a number"
    params.update_defaults({"num_process": 7, "always": True})
    assert (2, True) == (params["num_process"], params["always"]), "DOIT_CONFIG overrides defaults, and not the command line"


def test_an_unknown_option_is_an_error_that_names_it() -> None:
    """It says `option --bogus not recognized`."""
    with pytest.raises(CmdParseError, match=r"option --bogus not recognized"):
        CmdParse([CmdOption(option) for option in Run.cmd_options]).parse(["--bogus"])


def test_the_options_that_we_refuse_exist() -> None:
    """A name that doit changes would be accepted, and ignored."""
    from pressroom.commands.run import FOREIGN  # noqa: PLC0415  # of interest here only

    command = Run(task_loader=DodoTaskLoader(), config={}, cmds={})
    known = {option.name for option in command.get_options()}
    assert set(FOREIGN) <= known, "doit has renamed an option that commands/run.py refuses"
    new = known - set(FOREIGN) - {"always", "continue", "num_process", "codec_cls", "dodoFile", "cwdPath", "seek_file"}
    assert set() == new, "doit has a new option: refuse it in commands/run.py, or give it a meaning"


def test_a_name_that_means_nothing_is_told() -> None:
    """`not_found` holds it."""
    with pytest.raises(InvalidCommand) as raised:
        TaskControl([task("a")]).process(["b"])
    assert "b" == raised.value.not_found, "Run.control suggests a near name by it"


def test_an_invalid_dodo_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """It is printed without a traceback, and ends with 3."""

    class Loader(NamespaceTaskLoader):  # type: ignore[misc]  # doit has no type information
        def setup(self, _opt_values: object) -> None:
            raise InvalidDodoFile("no")

    assert 3 == DoitMain(Loader()).run(["info", "x"])
    assert "ERROR: no\n" == capsys.readouterr().err, "dodo.task_releases tells doit's own commands of mistakes by it"


def test_doit_is_set_up_once_for_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`setup` goes to the folder of dodo.py and fills `namespace`; a name that begins with task_ makes tasks."""
    (tmp_path / "dodo.py").write_text("def task_x():\n    return {'actions': []}\n", encoding="utf-8")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "dodo", raising=False)
    loader = DodoTaskLoader()
    loader.setup({"dodoFile": "dodo.py", "cwdPath": None, "seek_file": True})
    monkeypatch.delitem(sys.modules, "dodo")
    assert tmp_path == tmp_path.cwd(), "our paths are relative to the repo"
    assert callable(loader.namespace["task_x"]), "Opting.opted_in looks here for task_releases"


def task(name: str, *after: str) -> Task:
    """A task that does nothing."""
    return dict_to_task({"name": name, "actions": [lambda: True], "task_dep": list(after), "file_dep": [], "targets": []})


def test_a_dict_becomes_the_task_that_we_mean() -> None:
    """Of the words that dodo.as_task uses."""

    def words() -> Iterator[dict[str, Any]]:
        yield {"basename": "moon", "name": None, "doc": "YAML"}
        files = {"file_dep": ["in"], "targets": ["out"]}
        yield {"basename": "moon", "name": "a", "doc": "what", "actions": [], "meta": {"x": 1}, **files}

    group, found = generate_tasks("releases", words())
    assert ("moon", "moon:a") == (group.name, found.name), "a step's task is called <slug>:<step>"
    assert ["moon:a"] == group.task_dep, "`doit moon` builds the steps of a release"
    assert ({"in"}, ["out"], {"x": 1}) == (found.file_dep, found.targets, found.meta), "the runner reads these"
    assert ([], []) == (group.actions, found.actions), "a group is told from a step by having no actions"


def test_files_order_tasks() -> None:
    """A task that reads what another makes depends on it, without being told."""
    control = TaskControl(
        [
            dict_to_task({"name": "b", "actions": [], "file_dep": ["x"]}),
            dict_to_task({"name": "a", "actions": [], "targets": ["x"]}),
        ]
    )
    control.process(None)
    assert ["a"] == control.tasks["b"].task_dep, "the order of steps, and schedule.critical_paths, come from it"
    assert {"x": "a"} == control.targets, "a file that is named on the command line is found by it"


def test_the_dispatcher_hands_out_what_is_ready() -> None:
    """Its generator takes None or a node that is done, and gives a node, "hold on", or its end."""
    control = TaskControl([task("a"), task("b", "a"), task("c")])
    control.process(None)
    dispatcher = control.task_dispatcher()
    assert control.tasks == dispatcher.tasks, "the runner hands them to select_task"
    send = dispatcher.generator.send
    first, second = send(None), send(None)
    assert ["a", "c"] == [first.task.name, second.task.name], "what waits for nothing comes at once"
    assert "hold on" == send(None), "ThreadRunner._start stops filling slots at it"
    first.run_status = second.run_status = "successful"
    assert "hold on" == send(second), "a node that frees nobody gives nothing"
    third = send(first)
    assert "b" == third.task.name, "a node that is done frees who waits for it"
    third.run_status = "successful"
    with pytest.raises(StopIteration):
        send(third)


def test_a_node_knows_who_failed_before_it() -> None:
    """`run_status` "failure" puts it into `bad_deps` of those that wait."""
    control = TaskControl([task("a"), task("b", "a")])
    control.process(None)
    send = control.task_dispatcher().generator.send
    first = send(None)
    assert (None, []) == (first.run_status, first.bad_deps), "a node begins without"
    first.run_status = "failure"
    assert [first] == send(first).bad_deps, "ThreadRunner.select_task takes hints out of it"


class Noting:
    """A reporter that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: self.told.append(name)


@pytest.mark.parametrize(
    ("actions", "uptodate", "told", "code"),
    [
        ([lambda: True], [False], ["get_status", "execute_task", "add_success"], 0),
        ([lambda: False], [False], ["get_status", "execute_task", "add_failure"], 1),
        ([lambda: True], [True], ["get_status", "skip_uptodate"], 0),
    ],
    ids=["made", "failed", "fresh"],
)
def test_a_reporter_is_told(tmp_path: Path, actions: list[object], uptodate: list[bool], told: list[str], code: int) -> None:
    """In this order, from `initialize` to `complete_run`; the exit code of doit is 0 or 1."""
    control = TaskControl([dict_to_task({"name": "a", "actions": actions, "uptodate": uptodate})])
    control.process(None)
    reporter = Noting()
    runner = Runner(Dependency(SqliteDB, str(tmp_path / "db")), reporter, True, False, Stream(0))
    assert False is runner._stop_running, "ThreadRunner asks it whether to begin another step"
    assert code == runner.run_all(control.task_dispatcher()), "1 is a task that failed"
    assert ["initialize", *told, "complete_run"] == reporter.told, "Reporter has these methods"


def test_a_failure_ends_a_run_that_does_not_continue(tmp_path: Path) -> None:
    """`_stop_running` is set then."""
    control = TaskControl([dict_to_task({"name": "a", "actions": [lambda: False]})])
    control.process(None)
    runner = Runner(Dependency(SqliteDB, str(tmp_path / "db")), Noting(), False, False, Stream(0))
    runner.run_all(control.task_dispatcher())
    assert runner._stop_running, "`--fail-fast` goes by it"


def test_failures_have_a_family() -> None:
    """A step that waited in vain is told from one that failed by the type."""
    assert issubclass(UnmetDependency, TaskError), "Reporter.add_failure counts it as blocked"
    assert issubclass(TaskFailed, BaseFail), "Task.execute ends at it"
    assert "no" == TaskFailed("no").get_msg().strip(), "Reporter shows it for tasks that are the repo's own"


def test_status_words() -> None:
    """`run`, `up-to-date` and `error` are what the runner looks for."""
    status = DependencyStatus(False)
    assert "up-to-date" == status.status, "Ledger.get_status returns it untouched for what is fresh"
    status.add_reason("stale", "x")
    assert "run" == status.status, "a reason makes it run"
    status.add_reason("missing", "x", status="error")
    status.error_reason = "no such file"
    assert ("error", "no such file") == (status.status, status.get_error_message()), "a missing input is told by it"
