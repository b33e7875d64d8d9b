"""Threats, said outright: law, force, loss, and what is to come if one does not pay. One pattern a line."""
# ruff: noqa: E501 - a pattern is one line, however many alternatives it names.

# What the sender, or nobody named, will do to the person spoken to.
SEIZING = """
MINE caso|expediente|asunto|cuenta|credito|deuda ya? ~1 es|era|fue|sera|esta ~1 penal|judicial ~1 $|y|,
MINE caso|expediente|asunto|cuenta|credito|deuda ~2 turnad*|enviad*|remitid* ~3 tribunal*|juzgado*|fiscalia|ministerio|juez
esta|estan ~1 por|punto ~1 de? ser ~1 BADPART
ya no es cobranza|cobro , ~2
todo el rigor|peso
cobraremos|cobrare|cobrar ~4 golpes|sangre|fuerza|malas
sera|seran ~1 inventariad*|rematad*|adjudicad*
carcel|celda|juez|policia|prision OBJ ~1 esta|estan|espera|esperan ~1 esperando|buscando|$
se remata|embarga|subasta|desaloja ~1 MINE GOODS
queda|quedan ~2 TIMEUNIT ~2 no? ser ~1 BADPART
nos veremos|vemos|veamos ~1 en|ante ~2 tribunal*|juzgado*|corte|juez|fiscalia|justicia|juicio
OBJ espero|esperamos|veo|vemos|veremos ~1 en|ante ~2 tribunal*|juzgado*|fiscalia|corte|carcel
le|te rematan|embargan|quitan|sacan|clausuran ~1 MINE|el|la|los|las|hasta ~6 si no
le|te rematan|embargan ~1 MINE|el|la|hasta GOODS ~2 manana|hoy|lunes|mes|semana|viernes
sera|seras|seran ~1 reportad*|entregad*|consignad*|remitid* a ~2 policia|fiscalia|autoridades|juez|migracion
llegamos|pasamos|iremos|venimos|vamos|voy|vengo|paso|llego|ire|vamos|llegaremos|pasaremos ~6 a|para BADINF
trabar|trabaremos|trabamos ~1 embargo
queda|quedara ~1 inhibid*|arraigad*|inhabilitad* ~1
MINE licencia|pasaporte|cedula|visa|vehiculo|sueldo|salario|cuenta|cuentas|moto ~3 sera|seran|quedara ~1 retenid*|anulad*|suspendid*|cancelad*|bloquead*|congelad*
hoy|manana|ya|ahora OBJ apag*|desactiv*|bloque*|cort* ~1 GOODS
OBJ apago|apagamos|desactivo|desactivamos|apagaremos|desactivaremos ~1 GOODS
ordeno|autorizo|autorice|ordene|firme ~2 que|ir|la|el|orden ~1 OBJ? ~2 por MINE|quiten|recojan|saquen|embarguen|lleven|detengan|GOODS
firme|autorice|ordene|di|gire ~2 orden ~2 para que|de ~1 recojan|quiten|saquen|embarguen|detengan|embargo|captura
remate|subasta|venta de MINE HOMEGOODS ~3 anuncia|publica|lunes|sera|es|manana|sale
detiene|detienen|detener|frena|para|cancela|cancelar ~2 el|la proceso|orden|juicio|demanda|embargo|desalojo|operativo penal|de|$|judicial
detiene|detienen|detener|frena|cancela|cancelar|evita|evitar ~2 proceso|orden|juicio|demanda|embargo|desalojo|operativo|detencion|aprehension ~2
evita|evitar|evite que OBJ ~1 detengan|embarguen|demanden|arresten|saquen|desalojen|denuncien
antes del embargo|remate|desalojo|juicio|arresto|lanzamiento
banco|financiera|empresa|jefe|gerente|cooperativa ~3 decidio|ordeno|autorizo|mando ~1 SEIZE.inf+|LAW.inf+|SEIZE.inf|LAW.inf
banco|financiera|empresa|acreedor OBJ va a BADINF
estan|esta por|a ~1 punto? de? ~1 detener*|embargar*|desalojar*|arrestar*
vencio|venció|vencido ~4 se ejecut*|embarg*|proced*|inici*
cuando|antes ~3 OBJ SEIZE.subj|LAW.subj
OBJ embarguemos|demandemos|denunciemos|rematemos|desalojemos|detengamos
START.fut3 ~4 BADNOUN
fut|haremos|hare|presentaremos|llevaremos|exigiremos|cobraremos ~6 ante ~2 juez|juzgado|tribunal*|fiscalia|autoridad*|justicia|ministerio
ante ~2 juez|juzgado|tribunal*|fiscalia|justicia ~~4 OBJ cobr*|cobraremos|demand*
inhabilitad* ~2 para|de|en
cuando ~3 en|a la? JAILPLACE
esta|estas|quedo ~1 fichado|fichada
MINE nombre|datos|foto|cara ~4 fiscalia|policia|juzgado|ministerio|migracion
amigo*|conocido*|contacto*|primo|compadre|gente|familiar* ~2 en|de ~1 policia|fiscalia|juzgado|ministerio|migracion|gobierno|cartel|mafia|transito ~4 OBJ|MINE|deben|favor*|usted|ya
peso de la? ley
ley es dura|implacable|clara|severa con|para
contra MINE|usted aval|fiador|familia|con|garante|bienes
con todo contra|sobre
SEIZE.inf+|LAW.inf+ ~2
embargamos|demandamos|rematamos|desalojamos|incautamos|embargaremos
manana|hoy|ya|lunes|viernes|pronto ~3 OBJ SEIZE.pres3|LAW.pres3|detienen|llevan
OBJ JAILPUT.fut1|JAILPUT.pres1 ~3 JAIL|detenido
GO1 a JAILPUT.inf ~3 JAIL
OBJ? GO1|GO3 a llevar*|sacar*|traer* ~3 esposad*|preso|presa|detenid*|arrastr*|fuerza
se lo|la|te llevan|lleven|llevaran|llevara ~1 preso|presa|detenid*|esposad*|$|la|policia
se te? GO3 a? llevar* ~1 preso|presa|detenid*|esposad*
podia|podian|podria|podrias|puede|puedes|pueden ~2 ir|terminar|acabar|caer|parar|quedar|ser ~3 BEHINDBARS|JAILPLACE|BADPART
ya|hoy|ayer? START.pret1 ~2 demanda|denuncia|querella|juicio
pusimos|presentamos|interpusimos|metimos|levantamos|presente|interpuse ~2 demanda|denuncia|querella ~2
sera|seras|seran ~1 acreedor|acreedora|objeto|sujeto|sujeta a|de ~2 BADNOUN|SANCTION|accion*|proceso
START.cond|SEND.cond|SEIZE.cond|LAW.cond|HURT.cond|TAKE.cond ~3 BADNOUN|POLICE|GOODS|JAIL|$
GO3 a ~1 llegar|venir|ir|caer|aparecer|pasar ~2 POLICE ~2 por|a ~1 usted|ti|vos|ustedes|MINE|sacar*|buscar*|llevar*|detener*
MINE RIDE|casa|negocio|local|terreno ~1 ya ~1 tiene ~1 dueno|comprador|postor|cliente
retencion|congelamiento|descuento|intervencion ~1 forzos*? ~1 de MINE salario|sueldo|nomina|cuentas|pension|quincena|bienes
mi|mis primo|hermano|tio|compadre|cunado|amigo|amigos|suegro|padrino ~1 es|son ~2 policia*|judicial|judiciales|fiscal|juez|comandante|militar|abogado ~~6 OBJ|usted|con|ti|MINE
por ~1 estafa|fraude|abuso|robo|deuda ~1 OBJ dan|caen|tocan|echan|esperan ~2 anos|meses
OBJ hice|hicimos saber|ver|notar|entender ~~12 ibamos|iba|vamos|voy a ~1 TAKE|SEIZE|LAW|HURT|levantar*|quitar*|sacar*
me|nos llevo|llevamos|quedo|quedamos|llevare|llevaremos ~1 con? MINE|la|el|las|los dni|cedula|ine|documento*|pasaporte|tarjeta|licencia|identificacion|credencial|papeles
entregue*|entregame|deme|dame|deje|dejeme|dejame ~1 MINE|la|el dni|cedula|ine|pasaporte|tarjeta|licencia|celular|moto ~~6 hasta|prenda|garantia
proced* ~3 contra MINE|usted|ustedes|ti|vos|el|la
VOID.pres1|VOID.fut1 ~1 el|la|los|MINE permiso|licencia|puesto|beca|bono|visa|patente|pasaporte
pedir|hacer|lograr|hablar|exigir ~1 que OBJ saquen|quiten|corran|boten|echen|despidan ~4 programa|bono|beca|puesto|trabajo|casa|ninos|hijos
amanece|amanecera|amaneces|amanecen ~1 cerrad*|clausurad*|quemad*|embargad*|vaci*|rematad*
no ~1 nosotros sino|, la? POLICE|juez|fiscal|juzgado|ley
o la|el plata|dinero|pago|cuota|abono o la|el|los|las|MINE RIDE|APPLIANCE|casa|carcel|terreno
prefiere|prefieres|prefieren|quiere|quieres|queres ~5 que OBJ SEIZE.subj|LAW.subj|HURT.subj
todavia|aun no OBJ SEIZE.pres1|LAW.pres1|HURT.pres1|SEIZE.part|LAW.part
den|dar|doy|demos|hace ~2 buen|buena BEATING
me|nos encargo|encargamos|encargare|encargaremos de que ~2 no|nunca ~1 vuelva|consiga|trabaje|encuentre|trabajar
se|te GO3 a acordar ~1 de mi|nosotros|este|esta
tarde o temprano ~2 OBJ ~1 CATCH.pres1|CATCH.fut1|CATCH.inf|cae*|va|vamos
APPLIANCE|RIDE ~2 me|nos OBJ llevo|llevamos|llevare|llevaremos|quedo|quedamos
no ~3 venir|volver|vengo|vendre|regreso|vuelvo|volvere|venimos ~1 solo|sola|solos|solas $
conozco|conocemos a|al ~2 juez|fiscal|comandante|comisario|magistrado|POLICE ~~8
horas|dias|minutos de libertad
no hay ~1 hueco|lugar|rincon|sitio|parte ~4 esconder*|escondas|esconda
de|por mi cuenta corre
vaya|vayan|ve|anda ~1 consiguiendo|buscando|llamando|contratando ~2 abogado*
consigase|busquese|conseguite|buscate ~2 abogado*
GO1 a BADINF
GO1 ~2 a ~1 BADINF
GO1 a tener que BADINF
GO1 a hacer que ~2 SEIZE.subj|LAW.subj|HURT.subj|despidan|corran|boten
OBJ GO3 a BADINF
OBJ GO3 BADINF
GO3 a ser ~1 BADPART
GO3 ser ~1 BADPART
CAN1 BADINF
CAN1 ~2 que BADINF
tenemos|tengo|tendremos|tendre|toca|habra|hay|tocara que BADINF
OBJ? tenemos|tengo|tendremos|tendre|toca|tocara BADINF
SEIZE.fut1|LAW.fut1|HURT.fut1
OBJ|se ~1 SEIZE.fut3|LAW.fut3|HURT.fut3
SEIZE.fut3 ~1 MINE|hasta|la|el|los
LAW.fut3 a? usted|ustedes
OBJ SEIZE.pres1|LAW.pres1|HURT.pres1
te embargan|demandan|denuncian|detienen|arrestan|capturan|rematan|encarcelan|desalojan
nos? CAN1 obligados|obligado a ~1 BADINF
nos|me ver* obligados a BADINF
obligados|obligado|forzados|autorizados|facultados|listos|dispuestos a|para ~1 BADINF
vengo|venimos|voy|vamos|pasare|pasaremos|iremos|ire a|para|por BADINF|TAKE.inf ~3 GOODS
sera|seras|seran|quedara|quedaras|quedaran|saldra|resultara|veran|vera|estara|estaras ~1 BADPART
sera|seras|seran|quedara|quedaras ~1 expulsado|despedido|desalojado|procesado|investigado|castigado|perseguido|fichado
terminara|terminaras|terminaran|acabara|acabaras|acabaran|amanece|amaneces|amanecera|termina|terminas|acaba ~1 BEHINDBARS|reportado|embargado|bloqueado|sin|tras
terminara|terminaras|terminaran|acabara|acabaras|acabaran|amanece|amaneces|amanecera|termina|terminas|acaba ~1 en ~1 JAIL|JAILPLACE|calle|ruina|juzgado|hospital|panteon|cementerio|tribunales
GO3 a terminar|acabar|parar|dar|quedar|ir|dormir|caer|amanecer ~3 BEHINDBARS|JAILPLACE
ira|iras|iran|caera|caeras|dormira|dormiras|pisara|parara|pararas|conocera ~3 JAIL
OBJ meto|metemos|meteremos|metere|mando|mandamos|mandaremos|mandare|encierro|pongo|hundo|refundo|refundimos ~2 JAIL
GO1 a meter|mandar|hundir|refundir|poner|enviar|encerrar ~3 JAIL
SEND.inf|SEND.fut1|meter|meterte|meterlo|meterla|meterlos ~2 preso|presa|carcel|prision
OBJ espera|esperan|esperara ~3 JAIL|juez|juicio|demanda
usted|ud|tu|vos GO3|sale|salis|termina ~2 BEHINDBARS
se va|vas|van BEHINDBARS
va|vas|van ~1 derecho|directo|derechito ~3 JAIL
para no|evitar|que|nunca ir|caer|terminar|parar|acabar|pisar|vaya|termine|caiga|acabe ~3 JAIL
MINE aval|fiador|familia|hijos|mama|madre|garante ~1 GO3 a pagar con|caro|perder
MINE aval|fiador|garante|codeudor ~2 va|ira|pagara|responde con|a ~2 casa|carcel|bienes
pagara|pagaras|paga|pagar con ~2 HOMEGOODS
pagara|pagaras|pagar|cobraremos|cobraras|costara|costar|salir|saldra ~1 caro|carisimo
"""

