"""What a URN says to people: `urn:pulumi:STACK::PROJECT::TYPE$TYPE::NAME`, the types being those of its parents and its own."""

OUTSIDE = "outside components"
_CLOUDS = ("pulumi:", "gcp:", "kubernetes:", "github:")


def described(urn: str) -> str:
    """Type and name of a URN."""
    *_, types, name = urn.split("::")
    return f"{types.rpartition('$')[2]} {name}"


def component(urn: str) -> str:
    """The outermost component of our own that the resource is in, or is itself."""
    types = urn.split("::")[2].split("$")
    ours = [each for each in types if not each.startswith(_CLOUDS)]
    return ours[0].rpartition(":")[2] if ours else OUTSIDE
