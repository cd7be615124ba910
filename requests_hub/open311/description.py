"""The endpoint described as OpenAPI 3, for programs and for the tests that drive it.

Each address is there twice, for XML and for JSON. The shapes are those of `shapes`; XML has the
same names with the standard's tags around a list.
"""

from typing import Any

from requests_hub.open311.params import LONGEST_SPAN, MOST

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
DEGREES: Schema = {"type": "number", "nullable": True}
STATUS: Schema = {"type": "string", "enum": ["open", "closed"]}
TYPES = {"xml": "text/xml", "json": "application/json"}
LONGEST_TEXT = 4000
JURISDICTION = "The district's code; may be left out where there is one district."


def _object(about: str, optional: tuple[str, ...] = (), **fields: Schema) -> Schema:
    needed = [name for name in fields if name not in optional]
    found: Schema = {"type": "object", "description": about, "properties": fields}
    return {**found, "additionalProperties": False, "required": needed}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: dict[str, Schema] = {
    "Error": _object(
        "What is wrong; `code` may be finer than the status.",
        code={"type": "integer"},
        description=TEXT,
    ),
    "Discovery": _object(
        "Where the endpoint is.",
        changeset=MOMENT,
        contact=TEXT,
        key_service=TEXT,
        endpoints=_list(
            _object(
                "One endpoint.",
                specification=TEXT,
                url=TEXT,
                changeset=MOMENT,
                type={"type": "string", "enum": ["production", "test"]},
                formats=_list({"type": "string", "enum": [*TYPES.values()]}),
            )
        ),
    ),
    "Service": _object(
        "One kind of request.",
        service_code=TEXT,
        service_name=TEXT,
        description=TEXT,
        metadata={"type": "boolean"},
        type={"type": "string", "enum": ["realtime", "batch", "blackbox"]},
        keywords=TEXT,
        group=TEXT,
    ),
    "ServiceDefinition": _object(
        "What a service asks.",
        service_code=TEXT,
        attributes=_list(
            _object(
                "One question; with `variable` false a notice only.",
                variable={"type": "boolean"},
                code=TEXT,
                datatype={
                    "type": "string",
                    "enum": [
                        "string",
                        "number",
                        "datetime",
                        "text",
                        "singlevaluelist",
                        "multivaluelist",
                    ],
                },
                required={"type": "boolean"},
                datatype_description=TEXT,
                order={"type": "integer"},
                description=TEXT,
                values=_list(_object("One answer.", key=TEXT, name=TEXT)),
            )
        ),
    ),
    "Request": _object(
        "One request as anybody may know it; moments are empty where there is none.",
        service_request_id=TEXT,
        status=STATUS,
        status_notes=TEXT,
        service_name=TEXT,
        service_code=TEXT,
        description=TEXT,
        agency_responsible=TEXT,
        service_notice=TEXT,
        requested_datetime=MOMENT,
        updated_datetime=MOMENT,
        expected_datetime={"anyOf": [MOMENT, {"type": "string", "enum": [""]}]},
        address=TEXT,
        address_id=TEXT,
        zipcode=TEXT,
        lat=DEGREES,
        long=DEGREES,
        media_url=TEXT,
    ),
    "Receipt": _object(
        "A number or a token, never both; a black box gives neither.",
        ("service_request_id", "token"),
        service_request_id=TEXT,
        token=TEXT,
        service_notice=TEXT,
        account_id=TEXT,
    ),
    "Token": _object(
        "The number is empty while there is none.", service_request_id=TEXT, token=TEXT
    ),
    "Update": _object(
        "One thing that happened.",
        update_id=TEXT,
        service_request_id=TEXT,
        status=TEXT,
        updated_datetime=MOMENT,
        description=TEXT,
        media_url=TEXT,
    ),
    "UpdateReceipt": _object("That it was taken.", update_id=TEXT),
}


# --- Parameters and bodies ----------------------------------------------------------------


def _query(name: str, about: str, schema: Schema | None = None) -> Schema:
    return {
        "name": name,
        "in": "query",
        "description": about,
        "schema": schema or TEXT,
    }


