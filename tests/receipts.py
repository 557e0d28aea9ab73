"""Checking a receipt as its guide says (docs/charter-receipts.md), with OpenSSL alone."""

import base64
import shutil
import subprocess
from pathlib import Path
from typing import Any


def openssl_accepts(receipt: dict[str, Any], folder: Path, *, statement: str = "") -> bool:
    """Whether OpenSSL takes the receipt's signature for its statement, or for another one."""
    openssl = shutil.which("openssl")
    assert openssl, "OpenSSL stands on every Debian machine"
    # The twelve bytes that say "Ed25519" in front of a public key (RFC 8410).
    der = bytes.fromhex("302a300506032b6570032100") + base64.b64decode(receipt["public_key"])
    (folder / "key.der").write_bytes(der)
    (folder / "statement").write_text(statement or receipt["statement"], encoding="utf-8")
    (folder / "signature").write_bytes(base64.b64decode(receipt["signature"]))
    check = [
        openssl, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der",
        "-rawin", "-in", "statement", "-sigfile", "signature",
    ]  # fmt: skip
    return subprocess.run(check, cwd=folder, capture_output=True, check=False).returncode == 0
