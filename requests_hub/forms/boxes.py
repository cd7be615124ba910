"""Boxes over a picture, as numbers: what a script draws and what a keyboard writes."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from governance.core.actions.redaction import Box
from governance.core.errors import Invalid

NAMES = ("x", "y", "width", "height")


def read_boxes(data: QueryDict) -> list[Box]:
    """The boxes of parallel lists `x`, `y`, `width`, `height`; rows left empty are skipped.

    Raises:
        Invalid: with field "boxes"; a number is missing or is none.
    """
    columns = [data.getlist(name) for name in NAMES]
    boxes: list[Box] = []
    for n, cells in enumerate(zip(*columns, strict=False), 1):
        texts = [cell.strip() for cell in cells]
        if not any(texts):
            continue
        try:
            x, y, width, height = (round(float(text)) for text in texts)
        except (ValueError, OverflowError) as error:
            words = _("Box %(n)s needs four whole numbers of pixels.") % {"n": n}
            raise Invalid(fields={"boxes": [words]}) from error
        boxes.append((x, y, width, height))
    return boxes
