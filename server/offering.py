"""The office's own rules of offers, and how far each person may go by them. Decides no offer.

A company's rules are one setting of the office, checked whole before they are put; without one, those that
come with Ronda hold. Laptops read them in their feed.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine

from sync import offers
from sync.records import UserRole
from sync.rules.offer_rules import Limit, OfferRules, limit_of, offer_rules_from

from .store import offices
from .store.agents import Agent
from .store.engine import reading

SETTING = "offer_rules"


def rules(connection: Connection) -> OfferRules:
    return own(connection) or offers.default()


def own(connection: Connection) -> OfferRules | None:
    """The company's rules; None where those that come with Ronda hold, which every laptop has."""
    said = offices.get(connection, SETTING)
    return None if said is None else offer_rules_from(said, strict=False)


def held(engine: Engine) -> OfferRules:
    with reading(engine) as connection:
        return rules(connection)


def limit_of_agent(found: OfferRules, agent: Agent) -> Limit:
    """A collector's own limit, by his username or his name, else what collectors may."""
    for name in (agent.username, agent.name):
        if name in found.persons:
            return found.persons[name]
    return limit_of(found, {UserRole.COLLECTOR.value})


def limit_of_person(found: OfferRules, username: str, roles: frozenset[UserRole]) -> Limit:
    """What somebody of the office may decide; an administrator decides nothing by being one."""
    return limit_of(found, {role.value for role in roles}, username)
