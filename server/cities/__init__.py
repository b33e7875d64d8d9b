"""City packages: an OpenStreetMap extract made into roads, addresses and tiles. Each builder stands alone."""
