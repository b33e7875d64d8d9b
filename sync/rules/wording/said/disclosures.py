"""The debt told to those whom it does not concern, or left where they see it. One pattern a line."""
# ruff: noqa: E501 - a pattern is one line, however many alternatives it names.

TOLD = """
escribi|escribimos|pinte|pintamos|raye|rayamos|puse ~2 deudor|moroso|morosa|deudora|debe|tramposo|ratero
cobre|cobramos ~1 a gritos|gritando
a gritos ~~5 cobr*|pag*|deb*|deud*|moros*
contactaremos|llamaremos|avisaremos|buscaremos ~1 a MINE OTHERS ~1 para ~1 decirle*|contarle*|informarle*|que|cobrarle*
se? dejo|deje|dejamos|quedo ~2 carta|estado|requerimiento|aviso|notificacion|sobre ~1 abiert* ~3
pegue|pegamos|pego|pegaron ~2 requerimiento|carta|estado|cobro|notificacion|aviso ~3 en ~1 puerta|reja|porton|fachada|poste|pared|ventana !de|sobre
hable|hablamos|platique|conversamos ~1 con ~6 sobre|de ~1 la? deuda|adeudo|mora|saldo ~1 de|del
recado|nota|papel|mensaje con ~2 monto|deuda|saldo|adeudo ~6 OTHERS
TELL.pret1 ~3 en|a|con|frente|ante ~3 OTHERS|PUBLIC ~~3 que ~~6 DEBT
en|ante|frente ~3 OTHERS|PUBLIC|junta|asamblea|reunion|misa ~2 TELL.pret1 ~~8 DEBT
OBJ? TELL.pret1|HAND.pret1 ~2 pagare|contrato|estado|requerimiento|expediente|deuda|mensajes ~4 a|al|con ~2 OTHERS
OBJ? TELL.pret1|HAND.pret1 ~2 a|al|con ~2 OTHERS ~4 pagare|mensajes|estado
reenvie|reenviamos|mande|mandamos|envie|comparti ~6 a|al ~3 OTHERS|whatsapp ~~6 cobro|deuda|pagare|estado|saldo|vencid*|adeudo
OBJ explique|dije|conte|comente ~4 companeros|vecinos|familiares|hijos|papas|padres ~~10 debe|deuda|cobr*|adeud*
HAND.pret1 ~4 OTHERS ~~6 estado|DEBTSTRONG|requerimiento|cobranza
HAND.pret1 ~2 estado|requerimiento|carta|notificacion|aviso|papel|saldo ~5 a|al|con ~2 ~1 OTHERS ~~6
PUT.fut1|PUT.pret1|PUT.pres1 ~2 cartel*|letrero|manta*|lona*|pancarta*|afiche*|volante*
GO1 a PUT.inf ~2 cartel*|letrero|manta*|lona*|pancarta*|afiche*|volante*
OBJ TELL.pret1|HAND.pret1 ~5 OTHERS ~~10 DEBT
TELL.pret1 ~5 OTHERS ~~10 DEBTSTRONG|embarg*|demand*
se OBJ? TELL.pret3|entrego|dejo|envio|mando|pidio ~5 a|al|con OTHERS|la|el|los|su ~2 OTHERS ~~10 DEBTSTRONG|embarg*
se OBJ? TELL.pret3|entrego|dejo|envio|mando ~5 al|a|con ~2 OTHERS ~~10 DEBT
TELL.pret1|HAND.pret1 ~4 DEBTSTRONG ~6 a|al|con|ante|frente|delante ~2 ~1 OTHERS
se OBJ? TELL.pret3|dejo|entrego|envio ~4 DEBTSTRONG ~6 a|al|con|ante|frente ~2 ~1 OTHERS
OTHERS ~~4 OBJ TELL.pret1|HAND.pret1 ~~8 DEBTSTRONG|pague|cobro|cobrar
con ~2 OTHERS ~~4 hable|hablamos|comente|platique|converse ~~6 DEBTSTRONG|cobro
hable|hablamos|platique|platicamos|converse|conversamos|trate|comente ~2 con ~3 OTHERS ~~8 DEBTSTRONG
OTHERS ~1 ya ~1 sabe|saben|enterado|enterada|enterados ~2 de|que|lo|cuanto|por ~3 DEBTSTRONG|mi
deje|dejamos|entregue|entregamos|pegue|pegamos|meti|tire|puse|pusimos|coloque|colocamos ~4 carta|requerimiento|estado|aviso|papel|notificacion|hoja|documento|citatorio|recibo|volante|letrero|cartel ~4 saldo|deuda|cobro|cuenta|adeudo|mora|monto|moroso|cobranza|abierto|abierta|vista ~6 OTHERS|puerta|reja|porton|fachada|todos|pared|vidrio|ventana|poste|parabrisas
deje|dejamos|dejo|pegue|pegamos|puse|pusimos|coloque|colocamos|pego ~4 aviso|carta|nota|papel|cartel|letrero|requerimiento|hoja|estado|notificacion|volante ~6 deuda|moroso|cobro|debe|morosa|deudor|saldo|adeudo|mora|cobranza|vista|abierto|abierta|visible
visible|vista|abierta|abierto ~2 ~~4 deuda|saldo|adeudo|cobro|monto
a la vista de ~2 OTHERS|todos|vecinos|cualquiera
grite|gritamos|gritar|griten|anuncie|anunciamos|voceamos|vocee|gritaremos|gritare|grito ~6 DEBTSTRONG|moros*|pague
en voz alta ~~8 DEBTSTRONG|pague
OBJ? cobre|cobramos|reclame|reclamamos|exigi|exigimos|cobrar|cobrarle|cobrarte|cobraremos|cobrare|reclamar*|requerir* ~5 frente|delante|enfrente|ante|presencia|vista ~2 ~1 OTHERS|todos|todo|clientes
frente|delante|enfrente|ante|presencia ~2 ~1 OTHERS|todos|clientes ~~4 OBJ? cobre|cobramos|reclame|dije|dijimos|explique|lei|exigi|mostre ~~5 DEBT
con copia ~2 a|al|para ~3 OTHERS
"""

