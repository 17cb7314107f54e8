[buildout]
extends =
  there.cfg
  missing.cfg
parts =
--- there.cfg
[a]
x = 1
