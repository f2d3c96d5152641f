"""Every format's fixtures, so that no format is left out of what all must hold to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from loaders import FORMATS, Plan, ReadOptions, plan
from loaders.mapping import guess_mapping, write_mapping
from loaders.source_file import SourceFile

FIXTURES = Path(__file__).parents[2] / "fixtures"
_FOLDERS = {
    "triple": ("triple/typical", "triple/awkward"),
    "bods": ("bods",),
    "psc": ("psc",),
    "ftm": ("ftm",),
    "gleif": ("gleif",),
    "crunchbase": ("crunchbase/bulk", "crunchbase/exports", "crunchbase/snapshot"),
    "icij": ("icij/combined", "icij/leak", "icij/oldest"),
    "littlesis": ("littlesis",),
    "sec-formd": ("sec/formd",),
    "sec-ownership": ("sec/ownership",),
    "sec-13dg": ("sec/13dg", "sec/13dg-exit"),
    "sec-13f": ("sec/13f",),
    "wikidata": ("wikidata",),
    "neo4j-bulk": ("neo4j_bulk",),
    "graphml": ("graph_files",),
    "gexf": ("graph_files",),
    "pajek": ("graph_files",),
    "node-link": ("graph_files",),
    "table": ("table/plain",),
}
_ENDINGS = {"graphml": ".graphml", "gexf": ".gexf", "pajek": ".net", "node-link": ".json"}
MAPPED = FIXTURES / "table" / "deals.csv"
"""A table that needs a mapping."""


@dataclass(frozen=True)
class Sample:
    """Files of one format that belong together."""

    format_id: str
    paths: tuple[Path, ...]
    mapped: bool = False

    def __str__(self) -> str:
        return f"{self.format_id}-{'-'.join(path.stem for path in self.paths)}"[:60]

    @property
    def strict(self) -> bool:
        """Whether a wrong row turns the whole down."""
        return self.format_id == "triple"

    def plan(self, folder: Path) -> Plan:
        """The plan to read it; a mapping, where it needs one, is guessed and written to the folder."""
        if not self.mapped:
            return plan(list(self.paths))
        write_mapping(guess_mapping(SourceFile(*self.paths)), made := folder / "mapping.yaml")
        return plan(list(self.paths), options=ReadOptions(mapping=made))


def files_of(format_id: str) -> list[Path]:
    """Every data file of a format among the fixtures."""
    return [path for name in _FOLDERS[format_id] for path in _files(FIXTURES / name, format_id)]


def samples() -> list[Sample]:
    """All formats' fixtures, folder by folder and, where files mean something by themselves, file by file."""
    found: list[Sample] = []
    for format_id in FORMATS:
        for name in _FOLDERS[format_id]:
            paths = _files(FIXTURES / name, format_id)
            found.append(Sample(format_id, tuple(paths)))
            # Tables of one export lean on each other, and broken ones are of the strict sort.
            if len(paths) > 1 and format_id not in ("triple", "table", "neo4j-bulk"):
                found += [Sample(format_id, (path,)) for path in paths]
    return [*found, Sample("table", (MAPPED,), mapped=True)]


def _files(folder: Path, format_id: str) -> list[Path]:
    ending = _ENDINGS.get(format_id, "")
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.name.endswith(ending) and path.name != "expected.json"
    )
