"""The systems that the report compares itself with, each small enough to read beside its paper (chapter 5)."""
