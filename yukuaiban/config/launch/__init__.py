"""Starting Yukuaiban on one machine: the database of this data folder, the steps before the first page, the processes.

Nothing here imports Django at the top: the process that watches over the others stays small.
"""

from __future__ import annotations


class StartRefused(Exception):
    """Why it cannot start and what to do, in one sentence for the person at the terminal."""
