"""``interlock analyse``: every example of every help runs, answers come with their method, mistakes with a way out."""

from __future__ import annotations

import csv
import inspect
import io
import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import cli
from commands.analyse import PANELS

COMMANDS = {name: function for module in PANELS.values() for name, function in module.COMMANDS.items()}
EXAMPLES = [
    (name, line.strip())
    for name, function in COMMANDS.items()
    for line in (inspect.getdoc(function) or "").splitlines()
    if line.strip().startswith("interlock ")
]


@pytest.fixture(scope="module")
def bundled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("analyse") / "store"
    assert CliRunner().invoke(cli.app, ["load", "--store", str(folder)]).exit_code == 0
    return folder


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli.app, ["--store", str(folder), "analyse", *arguments])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_has_two_examples_of_itself(name: str) -> None:
    lines = [line for owner, line in EXAMPLES if owner == name]
    assert len(lines) >= 2
    assert all(line.startswith(f"interlock analyse {name}") for line in lines)
    shown = CliRunner().invoke(cli.app, ["analyse", name, "--help"])
    assert shown.exit_code == 0


@pytest.mark.parametrize("line", [line for _, line in EXAMPLES])
def test_every_example_runs(
    line: str, bundled_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = shlex.split(re.sub(r"\s{2,}.*$", "", line))
    result = run(bundled_folder, *words[2:])
    assert result.exit_code == 0, result.output
    assert result.stdout.strip()
    assert "Method: " in result.stderr


@pytest.mark.parametrize("name", ["loops", "interlocks", "components", "cross-holdings", "centrality"])
def test_json_carries_method_and_provenance_and_csv_is_a_table(name: str, bundled_folder: Path) -> None:
    found = json.loads(run(bundled_folder, name, "--format", "json").stdout)
    assert found["method"]["citation"]
    assert found["method"]["missing"]
    made = found["provenance"]
    assert made["data_version"]
    assert made["direction"]
    assert made["left_out"]["status"] == 119
    assert found["statements"]
    rows = list(csv.DictReader(io.StringIO(run(bundled_folder, name, "--format", "csv").stdout)))
    assert all(set(row) == set(found["columns"]) for row in rows)


def test_an_answer_goes_to_a_file_whole(bundled_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "loops.json"
    result = run(bundled_folder, "loops", "--top", "1", "--output", str(file))
    assert result.exit_code == 0, result.output
    assert len(json.loads(file.read_text(encoding="utf-8"))["rows"]) > 1
    refused = run(bundled_folder, "loops", "--output", str(tmp_path / "loops.xlsx"))
    assert refused.exit_code == 2
    assert ".json or .csv" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("owners", "nvdia"), 'Did you mean "nvidia"'),
        (("concentration", "nobody-at-all"), "No entity"),
        (("paths", "openai", "openai"), "same"),
        (("loops", "--as-of", "2017-13"), "month"),
        (("paths", "openai", "nvidia", "--types", "SUPPLYS"), "SUPPLIES"),
        (("centrality", "--measure", "beauty"), "beauty"),
        (("interlocks", "--seats", "throne"), "throne"),
        (("shock", "openai", "--cut", "1.5"), "1.5"),
    ],
)
def test_a_mistake_gets_one_message_and_a_way_out(
    arguments: tuple[str, ...], told: str, bundled_folder: Path
) -> None:
    result = run(bundled_folder, *arguments)
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_an_empty_answer_says_what_was_looked_for(bundled_folder: Path) -> None:
    result = run(bundled_folder, "loops", "--kind", "ownership")
    assert result.exit_code == 0
    assert re.search(r"No ownership circle up to length 5 among .*\d+ holding ties", result.stdout)
