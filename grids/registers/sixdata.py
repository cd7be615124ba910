"""The registers of places 地, objects 物, sentiment notes 情 and organisations 组织."""

from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from governance.core.registers import Column, Kind, Register, add
from grids.actions import sixdata as actions
from grids.models import Organisation, Place, PublicObject, Sentiment
from grids.registers import base
from grids.registers.sixdata_rules import (
    ObjectFilters,
    OrganisationFilters,
    PlaceFilters,
    SentimentFilters,
    check_positions,
    department,
    find_objects,
    find_organisations,
    find_places,
    find_sentiments,
    outline,
    owner,
    owner_words,
    passed_words,
    shape_words,
)

SIX = gettext_lazy("Six data")
CRS = (
    ("wgs84", "WGS84"),
    ("cgcs2000", "CGCS2000"),
    ("gcj02", "GCJ-02"),
    ("bd09", "BD-09"),
)


# --- columns that several share -------------------------------------------------------------

GRID = Column(
    "grid",
    gettext_lazy("Grid"),
    Kind.GRID,
    note=gettext_lazy("Code, or names from the town down. Empty: found by position."),
    aliases=("所属网格", "网格编码", "网格名称", "所在网格"),
)
ADDRESS = Column(
    "address",
    gettext_lazy("Address"),
    max_length=200,
    aliases=("地址", "详细地址", "位置", "所在位置", "经营地址", "住所"),
)
NOTE = Column(
    "note",
    gettext_lazy("Note"),
    max_length=300,
    in_list=False,
    aliases=("备注", "说明"),
)
POSITION = (
    Column(
        "lon",
        gettext_lazy("Longitude"),
        Kind.DECIMAL,
        in_list=False,
        note=gettext_lazy("Degrees, such as 112.0439"),
        example="112.0439",
        aliases=("经度", "x", "lng", "lon", "longitude"),
    ),
    Column(
        "lat",
        gettext_lazy("Latitude"),
        Kind.DECIMAL,
        in_list=False,
        note=gettext_lazy("Degrees, such as 22.9282"),
        example="22.9282",
        aliases=("纬度", "y", "lat", "latitude"),
    ),
    Column(
        "crs",
        gettext_lazy("Datum"),
        Kind.CHOICE,
        choices=CRS,
        in_list=False,
        note=gettext_lazy("Of longitude and latitude; kept as WGS84."),
        aliases=("坐标系", "坐标系统"),
        show=lambda row: "WGS84" if row.has_position else "",
    ),
)


def _name(*aliases: str, max_length: int = 80) -> Column:
    return Column(
        "name",
        pgettext_lazy("thing", "Name"),
        required=True,
        max_length=max_length,
        aliases=("名称", *aliases),
    )


PLACE_COLUMNS = (
    Column(
        "code",
        gettext_lazy("Number"),
        max_length=40,
        note=gettext_lazy("Its number where the list comes from; may be empty."),
        aliases=("编号", "编码", "场所编号", "点位编号", "隐患点编号", "统一编号"),
    ),
    _name("场所名称", "地名", "点位名称", "隐患点名称"),
    Column(
        "kind",
        gettext_lazy("Kind"),
        Kind.DICTIONARY,
        required=True,
        dictionary="place_kind",
        aliases=("类别", "类型", "场所类别", "场所类型"),
    ),
    ADDRESS,
    GRID,
    Column(
        "caretaker",
        gettext_lazy("Looked after by"),
        max_length=60,
        aliases=("责任单位", "管护单位", "管理单位", "责任人单位"),
    ),
    *POSITION,
    Column(
        "shape",
        gettext_lazy("Outline"),
        Kind.LONG_TEXT,
        in_list=False,
        in_file=False,
        note=gettext_lazy("GeoJSON polygon in WGS84"),
        parse=outline,
        show=shape_words,
    ),
    NOTE,
)

