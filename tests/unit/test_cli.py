"""Every command, every mistake: data on stdout, messages on stderr, exit codes, and the store as it was."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import cli
from commands import extras
from commands.console import clean, json_text
from graph.ontology_docs import ontology_page
from graph.store.base import Begun
from graph.store.embedded import EmbeddedStore

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "triple"
COMMANDS = (
    ("load",), ("check",), ("stats",), ("search",), ("entity",), ("paths",), ("export",), ("copy",), ("app",),
    ("ontology",), ("clear",), ("imports",), ("imports", "show"), ("imports", "undo"), ("resolve",), ("resolve", "review"),
    ("resolve", "merge"), ("resolve", "different"), ("resolve", "merges"), ("resolve", "undo"), ("query",), ("query", "list"), ("query", "show"), ("query", "run"),
    ("query", "cypher"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rejected rows are written into the working folder, which should not be this one."""
    monkeypatch.chdir(tmp_path_factory.mktemp("working"))


@pytest.fixture(scope="module")
def bundled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the bundled data, made by ``interlock load``; tests only read it."""
    folder = tmp_path_factory.mktemp("cli") / "store"
    result = CliRunner().invoke(cli.app, ["load", "--store", str(folder)])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="module")
def awkward_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "store"
    command = ["load", str(FIXTURES / "awkward"), "--store", str(folder)]
    assert CliRunner().invoke(cli.app, command).exit_code == 0
    return folder


def run(*args: str, store: Path | None = None, given: str | None = None) -> Result:
    where = ["--store", str(store)] if store else []
    return CliRunner().invoke(cli.app, [*where, *args], input=given)


def good(*args: str, store: Path | None = None) -> str:
    result = run(*args, store=store)
    assert result.exit_code == 0, result.output
    return result.stdout


def bad(*args: str, store: Path | None = None) -> str:
    """What stands on stderr of a command that must fail as the user's mistake, without any data."""
    result = run(*args, store=store)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


def state(folder: Path) -> tuple[Any, str]:
    with EmbeddedStore(folder) as store:
        return store.counts(), store.data_version()


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# help


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_shows_an_example(command: Sequence[str]) -> None:
    text = good(*command, "--help")
    assert "Usage:" in text
    example = "interlock " + " ".join(command)
    # The help of the group of queries lists its commands instead.
    assert example in text or command == ("query",)


def test_help_lists_every_command() -> None:
    text = good("--help")
    assert all(command[0] in text for command in COMMANDS)


def test_every_command_is_listed_here() -> None:
    groups = {
        (name,) for name in (command.name or command.callback.__name__ for command in cli.app.registered_commands
                             if command.callback)
    }  # fmt: skip
    queries = {("query", str(command.name)) for command in cli.queries.app.registered_commands}
    imports = {("imports", str(command.name)) for command in cli.imports.app.registered_commands}
    pairs = {("resolve", str(command.name)) for command in cli.resolve.app.registered_commands}
    wanted = groups | queries | imports | pairs
    assert set(COMMANDS) == wanted | {("query",), ("imports",), ("resolve",)}


def test_version() -> None:
    assert re.fullmatch(r"interlock \d+\.\d+\.\d+\n", good("--version"))


# load, check, clear


def test_load_without_a_path_loads_the_bundled_data_and_twice_changes_nothing(tmp_path: Path) -> None:
    first = run("load", store=tmp_path / "s")
    assert first.exit_code == 0
    assert "1,767 rows loaded" in first.stderr
    before = state(tmp_path / "s")
    rows = table(good("load", "--format", "csv", store=tmp_path / "s"))
    assert [(row["records"], row["new"], row["unchanged"]) for row in rows] == [
        ("entities", "0", "408"),
        ("ties", "0", "940"),
        ("sources", "0", "419"),
    ]
    assert state(tmp_path / "s") == before


