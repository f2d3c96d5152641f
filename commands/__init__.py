"""The commands of ``interlock``, one module per subject. ``cli.py`` puts them together."""
