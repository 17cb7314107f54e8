[buildout]
parts = web
[web]
recipe = trecipe
x = ${:y}
y = a ${web:z}
z = ${:x}
