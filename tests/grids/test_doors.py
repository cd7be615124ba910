"""A link that would be refused is not shown: each page as one who may and one who may not."""

from types import SimpleNamespace

import pytest
from django.test import Client

from grids.actions import team_templates
from tests.factories.requests_hub import submit


def page(user: object, path: str) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


@pytest.mark.django_db
def test_posts_are_given_by_those_who_keep_the_team(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    team_templates.load_proposals(forest.district, by=cast.district)
    path = f"/teams/?tab=vacant&grid={forest.small_a1_1.code}"
    step = f"/grids/{forest.small_a1_1.code}/team/"
    listed = 'href="/registry/assignments/"'
    mine = page(cast.town_a, path)
    assert f'hx-get="{step}' in mine
    assert listed in mine
    for reader in (cast.officer_a, cast.worker_a):
        theirs = page(reader, path)
        assert f'hx-get="{step}' not in theirs
        assert (listed in theirs) == (reader is cast.worker_a)


@pytest.mark.django_db
def test_feeds_lead_back_to_six_data_only_those_who_may(cast: SimpleNamespace) -> None:
    crumb = '<a href="/registry/">'
    assert crumb in page(cast.district, "/registry/feeds/")
    assert crumb not in page(cast.officer_a, "/registry/feeds/")


@pytest.mark.django_db
def test_circle_names_the_town_above_without_a_link(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    above = f'href="/sites/circle/?at={forest.town_a.code}"'
    at = f"/sites/circle/?at={forest.small_a1_1.code}"
    assert above in page(cast.town_a, at)
    theirs = page(cast.worker_a, at)
    assert above not in theirs
    assert forest.town_a.name in theirs


@pytest.mark.django_db
def test_hot_issues_are_not_offered_to_a_worker(
    cast: SimpleNamespace, forest: SimpleNamespace
) -> None:
    row = submit(forest.district)
    assert 'href="/hot/"' in page(cast.town_a, f"/requests/{row.no}/")
    assert 'href="/hot/"' not in page(cast.worker_a, f"/requests/{row.no}/")
