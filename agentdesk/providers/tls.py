"""TLS: which authorities are trusted, and what a certificate that is not means for the person.

Trusted are the system's authorities and those that come with httpx, or those in `SSL_CERT_FILE` and `SSL_CERT_DIR`
alone where these are set, and always the account's own file.
"""

import os
import socket
import ssl

import httpx

from agentdesk.errors import ConfigError
from agentdesk.i18n import _

OWN_WORDS = ("SSL_CERT_FILE", "SSL_CERT_DIR")
UNKNOWN_AUTHORITY = frozenset({2, 18, 19, 20, 21, 24})
"""OpenSSL's numbers for a chain that ends at nobody who is trusted."""
OUT_OF_DATE = frozenset({9, 10})
OTHER_NAME = frozenset({62, 63, 64})
LOOK_SECONDS = 5.0
_COMMON_NAME, _ORGANIZATION = b"\x06\x03\x55\x04\x03", b"\x06\x03\x55\x04\x0a"


def context_for(account: str, ca_file: str) -> ssl.SSLContext:
    """What connections of an account are verified with; raises `ConfigError` for a file that is no certificate."""
    own = next((path for name in OWN_WORDS if (path := os.environ.get(name))), "")
    try:
        context = httpx.create_ssl_context()  # heeds the two variables
        if not own:
            context.load_default_certs()
        if ca_file:
            own = ca_file
            context.load_verify_locations(ca_file)
    except OSError as error:  # SSLError is one
        raise ConfigError(
            _(
                "{account}: the CA file {path} cannot be used: {reason}. It has to hold certificates as PEM text.",
                account=account,
                path=own,
                reason=error.strerror or type(error).__name__,
            )
        ) from error
    return context


def refused_certificate(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """The refusal of a certificate that lies under an error of a library's, if one does."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


def certificate_words(error: ssl.SSLCertVerificationError, account: str, host: str) -> str:
    """What is wrong with a certificate, and what to do about it."""
    names = {"account": account, "host": host}
    if error.verify_code in UNKNOWN_AUTHORITY:
        return _(
            "{account}: the certificate of {host} is signed by an authority that is not known here. If it is your "
            "company's own, say so: agentdesk account add {account} --ca-file FILE",
            **names,
        )
    if error.verify_code in OUT_OF_DATE:
        return _("{account}: the certificate of {host} is out of date. Check this machine's clock, too.", **names)
    if error.verify_code in OTHER_NAME:
        return _("{account}: the certificate that {host} shows is for another name. Check the address.", **names)
    return _("{account}: the certificate of {host} is not good: {reason}.", **names, reason=error.verify_message)


def issuer(host: str, port: int) -> str:
    """Who says to have signed the certificate that a server shows; empty where that cannot be seen.

    Nothing is sent over this connection, and nothing that it shows is believed.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), LOOK_SECONDS) as line,
            context.wrap_socket(line, server_hostname=host) as tls,
        ):
            return issuer_name(tls.getpeercert(binary_form=True) or b"")
    except OSError:
        return ""


def issuer_name(certificate: bytes) -> str:
    """The issuer's common name, or else its organisation, in a certificate (X.509 as DER); empty where it has none."""
    try:
        fields = _parts(_parts(_parts(certificate)[0][1])[0][1])
        names = fields[3 if fields[0][0] == 0xA0 else 2][1]  # the version comes first, unless it is the oldest
        found = {part[1][:5]: part for names in [names] for _tag, pairs in _parts(names) for part in _parts(pairs)}
        for kind in (_COMMON_NAME, _ORGANIZATION):
            if kind in found:
                return _parts(found[kind][1])[1][1].decode("utf-8", "replace")
    except IndexError:
        return ""
    return ""


def _parts(content: bytes) -> list[tuple[int, bytes]]:
    """The tags and contents that follow one another in DER; IndexError where it is cut off."""
    parts, at = [], 0
    while at < len(content):
        tag, size, at = content[at], content[at + 1], at + 2
        if size & 0x80:
            length = size & 0x7F
            size, at = int.from_bytes(content[at : at + length]), at + length
        if at + size > len(content):
            raise IndexError(at)
        parts.append((tag, content[at : at + size]))
        at += size
    return parts
