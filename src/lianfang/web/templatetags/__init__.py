"""Template tags of the shell: `{% load lf %}`."""
