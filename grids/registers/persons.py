"""The registers of persons 人, households, houses 房屋 and the care list."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core import masking
from governance.core.registers import Column, Kind, Register, add, panels
from governance.core.registers.panels import Link, Panel
from governance.core.registers.spec import Viewer
from grids.actions import households as keeping
from grids.actions import merging
from grids.actions import persons as people
from grids.actions.taking_back import remove_person
from grids.models import CareEntry, House, Household, Person
from grids.person_panels import about_access, about_care, about_merges
from grids.registers import base
from grids.registers.persons_rules import (
    CareFilter,
    HouseFilter,
    HouseholdFilter,
    PersonFilter,
    place_words,
    read_degrees,
    read_number,
    read_person,
    read_phone,
)

SIX = gettext_lazy("Six data")


# --- columns --------------------------------------------------------------------------------

GRID = Column(
    "grid",
    gettext_lazy("Grid"),
    Kind.GRID,
    required=True,
    note=gettext_lazy("Code, or names from the town down, as 云城街道/星岩社区."),
    example="445302001009",
    aliases=("所属网格", "网格编码", "网格名称", "所在网格", "微网格"),
)


def _text(name: str, label: Any, most: int, *aliases: str, **more: Any) -> Column:
    return Column(name, label, max_length=most, aliases=aliases, **more)


def _of(name: str, label: Any, code: str, *aliases: str, **more: Any) -> Column:
    return Column(
        name, label, Kind.DICTIONARY, dictionary=code, aliases=aliases, **more
    )


def _day(name: str, label: Any, *aliases: str, **more: Any) -> Column:
    return Column(name, label, Kind.DATE, aliases=aliases, **more)


def _phone(name: str, label: Any, *aliases: str, **more: Any) -> Column:
    return Column(
        name,
        label,
        Kind.PHONE,
        aliases=aliases,
        is_sensitive=True,
        mask=masking.mask_phone,
        parse=read_phone,
        **more,
    )


def _address(name: str, label: Any, *aliases: str, **more: Any) -> Column:
    return Column(
        name,
        label,
        max_length=200,
        aliases=aliases,
        is_sensitive=True,
        mask=masking.mask_address,
        **more,
    )


def _person_name(name: str, label: Any, *aliases: str, **more: Any) -> Column:
    return Column(
        name,
        label,
        max_length=60,
        aliases=aliases,
        is_sensitive=True,
        mask=masking.mask_name,
        **more,
    )


OUT: dict[str, Any] = {"in_list": False}


def _degrees(name: str, label: Any, *aliases: str) -> Column:
    return Column(name, label, Kind.DECIMAL, aliases=aliases, parse=read_degrees, **OUT)


PERSON = (
    _person_name(
        "name", gettext_lazy("Name"), "姓名", "人员姓名", required=True, example="张明"
    ),
    _of(
        "identity_type",
        gettext_lazy("Kind of paper"),
        "identity_type",
        "证件类型",
        **OUT,
    ),
    Column(
        "identity_no",
        gettext_lazy("Identity number"),
        Kind.IDENTITY,
        aliases=("身份证号", "身份证号码", "证件号码", "公民身份号码"),
        note=gettext_lazy("As text, 18 characters. One person stands here once."),
        example="999999199001010018",
        is_sensitive=True,
        mask=masking.mask_identity,
        parse=read_number,
    ),
    _of("sex", gettext_lazy("Sex"), "sex", "性别"),
    _day("birth", gettext_lazy("Date of birth"), "出生日期", "出生年月日"),
    GRID,
    _text("household_no", gettext_lazy("Household number"), 40, "户号", "户编号"),
    _of(
        "relation",
        gettext_lazy("Relation to the head"),
        "relation",
        "与户主关系",
        **OUT,
    ),
    _text("house_no", gettext_lazy("House number"), 40, "房屋编号", **OUT),
    _address(
        "address", gettext_lazy("Address now"), "现住址", "现住地", "现住地址", **OUT
    ),
    _phone("phone", gettext_lazy("Phone"), "联系方式", "联系电话", "手机", "手机号码"),
    _phone("other_phone", gettext_lazy("Second phone"), "备用电话", **OUT),
    _of(
        "residence", gettext_lazy("Residence"), "residence_kind", "人口类别", "人口类型"
    ),
    _person_name("former_name", gettext_lazy("Former name"), "曾用名", **OUT),
    _of("nation", gettext_lazy("Nationality"), "nation", "民族", **OUT),
    _of("marriage", gettext_lazy("Marriage"), "marriage", "婚姻状况", **OUT),
    _of("politics", gettext_lazy("Political status"), "politics", "政治面貌", **OUT),
    _of("education", gettext_lazy("Education"), "education", "学历", "文化程度", **OUT),
    _text("occupation", gettext_lazy("Occupation"), 60, "职业", **OUT),
    _text(
        "employer",
        gettext_lazy("Employer or school"),
        80,
        "服务处所",
        "工作单位",
        **OUT,
    ),
    _text("native_place", gettext_lazy("Native place"), 60, "籍贯", **OUT),
    _text(
        "registered_division",
        gettext_lazy("Registered in (division)"),
        60,
        "户籍地",
        "户籍区划",
        **OUT,
    ),
    _address(
        "registered_address", gettext_lazy("Registered at (address)"), "户籍地址", **OUT
    ),
    _of(
        "inflow_reason",
        gettext_lazy("Came here for"),
        "inflow_reason",
        "流入原因",
        **OUT,
    ),
    _day("arrived_on", gettext_lazy("Came here on"), "流入日期", "来本地日期", **OUT),
    _day(
        "permit_until",
        gettext_lazy("Residence permit valid to"),
        "居住证到期日",
        "到期日期",
        **OUT,
    ),
    _of(
        "left_behind",
        gettext_lazy("Left behind as"),
        "left_behind_kind",
        "留守类型",
        **OUT,
    ),
    _person_name(
        "guardian", gettext_lazy("Guardian or contact"), "监护人", "家庭主要成员", **OUT
    ),
    _text("note", gettext_lazy("Note"), 300, "备注", **OUT),
)

HOUSEHOLD = (
    _text(
        "number",
        gettext_lazy("Household number"),
        40,
        "户号",
        "户编号",
        required=True,
        example="XY-0012",
    ),
    Column(
        "head_name",
        gettext_lazy("Head"),
        read_only=True,
        is_sensitive=True,
        mask=masking.mask_name,
        show=lambda row: row.head.name if row.head else "",
    ),
    GRID,
    _address("address", gettext_lazy("Address"), "地址", "住址", **OUT),
    _text("house_no", gettext_lazy("House number"), 40, "房屋编号", **OUT),
    _phone("phone", gettext_lazy("Phone"), "联系电话"),
    Column(
        "visit_every_days",
        gettext_lazy("Visit every (days)"),
        Kind.INTEGER,
        aliases=("走访间隔", "走访间隔（天）"),
        note=gettext_lazy("Empty: as the care list says."),
        in_list=False,
    ),
    _day("last_visit_on", gettext_lazy("Last visit"), read_only=True),
    _day("next_visit_on", gettext_lazy("Next visit"), read_only=True),
    _text("note", gettext_lazy("Note"), 300, "备注", **OUT),
)

HOUSE = (
    _text(
        "number",
        gettext_lazy("House number"),
        40,
        "房屋编号",
        "房号",
        required=True,
        example="XY-3-302",
    ),
    GRID,
    _address("address", gettext_lazy("Address"), "地址", "房屋地址"),
    _of("use", gettext_lazy("Use"), "house_use", "用途", "房屋用途"),
    Column(
        "area_m2",
        gettext_lazy("Area in m²"),
        Kind.DECIMAL,
        aliases=("面积", "建筑面积", "面积（平方米）"),
    ),
    _person_name("owner_name", gettext_lazy("Owner"), "房主", "房主姓名", "产权人"),
    _phone("owner_phone", gettext_lazy("Owner's phone"), "房主电话", **OUT),
    _person_name("tenant_name", gettext_lazy("Tenant"), "承租人", **OUT),
    _phone("tenant_phone", gettext_lazy("Tenant's phone"), "承租人电话", **OUT),
    Column(
        "hazards",
        gettext_lazy("Hazards"),
        Kind.MANY,
        dictionary="house_hazard",
        aliases=("隐患类型", "隐患"),
    ),
    _degrees("lon", gettext_lazy("Longitude"), "经度"),
    _degrees("lat", gettext_lazy("Latitude"), "纬度"),
)

CARE = (
    Column(
        "person",
        gettext_lazy("Person"),
        Kind.REFERENCE,
        required=True,
        aliases=("身份证号", "身份证号码", "证件号码"),
        note=gettext_lazy("The identity number of somebody on record."),
        is_sensitive=True,
        parse=read_person,
        show=lambda row: row.person.name,
        mask=masking.mask_name,
    ),
    _of("kind", gettext_lazy("Kind of care"), "care_kind", "关爱类别", required=True),
    Column(
        "grid_name",
        gettext_lazy("Grid"),
        read_only=True,
        show=place_words,
    ),
    _of("level", gettext_lazy("Level"), "care_level", "等级"),
    _day("since", gettext_lazy("From"), "起始日期"),
    _day("until", gettext_lazy("To"), "截止日期", **OUT),
    _text("needs", gettext_lazy("What is needed"), 200, "需求", "帮扶需求"),
    _text("carer", gettext_lazy("Who looks after"), 60, "照料人", "帮扶人"),
    Column(
        "visit_every_days",
        gettext_lazy("Visit every (days)"),
        Kind.INTEGER,
        aliases=("走访间隔",),
        in_list=False,
    ),
)


# --- what somebody sees ---------------------------------------------------------------------


def _people(viewer: Viewer) -> QuerySet[Person]:
    return Person.objects.visible_to(viewer).select_related("household", "house")


def _households(viewer: Viewer) -> QuerySet[Household]:
    return Household.objects.visible_to(viewer).select_related("head", "house")


def _care(viewer: Viewer) -> QuerySet[CareEntry]:
    return CareEntry.objects.visible_to(viewer).select_related("person")


def find_care(planned: Any, viewer: Viewer) -> dict[int, CareEntry]:
    """The live entry of the same person and kind, by row number; one statement."""
    wanted = {
        (row.values["person"].pk, row.values["kind"]): row.number
        for row in planned
        if row.values.get("person") and row.values.get("kind")
    }
    rows = _care(viewer).filter(ended_on__isnull=True)
    rows = rows.filter(person_id__in={key[0] for key in wanted})
    return {
        wanted[entry.person_id, entry.kind]: entry
        for entry in rows
        if (entry.person_id, entry.kind) in wanted
    }


COMMON: dict[str, Any] = {
    "readers": base.READERS,
    "writers": base.WRITE,
    "group": SIX,
    "is_personal": True,
}
add(
    Register(
        key="people",
        model=Person,
        label=pgettext_lazy("register", "Person"),
        plural=gettext_lazy("People"),
        columns=PERSON,
        natural_key=("identity_no",),
        save=people.save_person,
        visible=_people,
        filters=PersonFilter,
        facets=("grid", "residence", "care", "politics"),
        find=people.find_people,
        check=people.check_people,
        save_many=people.save_people,
        remove=remove_person,
        icon="people",
        about=gettext_lazy(
            "Everybody once. Names, numbers, phones and addresses are masked; "
            "showing them asks a reason and leaves a record."
        ),
        **COMMON,
    ),
    Register(
        key="households",
        model=Household,
        label=pgettext_lazy("register", "Household"),
        plural=pgettext_lazy("register", "Households"),
        columns=HOUSEHOLD,
        natural_key=("number",),
        save=keeping.save_household,
        visible=_households,
        filters=HouseholdFilter,
        facets=("grid", "due", "needs", "care"),
        page=lambda row: f"/households/{row.pk}/",
        icon="house-heart",
        **COMMON,
    ),
    Register(
        key="houses",
        model=House,
        label=pgettext_lazy("register", "House"),
        plural=gettext_lazy("Houses"),
        columns=HOUSE,
        natural_key=("number",),
        save=keeping.save_house,
        visible=base.visible(House),
        filters=HouseFilter,
        facets=("grid", "use", "hazard"),
        icon="building",
        **COMMON,
    ),
    Register(
        key="care",
        model=CareEntry,
        label=gettext_lazy("Care entry"),
        plural=gettext_lazy("Care list"),
        columns=CARE,
        natural_key=("person", "kind"),
        save=keeping.save_care,
        visible=_care,
        filters=CareFilter,
        facets=("grid", "kind", "level"),
        find=find_care,
        icon="heart",
        about=gettext_lazy(
            "Who needs somebody to look in: elders living alone, disabled people, children in "
            "difficulty, low income. No medical or criminal lists."
        ),
        **COMMON,
    ),
)


def _unmask(key: str) -> Any:
    return lambda row: reverse("unmask_record", args=[key, row.pk])


for _key in ("people", "households", "houses", "care"):
    panels.tell_unmask(_key, _unmask(_key))
FOLDER = "grids/persons/panels"
panels.add(
    "people",
    Panel(f"{FOLDER}/care.html", about_care, 10),
    Panel(f"{FOLDER}/merges.html", about_merges, 20),
    Panel(f"{FOLDER}/access.html", about_access, 90),
)
panels.add_link(
    "people",
    Link(
        gettext_lazy("Household"),
        "house-heart",
        lambda row: reverse("household", args=[row.household_id]),
        shows=lambda row: row.household_id is not None,
    ),
)
panels.add_list_link(
    "people",
    Link(
        gettext_lazy("Find by number"),
        "search",
        lambda _row: reverse("people_find"),
        base.WRITE,
    ),
    Link(
        gettext_lazy("Doubles"),
        "people",
        lambda _row: reverse("merge_desk"),
        merging.DESK,
    ),
)
