"""List the demo accounts: who can sign in, with which password, as what, where."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from governance.core.models import User
from grids import demo
from grids.models import Post


class Command(BaseCommand):
    help = "List the demo accounts as a table, or as JSON with --json."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument(
            "--cast", action="store_true", help="one account per role and place only"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        rows = accounts(only_cast=options["cast"])
        if not rows and not settings.DEMO:
            raise CommandError(
                _("There are no demo accounts; see manage.py load_demo.")
            )
        if options["as_json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            self.stdout.write(
                f"{row['username']:<28} {row['password']:<14} {row['role_label']}  {row['post']}  {row['name']}"
            )


def accounts(*, only_cast: bool = False) -> list[dict[str, str]]:
    """username, password, role, role_label, post, name of each demo account, the cast first."""
    order = {seat.username: n for n, seat in enumerate(demo.CAST)}
    posts: dict[int, Post] = {}
    current = Post.objects.current().filter(user__is_demo=True)
    for post in current.select_related("grid", "department", "district").order_by(
        "-pk"
    ):
        posts[post.user_id] = post
    users = User.objects.filter(is_demo=True, is_active=True)
    if only_cast:
        users = users.filter(username__in=order)
    out = []
    for user in sorted(users, key=lambda u: (order.get(u.username, 999), u.username)):
        held = posts.get(user.pk)
        out.append(
            {
                "username": user.username,
                "password": demo.PASSWORD,
                "role": held.role if held else "",
                "role_label": held.get_role_display() if held else str(_("no post")),
                "post": held.place_name if held else "",
                "name": user.name,
            }
        )
    return out
