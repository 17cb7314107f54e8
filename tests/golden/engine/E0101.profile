parts = a
[buildout]
