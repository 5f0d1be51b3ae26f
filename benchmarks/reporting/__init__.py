"""Parts of `benchmarks/report.py`: events laid by the million, and the plain SQL beside it."""