def _in_path(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


WHERE = _query("jurisdiction_id", JURISDICTION)
SPAN = f"At most {LONGEST_SPAN.days} days; without dates the last {LONGEST_SPAN.days}."
DATES = [_query("start_date", SPAN, MOMENT), _query("end_date", SPAN, MOMENT)]
KEY = _query("api_key", "Or the header X-API-Key.")
KEY_HEADER = {"name": "X-API-Key", "in": "header", "schema": TEXT}
REPEAT = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key gives the first answer again.",
    "schema": TEXT,
}
FILTERS = [
    WHERE,
    _query("service_request_id", "Numbers with commas; overrides the others."),
    _query("service_code", "Codes with commas."),
    *DATES,
    _query("status", "open, closed or both with a comma."),
    _query("page", "Extension.", {"type": "integer", "minimum": 1, "maximum": 10_000}),
    _query(
        "page_size", "Extension.", {"type": "integer", "minimum": 1, "maximum": MOST}
    ),
]
PLACES = (("lat", "long"), ("address_string",), ("address_id",))
DEGREE: Schema = {"type": "number"}
REPORT: Schema = {
    "type": "object",
    "description": "And `attribute[code]` for what the service asks. One form of location is "
    "needed: lat and long, address_string or address_id.",
    "required": ["service_code"],
    "anyOf": [{"required": [*names]} for names in PLACES],
    "properties": {
        "api_key": TEXT,
        "jurisdiction_id": TEXT,
        "service_code": TEXT,
        "lat": {**DEGREE, "minimum": -90, "maximum": 90},
        "long": {**DEGREE, "minimum": -180, "maximum": 180},
        "address_string": {"type": "string", "minLength": 1, "maxLength": 200},
        "address_id": TEXT,
        "email": {"type": "string", "format": "email"},
        "device_id": TEXT,
        "account_id": TEXT,
        "first_name": TEXT,
        "last_name": TEXT,
        "phone": TEXT,
        "description": {"type": "string", "maxLength": LONGEST_TEXT},
        "media_url": TEXT,
    },
}
UPDATE: Schema = {
    "type": "object",
    "description": "About a request that the program itself sent.",
    "required": [
        "service_request_id",
        "update_id",
        "status",
        "updated_datetime",
        "description",
    ],
    "properties": {
        "api_key": TEXT,
        "jurisdiction_id": TEXT,
        "service_request_id": TEXT,
        "update_id": TEXT,
        "status": TEXT,
        "updated_datetime": MOMENT,
        "description": {
            "type": "string",
            "minLength": 1,
            "maxLength": LONGEST_TEXT,
        },
    },
}


# --- Operations ---------------------------------------------------------------------------


def _answer(about: str, schema: Schema, fmt: str) -> Schema:
    # OpenAPI has no way to say the root tag of a list: XML is told by its type alone
    content = {"schema": schema} if fmt == "json" else {}
    return {"description": about, "content": {TYPES[fmt]: content}}


def _operation(fmt: str, name: str, about: str, shape: Schema, **more: Any) -> Schema:
    """One operation; `more` has parameters, body, what it refuses besides and its success."""
    refusals = {
        "400": "Something in the call is wrong.",
        "404": "There is no such jurisdiction, service, request or token.",
        **more.get("refuses", {}),
    }
    errors = _list(_ref("Error"))
    good = more.get("good", ("200",))
    found: Schema = {
        "operationId": f"open311_{name}_{fmt}",
        "summary": about,
        "parameters": more.get("parameters", [WHERE]),
        "responses": {
            **{code: _answer(about, shape, fmt) for code in good},
            **{code: _answer(words, errors, fmt) for code, words in refusals.items()},
        },
    }
    if "body" in more:
        kinds = ("application/x-www-form-urlencoded", "multipart/form-data")
        content = {kind: {"schema": more["body"]} for kind in kinds}
        found["requestBody"] = {"required": True, "content": content}
    return found


KEYED = {"403": "A good api_key is needed."}
COUNTED = {**KEYED, "429": "More than the program's limit; see Retry-After."}
TAKEN = ("200", "201")


def _paths(fmt: str) -> Schema:
    rows = _list(_ref("Request"))
    return {
        f"/discovery.{fmt}": {
            "get": _operation(
                fmt, "discovery", "Discovery", _ref("Discovery"), parameters=[]
            )
        },
        f"/services.{fmt}": {
            "get": _operation(fmt, "services", "Services", _list(_ref("Service")))
        },
        f"/services/{{service_code}}.{fmt}": {
            "get": _operation(
                fmt,
                "definition",
                "What a service asks",
                _ref("ServiceDefinition"),
                parameters=[_in_path("service_code"), WHERE],
            )
        },
        f"/requests.{fmt}": {
            "get": _operation(fmt, "requests", "Requests", rows, parameters=FILTERS),
            "post": _operation(
                fmt,
                "report",
                "A new request",
                _list(_ref("Receipt")),
                parameters=[KEY_HEADER, REPEAT],
                body=REPORT,
                refuses=COUNTED,
                good=TAKEN,
            ),
        },
        f"/requests/{{service_request_id}}.{fmt}": {
            "get": _operation(
                fmt,
                "request",
                "One request, as a list of one",
                rows,
                parameters=[_in_path("service_request_id"), WHERE],
            )
        },
        f"/tokens/{{token}}.{fmt}": {
            "get": _operation(
                fmt,
                "token",
                "The number behind a token",
                _list(_ref("Token")),
                parameters=[_in_path("token"), WHERE],
            )
        },
        f"/servicerequestupdates.{fmt}": {
            "get": _operation(
                fmt,
                "updates",
                "What happened",
                _list(_ref("Update")),
                parameters=[KEY, KEY_HEADER, WHERE, *DATES],
                refuses=KEYED,
            ),
            "post": _operation(
                fmt,
                "update",
                "Something new about a request",
                _list(_ref("UpdateReceipt")),
                parameters=[KEY_HEADER],
                body=UPDATE,
                refuses=COUNTED,
                good=TAKEN,
            ),
        },
    }


def description(base: str) -> Schema:
    """The whole description; `base` is the endpoint's address."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "Open311 GeoReport v2", "version": "2"},
        "servers": [{"url": base}],
        "paths": {**_paths("json"), **_paths("xml")},
        "components": {"schemas": SCHEMAS},
    }
