"""What a built `ronda` starts with. Knows no command."""

from sync.cli import main

main()
