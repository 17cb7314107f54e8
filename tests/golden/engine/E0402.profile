[buildout]
parts = web
[web]
recipe = trecipe:mkk
