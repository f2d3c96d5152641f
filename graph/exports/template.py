"""The empty three-file format: a zip archive to fill in and load."""

from __future__ import annotations

import io
import zipfile

from graph.csv_text import csv_text
from graph.exports.triple import ENTITY_COLUMNS, SOURCE_COLUMNS, TIE_COLUMNS

TEMPLATE_FILES = {
    "entities.csv": ENTITY_COLUMNS,
    "relationships.csv": TIE_COLUMNS,
    "sources.csv": SOURCE_COLUMNS,
}
"""File name to its columns, in the order in which to fill them in."""
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def template_zip() -> bytes:
    """The three files with their header rows and nothing else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, columns in TEMPLATE_FILES.items():
            archive.writestr(zipfile.ZipInfo(name, _NO_TIME), csv_text(columns, []))
    return out.getvalue()
