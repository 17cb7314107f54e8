[buildout]
extends = base.cfg
parts = web
[mariadb]
port = 3306
[web]
<= base
--- base.cfg
[mariadb]
location = /x
[base]
recipe = trecipe
environment =
    A=1
    DATA=${mariadb:locaton}/var
