"""Refusals of the API are in the product's words, whoever refuses."""

import io
import json

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import translation
from rest_framework.exceptions import ParseError

from governance.core.api.errors import handle
from governance.core.api.parsers import JSONParser
from governance.core.views import errors


@pytest.mark.parametrize(
    ("error", "status", "code", "words"),
    [
        (Http404("No Grid matches the given query."), 404, "not_found", "未找到。"),
        (PermissionDenied(), 403, "permission_denied", "您没有执行该操作的权限。"),
    ],
)
def test_a_refusal_of_django_is_told_in_our_words(error, status, code, words):
    with translation.override("zh-hans"):
        answer = handle(error, {})
    assert answer is not None
    assert answer.status_code == status
    assert answer.data == {"code": code, "message": words}


def test_a_body_that_is_no_json_says_so_and_where():
    with translation.override("zh-hans"), pytest.raises(ParseError) as told:
        JSONParser().parse(io.BytesIO(b'{"body": x}'))
    assert str(told.value.detail).startswith("提交的内容不是有效的 JSON：")
    assert "column 10" in str(told.value.detail)


def test_a_character_that_cannot_be_kept_keeps_its_own_words():
    with translation.override("zh-hans"), pytest.raises(ParseError) as told:
        JSONParser().parse(io.BytesIO(b'{"body": "a\\u0000"}'))
    assert str(told.value.detail) == "文字里有无法保存的字符。"


@pytest.mark.django_db
def test_a_program_at_a_wrong_address_reads_words(client):
    answer = client.get("/api/v1/nothing-here/", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    told = {"code": "not_found", "message": "There is nothing at this address"}
    assert answer.json() == told


def test_a_fault_is_told_to_programs_with_its_number(rf):
    told = json.loads(errors.server_error(rf.get("/api/v1/x")).content)
    assert told["code"] == "failure"
    assert told["message"]
    assert len(told["failure_id"]) == 10
