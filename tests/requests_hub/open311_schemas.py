"""JSON schemas of GeoReport v2, written from the field tables of the standard.

Source: http://wiki.open311.org/GeoReport_v2/ and its service discovery page. The tables leave two
things open that clients settle: identifiers are texts, and every key is always there.
"""

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
FILLED: dict[str, Any] = {"type": "string", "minLength": 1}
FLAG: dict[str, Any] = {"type": "boolean"}
DEGREES: dict[str, Any] = {"type": ["number", "null"]}
W3C = (
    r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"  # with its zone
)
MOMENT: dict[str, Any] = {"type": "string", "pattern": W3C}
MOMENT_OR_NOT: dict[str, Any] = {"type": "string", "pattern": f"^$|{W3C}"}


def _all(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": sorted(properties),
        "additionalProperties": False,
    }


def _some(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {**_all(properties), "required": list(required)}


def _list(of: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": of, "minItems": least}


SERVICES = _list(
    _all(
        {
            "service_code": FILLED,
            "service_name": FILLED,
            "description": TEXT,
            "metadata": FLAG,
            "type": {"enum": ["realtime", "batch", "blackbox"]},
            "keywords": TEXT,
            "group": TEXT,
        }
    ),
    least=1,
)
DEFINITION = _all(
    {
        "service_code": FILLED,
        "attributes": _list(
            _all(
                {
                    "variable": FLAG,
                    "code": FILLED,
                    "datatype": {
                        "enum": [
                            "string",
                            "number",
                            "datetime",
                            "text",
                            "singlevaluelist",
                            "multivaluelist",
                        ]
                    },
                    "required": FLAG,
                    "datatype_description": TEXT,
                    "order": {"type": "integer", "minimum": 1},
                    "description": FILLED,
                    "values": _list(_all({"key": FILLED, "name": FILLED})),
                }
            )
        ),
    }
)
REQUESTS = _list(
    _all(
        {
            "service_request_id": FILLED,
            "status": {"enum": ["open", "closed"]},
            "status_notes": TEXT,
            "service_name": TEXT,
            "service_code": TEXT,
            "description": TEXT,
            "agency_responsible": TEXT,
            "service_notice": TEXT,
            "requested_datetime": MOMENT,
            "updated_datetime": MOMENT,
            "expected_datetime": MOMENT_OR_NOT,
            "address": TEXT,
            "address_id": TEXT,
            "zipcode": TEXT,
            "lat": DEGREES,
            "long": DEGREES,
            "media_url": TEXT,
        }
    )
)
RECEIPT = {
    **_list(
        _some(
            {
                "service_request_id": FILLED,
                "token": FILLED,
                "service_notice": TEXT,
                "account_id": TEXT,
            },
            "service_notice",
            "account_id",
        ),
        least=1,
    ),
    "items": {
        **_some(
            {
                "service_request_id": FILLED,
                "token": FILLED,
                "service_notice": TEXT,
                "account_id": TEXT,
            }
        ),
        # one of the two, never both
        "not": {"required": ["service_request_id", "token"]},
    },
}
TOKENS = _list(_all({"service_request_id": TEXT, "token": FILLED}), least=1)
ERRORS = _list(_all({"code": {"type": "integer"}, "description": FILLED}), least=1)
DISCOVERY = _all(
    {
        "changeset": MOMENT,
        "contact": FILLED,
        "key_service": FILLED,
        "endpoints": _list(
            _all(
                {
                    "specification": {"const": "http://wiki.open311.org/GeoReport_v2"},
                    "url": {"type": "string", "pattern": "^https?://.+[^/]$"},
                    "changeset": MOMENT,
                    "type": {"enum": ["production", "test"]},
                    "formats": _list(FILLED, least=2),
                }
            ),
            least=1,
        ),
    }
)
UPDATES = _list(
    _all(
        {
            "update_id": FILLED,
            "service_request_id": FILLED,
            "status": {"type": "string", "pattern": "^[A-Z_]+$"},
            "updated_datetime": MOMENT,
            "description": TEXT,
            "media_url": TEXT,
        }
    )
)
