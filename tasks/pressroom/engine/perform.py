"""Running one step: from the cache where that has its result, so that outputs appear whole or not at all, and are on record."""

from __future__ import annotations

import errno
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pressroom.engine.build import flush
from pressroom.engine.digests import sha256, status_of
from pressroom.engine.settings import STATE
from pressroom.engine.staleness import Verdict, verdict
from pressroom.engine.state import MadeRow, StepRow
from pressroom.errors import MachineError, PressroomError, ReleaseError, ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pressroom.engine.build import Build
    from pressroom.engine.digests import Status
    from pressroom.engine.work import StepWork
    from pressroom.plan import Step


@dataclass(frozen=True, kw_only=True)
class Job:
    """A step to run: `task` is its name in the whole repo, `release` the slug, `judged` what it was when it was chosen."""

    step: Step
    task: str
    release: str
    build: Build
    judged: Verdict | None = None


def perform(job: Job, work: StepWork) -> bool:
    """Make a step's outputs; returns whether they came from the cache.

    Raises PressroomError; then no output has changed and no partial file is left.
    """
    began = time.monotonic()
    try:
        judged = job.judged if job.judged and not _changed(job.judged) else _verdict(job)
        digests = None if job.build.anew else _restored(job, judged, work)
        restored = digests is not None
        if digests is None:
            judged = _run(job, judged, work)
            digests = _checked(job, judged, work)
            _keep_result(job, judged, work, digests)
        _commit(job, judged, work, digests, 0.0 if restored else time.monotonic() - began)
    except OSError as error:
        raise _explained(error, job.step) from error
    finally:
        work.discard()
    return restored


def _verdict(job: Job) -> Verdict:
    """What the step is now."""
    return verdict(job.step, job.task, job.build)


def _run(job: Job, judged: Verdict, work: StepWork) -> Verdict:
    """Run the step, and once more when an input changed meanwhile: what was made of it is neither the old nor the new.

    Returns the verdict on what was run.
    """
    try:
        _run_once(job, judged, work)
    except _ChangedError:
        if job.build.running.stopped:
            raise
        work.discard()
        judged = _verdict(job)
        _run_once(job, judged, work)
    return judged


class _ChangedError(ReleaseError):
    """An input changed while it was read."""


def _run_once(job: Job, judged: Verdict, work: StepWork) -> None:
    """Run the step; raises _ChangedError when an input is not what was judged."""
    if judged.missing:
        raise ReleaseError(f"{judged.missing}: no such file")
    try:
        job.step.run(work)
    finally:
        # Before any other error: what an input looks like while it is being written is nobody's mistake.
        if changed := _changed(judged):
            raise _ChangedError(f"{changed}: changed while it was being read; run `doit` again when it is finished")
    if judged.racy and _verdict(job).key != judged.key:
        raise _ChangedError(
            f"{job.step.name}: what it reads changed while it was being read; run `doit` again when that is finished"
        )


def _changed(judged: Verdict) -> Path | None:
    """The first input that is not what it was."""
    return next(
        (path for path, status in judged.looked if _told_apart(path, status_of(path)) != _told_apart(path, status)), None
    )


def _told_apart(path: Path, status: Status | None) -> tuple[int, ...] | None:
    """What of a status must stay: the ctime of an intermediate changes when the cache gives it a second name."""
    size, mtime_ns, ctime_ns, inode = status or (0, 0, 0, 0)
    return status and ((size, mtime_ns, inode) if path.is_relative_to(STATE) else (size, mtime_ns, ctime_ns, inode))


def _restored(job: Job, judged: Verdict, work: StepWork) -> dict[Path, str] | None:
    """The digest of each output, when all of them stand in place or could be put beside it from the cache."""
    files = job.build.cache.result(judged.key) if judged.key else None
    if files is None or not job.step.outputs:  # what a step without outputs has to say, it says each time
        return None
    digests = bound(job.step, files)
    for path, digest in digests.items():
        if _stands(path, digest, job.build):
            continue
        if not job.build.cache.take(digest, work.beside(path), link=path.is_relative_to(STATE)):
            work.discard()
            return None
    return digests if set(job.step.outputs) <= set(digests) else None


def _stands(path: Path, digest: str, build: Build) -> bool:
    """Whether a file of these bytes is in place; a link is not a file that we made."""
    return not path.is_symlink() and build.digests.of(path) == digest


