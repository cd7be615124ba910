"""P8: what a process costs: the checks at start, a web worker's memory and its growth.

Measured as the product is installed: with the bytecode that an installation has, and with the
packages of `requirements/base.txt` alone (others import what developers' tools bring, if there).
"""

import os
import re
import resource
import statistics
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from benchmarks import database, requests
from benchmarks.harness import OUT, Bar

SETUP = "import django; django.setup()"
CHECK = (
    "import django; django.setup(); "
    "from django.core.management import call_command; call_command('check', verbosity=0)"
)
# A web worker as gunicorn makes one, asked in process: its pages, then its memory in MB.
WORKER = """
import sys
from io import BytesIO
from governance.wsgi import application
def memory():
    with open('/proc/self/status') as f:
        return next(int(l.split()[1]) for l in f if l.startswith('VmRSS')) / 1024
def get(path):
    path, _, query = path.partition('?')
    environ = {
        'REQUEST_METHOD': 'GET', 'PATH_INFO': path, 'QUERY_STRING': query, 'SERVER_NAME': '127.0.0.1',
        'SERVER_PORT': '80', 'HTTP_HOST': '127.0.0.1', 'REMOTE_ADDR': '127.0.0.1',
        'wsgi.input': BytesIO(), 'wsgi.url_scheme': 'http', 'wsgi.errors': sys.stderr,
    }
    def started(status, headers):
        assert status.startswith('200'), (path, status)
    answer = application(environ, started)
    for _ in answer: pass
    answer.close()
paths = sys.argv[1:]
from grids import locate
locate.locate(112.04, 22.92)  # a worker that has placed a point holds the polygons
for i in range(40): get(paths[i % len(paths)])
first = memory()
for i in range(1000): get(paths[i % len(paths)])
print(f'{first:.1f} {memory():.1f}')
"""
ROOT = Path(__file__).resolve().parent.parent
REQUIRED = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
PATHS = ["/", "/accounts/login/", "/follow/", "/healthz"]


def _installed() -> dict[str, str]:
    """The environment of a child that finds bytecode beside nobody's sources."""
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(OUT / "bytecode")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    return env


def _without_tools() -> str:
    """A line that hides what only developers install."""
    text = (ROOT / "requirements" / "base.txt").read_text()
    kept = {_plain(name) for name in REQUIRED.findall(text)}
    tools = sorted(
        name
        for name, owners in metadata.packages_distributions().items()
        if name.isidentifier() and not kept.intersection(map(_plain, owners))
    )
    return f"import sys; sys.modules.update(dict.fromkeys({tools!r}))\n"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _cpu(code: str) -> float:
    """CPU seconds of a child process that runs the code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, env=_installed()
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def measure() -> list[Bar]:
    hidden = _without_tools()
    setup, check = [], []
    for number in range(8):
        took = _cpu(hidden + SETUP), _cpu(hidden + CHECK)
        if number:  # the first wrote the bytecode
            setup.append(took[0])
            check.append(took[1])
    ratio = statistics.median(check) / statistics.median(setup)
    requests.fill("100k")
    with database.on("100k"):
        env = {**_installed(), **database.environment("100k"), "LOG_LEVEL": "ERROR"}
        for _ in range(2):  # the first writes the bytecode
            done = subprocess.run(
                [sys.executable, "-c", hidden + WORKER, *PATHS],
                check=True,
                capture_output=True,
                text=True,
                env=env,
            )
    first, last = map(float, done.stdout.split()[-2:])
    details = {"setup_s": statistics.median(setup), "check_s": statistics.median(check),
               "first_mb": first, "last_mb": last}  # fmt: skip
    return [
        Bar("P8", "manage.py check / django.setup(), CPU", ratio, 1.6, details=details),
        Bar("P8", "a web worker's memory", last, 150, "MB", details=details),
        Bar(
            "P8",
            "its growth over 1,000 requests",
            last - first,
            10,
            "MB",
            details=details,
        ),
    ]
