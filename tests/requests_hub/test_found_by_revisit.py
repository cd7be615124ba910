"""The head of a closed request says what was said on closing and what the revisit found."""

import pytest

from requests_hub.actions import revisits

pytestmark = pytest.mark.django_db


def head(client, person, row):
    client.force_login(person)
    page = client.get(f"/requests/{row.no}/").content.decode()
    return page[page.index("page-head") : page.index("head-meta")]


@pytest.mark.parametrize(
    ("is_solved", "said", "unsaid"),
    [(False, "回访：未解决", "回访：已解决"), (True, "回访：已解决", "回访：未解决")],
)
def test_the_head_says_what_the_revisit_found(make, client, is_solved, said, unsaid):
    row = make.request("closed")
    row.refresh_from_db()
    before = head(client, make.cast.leader, row)
    assert "回访" not in before
    assert row.get_outcome_display() in before
    revisits.revisit(
        row, by=make.cast.town_a, is_solved=is_solved, satisfaction="dissatisfied"
    )
    shown = head(client, make.cast.leader, row)
    assert said in shown
    assert unsaid not in shown
    assert f"办结时：{row.get_outcome_display()}" in shown
