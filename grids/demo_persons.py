"""Invented persons of the demo.

Their identity numbers are of a division that does not exist, their telephone numbers of a range that is
given to nobody: whole, so that masking, unmasking and a whole export can be tried.
"""

import datetime as dt
import random
from dataclasses import dataclass, field
from itertools import cycle

from django.utils import timezone

from governance.core.identifiers import identity_check_digit
from governance.core.ids import reserve_ids
from governance.core.models import User
from governance.core.registers.spec import Planned, Values
from grids.actions import persons as people
from grids.demo import GIVEN, STREET, SURNAMES
from grids.models import (
    CareEntry,
    District,
    Grid,
    Household,
    HouseholdNeed,
    Person,
    ServiceReceived,
    Visit,
)
from grids.models.households import due_after

HOUSEHOLDS, SEED = 120, 20261119
NOBODYS = "1540000"  # 154 is not given to any network
TWICE = (4, 16, 29)  # households whose head was written down again, without a number
LANES = ("幸福巷", "和顺路", "星岩三路", "云龙街", "石场路", "榕树下")
CARE = ("living_alone", "disabled", "child", "low_income")
NEEDS = (
    ("repair", "厕所想装扶手"),
    ("doctor", "每月要去取药，腿脚不便"),
    ("errand", "想代办老年卡"),
    ("wish", "想要一台收音机"),
    ("job", "想找离家近的零工"),
    ("school", "孩子想参加暑期托管"),
)


def _number(birth: dt.date, serial: int) -> str:
    first = f"999999{birth:%Y%m%d}{serial:03d}"
    return first + identity_check_digit(first)


def _family(n: int, chance: random.Random) -> list[Values]:
    """The members of the n-th household, the head first."""
    surname = SURNAMES[n % len(SURNAMES)]
    year = chance.randrange(1941, 1990)
    is_alone = n % 9 == 0
    if is_alone:
        year = chance.randrange(1936, 1952)
    ages = [("02", year, 1), ("10", year + chance.randrange(-4, 5), 0)]
    ages += [("20", year + 26, 1), ("30", year + 29, 0), ("50", year - 25, 0)]
    out = []
    for k, (relation, born, odd) in enumerate(ages[: 1 if is_alone else 3 + n % 3]):
        born = min(max(born, 1930), 2024)
        birth = dt.date(born, chance.randrange(1, 13), chance.randrange(1, 29))
        other = SURNAMES[(n * 5 + k) % len(SURNAMES)]
        family_name = other if relation == "10" else surname
        out.append(
            {
                "name": family_name + GIVEN[(n * 7 + k * 11) % len(GIVEN)],
                "identity_no": _number(birth, ((n * 5 + k) * 2 + odd) % 1000),
                "relation": relation,
                "nation": "01",
                "politics": "01" if k == 0 and n % 6 == 0 else "13",
                "residence": "floating" if n % 8 == 5 else "registered",
                "phone": f"{NOBODYS}{(n * 5 + k) % 10000:04d}" if k < 2 else "",
            }
        )
    return out


def _planned(grids: list[Grid]) -> list[Planned]:
    chance = random.Random(SEED)  # noqa: S311 - the same invented people each time
    rows: list[Planned] = []
    for n, grid in zip(range(HOUSEHOLDS), cycle(grids), strict=False):
        number = f"DEMO-{n + 1:03d}"
        where = {
            "grid": grid,
            "household_no": number,
            "house_no": f"{number}-F",
            "address": f"{LANES[n % len(LANES)]} {n // 2 + 1} 号 {n % 6 + 1}0{n % 3 + 1}",
        }
        family = _family(n, chance)
        everybody = [{**values, **where} for values in family]
        if n in TWICE:
            everybody.append(_again(family[0], where))
        for values in everybody:
            rows.append(Planned(len(rows) + 1, {}, values))
    return rows


def _again(head: Values, where: Values) -> Values:
    """The same person as somebody else's list has it: name, birth, address, no number."""
    number = head["identity_no"]
    birth = dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return {
        "name": head["name"],
        "birth": birth,
        "grid": where["grid"],
        "address": where["address"],
        "residence": head["residence"],
    }


def load(district: District, *, by: str = "demo") -> int:
    """About 400 persons in 120 households with care, visits and needs; once."""
    if Household.objects.filter(district=district, number="DEMO-001").exists():
        return 0
    grids = list(
        Grid.objects.live()
        .filter(district=district, level="micro", code__startswith=STREET)
        .order_by("code")[:40]
    )
    if not grids:
        return 0
    made = people.save_people(_planned(grids), by=by, source="manual")
    _look_after(made)
    return len(made)


@dataclass
class _Story:
    """What has happened to the households so far."""

    worker: User | None
    today: dt.date
    care: list[CareEntry] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    homes: list[Household] = field(default_factory=list)
    needs: list[HouseholdNeed] = field(default_factory=list)
    services: list[ServiceReceived] = field(default_factory=list)

    def tell(self, n: int, head: Person, home: Household) -> None:
        """The n-th household: care, a visit some days or weeks ago, a need, meals."""
        last = self.today - dt.timedelta(days=3 + (n * 7) % 50)
        if n % 2 == 0:
            self._visited(n, home, last)
        if n % 3 == 0:
            self._cared_for(n, head, home)
        if n % 5 == 0:
            kind, words = NEEDS[(n // 5) % len(NEEDS)]
            self.needs.append(HouseholdNeed(household=home, kind=kind, words=words))
        if n % 6 == 0:
            self.services.append(
                ServiceReceived(
                    household=home, kind="meals", on=last, provider="长者食堂"
                )
            )
        self.homes.append(home)

    def _cared_for(self, n: int, head: Person, home: Household) -> None:
        kind = CARE[0] if n % 9 == 0 else CARE[n % len(CARE)]
        since = self.today - dt.timedelta(days=200)
        entry = CareEntry(person=head, kind=kind, level="2", since=since)
        for name, value in head.place_ids.items():
            setattr(entry, name, value)
        self.care.append(entry)
        every = 90 if kind == "low_income" else 30
        home.next_visit_on = due_after(home.last_visit_on, every)

    def _visited(self, n: int, home: Household, last: dt.date) -> None:
        home.last_visit_on = last
        self.visits.append(
            Visit(
                household=home,
                visitor=self.worker,
                visited_at=timezone.now() - (self.today - last),
                condition="well" if n % 4 else "changed",
                checks=["power", "gas"] + (["wet_floor"] if n % 10 == 0 else []),
                words="身体可以，家里整洁。" if n % 4 else "近来腿脚不便，少出门。",
            )
        )

    def keep(self) -> None:
        """Write it all, one statement a table."""
        for entry, pk in zip(self.care, reserve_ids(len(self.care)), strict=True):
            entry.pk = pk
        CareEntry.objects.bulk_create(self.care)
        Visit.objects.bulk_create(self.visits)
        HouseholdNeed.objects.bulk_create(self.needs)
        ServiceReceived.objects.bulk_create(self.services)
        Household.objects.bulk_update(self.homes, ["last_visit_on", "next_visit_on"])


def _look_after(made: list[Person]) -> None:
    """Tell each household's story, some with a visit overdue."""
    worker = User.objects.filter(username="worker_a").first()
    story = _Story(worker, timezone.localdate())
    heads = [person for person in made if person.relation == "02"]
    for n, head in enumerate(heads):
        if head.household is not None:
            story.tell(n, head, head.household)
    story.keep()
