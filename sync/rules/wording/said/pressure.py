"""Threats half said: what is hinted, what comes if one does not pay, the time that runs out."""
# ruff: noqa: E501 - a pattern is one line, however many alternatives it names.

# Veiled: nothing is named, and everybody understands.
VEILED = """
tengo|tenemos gente|amigos|ojos|quien ~2 en todas|todos|vigile|siga|vigilando|partes
tengo|tenemos quien ~1 OBJ
OBJ seguimos|vimos|segui ~1 salir|desde|llegar|entrar ~2 de? ~1 MINE casa|trabajo|escuela ~4 a|con
MINE reputacion|prestigio|honor|buen nombre? ~2 esta|queda|quedara|va|en
OBJ jure|prometi ~1 que ~5 arrepentir*|pesar|pagar|saco|quito|hund*|embarg*
no sabe|sabes|saben|imagina|imaginas|tiene|tienes ~2 lo que ~1 OBJ? ~1 espera|viene|vendra|va|puede
lo que ~1 le|te espera
no volvera|volveras ~2 conseguir|tener|encontrar|sacar ~1 trabajo|credito|empleo|prestamo
hasta que PAY.subj ~~1 no ~1 OBJ ~1 dejamos|dejo|dejaremos|suelto|soltamos
no nos|me conoce|conoces|conocen ~1 enojad*|$|bravo|molesto
diga|di|decile adios a MINE
puede|podria|vaya a? ~1 tener|sufrir un accidente !de|laboral
tiene|tienes|le|quedan ~2 minutos $|para|antes|o
buscando|busca|buscar|buscarse|ganando|meter*|metiendo ~1 un? ~1 problema|problemas|problemon ~1 grande|grandes|serio|serios|feo|$|con
MINE problema|problemas ~1 apenas|recien|esta|van ~1 empieza*|comienza*|empezando|crecer
no ~1 ponga|pongas|pongan ~2 riesgo|peligro ~1 MINE
no ~1 arriesgue|arriesgues|exponga|expongas ~1 a|MINE ~2 !contagi*
ultima vez que ~2 digo|aviso|advierto|repito|pido|decimos|avisamos
tenemos|tengo ~2 direccion|telefono|domicilio|datos|ubicacion ~1 de ~1 MINE OTHERS
no ~1 sorprenda|asuste|extrane ~1 si|cuando ~1 encuentra|llega|amanece|ve|vienen|viene|aparece ~6
no hacerme|obligarme|hacernos|obligarnos ~2 ir|volver|venir|actuar|regresar
si tengo|tenemos que volver|venir|regresar
vuelvo|volvemos|volvere|volveremos|regreso|vengo con la ley
lo|los que OBJ paso|pasa|hicimos|hacemos|ocurrio a|al ~2 vecin*|otro|otros|anterior|que|ultimo|deudores|morosos|demas
que OBJ? hacemos|hicimos|hago ~1 a|con los|las morosos|deudores|que
le fue|ira muy? mal|peor
nadie ~2 ido|quedado|escapado|salvado ~1 sin
aunque sea|este muerto|muerta|lejos
acabar|acabare|acabaremos|acabo|terminar con MINE|usted negocio|familia|carrera|reputacion|vida|tranquilidad|todo|usted
OBJ? hundo|hundimos|hundire|hundiremos|destruyo|aplasto $|en|si|a|,
MINE libertad|seguridad|tranquilidad|familia depende ~1 de
libertad|seguridad depende de
cuento hasta|a
cuento hasta ~1 ~~2 y
OBJ doy ~1 NUMBER|NUM TIMEUNIT
ni un minuto|dia|hora|segundo mas
faltan|falta ~2 horas|minutos|dias ~1 para que|ser|el embargo|remate|OBJ|juicio
no perdonamos|perdono|olvidamos|bromeamos|jugamos ~2 $|a|,
no amenazamos , ~2
nadie ~2 burla|burlo|burlara|rie|juega|jugado|escapa|escapo|salva|libra ~2
nadie|nunca ~3 volver*|vuelve* ~2 a? prestar|contratar|fiar|dar
en la mira
OBJ? echamos|eche|pusimos|puesto ~1 el ojo
me|nos la|las ~1 GO3|paga|pagas|pagara|pagaras|pagan ~2
la|las GO3 a pagar ~2 caro|carisimo|juntas
nos? paga|pagas o la paga|pagas|pagara
mejor ~1 que? ~1 no ~1 salga|saliera|ande|anduviera|salgas|camine ~2
tenga|ten|ande|anda|vaya con? mucho? cuidado ~1 al|cuando|por|en salir|salga|salgas|noche|calle|camine|ande|andar
tenga|ten|ande|anda|vaya con? mucho? cuidado $
tenga|ten mucho? cuidado con ~1 MINE hijos|familia|casa|esposa|hija
mire|mira|fijese ~1 bien? por? donde|detras|atras|espalda
bonita|bonito|linda|lindo|buena HOMEGOODS|familia|hija|hijos ~~5 lastima|ojala|pena|seria|que no
quien GO3 a cuidar|mantener|ver ~1 MINE hijos|familia|madre|ninos
que sera|pasara|pasaria|haran|va con? de? ~2 MINE hijos|familia|ninos|madre
que pens*|dir*|sentir* ~1 MINE hijos|madre|familia|vecinos ~1 si|cuando|al|de
piensa|piense|pensado|penso ~2 en? ~2 hijos|familia|madre
por ~1 bien de MINE|usted|ti|tus|los
por MINE bien|seguridad|salud|propio
yo que usted|vos|tu
en MINE lugar ~2 PAY|yo
seria|es|que ~1 pena|lastima que
platos rotos
no GO3 a tener|haber|encontrar ~1 paz|descanso|tranquilidad|vida
no ~1 descansaremos|descansare|pararemos|parare|tendra|tendras|dejare ~2 hasta|paz|descanso
la GO3 a pasar ~1 mal|peor|feo|pesimo
pasara|pasaras|pasarla ~1 muy? mal|pesimo|peor
GO3 a llorar|rogar|suplicar|implorar|llorarle|arrodillar*|sudar|sufrir|temblar
se lo busco|buscaste|gano|advirtio
sera|ser ~1 demasiado|muy? tarde ~1 !visit*
va a ser tarde
tarde para lament*|arrepent*|llorar
queda|quedan poco tiempo $|antes|para
^ ultimo|segundo|tercer aviso $
ultimo aviso $|:|antes|, ~3 pague|paga|de|evite|$
HOLD ~2 a ~2 consecuencias|que|venga|resultados
consecuencias ~2 seran|graves|serias|legales|penales|judiciales|lamentables|tendra|caeran
no diga|digas|digan|dira que ~3 adverti|avise|dije|avisamos|advertimos|dijimos|advirtio|aviso
despues|luego|entonces no ~1 queje|quejes|llore|llores|diga|digas|venga|vengas|lamente|lamentes|respondo|reclame|arrepienta|quejen
no ~1 queje|quejes|lamente|lamentes ~1 de|si|cuando|despues|luego|por|$
no querra|querras|querran que
quiere|quieres|queres que MINE|los|todos ~1 vecin*|jefe|hijos|familia|companer*|mundo ~3 vean|sepan|enteren|entere|sepa|vea
a la mala|brava
ni|no crea|creas|piense|pienses|espere que ~3 escapar*|librar*|salvar*|zafar*|quedar* ~3
no ~2 GO3 a ~1 escapar*|librar*|salvar*|zafar*|esconder*
tenemos|tengo|ya ~2 ubicad*|localizad*|identificad* ~3 escuela|hijos|familia|esposa|hija|hijo|mama|trabajo|ninos|madre
ojala ~5 pase|pasara|ocurra|suceda|pase
no OBJ ~1 vaya? a? pase|ocurra|suceda|pasar|ocurrir|suceder ~1 nada|algo|una
algo ~1 malo|feo|grave|peor|terrible|desagradable|lamentable ~1 $|a|si|por|con|le
quiere|quieres|queres|desea|quisiera que ~2 OBJ? ~1 pase|ocurra|suceda ~3
tome* ~1 esto|este|como ~3 advertencia
ultima|segunda|seria|clara|una advertencia
OBJ advierto|advertimos|advertire !que
OBJ advierto|advertimos|advertire que !hay|existen|circulan|nadie|no
MENACE.pret1 ~1 al|a|con|para
<!que|alguien|nadie|quien OBJ MENACE.pret1
se OBJ MENACE.pret3 ~1 al|a|con|para !gestor|cobrador|mi|nosotros
se MENACE.pret3 ~1 al|a !gestor|cobrador|mi|nosotros
cosas ~3 poner*|pongan|pondran|ponen ~1 feas|feo|peor|dificil*|serias|duras
se|te GO3 ~1 a arrepentir
AVOID ~2 pena|bochorno|escandalo|disgusto*|verguenza ~3
evite*|evitese|evita|evitate|ahorrese|ahorrate ~2 pena|bochorno|escandalo|disgusto*|verguenza|problemas|sorpresas|malos ~1 de|legales|mayores|serios|ver|desagradables|ratos|$|con
OBJ dije|comente|mencione|explique|informe|avise|recorde|adverti|aclare|hice|aseguramos|dijimos|comentamos|explicamos|informamos|advertimos ~~10 [ BADNOUN|JAIL|POLICE|SEIZE|LAW|LEGALADV|boletin* ]
se OBJ? hizo saber|ver|notar ~~10 [ BADNOUN|JAIL|POLICE|SEIZE|LAW|LEGALADV|boletin* ]
se OBJ? ~1 dijo|informo|comunico|advirtio|indico|menciono|explico|aviso|recordo|notifico|comento ~~10 [ BADNOUN|JAIL|POLICE|SEIZE|LAW|LEGALADV|boletin* ]
OBJ dije|comente|mencione|explique|informe|avise|adverti|dijimos|advertimos ~~8 [ perderia|quedaria|perdera|quitarian|quitariamos|quitaria|sacarian|bloquearian|bloquearia|iria|caeria ]
diciendo*|advirtiendo*|avisando*|informando* que ~4 perderia|perdera|iria|ira|embarg*|demand*|quitar*|detenid*|preso|carcel
atengase|atente|atenganse|atenerse a ~1 las consecuencias
sufrira|sufrir|sufriras|conocera|pagara|enfrentara|asuma|asumir|enfrentar|tendra|habra|vera|traera|lamentara|atenerse|vendran ~2 las? graves? serias? otras? consecuencias
ya vera|veras|veran $|,
podia|podria|puede|pudiera|podian pasarle|pasarte|pasarles|ocurrirle|sucederle ~1 algo|cualquier|una|un
pregunt* ~1 a ~5 como OBJ fue|va|termino
pongase|ponete|ponte|empiece|empieza|empeza|vaya a? ~1 rezar|rezando|temblar|llorar|rece
sabe|saben donde|como ~1 encontrar*|hallar*|ubicar*|buscar* $|,|si|a ~2 $
GO3 a ver como|en|lo|quien ~1 termina*|acaba*|OBJ|que|soy|somos ~3 $|esto|todo|va|pasa|espera
se queman|pierden|incendian|accidentan|desaparecen|rompen|caen ~1 solos|solas
uno|nadie nunca? sabe|esta ~~8 queman|incendian|pierden|libre|accident*
atengase|atente|atenganse|atengansen $|,
amigos|muchachos|gente|compadres|companeros ~2 que no ~1 son|saben|vienen|van ~1 de|a hablar|esperar|platicar|jugar|preguntar|conversar|bromear
sabemos|se|conocemos|tenemos ~1 a|en ~1 que escuela|colegio|kinder|guarderia|hora|calle|hospital|mercado ~1 va|van|estudia*|sale*|trabaja*|MINE
ya vera|veras|veran|veremos $
ya vera|veras|veran|sabra|sabras lo|quien|como|de|con
a? ver|vera|veras lo|que|quien|como ~1 le|te|les pasa|espera|va|ocurre|sucede|toca|soy|somos|cobramos
lo que OBJ va|puede|pueda|pase|pasara|espera|viene ~2 pasar|esperar|encima|suceder|ocurrir|venir|$
se GO3 ~1 a arrepentir
arrepentira|arrepentiras|arrepentiran|arrepentirse|arrepentirte|lamentara|lamentaras|lamentar|lamentarlo
OBJ pesara|pesar|doler|dolera ~1 !la|las|el|los|mucho
OBJ va|vas a pesar|doler !la|el|las|los|mucho
OBJ ira|va|puede a? ir? muy? mal|peor|feo si|por|con|$|,|a|y
OBJ ira|va a? ir? muy? mal|peor|feo si|por|$|usted
OBJ puede|pueda|podria|vaya|va a? pasar|suceder|ocurrir ~1 algo|un|una|lo|cosas|alguna
pasara|pase|pasaria|paso|ocurriera|pasarle|suceda|ocurra|sucediera ~1 algo ~2 a ~1 MINE|su|usted|la|sus
lastima|pena|triste ~1 que ~2 pase|pasara|sucediera|ocurriera|pierda
algo|accidente ~1 malo|feo|grave|triste ~1 OBJ|a ~1 pase|pasar|su|sus|pasara
por las malas $|,|si|o|y|entonces|OBJ|cobr*|pag*|sera|va|se|tambien|entender*
por las buenas ~2 o|ni|,
a las malas
con? nosotros|conmigo|empresa|banco|financiera no se ~1 juega|jueguen|juegue
no sabe|sabes|saben|tiene|tienes ~1 con quien|quienes
con quien se|te esta|estas|mete|metio|metiste
no respondo|respondemos $|por|de
no respondo|respondemos ~1 de|por lo
sabemos|se|conocemos|conozco|tenemos|ubicamos donde|adonde|dnd|cual ~1 vive|viven|trabaja|trabajan|estudia|estudian|vives|trabajas|es|duerme|estan
sabemos|se|conocemos|conozco ~1 a|la|su|sus|tus|tu ~1 que hora ~2 sale|sales|llega|salen
conocemos|conozco a|la|su|los|sus|tus|tu ~1 familia|hijos|rutina|esposa|hija|hijo|mama
lo|la|los|te|le estamos|estoy|tenemos|estaremos|tengo ~1 vigilando|esperando|siguiendo|observando|ubicado|ubicada|checando|fichado|ubicados|vigilado|vigilada
lo|la|te|los estaremos|estare|vamos|voy|esperaremos|esperare ~1 a? esperando|esperar|esperaremos ~4 salida|escuela|esquina|afuera|trabajo
cuidese|cuidate|cuidese|cuidense|cuide ~1 las|la|su|sus|tu|tus|mucho ~1 espalda|espaldas|familia|hijos|por|cuando|$
cuide|cuiden a? MINE familia|hijos|hija|hijo|esposa ~1 $|,|porque|si
cuida a? tu|tus familia|hijos|hija|hijo|esposa
piense|piensa|pienselo|pensa en MINE familia|hijos|hija|hijo|esposa|seguridad
duerma|duerme con un ojo
no OBJ ~1 vamos|voy|dejare|dejaremos ~1 a? dejar? ~1 en paz|tranquilo|tranquila
no va|vas|van|podra|podras a? poder? dormir ~1 tranquilo|en|hasta|nunca
hare|haremos|hacer|hacerle|haciendo ~2 la? vida ~1 imposible|cuadritos|infierno|miserable
vida ~2 un? imposible|infierno
mi|mis|otros|siguientes|proximos|los jefes|companeros|cobradores|colegas|proximo|que ~3 no son|van|sera|seran ~2 ser? tan? amables|amable|pacientes|paciente|buenos|como
cobradores|gente|personas|companeros|muchachos ~1 que no son|juegan|preguntan|perdonan|hablan como|$|bonito
no ~1 ser|sere|seremos|sera|somos|soy|seran tan? amables|amable|pacientes|paciente|buena|buenos|decente|educado
se ~1 me|nos ~1 acabo|acaba|agoto|termino|acabando ~1 la paciencia
paciencia ~4 se? termina|acabo|agoto|limite|termino|acaba
tomaremos|tomare|tomar|usaremos|usare|aplicaremos|habra|emplearemos otras|otros|otro|medidas|represalias|acciones ~1 medidas|metodos|tipo|medios|drasticas|formas|fuertes|severas|contundentes|en|legales|judiciales|penales
de otra|otro forma|manera|modo OBJ? ~1 cobraremos|cobramos|arreglamos|arreglaremos|entendemos|cobro|entendera|entenderemos
cosas se ~1 van|pondran|ponen|pueden ~1 a? poner ~1 feas|feo|peor|dificiles
cosas se pondran|ponen feas|feo|peor|serias
esto|la|lo|las ~2 va|van|puede ~1 a? terminar|acabar|poner|ponerse ~1 mal|feo|feas|peor|muy
esto ~1 termina|acaba|terminara|acabara ~1 mal|feo|peor
OBJ ~2 cobramos|cobrare|cobraremos|cobro|cobrar ~2 lo que sea|modo|chingadazos|golpes|sangre|dientes|intereses|malas
como sea|sea
de lo que somos|soy capaces|capaz
a? la? cuenta|cuentas OBJ va salir cara
voy|vamos|ire|iremos con ~1 unos|mis|otros|varios|los|mas amigos|muchachos|companeros|compas|hombres|gente ~3 cobrar*|hablar|casa|visitar*|arreglar|$
le juro|prometo|aseguro|advierto|garantizo que ~~4 OBJ|se|va|vas ~1 quito|quitar|arrepentir|perder|acordar|embargo|hundo|pesar|pagar|sacar|mal
la vida|libertad|seguridad|integridad ~2 corre|corren|peligra|peligro|riesgo
OBJ corto|cortamos|quito|saco|arranco|cortare ~2 dedo*|mano*|lengua|cabeza|hasta
dejare|dejaremos|dejar|dejo|dejamos ~1 sin ~2 HOMEGOODS
va|vas|van|puede|puedes ~1 a? perder ~1 todo
expongase|exponerse|expone|expones|arriesga|arriesgas a ~3 BADNOUN|consecuencias|perder|JAIL|LEGALWORD|que
antes|para|hasta de? que ~1 sea|se ~1 demasiado? tarde|peor|lamentar|arrepienta
si? no entiende|entiendes|quiere|quieres|paga|pagas por? las? buenas
no me obligue|obligues|obligen|haga|hagas|nos
no nos obligue|obligues|haga|hagas|obliguen
advertido|advertida|advertidos $|no|quedas|queda|sobre
queda|quedas|estas|esta|quedan advertido|advertida|avisado|avisada
ultima advertencia
por ~1 ultima vez ~~6 PAY|OBJ
olvidese|olvidate|despidase|despidete|digale|dile|vaya ~1 de|adios|despidiendose ~1 a? ~2 HOMEGOODS|trabajo|vida|tranquilidad
sabra|sabras|sabran|enterara|enteraras|aprendera|aprenderas ~1 quien|quienes|como|lo|de ~2 soy|somos|cobramos|cobrar|bueno|pagar|capaz|capaces|cobra
OBJ conviene|convendria ~1 pagar ~~3 o|antes ~3 BADNOUN|malas|peor|tarde|problemas
OBJ ~1 GO1 a encontrar|buscar|hallar ~2 donde|aunque|este|debajo|hasta
donde ~1 sea|este|vaya|esconda|meta|ande ~~3 encontraremos|encontramos|encontrare|hallaremos|hallo
OBJ encontraremos|encontrare|hallaremos|cazaremos
si|que si? OBJ? quiere|quieres|aprecia|aprecias|valora ~1 a? MINE familia|hijos|vida|trabajo|casa|seguridad
"""

