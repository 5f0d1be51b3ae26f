"""How much: from a goal to the effort it asks for. Pure: no store, no clock.

`habits` says what one deal takes here, and where each figure comes from; `effort` goes
from the goal to prospects, touches and hours.
"""