# Goods of life taken away.
TAKING = """
pasamos|pasaremos|paso|pasare|vamos|vengo|venimos|voy ~1 por DET? RIDE|APPLIANCE
poner|ponemos|ponerle|pondremos|pongo ~2 candado*|cadenas|sellos
MINE negocio|local|puesto|tienda no GO3 a abrir|funcionar
GO3 a dejar ~3 MINE? hijos|familia|ninos ~2 sin
dejara|deja|dejas ~2 MINE hijos|familia ~2 sin
de|da|den|dalo|delo|dela ~1 por perdid* ~2
vaya|vayan ~1 preparando*|despidiendo*|empacando|buscando|recogiendo|vaciando|juntando|alistando ~4
ir buscando|empacando|preparando|despidiendo* ~4
aliste|alista|prepare|prepara|empaque|empaca|haga|recoja|junte ~2 maletas|cosas|cobijas|trapos|cajas|valijas
donde ~1 vivir|dormir|quedarse ~2 $
preparese|preparate|alistese|preparense ~2 para ~1 perder*|LOSE|SEIZE.inf|BADNOUN|lo|las|JAIL|quedarse|dormir|la
LOSE.inf+
responderan|respondera ~2 con MINE bienes|casa|patrimonio
nos|me llevamos|llevaremos|llevo|llevare ~2 APPLIANCE|HOMEGOODS
OBJ? GO1 a VOID.inf|VOID.inf+ ~1 visa|licencia|pasaporte|cedula|dni|permiso|titulo
VOID.fut1|VOID.fut3 ~1 visa|licencia|pasaporte|cedula|dni|titulo|permiso
ver ~2 HOMEGOODS ~2 en la? calle
no podra|podras|podran ~1 votar|viajar|salir|sacar|comprar|conseguir|casarse|estudiar|trabajar ~3 del|nunca|jamas|mas|ni|deuda|pais|hasta
por|a la fuerza
recuperar*|recogemos|recogeremos|recoger* ~4 fuerza|con o sin|policia|orden
GO1 a TAKE.inf DET? DET? DET? GOODS
GO1 a TAKE.inf ~2 de su|tu casa
GO1 a dejar|dejarlo|dejarla|dejarte|dejarlos|dejarle ~1 sin ~2 GOODS
OBJ GO3 a TAKE.inf DET? DET? DET? GOODS
OBJ GO3 a dejar|quedar sin ~1 GOODS
OBJ TAKE.fut1|TAKE.fut3|TAKE.pres1 DET? DET? DET? GOODS
OBJ quitan|bloquean|cortan|sacan DET? DET? DET? GOODS
se? OBJ TAKE.fut3 DET? DET? DET? GOODS
se TAKE.fut3 MINE GOODS
TAKE.fut1 DET? DET? DET? GOODS
sera|seras|seran|quedara|quedaran|quedaras ~1 bloqueado|bloqueada|bloqueados|bloqueadas|suspendido|suspendidos|congeladas|congelada|clausurado
OBJ quiten|corten|saquen|bloqueen DET? DET? DET? GOODS|moto
antes|hasta de? que ~2 quiten|saquen|corten|embarguen|rematen|desalojen|demanden|detengan|lleven
para|a quitarle|sacarle|sacarlo|sacarla|quitarte|sacarte|sacarlos|sacar|quitarles|llevarme|llevarnos DET? DET? DET? de? DET? GOODS
llevarnos|llevarme|llevandonos|llevarse|llevandome|quedarnos|quedarme|quedandonos DET? DET? con? DET? GOODS
nos|me llevamos|llevaremos|llevo|llevare|quedamos|quedaremos|quedo|quedare con? DET? DET? HOMEGOODS
se OBJ llevaran|llevan|llevara|lleva DET? DET? DET? GOODS
GO1 por DET? DET? HOMEGOODS|usted|ustedes|ti
LOSE.fut3 DET? DET? DET? HOMEGOODS
GO3 a perder DET? DET? DET? HOMEGOODS|cabeza
puede|puedes|podria|podrias perder DET? DET? DET? HOMEGOODS
se|te queda|quedara|quedaras|quedas|quedaran|quedan|va|vas|van a? quedar? sin|en ~2 HOMEGOODS|calle
o se? te? queda|quedara|quedas|quedar ~1 sin|en ~2 GOODS|calle
quedar|quedara|quedaras|quedaran|dejar|dejarlo|dejaremos|dejamos|dejo|dejare ~2 en la calle
MINE HOMEGOODS sera|seran|es|pasara|quedara ~2 nuestro|nuestra|nuestros|rematado|rematada|embargado|banco
haremos|hare|hago|hacemos efectiva ~6 fuerza
tenemos|tengo ~3 orden|ordenes|autorizacion ~1 para|de ~2 SEIZE|TAKE|sacar|sacarlo|sacarla|entrar|LAW
no podra|podras|podran|volvera|volveras ~1 a? poder? ~1 votar|casarse ~3
no va|vas|van a ~1 poder|volver ~1 a? votar|viajar|trabajar|dormir|salir|estudiar|comprar|vender|casarse|vivir|conseguir|caminar|andar
no podra|podras|podran|vas|va|van ~1 a? poder? ~1 votar|viajar|trabajar|dormir|estudiar|vivir|caminar ~3 hasta|nunca|por|tranquilo|tranquila|ni|si
reportar|reporto|reportare|reportaremos|reportamos|boletinar|boletino|quemar|fichar ~1 para que ~1 nunca|jamas|no|nadie
nunca|jamas ~2 consiga|conseguira|conseguiras|vuelva|volvera|consigas|tendra ~2 trabajo|trabajar|credito|empleo
hare|haremos|haria|hago que OBJ ~2 despidan|corran|echen|boten|saquen|encierren|arresten|metan
"""

