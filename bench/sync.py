"""`python bench/sync.py [--json] [--quick] [--full]`: every figure of sync with its peers, in one run."""

import sys
from pathlib import Path

# This file's folder would come first, and in it `sync` is this very file instead of the package.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

if __name__ == "__main__":
    from bench.command import main

    main()
