"""The policy: versions by day, what may be changed, and how a ladder is drawn."""

from datetime import timedelta

import pytest
from django.utils import timezone

from governance.core.errors import Conflict, Invalid
from requests_hub import policies
from requests_hub.actions import escalation, escalation_policy
from requests_hub.models import EscalationRung, Ladder
from requests_hub.panels.escalation import sections


def values(**changes):
    fields = {
        "kind": "routine",
        "step": "handling",
        "starts_on": escalation_policy.first_day(),
        "number": 1,
        "when": "after",
        "offset": "2天",
        "who": "head",
        "what": "reminder",
        "every": "",
        "most": None,
    }
    return {**fields, **changes}


def test_every_kind_has_a_proposal():
    found = policies.proposals()
    for kind in Ladder.Kind.values:
        assert (kind, "handling") in found


def test_a_version_begins_on_its_day_and_the_old_one_stays(cast, district):
    day = escalation_policy.first_day()
    row = escalation_policy.save_rung(None, values(), by=cast.district)
    assert row.offset == "2d"
    today = policies.rungs_in_force(district.pk, "routine", day - timedelta(days=1))
    then = policies.rungs_in_force(district.pk, "routine", day)
    assert len([r for r in today if r.step == "handling"]) == 5  # the proposal
    assert [r.number for r in then if r.step == "handling"] == [1]
    assert [r for r in then if r.step == "report_in"] == [
        r for r in today if r.step == "report_in"
    ]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_on": timezone.localdate()}, "starts_on"),
        ({"offset": "soon"}, "offset"),
        ({"kind": "grid", "step": "report_in"}, "step"),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(cast, changes, field):
    with pytest.raises(Invalid) as refused:
        escalation_policy.save_rung(None, values(**changes), by=cast.district)
    assert field in refused.value.fields


def test_a_repeat_before_the_deadline_is_refused_by_the_database(cast):
    odd = values(when="before", every="1h", most=3)
    with pytest.raises(Invalid):
        escalation_policy.save_rung(None, odd, by=cast.district)


def test_only_the_district_writes(cast):
    with pytest.raises(Invalid):
        escalation_policy.save_rung(None, values(), by=cast.town_a)


def test_what_has_begun_cannot_be_changed(cast):
    row = escalation_policy.save_rung(None, values(), by=cast.district)
    EscalationRung.objects.filter(pk=row.pk).update(starts_on=timezone.localdate())
    row.refresh_from_db()
    with pytest.raises(Invalid):
        escalation_policy.save_rung(row, {"who": "leader"}, by=cast.district)
    with pytest.raises(Invalid):
        escalation_policy.drop_rung(row, by=cast.district)


def test_a_new_version_is_a_copy_once(cast, district):
    day = escalation_policy.first_day()
    start = escalation_policy.start_version
    assert start(district.pk, "routine", "handling", day, by=cast.district) == 5
    with pytest.raises(Conflict):
        start(district.pk, "routine", "handling", day, by=cast.district)
    row = EscalationRung.objects.get(number=5)
    escalation_policy.drop_rung(row, by=cast.district)
    left = policies.rungs_in_force(district.pk, "routine", day)
    assert [r.number for r in left if r.step == "handling"] == [1, 2, 3, 4]


def test_every_ladder_is_drawn(district):
    for kind in Ladder.Kind.values:
        found = sections(district.pk, kind)
        assert found
        for section in found:
            assert section.picture.days
            assert section.rows


def test_snapshots_of_the_same_rungs_are_one_row(district):
    first = escalation.snapshot(district.pk, "routine")
    assert escalation.snapshot(district.pk, "routine").pk == first.pk
    assert escalation.snapshot(district.pk, "grid").pk != first.pk


def test_a_version_to_come_says_what_it_changes(cast, district, client):
    def coming():
        found = {s.step: s for s in sections(district.pk, "routine")}
        return found["handling"].coming[0]

    day = escalation_policy.first_day()
    escalation_policy.start_version(
        district.pk, "routine", "handling", day, by=cast.district
    )
    assert coming().is_same
    row = EscalationRung.objects.get(number=3)
    fields = ("kind", "step", "starts_on", "number", "when", "offset", "who")
    given = {n: getattr(row, n) for n in (*fields, "what", "every", "most")}
    escalation_policy.save_rung(row, {**given, "offset": "2d"}, by=cast.district)
    last = EscalationRung.objects.get(number=5)
    escalation_policy.drop_rung(last, by=cast.district)
    then = coming()
    changed = {r.number: r.was for r in then.rows if r.was}
    assert set(changed) == {3}
    assert "1" in changed[3]  # a day after it is due, as it holds now
    assert [r.number for r in then.dropped] == [5]
    client.force_login(cast.district)
    page = client.get("/escalation/?kind=routine").content.decode()
    assert changed[3] in page
    assert "移出第 5 档" in page
