"""What came of it: tallies become rates, costs, intervals and a verdict. Pure.

The store counts (`store/tallies.py`), this room judges. Rates are exact fractions until
they are shown, None where their denominator is 0; money is in units of the currency.
"""
