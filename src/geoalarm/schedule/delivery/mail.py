"""Delivery by e-mail: over TLS with a checked certificate or not at all, each message at most once.

A message is accepted when the server answers the last dot. The intent is on the disk before that dot leaves
and the receipt after the answer: a death in between leaves a parcel ``sending``, and the next start calls it
``uncertain``, because nobody can know.
"""

from __future__ import annotations

import logging
import os
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.utils import parseaddr
from typing import Final

from geoalarm.core.english_counts import counted
from geoalarm.core.errors import GeoalarmError
from geoalarm.schedule.delivery.message import POLICY, compose, message_id
from geoalarm.schedule.delivery.retry import PermanentError, TransientError, error_text
from geoalarm.schedule.delivery.shipment import Shipment
from geoalarm.schedule.plan.jobs import Mail
from geoalarm.schedule.state.delivery_ledger import DeliveryItem

logger = logging.getLogger(__name__)

TIMEOUT_S: Final = 30.0
_PER_CONNECTION: Final = 50
_CLOSING: Final = 421


class _Dropped(Exception):
    """The connection is gone; what was not sent goes over the next one."""


class MailCarrier:
    """Sends one message for each commune or edition and address; nobody sees the address of another."""

    def __init__(self, target: Mail, shipment: Shipment) -> None:
        self._target, self._shipment = target, shipment

    def parcels(self) -> Sequence[DeliveryItem]:
        """Every message."""
        everybody = self._target.to.get("*", ())
        if self._target.per == "edition":
            return [self._shipment.parcel(self._target.name, addressee=one) for one in everybody]
        return [
            self._shipment.parcel(self._target.name, commune=commune, addressee=one)
            for commune in self._shipment.edition.names
            for one in dict.fromkeys((*self._target.to.get(commune, ()), *everybody))
        ]

    def settle_doubts(self) -> None:
        """A message whose last dot may have been sent, and whose receipt is not on the disk."""
        parcels = list(self.parcels())
        states = self._shipment.ledger.states(parcels)
        for parcel in parcels:
            if states.get(parcel.key) == "sending":
                self._doubt(parcel, "there is no receipt: the service ended, or could not write it")

    def carry(self, parcels: Sequence[DeliveryItem]) -> None:
        """Send, over as many connections as it takes.

        Raises
        ------
        TransientError
            If the server is away, or asked to wait with some of them.
        PermanentError
            If it has no TLS, no certificate for its name, or refuses our login.
        """
        left, asked_to_wait = list(parcels), 0
        while left:
            answered = 0
            try:
                with self._connection() as smtp:
                    while left and answered < _PER_CONNECTION:
                        self._shipment.clock.check()
                        asked_to_wait += not self._answered(smtp, left[0])
                        left.pop(0)
                        answered += 1
            except _Dropped as error:
                open_before, left = len(left), self._shipment.ledger.unsettled(left)
                if not answered and len(left) == open_before:
                    raise TransientError(f"mail server {self._target.host}: {error}") from error
        if asked_to_wait:
            raise TransientError(
                f"mail server {self._target.host} asked to wait with {counted(asked_to_wait, 'message')}"
            )

    def _answered(self, smtp: smtplib.SMTP, parcel: DeliveryItem) -> bool:
        """Send one message and write down the answer; False where it may be tried again."""
        ledger = self._shipment.ledger
        try:
            code, reply = self._send(smtp, parcel)
        except (PermanentError, GeoalarmError) as error:
            logger.error(
                "%s: message for %s not sent: %s", self._target.name, parcel.addressee, error_text(error)
            )
            ledger.fail(parcel, error_text(error))
            return True
        except (smtplib.SMTPException, OSError) as error:
            raise _Dropped(error_text(error)) from error
        if code == _CLOSING:
            ledger.wait(parcel, _reply(code, reply))
            raise _Dropped(_reply(code, reply))
        if code < 400:
            ledger.receipt(parcel, _reply(code, reply))
        elif code < 500:
            ledger.wait(parcel, _reply(code, reply))
        else:
            logger.error(
                "%s: message for %s refused: %s", self._target.name, parcel.addressee, _reply(code, reply)
            )
            ledger.fail(parcel, _reply(code, reply))
        if code >= 400:
            try:
                smtp.rset()
            except (smtplib.SMTPException, OSError) as error:
                raise _Dropped(error_text(error)) from error
        return not 400 <= code < 500

    def _send(self, smtp: smtplib.SMTP, parcel: DeliveryItem) -> tuple[int, bytes]:
        """The last answer of the server: to the message, or to the first step it did not like."""
        shipment = self._shipment
        message = compose(self._target, parcel, shipment.edition, due=shipment.due, sent=shipment.clock.now())
        content = re.sub(rb"(?m)^\.", b"..", message.as_bytes(policy=POLICY))
        size = [f"size={len(content)}"] if smtp.has_extn("size") else []
        code, reply = smtp.mail(parseaddr(self._target.sender)[1], size)
        if code == 250:
            code, reply = smtp.rcpt(parcel.addressee)
        if code in (250, 251):
            code, reply = smtp.docmd("DATA")
        if code != 354:
            return (code, reply) if code >= 400 else (500, b"unexpected answer: " + reply)
        smtp.send(content if content.endswith(b"\r\n") else content + b"\r\n")
        shipment.ledger.intend(parcel, message_id=message_id(self._target, parcel))
        try:
            smtp.send(b".\r\n")
            return smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._doubt(parcel, f"no answer from the server: {error_text(error)}")
            raise

    def _doubt(self, parcel: DeliveryItem, note: str) -> None:
        if self._target.when_uncertain == "again":
            self._shipment.ledger.wait(parcel, note)
        else:
            logger.error(
                "%s: it is uncertain whether the message for %s left; it is not sent again",
                self._target.name,
                parcel.addressee,
            )
            self._shipment.ledger.doubt(parcel, note)

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        smtp = self._connect()
        try:
            yield smtp
            _leave(smtp)
        finally:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        """A connection that nobody can read along, logged in where the file says so."""
        target = self._target
        login = credentials(target)
        try:
            context = ssl.create_default_context(cafile=target.cafile)
        except OSError as error:
            raise PermanentError(f"cafile of {target.name}: {error_text(error)}") from error
        smtp: smtplib.SMTP | None = None
        try:
            if target.security == "tls":
                smtp = smtplib.SMTP_SSL(target.host, target.port, timeout=TIMEOUT_S, context=context)
            else:
                smtp = smtplib.SMTP(target.host, target.port, timeout=TIMEOUT_S)
                code, reply = smtp.starttls(context=context)
                if code != 220:
                    raise smtplib.SMTPResponseException(code, reply)
            if smtp.sock is not None:  # the last dot does not wait for an acknowledgement
                smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if login:
                smtp.login(*login)
            smtp.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            if smtp is not None:
                smtp.close()
            raise _sorted_out(target.host, error) from error
        return smtp