# What comes if one does not pay: either half says nothing bad alone.
IF_NOT = """
de hacer|ignorar|omitir ~~8 [ SEIZE|LAW|BADNOUN|JAIL|LEGALWORD|BADPART|policia|SANCTION ]
caso omiso ~~8 [ SEIZE|LAW|BADNOUN|JAIL|LEGALWORD|BADPART|policia|SANCTION ]
o PAY.pres3|PAY.subj|OBJ|me ~4 o [ ~8 SEIZE|LAW|BADNOUN|JAIL|HOLD|consecuencias|quemo|policia|preso|presa|peor|malas|TAKE.pres1|TAKE.fut1 ]
manana|hoy|lunes|despues ~1 ya? es|sera|va|empieza|inicia|procede|viene ~2 [ BADNOUN ]
ultimo dia ~~6 [ BADNOUN|SEIZE|LAW|JAIL|policia ]
despues|posteriormente , ~2 BADNOUN|JAIL|policia
si ~2 no ~~10 [ JAIL|embargo|embargamos|embargan|embargo|SEIZE|demandamos|demandan|demanda|demando|denuncio|denunciamos|denunciar ]
si ~2 no ~~8 [ OBJ meten|metemos|reportamos|reporto|boletinamos|bloquean|bloqueamos|quitan|sacan|botan|cortan|llevan|rematan|sacamos|quitamos ]
si ~2 no ~~8 [ bloquear*|bloquean|juicio|demandar*|embargar*|denunciar*|rematar*|desaloj*|incautar* ]
si ~2 no ~~8 [ OBJ echamos|echo|mando|mandamos|lanzamos|soltamos|caemos|caigo|buscamos|busco|busque ]
si ~2 no ~~8 [ OBJ TELL.pres1|TELL.fut1|decimos ~2 a ~3 OTHERS|migracion|policia ]
si ~2 no ~~8 [ se gira|giran|libra|dicta|ordena|procede|ejecuta ~2 orden|embargo|demanda|captura ]
si ~2 no ~~8 [ se atiene|atenga|va|vas|queda|quedas ~2 consecuencias|BEHINDBARS|arrepentir|calle|sin ]
si ~2 no ~~8 [ que no se queje|extrane|sorprenda ]
si ~~6 no ~~6 [ enviaremos|mandaremos|llamaremos|iremos|vendran|llegaran ~3 FORCE|policia|trabajo|jefe ]
de no ~~8 [ SEIZE|LAW|BADNOUN|JAIL|LEGALWORD|BADPART|reportado|bloquead* ]
de no ~~8 [ se|sera|quedara ~3 bloqueado|girara|embargo|demanda|reportado|boletinado ]
de lo contrario ~~5 [ SEIZE|LAW|BADNOUN|JAIL|LEGALWORD|policia|lanzamiento|bloquear*|BADPART|TAKE.fut1|consecuencias|FORCE ]
caso contrario ~~5 [ SEIZE|LAW|BADNOUN|JAIL|LEGALWORD|policia|lanzamiento|bloquear*|BADPART|TAKE.fut1|consecuencias|FORCE ]
en caso de no ~~8 [ SEIZE|LAW|BADNOUN|JAIL|LEGALWORD|policia|lanzamiento|BADPART ]
en caso de incumplimiento|incumplir|omision ~~6 [ SEIZE|BADNOUN|JAIL|LEGALWORD|policia|lanzamiento|BADPART ]
PAY.subj|PAY.pres3|PAY.inf|PAY.imp|ponga|deme|dame|pon ~~7 o [ BADNOUN|JAIL|va|vas|OBJ|se|amanece|pierde|BADPART|habra|enfrente|aparece|paso|pasamos|viene|vengo|llamo|mando|mandamos|despidase|despidete|olvidese|atengase|sus|su|tu ~2 SEIZE|LAW|JAIL|TAKE|HURT|preso|presa|sin|GOODS|vera|ver|veras|consecuencias|mal|peor|boletin*|denuncia|arrepentir|embargo|demanda|report*|POLICE|OTHERS|pesar ]
PAY.subj|PAY.pres3|PAY.inf|PAY.imp|ponga ~~6 o [ embargo|embargamos|demandamos|demanda|carcel|policia|juicio|atengase|preso|presa|embargo|reporte|boletinado|consecuencias|OTHERS ]
antes de|del|que ~6 o [ va|vas|OBJ|se|amanece|queda|pierde ~3 preso|presa|embarg*|carcel|demand*|denunci*|sin|bloque*|boletin* ]
tiene|tienes|tienen|quedan|queda|le|dispone ~4 TIMEUNIT ~~6 o [ pasamos|mando|mandamos|se|va|OBJ|lo|procedemos|iniciamos ]
tiene|tienes|tienen|quedan|queda|le|les|dispone ~4 TIMEUNIT ~~5 [ BADNOUN|JAIL|policia|LEGALWORD ]
no cumplir|pagar|presentarse|cancelar ~~8 [ ocasionara|provocara|causara|generara|traera|implicara|derivara|significara ~4 SEIZE|BADNOUN|LEGALWORD|perdida|JAIL|embargo|consecuencias|bloqueo|incautacion ]
falta|incumplimiento de? ~3 pago? ~~4 [ ocasionara|provocara|causara|generara|dara|traera|derivara|motivara ~5 BADNOUN|LEGALWORD|JAIL|perdida|bloqueo ]
el|la|los|quien|quienes que? no paga|pagan|cumple|responde|pague ~~4 [ termina|acaba|va|pierde|preso|sale|sufre|JAIL|carcel|lamenta|terminan|acaban|van|pierden ]
hasta que|no ~2 PAY.subj ~~4 [ no|lo|la|le|te ~2 dejare|dejaremos|voy|vamos|molestar|dormir|paz|soltar ]
por no pagar|cumplir|cancelar ~~4 [ ira|va|preso|presa|SEIZE.fut1|SEIZE.fut3|LAW.fut3|perdera|LAW.part|sera ]
si para|a|al|el|en ~4 no ~~8 [ orden|captura|policia|embargo|demanda|juicio|mando|mandamos|vamos|voy|ire|iremos|estamos|llevamos|procedemos ]
MINE hijo|hija|hijos|familia|esposa|esposo|mama|madre|nietos ~1 no|va|van|se|pagara|pagaran|sufrira|sufriran ~3 podra|estudiar|poder|pagar|sufrir|calle|hambre|comer|quedar ~~6 culpa|por|deuda|consecuencias|si
"""

