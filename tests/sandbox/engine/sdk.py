"""The SDK of the test provider, as the text of a module that test programs import."""

TEXT = """
import pulumi

VERSION = "1.2.3"


def versioned(opts):
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version=VERSION), opts)


class Thing(pulumi.CustomResource):
    address: pulumi.Output[str]
    name: pulumi.Output[str]
    size: pulumi.Output[int]
    password: pulumi.Output[str]

    def __init__(self, resource_name, props=None, opts=None):
        given = {"address": None, "name": None, "size": None, "password": None, **(props or {})}
        super().__init__("test:index:Thing", resource_name, given, versioned(opts))


class Provider(pulumi.ProviderResource):
    def __init__(self, resource_name, props=None, opts=None):
        super().__init__("test", resource_name, props, versioned(opts))


class Group(pulumi.ComponentResource):
    def __init__(self, name, count, opts=None):
        super().__init__("test:index:Group", name, {"count": count}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.things = [Thing(f"{name}-{i}", {"size": i}, child) for i in range(count)]
        self.addresses = pulumi.Output.all(*[thing.address for thing in self.things])
        self.register_outputs({"addresses": self.addresses})


def say(what, opts=None):
    return pulumi.runtime.invoke("test:index:say", {"say": what}, opts or pulumi.InvokeOptions(version=VERSION)).value
"""
