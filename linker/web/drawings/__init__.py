"""Small drawings in SVG. They carry classes, never styles, so that the style sheet alone says how they look."""
