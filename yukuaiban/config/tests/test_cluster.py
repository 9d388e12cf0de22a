"""The PostgreSQL of a data folder: who may do what, several side by side, found again after whatever happened."""

from __future__ import annotations

import os
import pwd
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from yukuaiban.config.launch import StartRefused, children
from yukuaiban.config.launch.cluster import (
    FAST_BUT_UNSAFE,
    OWNER,
    SERVICE,
    SUPERUSER,
    Cluster,
    running,
    server_user,
    settling,
)


def cluster_in(folder: Path, **more: str) -> Cluster:
    folder.mkdir(parents=True, exist_ok=True)
    return Cluster(folder, overrides=FAST_BUT_UNSAFE | {"shared_buffers": "16MB"} | more)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users may enter; pytest's own are closed, which is a case of its own below."""
    with tempfile.TemporaryDirectory(prefix="yukuaiban-cluster-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture(scope="module")
def serving() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory(prefix="yukuaiban-cluster-") as name:
        Path(name).chmod(0o711)
        with cluster_in(Path(name)).serving() as cluster:
            yield cluster


def connect(cluster: Cluster, role: str):
    return psycopg.connect(cluster.address(role), autocommit=True)


def kill_in_the_midst_of_a_long_computation(cluster: Cluster) -> int:
    """`kill -9` of the server; the process that is left behind, which notices nothing while it computes."""
    busy = connect(cluster, SERVICE)
    pid = busy.info.backend_pid
    busy.execute("SET statement_timeout = '60s'")  # it must not outlive a test that failed
    busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b")
    with connect(cluster, SUPERUSER) as server:
        asked = "SELECT state = 'active' FROM pg_stat_activity WHERE pid = %s"
        assert children.wait_until(lambda: server.execute(asked, [pid]).fetchone() == (True,), seconds=10)
    assert cluster.process is not None
    children.stop(cluster.process, ask=signal.SIGKILL)
    assert children.wait_until(lambda: running.left_behind(cluster.data) == [pid], seconds=10)
    return pid


class TestRoles:
    def test_the_service_may_use_what_migrations_made_and_change_nothing_of_its_shape(self, serving):
        with connect(serving, OWNER) as owner:
            owner.execute("CREATE TABLE things (id bigint GENERATED ALWAYS AS IDENTITY, name text)")
        with connect(serving, SERVICE) as service:
            service.execute("INSERT INTO things (name) VALUES ('one')")
            service.execute("UPDATE things SET name = 'two'")
            assert service.execute("SELECT name FROM things").fetchone() == ("two",)
            for forbidden in (
                "TRUNCATE things",
                "DROP TABLE things",
                "ALTER TABLE things ADD COLUMN more text",
                "CREATE TABLE mine (id int)",
                "CREATE ROLE friend",
                "SET ROLE yukuaiban_owner",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    service.execute(forbidden)

    def test_what_the_owner_takes_away_stays_away(self, serving):
        """As the chain's migration does with its events."""
        with connect(serving, OWNER) as owner:
            owner.execute("CREATE TABLE events (id int)")
            owner.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON events FROM {SERVICE}")
        serving.make_roles()
        with connect(serving, SERVICE) as service:
            service.execute("INSERT INTO events VALUES (1)")
            for forbidden in ("UPDATE events SET id = 2", "DELETE FROM events", "TRUNCATE events"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    service.execute(forbidden)

    def test_the_addresses_are_for_the_owner_of_the_folder_only(self, serving):
        for name, role in (("url", SERVICE), ("owner_url", OWNER)):
            file = serving.home / name
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
            with psycopg.connect(file.read_text().strip()) as database:
                assert database.execute("SELECT current_user").fetchone() == (role,)

    def test_nobody_else_can_connect(self, serving):
        """No port is open; the socket's folder is closed, and peer authentication knows only us."""
        with connect(serving, SUPERUSER) as server:
            assert server.execute("SHOW listen_addresses").fetchone() == ("",)
            rules = server.execute("SELECT type, auth_method FROM pg_hba_file_rules").fetchall()
        assert rules == [("local", "peer")]
        idents = (serving.data / "pg_ident.conf").read_text()
        allowed = {line.split('"')[1] for line in idents.splitlines() if '"' in line}
        ours = {pwd.getpwuid(os.geteuid()).pw_name} | ({serving.user.pw_name} if serving.user else set())
        assert allowed == ours
        assert not serving.socket_dir.stat().st_mode & 0o077

    def test_it_is_utf8_in_the_order_of_code_points_whatever_the_machine_speaks(self, serving):
        with connect(serving, SERVICE) as service:
            encoding = service.execute("SHOW server_encoding").fetchone()
            collation = service.execute(
                "SELECT datcollate, datctype FROM pg_database WHERE datname = 'yukuaiban'"
            ).fetchone()
        assert encoding == ("UTF8",)
        assert collation == ("C", "C")


class TestLife:
    def test_a_second_command_uses_the_server_that_runs(self, serving):
        with Cluster(serving.data_dir).serving() as second:
            assert second.process is None
            with connect(second, SERVICE) as service:
                assert service.execute("SELECT 1").fetchone() == (1,)
        assert not children.ended(serving.process)

    def test_two_folders_run_side_by_side(self, serving, folder):
        with cluster_in(folder).serving() as other:
            with connect(other, OWNER) as theirs:
                theirs.execute("CREATE TABLE only_here (id int)")
            with connect(serving, OWNER) as ours:
                assert ours.execute("SELECT to_regclass('only_here')").fetchone() == (None,)

    def test_it_comes_back_after_a_crash_with_all_that_was_committed(self, folder):
        cluster = cluster_in(folder, synchronous_commit="on")
        with cluster.serving():
            with connect(cluster, OWNER) as owner:
                owner.execute("CREATE TABLE kept (id int)")
            os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
            children.wait_until(lambda: children.ended(cluster.process), seconds=5)
        with cluster.serving(), connect(cluster, SERVICE) as service:
            assert service.execute("SELECT count(*) FROM kept").fetchone() == (0,)

    def test_a_number_that_belongs_to_another_program_by_now_does_not_stop_a_start(self, folder):
        """After a restart of the machine the recorded process number may be anybody's."""
        cluster = cluster_in(folder)
        with cluster.serving():
            lines = (cluster.data / "postmaster.pid").read_text().splitlines()
        lines[0] = str(os.getpid())
        (cluster.data / "postmaster.pid").write_text("\n".join(lines) + "\n")
        with cluster.serving(), connect(cluster, SERVICE):
            pass

    def test_a_killed_server_is_started_again_while_one_of_its_backends_still_computes(self, folder, monkeypatch):
        """PostgreSQL refuses to start while an orphan holds the shared memory; such an orphan is ended first."""
        cluster = cluster_in(folder)
        with cluster.serving():
            orphan = kill_in_the_midst_of_a_long_computation(cluster)
            with monkeypatch.context() as control:
                control.setattr(running, "left_behind", lambda data: [])
                with pytest.raises(StartRefused, match="still in use"):
                    cluster_in(folder).start()
            assert running.left_behind(cluster.data) == [orphan]
            cluster.start()
            assert not children.alive(orphan)
            with connect(cluster, SERVICE) as service:
                assert service.execute("SELECT 1").fetchone() == (1,)

    def test_a_start_is_refused_in_one_sentence_while_another_server_runs_on_the_folder(self, folder, monkeypatch):
        monkeypatch.setattr(running, "SHUTDOWN_WITHIN", 0.1)
        with cluster_in(folder).serving() as cluster:
            assert cluster.process is not None
            with pytest.raises(StartRefused, match=f"still running on .*: end process {cluster.process.pid}\\.$"):
                cluster_in(folder).start()
            with connect(cluster, SERVICE) as service:
                assert service.execute("SELECT 1").fetchone() == (1,)

    def test_a_path_too_long_for_a_socket_is_no_obstacle(self, folder):
        cluster = cluster_in(folder / ("very-long-" * 12))
        assert len(str(cluster.socket_dir / ".s.PGSQL.5432")) <= 107
        with cluster.serving(), connect(cluster, SERVICE):
            assert cluster.socket_dir.stat().st_mode & 0o077 == 0

    def test_an_initdb_that_was_stopped_half_way_is_done_again(self, folder):
        cluster = cluster_in(folder)
        (cluster.home / "data.half").mkdir(parents=True)
        (cluster.home / "data.half" / "PG_VERSION").write_text("12")
        with cluster.serving(), connect(cluster, SERVICE):
            assert not (cluster.home / "data.half").exists()


def test_below_a_closed_home_folder_it_works_or_is_not_needed(folder, monkeypatch):
    """As root the server runs as another user, who may not enter /root: then it lives elsewhere, and says so."""
    monkeypatch.setattr(server_user, "HOME", folder / "shared")
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    cluster = cluster_in(closed / "data")
    with cluster.serving(), connect(cluster, SERVICE):
        if cluster.user is None:
            assert cluster.place == cluster.home
        else:
            assert cluster.place.parent == folder / "shared"
            assert "lives in" in cluster.notes[0]
    again = cluster_in(closed / "data")
    with again.serving(), connect(again, SERVICE):
        assert again.place == cluster.place


def test_the_program_is_copied_whole_where_its_user_cannot_read_it(folder, monkeypatch):
    monkeypatch.setattr(server_user, "HOME", folder)
    cluster = cluster_in(folder / "data")
    cluster.binaries = settling.copy_of_the_program(cluster.binaries, cluster.version)
    assert cluster.binaries.is_relative_to(folder)
    with cluster.serving(), connect(cluster, SERVICE) as service:
        assert service.execute("SELECT 1").fetchone() == (1,)


def test_the_parent_of_a_server_needs_no_django():
    """What watches over the others stays small, and forks before anything is connected."""
    script = (
        "import sys; import yukuaiban.config.launch.up, yukuaiban.config.cli; "
        "sys.exit('django' in sys.modules or 'psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
