"""Verbs by what they do to the person spoken to. Infinitives; `inflecting` makes every form of them.

A verb of class SEIZE gives its forms the tags SEIZE and SEIZE.fut1, SEIZE.inf and so on.
"""

VERBS = {
    # Takes goods or the home by force of law: harm by itself, whatever the object.
    "SEIZE": """
        embargar rematar incautar decomisar secuestrar subastar desalojar confiscar expropiar
        desahuciar allanar despojar
    """,
    # Brings before a court or behind bars.
    "LAW": """
        demandar denunciar encarcelar arrestar aprehender detener apresar enjuiciar acusar capturar
        deportar judicializar querellar procesar esposar encerrar
    """,
    # Hurts the body, the peace or the standing of a person.
    "HURT": """
        golpear matar lastimar madrear agredir apalear balear reventar arruinar hundir aplastar
        joder perseguir vigilar cazar acosar torturar quebrar humillar hostigar escarmentar chingar
        fregar desaparecer machetear cachetear patear boletinar balconear escrachar funar destruir
    """,
    # Takes or stops something; harm only when what is taken matters (a house, the light, not the interest).
    "TAKE": """
        quitar sacar arrebatar retirar recoger bloquear congelar cortar suspender tumbar romper
        quemar vaciar inmovilizar retener ejecutar vender tomar clausurar cerrar decomisar descolgar
        rayar danar ponchar bajar recuperar intervenir tirar voltear incendiar
    """,
    # Starts what a court would do.
    "START": """
        iniciar proceder comenzar empezar promover interponer presentar entablar solicitar pedir
        tramitar poner meter levantar girar dictar librar ordenar ejecutar gestionar activar
        impulsar radicar instaurar continuar abrir emprender ejercer tomar hacer emitir expedir
        turnar remitir
    """,
    # Sends or brings someone.
    "SEND": "mandar enviar echar soltar llevar traer llamar lanzar azuzar despachar",
    "COME": "ir venir llegar aparecer caer acudir volver regresar pasar entrar presentar",
    # Tells something.
    "TELL": """
        decir contar avisar informar comentar explicar comunicar notificar mencionar revelar
        platicar leer mostrar ensenar exponer confesar soltar divulgar chismear enterar recordar
        gritar anunciar participar hablar reclamar compartir reenviar detallar
    """,
    # Hands over, leaves or asks: tells only together with words of debt.
    "HAND": "entregar dejar mandar enviar pedir encargar solicitar pasar dar cobrar preguntar facilitar",
    # Makes public.
    "PUBLISH": """
        publicar exhibir pegar subir difundir colgar ventilar divulgar etiquetar exponer postear
        viralizar pintar volantear quemar balconear escrachar funar boletinar rotular perifonear
    """,
    # Puts somewhere; public only where the place is.
    "PUT": """
        compartir colocar poner mostrar enviar mandar dejar circular publicar exhibir pegar subir
        colgar
    """,
    "CALL": """
        hablar llamar contactar buscar visitar ir avisar decir contar informar notificar escribir
        cobrar
    """,
    # Puts behind bars.
    "JAILPUT": """
        meter refundir mandar hundir encerrar poner guardar enchironar encanar enviar llevar dejar
        consignar encarcelar
    """,
    # Hits, with a part of the body as the object.
    "HIT": "partir romper reventar quebrar cortar volar arrancar patear moler tumbar bajar desfigurar",
    "CATCH": "agarrar pescar atrapar cazar alcanzar encontrar hallar cachar",
    # What a collector confesses to have done.
    "MENACE": "amenazar presionar intimidar hostigar asustar insultar humillar ofender acosar amedrentar",
    "VOID": "cancelar anular revocar suspender invalidar quitar retirar",
    "HOLD": "atener",
    "LOSE": "perder",
    "STAY": "quedar amanecer terminar acabar parar salir dormir resultar aparecer",
    "PAY": """
        pagar cancelar depositar abonar cumplir liquidar regularizar saldar consignar responder
        arreglar transferir cubrir presentar comunicar contestar abrir atender aparecer firmar
    """,
    # What the debtor, or somebody met at the door, says or feels: what follows is his, not ours.
    "REPORT": """
        decir comentar manifestar referir indicar afirmar asegurar alegar expresar mencionar contar
        explicar temer creer pensar preguntar pedir solicitar reclamar denunciar sostener relatar
        reportar negar recordar amenazar informar senalar argumentar quejar lamentar confirmar
        responder contestar avisar aclarar narrar declarar sonar aducir suponer acusar insistir
        anunciar opinar considerar
    """,
    "INSULTED": "decir llamar tratar gritar insultar amenazar acusar ofender tildar echar correr empujar",
}
