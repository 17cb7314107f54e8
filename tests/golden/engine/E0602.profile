[buildout]
parts = web
[web: linux and pyhton3]
recipe = trecipe
