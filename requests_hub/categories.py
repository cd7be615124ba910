"""The tree of what requests are about, by the one name of its dictionary."""

CATEGORIES = "request_category"