def credentials(target: Mail) -> tuple[str, str] | None:
    """User and password from the environment, or None where the file names none.

    Raises
    ------
    PermanentError
        If a variable is not set.
    """
    if not target.user_env:
        return None
    missing = [name for name in (target.user_env, target.password_env) if not os.environ.get(name)]
    if missing:
        raise PermanentError(f"environment variable {', '.join(missing)} of {target.name} is not set")
    return os.environ[target.user_env], os.environ[target.password_env]


def _leave(smtp: smtplib.SMTP) -> None:
    """Say goodbye; a server that left before has all it needs."""
    try:
        smtp.quit()
    except (smtplib.SMTPException, OSError) as error:
        logger.debug("the server left before we did: %s", error)


def _sorted_out(host: str, error: Exception) -> TransientError | PermanentError:
    """A failure to connect: passing, or final."""
    told = f"mail server {host}: {error_text(error)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return PermanentError(f"{told}; its certificate is not accepted, and nothing was sent")
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return PermanentError(f"{told}; nothing is sent in plain")
    if isinstance(error, smtplib.SMTPResponseException):
        return PermanentError(told) if error.smtp_code >= 500 else TransientError(told)
    return TransientError(told)


def _reply(code: int, reply: bytes) -> str:
    return f"{code} {error_text(TransientError(reply.decode(errors='replace')))}"
