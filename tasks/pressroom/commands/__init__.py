"""The verbs: `doit X` in a repo that opts in, and `pressroom X` anywhere."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressroom.commands.ending import told
from pressroom.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

VERBS = {
    "plan": "show what a build would do, and why",
    "why": "say why a step would run",
    "verify": "hold every output against the record",
    "check": "show which checks failed, and what to do",
    "prune": "list or remove outputs that no release makes any more",
    "publish": "bring what was built to where people get it",
    "serve": "serve what was built, for a preview on this machine",
    "lint-hls": "hold anyone's HLS against the rules",
    "cache": "show how much the cache holds, and trim it",
    "new": "make a releases repo that builds at once",
    "doctor": "say whether this machine is ready, and how to mend it",
    "schema": "print the JSON Schema of a kind, for editors",
    "name": "print the file name that a title gets",
}
"""pressroom's own verbs; each is a module here (`lint_hls`) with its `USAGE` and `run(arguments) -> int`."""
DOIT_VERBS = {
    "run": "build what is stale (as the plain `doit` does)",
    "list": "show the releases, or one release's steps",
    "clean": "remove what builds made",
}
DOIT_USAGE = {
    "run": """\
usage: pressroom run [-n SLOTS] [-a] [--fail-fast] [--no-wait] [--report FILE] [--trace FILE] [NAME ...]
       doit [-n SLOTS] [-a] [--fail-fast] [--no-wait] [--report FILE] [--trace FILE] [NAME ...]

Build what is stale: of every release, or of what is named: a release (moon), a step and what it
needs (moon:tag-flac:02), or an output (build/moon/SHA256SUMS).

  -n SLOTS  how many steps run at once; default: the setting `jobs`
  -a        run every step, without the cache; one that gives other bytes than before fails
  --fail-fast    begin no further step when one has failed
  --no-wait      end with exit code 4 when another build runs here, instead of waiting for it
  --report FILE  write what became of each step, and why, as JSON
  --trace FILE   write when each step ran, for chrome://tracing and Perfetto
""",
    "list": """\
usage: pressroom list [--status] [RELEASE ...]
       doit list [--status] [RELEASE ...]

Show the releases, a line each; or the steps of those that are named.

  --status  whether each release is up to date, how large it is, and when it was last built
""",
    "clean": """\
usage: pressroom clean [-n] [RELEASE ...]
       doit clean [-n] [RELEASE ...]

Remove every output that builds made, of all releases or of those that are named, and the folders
that this leaves empty. Nothing else is touched.

  -n  only show what would be removed
""",
}
"""What `pressroom X -h` says of the verbs that are doit's own: doit lists options too that a releases repo refuses."""
HELP = frozenset({"-h", "--help"})
REPO_OPTIONS = ("-f", "--file", "-d", "--dir", "-k", "--seek-file")
"""doit's options that say where the dodo.py is."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The console script `pressroom`; returns the exit code of the contract."""
    # Not `list(...)`: once the verb of that name is imported, it is an attribute of this package.
    given = [*(sys.argv[1:] if arguments is None else arguments)] or ["--help"]
    return told(lambda: _done(*given))


def dispatch(verb: str, arguments: Sequence[str]) -> int:
    """Run one of pressroom's own verbs; its errors become texts and exit codes."""
    return told(lambda: _done(verb, *arguments))


def help_text(verb: str = "") -> str:
    """What `pressroom --help` says, or `pressroom VERB --help`."""
    if verb in DOIT_VERBS:
        return DOIT_USAGE[verb]
    if verb in VERBS:
        return str(_module(verb).USAGE)
    lines = [f"  {name:8} {text}" for name, text in {**DOIT_VERBS, **VERBS}.items()]
    return "\n".join(
        [
            "usage: pressroom VERB ...",
            "",
            *lines,
            "",
            "`pressroom VERB --help` says more. In a releases repo, `doit VERB` does the same.",
        ]
    )


def one_argument(arguments: Sequence[str], usage: str) -> str:
    """The only argument, after `--` where it begins with a dash; raises UsageError with the usage."""
    given = [*arguments]
    if len(given) == 2 and given[0] == "--":  # noqa: PLR2004  # the mark and the argument
        return given[1]
    if len(given) != 1 or not given[0] or given[0].startswith("-"):
        raise UsageError(usage.rstrip())
    return given[0]


def _module(verb: str) -> Any:  # noqa: ANN401  # a module
    """The module of one of pressroom's own verbs."""
    return import_module(f"pressroom.commands.{verb.replace('-', '_')}")


def _done(verb: str, *rest: str) -> int:
    """Do what a command line says."""
    if verb in HELP or verb == "help":
        return _shown(help_text(*rest[:1]))
    if verb == "--version":
        from pressroom import __version__  # noqa: PLC0415  # reading the version takes longer than all else here

        return _shown(f"pressroom {__version__}")
    if verb in {**DOIT_VERBS, **VERBS} and HELP & {*rest}:
        return _shown(help_text(verb))
    if verb in VERBS:
        return int(_module(verb).run([*rest]))
    return _doit([verb, *rest])


def _doit(given: list[str]) -> int:
    """What doit does with a verb of its own, or with the name of a release; raises UsageError outside a repo."""
    if not Path("dodo.py").exists() and not any(word.startswith(REPO_OPTIONS) for word in given):
        raise UsageError(_no_repo(given[0]))
    from doit.doit_cmd import DoitMain  # noqa: PLC0415  # only these verbs need doit

    return int(DoitMain().run(given) or 0)


def _no_repo(word: str) -> str:
    """Why a word cannot be done here."""
    if word in DOIT_VERBS:
        return f"'{word}' needs a releases repo, and {no_dodo()}"
    from pressroom.names import suggestion  # noqa: PLC0415  # a mistake may take its time

    near = suggestion(word, {**DOIT_VERBS, **VERBS})
    hint = f"did you mean '{near}'?" if near else "`pressroom --help` lists the verbs"
    return f"'{word}' is no verb, and there is no dodo.py here, so no release either; {hint}"


def no_dodo() -> str:
    """That the current folder is no repo, and which one is."""
    above = next((folder for folder in Path.cwd().parents if (folder / "dodo.py").is_file()), None)
    return f"there is no dodo.py here; {f'go to {above}' if above else '`pressroom new DIR` makes a releases repo'}"


def _shown(text: str) -> int:
    """Print an answer."""
    print(text.rstrip())  # noqa: T201
    return 0
