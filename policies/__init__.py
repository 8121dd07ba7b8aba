"""What no stack may do: rules over resources, for Pulumi's policy engine and for Slipway's own plans alike.

A rule looks at one resource as it is wanted: its type, name, inputs, options, and what the stack's file and the catalogue
have decided. Nothing here knows Pulumi but `__main__.py`, which makes a policy pack of the rules.
"""