TELLING = """
MINE OTHERS ~2 tiene|mantiene|presenta|registra|trae|adeuda ~3 credito|cuenta|saldo|cuota*|pago*|adeudo|mensualidad*|letras|prestamo|tarjeta ~2 vencid*|atrasad*|pendiente*|moros*|mora|impag*
^ ~2 , MINE OTHERS ~2 tiene|mantiene|debe|presenta|adeuda|no ~3
^ ~1 joven|nino|nina|vecino|vecina|senora|senor|amigo|muchacho , ~~4 OTHERS|MINE ~~6 DEBTSTRONG|no
referencia|aval|contacto|familiar ~1 de|que ~~5 no ~1 ha pagado|paga|cumple
como|aparece|figura|puso|registro ~3 referencia ~~8 DEBT
MINE OTHERS no nos ha|quiere|pago|paga|cumple ~1 pagado|pagar|cumplido|,|$
conoce|conocen|conoces|familiar|pariente|vecino ~1 a|de ~~6 no ~1 ha|quiere|nos ~1 pagado|pagar|pago|paga|cumplido
MINE familiar|empleado|empleada|companero|companera|amigo|amiga|trabajador|inquilino|vecino|hijo|hija|esposo|esposa|hermano|hermana|mama|papa ~2 esta|mantiene|sigue|anda ~2 en? mora|cobranza|atrasad*|deuda|vencid*|moros*|debiendo
hermana|hermano|esposa|esposo|mama|papa|hijo|hija|vecina|vecino ~~2 digale|dile|avisele|decile|avisale ~~6 DEBT
informele|digale|dile|avisele|comuniquele|notifiquele ~1 a MINE OTHERS ~~4 descontar*|embarg*|retener*|cobr*
TELL.imp|ORDER ~5 OTHERS|senor|senora|don|dona ~~3 que ~~6 DEBT|demand*|embarg*
avisele|digale|decile|dile|avisale|comentele|cuentele|informele|recuerdele|recordale|diganle|comuniquele|contale|hagale|comentale|expliquele|adviertale|pidale|pidele|exijale ~5 que ~4 DEBT|embarg*|demand*|preso|carcel
avisele|digale|decile|dile|avisale|comentele|cuentele|informele|diganle|contale|comentale|recuerdele|hagale ~4 a|al ~3 OTHERS ~~6 DEBT
digan|diga|dile|avisen|avise|cuente|informe ~2 a|al ~3 OTHERS ~~3 que ~4 DEBTSTRONG
informar|avisar|decir|comunicar|contar|comentar|notificar|explicar|revelar ~3 a|al|a ~3 OTHERS ~~3 DEBTSTRONG|deuda|que
^ ~2 OTHERS , ~~8 OTHERS|usted|senor|senora|dueno|patron ~~4 nos|DEBT ~3 DEBT|mora|atras*
^ OTHERS , ~~8 DEBTSTRONG
^ ~3 MINE OTHERS ~5 nos debe|deben|adeuda
MINE OTHERS ~4 nos debe|deben|adeuda|adeudan|quedo|queda
MINE OTHERS ~2 le debe|deben a|al ~2 banco|financiera|empresa|caja|cooperativa|compania|nosotros
MINE OTHERS ~2 tiene|tienen|mantiene|presenta|registra ~3 deuda*|mora|credito|prestamo|atraso|saldo|adeudo ~3 con nosotros|nuestra|la|el|esta|en|vencid*|atrasad*|pendiente* ~2
MINE OTHERS ~1 es|esta|son|figura ~3 moros*|deudor*|mora|atrasad*
MINE OTHERS ~1 no ~2 paga|pago|cumple|quiere|pagar|cumplio|responde ~2 pagar|MINE|la|sus|el|$
ayudenos|ayudeme|colabore|colaborenos ~~6 OTHERS ~~5 pag*|DEBT
hable|hablar con MINE OTHERS ~~6 pague|deuda|debe
hagale|haga ~1 saber|llegar|conocer ~4 a|al ~3 OTHERS ~~6 DEBT
OTHERS|senor|senora|dona|don ~~4 sepa|sepan|enterese|enterense que ~~5 DEBT
"""