def test_dry_run_writes_nothing(bundled_folder: Path) -> None:
    before = state(bundled_folder)
    result = run("load", str(FIXTURES / "typical"), "--dry-run", store=bundled_folder)
    assert result.exit_code == 0
    assert "nothing was written" in result.stderr
    assert state(bundled_folder) == before


def test_broken_load_lists_file_line_and_field_and_leaves_the_store(
    bundled_folder: Path, tmp_path: Path
) -> None:
    before = state(bundled_folder)
    rejects = tmp_path / "rejected.csv"
    text = bad("load", str(FIXTURES / "broken"), "--rejects", str(rejects), store=bundled_folder)
    assert re.search(r"entities\.csv:3: kind: 'compny' is not a known kind", text)
    assert "27 of 33 rows cannot be loaded; nothing was written." in text
    assert "... and 8 more." in text
    assert state(bundled_folder) == before
    rows = table(rejects.read_text(encoding="utf-8"))
    assert len(rows) == 28
    share = next(row for row in rows if row["reason"].startswith("the share 1.2"))
    assert (Path(share["file"]).name, share["line"], share["field"], share["value"]) == (
        "relationships.csv", "5", "share", "1.2",
    )  # fmt: skip
    assert share["hint"].startswith("Write fractions")


def test_broken_load_as_json(bundled_folder: Path) -> None:
    error = json.loads(
        bad("load", str(FIXTURES / "broken"), "--format", "json", store=bundled_folder).splitlines()[-1]
    )
    assert error["error"] == "LoadError"
    assert error["details"]["rejected"] == 27
    assert error["details"]["problems"][0]["place"]["line"] == 3


def test_mistyped_path_makes_no_store(tmp_path: Path) -> None:
    text = bad("load", str(tmp_path / "nope"), store=tmp_path / "s")
    assert "no such file or folder" in text
    assert not (tmp_path / "s").exists()


def test_unknown_load_format(tmp_path: Path) -> None:
    assert 'Did you mean "triple"?' in bad("load", str(FIXTURES / "typical"), "--as", "tripel")


def test_check_needs_no_store() -> None:
    assert "1,767 rows can be loaded." in run("check").stderr
    text = bad("check", str(FIXTURES / "broken"))
    assert "27 of 33 rows cannot be loaded." in text
    assert "no entity 'cra'. Did you mean \"cara\"?" in text


