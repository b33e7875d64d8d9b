"""Whom sync is measured against, each started on loopback in a process of its own."""
