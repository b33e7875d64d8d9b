"""What the documents promise: commands that exist, options they take, files they name."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from sync.cli import main

ROOT = Path(__file__).parents[1]
PAGES = [
    "README.md",
    "README.es.md",
    *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").rglob("*.md")),
]


def commands(page: str) -> list[list[str]]:
    """The `ronda …` lines of a page's fenced bash blocks."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```bash\n(.*?)```", text, re.S)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("ronda ")]
    return [shlex.split(line, comments=True) for line in lines]


def resolve(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that these words call, and its own arguments."""
    command: click.Command = main
    rest = words[1:]
    while isinstance(command, click.Group) and rest:
        found = command.get_command(click.Context(command), rest[0])
        assert found is not None, f"there is no command {' '.join(words)}"
        command, rest = found, rest[1:]
    return command, rest


@pytest.mark.parametrize("page", ["README.md", "README.es.md"])
def test_every_command_of_the_readme_exists_and_takes_the_options_shown(page: str) -> None:
    assert len(commands(page)) >= 9
    for words in commands(page):
        command, rest = resolve(words)
        known = {
            option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        used = {word.split("=")[0] for word in rest if word.startswith("--")}
        assert used <= known, f"{' '.join(words)}: {used - known}"


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_links_to_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"


def test_the_flow_table_names_modules_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:server|field_client|sync)/[a-z_/]+)`", text))
    assert len(named) >= 8
    for module in named:
        path = ROOT / module
        assert path.is_dir() or path.with_suffix(".py").is_file(), f"the README names {module}"


def test_every_environment_variable_the_product_reads_is_documented() -> None:
    read = set()
    for package in ("sync", "server", "field_client"):
        for path in (ROOT / package).rglob("*.py"):
            read |= set(re.findall(r"\bRONDA_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    told = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    assert {name for name in read if name not in told} == set()


def test_both_readmes_give_the_same_two_commands() -> None:
    english, spanish = ((ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "README.es.md"))
    for line in re.findall(r"^python3 -m venv .*$", english, re.M):
        assert line in spanish
