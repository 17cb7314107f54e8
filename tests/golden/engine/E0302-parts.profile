[buildout]
parts =
  wbe
[web]
recipe = trecipe
