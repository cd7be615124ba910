"""Write docs/workflow.md from the tables of the machines."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from governance.core.workflow import Step, Workflow, mermaid
from requests_hub.workflow import MACHINES

FILE = Path(settings.BASE_DIR) / "docs" / "workflow.md"
HEAD = """# The machines

Made by `manage.py workflow_diagram` from `requests_hub/workflow.py`; a test keeps the two equal.
The same tables are triggers in PostgreSQL, so raw SQL is refused as well. A step that leads to the
state it starts from only adds to the history. “system” steps follow from others by themselves.
"""
TITLES = {
    "request": "Request 诉求",
    "whistle": "Whistle 吹哨",
    "whistle_task": "Task of a whistled department 吹哨任务",
    "grid_task": "Grid task 网格任务",
    "look_task": "Look before registering 立案前核实",
}


class Command(BaseCommand):
    help = "Write docs/workflow.md; with --check, say whether it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        text = page()
        if not options["check"]:
            FILE.write_text(text, encoding="utf-8")
        elif not FILE.exists() or FILE.read_text(encoding="utf-8") != text:
            raise CommandError(
                "docs/workflow.md is old: run manage.py workflow_diagram"
            )


def page() -> str:
    """The whole document, in English, the same on every machine."""
    with translation.override("en"):
        return HEAD + "".join(_section(machine) for machine in MACHINES)


def _section(machine: Workflow) -> str:
    states = "\n".join(
        f"| `{s.code}` | {s.label} | {s.tone}, {s.icon} | {'yes' if s.is_open else 'no'} |"
        for s in machine.states
    )
    steps = "\n".join(_step(step) for step in machine.steps)
    return (
        f"\n## {TITLES[machine.name]}\n\n```mermaid\n{mermaid(machine)}\n```\n\n"
        f"| State | Word | Badge | Open |\n|---|---|---|---|\n{states}\n\n"
        f"| Step | From | To | Who | Fields (* needed) |\n|---|---|---|---|---|\n{steps}\n"
    )


def _step(step: Step) -> str:
    fields = ", ".join(f.name + ("*" if f.required else "") for f in step.fields)
    sources, roles = ", ".join(step.sources), ", ".join(step.roles)
    return (
        f"| `{step.name}` | {sources} | {step.target or 'stays'} | {roles} | {fields} |"
    )
