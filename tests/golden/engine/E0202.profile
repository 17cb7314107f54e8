[buildout]
extends = a.cfg
parts =
--- a.cfg
[buildout]
extends = b.cfg
--- b.cfg
[buildout]
extends = a.cfg
