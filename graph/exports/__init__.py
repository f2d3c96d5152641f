"""One module per file format; :mod:`graph.exporter` chooses among them."""