def test_imports_are_listed_looked_into_and_undone(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    good("load", str(FIXTURES / "typical"), store=folder)
    assert "had to be written" in run("load", str(FIXTURES / "typical"), store=folder).stderr
    (row,) = table(good("imports", "-f", "csv", store=folder))
    assert (row["state"], row["formats"]) == ("written", '["triple"]')
    shown = good("imports", "show", row["id"], store=folder)
    assert "Entities added, 3: acme, bolt-fund, cara" in shown
    refused = run("imports", "undo", row["id"], store=folder)
    assert refused.exit_code == 2
    assert "Nobody answered" in refused.stderr
    done = run("imports", "undo", row["id"], "--yes", store=folder)
    assert "records removed, 0 put back" in done.stderr
    assert state(folder)[0].entities == 0
    assert "was undone already" in bad("imports", "undo", row["id"], "--yes", store=folder)
    assert "Did you mean" in bad("imports", "show", row["id"][:-1], store=folder)


TWINS = """id,name,kind,aliases,country,founded,sectors,description
acme,Acme Robotics,company,,US,,,
acme-2,Acme Robotics Inc.,company,,US,,,
far,Zebra Foods,company,,DE,,,
"""


def test_duplicates_are_suggested_reviewed_merged_and_taken_apart(tmp_path: Path) -> None:
    (tmp_path / "entities.csv").write_text(TWINS, encoding="utf-8")
    folder = tmp_path / "s"
    good("load", str(tmp_path / "entities.csv"), store=folder)
    (row,) = table(good("resolve", "-f", "csv", store=folder))
    assert (row["id"], row["other id"], row["decided"]) == ("acme", "acme-2", "open")
    assert row["reasons"]
    answered = run("resolve", "review", store=folder, given="x\ns\n")
    assert "Answer s, d, k or q." in answered.stderr
    assert "Same 1, different 0, skipped 0." in answered.stderr
    assert table(good("resolve", "-f", "csv", store=folder)) == []
    (merged,) = table(good("resolve", "merges", "-f", "csv", store=folder))
    assert (merged["kept"], merged["dropped"], merged["state"]) == ("acme", "acme-2", "merged")
    assert "are two again" in run("resolve", "undo", merged["id"], store=folder).stderr
    assert "undone already" in bad("resolve", "undo", merged["id"], store=folder)
    good("resolve", "different", "acme", "acme-2", store=folder)
    assert table(good("resolve", "-f", "csv", store=folder)) == []
    assert "acme-2 merged into acme" in run("resolve", "merge", "acme", "acme-2", store=folder).stderr
    assert 'No entity "acme-3"' in bad("resolve", "merge", "acme", "acme-3", store=folder)


def test_review_ends_quietly_when_nobody_answers(tmp_path: Path) -> None:
    (tmp_path / "entities.csv").write_text(TWINS, encoding="utf-8")
    good("load", str(tmp_path / "entities.csv"), store=tmp_path / "s")
    assert "Same 0, different 0, skipped 0." in run("resolve", "review", store=tmp_path / "s").stderr


def test_an_interrupted_import_is_told_by_the_next_command(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    good("load", str(FIXTURES / "typical"), store=folder)
    with EmbeddedStore(folder) as store:
        store.begin(Begun("imp-1", "new.csv", "2026-01-01T00:00:00+00:00", socket.gethostname(), 2**22 + 1))
    told = "import of new.csv, begun 2026-01-01T00:00:00+00:00, was interrupted: nothing of it was written"
    assert told in run("stats", store=folder).stderr
    assert told not in run("stats", store=folder).stderr


def test_rejected_rows_are_in_a_file_unasked(tmp_path: Path) -> None:
    text = bad("load", str(FIXTURES / "broken"), store=tmp_path / "s")
    assert "All are in interlock-rejected.csv" in text
    assert "interlock-rejected-2.csv" in bad("load", str(FIXTURES / "broken"), store=tmp_path / "s")
    assert Path("interlock-rejected.csv").read_bytes().count(b"\r\n") == 29


def test_several_paths_are_one_load(tmp_path: Path) -> None:
    typical = FIXTURES / "typical"
    names = ("entities.csv", "relationships.csv", "sources.csv")
    assert run("check", str(typical / names[1])).exit_code == 2
    assert run("check", *(str(typical / name) for name in names)).exit_code == 0


def test_clear_asks_first(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    good("load", str(FIXTURES / "typical"), store=folder)
    before = state(folder)
    refused = run("clear", store=folder, given="n\n")
    assert refused.exit_code == 0
    assert "Nothing was removed" in refused.stderr
    unanswered = run("clear", store=folder, given="")
    assert unanswered.exit_code == 2
    assert "--yes" in unanswered.stderr
    assert state(folder) == before
    assert run("clear", "--yes", store=folder).exit_code == 0
    assert state(folder)[0].entities == 0
    assert "is empty" in bad("search", "acme", store=folder)


# reading


def test_stats_counts_what_the_readme_of_the_data_says(bundled_folder: Path) -> None:
    found = json.loads(good("stats", "--format", "json", store=bundled_folder))
    assert found["counts"] == {"entities": 408, "ties": 940, "sources": 419}
    assert found["kinds"] == {
        "company": 150, "person": 146, "investor": 92, "government": 13, "organization": 7,
    }  # fmt: skip
    assert found["types"]["INVESTED_IN"] == 272
    assert found["statuses"]["alleged"] == 2
    assert found["newest_source"] == "2026-06-30"
    assert {row["number"] for row in table(good("stats", "-f", "csv", store=bundled_folder))} >= {"408", "13"}


def test_search_forgives_a_typing_error(bundled_folder: Path) -> None:
    rows = json.loads(good("search", "cerebas", "--format", "json", store=bundled_folder))
    assert (rows[0]["id"], rows[0]["name"]) == ("cerebras", "Cerebras Systems")
    assert rows[0]["ties"] == 86


def test_search_without_a_hit_is_no_error(bundled_folder: Path) -> None:
    result = run("search", "qqqqqqqq", "-f", "json", store=bundled_folder)
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])
    assert "Nothing is called like that." in result.stderr


def test_search_by_unknown_kind(bundled_folder: Path) -> None:
    assert "Known: person" in bad("search", "x", "--kind", "compny", store=bundled_folder)


def test_entity_tells_ties_as_sentences_with_sources(bundled_folder: Path) -> None:
    result = run("entity", "cerebras", store=bundled_folder)
    assert result.exit_code == 0
    assert "supplies G42 (AI systems and services, 87 % of revenue, 2024-01 to 2024-06)" in result.stdout
    assert "supplier" in result.stdout
    # 86 ties in all, of every status; the bought-and-dropped stories of 2017 are no facts.
    assert "weighed" not in result.stdout
    assert "no facts (--all-statuses shows them)" in result.stderr
    assert "could have been bought by OpenAI" in good(
        "entity", "cerebras", "--all-statuses", store=bundled_folder
    )


def test_entity_by_name_and_alias(bundled_folder: Path) -> None:
    by_id = good("entity", "g42", "-f", "json", store=bundled_folder)
    assert good("entity", "group 42", "-f", "json", store=bundled_folder) == by_id


def test_entity_as_of_leaves_out_and_says_so(bundled_folder: Path) -> None:
    every = json.loads(good("entity", "openai", "-f", "json", store=bundled_folder))
    result = run("entity", "openai", "--as-of", "2017-09", "-f", "json", store=bundled_folder)
    then = json.loads(result.stdout)
    left_out = then["left_out"]
    assert 0 < len(then["ties"]) < len(every["ties"])
    assert len(then["ties"]) + left_out["date"] + left_out["undated"] == len(every["ties"])
    assert f"{left_out['undated']} whose dates do not tell" in result.stderr
    with_undated = json.loads(
        good("entity", "openai", "--as-of", "2017-09", "--undated", "-f", "json", store=bundled_folder)
    )
    assert len(with_undated["ties"]) == len(then["ties"]) + left_out["undated"]


def test_paths_from_openai_to_cerebras_in_2017(bundled_folder: Path) -> None:
    rows = table(
        good(
            "paths", "OpenAI", "cerebras", "--as-of", "2017-09", "--all-statuses", "-k", "2", "-f", "csv",
            store=bundled_folder,
        )
    )  # fmt: skip
    assert rows[0]["sentence"] == "OpenAI weighed buying Cerebras Systems (2017, abandoned)"
    assert "seed" in rows[0]["sources"].split(";")
    assert {row["path"] for row in rows} == {"1", "2"}
    text = good("paths", "openai", "cerebras", "-k", "1", store=bundled_folder)
    assert text.startswith("1. OpenAI – Cerebras Systems (1 hop)")


def test_paths_that_do_not_exist_are_no_error(bundled_folder: Path) -> None:
    asked = ("paths", "openai", "cerebras", "--types", "advises", "-f", "json")
    result = run(*asked, "--max-hops", "1", store=bundled_folder)
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])
    assert "No path from OpenAI to Cerebras Systems within 1 hop." in result.stderr
    # Morgan Stanley advises both: the way that the note points at.
    assert "The shortest has 2 hops (--max-hops 2)." in result.stderr
    assert json.loads(good(*asked, "--max-hops", "2", store=bundled_folder))[0]["hops"] == 2


