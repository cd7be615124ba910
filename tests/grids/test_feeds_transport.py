"""Fetching files: only what the settings allow, from the folder and over the net."""

import base64
import os
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from governance.core import outbound
from governance.core.errors import Invalid
from grids.actions import feeds
from grids.feeds import transport
from grids.feeds.transport import NotDelivered
from tests.grids.feed_makers import FIRMS, csv, firm, make_feed

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def web() -> Iterator[SimpleNamespace]:
    """A server on loopback; `pages` says what each path answers."""
    pages: dict[str, Answer] = {}
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(dict(self.headers))
            pages[self.path](self)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    host = f"127.0.0.1:{server.server_port}"
    yield SimpleNamespace(url=f"http://{host}", host=host, pages=pages, seen=seen)
    server.shutdown()
    server.server_close()


def body(data: bytes, announced: int | None = None) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(announced or len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def leads_to(url: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", url)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.fixture
def allowed(settings: Any, web: SimpleNamespace) -> Any:
    settings.FEED_HOSTS = [web.host]
    settings.FEED_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    settings.FEED_SECRETS = {"civil": "user:密码"}
    return settings


# --- addresses ------------------------------------------------------------------------------


def test_a_file_is_fetched(web: SimpleNamespace, allowed: Any) -> None:
    web.pages["/list.csv"] = body(b"a,b\n1,2\n")
    found = transport.from_url(f"{web.url}/list.csv")
    assert (found.name, found.data) == ("list.csv", b"a,b\n1,2\n")


def test_the_password_goes_in_a_header(web: SimpleNamespace, allowed: Any) -> None:
    web.pages["/list.csv"] = body(b"a\n1\n")
    transport.from_url(f"{web.url}/list.csv", "civil")
    mark = base64.b64encode("user:密码".encode()).decode()
    assert web.seen[0]["Authorization"] == f"Basic {mark}"
    with pytest.raises(NotDelivered):
        transport.from_url(f"{web.url}/list.csv", "unknown")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1/",
        "http://user:pw@127.0.0.1/x",
        "http://example.invalid/x",
        "http:///x",
        "http://127.0.0.1:99999/x",
        "//127.0.0.1/x",
        "",
    ],
)
def test_other_addresses_are_refused(
    url: str, web: SimpleNamespace, allowed: Any
) -> None:
    with pytest.raises(Invalid) as refusal:
        transport.checked_url(url)
    assert "url" in refusal.value.fields


def test_another_port_of_a_host_must_be_named(settings: Any) -> None:
    settings.FEED_HOSTS = ["data.gov.cn"]
    assert transport.checked_url("https://data.gov.cn/a").hostname == "data.gov.cn"
    with pytest.raises(Invalid):
        transport.checked_url("http://data.gov.cn:5432/a")


def test_private_addresses_are_refused(web: SimpleNamespace, settings: Any) -> None:
    settings.FEED_HOSTS = [web.host]
    settings.FEED_PRIVATE_NETWORKS = []
    web.pages["/x"] = body(b"a\n1\n")
    with pytest.raises(NotDelivered):
        transport.from_url(f"{web.url}/x")
    assert web.seen == []


