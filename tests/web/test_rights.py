"""Who may open which page: every page × everyone, as this table says and not as the program's own."""

from __future__ import annotations

import pytest
from flask import Flask

from .conftest import ClientOf
from .worlds import STAFF, World, csrf_of

EVERYONE = " ".join(STAFF)
READERS = "nora alicia bruno carla dora elena"

# endpoint → (the address for an object of Duitama, who may open it). root may open everything.
# Words in braces are filled from the world. Hilda and Bruno are of Tunja: what is Duitama's is 404 to them.
GET: dict[str, tuple[str, str]] = {
    "remote.index": ("/remote/", "nora alicia bruno elena dora fabio gustavo hilda"),
    "stops.index": ("/stops/", "nora alicia bruno carla dora elena"),
    "proposals.index": ("/proposals/", "nora alicia bruno elena dora"),
    "home.index": ("/", EVERYONE),
    "home.rows": ("/today/new", READERS),
    "home.mending": ("/today/mending/{nothing}", "nora alicia bruno"),
    "session.password": ("/password", EVERYONE),
    "portfolio.index": ("/portfolio/", f"{READERS} fabio gustavo hilda"),
    "portfolio.accounts": ("/portfolio/accounts", f"{READERS} fabio gustavo hilda"),
    "search.found": ("/search/?q=rosa", f"{READERS} fabio gustavo hilda"),
    "debtors.case": ("/debtors/{rosa}", f"{READERS} fabio gustavo hilda"),
    "questions.show": ("/debtors/{rosa}/questions", f"{READERS} fabio gustavo hilda"),
    "policy.index": ("/policy/", f"{READERS} fabio gustavo hilda"),
    "policy.pack": ("/policy/co", f"{READERS} fabio gustavo hilda"),
    "wording.index": ("/policy/wording/", f"{READERS} fabio gustavo hilda"),
    "objections.index": ("/objections/", f"{READERS} fabio gustavo hilda"),
    "objections.new": ("/objections/new", "nora alicia bruno carla dora"),
    "objections.edit": ("/objections/sin_dinero", "nora alicia bruno carla dora"),
    "places.index": ("/places/", f"{READERS} fabio gustavo hilda"),
    "places.map": ("/places/map", f"{READERS} fabio gustavo hilda"),
    "places.case": ("/places/case/{rosa}", f"{READERS} fabio gustavo hilda"),
    "worklists.index": ("/worklists/", f"{READERS} fabio"),
    "worklists.listed": ("/worklists/aviso-central", f"{READERS} fabio"),
    "worklists.file": ("/worklists/aviso-central.csv", f"{READERS} fabio"),
    "worklists.row": ("/worklists/aviso-central/{account}", f"{READERS} fabio"),
    "strategy.index": ("/strategy/", f"{READERS} fabio"),
    "strategy.listed": ("/strategy/writeoffs", READERS),
    "strategy.calibration": ("/strategy/calibration", READERS),
    "imports.index": ("/imports/", "nora alicia bruno elena"),
    "imports.report": ("/imports/{import}", "nora alicia bruno elena"),
    "imports.upload": ("/imports/new", "nora alicia bruno"),
    "returns.index": ("/returns/", "nora alicia bruno elena"),
    "figures.index": ("/figures/", READERS),
    "figures.rows": ("/figures/rows?code=kept_rate", READERS),
    "figures.trends": ("/figures/trends", READERS),
    "figures.rolls": ("/figures/rolls", READERS),
    "figures.export_progress": ("/figures/export/{nothing}", "elena"),
    "figures.export_file": ("/figures/export/{nothing}/file", "elena"),
    "commissions.index": ("/commissions/?month=2026-10", f"{READERS} gustavo hilda"),
    "cash.index": ("/cash/", "nora alicia bruno carla elena"),
    "cash.agent": ("/cash/agents/{gustavo}", "nora alicia bruno carla elena"),
    "commissions.agent": ("/commissions/agents/{gustavo}", f"{READERS} gustavo hilda"),
    "commissions.progress": ("/commissions/jobs/{nothing}", "nora alicia bruno carla elena"),
    "months.index": ("/months/", READERS),
    "months.month": ("/months/{close}", READERS),
    "months.progress": ("/months/jobs/{nothing}", "elena"),
    "returns.lender": ("/returns/{lender}", "nora alicia bruno elena"),
    "returns.layout": ("/returns/{lender}/layout", "nora alicia bruno elena"),
    "returns.file": ("/returns/files/{returned}", "nora alicia bruno elena"),
    "returns.download": ("/returns/files/{returned}/download", "nora alicia bruno elena"),
    "returns.rejected": ("/returns/files/{returned}/rejects", "nora alicia bruno elena"),
    "imports.review": ("/imports/new/{nothing}", "nora alicia bruno"),
    "imports.progress": ("/imports/new/{nothing}/progress", "nora alicia bruno"),
    "assignments.index": ("/assignments/", "nora alicia bruno elena"),
    "assignments.barred": ("/assignments/barred", "nora alicia bruno elena dora"),
    "assignments.unassigned": ("/assignments/unassigned", "nora alicia bruno elena"),
    "assignments.agent": ("/assignments/agents/{gustavo}", "nora alicia bruno elena"),
    "assignments.map": ("/assignments/map", "nora alicia bruno elena"),
    "desk.index": ("/assignments/desk/", "nora alicia bruno elena"),
    "desk.history": ("/assignments/desk/history", "nora alicia bruno elena"),
    "desk.doubles": ("/assignments/desk/doubles", "nora alicia bruno elena"),
    "desk.progress": ("/assignments/desk/jobs/{nothing}", "nora alicia bruno"),
    "desk.draft": ("/assignments/desk/{draft}", "nora alicia bruno elena"),
    "desk.map": ("/assignments/desk/{draft}/map", "nora alicia bruno elena"),
    "routes.index": ("/routes/", "nora alicia bruno elena gustavo hilda"),
    "routes.route": ("/routes/{route}", "nora alicia bruno elena gustavo hilda"),
    "routes.sheet": ("/routes/{route}/sheet", "nora alicia bruno elena gustavo hilda"),
    "routes.map": ("/routes/{route}/map", "nora alicia bruno elena gustavo hilda"),
    "routes.progress": ("/routes/jobs/{nothing}", "nora alicia bruno"),
    "orders.changes": ("/routes/{route}/changes", "nora alicia bruno elena"),
    "weeks.index": ("/week/", "nora alicia bruno elena"),
    "geocoding.index": ("/geocoding/", "nora alicia bruno elena"),
    "locating.progress": ("/geocoding/runs/{nothing}", "nora alicia bruno"),
    "geocoding.map": ("/geocoding/map", "nora alicia bruno elena"),
    "geocoding.address": ("/geocoding/{address}", "nora alicia bruno elena"),
    "geocoding.address_map": ("/geocoding/{address}/map", "nora alicia bruno elena"),
    "visits.index": ("/visits/", f"{READERS} gustavo hilda"),
    "visits.visit": ("/visits/{visit}", f"{READERS} gustavo hilda"),
    "visits.map": ("/visits/{visit}/map", f"{READERS} gustavo hilda"),
    "attachments.index": ("/attachments/", READERS),
    "attachments.picture": ("/attachments/{picture}", f"{READERS} gustavo hilda"),
    "attachments.paper": ("/attachments/papers/{paper}", f"{READERS} gustavo hilda"),
    "messages.index": ("/messages/of/{account}", f"{READERS} fabio"),
    "messages.show": ("/messages/{account}/recordatorio-whatsapp", f"{READERS} fabio"),
    "messages.templates": ("/messages/templates/", READERS),
    "messages.template": ("/messages/templates/recordatorio-whatsapp", READERS),
    "findings.index": ("/findings/", "carla dora elena"),
    "findings.checks": ("/findings/checks", f"{READERS} gustavo hilda"),
    "reviews.index": ("/reviews/", "carla dora elena"),
    "replays.index": ("/days/", "carla dora elena gustavo hilda"),
    "replays.day": ("/days/{gustavo}", "carla dora elena gustavo hilda"),
    "replays.map": ("/days/{gustavo}/map", "carla dora elena gustavo hilda"),
    "chains.index": ("/chains/", "carla dora elena"),
    "chains.laptop": ("/chains/{device}", "carla dora elena"),
    "chains.progress": ("/chains/jobs/{nothing}", "carla dora elena"),
    "mine.index": ("/mine/", "gustavo hilda"),
    "mine.of": ("/mine/agents/{gustavo}", "carla dora elena gustavo hilda"),
    "retention.index": ("/retention/", "carla dora elena"),
    "retention.progress": ("/retention/jobs/{nothing}", "dora elena"),
    "findings.finding": ("/findings/{finding}", "carla dora elena"),
    "approvals.index": ("/approvals/", READERS),
    "agreements.index": ("/agreements", READERS),
    "agreements.paper": ("/agreements/{agreement}", READERS),
    "agreements.simulator": ("/offers/{account}", f"{READERS} fabio"),
    "claims.index": ("/cases/", f"{READERS} fabio"),
    "claims.rights": ("/cases/rights", f"{READERS} fabio"),
    "claims.new": ("/cases/new/{rosa}", f"{READERS} fabio"),
    "claims.claim": ("/cases/{claim}", f"{READERS} fabio"),
    "claims.letter": ("/cases/{claim}/replies/{reply}", READERS),
    "oversight.compliance": ("/oversight/compliance", "dora elena"),
    "oversight.manager": ("/oversight/manager", "elena"),
    "safety.index": ("/safety/", READERS),
    "safety.map": ("/safety/map", READERS),
    "safety.new": ("/safety/zones/new", "nora alicia bruno carla"),
    "letters.index": ("/letters/", READERS),
    "letters.batch": ("/letters/1", READERS),
    "letters.pdf": ("/letters/1/cartas.pdf", "nora alicia bruno"),
    "letters.progress": ("/letters/jobs/{nothing}", "nora alicia bruno"),
    "case_files.form": ("/case-files/hand-over/{rosa}", "carla dora elena"),
    "case_files.progress": ("/case-files/jobs/{nothing}", "carla dora elena"),
    "case_files.download": ("/case-files/jobs/{nothing}/zip", "carla dora elena"),
    "erasures.index": ("/erasures/", "carla dora elena"),
    "erasures.erasure": ("/erasures/{erasure}", "carla dora elena"),
    "erasures.new": ("/erasures/new/{rosa}", "carla dora"),
    "devices.index": ("/devices/", "nora alicia bruno carla dora elena"),
    "devices.laptop": ("/devices/{device}", "nora alicia bruno carla dora elena"),
    "people.index": ("/people/", ""),
    "people.person": ("/people/fabio", ""),
    "quarantine.index": ("/quarantine/", "nora alicia bruno carla dora elena"),
    "quarantine.event": ("/quarantine/{device}/3", "nora alicia bruno carla dora elena"),
    "acts.index": ("/log/", READERS),
}
POST: dict[str, tuple[str, str]] = {
    "figures.export": ("/figures/export", "elena"),
    "remote.keep": ("/remote/{rosa}", "fabio gustavo hilda"),
    "stops.release": ("/stops/{nothing}/release", "dora"),
    "stops.seen": ("/stops/flags/{nothing}", "nora alicia bruno"),
    "proposals.decide": ("/proposals/address/{proposal}", "nora alicia bruno"),
    "session.logout": ("/logout", EVERYONE),
    "home.mend_routes": ("/today/mend", "nora alicia bruno"),
    "debtors.decide": ("/debtors/address/{proposal}/accept", "nora alicia bruno"),
    "questions.answer": ("/debtors/{rosa}/questions/{account}/done", f"{READERS} fabio"),
    "questions.review": ("/debtors/{rosa}/reviewed", f"{READERS} fabio gustavo hilda"),
    "questions.add_asset": ("/debtors/{rosa}/assets", "carla dora elena"),
    "questions.withdraw_asset": ("/debtors/{rosa}/assets/{nothing}/withdraw", "carla dora elena"),
    "objections.word": ("/objections/word", "nora alicia bruno carla dora"),
    "objections.switch": ("/objections/{nothing}/withdraw", "nora alicia bruno carla dora"),
    "portfolio.keep": ("/portfolio/lists", f"{READERS} fabio"),
    "portfolio.forget": ("/portfolio/lists/{nothing}/forget", f"{READERS} fabio"),
    "imports.rejected": ("/imports/{import}/rejected.csv", "nora alicia bruno elena"),
    "imports.confirm": ("/imports/new/{nothing}", "nora alicia bruno"),
    "returns.make": ("/returns/{lender}/make", "nora alicia bruno elena"),
    "commissions.make": ("/commissions/make", "nora alicia bruno carla elena"),
    "cash.give_book": ("/cash/agents/{gustavo}/books", "nora alicia bruno"),
    "cash.explain": ("/cash/agents/{gustavo}/books/{nothing}/gaps", "nora alicia bruno carla"),
    "cash.decide": ("/cash/agents/{gustavo}/receipts/{nothing}", "carla elena"),
    "cash.count": ("/cash/agents/{gustavo}/counts", "nora alicia bruno carla"),
    "cash.deposit": ("/cash/agents/{gustavo}/deposits", "nora alicia bruno carla"),
    "cash.reconcile": ("/cash/agents/{gustavo}/deposits/{nothing}", "carla elena"),
    "months.ask": ("/months/", "nora alicia bruno carla elena"),
    "months.withdraw": ("/months/{close}/withdraw", "nora alicia bruno carla elena"),
    "months.close": ("/months/{close}/close", "elena"),
    "imports.reread": ("/imports/new/{nothing}/reading", "nora alicia bruno"),
    "imports.cancel": ("/imports/new/{nothing}/cancel", "nora alicia bruno"),
    "assignments.run": ("/assignments/", "nora alicia bruno"),
    "desk.begin": ("/assignments/desk/", "nora alicia bruno"),
    "desk.effect": ("/assignments/desk/{nothing}/effect", "nora alicia bruno"),
    "desk.move": ("/assignments/desk/{nothing}/move", "nora alicia bruno"),
    "desk.undo": ("/assignments/desk/{nothing}/undo", "nora alicia bruno"),
    "desk.redo": ("/assignments/desk/{nothing}/redo", "nora alicia bruno"),
    "desk.save": ("/assignments/desk/{nothing}/save", "nora alicia bruno"),
    "desk.discard": ("/assignments/desk/{nothing}/discard", "nora alicia bruno"),
    "desk.put_back": ("/assignments/desk/{nothing}/put-back", "nora alicia bruno"),
    "worklists.make": ("/worklists/make", "nora alicia bruno elena"),
    "worklists.record": ("/worklists/aviso-central/{account}", "nora alicia bruno fabio"),
    "strategy.propose": ("/strategy/writeoffs", "nora alicia bruno elena"),
    "strategy.decide": ("/strategy/writeoffs/{writeoff}", "carla elena"),
    "strategy.calibrate": ("/strategy/calibration", "nora alicia bruno elena"),
    "routes.plan": ("/routes/plan", "nora alicia bruno"),
    "routes.publish": ("/routes/publish", "nora alicia bruno"),
    "hands.move": ("/routes/{route}/move", "nora alicia bruno"),
    "orders.look": ("/routes/{route}/order/look", "nora alicia bruno"),
    "orders.keep": ("/routes/{route}/order", "nora alicia bruno"),
    "orders.again": ("/routes/{route}/again", "nora alicia bruno"),
    "route_files.day": ("/routes/files", "nora alicia bruno elena"),
    "route_files.way": ("/routes/{route}/way", "nora alicia bruno elena gustavo hilda"),
    "hands.lock": ("/routes/{route}/lock", "nora alicia bruno"),
    "hands.free_order": ("/routes/{route}/free-order", "nora alicia bruno"),
    "hands.take_back": ("/routes/unpublish", "nora alicia bruno"),
    "weeks.plan": ("/week/plan", "nora alicia bruno"),
    "weeks.publish": ("/week/publish", "nora alicia bruno"),
    "routes.save": ("/routes/{route}/file", "nora alicia bruno elena"),
    "geocoding.accept_all": ("/geocoding/accept", "nora alicia bruno"),
    "locating.run": ("/geocoding/runs/", "nora alicia bruno"),
    "geocoding.correct": ("/geocoding/{address}", "nora alicia bruno"),
    "attachments.add_paper": ("/attachments/papers/of/{account}", "nora alicia bruno"),
    "notices.make_one": ("/notices/of/{account}", "nora alicia bruno"),
    "notices.make_terms_paper": ("/notices/of-agreement/{nothing}/agreement", "nora alicia bruno"),
    "notices.delivered": ("/notices/{nothing}/delivered", "nora alicia bruno"),
    "messages.sent": ("/messages/{account}/recordatorio-whatsapp/sent", "nora alicia bruno fabio"),
    "messages.save": ("/messages/templates/recordatorio-whatsapp/save", "nora alicia bruno dora"),
    "findings.resolve": ("/findings/{finding}", "carla"),
    "reviews.decide": ("/reviews/{visit}", "carla"),
    "reviews.several": ("/reviews/several", "carla"),
    "reviews.queue": ("/reviews/{visit}/queue", "carla dora"),
    "reviews.drawing": ("/reviews/drawing", "dora elena"),
    "visits.verify": ("/visits/{visit}/verify", "carla dora elena"),
    "visits.evidence": ("/visits/{visit}/evidence", "carla dora elena"),
    "chains.check": ("/chains/{device}", "carla dora elena"),
    "chains.check_all": ("/chains/", "carla dora elena"),
    "mine.answer": ("/mine/findings/{finding}", "gustavo hilda"),
    "mine.file": ("/mine/file", "gustavo hilda"),
    "retention.save": ("/retention/", "dora elena"),
    "retention.run": ("/retention/run", "dora elena"),
    "approvals.decide": ("/approvals/{offer}/approve", "nora alicia bruno carla elena"),
    "agreements.issue": ("/agreements/{agreement}/letter", "nora alicia bruno carla elena"),
    "agreements.deliver": ("/agreements/{agreement}/delivered", "nora alicia bruno carla elena"),
    "agreements.cancel": ("/promises/{nothing}/cancel", "nora alicia bruno carla elena"),
    "agreements.name": ("/payments/{nothing}/promise", "nora alicia bruno carla elena"),
    "policy.ask": ("/policy/debtor/{rosa}/override", "nora alicia bruno carla dora"),
    "policy.approve": ("/policy/override/{nothing}/approve", "nora alicia bruno carla dora"),
    "policy.end": ("/policy/override/{nothing}/end", "nora alicia bruno carla dora"),
    "claims.receive": ("/cases/new/{rosa}", f"{READERS} fabio"),
    "claims.note": ("/cases/{claim}/note", f"{READERS} fabio"),
    "claims.ask_correction": ("/cases/{claim}/corrections", f"{READERS} fabio"),
    "claims.move": ("/cases/{claim}/move", READERS),
    "claims.reply": ("/cases/{claim}/reply", READERS),
    "claims.decide_correction": ("/cases/{claim}/corrections/{nothing}/accept", "nora alicia bruno dora"),
    "claims.hold": ("/cases/{claim}/hold", "carla dora"),
    "claims.resolve": ("/cases/{claim}/resolve", "carla dora elena"),
    "claims.reopen": ("/cases/{claim}/reopen", "carla dora"),
    "safety.mark": ("/safety/zones/new", "nora alicia bruno carla"),
    "safety.renew": ("/safety/zones/1/renew", "nora alicia bruno carla"),
    "safety.end": ("/safety/zones/1/end", "nora alicia bruno carla"),
    "safety.dismiss": ("/safety/visits/{visit}/dismiss", "nora alicia bruno carla"),
    "safety.acknowledge": ("/safety/agents/{gustavo}/silence", "nora alicia bruno carla"),
    "letters.preview": ("/letters/", "nora alicia bruno"),
    "letters.make": ("/letters/1/make", "nora alicia bruno"),
    "letters.drop": ("/letters/1/drop", "nora alicia bruno"),
    "letters.follow": ("/letters/1/follow", "nora alicia bruno"),
    "case_files.dossier": ("/case-files/dossier/{claim}", "carla dora elena"),
    "case_files.access": ("/case-files/access/{claim}", "carla dora elena"),
    "case_files.hand_over": ("/case-files/hand-over/{rosa}", "carla dora elena"),
    "erasures.receive": ("/erasures/new/{rosa}", "carla dora"),
    "erasures.hold": ("/erasures/{erasure}/hold", "carla dora"),
    "erasures.release": ("/erasures/{erasure}/release", "carla dora"),
    "erasures.refuse": ("/erasures/{erasure}/refuse", "carla dora"),
    "erasures.carry_out": ("/erasures/{erasure}/carry-out", "carla"),
    "devices.issue": ("/devices/codes", "nora alicia bruno"),
    "devices.revoke": ("/devices/{device}/revoke", "nora alicia bruno"),
    "devices.wipe": ("/devices/{device}/wipe", "nora alicia bruno carla"),
    "devices.extend": ("/devices/{device}/extend", "nora alicia bruno carla"),
    "devices.queue": ("/devices/queues", "nora alicia bruno"),
    "devices.recover": ("/devices/{device}/recoveries", "nora alicia bruno carla dora"),
    "devices.approve": ("/devices/{device}/recoveries/{nothing}/approve", "carla dora"),
    "devices.withdraw": ("/devices/{device}/recoveries/{nothing}/close", "nora alicia bruno carla dora"),
    "devices.package": ("/devices/{device}/recoveries/{nothing}/package", "nora alicia bruno carla dora"),
    "quarantine.retry": ("/quarantine/retry", "nora alicia bruno carla"),
    "quarantine.release": ("/quarantine/{device}/release", "carla"),
    "people.entrust": ("/people/fabio", ""),
    "people.enable": ("/people/fabio/enable", ""),
    "people.add": ("/people/", ""),
    "people.new_password": ("/people/fabio/password", ""),
    "people.disable": ("/people/fabio/disable", ""),
}
PUBLIC = {"slips.ask", "slips.answer", "session.login", "health.ok", "static", "tiles.city"}
# Pages about one thing: in another's part of the portfolio it does not exist.
OBJECTS = {
    "debtors.case",
    "questions.show",
    "places.case",
    "assignments.agent",
    "desk.draft",
    "desk.map",
    "routes.route",
    "routes.sheet",
    "routes.map",
    "orders.changes",
    "visits.visit",
    "visits.map",
    "geocoding.address",
    "geocoding.address_map",
    "attachments.picture",
    "attachments.paper",
    "messages.index",
    "messages.show",
    "worklists.row",
    "devices.laptop",
    "replays.day",
    "replays.map",
    "chains.laptop",
    "mine.of",
    "quarantine.event",
    "agreements.paper",
    "agreements.simulator",
    "claims.new",
    "claims.claim",
    "claims.letter",
    "commissions.agent",
    "cash.agent",
    "case_files.form",
    "letters.batch",
}
# How far work of one's own is: another's does not exist.
OF_A_JOB = {
    "routes.progress",
    "home.mending",
    "commissions.progress",
    "figures.export_file",
    "figures.export_progress",
    "months.progress",
    "locating.progress",
    "desk.progress",
    "chains.progress",
    "retention.progress",
    "case_files.progress",
    "case_files.download",
    "letters.progress",
    "letters.pdf",
}
FROM_TUNJA = {"bruno", "hilda"}
# A lender's file speaks of all its branches: it is for who sees the whole lender.
OF_A_BRANCH = {"alicia", "bruno"}
OF_A_WHOLE_LENDER = {
    "imports.report",
    "returns.lender",
    "returns.layout",
    "returns.file",
    "returns.download",
    "returns.rejected",
}


