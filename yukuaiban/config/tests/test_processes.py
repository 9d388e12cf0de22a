"""Children never outlive us, stop within a known time, and are started again when they die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from yukuaiban.config.launch import StartRefused, children, services
from yukuaiban.config.launch.supervisor import StopAsked, Supervisor, Watched, stoppable

PATIENT = "import time; time.sleep(60)"
STUBBORN = textwrap.dedent("""
    import signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(grandchild.pid, flush=True)
    time.sleep(60)
""")


def python(script: str, **more: object) -> subprocess.Popen[bytes]:
    return children.start([sys.executable, "-c", script], **more)


def test_a_child_that_obeys_stops_at_once():
    child = python(PATIENT)
    began = time.monotonic()
    assert children.stop(child, patience=5)
    assert time.monotonic() - began < 2


def test_a_child_that_does_not_obey_is_killed_with_all_it_started(tmp_path):
    with (tmp_path / "said").open("wb") as said:
        child = python(STUBBORN, output=said)
    assert children.wait_until(lambda: (tmp_path / "said").read_text().strip() != "", seconds=10)
    assert not children.stop(child, patience=0.3)
    grandchild = int((tmp_path / "said").read_text())
    assert children.wait_until(lambda: not children.alive(grandchild), seconds=2)


def test_children_die_with_a_parent_that_was_killed(tmp_path):
    parent = textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        from yukuaiban.config.launch import children
        program = children.start([sys.executable, "-c", {PATIENT!r}])
        fork = children.Forked(lambda: time.sleep(60))
        Path({str(tmp_path / "pids")!r}).write_text(f"{{program.pid}} {{fork.pid}}")
        time.sleep(60)
    """)
    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen([sys.executable, "-c", parent], cwd=root) as running:
        assert children.wait_until((tmp_path / "pids").exists, seconds=10)
        time.sleep(0.1)
        pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
        assert all(map(children.alive, pids))
        running.kill()
    assert children.wait_until(lambda: not any(map(children.alive, pids)), seconds=3)


def test_what_a_fork_returns_is_its_exit_code(tmp_path):
    assert children.Forked(lambda: 7).wait() == 7
    assert children.Forked(lambda: None).wait() == 0
    assert children.Forked(lambda: 1 / 0, output=tmp_path / "log").wait() == 1
    assert "ZeroDivisionError" in (tmp_path / "log").read_text()


class TestSupervisor:
    def watch(self, supervisor: Supervisor, seconds: float) -> None:
        """Watch for a while: an alarm asks it to stop, as a signal to `yukuaiban up` does."""
        before = signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(StopAsked()))
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            supervisor.watch()
        except StopAsked:
            pass
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def test_starts_a_process_again_that_was_killed(self):
        lines: list[str] = []
        supervisor = Supervisor(lines.append)
        started: list[object] = []

        def start():
            started.append(python(PATIENT))
            if len(started) == 2:
                signal.setitimer(signal.ITIMER_REAL, 0.1)  # seen enough
            return started[-1]

        supervisor.add(Watched("web", start))
        killed = supervisor.watched[0].child.pid
        os.kill(killed, signal.SIGKILL)
        self.watch(supervisor, 30)
        again = supervisor.watched[0].child.pid
        assert again != killed
        assert children.alive(again)
        assert lines == ["web ended unexpectedly and is started again"]
        supervisor.stop()
        assert not children.alive(again)

    def test_gives_up_on_a_process_that_keeps_dying(self):
        supervisor = Supervisor(lambda line: None)
        supervisor.add(Watched("web", lambda: python("raise SystemExit(1)")))
        with pytest.raises(StartRefused, match="web ended 5 times"):
            self.watch(supervisor, 30)
        supervisor.stop()

    def test_stops_in_the_reverse_order(self):
        ended: list[str] = []
        supervisor = Supervisor(lambda line: None)

        class Noted(Watched):
            def stop(self) -> None:
                super().stop()
                ended.append(self.name)

        for name in ("database", "worker", "web"):
            supervisor.add(Noted(name, lambda: python(PATIENT)))
        supervisor.stop()
        assert ended == ["web", "worker", "database"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_signal_that_ends_a_program_ends_ours_in_order(number):
    def wait_for_it() -> None:
        with stoppable():
            os.kill(os.getpid(), number)
            time.sleep(1)

    before = signal.getsignal(number)
    with pytest.raises(StopAsked):
        wait_for_it()
    assert signal.getsignal(number) is before


def test_a_web_worker_asks_for_the_home_page_before_anybody_else_does(settings):
    settings.ALLOWED_HOSTS = [".ykb.example", "www.ykb.example"]
    asked: list[tuple[str, str]] = []

    def application(environ, start_response):
        asked.append((environ["SERVER_NAME"], environ["PATH_INFO"]))
        return [b"home"]

    services.warm_up(application)
    assert asked == [("www.ykb.example", "/zh/")]
