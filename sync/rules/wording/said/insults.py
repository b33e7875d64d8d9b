"""Insults: words that wound anywhere, and those that wound where they are aimed at somebody."""
# ruff: noqa: E501 - a pattern is one line, however many alternatives it names.

STRONG = """
<!calle|avenida STRONG
hijo|hija|hijos de ~2 puta|perra|chingada|madre|gran|tu|su|mil|fruta|la
muerto|muerta|muertos de hambre
bueno|buena|buenos para nada
poca madre|vergueza|verguenza
mala|malas paga|pagas|entrana|clase
cara|carita dura|palo|tabla
cara de palo|tabla|perro|rata|nada
poco|poca hombre|hombrecito|cosa|valor
la concha ~2 madre|hermana
la puta madre
chinga|chingue|chingas|chingate|chinguese|vete|vayase|andate a? ~2 madre|carajo|diablo|mierda|chingada|puta|carajos
a la verga|mierda|chingada
me vale madre|verga
que ~1 vale|importa ~1 madre|verga
don nadie
pedazo de !tierra|terreno|pan|papel|tela|lote|la|calle ~1
poca|poco cosa|hombre|verguenza
ponga|ponte|pongase|busque|busquese|consigase|consiga|aprenda|ponete ~1 a trabajar|ser ~2 $|vago|gente|persona|hombre
pongase|ponte|ponete a trabajar
busque|consiga|busquese|consigase marido|hombre|mujer|quien que|lo|la
deje|deja|dejese|dejate de llorar|lloriquear|hacerse|chillar|lloros|mamadas|pendejadas|tonterias|mentir|mentiras|cuentos|hacerte|excusas
no se haga|hagas el|la|pendejo|tonto|loco|bobo|menso|vivo|viva|sordo|guey|wey
no te hagas el|la|pendejo|tonto|loco|bobo|menso|vivo|viva|sordo|guey|wey
hagase|hacete hombre|responsable|cargo
sea|se|sean hombre|hombrecito|hombres|decente|gente ~1 $|y|,
"""

