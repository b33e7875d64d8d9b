"""Every page of the office that shows something of its world, by name."""

from __future__ import annotations

from .worlds import World


def pages(world: World) -> dict[str, str]:
    """Name → address, for who may open everything. Maps are named `… map`."""
    route, visit = world.routes["gustavo"], world.visits["Rosa"]
    return {
        "board": "/",
        "portfolio": "/portfolio/",
        "accounts": "/portfolio/accounts",
        "no account found": "/portfolio/accounts?q=nadie",
        "case": f"/debtors/{world.debtors['Rosa']}",
        "bare case": f"/debtors/{world.debtors['Úrsula']}",
        "places": "/places/",
        "portfolio map": "/places/map",
        "case map": f"/places/case/{world.debtors['Rosa']}",
        "imports": "/imports/",
        "import report": f"/imports/{world.imports['Crediboyacá']}",
        "upload": "/imports/new",
        "address desk": "/geocoding/?which=all",
        "addresses map": "/geocoding/map?which=all",
        "address": f"/geocoding/{world.addresses['Rosa']}",
        "address map": f"/geocoding/{world.addresses['Rosa']}/map",
        "assignments": "/assignments/",
        "barred": "/assignments/barred",
        "unassigned": "/assignments/unassigned",
        "agent": f"/assignments/agents/{world.agents['gustavo']}",
        "assignment map": "/assignments/map",
        "routes": "/routes/",
        "day without routes": "/routes/?day=2026-12-24",
        "route": f"/routes/{route}",
        "sheet": f"/routes/{route}/sheet",
        "route map": f"/routes/{route}/map",
        "visits": "/visits/",
        "visit": f"/visits/{visit}",
        "pictures that lack": "/attachments/",
        "visit map": f"/visits/{visit}/map",
        "findings": "/findings/",
        "resolved findings": "/findings/?state=resolved",
        "finding": f"/findings/{world.findings['Rosa']}",
        "approvals": "/approvals/",
        "agreements": "/agreements",
        "agreement": f"/agreements/{world.agreements['Rosa']}",
        "simulator": f"/offers/{world.accounts['Rosa'][0]}?kind=plan&count=4&every=month&first_due=2026-12-01",
        "erasures": "/erasures/",
        "erasure": f"/erasures/{world.erasures['Rosa']}",
        "erasure form": f"/erasures/new/{world.debtors['Rosa']}",
        "laptops": "/devices/",
        "people": "/people/",
        "password": "/password",
        "missing": "/debtors/nadie",
    }
