"""Which roles may open which page: one table, no page missing from it. Knows no data and no scope.

A page that is not in the table is closed to everyone, so a forgotten line shows at once. What a person
sees on a page is another matter: the scope decides it, row by row.
"""

from __future__ import annotations

from sync.records import UserRole

R = UserRole
ALL = frozenset(UserRole)
OFFICE = ALL - {R.COLLECTOR, R.TELEPHONE}
DESK = frozenset({R.COORDINATOR})  # those who move the work; the administrator may always
READERS = frozenset({R.COORDINATOR, R.SUPERVISOR, R.COMPLIANCE, R.MANAGER})
STREET = frozenset({R.COLLECTOR})
PHONE = frozenset({R.TELEPHONE})
JUDGES = frozenset({R.SUPERVISOR})
NOBODY_ELSE: frozenset[UserRole] = frozenset()  # the administrator alone

# Pages that ask for no login. Whole blueprints end in a dot.
# (The tiles of a map ask for the pass that the map was given instead: it is a document without a session.)
PUBLIC = ("look.", "slips.", "session.login", "health.ok", "static", "tiles.city")

PAGES: dict[str, frozenset[UserRole]] = {
    # Trying a text on the wording rules: it shows and keeps nothing.
    "wording.index": ALL,
    # Everyone who is logged in.
    "home.index": ALL,
    # The rows of its numbers, and the day's routes mended at once.
    "home.rows": READERS,
    "home.mend_routes": DESK,
    "home.mending": DESK,
    "session.logout": ALL,
    "session.password": ALL,
    # The portfolio and its debtors.
    "portfolio.index": READERS | PHONE | STREET,
    "portfolio.accounts": READERS | PHONE | STREET,
    "portfolio.keep": READERS | PHONE,
    "portfolio.forget": READERS | PHONE,
    "search.found": READERS | PHONE | STREET,
    "debtors.case": READERS | PHONE | STREET,
    "places.index": READERS | PHONE | STREET,
    "places.map": READERS | PHONE | STREET,
    "places.case": READERS | PHONE | STREET,
    "debtors.decide": DESK,
    # The five questions; notes on assets only for those who take a debt to court, in the legal stage.
    "questions.show": READERS | PHONE | STREET,
    "questions.answer": READERS | PHONE,
    "questions.review": READERS | PHONE | STREET,
    "questions.add_asset": frozenset({R.SUPERVISOR, R.COMPLIANCE, R.MANAGER}),
    "questions.withdraw_asset": frozenset({R.SUPERVISOR, R.COMPLIANCE, R.MANAGER}),
    # What collectors may answer.
    "objections.index": READERS | PHONE | STREET,
    "objections.new": DESK | JUDGES | {R.COMPLIANCE},
    "objections.edit": DESK | JUDGES | {R.COMPLIANCE},
    "objections.word": DESK | JUDGES | {R.COMPLIANCE},
    "objections.switch": DESK | JUDGES | {R.COMPLIANCE},
    # Whom to treat how today, and what came of it.
    "worklists.index": READERS | PHONE,
    "worklists.listed": READERS | PHONE,
    "worklists.file": READERS | PHONE,
    "worklists.row": READERS | PHONE,
    "worklists.record": DESK | PHONE,
    "worklists.make": DESK | {R.MANAGER},
    "strategy.index": READERS | PHONE,
    "strategy.listed": READERS,
    "strategy.propose": DESK | {R.MANAGER},
    "strategy.decide": JUDGES | {R.MANAGER},
    "strategy.calibration": READERS,
    "strategy.calibrate": DESK | {R.MANAGER},
    # What the law of each place lets do; and a rule set aside for one debtor.
    "policy.index": ALL,
    "policy.pack": ALL,
    "policy.ask": DESK | JUDGES | {R.COMPLIANCE},
    "policy.approve": DESK | JUDGES | {R.COMPLIANCE},
    "policy.end": DESK | JUDGES | {R.COMPLIANCE},
    # Files of the lenders.
    # What goes back to a lender every day.
    # What collectors earn; and the month's close, which one asks for and another does.
    # Cash; the pages exist only where a pack lets it be taken.
    "cash.index": DESK | JUDGES | {R.MANAGER},
    "cash.agent": DESK | JUDGES | {R.MANAGER},
    "cash.give_book": DESK,
    "cash.explain": DESK | JUDGES,
    "cash.decide": JUDGES | {R.MANAGER},
    "cash.count": DESK | JUDGES,
    "cash.deposit": DESK | JUDGES,
    "cash.reconcile": JUDGES | {R.MANAGER},
    "commissions.index": READERS | STREET,
    "commissions.agent": READERS | STREET,
    "commissions.make": DESK | JUDGES | {R.MANAGER},
    "commissions.progress": DESK | JUDGES | {R.MANAGER},
    "months.index": READERS,
    "months.month": READERS,
    "months.ask": DESK | JUDGES | {R.MANAGER},
    "months.withdraw": DESK | JUDGES | {R.MANAGER},
    "months.close": frozenset({R.MANAGER}),
    "months.progress": frozenset({R.MANAGER}),
    "returns.index": DESK | {R.MANAGER},
    "returns.lender": DESK | {R.MANAGER},
    "returns.make": DESK | {R.MANAGER},
    "returns.file": DESK | {R.MANAGER},
    "returns.download": DESK | {R.MANAGER},
    "returns.rejected": DESK | {R.MANAGER},
    "returns.layout": DESK | {R.MANAGER},
    "imports.index": DESK | {R.MANAGER},
    "imports.report": DESK | {R.MANAGER},
    "imports.rejected": DESK | {R.MANAGER},
    "imports.upload": DESK,
    "imports.review": DESK,
    "imports.reread": DESK,
    "imports.confirm": DESK,
    "imports.progress": DESK,
    "imports.cancel": DESK,
    # Who has what.
    "assignments.index": DESK | {R.MANAGER},
    "assignments.barred": DESK | {R.MANAGER, R.COMPLIANCE},
    "assignments.unassigned": DESK | {R.MANAGER},
    "assignments.agent": DESK | {R.MANAGER},
    "assignments.map": DESK | {R.MANAGER},
    "assignments.run": DESK,
    "desk.index": DESK | {R.MANAGER},
    "desk.begin": DESK,
    "desk.progress": DESK,
    "desk.draft": DESK | {R.MANAGER},
    "desk.map": DESK | {R.MANAGER},
    "desk.effect": DESK,
    "desk.move": DESK,
    "desk.undo": DESK,
    "desk.redo": DESK,
    "desk.save": DESK,
    "desk.discard": DESK,
    "desk.put_back": DESK,
    "desk.history": DESK | {R.MANAGER},
    "desk.doubles": DESK | {R.MANAGER},
    # The day.
    "routes.index": DESK | {R.MANAGER} | STREET,
    "routes.route": DESK | {R.MANAGER} | STREET,
    "routes.sheet": DESK | {R.MANAGER} | STREET,
    "routes.map": DESK | {R.MANAGER} | STREET,
    "routes.save": DESK | {R.MANAGER},
    "routes.plan": DESK,
    "routes.progress": DESK,
    "routes.publish": DESK,
    "orders.look": DESK,
    "orders.keep": DESK,
    "orders.changes": DESK | {R.MANAGER},
    "orders.again": DESK,
    "route_files.day": DESK | {R.MANAGER},
    "route_files.way": DESK | {R.MANAGER} | STREET,
    "hands.move": DESK,
    "hands.lock": DESK,
    "hands.free_order": DESK,
    "hands.take_back": DESK,
    "weeks.index": DESK | {R.MANAGER},
    "weeks.plan": DESK,
    "weeks.publish": DESK,
    # Where addresses are.
    "geocoding.index": DESK | {R.MANAGER},
    "geocoding.map": DESK | {R.MANAGER},
    "geocoding.address": DESK | {R.MANAGER},
    "geocoding.address_map": DESK | {R.MANAGER},
    "geocoding.correct": DESK,
    "geocoding.accept_all": DESK,
    "locating.run": DESK,
    "locating.progress": DESK,
    # What happened.
    "visits.index": READERS | STREET,
    "visits.visit": READERS | STREET,
    "visits.map": READERS | STREET,
    # Photos and signatures follow their visit, papers their account.
    "attachments.index": READERS,
    "attachments.picture": READERS | STREET,
    "attachments.paper": READERS | STREET,
    "attachments.add_paper": DESK,
    # Letters and slips of an account, and texts that a person sends himself.
    "notices.make_one": DESK,
    "notices.make_terms_paper": DESK,
    "notices.delivered": DESK,
    "messages.index": READERS | PHONE,
    "messages.show": READERS | PHONE,
    "messages.sent": DESK | PHONE,
    "messages.templates": READERS,
    "messages.template": READERS,
    "messages.save": DESK | {R.COMPLIANCE},
    # Those who may not be visited; and what others said of debtors.
    "stops.index": READERS,
    "stops.release": frozenset({R.COMPLIANCE}),
    "stops.seen": DESK,
    "proposals.index": DESK | {R.MANAGER, R.COMPLIANCE},
    "proposals.decide": DESK,
    "remote.index": DESK | PHONE | STREET | {R.MANAGER, R.COMPLIANCE},
    "remote.keep": PHONE | STREET,
    "findings.index": READERS - DESK,
    "findings.checks": READERS | STREET,
    "findings.finding": READERS - DESK,
    "findings.resolve": JUDGES,
    # An agent's day as it was; his own is his to see.
    "replays.index": (READERS - DESK) | STREET,
    "replays.day": (READERS - DESK) | STREET,
    "replays.map": (READERS - DESK) | STREET,
    # The signed ledger, verified from the page; and the evidence for one visit.
    "chains.index": READERS - DESK,
    "chains.laptop": READERS - DESK,
    "chains.check": READERS - DESK,
    "chains.check_all": READERS - DESK,
    "chains.progress": READERS - DESK,
    "visits.verify": READERS - DESK,
    "visits.evidence": READERS - DESK,
    # What is held about an agent: his own, or handed to him by a supervisor; for how long places are kept.
    "mine.index": STREET,
    "mine.answer": STREET,
    "mine.file": STREET,
    "mine.of": (READERS - DESK) | STREET,
    "retention.index": READERS - DESK,
    "retention.save": frozenset({R.COMPLIANCE, R.MANAGER}),
    "retention.run": frozenset({R.COMPLIANCE, R.MANAGER}),
    "retention.progress": frozenset({R.COMPLIANCE, R.MANAGER}),
    # Visits to review; how many are drawn is not chosen by who reviews them.
    "reviews.index": READERS - DESK,
    "reviews.decide": JUDGES,
    "reviews.several": JUDGES,
    "reviews.queue": JUDGES | {R.COMPLIANCE},
    "reviews.drawing": frozenset({R.COMPLIANCE, R.MANAGER}),
    # Offers beyond a collector's authority; agreements, their letters, the office's word on promises.
    "approvals.index": READERS,
    "approvals.decide": DESK | JUDGES | {R.MANAGER},
    "agreements.index": READERS,
    "agreements.paper": READERS,
    "agreements.simulator": READERS | PHONE,
    "agreements.issue": DESK | JUDGES | {R.MANAGER},
    "agreements.deliver": DESK | JUDGES | {R.MANAGER},
    "agreements.cancel": DESK | JUDGES | {R.MANAGER},
    "agreements.name": DESK | JUDGES | {R.MANAGER},
    # Complaints, disputes and requests about data; who takes one need not be who resolves it.
    "claims.index": READERS | PHONE,
    "claims.rights": READERS | PHONE,
    "claims.new": READERS | PHONE,
    "claims.receive": READERS | PHONE,
    "claims.claim": READERS | PHONE,
    "claims.note": READERS | PHONE,
    "claims.ask_correction": READERS | PHONE,
    "claims.letter": READERS,
    "claims.move": READERS,
    "claims.reply": READERS,
    "claims.decide_correction": DESK | {R.COMPLIANCE},
    "claims.hold": JUDGES | {R.COMPLIANCE},
    "claims.resolve": JUDGES | {R.COMPLIANCE, R.MANAGER},
    "claims.reopen": JUDGES | {R.COMPLIANCE},
    # What waits for compliance; what the manager looks at.
    "oversight.compliance": frozenset({R.COMPLIANCE, R.MANAGER}),
    "oversight.manager": frozenset({R.MANAGER}),
    # Who was not heard of, and where it is dangerous.
    "safety.index": READERS,
    "safety.map": READERS,
    "safety.new": DESK | JUDGES,
    "safety.mark": DESK | JUDGES,
    "safety.renew": DESK | JUDGES,
    "safety.end": DESK | JUDGES,
    "safety.dismiss": DESK | JUDGES,
    "safety.acknowledge": DESK | JUDGES,
    # Letters many at a time.
    "letters.index": READERS,
    "letters.preview": DESK,
    "letters.progress": DESK,
    "letters.batch": READERS,
    "letters.make": DESK,
    "letters.drop": DESK,
    "letters.pdf": DESK,
    "letters.follow": DESK,
    # Folders of a case that leave the office; each is downloaded by who made it.
    "case_files.dossier": JUDGES | {R.COMPLIANCE, R.MANAGER},
    "case_files.access": JUDGES | {R.COMPLIANCE, R.MANAGER},
    "case_files.form": JUDGES | {R.COMPLIANCE, R.MANAGER},
    "case_files.hand_over": JUDGES | {R.COMPLIANCE, R.MANAGER},
    "case_files.progress": JUDGES | {R.COMPLIANCE, R.MANAGER},
    "case_files.download": JUDGES | {R.COMPLIANCE, R.MANAGER},
    # Figures with their formulas, what is behind each; the open export, for who sees everything.
    "figures.index": READERS,
    "figures.rows": READERS,
    "figures.trends": READERS,
    "figures.rolls": READERS,
    "figures.export": frozenset({R.MANAGER}),
    "figures.export_progress": frozenset({R.MANAGER}),
    "figures.export_file": frozenset({R.MANAGER}),
    # Debtors who ask to be erased.
    "erasures.index": JUDGES | {R.COMPLIANCE, R.MANAGER},
    "erasures.erasure": JUDGES | {R.COMPLIANCE, R.MANAGER},
    "erasures.new": JUDGES | {R.COMPLIANCE},
    "erasures.receive": JUDGES | {R.COMPLIANCE},
    "erasures.hold": JUDGES | {R.COMPLIANCE},
    "erasures.release": JUDGES | {R.COMPLIANCE},
    "erasures.refuse": JUDGES | {R.COMPLIANCE},
    "erasures.carry_out": JUDGES,
    # Laptops and people.
    "devices.index": DESK | JUDGES | {R.MANAGER, R.COMPLIANCE},
    "devices.issue": DESK,
    "devices.revoke": DESK,
    "devices.laptop": DESK | JUDGES | {R.MANAGER, R.COMPLIANCE},
    "devices.wipe": DESK | JUDGES,
    "devices.extend": DESK | JUDGES,
    "devices.queue": DESK,
    # Opening a laptop takes two: who asks, and another one who agrees.
    "devices.recover": DESK | JUDGES | {R.COMPLIANCE},
    "devices.approve": JUDGES | {R.COMPLIANCE},
    "devices.withdraw": DESK | JUDGES | {R.COMPLIANCE},
    "devices.package": DESK | JUDGES | {R.COMPLIANCE},
    "quarantine.index": DESK | JUDGES | {R.MANAGER, R.COMPLIANCE},
    "quarantine.event": DESK | JUDGES | {R.MANAGER, R.COMPLIANCE},
    "quarantine.retry": DESK | JUDGES,
    "quarantine.release": JUDGES,
    # The office's log: all of it for who sees the whole portfolio, one's own acts for anyone else.
    "acts.index": READERS,
    "people.index": NOBODY_ELSE,
    "people.person": NOBODY_ELSE,
    "people.entrust": NOBODY_ELSE,
    "people.enable": NOBODY_ELSE,
    "people.add": NOBODY_ELSE,
    "people.new_password": NOBODY_ELSE,
    "people.disable": NOBODY_ELSE,
}


def is_public(endpoint: str) -> bool:
    """True for a page that asks for no login."""
    return endpoint in PUBLIC or f"{endpoint.partition('.')[0]}." in PUBLIC


def allows(endpoint: str, held: frozenset[UserRole]) -> bool:
    """True when one of the roles held opens the page; the administrator opens every page there is."""
    if endpoint not in PAGES:
        return False
    return R.ADMINISTRATOR in held or bool(PAGES[endpoint] & held)
