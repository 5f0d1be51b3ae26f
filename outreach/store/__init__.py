"""The contact base and the event log, on SQLite or PostgreSQL.

SQL lives here and nowhere else: no other room knows a table or a condition. One
module per noun, one method per act, each act one transaction. `schema.py` is the
whole schema and says why each table and column exists.
"""
