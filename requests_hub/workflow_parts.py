"""What several machines of this app share: who acts, the answers people choose from, inputs."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from governance.core.workflow import StepField

DESK = ("township", "district")
GRID = ("grid_worker", "grid_leader", "liaison")
APPROVERS = ("district", "leader")
CLOSED = ("closed", "revisited")
SATISFACTION = (
    ("satisfied", _("Satisfied")),
    ("basically", _("Basically satisfied")),
    ("dissatisfied", _("Dissatisfied")),
)
OUTCOMES = (
    ("solved", pgettext_lazy("outcome", "Solved")),
    ("not_solved", pgettext_lazy("outcome", "Closed, not solved")),
)
FINDINGS = (
    ("found", pgettext_lazy("finding", "It is as reported")),
    ("not_found", pgettext_lazy("finding", "Nothing of the kind found")),
    ("cannot_tell", pgettext_lazy("finding", "Cannot be told on site")),
)

NOTE = StepField("note", _("Note"), required=False)
FILES = StepField("files", _("Photos"), "files", required=False)
