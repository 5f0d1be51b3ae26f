"""WHEN: pure decisions on time.

Which step waits for which, when it falls due, when the calendar lets it leave,
how fast a sender may go. Nobody here looks at a clock or sleeps: `now` comes in
as a parameter, instants and waits go out as values.
"""
