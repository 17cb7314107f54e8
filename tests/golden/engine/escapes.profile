[buildout]
parts = web
[web]
x [31mred = 1
