"""``make sbom``: the bill of materials of a release (CycloneDX 1.6, JSON), made from the lock alone.

The same lock gives the same file, byte for byte.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from locked_packages import LOCK, ROOT, LockedPackage, locked

SCHEMA: Final = SchemaVersion.V1_6


def bill_of_materials(root: Path = ROOT) -> str:
    """The bill as text: the package itself, and one component a pin of the lock with its hashes."""
    version = re.search(r'__version__ = "([^"]+)"', (root / "src/geoalarm/__init__.py").read_text("utf-8"))
    assert version is not None
    us = Component(name="geoalarm", version=version[1], type=ComponentType.APPLICATION, bom_ref="geoalarm")
    parts = {one.bom_ref.value: one for one in map(_component, locked(root))}
    bom = Bom(
        components=parts.values(),
        metadata=BomMetaData(component=us),
        serial_number=uuid5(NAMESPACE_URL, (root / LOCK).read_text("utf-8")),
    )
    bom.register_dependency(us, parts.values())
    bom.metadata.timestamp = None  # type: ignore[assignment]  # the lock has no time: the same file each time
    return make_outputter(bom, OutputFormat.JSON, SCHEMA).output_as_string(indent=1)


def _component(one: LockedPackage) -> Component:
    address = PackageURL("pypi", name=one.name, version=one.version)
    return Component(
        name=one.name,
        version=one.version,
        type=ComponentType.LIBRARY,
        purl=address,
        bom_ref=str(address),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in one.hashes],
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(bill_of_materials(), encoding="utf-8")
