"""Everyone on this laptop, to be found by name or document."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from ..store import records
from .guard import store

blueprint = Blueprint("people", __name__)
MOST = 100


@blueprint.route("/cartera", methods=["GET", "POST"])
def show() -> str:
    """What is searched for is a person's name: it is posted, and stands in no address or history."""
    words = request.form.get("q", "").strip()[:80]
    with store().reading() as db:
        found = records.debtors(db, words, MOST + 1)
        accounts: dict[str, int] = {}
        for account in records.all_of(db, "account"):
            accounts[account["debtor"]] = accounts.get(account["debtor"], 0) + 1
    return render_template(
        "field/people.html", found=found[:MOST], more=len(found) > MOST, accounts=accounts, words=words
    )