def address(world: World, template: str) -> str:
    return template.format(
        rosa=world.debtors["Rosa"],
        gustavo=world.agents["gustavo"],
        draft=world.drafts["alicia"],
        route=world.routes["gustavo"],
        visit=world.visits["Rosa"],
        finding=world.findings["Rosa"],
        erasure=world.erasures["Rosa"],
        proposal=world.proposals["Rosa"],
        device=world.devices["gustavo"],
        picture=world.pictures["Rosa"],
        paper=world.papers["Rosa"],
        writeoff=world.writeoffs["Rosa"],
        account=world.accounts["Rosa"][0],
        address=world.addresses["Rosa"],
        offer=world.offers["Rosa"],
        agreement=world.agreements["Rosa"],
        lender=world.lenders["Crediboyacá"],
        returned=world.returned["Crediboyacá"],
        close=world.closes["asked"],
        claim=world.claims["Rosa"],
        reply=world.replies["Rosa"],
        nothing="019366aa-0000-7000-8000-000000000000",
        **{"import": world.imports["Crediboyacá"]},
    )


def expected(endpoint: str, username: str, allowed: str) -> int:
    if username != "root" and username not in allowed.split():
        return 403
    if endpoint in OF_A_JOB or (endpoint in OBJECTS and username in FROM_TUNJA):
        return 404
    if endpoint in ("imports.review", "imports.progress"):
        return 302  # a file that waits no more: to where another one is brought
    if endpoint in OF_A_WHOLE_LENDER and username in OF_A_BRANCH:
        return 404
    if endpoint == "months.month" and username in OF_A_BRANCH | {"carla"}:
        return 404
    return 200