def test_excluding_an_entity_removes_its_paths(bundled_folder: Path) -> None:
    asked = ("paths", "openai", "tesla", "--max-hops", "2", "-f", "json")
    through = {
        step["to"] for path in json.loads(good(*asked, store=bundled_folder)) for step in path["steps"]
    }
    assert "elon-musk" in through
    without = json.loads(good(*asked, "--exclude", "Elon Musk", store=bundled_folder))
    assert "elon-musk" not in {step["to"] for path in without for step in path["steps"]}


def test_query_list_show_and_run(bundled_folder: Path) -> None:
    rows = json.loads(good("query", "list", "-f", "json"))
    assert len(rows) >= 25
    assert f"// id: {rows[0]['id']}" in good("query", "show", rows[0]["id"])
    assert json.loads(good("query", "show", rows[0]["id"], "-f", "json"))["title"] == rows[0]["title"]
    assert "There are: " in run("query", "list", "--category", "nope").stderr
    found = table(
        good("query", "run", "customers-of", "--param", "company=Cerebras", "-f", "csv", store=bundled_folder)
    )
    assert any("g42" in row.values() for row in found)


def test_query_cypher_says_when_it_cuts(bundled_folder: Path) -> None:
    result = run(
        "query", "cypher", "MATCH (e:Entity) RETURN e.id AS id ORDER BY id", "--max-rows", "3", "-f", "csv",
        store=bundled_folder,
    )  # fmt: skip
    assert result.stdout == "id\n1789-capital\n42xfund\n8vc\n"
    assert "Cut after 3 rows; there are more" in result.stderr


