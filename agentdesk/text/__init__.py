"""Pure functions over text: safe to show, measured in cells, wrapped, folded, searched."""
