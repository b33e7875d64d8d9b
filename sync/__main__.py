"""`python -m sync` is `ronda`: for a machine where the script is not on the path."""

from .cli import main

if __name__ == "__main__":
    main(prog_name="ronda")
