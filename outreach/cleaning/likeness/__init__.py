"""The same person or firm, written differently: which contacts are likely one, and why.

`finding.find_duplicates` is the way in. A base (`base.py`) is brought into the forms that are
compared (`forms.py`, `prepared.py`); keys bring likely pairs together (`blocking.py`); each field
says in bits what it makes of a pair (`evidence.py`, names in `naming.py`); the sum is a
likelihood (`scoring.py`); likely pairs become groups that do not chain (`grouping.py`) and are
explained (`reasons.py`).
"""
