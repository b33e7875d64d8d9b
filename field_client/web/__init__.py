"""The laptop's pages: each parses, calls one gerund and renders. No page decides anything."""
