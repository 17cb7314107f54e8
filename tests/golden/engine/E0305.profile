[buildout]
parts = web
[web]
<=
  bsae
recipe = trecipe
[base]
x = 1
