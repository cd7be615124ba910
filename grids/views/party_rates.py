"""The five rates: table and map of a level, the list behind each figure, Excel and paper."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from governance.core.errors import NotHere
from grids import party_rate_pages as pages
from grids import party_rates
from grids.models import Grid
from grids.views.access import signed_in, staff
from grids.views.party import READ

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _workbook(name: str, data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@staff(*READ)
@require_safe
def rates(http: HttpRequest) -> HttpResponse:
    """Every grid of a level with its five rates, and one of them on the map."""
    context = pages.rates(signed_in(http), http.GET)
    return render(http, "grids/party/rates.html", context)


@staff(*READ)
@require_safe
def export(http: HttpRequest) -> HttpResponse:
    """The same table as an Excel file."""
    return _workbook("five-rates", pages.rates_workbook(signed_in(http), http.GET))


@staff(*READ)
@require_safe
def paper(http: HttpRequest) -> HttpResponse:
    """The same table on A4."""
    context = pages.rates(signed_in(http), http.GET, is_whole=True)
    return render(http, "grids/party/rates_print.html", context)


@staff(*READ)
@require_safe
def shortfalls(http: HttpRequest, code: str, rate: str) -> HttpResponse:
    """The grids or units below one grid that fall short of one rate."""
    grid = get_object_or_404(Grid, code=code)
    if rate not in party_rates.BY_CODE or not pages.may_see(signed_in(http), grid):
        raise NotHere("")
    context = pages.shortfalls(grid, party_rates.BY_CODE[rate], http.GET)
    if http.GET.get("format") == "xlsx":
        return _workbook(f"short-{code}-{rate}", pages.shortfalls_workbook(context))
    return render(http, "grids/party/shortfalls.html", context)
