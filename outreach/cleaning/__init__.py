"""HYGIENE: raw rows of a file become drafts of contacts.

Pure: a row, a mapping and the conventions of the workspace come in, a draft comes
out. A bad cell is set aside with its reason and keeps its row; what cleaning
changed stays known in its original form.
"""
