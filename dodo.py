"""The tasks of this repo: every release below releases/."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "tasks"))

from pressroom.dodo import *  # noqa: F403  # doit reads DOIT_CONFIG and task_releases here
