"""Benchmarks: each module measures the running product and writes its figures to $BENCH_OUT."""
