"""Where the law of a country says it of wording, as the press or the text itself gives it. Judges nothing.

Not legal advice. A pack's own `[notice]` and `[parties]` are asked first; this table has the rest, by the
pack's jurisdiction, with the mark of the source: V read in the text, S secondary.
"""
# ruff: noqa: E501 - a source's words stay on one line.

from __future__ import annotations

from ..policy import Policy
from .result import Category

_ALL = (Category.THREAT, Category.INSULT, Category.DEADLINE)

QUOTES: dict[str, tuple[tuple[tuple[Category, ...], str, str], ...]] = {
    "MX": (
        (_ALL, "S", "Sin amenazas, ofensas ni intimidación del deudor, su familia o sus compañeros (idconline.mx)"),
        ((Category.JUDICIAL,), "S", "Sin documentos que aparenten ser escritos judiciales (idconline.mx)"),
        ((Category.AUTHORITY,), "S", "Sin ostentarse como autoridad ni usar nombres de instituciones públicas (idconline.mx)"),
        ((Category.THIRD,), "S", "Sin gestiones con terceros, referencias o beneficiarios (idconline.mx)"),
    ),
    "CO": (((Category.THIRD,), "S", "Ley 2300 de 2023: sin contacto con las referencias personales (bluradio.com)"),),
    "PE": (
        ((Category.JUDICIAL, Category.AUTHORITY), "V", "Ley 29571, art. 62.a: sin documentos que aparenten ser notificaciones judiciales"),
        ((Category.THIRD,), "V", "Ley 29571, arts. 61 y 62: sin carteles ni medios que dañen la imagen ante terceros"),
        (_ALL, "V", "Ley 29571, art. 61: sin métodos que afecten la reputación, la privacidad o la imagen"),
    ),
    "CL": (
        ((Category.JUDICIAL, Category.AUTHORITY), "V", "Ley 19.496, art. 37: sin escritos que aparenten ser judiciales"),
        ((Category.THIRD,), "V", "Ley 19.496, art. 37: sin comunicaciones a terceros"),
    ),
    "EC": (((Category.THIRD,), "S", "LODC, art. 49: solo deudor, codeudor o garante, sin recados a terceros (metroecuador.com.ec)"),),
    "SV": ((_ALL, "V", "LPC, art. 18 f: sin gestión difamatoria o injuriante ni coacción física o moral"),),
    "GT": (((Category.THIRD,), "S", "Ley de Bancos, art. 46 bis: sin avisos en postes ni en viviendas vecinas (prensalibre.com)"),),
    "AR": (
        (_ALL, "V", "Ley 24.240, art. 8 bis: sin conductas vergonzantes, vejatorias o intimidatorias"),
        ((Category.JUDICIAL, Category.AUTHORITY), "V", "Ley 24.240, art. 8 bis: sin apariencia de reclamo judicial"),
        ((Category.THIRD,), "V", "Ley 24.240, art. 8 bis: sin conductas vergonzantes"),
    ),
    "BR": ((_ALL, "S", "CDC, art. 42: sin exponer al ridículo, constreñir ni amenazar"),),
    "US": ((_ALL, "V", "12 CFR 1006.14: no harassment, also in person"),),
}  # fmt: skip


def source_of(policy: Policy | None, category: Category) -> str:
    """The pack's own source of a category, else the country's; "" where only the house's care asks for it."""
    if policy is None:
        return ""
    clause = {Category.JUDICIAL: policy.notice, Category.THIRD: policy.parties}.get(category)
    country = policy.jurisdiction.partition("-")[0]
    for categories, mark, quote in QUOTES.get(country, ()):
        if category in categories:
            return f"{quote} [{mark}]"
    if clause is not None and clause.cite.quote:
        return f"{clause.cite.quote} [{clause.cite.confidence}]"
    return ""
