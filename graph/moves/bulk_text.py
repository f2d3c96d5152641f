"""What stands beside the files for Neo4j's importer: the script that runs it, and a page for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.moves.digest import Digest

ARRAYS = "\x1f"
"""Parts the texts of a list. Names and ids do hold commas, semicolons and bars."""


@dataclass(frozen=True, slots=True)
class NodeFile:
    """A file of nodes, all with the same labels."""

    name: str
    labels: tuple[str, ...]

    @property
    def option(self) -> str:
        """For the importer."""
        return f"--nodes={':'.join(self.labels)}=./{self.name}"


@dataclass(frozen=True, slots=True)
class TieFile:
    """A file of relationships of one type."""

    name: str
    type: str

    @property
    def option(self) -> str:
        """For the importer."""
        return f"--relationships={self.type}=./{self.name}"


def script(files: Sequence[NodeFile | TieFile], *, lines: bool) -> str:
    """A shell script that runs the importer.

    Args:
        files: nodes first.
        lines: whether a cell has a line break in it. Without, the importer reads one file on many threads.
    """
    options = [f"--array-delimiter=U+{ord(ARRAYS):04X}", f"--multiline-fields={str(lines).lower()}"]
    options += [file.option for file in files]
    each = "".join(f"  {option} \\\n" for option in options)
    return f"""#!/bin/sh
# Makes a Neo4j database of the files beside this script: sh import.sh [DATABASE] [OPTION...]
# The database (neo4j, when none is named) must be new, or stopped and --overwrite-destination be said.
# NEO4J_ADMIN names the importer's program where neo4j-admin is not on the PATH.
set -eu
database=neo4j
case "${{1:--}}" in
  -*) ;;
  *) database=$1; shift ;;
esac
cd -- "$(dirname -- "$0")"
exec "${{NEO4J_ADMIN:-neo4j-admin}}" database import full "$database" \\
{each}  "$@"
"""


def readme(digest: Digest) -> str:
    """The page for people."""
    counts = f"{digest.entities:,} entities, {digest.ties:,} ties, {digest.sources:,} sources"
    return f"""A graph of Interlock for Neo4j's importer
=========================================
{counts}, entries of the log {digest.log:,}.
Content digest: {digest.content}

1. On the machine of the Neo4j server (5.26 or later, also 2026), as the user it runs as, before its first
   start or while the database is stopped (Community: while the server is stopped):

     sh import.sh neo4j

   For a database that is there already: sh import.sh neo4j --overwrite-destination
   All it held is gone then. Where neo4j-admin is not on the PATH, put NEO4J_ADMIN=/path/to/neo4j-admin
   before the line.
   On Windows give neo4j-admin the options that stand in import.sh, in this folder.
2. Start the server. On Enterprise, make a database of another name known: CREATE DATABASE name
3. Make constraints and indexes, which the importer does not:

     interlock --store neo4j://HOST:7687 store migrate

4. Compare the content digest with the one above:

     interlock --store neo4j://HOST:7687 store verify

The importer writes import.report into this folder. Nothing else here changes.
"""
