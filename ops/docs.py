"""Parts of the documents that are made from the code, so that they cannot go stale.

    <!-- generated: yukuaiban.cases.diagram:mermaid -->
    ...what that function returns...
    <!-- /generated -->

`python -m ops.docs` writes them anew (`make docs`), `--check` fails where one differs (`make check`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PART = re.compile(r"(<!-- generated: (?P<made_by>[\w.]+:\w+) -->\n).*?(<!-- /generated -->)", re.DOTALL)


def documents() -> Iterator[Path]:
    yield from sorted(ROOT.glob("*.md"))
    yield from sorted((ROOT / "docs").rglob("*.md"))


def refreshed(text: str) -> str:
    """A document with every generated part made anew."""

    def part(found: re.Match[str]) -> str:
        module, name = found["made_by"].split(":")
        made = str(getattr(import_module(module), name)())
        return f"{found[1]}{made.strip()}\n{found[3]}"

    return PART.sub(part, text)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yukuaiban.config.settings")
    import django

    django.setup()
    stale = []
    for file in documents():
        before = file.read_text(encoding="utf-8")
        after = refreshed(before)
        if before != after:
            stale.append(file.relative_to(ROOT))
            if "--check" not in sys.argv:
                file.write_text(after, encoding="utf-8")
    if stale and "--check" in sys.argv:
        sys.stderr.write(f"Stale: {', '.join(map(str, stale))}. `make docs` writes them anew.\n")
        return 1
    sys.stdout.write(f"{len(stale)} written anew.\n" if stale else "All documents are up to date.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