OBJECT_COLUMNS = (
    Column(
        "code",
        gettext_lazy("Component code"),
        required=True,
        max_length=16,
        note=gettext_lazy("16 digits: 6 division, 2 class, 2 subclass, 6 number."),
        example="4453020113000001",
        aliases=("部件标识码", "部件编码", "编码", "编号", "标识码"),
    ),
    Column(
        "kind",
        gettext_lazy("Class"),
        Kind.DICTIONARY,
        dictionary="object_class",
        read_only=True,
        note=gettext_lazy("Follows from the code."),
    ),
    _name("部件名称"),
    Column(
        "state",
        gettext_lazy("State"),
        Kind.CHOICE,
        choices=PublicObject.State.choices,
        aliases=("状态", "部件状态", "完好状态"),
    ),
    Column(
        "owner_unit",
        gettext_lazy("Owner unit"),
        max_length=80,
        parse=owner,
        show=owner_words,
        note=gettext_lazy("A department, or the name of another unit."),
        aliases=("权属单位", "主管部门", "养护单位", "责任单位"),
    ),
    ADDRESS,
    GRID,
    Column(
        "placed_on",
        gettext_lazy("Put up on"),
        Kind.DATE,
        in_list=False,
        aliases=("设置日期", "建设日期", "初始时间"),
    ),
    *POSITION,
    NOTE,
)

SENTIMENT_COLUMNS = (
    Column(
        "text",
        gettext_lazy("What was said"),
        Kind.LONG_TEXT,
        required=True,
        max_length=2000,
        aliases=("内容", "民情内容", "反映内容", "诉求内容"),
    ),
    Column(
        "kind",
        gettext_lazy("Kind"),
        Kind.DICTIONARY,
        required=True,
        dictionary="sentiment_kind",
        aliases=("类别", "民情类别"),
    ),
    Column(
        "source",
        gettext_lazy("Heard through"),
        Kind.DICTIONARY,
        required=True,
        dictionary="sentiment_source",
        aliases=("来源", "收集渠道", "信息来源"),
    ),
    Column(
        "source_no",
        gettext_lazy("Number in the source"),
        max_length=40,
        in_list=False,
        aliases=("来源编号", "工单号", "编号"),
    ),
    Column(
        "heard_on",
        gettext_lazy("Heard on"),
        Kind.DATE,
        aliases=("收集日期", "日期", "反映日期"),
    ),
    Column(
        "share_count",
        gettext_lazy("How many share it"),
        Kind.INTEGER,
        aliases=("涉及人数", "反映人数"),
    ),
    Column(
        "tendency",
        gettext_lazy("Tendency"),
        Kind.CHOICE,
        choices=Sentiment.Tendency.choices,
        aliases=("倾向", "情绪倾向"),
    ),
    Column(
        "state",
        gettext_lazy("State"),
        Kind.CHOICE,
        choices=Sentiment.State.choices,
        aliases=("状态", "办理状态"),
    ),
    Column(
        "passed_unit",
        gettext_lazy("Passed on to"),
        parse=department,
        show=passed_words,
        aliases=("转办部门", "转交部门"),
    ),
    Column(
        "done",
        gettext_lazy("What was done"),
        Kind.LONG_TEXT,
        max_length=2000,
        in_list=False,
        aliases=("处理情况", "办理情况"),
    ),
    GRID,
    Column(
        "contact",
        gettext_lazy("Who said it, and phone"),
        is_sensitive=True,
        in_list=False,
        max_length=100,
        note=gettext_lazy("May be left empty; kept encrypted."),
        aliases=("联系方式", "反映人", "联系人"),
    ),
)