def bound(step: Step, files: Mapping[str, str]) -> dict[Path, str]:
    """Digests by role as digests by path."""
    roles = {f"output {n}": path for n, path in enumerate(step.outputs)}
    folder = step.manifest[1] if step.manifest else None
    bound = {}
    for role, digest in files.items():
        kind, _, name = role.partition(" ")
        if role in roles:
            bound[roles[role]] = digest
        elif kind == "listed" and folder is not None and "/" not in name and name not in ("", ".", ".."):
            bound[folder / name] = digest
    return bound


def _roles(step: Step, digests: Mapping[Path, str]) -> dict[str, Path]:
    """The role of each file that was made: an output, or one that the manifest lists."""
    outputs = {path: f"output {n}" for n, path in enumerate(step.outputs)}
    return {outputs.get(path, f"listed {path.name}"): path for path in digests}


def _checked(job: Job, judged: Verdict, work: StepWork) -> dict[Path, str]:
    """The digests of what the step has written; raises ToolError when an output is missing, or is not what it always was."""
    missing = [output for output in job.step.outputs if not work.beside(output).is_file()]
    if missing:
        raise ToolError(f"{missing[0]}: was not made; this is a bug in pressroom")
    digests = {path: sha256(part) for path, part in work.parts.items()}
    for path, digest in digests.items():
        row = job.build.state.made.get(str(path))
        if job.build.anew and row and row.action == judged.key and row.sha256 != digest:
            raise ToolError(f"{path}: was made anew and has other bytes than before; this is a bug in pressroom or in a tool")
    return digests


def _commit(job: Job, judged: Verdict, work: StepWork, digests: Mapping[Path, str], seconds: float) -> None:
    """Flush, put aside what someone else left there, note, and rename into place, in this order.

    A kill before the note leaves the old files; after it, each file is the old one or the new one, and the record knows both.
    So the new names need not be durable before the build is over.
    """
    build = job.build
    for path in digests:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "", str(path))
    for part in work.parts.values():
        flush(part)
    standing = {path: build.digests.of(path) for path in digests}
    edited = [path for path, digest in standing.items() if _foreign(path, digest, digests[path], build)]
    for path in edited:
        work.say(build.keep(path))
    last = build.state.steps.get(job.task)
    if last and not seconds:
        seconds = last.seconds
    build.state.commit(
        files=build.digests.taken(),
        made=[
            MadeRow(str(path), job.release, judged.key, digest, None if path in edited else standing[path])
            for path, digest in digests.items()
        ],
        steps=[StepRow(job.task, judged.key, judged.action, seconds, time.time())],
    )
    for path, part in work.parts.items():
        if path in edited or standing[path] != digests[path]:
            part.replace(path)
        build.digests.learn(path, digests[path])
    build.renamed |= {path.parent for path in work.parts}


def _keep_result(job: Job, judged: Verdict, work: StepWork, digests: Mapping[Path, str]) -> None:
    """Put the result into the cache: intermediates as a second name of the file, what people take away as a copy."""
    files = {role: (digests[path], work.parts.get(path, path)) for role, path in _roles(job.step, digests).items()}
    job.build.cache.put(judged.key, files, objects=job.step.cached, linked=lambda path: path.is_relative_to(STATE))


def _foreign(path: Path, standing: str | None, made: str, build: Build) -> bool:
    """Whether what stands at an output's path is neither what was made, now or before, nor one of our own intermediates."""
    if path.is_symlink():
        return True
    row = build.state.made.get(str(path))
    ours = {None, made, row.sha256, row.before} if row else {None, made}
    return standing not in ours and not path.is_relative_to(STATE)


def _explained(error: OSError, step: Step) -> PressroomError:
    """An operating system's refusal in words, naming the final output."""
    what = step.outputs[0] if step.outputs else step.name
    if error.errno == errno.EISDIR:
        return ToolError(f"{error.filename}: a folder stands where this file belongs; move it away and run `doit` again")
    if error.errno in (errno.EEXIST, errno.ENOTDIR, errno.ELOOP):
        told = "a file or a link stands here, or above, where a folder belongs; move it away and run `doit` again"
        return ToolError(f"{error.filename}: {told}")
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return MachineError(f"{what}: the disk is full; make room and run `doit` again")
    read = next((path for path in step.inputs if str(path) == error.filename), None)
    if read:
        return ReleaseError(f"{read}: cannot be read ({error.strerror})")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return MachineError(f"{what}: cannot be written ({error.strerror}); mend the folder's permissions and run `doit` again")
    return ToolError(f"{what}: {error.strerror or error} ({error.filename})")
