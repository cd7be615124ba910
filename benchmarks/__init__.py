"""Measures of the bars: counts, and ratios of two things interleaved in one run.

Absolute times mean nothing on a shared machine, so none is a target. `make bench` measures all
bars and prints one table; `make bench-p6` one. The data lie in databases of their own beside the
demo's (`onegrid_bench_…`), made when missing and kept.
"""
