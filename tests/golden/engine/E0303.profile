[buildout]
parts = web
[web]
recipe = trecipe
x = echo ${HOME}
