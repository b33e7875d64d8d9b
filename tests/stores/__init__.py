"""One contract suite for the office's statements, on both engines."""
