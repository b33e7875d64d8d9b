"""A model of several laptops, an office, a network, disks and clocks, run from a seed. See README.md."""
