"""An e-mail in words: what came, what is lacking, where it can be read. Plain text and HTML say the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Final
from urllib.parse import quote

from geoalarm.core.terms import LANGUAGES
from geoalarm.i18n.messages import in_place, number, text
from geoalarm.schedule.delivery.retry import PermanentError
from geoalarm.schedule.plan.jobs import Mail
from geoalarm.schedule.scheduled_edition import Document, ScheduledEdition, require_unchanged
from geoalarm.schedule.state.delivery_ledger import DeliveryItem

POLICY: Final = SMTP.clone(cte_type="7bit")
_MB: Final = 1_000_000
_BASE64: Final = 4 / 3
_MOST_LACKING: Final = 30
_MOST_LINKS: Final = 20


@dataclass(frozen=True, slots=True)
class MessageText:
    """The parts of a message before they become MIME."""

    lang: str
    subject: str
    paragraphs: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    lacking: tuple[str, ...]
    closing: tuple[str, ...]
    attached: tuple[Document, ...]


def compose(
    target: Mail, parcel: DeliveryItem, edition: ScheduledEdition, *, due: datetime, sent: datetime
) -> EmailMessage:
    """The message of a parcel.

    Raises
    ------
    PermanentError
        If the documents are too large for an e-mail and there is no link in their place.
    """
    letter = write(target, parcel, edition, due=due)
    lang = letter.lang
    message = EmailMessage(policy=POLICY)
    message["Subject"] = one_line(letter.subject)
    message["From"] = target.sender
    message["To"] = parcel.addressee
    message["Date"] = format_datetime(sent)
    message["Message-ID"] = message_id(target, parcel)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_plain(letter))
    message.add_alternative(_html(letter), subtype="html")
    for one in letter.attached:
        content = require_unchanged(edition, one.path, one.sha256).read_bytes()
        message.add_attachment(
            content, maintype="application", subtype="pdf", filename=one_line(one.path.rpartition("/")[2])
        )
    message["Content-Language"] = lang  # last: adding a part moves such headers into the first one
    return message


def message_id(target: Mail, parcel: DeliveryItem) -> str:
    """The same for the same parcel, so that a mailbox can tell a second copy."""
    return f"<{parcel.key[:40]}@{parseaddr(target.sender)[1].rpartition('@')[2]}>"


def write(target: Mail, parcel: DeliveryItem, edition: ScheduledEdition, *, due: datetime) -> MessageText:
    """What the message says."""
    documents = edition.of(parcel.commune) if parcel.commune else edition.documents
    lang, day = language(target, documents), due.date()
    name = one_line(edition.names.get(parcel.commune, parcel.commune))
    if parcel.commune:
        subject = text("schedule.mail.subject_commune", lang, commune=name, date=day)
        opening = text("schedule.mail.opening_commune", lang, place=in_place(name, lang), date=day)
    else:
        subject = text("schedule.mail.subject_edition", lang, n=len(edition.names), date=day)
        opening = text("schedule.mail.opening_edition", lang, n=len(edition.names), date=day)
    attached, too_large = _attachments(target, documents)
    links = _links(target, documents, f"{parcel.job}/{edition.folder.name}", lang) if target.link else ()
    paragraphs = [*([text("sentence.example", lang)] if edition.example else []), opening]
    if attached:
        paragraphs.append(text("schedule.mail.attached", lang, n=len(attached)))
    if too_large:
        if not links:
            told = (
                f"documents of {too_large:.1f} MB are over limit_mb {target.limit_mb:g}, and there is no link"
            )
            raise PermanentError(told)
        paragraphs.append(text("schedule.mail.too_large", lang, size=number(too_large, lang, decimals=1)))
    if edition.layers_lacking:
        told = ", ".join(one_line(one.name) for one in edition.layers_lacking)
        paragraphs.append(text("schedule.mail.layers", lang, layers=told))
    lacking = () if parcel.commune else _lacking(edition, lang)
    closing = (text("sentence.limit", lang), text("schedule.mail.automatic", lang))
    return MessageText(lang, subject, tuple(paragraphs), links, lacking, closing, attached)


def language(target: Mail, documents: Sequence[Document]) -> str:
    """The language of a message: the one named, else the first that the documents come in."""
    return target.lang or next((one.lang for one in documents if one.lang), LANGUAGES[0])


def one_line(words: str) -> str:
    """Text fit for a header: no line breaks, no control or direction characters, no double spaces."""
    plain = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Cs") else sign for sign in words
    )
    return re.sub(" {2,}", " ", plain).strip(" ")


def _attachments(target: Mail, documents: Sequence[Document]) -> tuple[tuple[Document, ...], float]:
    """The documents to attach, or none and their size [MB] where they are too large."""
    wanted = tuple(one for one in documents if one.kind == "pdf") if target.attach == "pdf" else ()
    size = sum(one.size for one in wanted) * _BASE64 / _MB
    return ((), size) if size > target.limit_mb else (wanted, 0.0)


def _links(target: Mail, documents: Sequence[Document], place: str, lang: str) -> tuple[tuple[str, str], ...]:
    """Titles and addresses of what can be read: the index if any, else the pages, else prints."""
    there = {one.path: one for one in documents}
    index = [there[name] for name in (f"index.{lang}.html", "index.html") if name in there][:1]
    pages = (
        index
        or [one for one in documents if one.kind == "html"]
        or [one for one in documents if one.kind == "pdf"]
    )
    titles = [text("schedule.mail.all", lang)] if index else [_title(one) for one in pages]
    addresses = [f"{target.link}/{quote(f'{place}/{one.path}')}" for one in pages]
    return tuple(zip(titles, addresses, strict=True))[:_MOST_LINKS]


def _title(one: Document) -> str:
    """What a link says: the name, and the language where it is known."""
    return one_line(f"{one.name} ({one.lang})" if one.name and one.lang else one.name) or one.path


def _lacking(edition: ScheduledEdition, lang: str) -> tuple[str, ...]:
    """What could not be made: a sentence and the names, a long list cut and counted."""
    if not edition.communes_lacking:
        return ()
    names = [one_line(one.name or one.commune) for one in edition.communes_lacking]
    more = (
        [text("schedule.mail.more", lang, n=len(names) - _MOST_LACKING)] if len(names) > _MOST_LACKING else []
    )
    return (text("schedule.mail.lacking", lang, n=len(names)), *names[:_MOST_LACKING], *more)


def _plain(letter: MessageText) -> str:
    lang, parts = letter.lang, list(letter.paragraphs)
    if letter.links:
        parts.append(
            "\n".join(
                [
                    text("schedule.mail.links", lang),
                    *(f"- {title}\n  {address}" for title, address in letter.links),
                ]
            )
        )
    if letter.lacking:
        parts.append("\n".join([letter.lacking[0], *(f"- {name}" for name in letter.lacking[1:])]))
    return "\n\n".join([*parts, *letter.closing]) + "\n"


def _html(letter: MessageText) -> str:
    lang = letter.lang
    body = [f"<p>{escape(one)}</p>" for one in letter.paragraphs]
    if letter.links:
        items = "".join(
            f'<li><a href="{escape(address)}">{escape(title)}</a></li>' for title, address in letter.links
        )
        body.append(f"<p>{escape(text('schedule.mail.links', lang))}</p><ul>{items}</ul>")
    if letter.lacking:
        items = "".join(f"<li>{escape(name)}</li>" for name in letter.lacking[1:])
        body.append(f"<p>{escape(letter.lacking[0])}</p><ul>{items}</ul>")
    closing = "".join(f"<p>{escape(one)}</p>" for one in letter.closing)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>'
        f"{escape(letter.subject)}</title></head>"
        f'<body style="font:16px/1.5 sans-serif;color:#16202B;max-width:40em">{"".join(body)}'
        f'<div style="color:#4A5662;font-size:14px">{closing}</div></body></html>\n'
    )
