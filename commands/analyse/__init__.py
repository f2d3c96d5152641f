"""``interlock analyse``: one command per measure, one module per subject."""
