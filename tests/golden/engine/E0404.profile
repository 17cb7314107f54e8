[buildout]
parts = web
[web]
recipe = trecipe:uerr
