[buildout]
parts = web
[web: os.path.join('a', 'b') == 'a/b']
recipe = trecipe
