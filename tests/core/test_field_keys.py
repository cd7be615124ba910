"""The command that brings every row to the newest field key, stopped in the middle too."""

import signal
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from governance.core import crypto
from governance.core.actions import field_keys
from requests_hub.models import Request
from tests.factories.requests_hub import submit
from tests.servers import process_environment

pytestmark = pytest.mark.django_db


def _rotate(**options: object) -> str:
    out = StringIO()
    call_command("rotate_field_keys", stdout=out, stderr=out, **options)
    return out.getvalue()


def _left() -> int:
    return sum(field_keys.left(each) for each in field_keys.columns())


@pytest.fixture
def rows(settings: Settings, forest):
    settings.FIELD_KEYS = ["old"]
    return [
        submit(
            forest.district,
            reporter_name=f"陈{n}",
            reporter_phone=f"1380000{n:04d}",
        )
        for n in range(7)
    ]


def test_rows_move_to_the_new_key_and_stay_readable(settings: Settings, rows) -> None:
    settings.FIELD_KEYS = ["new", "old"]
    wanted = crypto.every_hash("13800000003", "phone")
    assert Request.objects.get(phone_hash__in=wanted) == rows[3]
    assert _left() == 7
    said = _rotate(batch=3)
    assert "requests_hub.Request 3 / 7" in said
    assert "requests_hub.Request 7 / 7" in said
    assert _left() == 0
    settings.FIELD_KEYS = ["new"]
    found = Request.objects.get(phone_hash=crypto.keyed_hash("13800000003", "phone"))
    assert found == rows[3]
    assert (found.reporter_name, found.reporter_phone) == ("陈3", "13800000003")


def test_a_second_run_changes_nothing(settings: Settings, rows) -> None:
    settings.FIELD_KEYS = ["new", "old"]
    _rotate()
    before = _ciphertexts()
    assert "1 " in _rotate()
    assert _ciphertexts() == before


def _ciphertexts() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, reporter_phone FROM requests_hub_request ORDER BY 1")
        return list(cursor.fetchall())


def test_a_row_that_no_key_reads_is_named_and_the_rest_is_done(
    settings: Settings, rows
) -> None:
    settings.FIELD_KEYS = ["lost"]
    sealed = crypto.encrypt("13800009999")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE requests_hub_request SET reporter_phone = %s WHERE id = %s",
            [sealed, rows[2].pk],
        )
    settings.FIELD_KEYS = ["new", "old"]
    with pytest.raises(CommandError):
        _rotate(batch=4)
    assert _left() == 1


def test_nothing_is_left_to_say_when_all_is_done(settings: Settings) -> None:
    settings.FIELD_KEYS = ["new", "old"]
    assert "newest key" in _rotate(check=True)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", ["field_keys.before_commit", "field_keys.batch_done"])
def test_killed_in_the_middle_it_goes_on_where_it_stopped(
    settings: Settings, rows, point: str
) -> None:
    died = _in_a_process(point)
    assert died.returncode == -signal.SIGKILL
    settings.FIELD_KEYS = ["new", "old"]
    assert _left() == (7 if point == "field_keys.before_commit" else 4)
    for row in Request.objects.all():
        assert row.reporter_phone.startswith("1380000")
    done = _in_a_process("")
    assert done.returncode == 0, done.stderr
    assert _left() == 0
    settings.FIELD_KEYS = ["new"]
    assert {row.reporter_phone for row in Request.objects.all()} == {
        f"1380000{n:04d}" for n in range(7)
    }


def _in_a_process(point: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "rotate_field_keys", "--batch", "3"],
        cwd=django_settings.BASE_DIR,
        env=process_environment(FIELD_KEYS="new,old", ONEGRID_FAULT_POINT=point),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