AIMED = """
el|la|los|las muy NAMED|AIMED|STRONG|BEAST
es|eres|sos|resulto|son una|unas ratas|rata
no vale|vales|sirve|sirves ~1 ni|como ~2 debe|padre|madre|hombre|mujer|persona|cliente
puro|pura|puros vago|vagos|ratero|rateros|flojo|flojos|mentira|mentiras|tramposo|tramposos|ladron|ladrones|NAMED
ni leer|escribir|sumar|firmar sabe|sabes
vez de robar|estafar|mentir|vagar
para ~1 tomar|beber|tragar|chupar|fiestas|parrandas si|sobra ~2
se OBJ? dijo|grito|llamo|trato ~2 de|que|era|es|un|una ~2 NAMED|STRONG
gentuza|chusma|lumpen|calana|ralea|laya|estofa
como usted|ustedes|vos|tu no ~1 merece*|deberia*|paga*|tienen ~2
deudor|deudora|cliente|clienta|titular mañosa|manoso|manosa|mala|malo|ratero|ratera|corriente|problematica
mas palabra|dignidad|verguenza|educacion que usted|ustedes|vos|tu
mejor|mas que usted|ustedes ~1 $|,
hasta un|una nino|nina|perro|animal|bebe ~3 mejor|mas|paga|cumple|tiene
personas|gente|tipos que no valen|sirven|pagan ~2 $
callese|callate|cierre la? boca?
cierre|cierra la boca
como la gente decente|honrada|honesta
gente decente|honrada|honesta ~1 paga|cumple|no
pobre|verdadero|completo|total infeliz|inutil|diablo|desastre|idiota|fracaso
asco ~3 ser|asi|verse|usted
cliente|clienta|deudor|deudora|titular|senora|senor|perra|rata ~1 NAMED|STRONG y|,|$
NAMED y NAMED|STRONG
^ ~2 , ~2 NAMED|STRONG y
nos|me|se robo|robaron|robaste|robado|estafo|estafaste ~3 banco|empresa|dinero|plata|financiera|nosotros !y|del|en
ver ~2 la cara ~1 de
pase|pases|pasa|paso ~1 de vivo|viva|listo|lista|lanza|verga
que ~1 descaro|cinismo|desfachatez|caradurez|desverguenza|frescura|conchudez|sinverguenceria
que clase|tipo|calidad de ~1 es|eres|sos
que mal|pesimo|feo|triste ejemplo
tanto que|como presume|presumes|presumir|aparenta|alardea
tanto|tanta|mucha|mucho ~2 y no ~2 paga|pagar|tiene
usted|tu|vos|ud ~1 se|te lo busco|buscaste
mal nacido|nacida|parido|parida|agradecido|agradecida|hablado|educado|educada
lo que ~1 es ~2 NAMED|STRONG|BEAST
^ NAMED|STRONG ,|$|:
^ NAMED ~1 $
^ rata ~2 $
, ~1 NAMED|STRONG|BEAST $
rata de dos patas
asco de persona|gente|tipo|mujer|hombre|vieja|viejo|senora|cliente
que asco $|me|de|da|usted
es|eres|son|sos|fue una verguenza
que verguenza $|de|usted|deber|tan|,|su
avergonzad* ~1 de ~1 usted|ti|vos|ustedes
deberia|debe|deben|deberian|MUST ~1 estar|sentirse avergonzad*
no sirve|sirves|servis|sirven ni ~3
concha ~2 madre|hermana|tu|su
senora|senor|cliente|clienta|deudor|deudora|titular|vieja|tipo|tipa ~2 es ~2 NAMED|BEAST
razon ~1 MINE ~1 marido|esposo|esposa|mujer|hijos|familia|padres OBJ ~1 dejo|abandono|dejaron|corrio|engano
OBJ trate|tratamos de NAMED|STRONG|AIMED
trate|tratamos|llame|tilde|acuse ~1 al|a|lo|la ~3 de ~1 NAMED|STRONG|AIMED
no sea|seas|sean|sean ~1 !amable|mal|mala ~1 AIMED|malo|asi
deje|deja|dejate|dejese|dejen de ser ~2 AIMED
es|son|eres|sos|parece|pareces|parecen|resulto|salio|era|eran|fue ~1 un|una|unos|unas|puro|pura|puros ~1 NAMED|BEAST !bravo|brava|de|del|muy|en|guardian|suelto
usted|ud|ustedes|tu|vos|senor|senora|tipo|tipa|cliente|deudor|deudora|titular|este|ese|esa|esta|ella|lo|que ~1 es|son|eres|sos|parece ~1 muy|bien|tan|re|todo|toda|un|una? NAMED
usted|ud|ustedes|tu|vos ~1 es|son|eres|sos|parece|parecen ~3 AIMED !de|del
eres|sos ~2 AIMED
^ AIMED , ~6 PAY|SPOKEN|ORDER|no|si|usted|te|ya|cuando|sus|su|debe|le
^ usted|ustedes|ud|tu|vos|senor|senora|oiga|oye|viejo|vieja|par de? ~1 AIMED ,|$|!de|en|del
PAY.subj|PAY.pres3|PAY.imp|ORDER|SPOKEN ~4 , ~1 AIMED $|,
PAY.imp|pague|paga|pagame|pagueme|conteste|contesta ~1 ya? ~1 NAMED $|,
^ que ~1 NAMED|AIMED|BEAST ~1 $|es|eres|son|sos|resulto|salio|usted
que AIMED|NAMED es|eres|son|sos|resulto|salio
tan NAMED|AIMED !que|para ~1 que|como|$|es|usted
por|de|como NAMED $|,
VILE de? NAMED
pinche|pinches|maldit*|puto|puta|condenado|condenada ~1 AIMED
viejo|vieja|gordo|gorda|pobre|negro|indio|cholo NAMED|cochino|cochina|sucio|sucia|STRONG|mentir*
partida|bola|manada|banda|sarta|nido|hatajo|punta|raza de ~1 AIMED|NAMED|STRONG
son|es una|un familia|gente|raza|casa|nido|cueva de ~1 AIMED|NAMED|STRONG
gente|familia|tipo|tipa|persona AIMED|NAMED ~1 !de|pobre
gente ~1 como usted|ustedes|vos|tu
gente|familia|tipos de su|tu calana|clase|nivel
usted|ud|vos|tu|ella|esa|ese no vale|sirve|vales|servis|sirves ~1 nada|para|un|ni
no vale|vales|valen nada|ni|un ~2 $|como
no sirve|sirves|servis|sirven ~1 para ~1 nada
OBJ? da|das|dan|me ~1 asco|verguenza|pena|lastima ~1 su|$|usted|como|tratar|verlo|hablar|ajena
verguenza|pena ~1 deberia|debia|tendria|debiera|tenga
deberia|debiera|debe ~1 darle|darte|sentir|tener|dar ~1 verguenza|pena
no le da|te verguenza|pena
no te da verguenza|pena
tenga|ten ~2 verguenza|dignidad|pantalones
no tiene|tienes|tenes|conoce|tienen ~1 verguenza|dignidad|palabra|madre|moral|honor|pantalones|educacion|huevos|cara !mala|malas|para
vive|vives|vivir ~1 de|a ~1 ajeno|costa|demas|costillas|gorra|arriba
para ~4 trago|alcohol|fiesta|fiestas|parranda|cerveza|pachanga|farra|mujeres|borrachera|cantina|rumba|viajes|vicio|guaro ~1 si
con razon ~2 dejo|dejaron|abandono|abandonaron|quiere|corrieron|echaron
nadie OBJ quiere|aguanta|soporta
no entiende|entiendes nada
OBJ? dije|grite|llame|trate|dijimos|llamamos|tratamos ~2 de|que|era|un|una|como ~3 AIMED|NAMED|STRONG
OBJ dije|grite|llame|dijimos|gritamos|llamamos ~1 AIMED|NAMED|STRONG
el|la|este|esta|ese|esa cliente|deudor|deudora|titular|senor|senora|tipo|tipa|vieja|viejo ~1 es|parece|resulto ~2 NAMED|STRONG
este|ese|esta|esa|estos|esos NAMED
^ este|ese|esta|esa|estos|esos AIMED !de|en|del|carro|casa
con gente|personas asi|como|tan ~3 no
nunca|no ~1 OBJ ensenaron ~2 educacion|modales|pagar|verguenza|respetar
no sabe|sabes ni ~1 leer|hablar|escribir|contar|sumar
cree|crees|creen que ~2 somos|soy|nacimos pendejos|tontos|idiotas|tonto|mensos|bobos
"""
