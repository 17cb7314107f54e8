[buildout]
parts = a
[a]
foo: 1
a b = 2
   continues
zzz
[x y]