@pytest.mark.parametrize(
    ("address", "is_allowed"),
    [
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("172.16.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("10.20.3.4", True),
        ("::ffff:10.20.3.4", True),
        ("114.114.114.114", True),
    ],
)
def test_which_networks_may_be_asked(
    settings: Any, address: str, is_allowed: bool
) -> None:
    settings.FEED_PRIVATE_NETWORKS = ["10.20.0.0/16"]
    assert outbound.is_allowed(address, settings.FEED_PRIVATE_NETWORKS) is is_allowed


def test_redirects_pass_the_same_checks(web: SimpleNamespace, allowed: Any) -> None:
    web.pages["/a"] = leads_to("/b")
    web.pages["/b"] = body(b"a\n1\n")
    assert transport.from_url(f"{web.url}/a").data == b"a\n1\n"
    for target in (
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "http://localhost/",
        "",
    ):
        web.pages["/away"] = leads_to(target)
        with pytest.raises(NotDelivered):
            transport.from_url(f"{web.url}/away")
    web.pages["/round"] = leads_to("/round")
    with pytest.raises(NotDelivered):
        transport.from_url(f"{web.url}/round")


def test_a_listed_host_in_a_private_network_is_refused_after_a_redirect(
    web: SimpleNamespace, allowed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the name is on the list: what counts is the address behind it."""
    allowed.FEED_HOSTS = [web.host, "inner.example"]
    web.pages["/away"] = leads_to("http://inner.example/x")
    real = outbound.socket.getaddrinfo

    def known(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host == "inner.example":
            return [(2, 1, 6, "", ("192.168.7.7", port))]
        return real(host, port, *rest, **more)

    monkeypatch.setattr(outbound.socket, "getaddrinfo", known)
    with pytest.raises(NotDelivered):
        transport.from_url(f"{web.url}/away", "civil")


def test_a_broken_connection_takes_nothing(web: SimpleNamespace, allowed: Any) -> None:
    web.pages["/half"] = body(b"a,b\n1,", announced=500)
    with pytest.raises(NotDelivered):
        transport.from_url(f"{web.url}/half")


def test_too_much_is_refused(web: SimpleNamespace, allowed: Any) -> None:
    allowed.FEED_MAX_BYTES = 1000
    web.pages["/big"] = body(b"x" * 100_000)
    with pytest.raises(NotDelivered):
        transport.from_url(f"{web.url}/big")


def test_too_slow_is_refused(web: SimpleNamespace, allowed: Any) -> None:
    allowed.FEED_SECONDS = 1

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _second in range(20):
            try:
                handler.wfile.write(b"x" * 10)
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.3)

    web.pages["/slow"] = drip
    began = time.monotonic()
    with pytest.raises(NotDelivered):
        transport.from_url(f"{web.url}/slow")
    assert time.monotonic() - began < 4


def test_an_error_page_is_no_file(web: SimpleNamespace, allowed: Any) -> None:
    web.pages["/gone"] = lambda handler: handler.send_error(503)
    with pytest.raises(NotDelivered) as refusal:
        transport.from_url(f"{web.url}/gone")
    assert "503" in str(refusal.value)


# --- drop folder ----------------------------------------------------------------------------


@pytest.fixture
def drop(settings: Any, tmp_path: Path) -> Path:
    root = tmp_path / "drop"
    (root / "civil").mkdir(parents=True)
    settings.FEED_FOLDER = str(root)
    return root


def put(file: Path, data: bytes, age: float = 60) -> None:
    file.write_bytes(data)
    os.utime(file, (time.time() - age, time.time() - age))


def test_the_newest_table_is_taken(drop: Path) -> None:
    assert transport.from_folder("civil") is None
    put(drop / "civil" / "old.csv", b"a\n1\n", 900)
    put(drop / "civil" / "new.csv", b"a\n2\n", 60)
    put(drop / "civil" / "notes.pdf", b"%PDF", 10)
    put(drop / "civil" / ".hidden.csv", b"a\n3\n", 10)
    found = transport.from_folder("civil")
    assert found is not None
    assert (found.name, found.data) == ("new.csv", b"a\n2\n")


def test_a_file_still_being_written_waits(drop: Path) -> None:
    put(drop / "civil" / "new.csv", b"a\n", 0)
    assert transport.from_folder("civil") is None


@pytest.mark.parametrize(
    "text", ["..", "../x", "civil/../../x", "/etc", "", ".", "a\0b", "civil/.."]
)
def test_the_folder_is_not_left(drop: Path, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        transport.folder_of(text)
    assert "folder" in refusal.value.fields


def test_links_that_lead_out_are_refused(drop: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    put(outside / "secret.csv", b"a\n1\n")
    (drop / "away").symlink_to(outside)
    with pytest.raises(Invalid):
        transport.from_folder("away")
    (drop / "civil" / "link.csv").symlink_to(outside / "secret.csv")
    assert transport.from_folder("civil") is None


def test_without_a_drop_folder_nothing_is_read(settings: Any) -> None:
    settings.FEED_FOLDER = ""
    with pytest.raises(Invalid):
        transport.from_folder("civil")


# --- feeds that fetch -----------------------------------------------------------------------


@pytest.mark.django_db
def test_a_feed_takes_from_its_folder_once(
    forest: SimpleNamespace, cast: SimpleNamespace, drop: Path
) -> None:
    from grids.actions import feed_runs

    feed = make_feed(
        forest, cast.district, mode="folder", folder="civil", every_hours=6
    )
    assert feeds.fetch(feed) is None
    put(drop / "civil" / "firms.csv", csv(FIRMS, firm()))
    run = feeds.fetch(feed)
    assert run is not None
    done = feed_runs.execute(run.pk)
    assert done is not None
    assert (done.state, done.added) == ("done", 1)
    again = [feeds.fetch(feed), feeds.fetch(feed)]
    assert [r.state for r in again if r] == ["nothing_new", "nothing_new"]
    assert feed.runs.count() == 2


@pytest.mark.django_db
def test_a_feed_that_cannot_fetch_leaves_a_broken_run(
    forest: SimpleNamespace, cast: SimpleNamespace, web: SimpleNamespace, allowed: Any
) -> None:
    from grids.actions import feed_runs

    url = f"{web.url}/firms.csv"
    feed = make_feed(forest, cast.district, mode="url", url=url, every_hours=6)
    data = csv(FIRMS, firm())
    web.pages["/firms.csv"] = body(data[:40], announced=len(data))
    run = feeds.fetch(feed)
    assert run is not None
    assert (run.state, run.done) == ("broken", 0)
    web.pages["/firms.csv"] = body(data)
    run = feeds.fetch(feed)
    assert run is not None
    done = feed_runs.execute(run.pk)
    assert done is not None
    assert done.added == 1


@pytest.mark.django_db
def test_a_feed_with_a_forbidden_way_is_not_saved(
    forest: SimpleNamespace, cast: SimpleNamespace, drop: Path, settings: Any
) -> None:
    feed = make_feed(forest, cast.district)
    for values, field in (
        ({"mode": "folder", "folder": "../x", "every_hours": 1}, "folder"),
        ({"mode": "url", "url": "http://127.0.0.1/", "every_hours": 1}, "url"),
        ({"mode": "folder", "folder": "civil"}, "every_hours"),
        ({"mode": "mail"}, "mode"),
        ({"mode": "upload", "expected_days": 0}, "expected_days"),
    ):
        with pytest.raises(Invalid) as refusal:
            feeds.schedule_feed(feed, values, by=cast.district)
        assert field in refusal.value.fields
