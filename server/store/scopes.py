"""What a user may see: the one `Scope` that filters every read. Decides nothing about roles."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, exists, false, or_, select, true

from .tables import accounts, agents, assignments, roles, user_roles, user_scopes, users

SEES_ALL = {"administrator"}
SEES_OWN = {"collector"}


@dataclass(frozen=True)
class Share:
    """One slice of the portfolio; None means every one."""

    lender_id: str | None = None
    branch: str | None = None
    team: str | None = None


@dataclass(frozen=True)
class Scope:
    """The union of `shares`; with `agent_id`, only debtors that agent has today."""

    shares: tuple[Share, ...] = ()
    agent_id: str | None = None

    @classmethod
    def everything(cls) -> Scope:
        return cls(shares=(Share(),))

    @property
    def whole(self) -> bool:
        """True for who sees every lender, branch and team."""
        return self.agent_id is None and Share() in self.shares

    def accounts(self) -> ColumnElement[bool]:
        """The condition on `accounts` that lets a row through."""
        seen = self._slices(accounts)
        return and_(seen, self._own()) if self.agent_id is not None else seen

    def rows(self, told: FromClause) -> ColumnElement[bool]:
        """The same condition on rows that tell of an account's lender, branch, team and agent."""
        seen = self._slices(told)
        return and_(seen, told.c.agent_id == self.agent_id) if self.agent_id is not None else seen

    def debtors(self) -> Select[tuple[str]]:
        """The ids of debtors with at least one account in scope, for `IN`: some come more than once.

        Nothing more is said than is needed: SQLite answers from an index what has no condition and is not
        distinct, and would otherwise make the set anew for every query.
        """
        query = select(accounts.c.debtor_id)
        return query if self.whole else query.where(self.accounts())

    def sees(self, debtor: ColumnElement[str]) -> ColumnElement[bool]:
        """The condition that lets through what is about a debtor in scope, named by this column.

        Who sees the whole asks it of each row; who sees a part asks for the rows of his debtors.
        """
        if self.whole:
            return exists(
                select(accounts.c.id).where(accounts.c.debtor_id == debtor).correlate_except(accounts)
            )
        return debtor.in_(self.debtors())

    def agents(self) -> ColumnElement[bool]:
        """The condition on `agents`: himself for a collector, else those of his branches and teams."""
        if self.agent_id is not None:
            return agents.c.id == self.agent_id
        slices = []
        for share in self.shares:
            parts = [agents.c.branch == share.branch] if share.branch is not None else []
            parts += [agents.c.team == share.team] if share.team is not None else []
            slices.append(and_(true(), *parts))
        return or_(*slices) if slices else false()

    def _slices(self, told: FromClause) -> ColumnElement[bool]:
        slices = [_slice(share, told) for share in self.shares]
        return or_(*slices) if slices else false()

    def _own(self) -> ColumnElement[bool]:
        mine = select(assignments.c.debtor_id).where(
            assignments.c.agent_id == self.agent_id, assignments.c.until.is_(None)
        )
        return accounts.c.debtor_id.in_(mine)


def _slice(share: Share, told: FromClause) -> ColumnElement[bool]:
    parts: list[ColumnElement[bool]] = [true()]
    if share.lender_id is not None:
        parts.append(told.c.lender_id == share.lender_id)
    if share.branch is not None:
        parts.append(told.c.branch == share.branch)
    if share.team is not None:
        parts.append(told.c.team == share.team)
    return and_(*parts)


def scope_of(connection: Connection, user_id: str) -> Scope:
    """The scope of a user: everything for an administrator, his own debtors for a collector."""
    held = select(roles.c.name).join(user_roles, user_roles.c.role_id == roles.c.id)
    names = set(connection.execute(held.where(user_roles.c.user_id == user_id)).scalars())
    if names & SEES_ALL:
        return Scope.everything()
    rows = connection.execute(
        select(user_scopes.c.lender_id, user_scopes.c.branch, user_scopes.c.team).where(
            user_scopes.c.user_id == user_id
        )
    )
    shares = tuple(Share(row.lender_id, row.branch, row.team) for row in rows)
    if not names or names <= SEES_OWN:
        agent = connection.execute(select(agents.c.id).where(agents.c.user_id == user_id)).scalar()
        return Scope(shares, agent_id=agent or "")
    return Scope(shares)


def username_of(connection: Connection, user_id: str) -> str:
    return connection.execute(select(users.c.username).where(users.c.id == user_id)).scalar() or ""
