"""Rates, periods and formulas, against printed cases and awkward calendars."""

from datetime import date

import pytest

from governance.core.errors import Invalid
from requests_hub.assessment import formulas, indicators
from requests_hub.assessment.periods import Period, period_of
from requests_hub.assessment.shares import (
    Share,
    Weights,
    change,
    growth,
    one_decimal,
    three_rates,
)


def test_the_printed_case():
    """A city's printed bulletin: 972 due of 996 registered, 911 closed, 737 of them in time."""
    n = {"received": 996, "close_due": 972, "close_done": 911, "close_met": 737}
    rates = indicators.shares(n, Weights())
    assert round(rates["close_rate"].percent, 2) == 93.72
    assert round(rates["close_on_time"].percent, 2) == 75.82


def test_the_three_rates_count_basically_satisfied_as_nine_tenths():
    n = {
        "valid": 200,
        "contacted": 196,
        "solved": 180,
        "satisfied": 150,
        "basically": 30,
    }
    rates = three_rates(n, Weights())
    assert rates.satisfied.percent == pytest.approx((150 + 27) / 2)
    assert rates.contacted.percent == 98
    assert rates.solved.percent == 90
    assert rates.score == pytest.approx(0.30 * 98 + 0.35 * 90 + 0.35 * 88.5)


def test_without_a_base_there_is_no_figure():
    assert Share(0, 0).percent is None
    assert three_rates({}, Weights()).score is None
    assert change(None, 90.0) is None
    assert growth(5, 0) is None
    assert formulas.evaluate("closed / received", {"closed": 0, "received": 0}) is None
    assert formulas.evaluate("close_rate + 1", {"close_rate": None}) is None


def test_weights_must_add_up_to_100():
    with pytest.raises(ValueError, match="100"):
        Weights(30, 30, 30)


@pytest.mark.parametrize(
    ("kind", "first_day", "day", "first", "last"),
    [
        ("month", 26, "2026-11-23", "2026-10-26", "2026-11-25"),
        ("month", 26, "2026-11-26", "2026-11-26", "2026-12-25"),
        ("month", 26, "2027-01-03", "2026-12-26", "2027-01-25"),
        ("month", 1, "2028-02-11", "2028-02-01", "2028-02-29"),
        ("month", 28, "2026-03-27", "2026-02-28", "2026-03-27"),
        ("week", 1, "2027-01-01", "2026-12-28", "2027-01-03"),
        ("day", 1, "2026-11-23", "2026-11-23", "2026-11-23"),
    ],
)
def test_periods(kind, first_day, day, first, last):
    found = period_of(kind, date.fromisoformat(day), first_day)
    assert (found.first, found.last) == (
        date.fromisoformat(first),
        date.fromisoformat(last),
    )


@pytest.mark.parametrize(
    ("kind", "first_day", "day", "before", "year_before"),
    [
        ("month", 26, "2027-01-10", "2026-11-26/2026-12-25", "2025-12-26/2026-01-25"),
        ("month", 1, "2026-03-31", "2026-02-01/2026-02-28", "2025-03-01/2025-03-31"),
        ("month", 1, "2028-02-29", "2028-01-01/2028-01-31", "2027-02-01/2027-02-28"),
        ("week", 1, "2027-01-01", "2026-12-21/2026-12-27", "2025-12-29/2026-01-04"),
        ("day", 1, "2028-02-29", "2028-02-28/2028-02-28", "2027-02-28/2027-02-28"),
    ],
)
def test_what_a_period_is_compared_with(kind, first_day, day, before, year_before):
    period = period_of(kind, date.fromisoformat(day), first_day)
    for found, wanted in (
        (period.before(), before),
        (period.year_before(), year_before),
    ):
        assert f"{found.first}/{found.last}" == wanted


def test_a_running_month_is_compared_with_as_many_days():
    march = period_of("month", date(2026, 3, 5)).until(date(2026, 3, 30))
    assert march.days == 30
    assert march.before().like(march).days == 28
    assert march.like(Period("month", date(2026, 2, 1), date(2026, 2, 10))).days == 10


def test_formulas_reckon():
    values = {"close_rate": 90.0, "rework_rate": 2.0}
    text = "30 * close_rate / 100 + 20 × (1 － rework_rate ÷ 100)"
    assert formulas.evaluate(text, values) == pytest.approx(27 + 19.6)
    assert formulas.evaluate("min(100, -rework_rate + 200)", values) == 100


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("close_rate + nonsense", "nonsense"),
        ("__import__('os').system('true')", "__import__"),
        ("close_rate.real", "close_rate.real"),
        ("9 ** 9 ** 9", "9 ** 9"),
        ("'a' * 10", "'a'|a"),
        ("True + 1", "True"),
        ("1 +", "formula|公式"),
        ("(" * 90 + "1" + ")" * 90 + "+" * 300, "formula|公式"),
        ("-" * 60 + "1", "nested|嵌套"),
        ("[close_rate][0]", "close_rate"),
        ("lambda: 1", "lambda"),
        ("max()", "max"),
        ("", "500"),
    ],
)
def test_what_is_no_formula_is_refused_at_its_field(text, words):
    with pytest.raises(Invalid) as refused:
        formulas.check(text, indicators.LABELS)
    found = refused.value.fields["formula"][0]
    assert any(word in found for word in words.split("|")), found


def test_figures_are_rounded_and_not_cut_off():
    shown = [one_decimal(v) for v in (200 / 3, 99.96, 0.05, 0, 100.0, 93.7243, None)]
    assert shown == ["66.7", "100.0", "0.1", "0.0", "100.0", "93.7", "—"]


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("0.3*close_rate +", "“0.3*close_rate +”"),
        ("close_rate closed", "“closed”"),
        ("(close_rate * 2", "“(close_rate * 2”"),
    ],
)
def test_a_formula_that_cannot_be_read_names_the_place(formula, said):
    with pytest.raises(Invalid) as refused:
        formulas.check(formula, ["close_rate", "closed"])
    assert said in refused.value.fields["formula"][0]
