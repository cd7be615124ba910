"""A register of the tests' own over the grids of work lines: every kind of column, no rules."""

from collections.abc import Iterator
from typing import Any

import pytest

from governance.core import dictionaries
from governance.core.models import Dictionary, DictionaryItem
from governance.core.registers import Column, Kind, Register, spec
from grids.models import LineGrid
from grids.registers import base
from grids.registers.filters import RecordFilter

DUTY = "probe_duty"


class ProbeFilter(RecordFilter):
    words_in = ("name", "code")


def save(
    row: LineGrid | None,
    values: dict[str, Any],
    *,
    by: Any,
    version: int | None = None,
    source: str = "manual",
) -> LineGrid:
    values = base.place(values, by)
    if row is None:
        values = {"line": "probe", **values}
    if "identity" in values:
        values["parent_code"] = values.pop("identity")
    return base.write(
        row, LineGrid, values, by=by, source=source, version=version, event="probe"
    )


PROBE = Register(
    key="probe",
    model=LineGrid,
    label="探针",
    plural="探针台账",
    columns=(
        Column("name", "姓名", required=True, max_length=20, aliases=("名字",)),
        Column("code", "编号", required=True, max_length=40, example="P-001"),
        Column("grid", "所属网格", Kind.GRID, required=True),
        Column(
            "level",
            "层级",
            Kind.CHOICE,
            choices=LineGrid._meta.get_field("level").choices or (),
        ),
        Column("missing_since", "缺失日期", Kind.DATE),
        Column("batch", "人员类别", Kind.DICTIONARY, dictionary=DUTY),
        Column("leader_name", "手机", Kind.PHONE, is_sensitive=True),
        Column(
            "identity",
            "身份证号",
            Kind.IDENTITY,
            is_sensitive=True,
            show=lambda row: str(row.parent_code),
        ),
    ),
    natural_key=("code",),
    save=save,
    visible=base.visible(LineGrid),
    filters=ProbeFilter,
    facets=("grid",),
    readers=base.READ,
    writers=base.WRITE,
    is_personal=True,
)


@pytest.fixture
def probe(db: None) -> Iterator[Register]:
    """The register, known to the product while the test runs, and its list of duties."""
    words = Dictionary.objects.create(code=DUTY, label_zh="人员类别")
    for order, (code, label) in enumerate(
        [("mass", "群众"), ("party", "党员"), ("veteran", "退役军人")]
    ):
        DictionaryItem.objects.create(
            dictionary=words, code=code, label_zh=label, order=order
        )
    dictionaries.forget()
    list(spec.every())
    spec._registers["probe"] = PROBE
    yield PROBE
    spec._registers.pop("probe", None)
    dictionaries.forget()
