"""Moving a graph whole: copies between stores, backups, checks, files for other importers."""
