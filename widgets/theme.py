"""What the theme's settings cannot say."""

from __future__ import annotations

import streamlit as st

# Text on the primary colour is white in both themes, and the dark theme's primary must be light to be
# read as text on the dark page: so there, what stands on it gets dark text (WCAG 2.2, 1.4.3: contrast 4.5 to 1).
_DARK_ON_PRIMARY = """<style>
[data-testid^="stBaseButton-primary"], [data-testid^="stBaseButton-primary"] *,
[data-testid="stMultiSelectTagsContainer"] [data-tag], [data-testid="stMultiSelectTagsContainer"] [data-tag] * {
  color: #0a1220 !important
}
</style>"""


def mend_contrast() -> None:
    """Make primary buttons and chosen values readable in the dark theme; nothing in the light one."""
    if st.context.theme.type == "dark":
        st.html(_DARK_ON_PRIMARY)
