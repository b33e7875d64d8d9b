"""Nouns and little words by what they stand for, without accents; a star ends the part that must agree."""

CLASSES = {
    # What a person needs to live: to take it is harm.
    "GOODS": """
        casa* casita vivienda* hogar departamento apartamento depa techo moto* motocicleta carro*
        coche* auto autos automovil* camion* camioneta* vehiculo* taxi mototaxi tractor terreno*
        finca* parcela* rancho tierra* ganado vaca* animales negocio* local puesto tienda taller
        empresa changarro tiendita fonda sueldo* salario* nomina* quincena pension aguinaldo mueble*
        cosa* bien bienes pertenencia* electrodomestico* televisor* tele teles refrigerador* refri
        nevera* lavadora* estufa celular* telefono computadora* herramienta* maquina* hijo* hija*
        hijos nino* custodia ropa todo cedula dni ine licencia* titulo* pasaporte visa luz agua gas
        energia servicio* internet cuenta* tarjeta* linea* tranquilidad trabajo empleo patrimonio
        garantia* ahorro* propiedad* inmueble* mercancia* mercaderia* pertenencias herencia
        jubilacion seguro vida libertad escritura* plata dinero fondos ingresos credito* chapa
        puerta* vidrio* llanta* ventana* piernas huesos
    """,
    "HOMEGOODS": """
        casa* vivienda* hogar carro* coche* auto autos camioneta* camion moto* vehiculo* terreno*
        finca* negocio* mueble* cosa* bienes trabajo empleo sueldo salario patrimonio ganado todo
        techo tierra* propiedad* taxi familia libertad herencia nada custodia hijos departamento
        apartamento local garantia*
    """,
    # What a court or the police does, as a thing.
    "APPLIANCE": """
        refrigerador* refri nevera* lavadora* estufa* televis* tele teles tv pantalla* sala comedor
        colchon* cama* ropero computadora* compu laptop celular* herramienta* maquina* mercancia*
        mercaderia* electrodomestico* sillon* muebles bicicleta* bici joyas
        toro* torito* chivo* chancho* vaca* gallina* novillo* yunta cosecha triciclo licuadora plancha horno
    """,
    "BODYPART": """
        cara madre hocico jeta piernas pierna huesos brazo brazos cabeza dientes dedos mano manos
        alma trompa rodilla* costillas lengua
    """,
    "RIDE": """
        moto* motocicleta carro* coche* auto camioneta* camion* vehiculo* taxi mototaxi tractor bici
        bicicleta
    """,
    "BEATING": """
        leccion calentadita paliza susto golpiza escarmiento madriza tunda visitita sorpresita
        sorpresa putiza piso
    """,
    "BUREAU": """
        buro infocorp dicom veraz datacredito central centrales cifin equifax transunion sicom
        clearing asnef boletin
    """,
    "LOUD": "megafono perifoneo bocina* altavoz altoparlante parlante* sirena",
    "AVOID": "evite evita evitar evitese evites eviten evitate ahorrese ahorrate librese librate",
    "SANCTION": "multa* sancion* penalizacion castigo pena recargo arresto",
    "BADNOUN": """
        embargo* remate* desalojo* lanzamiento demanda* denuncia* querella* juicio* incautacion*
        detencion arresto captura aprehension allanamiento* secuestro decomiso* desahucio* cateo
        carpeta inmovilizacion congelamiento congelacion confiscacion expropiacion adjudicacion
        carcel prision calabozo encarcelamiento enjuiciamiento deportacion subasta ejecucion
    """,
    "LEGALADV": "legalmente judicialmente penalmente juridicamente coactivamente forzosamente",
    "LEGALWORD": """
        legal legales judicial judiciales penal penales juridica juridicas juridico coactivo
        coactiva
    """,
    "JAIL": """
        carcel preso presa presos presas prision rejas calabozo reclusorio carceles cana chirona
        guandoca bartolina* penitenciaria celda prisionero bote tambo encanado encanada
    """,
    "BEHINDBARS": """
        preso presa presos presas detenido detenida detenidos detenidas encarcelado encarcelada
        encanado
    """,
    "JAILPLACE": """
        carcel prision calabozo reclusorio cana chirona guandoca bartolina penitenciaria celda bote
        rejas
    """,
    # Who comes with force.
    "FORCE": """
        policia* patrulla* grua* ejercito militares soldados autoridad autoridades fiscal juez
        actuario* matones sicarios alguacil* gendarme* carabineros sheriff operativo unidad
        cuadrilla abogado* cerrajero* pandilla maras guardia gente muchachos amigos fuerza federales
        judiciales ministeriales migracion cobradores camion* perito notario embargo
    """,
    "POLICE": """
        policia* patrulla* grua* ejercito militares soldados autoridades autoridad operativo fuerza
        federales judiciales ministeriales matones sicarios alguacil* carabineros gendarmeria
        migracion cerrajero* actuario*
    """,
    # Public offices nobody may pose as.
    "OFFICE": """
        comandancia policia* fiscal fiscalia* juez jueza juzgado* tribunal* corte procuraduria* procurador
        ministerio superintendencia superintendente sat dian sunat sii afip sri hacienda gobierno
        alcaldia municipalidad municipio notario notaria actuario actuaria perito alguacil comisario
        comisaria judicial judiciales pnc justicia ejecutor autoridad autoridades condusef profeco
        indecopi sernac defensoria contraloria prefectura ejercito interpol migracion magistrado
        magistrada detective inspector ministerial oficialia gendarmeria pdi carabineros sip
        indepabis receptor infonavit seguro imss personeria registraduria fuero uif agente federal
    """,
    "RANK": """
        comandante sargento capitan teniente coronel oficial inspector inspectora detective
        subinspector mayor fiscal juez jueza magistrado magistrada comisario actuario actuaria
        alguacil agente perito ejecutor
    """,
    "OFFICEPLACE": "juzgado* tribunal* fiscalia* procuraduria* superintendencia* judicatura",
    "PAPER": """
        notificacion* citacion* citatorio* cedula boleta* requerimiento* emplazamiento* comparendo*
        intimacion* aviso* orden* auto mandamiento* exhorto* oficio expediente* resolucion*
        providencia* edicto* apercibimiento* acta* diligencia* comunicado* carta* documento*
        ultimatum sentencia* acuerdo decreto formato sobre ficha preaviso prenotificacion audiencia*
        tramite
    """,
    "COURTWORD": """
        judicial judiciales prejudicial penal embargo* desalojo captura aprehension arresto
        detencion comparecencia remate lanzamiento allanamiento ejecucion ministerial juez juzgado
        tribunal apremio incautacion demanda jurisdiccional secuestro corte fiscalia judicatura
        ejecutivo ejecutoria
    """,
    # A matter of the debtor's own life that courts deal with too.
    "OWNMATTER": """
        divorcio alimentos alimenticia alimentaria pension custodia familia accidente herencia
        sucesion interdiccion laboral despido transito choque robo desaparicion adopcion tutela
        vecinal choco arriendo alquiler renta separacion patria herencias testamento lindero*
        custodio violencia visitas
    """,
    "DEBT": """
        debe deben debes debia debian debiendo deuda* deudor deudora deudores mora moroso* morosa*
        morosidad atraso* atrasado* atrasada* saldo* adeud* prestamo* cobro* cobranza* cobrar
        cobrarle vencido* vencida* impago* monto paga pagan pague pagar obligacion endeudad* fiado
        cuota* credito* crediticia tarjeta financiera incumplido incumplida mensualidad* abonos
        pagos pago saldar plazos estado colgado demand* embarg* trampos* pendiente*
    """,
    "DEBTSTRONG": """
        debe deben debes debia deuda* deudor* mora moroso* morosa* atraso* atrasado* atrasada*
        saldo* adeud* vencido* vencida* impago* endeudad* adeudado cobro cobranza monto deudora
    """,
    "COLLECT": """
        pago pagos pagar pague paga cobro cobranza* cobrar deuda* credito* adeudo* obligacion*
        saldo* mora deudor* morosidad cuenta requerimiento tarjeta prestamo* vencid* moroso* adeuda
    """,
    # Everyone who is not the debtor, guarantor or co-debtor.
    "OTHERS": """
        vecin* esposo* esposa* marido mujer mama mami mamas madre papa papas padre padres hij*
        herman* cunad* suegr* prim* tio tia tios abuel* familia familiar* jefe* jefa* patron*
        empleador* companer* colega* porter* vigilante* guardia* conserje* emplead* referencia*
        amig* tendero* tendera tienda pastor cura parroco maestr* profesor* albaniles contactos
        grupo* barrio colonia cuadra pueblo iglesia escuela clientes secretari* recepcionista* novi*
        yerno nuera sobrin* niet* inquilin* dueno* casero* arrendador* todos todas gente socio*
        socia* administrador* rrhh recursos muchacha senora senor otros cualquiera conocidos oficina
        trabajo empresa panadero portal presidente lider junta encargado* parientes nana ninera
        domestica vendedor* taxista capataz supervisor gerente compania publico comunidad paisanos
        director directora doctor mesero trabajadores obreros peon* tercero* invitados ex exesposo
        exesposa pareja concubin* padrino madrina compadre comadre ahijad*
    """,
    # Of those, the ones to go to whom is in itself to shame.
    "SHAMING": """
        vecin* jefe* jefa* patron* empleador* companer* colega* contactos familiares trabajo oficina
        empresa iglesia escuela todos recursos clientes familia amigos parientes suegr* colonia
        barrio cuadra pueblo comunidad conocidos gerente
    """,
    "PUBLIC": """
        facebook face fb whatsapp redes red internet periodico* diario cartel* poste* puerta*
        fachada pared* cartelera grupo* tiktok instagram insta lista* letrero* manta* altavoz
        megafono* radio tablero pancarta* twitter volante* estados muro* portal porton barrio
        colonia cuadra parque iglesia tienda pueblo poste plaza esquina comunidad lona* bocina*
        perifoneo television tele noticias afiche* pizarra postes
    """,
    "SHOWN": """
        foto* nombre* cara cedula deuda* dni ine datos deudor* moroso* morosa* debe aviso cobro
        cartel* letrero* rostro direccion saldo adeudo selfie lista expediente volante* afiche*
        pancarta* manta* lona*
    """,
    # The guarantor and the co-debtor are told lawfully.
    "PARTY": """
        aval avales codeudor* fiador* garante* obligado obligada solidario solidaria titular deudor
        deudora cliente
    """,
    "LEAVE": """
        pidio solicito pidieron acordamos acordado autorizo autorizado autorizada autorizacion
        permiso peticion autorizados consentimiento poder
    """,
    "PLACENAME": """
        calle avenida av barrio colonia vereda finca bar local tienda restaurante edificio plaza
        parque esquina residencial conjunto sector cerro rancho hacienda cantina cafe hotel escuela
        colegio parada frente detras junto cerca lado enfrente vuelta atras costado carrera pasaje
        callejon urbanizacion urb canton caserio cuadra cuadras paradero diagonal loma quebrada rio
        puente lote panaderia fonda pulperia abarrotes miscelanea discoteca gimnasio canal arroyo
        bloque manzana torre ejido aldea fraccionamiento glorieta carretera transversal laguna isla
        mercado pelicula novela cancion equipo apodo apodado apellido apellida llamado llamada
        mascota
    """,
    "NOT": "no nunca jamas tampoco nadie ningun ninguna ninguno sin ni nada evitar evito evitamos",
    "ELSE": "otro otra otros otras ajeno ajena distinto anterior",
    "LENDER": """
        banco* acreedor* entidad* financiera* cooperativa* deuda* credito* prestamo* almacen*
        tienda* empresa* prestamista* agencia* caja* cobrador* gestor* despacho* casa
    """,
    "TIMEUNIT": "hora horas minuto minutos dia dias hrs hr h min",
    "NUMBER": """
        un una uno dos tres cuatro cinco seis siete ocho nueve diez doce quince veinte treinta
        cuarenta sesenta veinticuatro cuarentaiocho pocas pocos media
    """,
    "SOON": """
        hoy manana ya ahora ahorita lunes martes miercoles jueves viernes sabado domingo noche tarde
        mediodia inmediato inmediatamente pronto semana enseguida fin quincena antes
    """,
    "DAYNAME": """
        hoy manana lunes martes miercoles jueves viernes sabado domingo noche tarde mediodia
        tardecita
    """,
    "GOODNEWS": """
        descuento* oferta* beneficio* promocion* quita rebaja* condonacion* bonificacion premio
        recompensa gratis sorteo
    """,
    "DET": """
        el la los las su sus tu tus un una unos unas todo toda todos todas hasta ese esa este esta
        esos mi del al a de
    """,
    "MINE": "su sus tu tus",
    "COURTESY": "por favor gracias",
}

# Alternatives that patterns share.
SHORTHAND = {
    "OBJ": "le|les|lo|los|la|las|te|os",
    "GO1": "voy|vamos|vengo|venimos|ire|iremos|vine|vinimos|veniamos|venia|ibamos|iba",
    "GO3": "va|van|vas|iran|ira|iban|podria|podrian|puede|pueden|podra|podran|podras|puedes",
    "CAN1": (
        "podemos|puedo|podremos|podre|queremos|quiero|deseamos|pienso|pensamos|debemos|debere|deberemos|"
        "podriamos|podria|sabemos|acabamos|planeamos|estamos|estoy"
    ),
    "BADINF": "SEIZE.inf|LAW.inf|HURT.inf",
    "BADPART": "SEIZE.part|LAW.part|boletinado|boletinada|bloqueado|bloqueada|fichado|fichada|boletinados",
    "YOU": "usted|ustedes|ud|uds|vos|ti|tu",
    "NEGPAY": """
        PAY.pres3|PAY.subj|PAY.fut3|PAY.inf|PAY.pres1|PAY.ger|PAY.part|hay|tengo|recibo|recibimos|veo|esta|llega|da
    """,
}