def test_every_page_is_in_this_table_or_public(seen_app: Flask) -> None:
    pages = {rule.endpoint for rule in seen_app.url_map.iter_rules()}
    told = GET.keys() | POST.keys() | PUBLIC
    assert {page for page in pages if not page.startswith("look.")} == told


@pytest.mark.parametrize("endpoint", GET)
def test_a_page_opens_for_the_right_roles_only(seen: World, reader: ClientOf, endpoint: str) -> None:
    template, allowed = GET[endpoint]
    path = address(seen, template)
    if "fabio" in allowed and endpoint in OBJECTS:
        # A telephone agent sees his branch, Duitama, like its coordinator.
        assert reader("fabio").get(path).status_code == 200
    answers = {username: reader(username).get(path).status_code for username in STAFF}
    assert answers == {username: expected(endpoint, username, allowed) for username in STAFF}


@pytest.mark.parametrize("endpoint", POST)
def test_an_act_is_refused_to_every_other_role(seen: World, reader: ClientOf, endpoint: str) -> None:
    template, allowed = POST[endpoint]
    path = address(seen, template)
    others = [name for name in STAFF if name != "root" and name not in allowed.split()]
    answers = {
        name: reader(name).post(path, data={"csrf_token": csrf_of(reader(name).get("/").text)}).status_code
        for name in others
    }
    assert answers == dict.fromkeys(others, 403)


