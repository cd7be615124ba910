"""The demo's records and feeds: loaded once, in a district of any size."""

from types import SimpleNamespace

import pytest

from grids import demo_sixdata
from grids.actions.departments import load_departments
from grids.models import Feed, FeedRun, Organisation, Place, PublicObject, Sentiment


@pytest.mark.django_db
def test_the_demo_loads_once(forest: SimpleNamespace) -> None:
    load_departments(forest.district, by="test")
    demo_sixdata.load(forest.district)
    models = (Place, PublicObject, Sentiment, Organisation, Feed, FeedRun)
    before = [model.objects.count() for model in models]
    assert all(before)
    assert set(Feed.objects.values_list("is_active", flat=True)) == {True}
    assert set(FeedRun.objects.values_list("state", flat=True)) == {"done"}
    demo_sixdata.load(forest.district)
    assert [model.objects.count() for model in models] == before
