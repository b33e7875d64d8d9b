"""A model of several laptops, an office, a network, disks and clocks, run from a seed.

`python -m tests.model --runs 1000` runs it; `steps.STEPS` says what can happen, `holds` what must hold.
"""
