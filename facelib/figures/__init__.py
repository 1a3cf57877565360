"""Pictures for pages: faces drawn on, rows with titles, tables, and figures that a reader can move without a kernel.

The figures to move are HTML that carries its pictures and its few lines of script: nothing is fetched, so they work on a page without a
network, and in JupyterLab and Colab as they are. A mouse, a finger and the arrow keys do the same in each; what is shown is said in words,
too; without scripts, a still picture is left.
"""

from facelib.figures.choosing import menu, slider, switch
from facelib.figures.comparing import divider
from facelib.figures.drawing import (
    STAGES,
    around,
    around_matrix,
    draw_box,
    draw_faces,
    draw_points,
    draw_triangles,
    sheet,
    stages,
    strip,
    within,
)
from facelib.figures.grid import grid
from facelib.figures.page import PAGE_LIMIT, weigh
from facelib.figures.plots import ACCENT, INK, SECOND, picture, show, style_axes
from facelib.figures.pointing import named_points
from facelib.figures.tables import table

__all__ = [
    "ACCENT",
    "INK",
    "PAGE_LIMIT",
    "SECOND",
    "STAGES",
    "around",
    "around_matrix",
    "divider",
    "draw_box",
    "draw_faces",
    "draw_points",
    "draw_triangles",
    "grid",
    "menu",
    "named_points",
    "picture",
    "sheet",
    "show",
    "slider",
    "stages",
    "strip",
    "style_axes",
    "switch",
    "table",
    "weigh",
    "within",
]
