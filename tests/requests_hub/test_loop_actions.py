"""The loop by its actions."""

import pytest

from requests_hub.models import Request, Task
from requests_hub.workflow import REQUEST

ALL = [s.code for s in REQUEST.states if s.code != "draft"]


@pytest.mark.parametrize("state", ALL)
def test_a_request_can_be_brought_to_every_state(make, state):
    request = make.request(state)
    assert request.state == state
    assert Request.objects.filter(pk=request.pk, state=state).exists()


def test_closing_closes_the_tasks(make):
    request = make.request("closed")
    assert set(
        Task.objects.filter(request=request).values_list("state", flat=True)
    ) == {"closed"}
