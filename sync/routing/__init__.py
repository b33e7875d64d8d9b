"""A day's route of one agent, planned, checked and explained. Knows no store, no clock and no road.

Only `day` needs the solver (the extra `routing`), and imports it when it is called.
"""