def test_query_cypher_from_standard_input(bundled_folder: Path) -> None:
    result = run(
        "query", "cypher", "-", "-p", "n=5", "-f", "json", store=bundled_folder, given="RETURN $n + 1 AS six"
    )
    assert json.loads(result.stdout) == [{"six": 6}]


# mistakes: one message with the next step, and the store as it was

MISTAKES = {
    "unknown id": (["entity", "nvdia"], 'No entity "nvdia". Did you mean "nvidia"', "interlock search"),
    "unknown end of a path": (["paths", "openai", "cerebas"], 'No entity "cerebas"', "interlock search"),
    "wrong date": (["entity", "openai", "--as-of", "2017-13"], "no such month", "2017-09-20"),
    "word as date": (["paths", "openai", "g42", "--as-of", "soon"], "not a date", "2017-09-20"),
    "unknown tie type": (["paths", "openai", "g42", "--types", "OWND"], "'OWND' is not known", "OWNS"),
    "same ends": (["paths", "openai", "OpenAI"], "the same entity", "different"),
    "excluded unknown": (["paths", "openai", "g42", "--exclude", "nvdia"], '"nvdia"', "nvidia"),
    "syntax error": (["query", "cypher", "MATCH (e:Entity RETURN e"], "line 1, column 17", "ontology"),
    "syntax error on line 2": (["query", "cypher", "MATCH (e)\nRETRN e"], "line 2, column 1", "ontology"),
    "write": (["query", "cypher", "MATCH (e) SET e.name = 'x'"], "only read", "interlock load"),
    "delete": (["query", "cypher", "MATCH (e) DETACH DELETE e"], "only read", "interlock load"),
    "parameter missing": (["query", "cypher", "MATCH (e {id: $id}) RETURN e"], "'id'", "value"),
    "parameter without value": (["query", "cypher", "RETURN 1", "-p", "id"], "'id'", "--param name=value"),
    "parameter twice": (["query", "cypher", "RETURN 1", "-p", "a=1", "-p", "a=2"], "twice", "once"),
    "unknown saved query": (["query", "run", "customer-of"], 'Did you mean "customers-of"', "query list"),
    "wrong parameter type": (
        ["query", "run", "stakes-behind", "-p", "company=openai", "-p", "min_share=lots"], "min_share", "0",
    ),
    "unknown parameter": (["query", "run", "customers-of", "-p", "compny=cerebras"], "compny", "company"),
    "parameter is no entity": (["query", "run", "customers-of", "-p", "company=cerebrsa"], "cerebrsa", "cerebras"),
    "unknown export format": (["export", "out.xlsx"], "'out.xlsx'", ".graphml"),
    "export into nowhere": (["export", "/nope/nowhere/out.json"], "cannot be written", "Make the folder"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_mistake(case: str, bundled_folder: Path) -> None:
    arguments, message, step = MISTAKES[case]
    before = state(bundled_folder)
    text = bad(*arguments, store=bundled_folder)
    assert message in text
    assert step in text
    assert state(bundled_folder) == before


@pytest.mark.parametrize("case", ["unknown id", "syntax error", "write", "wrong date"])
def test_mistake_as_json(case: str, bundled_folder: Path) -> None:
    arguments, message, _ = MISTAKES[case]
    error = json.loads(bad(*arguments, "--format", "json", store=bundled_folder))
    assert message in error["message"]
    assert error["hint"]
    if case == "syntax error":
        assert (error["details"]["line"], error["details"]["column"]) == (1, 17)
    if case == "unknown id":
        assert "nvidia" in error["details"]["nearest"]


@pytest.mark.parametrize("arguments", [["laod"], ["search"], ["stats", "--formt", "json"], ["paths", "a"]])
def test_usage_error_exits_with_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_missing_store_is_not_made_by_reading(tmp_path: Path) -> None:
    text = bad("stats", store=tmp_path / "nope")
    assert "interlock load" in text
    assert not (tmp_path / "nope").exists()


def test_neo4j_down() -> None:
    result = run("--store", "bolt://127.0.0.1:1", "stats", "--format", "json")
    assert result.exit_code == 2
    error = json.loads(result.stderr)
    assert error["error"] == "StoreUnavailable"
    assert "127.0.0.1:1" in error["message"] + error["hint"]
    assert error["retry"]
    assert error["hint"]


@pytest.mark.neo4j
def test_neo4j_wrong_password(neo4j_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLOCK_NEO4J_USER", neo4j_server.user or "neo4j")
    monkeypatch.setenv("INTERLOCK_NEO4J_PASSWORD", "certainly-wrong")
    text = bad("stats", "--store", neo4j_server.uri)
    assert "certainly-wrong" not in text
    assert "INTERLOCK_NEO4J" in text


def test_address_of_no_store() -> None:
    assert "neo4j://" in bad("stats", "--store", "http://localhost")


# hostile names


def test_hostile_names_reach_the_terminal_as_plain_text(awkward_folder: Path) -> None:
    text = good("search", "img", store=awkward_folder) + good("entity", "img-src", store=awkward_folder)
    assert "<img src=x onerror=alert(1)>" in text
    assert "\u202e" not in text
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)


def test_long_name_is_cut_in_tables_only(awkward_folder: Path) -> None:
    assert max(map(len, good("search", "long", store=awkward_folder).splitlines())) < 500
    rows = json.loads(good("search", "long", "-f", "json", store=awkward_folder))
    assert "x" * 10_000 in {row["name"] for row in rows}


def test_csv_guards_against_formulas(awkward_folder: Path) -> None:
    question = "MATCH (e:Entity {id: 'formula'}) RETURN e.name AS name, -5 AS number"
    (row,) = table(good("query", "cypher", question, "-f", "csv", store=awkward_folder))
    assert row == {"name": '\'=HYPERLINK("http://evil.example","x")', "number": "-5"}
    (plain,) = json.loads(good("query", "cypher", question, "-f", "json", store=awkward_folder))
    assert plain["name"].startswith("=HYPERLINK")


def test_hostile_value_in_an_error_message(bundled_folder: Path) -> None:
    text = bad("entity", "\x1b[31mred\u202e[bold]x", store=bundled_folder)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]" in text


def test_clean_keeps_words_and_drops_tricks() -> None:
    assert clean("a\x1b[31m b\u202ec\x00\r\nd\u2028e\x9bf\u200fg 漢字 é") == "a[31m bc d efg 漢字 é"
    assert json.loads(json_text({"a": "\x9b\u202e\x1b"})) == {"a": "\x9b\u202e\x1b"}
    assert json_text("\x9b\u202e\x1b").isascii()


# export, ontology, app


@pytest.mark.parametrize("name", ["out.zip", "out.graphml", "out.gexf", "out.json", "out.cypher", "out.html"])
def test_export(name: str, bundled_folder: Path, tmp_path: Path) -> None:
    result = run("export", str(tmp_path / name), store=bundled_folder)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "written" in result.stderr
    assert (tmp_path / name).stat().st_size > 10_000


def test_export_and_load_again_is_the_same_store(bundled_folder: Path, tmp_path: Path) -> None:
    good("export", str(tmp_path / "out.zip"), store=bundled_folder)
    rows = table(good("load", str(tmp_path / "out.zip"), "-f", "csv", store=bundled_folder))
    assert [row["unchanged"] for row in rows] == ["408", "940", "419"]


def test_page_about_the_ontology_is_current() -> None:
    assert (ROOT / "docs" / "ontology.md").read_text(encoding="utf-8") == ontology_page()
    assert good("ontology") == ontology_page()
    assert run("ontology", "--check", "--output", str(ROOT / "docs" / "ontology.md")).exit_code == 0


def test_outdated_page_is_told(tmp_path: Path) -> None:
    page = tmp_path / "ontology.md"
    page.write_text("old")
    assert "is not current" in bad("ontology", "--check", "--output", str(page))
    good("ontology", "--output", str(page))
    assert page.read_text(encoding="utf-8") == ontology_page()


def test_app_listens_on_this_machine_only_and_passes_the_store_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = tmp_path / "app.py"
    page.write_text("")
    monkeypatch.setattr(extras, "APP_FILE", page)
    started: list[tuple[list[str], dict[str, str]]] = []

    def served(command: list[str], environment: dict[str, str]) -> int:
        started.append((command, environment))
        return 3

    monkeypatch.setattr(extras, "served", served)
    assert run("app", "--no-browser", "--port", "8600", store=tmp_path / "s").exit_code == 3
    command, environment = started[0]
    options = dict(zip(command[5::2], command[6::2], strict=True))
    assert options["--server.address"] == "127.0.0.1"
    assert options["--server.port"] == "8600"
    assert options["--server.headless"] == "true"
    assert environment["INTERLOCK_STORE"] == str(tmp_path / "s")


SERVER = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: {})
pathlib.Path({!r}).touch()
time.sleep(60)
"""


def test_the_exit_code_of_the_server_of_the_pages_is_passed_on() -> None:
    assert extras.served([sys.executable, "-c", "raise SystemExit(5)"], dict(os.environ)) == 5


@pytest.mark.parametrize("polite", [True, False])
def test_a_server_of_the_pages_that_does_not_end_is_ended(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, polite: bool
) -> None:
    """Ctrl-C comes while it is waited for; it gets the time to close its store, and no longer."""
    started: list[subprocess.Popen[str]] = []

    class Server(subprocess.Popen):  # type: ignore[type-arg]
        def wait(self, timeout: float | None = None) -> int:
            if not started:
                started.append(self)
                while not (tmp_path / "up").exists():  # not a limit
                    time.sleep(0.02)
                raise KeyboardInterrupt
            return super().wait(timeout)

    monkeypatch.setattr(extras.subprocess, "Popen", Server)
    monkeypatch.setattr(extras, "_STOP_S", 15.0 if polite else 0.2)
    script = SERVER.format("sys.exit(4)" if polite else "None", str(tmp_path / "up"))
    with pytest.raises(KeyboardInterrupt):
        extras.served([sys.executable, "-c", script], dict(os.environ))
    assert started[0].returncode == (4 if polite else -signal.SIGKILL)


@pytest.mark.parametrize(
    ("address", "settings", "words"),
    [
        ("127.0.0.1", {}, ""),
        ("localhost", {}, ""),
        ("0.0.0.0", {}, "read and change this graph, for nobody need sign in"),
        ("graph.example.org", {}, "read and change this graph, for nobody need sign in"),
        ("::", {"INTERLOCK_READ_ONLY": "1"}, "can read this graph, for nobody need sign in"),
        ("0.0.0.0", {"INTERLOCK_LOGIN": "1"}, "they must sign in"),
        ("0.0.0.0", {"INTERLOCK_EDITORS": "ann@example.org"}, "they must sign in"),
    ],
)
def test_an_address_for_others_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, address: str, settings: dict[str, str], words: str
) -> None:
    from commands import extras

    started: list[list[str]] = []

    def served(command: list[str], environment: dict[str, str]) -> int:
        started.append(command)
        return 0

    monkeypatch.setattr(extras, "served", served)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    result = run("app", "--no-browser", "--address", address)
    assert result.exit_code == 0
    assert started[0][started[0].index("--server.address") + 1] == address
    if words:
        assert words in " ".join(result.stderr.split())
    else:
        assert "sign in" not in result.stderr


# as a real process


def interlock(*args: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "cli.py"), *args]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", **options
    )


def test_pipe_gets_plain_data_and_exit_code(bundled_folder: Path) -> None:
    environment = {**os.environ, "LC_ALL": "C", "INTERLOCK_STORE": str(bundled_folder), "FORCE_COLOR": ""}
    with interlock("search", "mistral", env=environment) as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert "\x1b" not in out
    assert out.splitlines()[0].split() == ["id", "name", "kind", "why", "ties"]
    assert all(text == text.rstrip() for text in out.splitlines())
    with interlock("entity", "nvdia", env=environment) as process:
        out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert err.startswith('Error: No entity "nvdia".')


def test_reader_that_leaves_early_is_no_error(bundled_folder: Path) -> None:
    question = "MATCH (a:Entity), (b:Entity) RETURN a.name, b.name"
    with interlock(
        "query", "cypher", question, "--max-rows", "50000", "-f", "csv", "--store", str(bundled_folder)
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "a.name,b.name\n"
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
        assert process.wait() == 0
    assert "Error" not in err
    assert "Traceback" not in err


def test_locked_store_says_who_holds_it(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path / "s") as store:
        before = store.data_version()
        with interlock("load", "--store", str(tmp_path / "s")) as process:
            out, err = process.communicate()
        assert (process.returncode, out) == (2, "")
        assert str(os.getpid()) in err
        assert len(err.strip().splitlines()) >= 2
        assert (store.counts().entities, store.data_version()) == (0, before)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals for a child process")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_signal_ends_quietly_and_the_store_is_closed(bundled_folder: Path, name: str, code: int) -> None:
    slow = "MATCH p = (a:Entity)-[*1..9]-(b:Entity) RETURN count(p)"
    # A run of the tests in the background ignores some of them, and a child would too.
    usual = {"preexec_fn": lambda: signal.signal(getattr(signal, name), signal.SIG_DFL)}
    with interlock(
        "query", "cypher", slow, "--timeout", "5", "--store", str(bundled_folder), **usual
    ) as process:
        while not (bundled_folder / "holder.json").exists():  # until it has the store open; not a limit
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(getattr(signal, name))
        out, err = process.communicate()
    assert (process.returncode, out) == (code, "")
    assert err == "Stopped.\n"
    assert (bundled_folder / "seal.json").exists()


def test_unexpected_failure_exits_with_1_and_asks_for_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err
    assert "our mistake" in err
    assert "Traceback" not in err
