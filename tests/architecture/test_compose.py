"""docker-compose.yml says the same as settings, Makefile, quickstart and `.env.example`."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from governance.core.management.commands.quickstart import _children
from tests.architecture.files import ROOT
from tests.architecture.test_env_example import _read_by_settings, listed

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat", "relay")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_services_are_those_that_quickstart_starts():
    started = {child.name for child in _children(3)}
    assert set(SERVICES) == started | {"postgres", "redis", "migrate"}


@pytest.mark.parametrize(
    "name", ["postgres", "redis", "web", "worker", "beat", "relay"]
)
def test_every_lasting_service_has_a_health_check_and_comes_back(name):
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_settings_read(name):
    variables = set(SERVICES[name]["environment"])
    assert variables <= _read_by_settings()
    assert {"SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "REDIS_URL"} <= variables


def test_every_variable_asked_of_the_user_is_explained():
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert asked - listed() == {"POSTGRES_PASSWORD"}


@pytest.mark.parametrize("name", OURS)
def test_services_wait_for_servers_and_migrations(name):
    needs = SERVICES[name]["depends_on"]
    assert needs["postgres"]["condition"] == "service_healthy"
    assert needs["redis"]["condition"] == "service_healthy"
    if name != "migrate":
        assert needs["migrate"]["condition"] == "service_completed_successfully"


@pytest.mark.parametrize("name", OURS)
def test_nothing_of_ours_runs_as_root(name):
    assert SERVICES[name]["user"] == "onegrid"
    last_user = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1]
    assert last_user == "onegrid"


def test_management_commands_of_services_exist():
    known = set(get_commands())
    texts = [SERVICES[n].get("command", []) for n in OURS]
    texts += [SERVICES[n].get("healthcheck", {}).get("test", []) for n in OURS]
    used = {t[t.index("manage.py") + 1] for t in texts if "manage.py" in t}
    used |= set(re.findall(r"manage\.py (\w+)", DOCKERFILE))
    assert {"migrate", "relay", "beat_check"} <= used
    assert used - known == set()


def test_commands_are_those_of_quickstart():
    """Same program and same options; their values (addresses, seconds) may differ."""

    def words(command: list[str]) -> set[str]:
        kept = [w for w in command if re.fullmatch(r"[a-z][a-z.:]+|--[a-z-]+=?", w)]
        return set(kept) - {"python", "celery", "gunicorn"} - {"--workdir", "--chdir"}

    web = re.findall(r'"([^"]+)"', DOCKERFILE[DOCKERFILE.index("CMD") :])
    for child in _children(3):
        here = words(SERVICES[child.name].get("command") or web)
        there = words(list(child.command))
        assert here - {"manage.py"} == there - {"manage.py"}, child.name


def test_redis_keeps_what_it_was_told_and_the_data_has_volumes():
    assert "--appendonly yes" in " ".join(SERVICES["redis"]["command"])
    used = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])


def test_image_holds_no_local_state():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".venv", ".git", "var"} <= set(ignored)


def test_the_docker_client_understands_the_file():
    """Where a client with compose is at hand; the other tests do not need one."""
    docker = shutil.which("docker")
    if (
        docker is None
        or subprocess.run(
            [docker, "compose", "version"], capture_output=True
        ).returncode
    ):
        return
    needed = {"SECRET_KEY": "x", "FIELD_KEYS": "x", "POSTGRES_PASSWORD": "x"}
    done = subprocess.run(
        [
            docker,
            "compose",
            "-f",
            str(Path(ROOT) / "docker-compose.yml"),
            "config",
            "--quiet",
        ],
        capture_output=True,
        text=True,
        env={**os.environ, **needed},
    )
    assert done.returncode == 0, done.stderr
