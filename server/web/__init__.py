"""The office's pages: each module parses one noun's requests, calls one gerund and renders."""
