"""MAY WE: pure decisions on the law and on the firm's own policy.

Dated rules, written as data, say whether a person may be contacted on a channel, for a
purpose, at an instant; a refusal names its rule, since when it stands and where it comes
from. Not legal advice: the rules are shown with their sources so that they can be checked.
"""
