"""P8: what a process costs: the checks at start, a web worker's memory and its growth."""

import os
import resource
import statistics
import subprocess
import sys

from benchmarks import database, requests
from benchmarks.harness import Bar

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
PATHS = ["/", "/accounts/login/", "/follow/", "/healthz"]


def _cpu(code: str) -> float:
    """CPU seconds of a child process that runs the code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def measure() -> list[Bar]:
    setup, check = [], []
    for _ in range(7):
        setup.append(_cpu(SETUP))
        check.append(_cpu(CHECK))
    ratio = statistics.median(check) / statistics.median(setup)
    requests.fill("100k")
    with database.on("100k"):
        env = {**os.environ, **database.environment("100k"), "LOG_LEVEL": "ERROR"}
        done = subprocess.run(
            [sys.executable, "-c", WORKER, *PATHS],
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
