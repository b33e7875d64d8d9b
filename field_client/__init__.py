"""The collector's laptop: receives its day, records visits with no network, sends them later."""
