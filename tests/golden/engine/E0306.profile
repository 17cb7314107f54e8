[buildout]
parts = web
[a]
<= b
[b]
<= a
[web]
<= a
recipe = trecipe
