"""A passkey in software, for tests: makes credentials and signs as a device does (WebAuthn L3)."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT = 0x01
_ATTESTED = 0x40


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Authenticator:
    """One credential of one device."""

    origin: str = "http://localhost"
    rp: str = "localhost"
    counter: int = 0
    number: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, options: dict[str, Any]) -> str:
        """What the browser answers to `navigator.credentials.create`."""
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        attested = bytes(16) + len(self.number).to_bytes(2) + self.number + cbor2.dumps(cose)
        data = self._data(_PRESENT | _ATTESTED) + attested
        told = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer(client, {"attestationObject": _text(told), "transports": ["usb"]})

    def use(self, options: dict[str, Any]) -> str:
        """What the browser answers to `navigator.credentials.get`."""
        self.counter += 1
        data = self._data(_PRESENT)
        client = self._client("webauthn.get", options)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            client,
            {
                "authenticatorData": _text(data),
                "signature": _text(signature),
                "userHandle": None,
            },
        )

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4)

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = options["challenge"]
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, client: bytes, response: dict[str, Any]) -> str:
        return json.dumps(
            {
                "id": _text(self.number),
                "rawId": _text(self.number),
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {"clientDataJSON": _text(client), **response},
            }
        )
