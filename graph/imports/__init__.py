"""Imports: staged and checked, written whole or not at all, remembered, undone."""

from graph.imports.journal import (
    ImportDetail,
    ImportNote,
    Undone,
    import_detail,
    import_notes,
    interrupted,
    undo_import,
)
from graph.imports.report import (
    Change,
    Counted,
    Duplicates,
    ImportReport,
    write_rejects,
)
from graph.imports.stage import Stage

__all__ = [
    "Change",
    "Counted",
    "Duplicates",
    "ImportDetail",
    "ImportNote",
    "ImportReport",
    "Stage",
    "Undone",
    "import_detail",
    "import_notes",
    "interrupted",
    "undo_import",
    "write_rejects",
]