@pytest.mark.parametrize("endpoint", sorted(GET.keys() | POST.keys()))
def test_a_stranger_is_sent_to_the_login(seen: World, seen_app: Flask, endpoint: str) -> None:
    client = seen_app.test_client()
    template, _allowed = GET.get(endpoint) or POST[endpoint]
    path = address(seen, template)
    answer = client.get(path) if endpoint in GET else client.post(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login")


@pytest.mark.parametrize("endpoint", POST)
def test_an_act_without_its_token_changes_nothing(seen: World, reader: ClientOf, endpoint: str) -> None:
    path = address(seen, POST[endpoint][0])
    answer = reader("root").post(path)
    assert answer.status_code == 400
    assert "La página venció" in answer.text


@pytest.mark.parametrize(
    ("endpoint", "username"),
    [
        ("debtors.decide", "bruno"),
        ("devices.revoke", "bruno"),
        ("worklists.record", "bruno"),
        ("attachments.add_paper", "bruno"),
        ("agreements.issue", "bruno"),
        ("agreements.deliver", "bruno"),
        ("agreements.cancel", "alicia"),
        ("agreements.name", "alicia"),
        ("imports.rejected", "alicia"),
    ],
)
def test_an_act_on_what_is_out_of_scope_finds_nothing(
    seen: World, reader: ClientOf, endpoint: str, username: str
) -> None:
    client = reader(username)
    data = {"csrf_token": csrf_of(client.get("/").text)}
    assert client.post(address(seen, POST[endpoint][0]), data=data).status_code == 404


def test_a_finding_of_another_branch_is_resolved_by_nobody_here(seen: World, reader: ClientOf) -> None:
    client = reader("carla")
    data = {"csrf_token": csrf_of(client.get("/").text), "resolution": "justified", "why": "porque sí señor"}
    assert client.post(f"/findings/{seen.findings['Saúl']}", data=data).status_code == 404


def test_the_pages_of_a_branch_name_nobody_of_another(seen: World, reader: ClientOf) -> None:
    client = reader("alicia")
    for path in (
        "/",
        "/portfolio/accounts",
        "/assignments/",
        "/assignments/map",
        "/routes/",
        "/visits/",
        "/devices/",
    ):
        page = client.get(path).text
        assert "Saúl" not in page, path
        assert "Hilda" not in page, path
    assert "Rosa" in client.get("/portfolio/accounts").text


def test_a_collector_sees_what_is_assigned_to_him_and_nothing_else(seen: World, reader: ClientOf) -> None:
    page = reader("gustavo").get("/portfolio/accounts").text
    assert "Rosa Núñez" in page
    assert "Tito Barrera" not in page, "his branch, but not his"
    assert reader("gustavo").get(f"/debtors/{seen.debtors['Tito']}").status_code == 404
    assert reader("gustavo").get(f"/routes/{seen.routes['hilda']}").status_code == 404


def test_the_navigation_offers_only_what_opens(reader: ClientOf) -> None:
    page = reader("gustavo").get("/").text
    assert 'href="/portfolio/"' in page
    for closed in ("/findings/", "/people/", "/assignments/", "/devices/", "/imports/"):
        assert f'href="{closed}' not in page


def test_a_refusal_and_a_missing_thing_are_told_in_words(reader: ClientOf) -> None:
    refused = reader("gustavo").get("/people/").text
    assert "Su rol no permite abrir esta página" in refused
    missing = reader("gustavo").get("/debtors/nadie").text
    assert "No existe, o no está en su cartera" in missing
