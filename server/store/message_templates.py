"""The office's own versions of message templates; none is overwritten. Knows no text that is shipped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from sync.ids import new_id
from sync.rules.messages import Audience, Medium, Template

from .tables import message_templates


def latest(connection: Connection) -> dict[str, Template]:
    """By key the last version of every template that the office has written."""
    query = select(message_templates).order_by(message_templates.c.version)
    return {row["name"]: _template(row) for row in connection.execute(query).mappings()}


def versions(connection: Connection, key: str) -> list[dict[str, Any]]:
    """Every version of one, the newest first: the template, when and by whom."""
    query = (
        select(message_templates)
        .where(message_templates.c.name == key)
        .order_by(message_templates.c.version.desc())
    )
    return [
        {"template": _template(row), "recorded_at": row["recorded_at"], "actor": row["actor"]}
        for row in connection.execute(query).mappings()
    ]


def add(connection: Connection, template: Template, actor: str, now: datetime) -> int:
    """Keep it as the next version of its key; answers the version."""
    held = select(func.max(message_templates.c.version)).where(message_templates.c.name == template.key)
    version = (connection.execute(held).scalar() or 0) + 1
    connection.execute(
        insert(message_templates).values(
            id=new_id(),
            name=template.key,
            version=version,
            said={
                "title": template.title,
                "medium": template.medium.value,
                "audience": template.audience.value,
                "subject": template.subject,
                "text": template.text,
                "language": template.language,
                "packs": list(template.packs),
            },
            recorded_at=now,
            actor=actor,
        )
    )
    return int(version)


def _template(row: Any) -> Template:
    said = row["said"]
    return Template(
        key=row["name"],
        title=said["title"],
        medium=Medium(said["medium"]),
        audience=Audience(said["audience"]),
        text=said["text"],
        subject=said["subject"],
        language=said["language"],
        packs=tuple(said["packs"]),
        version=row["version"],
    )
