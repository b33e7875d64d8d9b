"""What the office's pages read, by noun: every query takes the reader's scope. Writes and decides nothing."""
