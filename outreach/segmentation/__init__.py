"""WHO: the expression language of segments, `where` and `when`.

    text ─parsing→ raw tree ─checking→ Condition ─predicate→ yes or no about one person
                                           └─ store/conditions.py → SQL

SQL's WHERE clause and nothing else of SQL. The meaning is `predicate`'s; SQL is
held to it by property tests on both databases.
"""
