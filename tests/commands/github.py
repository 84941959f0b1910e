"""What GitHub does with a workflow, as far as ours needs it: jobs in fresh clones, conditions, a matrix, caches, artifacts.

A job's `run:` scripts are run by bash as they stand; actions are stood for by copying files, and pip by this environment.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKEN = re.compile(r"\s*('[^']*'|==|!=|&&|\|\||[!()]|[\w.-]+)")
PIP = 'python -m pip install "${PRESSROOM:?'


@dataclass
class Job:
    """How a job ended: where it ran, its outputs, and what it said."""

    folder: Path
    result: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)
    said: str = ""

    def steps(self, outcome: str) -> set[str]:
        """The steps of releases that were `made` or `restored`."""
        return {line.split()[1] for line in self.said.splitlines() if line.startswith(f"{outcome}  ")}


@dataclass
class GitHub:
    """A repo (`origin`, whose branch is main) and what is kept for it: `caches` by key, the newest last."""

    origin: Path
    room: Path
    """A folder for clones, caches and artifacts."""
    workflow: dict[str, Any]
    caches: list[tuple[str, Path]] = field(default_factory=list)
    runs: int = 0

    @property
    def artifacts(self) -> Path:
        """Those of the last run, by name."""
        return self.room / "artifacts" / str(self.runs)

    def push(self, branch: str = "main") -> dict[str, Job]:
        """Run the workflow; the jobs by their names, those of a matrix as `build a`."""
        self.runs += 1
        jobs: dict[str, Job] = {}
        ended: dict[str, Job] = {}
        for name, job in self.workflow["jobs"].items():
            needs = job.get("needs", [])
            needed = {one: ended[one] for one in ([needs] if isinstance(needs, str) else needs)}
            run = _Run(github=self, branch=branch, needs=needed)
            if run.goes_on(job, failed=any(one.result != "success" for one in needed.values())):
                matrix = [{}] if "strategy" not in job else run.matrix(job["strategy"]["matrix"])
                found = {f"{name} {' '.join(values.values())}".strip(): run.job(job, values) for values in matrix}
            else:
                found = {}
            jobs |= found
            ended[name] = _together([*found.values()], self.room)
        return jobs

    def clone(self) -> Path:
        """A fresh clone at a path of its own, whose files have other dates than those of the others."""
        number = len([*self.room.glob("clone-*")])
        folder = self.room / f"clone-{number}" / ("deeper/" * (number % 3)) / "repo"
        _git(self.room, "clone", "-q", str(self.origin), str(folder))
        for path in folder.rglob("*"):
            if path.is_file() and ".git" not in path.parts:
                os.utime(path, (10**9 + 1000 * number, 10**9 + 1000 * number))
        return folder


@dataclass
class _Run:
    """One push: what expressions can ask for."""

    github: GitHub
    branch: str
    needs: dict[str, Job]
    values: dict[str, str] = field(default_factory=dict)

    def matrix(self, words: dict[str, str]) -> list[dict[str, str]]:
        """The values of each job of a matrix of one dimension."""
        ((key, expression),) = words.items()
        found = self.filled(expression)
        assert found != "[]", "GitHub refuses an empty matrix"
        return [{key: value} for value in json.loads(found)]

    def goes_on(self, words: dict[str, Any], *, failed: bool) -> bool:
        """Whether a job or a step runs: where nothing has failed, unless its condition says something else."""
        condition = str(words.get("if", "success()")).strip().removeprefix("${{").removesuffix("}}")
        return (not failed or "!cancelled()" in condition) and bool(self._value(condition))

    def job(self, words: dict[str, Any], matrix: dict[str, str]) -> Job:
        """Run a job in a folder of its own."""
        self.values = {f"matrix.{key}": value for key, value in matrix.items()}
        job = Job(self.github.room / f"job-{len([*self.github.room.glob('job-*')])}")
        job.folder.mkdir()
        for step in words["steps"]:
            if not self.goes_on(step, failed=job.result == "failure"):
                continue
            if "uses" in step:
                arguments = {key: self.filled(str(value)) for key, value in step.get("with", {}).items()}
                ACTIONS[step["uses"].partition("@")[0]](self.github, job, arguments)
            elif not step["run"].startswith(PIP):
                self._script(step, job)
        job.outputs = {key: self.filled(value) for key, value in words.get("outputs", {}).items()}
        return job

    def filled(self, text: str) -> str:
        """A text with its expressions replaced."""
        return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(self._value(found[1])), text)

    def _script(self, step: dict[str, Any], job: Job) -> None:
        """Run a script by bash, as GitHub does where no shell is named."""
        notes = self.github.room / "outputs"
        notes.write_text("", encoding="utf-8")
        own = {key: value for key, value in os.environ.items() if not key.startswith(("PRESSROOM_", "DOIT_"))}
        named = {**self.github.workflow.get("env", {}), **step.get("env", {})}
        paths = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=job.folder,
            env=own | {"GITHUB_OUTPUT": str(notes), "PATH": paths} | {key: self.filled(value) for key, value in named.items()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        job.said += done.stdout + done.stderr
        job.result = "failure" if done.returncode else job.result
        for line in notes.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            self.values[f"steps.{step['id']}.outputs.{key}"] = value

    def _value(self, expression: str) -> Any:  # noqa: ANN401  # a text or a truth
        """The value of an expression; `&&` binds closer than `||`."""
        tokens = TOKEN.findall(expression)
        assert "".join(tokens) == re.sub(r"\s", "", expression), expression
        value = self._either(tokens)
        assert not tokens, expression
        return value

    def _either(self, tokens: list[str]) -> Any:  # noqa: ANN401
        value = self._both(tokens)
        while tokens and tokens[0] == "||":
            tokens.pop(0)
            value = self._both(tokens) or value
        return value

    def _both(self, tokens: list[str]) -> Any:  # noqa: ANN401
        value = self._compared(tokens)
        while tokens and tokens[0] == "&&":
            tokens.pop(0)
            other = self._compared(tokens)
            value = value and other
        return value

    def _compared(self, tokens: list[str]) -> Any:  # noqa: ANN401
        value = self._one(tokens)
        if tokens and tokens[0] in ("==", "!="):
            return (tokens.pop(0) == "==") == (value == self._one(tokens))
        return value

    def _one(self, tokens: list[str]) -> Any:  # noqa: ANN401
        word = tokens.pop(0)
        if word == "!":
            return not self._one(tokens)
        if word.startswith("'"):
            return word[1:-1]
        if tokens and tokens[0] == "(":
            tokens.pop(0)
            given = self._either(tokens) if tokens[0] != ")" else None
            assert tokens.pop(0) == ")"
            return {"cancelled": False, "success": True, "fromJSON": given}[word]
        return self._named(word)

    def _named(self, name: str) -> str:
        """What a context says; raises KeyError for what this does not know."""
        needs = {f"needs.{one}.result": job.result for one, job in self.needs.items()}
        outputs = {f"needs.{one}.outputs.{key}": value for one, job in self.needs.items() for key, value in job.outputs.items()}
        return {
            "github.ref_type": "branch",
            "github.ref_name": self.branch,
            "github.event_name": "push",
            "github.event.repository.default_branch": "main",
            "github.run_id": str(self.github.runs),
            "github.run_attempt": "1",
            "runner.os": "Linux",
            "vars.PRESSROOM": "a wheel",
            **self.values,
            **needs,
            **outputs,
        }[name]


def _together(jobs: list[Job], room: Path) -> Job:
    """What `needs` says of the jobs of a matrix, or of one that was skipped."""
    results = {job.result for job in jobs} or {"skipped"}
    outputs = {key: value for job in jobs for key, value in job.outputs.items()}
    return Job(room, "failure" if "failure" in results else results.pop(), outputs)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def _checkout(github: GitHub, job: Job, arguments: dict[str, str]) -> None:
    assert arguments == {"persist-credentials": "False"}
    job.folder.rmdir()
    job.folder = github.clone()


def _restore(github: GitHub, job: Job, arguments: dict[str, str]) -> None:
    """The cache of that key, else the newest one that begins like one of the others; dates are kept, as by tar."""
    for wanted in (arguments["key"], *arguments["restore-keys"].split()):
        for key, folder in reversed(github.caches):
            if key.startswith(wanted):
                shutil.copytree(folder, job.folder / arguments["path"])
                return


def _save(github: GitHub, job: Job, arguments: dict[str, str]) -> None:
    assert arguments["key"] not in [key for key, _ in github.caches], "a cache is never written twice"
    kept = github.room / "caches" / arguments["key"]
    shutil.copytree(job.folder / arguments["path"], kept)
    github.caches.append((arguments["key"], kept))


def _upload(github: GitHub, job: Job, arguments: dict[str, str]) -> None:
    source, kept = job.folder / arguments["path"], github.artifacts / arguments["name"]
    assert not kept.exists(), "an artifact is never written twice"
    assert not any(part.startswith(".") for part in Path(arguments["path"]).parts), "hidden files are left out"
    if source.is_dir():
        shutil.copytree(source, kept)
    else:
        kept.mkdir(parents=True)
        shutil.copy(source, kept)


def _download(github: GitHub, job: Job, arguments: dict[str, str]) -> None:
    for kept in github.artifacts.glob(arguments["pattern"]):
        shutil.copytree(kept, job.folder / arguments["path"] / kept.name, copy_function=shutil.copyfile)


def _nothing(_github: GitHub, _job: Job, _arguments: dict[str, str]) -> None:
    """This Python is the one."""


ACTIONS = {
    "actions/checkout": _checkout,
    "actions/setup-python": _nothing,
    "actions/cache/restore": _restore,
    "actions/cache/save": _save,
    "actions/upload-artifact": _upload,
    "actions/download-artifact": _download,
}