# Credit bureaus: to be told of them is lawful, to be frightened with them is not.
BUREAU = """
OBJ meto|metemos|mando|mandamos|subo|subimos|pongo|ponemos|paso|pasamos|meteremos|subiremos|mandaremos|quemo|quemamos|quemaremos ~3 BUREAU
OBJ? reportaremos|reportare|reporto|reportamos|boletinaremos|boletinamos|boletino|mancharemos|mancho|manchamos ~1 hoy|manana|ya|si|para|por|de|todos|en|al|a|ante ~2 mismo|no|que|buro|infocorp|dicom|veraz|datacredito|central|centrales|equifax|todos|todo|nivel|redes|siempre|vida
GO1 a ~1 reportar|reportarlo|reportarla|reportarte|boletinar|boletinarlo|boletinarte|boletinarla|manchar|mancharle|quemar|quemarlo|meter|meterlo|meterla|meterte ~3 buro|infocorp|dicom|veraz|datacredito|central|centrales|cifin|equifax|nivel|lista|historial|todas|todos|transunion
sera|quedara|seras|quedaras|amanece|amanecera|saldra ~2 bloqueado|reportado|boletinado|fichado|reportada|boletinada|manchado|marcado ~4 nivel|nacional|y|todo|toda|siempre|vida|de|por|buro|manana
quedara|queda|quedaras ~1 manchado|marcado|fichado|manchada|quemado|reportado|boletinado ~1 para|de|en|por ~1 siempre|vida|todos|todas
reportad*|boletinad* ~1 a|en nivel|todo nacional|el|pais
si ~2 no ~~8 [ OBJ|al|va|vas|directo|derecho|quedara|queda|ira|mando ~3 buro|infocorp|dicom|veraz|datacredito|central|centrales|cifin|equifax ]
PAY.subj|PAY.pres3|PAY.imp ~~6 o [ OBJ|va|vas|se|al ~4 buro|infocorp|dicom|veraz|datacredito|central|centrales|equifax ]
"""

