"""From the models to the components: what each component of a stack is given, and why.

`__main__.py` says which components there are; a module here says what their arguments are made of.
"""
