"""What every test may ask for: the browser's fixtures. Knows no world."""

pytest_plugins = ["tests.browser"]
