[buildout]
parts = web
[web]
recpie = trecipe