WILL_TELL = """
MINE OTHERS ~1 va|van|iran|debe|deben a? saber|enterarse|conocer|ver ~1 que|de|todo|quien|la|lo
sabe|saben|sabra|sabran|sepa|sepan|supiera|supieran|enteran|entera|enterara ~1 MINE OTHERS ~2 que|de|lo|cuanto|$ ~3
ya? sabe|saben ~1 MINE OTHERS ~1 que ~4 DEBT|usted
que GO3 a decir|pensar|opinar ~2 OTHERS
GO1 a ~1 PUT.inf|PUBLISH.inf MINE ~1 foto*|nombre|cara|cedula|deuda
tod* el|la|MINE ~1 mercado|feria|edificio|condominio|vereda|comuna|caserio|aldea|ciudad|calle|mundo|familia ~2 a? saber|enterar*|sabra|enterara|ver ~2
MINE nombre|foto|cara|cedula ~1 sale|aparece|estara|saldra|queda ~1 en|por ~2 PUBLIC|lista|pantalla|television
GO1 a ~1 escribir*|llamar*|avisar*|mandar* ~1 a|con cada|todos|todas|toda ~1 contacto*|conocido*|familiar*|amigo*|agenda|lista
MINE|todos|tus contactos ~3 recibir*|sabran|veran|enter*|llegar*|tendran|mensaje*|conoceran ~3
contactos ~4 escribir*|escribiremos|escribire|mandar*|mandaremos|llamar*|avisar*|avisaremos|mensaj*|enviar*
OBJ? escribiremos|escribire|llamaremos|avisaremos|mandaremos|marcaremos|escribimos|escribo ~3 a ~3 contactos|familiares|referencias|amigos|jefe|patron|vecinos
carro|camioneta|vehiculo|unidad de cobranza|cobros ~~6 frente|afuera|casa|puerta|calle
GO1|pasaremos|estacionaremos|iremos|pondremos|usaremos|pasar|con|andaremos ~8 LOUD ~3
cobr*|cobrare|cobraremos ~4 misa|iglesia|culto|escuela|colegio|fiesta|velorio|mercado|plaza|calle|trabajo|oficina ~3
iremos|ire|vamos|voy|llegaremos|pasaremos|llegare ~4 colegio|escuela|iglesia|misa|mercado|kinder|universidad ~5 cobr*|OBJ|escandalo|hablar
OBJ? TELL.fut1|CALL.fut1 ~4 a|al|con MINE|la|el|los|las|todos|todo ~2 OTHERS ~~8 DEBT|todo|lo|situacion|problema|pague|quien|clase|cuanto|como|moros*|esconde
OBJ? GO1 a TELL.inf|CALL.inf|TELL|CALL ~4 a|al|con MINE|la|el|los|las|todos|todo ~2 OTHERS ~~8 DEBT|todo|lo|situacion|problema|pague|quien|clase|cuanto|moros*|esconde
OBJ? TELL.fut1|CALL.fut1|TELL.pres1|CALL.pres1 ~3 a|al|con MINE|todos|todo|los|tu|el ~2 SHAMING
OBJ? GO1 a TELL.inf|CALL.inf|TELL|CALL ~3 a|al|con MINE|todos|todo|los ~2 SHAMING ~3
GO1 a contarle|decirle|contarles|decirles|informarle|informarles|avisarle|avisarles|decir|contar|informar ~3 a|al ~4 OTHERS|mundo ~~6 DEBT|quien|clase|todo|moroso
OBJ? mandaremos|mandare|enviaremos|enviare|mando|mandamos|enviamos|mandar|enviar|dejaremos|dejare|llegara|llegaran ~5 a|al|con|en MINE|todos|tu ~2 SHAMING|trabajo|contactos ~~8
GO1 a ir|llegar|presentarnos|presentarme|buscarlo|buscarla|cobrarle|cobrarte|buscarte ~3 a|en|al|hasta MINE ~1 trabajo|oficina|empresa|iglesia ~~8
iremos|ire|llegaremos|llegare|vamos|voy|visitaremos|nos ~2 a|en|al|hasta MINE ~1 trabajo|oficina|empresa|iglesia|escuela ~~8 cobrar*|todos|vean|sepan|hablar|jefe|escandalo|enteren|vergüenza|frente
MINE|sus|los|todos|todo|tu|el|la|toda ~2 OTHERS|mundo ~2 se|lo|OBJ ~1 va|van|enterara|enteraran|entera|enteran|enteren|entere|enterar|sabra|sabran|sepa|sepan ~1 a? enterar|saber|de|$|que|todo|lo ~~6
OTHERS|mundo ~2 sabra|sabran|enterara|enteraran|conocera|conoceran ~~4 DEBT|todo|quien|clase|que|de|cuanto|$
se va|van|enterara|enteraran|enteran|entera|entere|enteren ~1 a? enterar? ~1 MINE|todos|todo|toda|tu|los|el|la ~2 OTHERS|mundo
haremos|hare|hacer|haremos que ~3 se|lo enteren|entere|sepan|sepa ~3
haremos|hare ~1 saber|publico|publica|publicas ~4 OTHERS|DEBT|su|que|$
para que ~3 se|lo|OBJ enteren|entere|lean|sepan|vean|sepa|vea ~3 todos|OTHERS|DEBT|que|$
para que ~1 todos|OTHERS|mundo|toda|todo ~3 sepa|sepan|se|vean|vea|lea|lean|enteren
que ~2 todos|todo|toda|MINE|los ~2 OTHERS|mundo ~2 sepan|sepa|enteren|entere|vean ~3 DEBT|que|quien|$|lo|de|todo
que ~1 dira|diran|pensara|pensaran|diria ~2 MINE|los|el|la ~1 OTHERS ~4
que MINE OTHERS ~2 paguen|pague ~1 MINE deuda
PUBLISH.fut1|PUBLISH.pres1|PUBLISH.fut3 ~~5 SHOWN ~~8
OBJ ~1 PUBLISH.fut1|PUBLISH.pres1|PUBLISH.fut3|PUBLISH.pret1|PUT.fut1|PUT.pres1 ~4 en|por|al|a !whatsapp ~3 PUBLIC
PUBLISH.fut1|PUBLISH.pres1|PUBLISH.fut3|PUBLISH.pret1|PUT.fut1|PUT.pres1|PUT.pret1 ~4 en|por|al|a ~3 PUBLIC ~~8 DEBTSTRONG|moros*|foto*
PUT.fut1|PUT.pres1|PUT.pret1 ~4 foto*|nombre|cara|cedula|deuda|datos ~3 en|por|al|a !whatsapp ~3 PUBLIC
GO1 a ~1 PUBLISH.inf|PUBLISH ~~5 SHOWN|DEBT|PUBLIC
GO1 a ~1 PUBLISH.inf|PUT.inf ~4 en|por|al|a ~3 PUBLIC
si ~2 no ~~6 publico|publicamos|subo|subimos|exhibo|pego|pegamos|posteo|difundo ~4 SHOWN|PUBLIC
publique|publicamos|subi|subimos|pegue|pegamos|postee|difundi|exhibi|exhibimos ~5 SHOWN|deuda|moros* ~6 PUBLIC
publique|publicamos|subi|subimos|postee|difundi|pegue|pegamos|mande|mandamos|envie|enviamos|comparti|compartimos ~3 en|al|por|a ~3 PUBLIC ~~6 DEBTSTRONG|moros*|foto
se ~2 publicara|publicaran|exhibira|exhibiran|difundira|difundiran|pegara|pegaran|subira|subiran|colocara|colocaran|publico|pego|colgo|exhibio ~6 SHOWN|PUBLIC
MINE foto|nombre|cara|cedula|rostro|fotos|datos|dni|deuda ~1 saldra|saldran|aparecera|apareceran|sera|estara|estaran|va|circulara|ira ~3 PUBLIC|publicad*|exhibid*|lista|todos|todas|en
lista ~1 de ~1 morosos|deudores|incumplidos ~2
lista negra
sera|seras|quedara|va|vas ~1 a? ser? ~1 publicado|exhibido|exhibida|publicada|balconeado|quemado|quemada|exhibidos|expuesto|expuesta ~3 ~1 en|ante|frente|por|como|con|$
OBJ vamos|voy ~1 a? exhibir|quemar|balconear|funar|exhibirlo|quemarte|exponerlo|exponer|escrachar ~3 con|en|ante|frente|redes|publicamente|todos|como
quemaremos|exhibiremos|balconearemos|funaremos|escracharemos|escrachamos ~~6
OBJ? llamaremos|llamare|visitaremos|visitare|buscaremos|contactaremos|contactare|molestaremos ~2 a ~1 MINE|todos|todas|tus ~1 referencias|contactos|familiares|amigos|vecinos|conocidos
que verguenza ~2 que|si|para ~2 MINE|sus|vecinos ~2
delante|frente|enfrente ~1 de|a ~1 MINE|todos|sus|todo ~1 OTHERS|hijos|mundo ~~3 cobr*|OBJ ~2 cobr*|sacar*|verguenza
cobrador* ~1 disfrazado*|vestido*|frac|uniformado*
"""
