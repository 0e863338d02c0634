"""
Heads of fields before a text: of mail and news (RFC 5322), of forwarded mail, and front matter of pages.

A head is a run of lines that begin with names of a closed list; a text may begin with one or two such lines.
"""

import json
import re
from email import message_from_string
from email.message import Message

_MAIL_NAMES = (
    r"From|To|Cc|Bcc|Subject|Date|Sent|Message-I[Dd]|References|In-Reply-To|Reply-To|Lines|"
    r"Received|Return-Path|Delivered-To|Path|Newsgroups|"
    r"Organization|Sender|List-[\w-]+|X-[\w-]+|MIME-Version|Mime-Version|Content-[\w-]+|"
    r"User-Agent|NNTP-[\w-]+|Xref|Followup-To|Distribution|"
    r"Precedence|Importance|Priority|Attachments?|Status|DKIM-Signature|Authentication-Results|"
    r"Errors-To|Summary|Keywords|Approved|Expires|"
    r"De|À|Envoyé|Objet|发件人|收件人|寄件者|收件者|主题|主旨|日期|发送时间|时间|抄送|抄送人|附件|发送日期"
)
_FIELD = rf"\*?(?:{_MAIL_NAMES})\*?[ \t]*[:：].*(?:\n|\Z)(?:[ \t]+\S.*(?:\n|\Z))*"
_ENVELOPE = r"(?:From \S+ .*\d{4}.*\n)?"
_HEAD = re.compile(rf"\s*{_ENVELOPE}((?:{_FIELD}){{3,}})\n*")
_WHO = re.compile(r"^\*?(?:From|发件人|寄件者|De)\*?[ \t]*[:：]", re.MULTILINE)
_WHAT = re.compile(
    r"^\*?(?:Subject|To|Date|Sent|Message-I[Dd]|Newsgroups|主题|主旨|收件人|收件者|日期|发送时间|时间|"
    r"Objet|À)\*?[ \t]*[:：]",
    re.MULTILINE,
)
_DIVIDER = (
    r"(?:[ \t>]*(?:[-_*=]{2,} ?(?:Original|Forwarded|Message|Begin|Mail|Weitergeleitete|Message "
    r"d'origine|邮件原件|原始邮件|原邮件|转发|轉寄|轉發|回复)"
    r"[^\n]*?[-_*=]{2,}|Begin forwarded message ?:|Forwarded by [^\n]*)[ \t]*\n\s*)"
)
_DIVIDING = ("Original Message", "orwarded", "Weitergeleitete", "Message d'origine", "Begin ")
_DIVIDING_ZH = ("邮件", "转发", "轉寄", "轉發")
_FORWARDED = re.compile(rf"(?:^|(?<=\n)){_DIVIDER}((?:{_FIELD}){{2,}})\n*")
_YAML = re.compile(r"\s*---[ \t]*\n((?:(?:[\w.-]+[ \t]*:.*|[ \t]+\S.*|- .*|#.*|[ \t]*)\n)+?)(?:---|\.\.\.)[ \t]*\n\s*")
_TOML = re.compile(r"\s*\+\+\+[ \t]*\n(?:(?:[\w.-]+[ \t]*=.*|\[.*\]|[ \t]*[\"'\]].*|#.*|[ \t]*)\n)+?\+\+\+[ \t]*\n\s*")
_PAGE_NAMES = (
    "Title|Date|Category|Categories|Tags?|Slug|Status|Authors?|Summary|Modified|Lang|Template|"
    "Layout|Permalink|Keywords|URL|save_as|Published|Series|Cover|Translation"
)
_PAGE_HEAD = re.compile(rf"\s*((?:(?:{_PAGE_NAMES}):[^\n]*\n){{3,}})\s*\n", re.IGNORECASE)
_PAGE_ONLY = re.compile(
    r"^(?:Slug|Tags?|Category|Categories|Status|Layout|Permalink|save_as|Modified):", re.MULTILINE | re.IGNORECASE
)
_MIN_LEFT = 4  # characters


def heads(text: str) -> str:
    """A text without the head of its mail or page; of a mail in parts, the part that is text."""
    for find in (_front_matter, _json_head, _page_head, _mail, _forwarded):
        found = find(text)
        if found != text and len(found.strip()) >= _MIN_LEFT:
            text = found
    return text


def _front_matter(text: str) -> str:
    for form in (_YAML, _TOML):
        found = form.match(text)
        if found:
            return text[found.end() :]
    return text


def _json_head(text: str) -> str:
    """Without an object of JSON before the text; one that is all of it is no head."""
    if not text.lstrip().startswith("{"):
        return text
    start = len(text) - len(text.lstrip())
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return text
    return text[end:].lstrip() if isinstance(value, dict) and text[end : end + 1] == "\n" else text


def _page_head(text: str) -> str:
    found = _PAGE_HEAD.match(text)
    return text[found.end() :] if found and len(_PAGE_ONLY.findall(found[1])) >= 2 else text


def _mail(text: str) -> str:
    found = _HEAD.match(text)
    if found is None or not _WHO.search(found[1]) or not _WHAT.search(found[1]):
        return text
    if re.search(r"^Content-(?:Type|Transfer-Encoding):", found[1], re.MULTILINE | re.IGNORECASE):
        part = _text_part(message_from_string(found[1].strip() + "\n\n" + text[found.end() :]))
        if part:
            return part
    return text[found.end() :]


def _text_part(message: Message) -> str:
    """The text of a mail: its part in plain text, else that in HTML; "" when it has none that can be read."""
    parts = [part for part in message.walk() if part.get_content_maintype() == "text" and not part.get_filename()]
    parts.sort(key=lambda part: part.get_content_subtype() != "plain")
    for part in parts:
        payload = part.get_payload()
        if not isinstance(payload, str):
            continue
        if str(part.get("Content-Transfer-Encoding", "")).strip().lower() not in ("quoted-printable", "base64"):
            return payload.strip()
        data = part.get_payload(decode=True)
        try:
            return (
                data.decode(part.get_content_charset() or "utf-8", "replace").strip() if isinstance(data, bytes) else ""
            )
        except LookupError:
            continue
    return ""


def _forwarded(text: str) -> str:
    """Without the divider and the head of a mail that is forwarded or answered below."""
    return _FORWARDED.sub("", text) if any(words in text for words in (*_DIVIDING, *_DIVIDING_ZH)) else text