# What a court, a lawyer or the police will begin.
BEGINNING = """
START.fut1 ~4 BADNOUN|LEGALWORD|apremio
START.pres1 ~3 BADNOUN|LEGALWORD
GO1 a START.inf ~4 BADNOUN|LEGALWORD|ministerio
CAN1 START.inf ~4 BADNOUN|LEGALWORD
se ~1 START.fut3|START.pres3 ~4 BADNOUN|LEGALWORD|apremio
se ~2 GO3 a START.inf ~4 BADNOUN|LEGALWORD
START.fut3 ~4 orden ~1 de ~1 BADNOUN
GO3 a START.inf ~1 MINE detencion|captura|arresto|desalojo|embargo|aprehension
sera|seran|quedara ~1 turnado|turnada|enviado|enviada|remitido|remitida|trasladado|trasladada|pasado|pasada|consignado|consignada ~5 LEGALWORD|juzgado|abogados|fiscalia|ministerio|tribunal|juez|buro|autoridades
MINE caso|expediente|cuenta|credito|deuda|asunto ~2 pasara|pasa|ira|va|sera|quedara ~4 juzgado|LEGALWORD|abogados|fiscalia|ministerio|tribunal|embargo|juez|demanda
pasamos|pasaremos|pasare|pasar|turnaremos|enviaremos|mandaremos|mandare|enviare|turnare|llevaremos|llevare|voy|vamos|procederemos|procedemos|escalaremos|presentaremos ~3 al|a|por|con ~2 ~1 embargo|remate|desalojo|demanda|juzgado|juicio|juez|fiscalia|ministerio|tribunal|tribunales|judicial|penal|lanzamiento|corte
procede|procedera|procederse|procediendo ~2 al|a|con|el ~2 BADNOUN|LEGALWORD
proximo|proxima|previo|previa|ultimo ~2 a|al ~1 BADNOUN|demanda
con caracter|fines|proposito|objeto|apercibimiento|advertencia de ~1 BADNOUN
so pena de
bajo ~1 apercibimiento|pena|amenaza|advertencia de
OBJ llegara|llegaran|notificaran|entregaran|ejecutaran ~2 orden|demanda|embargo|desalojo|citatorio|lanzamiento|notificacion ~2 desalojo|embargo|captura|judicial|juzgado|arresto|remate|penal|$
llegara|llegaran|caera|caeran ~2 demanda|embargo|juez|juicio|policia|actuario|desalojo|ley
cae|caera|caiga|caeran|aplicaremos|aplicara ~2 todo? el? peso de? la? ley
se ~1 ejecutara|ejecutaran|hara ~2 lanzamiento|embargo|garantia|desalojo|remate|efectiva
ejecutamos|ejecutaremos|ejecuto|ejecutare la|el|su orden|embargo|desalojo|garantia|remate|hipoteca
lista|listo|firmada|firmado|tramite|emitida|girada|pendiente ~2 orden|oficio|demanda|embargo|mandamiento ~4 SEIZE|LAW|sacar|sacarlo|TAKE|desalojo|arresto|usted|contra
tienen|tenemos|tengo|hay ~3 orden|demanda|oficio|denuncia ~2 lista|listo|firmada|preparada|redactada
orden|ordenes de captura|aprehension|arresto|desalojo|detencion|embargo|lanzamiento ~1 en|contra|girada|lista|inmediat*|para|vigente|por
evite|evita|evitar|evitese|evitarse|evites|eviten|evitemos|ahorrese|ahorrate|frene|detener|parar|frenar|detenga ~3 BADNOUN|operativo|LEGALWORD|visita|boletinado|patrulla
evite|evita|evitar|evitese|evites ~2 que ~2 BADNOUN|SEIZE|LAW|TAKE.subj|policia|vecinos
evite|evita|evitar|evitese|evites ~1 ser ~1 BADPART|reportado
o|sino ~~3 habra|vendra|vendran|viene|tendra ~2 BADNOUN|policia|consecuencias
"""

