"""``interlock analyse``: one command per measure, one module per subject."""

from __future__ import annotations

import typer

from commands.analyse import boards, centrality, dependence, loops, ownership, paths, shocks
from commands.frame import Group

PANELS = {
    "Influence": paths,
    "Ownership and control": ownership,
    "Dependence": dependence,
    "Shocks": shocks,
    "Circular money and ownership": loops,
    "Boards, co-investors, conflicts": boards,
    "Centrality and communities": centrality,
}

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Measures that say why and how much, each with its method, its sources and what was unknown.",
)
for panel, module in PANELS.items():
    for name, function in module.COMMANDS.items():
        app.command(name, rich_help_panel=panel)(function)
