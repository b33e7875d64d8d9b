"""The labelled sentences and the figures of the wording rules on them."""