# Somebody is sent who makes afraid.
FORCE = """
vine|vinimos|vengo|venimos|iremos|llegaremos ~5 por MINE APPLIANCE|RIDE|muebles|cosas
vine|vinimos|vengo|venimos ~2 a quitar*|sacar*|embargar*|llevar* ~2 DET? GOODS
sin avisar ~2 a ~1 llevar*|embargar*|sacar*|quitar*
o ~1 LOSE.pres3 ~1 DET? HOMEGOODS
podemos|puedo|podria|podriamos quitar*|sacar*|embargar*|llevar*|rematar* ~1 DET? GOODS
gente|muchachos ~1 OBJ esta|estan ~1 buscando|siguiendo|esperando
abra*|abre|salga|sal|entregue|firme|firma|pague|paga o OBJ? ~1 tiro|tumbo|rompo|entro|entramos|llamo|llamamos|demando|embargo|denuncio|quito|saco
OBJ caigo|caemos|caeremos|caere ~3
donde|cuando OBJ vea|veamos|encuentre|encontremos|tope|topemos|agarre ~~6
volv*|vuelvo|regres*|vendr*|vengo|ir* ~5 refuerzos|cerrajero|armad*|patadas|gente
entro|entramos|entraremos|entrar|entrare|pasamos|pasaremos ~2 con|aunque|sin ~2 permiso|quiera
no toco|tocare|tocamos|tocaremos|pido|pedire ~1 la? puerta|permiso
no ~1 vengo|venimos|vendre|vendremos|voy|vamos|sera|es ~1 a|para ~1 platicar|hablar|dialogar|preguntar|saludar|negociar|pedir|charlar|conversar
dar*|daremos|dare|damos|doy|llevar ~2 BEATING
visita ~2 no ~1 sera|va|es ~3 cortesia|amable|agradable|tan|amigable|buenas|social
visita|sorpresa|algo que no OBJ ~1 va|gustar*|gustara
no OBJ GO3 a gustar ~2 lo|nada|$
no me|nos voy|vamos|muevo|movemos|ire|iremos|quito ~~5 hasta|sin|de
o ~1 no ~1 nos|me vamos|voy|muevo
de aqui no ~1 me|nos|se ~2 voy|vamos|muevo|va
POLICE|muchachos|matones ~2 va|van|ira|iran|vendra|vendran|llegara|llegaran|pasara|pasaran|viene|vienen|llega|llegan|sacara|sacaran ~4 visitar*|buscar*|por|casa|domicilio|camino|sacar*|llevar*|detener*|manana|hoy
SOON ~2 llega|viene|pasa|va|cae|llegan|vienen|caen|caemos|vamos|voy ~4 POLICE|muchachos|grua|camion|fiscal|actuario
preparese|preparate|esperenos|esperese|esperame|espereme|listo ~~8 POLICE|embargo|grua|camion|muchachos|desalojo|JAIL
GO1 a ir por usted|ustedes|ti|vos|el|ella|su|tu
OBJ GO1 a HIT.inf|HIT.inf+ ~1 BODYPART
GO1 a HIT.inf|HIT.inf+ ~1 BODYPART
OBJ HIT.fut1|HIT.pres1|HIT.fut3 ~1 BODYPART
OBJ? GO1 a agarrar*|pescar*|atrapar*|cazar*|alcanzar* !el|la|a
OBJ GO1 a CATCH.inf ~~5 escond*|escap*|donde|aunque
escond*|escap*|donde ~~6 OBJ GO1 a CATCH.inf
escond*|escap*|donde ~~6 OBJ CATCH.fut1|CATCH.pres1
estar|estare|estaremos|estaran|parare|plantare|plantar* ~2 afuera|fuera|frente|puerta|banqueta ~3 casa|trabajo|negocio|oficina ~~6 todos|diario|hasta|cada
voy|vamos|estare|estaremos|seguire|seguiremos|ire|iremos|llamare|llamaremos|volvere|volveremos|vendre|vendremos|insistire ~~12 hasta que ~2 PAY.subj
GO1 ~1 a SEND.inf ~3 FORCE|camion
OBJ? SEND.fut1|SEND.pres1 ~3 POLICE|muchachos|unidad|camion|abogados|juez|gente|fiscal|amigos|cobradores
OBJ SEND.fut1|SEND.pres1 ~2 a ~1 FORCE
OBJ SEND.fut3|SEND.pres3 ~1 a? ~1 la|los|el|unos POLICE|muchachos|matones
OBJ? caera|caeran|cae|caeremos|caere|caemos ~2 FORCE|encima|hasta|donde
OBJ GO1 ~1 a caer
ire|iremos|voy|vamos|vendre|vendremos|volvere|volveremos|regreso|regresare|regresaremos|llegaremos|llegare|vuelvo|vengo|venia|volvia|iria|vendria|regresamos|vendremos|volvemos|estamos|estaremos ~3 con|acompanado|acompanados|junto ~2 FORCE
vendra|vendran|ira|iran|llegara|llegaran|pasara|pasaran|aparecera|apareceran|entrara|entraran|vienen|buscara|buscaran|visitara|visitaran ~3 POLICE|matones|juez|fiscal|unidad
POLICE|muchachos|matones pasa|pasan|pasara|pasaran|ira|iran|va|van|llegara|vendra|viene|vienen|vendran ~2 por|a|para ~1 usted|ti|casa|domicilio|buscarlo|buscarla|vos|ustedes|detenerlo|llevarlo|llevarselo|sacarlo
POLICE|muchachos|matones|fiscal|juez|abogado OBJ ~1 visitara|buscara|espera|esperan|visitaran|buscaran|encontrara|sacara|sacaran|llevara
si no ~~6 aparece|llega|viene|va|vamos|llamo|llamamos|voy|mando|echo ~2 POLICE|muchachos|juez|fiscal|abogado*
llamo|llamamos|llamare|llamaremos|llamar a la policia|patrulla|fiscalia
con|por|usando|usaremos la fuerza publica
fuerza publica
entramos|entraremos|entrare|entro ~2 fuerza|rompiendo|tumbando|cerrajero|patadas|puerta
abrimos|abriremos|abro|abrire|romperemos|rompemos|tumbamos|tumbaremos|tumbo|rompo|tirar*|tiramos ~1 la|su puerta|chapa|porton
la|lo|le tumbamos|tumbo|rompemos|rompo|tiramos|tumbaremos|quemamos|reventamos|reventaremos
o OBJ quemo|quemamos|rompo|rompemos|mato|parto|reviento|golpeo|quito|quitamos|embargo|demando|denuncio|saco|corto|cortamos|bloqueo
OBJ quemo|quemamos|quemaremos|quemare|rompo|rompemos|mato|matamos|matare|reviento|quiebro|parto|partimos|partire ~2 GOODS|madre|cara|hocico|alma|familia|$
OBJ parto|partimos|rompo|rompemos|romper|partir ~1 la|las|el|tu|su madre|cara|hocico|jeta|piernas|huesos
"""

THREATS = (SEIZING, TAKING, BEGINNING, FORCE)
