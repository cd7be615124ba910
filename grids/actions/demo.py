"""Making the demo district: idempotent, and only of invented people."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from governance.core.events import Actor
from governance.core.models import User
from grids import demo
from grids.actions.posts import appoint
from grids.models import Department, District, Grid


@transaction.atomic
def load_accounts(district: District, *, by: Actor) -> int:
    """Make the demo accounts that are not there yet; returns how many."""
    seats = list(demo.seats())
    known = {user.username: user for user in User.objects.filter(is_demo=True)}
    taken = set(
        User.objects.filter(
            is_demo=False, username__in=[s.username for s in seats]
        ).values_list("username", flat=True)
    )
    grids = {g.code: g for g in Grid.objects.filter(code__in=[s.grid for s in seats])}
    departments = {d.code: d for d in Department.objects.all()}
    fresh = [s for s in seats if s.username not in known and s.username not in taken]
    # One hash for all: hashing eighty times the same well-known word would take half a minute.
    password = make_password(demo.PASSWORD) if fresh else ""
    for seat in fresh:
        if (seat.grid and seat.grid not in grids) or (
            seat.department and seat.department not in departments
        ):
            continue
        user = User.objects.create(
            username=seat.username,
            name=seat.name,
            title=seat.title,
            password=password,
            is_demo=True,
        )
        if seat.role:
            appoint(
                user,
                seat.role,
                by=by,
                district=district,
                grid=grids.get(seat.grid),
                department=departments.get(seat.department),
            )
    return len(fresh)
