[buildout]
parts = ok web
[ok]
recipe = trecipe:mk
[web]
recipe = trecipe:mk
fail = true
