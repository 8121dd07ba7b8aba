"""Fetches axe-core, which finds what keeps people from a page: `python -m tests.browser.axe`, by `make browser`.

It is licensed under MPL-2.0 and stays beside the tests; npm fetches it, and what it brings must be this very file.
"""

import base64
import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "4.14.1"
INTEGRITY = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""Of the package, SHA-512, as npm's lock files have it."""
PLACE = Path(__file__).resolve().parents[2] / ".browser" / "axe.min.js"


def main() -> int:
    """0 where it is there afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"axe-core@{VERSION}", "--pack-destination", folder]
        try:
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        except FileNotFoundError:
            print("npm is not here, which fetches axe-core; on Debian: apt-get install npm", file=sys.stderr)
            return 1
        (package,) = Path(folder).glob("*.tgz")
        if base64.b64encode(hashlib.sha512(package.read_bytes()).digest()).decode() != INTEGRITY:
            print(f"axe-core {VERSION} is not what it was", file=sys.stderr)
            return 1
        with tarfile.open(package) as files:
            source = files.extractfile("package/axe.min.js")
            assert source
            PLACE.write_bytes(source.read())
    return 0


if __name__ == "__main__":
    sys.exit(main())