ORGANISATION_COLUMNS = (
    Column(
        "credit_code",
        gettext_lazy("Credit code"),
        Kind.CREDIT_CODE,
        max_length=18,
        note=gettext_lazy("18 characters, GB 32100; empty while unknown."),
        example="91445302MA4W0000X7",
        aliases=("统一社会信用代码", "信用代码", "社会信用代码", "统一信用代码"),
    ),
    _name("单位名称", "组织名称", "企业名称", "机构名称", max_length=100),
    Column(
        "kind",
        gettext_lazy("Kind"),
        Kind.DICTIONARY,
        required=True,
        dictionary="organisation_kind",
        aliases=("类别", "组织类别", "企业类型", "单位类型", "组织类型"),
    ),
    Column(
        "two_new",
        gettext_lazy("Two-new organisation"),
        Kind.CHOICE,
        choices=Organisation.TwoNew.choices[1:],
        aliases=("两新组织", "两新类别"),
    ),
    ADDRESS,
    GRID,
    Column(
        "legal_representative",
        gettext_lazy("Legal representative"),
        is_sensitive=True,
        max_length=60,
        in_list=False,
        aliases=("法定代表人", "法人", "负责人", "法人代表"),
    ),
    Column(
        "phone",
        gettext_lazy("Phone"),
        Kind.PHONE,
        is_sensitive=True,
        in_list=False,
        aliases=("联系电话", "电话", "手机", "联系方式"),
    ),
    Column(
        "staff_count",
        pgettext_lazy("headcount", "Staff"),
        Kind.INTEGER,
        aliases=("员工数", "从业人数", "职工人数", "从业人员"),
    ),
    Column(
        "has_party_body",
        gettext_lazy("Party body"),
        Kind.YES_NO,
        aliases=("有无党组织", "党组织", "是否建立党组织"),
    ),
    Column(
        "has_union",
        gettext_lazy("Union"),
        Kind.YES_NO,
        in_list=False,
        aliases=("有无工会", "工会"),
    ),
    Column(
        "has_youth_league",
        gettext_lazy("Youth League body"),
        Kind.YES_NO,
        in_list=False,
        aliases=("有无团组织", "团组织"),
    ),
    Column(
        "has_women_body",
        gettext_lazy("Women's body"),
        Kind.YES_NO,
        in_list=False,
        aliases=("有无妇联", "妇联", "妇女组织"),
    ),
    *POSITION,
    NOTE,
)


# --- declarations ---------------------------------------------------------------------------


def _with(model: type[Any], *joined: str) -> Any:
    rows = base.visible(model)
    return lambda viewer: rows(viewer).select_related(*joined)


add(
    Register(
        key="places",
        title="name",
        model=Place,
        label=pgettext_lazy("six data", "place"),
        plural=pgettext_lazy("six data", "places"),
        columns=PLACE_COLUMNS,
        natural_key=("code",),
        save=actions.save_place,
        visible=base.visible(Place),
        filters=PlaceFilters,
        readers=base.READ,
        writers=base.WRITE,
        icon="signpost-2",
        group=SIX,
        facets=(
            "grid",
            "kind",
        ),
        find=find_places,
        check=check_positions,
        about=gettext_lazy("Roads, ponds, schools, markets, hazard points."),
    ),
    Register(
        key="objects",
        model=PublicObject,
        label=pgettext_lazy("six data", "object"),
        plural=pgettext_lazy("six data", "objects"),
        columns=OBJECT_COLUMNS,
        natural_key=("code",),
        save=actions.save_object,
        visible=_with(PublicObject, "owner"),
        filters=ObjectFilters,
        readers=base.READ,
        writers=base.WRITE,
        icon="box-seam",
        group=SIX,
        facets=("grid", "kind", "state"),
        find=find_objects,
        check=check_positions,
        about=gettext_lazy("Covers, lamps, signs, trees: components of the town."),
    ),
    Register(
        key="sentiments",
        model=Sentiment,
        label=gettext_lazy("sentiment note"),
        plural=gettext_lazy("sentiment notes"),
        columns=SENTIMENT_COLUMNS,
        natural_key=("source", "source_no"),
        save=actions.save_sentiment,
        visible=_with(Sentiment, "passed_to"),
        filters=SentimentFilters,
        readers=base.READ,
        writers=base.WRITE,
        icon="chat-heart",
        group=SIX,
        facets=("grid", "kind", "tendency", "state"),
        find=find_sentiments,
        about=gettext_lazy("What people say, how many share it, what was done."),
    ),
    Register(
        key="organisations",
        model=Organisation,
        label=gettext_lazy("organisation"),
        plural=gettext_lazy("organisations"),
        columns=ORGANISATION_COLUMNS,
        natural_key=("credit_code",),
        save=actions.save_organisation,
        visible=base.visible(Organisation),
        filters=OrganisationFilters,
        readers=base.READ,
        writers=base.WRITE,
        icon="building",
        group=SIX,
        facets=("grid", "kind", "two_new", "has_party_body"),
        title="name",
        find=find_organisations,
        check=check_positions,
        about=gettext_lazy("Enterprises, shops, social organisations, institutions."),
    ),
)
