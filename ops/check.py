"""`make check`: what can be wrong without running the service. Each check is run, whatever the others say."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from yukuaiban.config.launch.progress import Step

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = str(BIN / "python")
CHECKS: dict[str, list[str]] = {
    "format": [str(BIN / "ruff"), "format", "--check", "."],
    "lint": [str(BIN / "ruff"), "check", "."],
    "types": [str(BIN / "mypy"), "yukuaiban", "ops", "bench"],
    "floors": [str(BIN / "lint-imports"), "--no-cache"],
    "migrations": [PYTHON, "-W", "ignore::RuntimeWarning", "manage.py", "makemigrations", "--check", "--dry-run"],
    "translations": [PYTHON, "-m", "yukuaiban.config.cli", "messages", "--check"],
    "documents": [PYTHON, "-m", "ops.docs", "--check"],
    "locks": [PYTHON, "-m", "ops.lock", "--check"],
}


def main() -> int:
    wanted = sys.argv[1:] or list(CHECKS)
    failed: list[str] = []
    with tempfile.TemporaryDirectory(prefix="yukuaiban-check-") as data:
        # A data folder of its own, and no database: nothing here needs one.
        environment = os.environ | {"YUKUAIBAN_DATA": data, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
        for name in wanted:
            step = Step(name)
            done = subprocess.run(  # noqa: S603
                CHECKS[name], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                failed.append(name)
                step.failed()
                sys.stdout.write(done.stdout + done.stderr + "\n")
            else:
                step.done()
    if failed:
        sys.stdout.write(f"Failed: {', '.join(failed)}. One alone: `.venv/bin/python -m ops.check {failed[0]}`.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
