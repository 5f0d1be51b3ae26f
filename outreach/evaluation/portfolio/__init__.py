"""The portfolio: who the customers are, who the prospects are, and what is to be done. Pure.

`classes` ranks customers (ABC, RFM, the crossed matrix), `loyalty` says who stays, `prospects`
watches the stock that tomorrow's turnover comes from, `worth` and `buying` look ahead, `review`
gives the verdict and sorts the actions. Money is in units of the currency, rates are fractions
of 1. Source: domain notes B0, B8, B11–B13.
"""
