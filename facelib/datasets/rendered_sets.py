"""The names of the sets of rendered swaps, from easy to hard, apart from the renderer: a command line knows them without drawing."""

NAMES = ("same", "light", "pose", "mouth", "hand-in-source", "hand-in-target", "everything")
COUNT = 200  # pairs in each