# The time that runs out, said to frighten.
DEADLINE = """
ultima oportunidad|chance|llamada|aviso ~~6 antes|para|de|o|, ~1 de? que|no|perder|evitar|SEIZE|LAW|demanda|embargo|pagar|regularizar|quedar|arreglar|salvar|ponerse|ponerte|actuar|cumplir|resolver|liquidar|solucionar
es|esta MINE? la? ultima oportunidad $|,|:
MINE ultima oportunidad $|,|:|de|para|o
^ ultima oportunidad $|,|:|para|de|o
ultima oportunidad OBJ
se OBJ acaba|acabo|agota|agoto|termina|termino|vence|vencio|esta ~1 acabando|agotando|terminando? el tiempo
se OBJ ~1 acaba|acabo|agota|agoto|termina|termino|acabando|agotando ~1 el|su tiempo
tiempo se ~2 acaba|acabo|agota|agoto|termina|termino|acabando|agotando
el tiempo|reloj corre|sigue ~1 en? MINE? contra|corriendo|$
MINE tiempo se? acabo|termino|agoto|vencio
cuenta regresiva
plazo perentorio|fatal|improrrogable|final|ultimo
ultimatum
PAY.subj|PAY.imp|pague|paga|deposite|cancele|liquide ya|ahora|hoy|inmediatamente ~1 o
"""

PRESSURE = (VEILED, IF_NOT, BUREAU)
