[buildout]
parts = web
[web]
recipe = trecipe
x = ${mariadbb:port} é ${mariadbb:port}
[mariadb]
port = 1
