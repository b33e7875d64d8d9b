"""What looks like a court's paper, and what claims an authority that a collector has not."""
# ruff: noqa: E501 - a pattern is one line, however many alternatives it names.

JUDICIAL = """
solicitad*|solicito|pedid*|pidio|tramitad* ~1 MINE captura|arresto|detencion|embargo|extradicion|arraigo
^ ~4 poder judicial $|:|,
departamento|oficina|area|unidad ~3 poder judicial
con fundamento en ~3 codigo|ley|articulo ~1 penal|civil|procesal
en virtud de la demanda|sentencia
figura|aparece como demandad*|imputad*|acusad*
demanda ~2 lista|preparada|redactada|presentada|admitida ~2
carta|aviso|etapa ~1 de ~1 demanda|embargo|pre|predemanda
mandamiento|intimacion|exhorto de pago
llamado|llamada|llamamiento ~1 del|de ~1 tribunal|juzgado|fiscalia|juez ~~6 COLLECT|comparezca|presentese|deuda
declarad* ~1 en rebeldia|desacato|contumacia|ausencia
dicta|dicto|decreta|decreto|ordena|ordeno|libra|libro|gira|giro|traba|trabo ~1 medida|medidas|oficio|traba|inhibicion ~4 cautelar*|precautoria*|MINE|registro|banco*
se condena|condeno|sentencia|sentencio ~1 a|al ~3 COLLECT|usted|deudor|deudora|demandado
queda|quedas|quedo|quedan ~1 citado|citada|citados|convocado|emplazado ~2 a|al|para|ante ~4 audiencia|juzgado|tribunal|fiscalia|juez|penal|judicial
OBJ? intim* ~4 al? pago
en|contra MINE contra ~2 , ~6
demanda*|juicio|proceso|denuncia|querella|orden|embargo|sentencia|expediente|auto* ~5 en MINE contra
juez|jueza|tribunal|juzgado|corte|magistrado ~2 firmo|ordeno|ordena|autorizo|dicto|decreto|admitio|giro|libro|resolvio|fallo|ordenara|dictara|autoriza ~5 orden|embargo|remate|detencion|desalojo|demanda|sentencia|captura|pago|pagar|lanzamiento|MINE
se decreto|ordeno|admitio|dicto|libro|giro|ordena|decreta ~3 BADNOUN|demanda|orden ~4
fecha|hora|dia ~1 de|para|del ~2 embargo|remate|desalojo|lanzamiento|diligencia|juicio|captura ~2
BADNOUN|demanda|orden|juicio|proceso ~3 sobre|contra|de MINE bienes|vivienda|casa|salario|sueldo|cuentas|propiedad*|inmueble|patrimonio
carpeta de investigacion
equipo|area|departamento|despacho|asesores|abogados juridic*|legal|legales|penalista* ~8 embargo|demanda|BADNOUN|SEIZE|LAW
LEGALADV|jurid* ~2 en MINE? contra
proced*|procederemos|procedere|actuar|actuaremos|proceda|procedamos|procedera|exigir|exigiremos|cobrar*|cobraremos|demand*|denunci*|perseguid*|perseguir* ~2 LEGALADV
^ ~2 carta|aviso|notificacion|acta|boleta|auto de ~1 BADNOUN|emplazamiento|apercibimiento|arraigo
es|comete|cometio|constituye|cometiendo|considera|considerado|seria|tipifica|es ~3 delito
delito de|que|y|penado|grave|perseguido
se castiga|sanciona|paga|pena|persigue con|por ~3 carcel|prision|oficio|pena|multa|JAIL
orden|ordenes de ~1 BADNOUN|cateo|presentacion|comparecencia|arraigo|ejecucion|busca
con auxilio|apoyo|uso|ayuda de la fuerza|policia|autoridades
MINE caso|expediente|cuenta|credito|deuda|asunto|pagare ~2 ya? ~1 esta|estaba|fue|ha|se|obra|encuentra ~4 juzgado|tribunal|fiscalia|juez|demanda*|jueces|embargo*|judicial|penal|ministerio
actuario|actuaria|ejecutor|alguacil|receptor ~2 va|viene|llega|llegara|ira|pasara|visitara|acudira|esta|se|ya|vendra|presentara ~4
^ ~3 PAPER ~2 COURTWORD|LEGALWORD ~~12 COLLECT|comparezca|comparecer|presentese|presentarse|preséntese|acuda|usted|comuniquese|MINE|se|ante|deudor
^ ~2 PAPER ~1 COURTWORD $|:|,|para|de|inminente|inmediato|final|numero
^ ~3 citacion|citatorio|boleta|cedula|emplazamiento|exhorto|requerimiento|comparendo|mandamiento|intimacion ~1 judicial|penal|de ~8 COLLECT|comparezca|presentese|deudor|juridico
^ emplazamiento|exhorto|comparendo|citatorio|mandamiento|apercibimiento|edicto
^ ~1 cedula|acta|auto|diligencia|orden|mandamiento|acto|providencia|resolucion de ~1 notificacion|embargo|ejecucion|apremio|requerimiento|captura|comparecencia|desalojo|remate|lanzamiento|arresto|aprehension|citacion
PAPER ~1 judicial|prejudicial|penal|jurisdiccional|ministerial ~1 por|de|para|a|al|en|contra ~4 COLLECT|usted|deudor|tramite
juicio|proceso|procedimiento|expediente|demanda ~1 ejecutivo|mercantil|hipotecario|sumario|ordinario|coactivo|penal|judicial ~4 contra|en|num*|no|por|iniciado|tramite|de ~3 COLLECT|MINE|usted|tramite|su
^ ~2 juicio|proceso|procedimiento|expediente ejecutivo|mercantil|judicial|penal|coactivo|hipotecario
^ ~3 OFFICEPLACE ~~5 COLLECT|requerimiento|aviso|citacion|notificacion|emplazamiento|expediente|comparezca
^ poder|rama judicial
^ juzgado|tribunal|fiscalia|procuraduria|corte|ministerio ~6 : ~8
republica de|del ~3 , ~6
se|queda OBJ? cita|emplaza|apercibe|intima|conmina|notifica|requiere|ordena|cita ~8 judicial|juzgado|tribunal|audiencia|sentencia|embargo|juez|fiscalia|comparecer|remate|demanda|apercibimiento|desalojo|penal
se OBJ ~1 emplaza|apercibe|conmina|intima|compele
se OBJ ordena|requiere pagar|comparecer|presentarse|judicialmente
se OBJ ~1 notifica|notificamos|comunica ~2 la|el|de|que|del ~3 sentencia|embargo|remate|demanda|desalojo|resolucion|juicio|lanzamiento
queda|quedas|quedan ~1 usted|ud|formalmente|legalmente|debidamente? ~1 emplazado|emplazada|apercibido|apercibida|citado|notificado|notificada|intimado|demandado ~4 judicial*|juzgado|pagar|comparecer|juicio|demanda|legalmente|embargo|formalmente|ante|$
queda|quedan ~1 usted|ud? ~1 legalmente|formalmente ~1 notificado|notificada
comparezca|comparecer|presentese|presentarse ~3 ante|al|a|en ~3 juez|juzgado|tribunal|fiscalia|ministerio|autoridad|penal|judicial|departamento|corte
OBJ citamos|cito|citaremos|emplazamos|emplazo|intimamos|intimo ~4 audiencia|juzgado|judicial|conciliacion|tribunal|comparecer|pago
por ~1 orden|mandato|disposicion|resolucion|instrucciones ~1 judicial|juez|juzgado|tribunal|corte|penal ~~8
por|de orden|mandato del juez|juzgado|tribunal ~~6 COLLECT|MINE|debe|usted
sentencia ejecutoriada|firme|condenatoria|definitiva
sentencia ~3 pague|pagar|contra|remate|desalojo|en
notifiquese|cumplase|archivese|ejecutese|comuniquese y cumplase|notifiquese|archivese|ejecutese
notifiquese|cumplase|archivese|ejecutese
parte|calidad|caracter ~1 de? demandada|demandado|demandante|actora|ejecutado
visto|vistos ~3 para sentencia|resolver
fallo ~3 en MINE contra
en MINE contra ~3 juicio|demanda|orden|sentencia|proceso|denuncia|fallo
hay|existe|existen|obra|pesa|tiene|cursa ~3 juicio|demanda|orden|sentencia|denuncia|embargo|proceso|expediente|querella ~4 en ~1 MINE? contra|suya|usted|abierto ~1 $|por|suya|usted|suyo|y|,|para|de|en|que
tiene|hay|existe|pesa una|un demanda|denuncia|orden|juicio|embargo|proceso ~3 por|de ~2 COLLECT|falta|no|captura|fraude|estafa
aviso|notificacion|acta|cedula|diligencia|orden ~2 de ~1 embargo|remate|desalojo|lanzamiento|ejecucion|incautacion|captura|detencion ~2
ultimo|segundo|tercer|primer|final|urgente aviso|requerimiento|citatorio|notificacion|llamado ~2 antes|previo|judicial|prejudicial|embargo|de|a ~3 BADNOUN|judicial|prejudicial|legal|juicio|penal|ejecucion
requerimiento|notificacion|citatorio|aviso|citacion|carta judicial|prejudicial|pre
pre judicial
actor|demandante : ~~8 demandado|deudor
demandado|ejecutado : ~2
departamento|area|direccion|oficina|unidad|division|gerencia|jefatura ~1 juridic*|legal|de ~1 judicial|embargos|ejecuciones|ejecucion|remates|captura|penal|desalojos|fiscal
embargo|remate|desalojo|lanzamiento preventivo|inminente|programado|autorizado|en
delito ~1 de fraude|estafa|robo
comete|cometio|cometiendo|cometido|incurre|incurriendo|incurrio|incurrido|tipificado|constituye ~3 delito|fraude|estafa
"""

AUTHORITY = """
use|usamos|lleve|llevaba|vesti|mostre|mostramos|ensene|porte ~3 chaleco|uniforme|placa|credencial|gafete|insignia|gorra de ~2 OFFICE
^ RANK ~3 , ~3 OFFICE
OFFICE OBJ? ordena|ordeno|autorizo|autoriza|exige|requiere|manda|obliga ~4 cobr*|pag*|MINE|deuda|entrar|OBJ
cobro|cobrarle|pago|deuda|credito ~1 lo|la ordena|ordeno|exige|manda|autoriza ~2 OFFICE
la|lo|esto|visita autoriza|ordena|ordeno|autorizo ~2 OFFICE
soy|somos ~1 abogad*|funcionari*|emplead*|servidor* ~1 de|del ~1 estado|gobierno|nacion|republica
dije|dijimos que trabajaba|trabajo|trabajabamos|trabajamos ~2 OFFICE
trabajamos|trabajo|colaboramos|coordinados|vamos ~1 junto|de|en ~2 con|mano ~3 OFFICE ~~6 COLLECT|recuperar|cobrar
esta|mi|con credencial|placa|charola|gafete|insignia|uniforme ~3 puedo|podemos|autoriza|entrar|permite
puedo|podemos|puede entrar|ingresar|revisar|embargar|llevarme ~2 MINE casa|bienes|cosas|domicilio
represento|representamos|representante ~3 poder|OFFICE|estado|ley
^ ~2 habla|saluda|llama|escribe|atiende|soy|somos|les|le ~3 RANK !de|en|administrativo|comercial|credito|cobranza|ventas|servicio
habla|atiende|saluda|llama|escribe|soy ~2 comandante|sargento|capitan|teniente|coronel|comisario|detective|fiscal|juez|jueza|magistrado|actuario
abr* ~4 , ~2 es|somos|soy|llego|llegamos|aqui|venimos ~2 OFFICE
es|somos|llego|aqui la|el policia|ley|juzgado|fiscalia|justicia $|,|abra|salga
habl*|llam*|escrib*|somos|soy ~5 banco central|nacion
autorizad*|enviad*|comisionad*|facultad*|ordenad*|mandad*|delegad*|instruid*|asignad* ~1 por ~2 OFFICE|ley
estoy|estamos|vengo|venimos|soy|somos ~1 autorizad*|facultad*|comisionad* ~1 para ~1 SEIZE|LAW|TAKE|entrar|ingresar|revisar|abrir|retener|inventariar
soy|somos ~1 el|la|los|del|de|un|una|agente|oficial|funcionario|autoridad|parte|perito|actuario|enviado|representante|auxiliar|secretario|inspector|ministro|receptor ~4 OFFICE !de
soy|somos ~2 OFFICE
soy|somos ~1 agente|oficial|funcionario|auxiliar|inspector|delegado|comisionado|enviado|ministro|receptor ~1 de|del|la|judicial|por ~3 OFFICE|justicia|estado|ley|judicial
soy|somos ~2 autoridad ~~8
soy|somos ~1 la ley
OBJ habla|hablamos|llamo|llamamos|escribo|escribimos|saluda|atiende|escribe|llama|comunica|visita|hablo|contacta|notifica|visitamos|contactamos|requiere|busca|cita ~4 OFFICE
llamo|hablo|hablamos|llamamos|escribo|escribimos|vengo|venimos|hable|llame ~1 de|desde|del|en|por|mandado|enviado|como ~4 OFFICE
llamamos|llamada|comunicado|mensaje|aviso|hablan|llaman|oficina ~1 de|desde|del ~2 juzgado|fiscalia|policia|ministerio|tribunal|procuraduria|dian|sat|sunat|interpol ~~8 COLLECT|cobranza|pago|deuda
en|a nombre|representacion ~1 de|del ~3 OFFICE|ley|estado
de parte ~1 de|del ~3 OFFICE
me|nos envia|mando|manda|enviaron|envio|mandaron|comisiono|ordeno|autorizo|ordena|comisionaron|autoriza|enviaba ~3 OFFICE
enviado|mandado|comisionado|autorizado|facultado|delegado|ordenado ~1 por ~2 OFFICE|ley
tenemos|tengo|traigo|traemos|cuento|contamos|llevo|llevamos|portamos|traia|llevaba ~2 orden|autorizacion|facultad|facultades|poder|permiso|placa|mandamiento|orden|oficio|respaldo|apoyo|atribuciones ~3 OFFICE|judicial|entrar|embargar|abrir|revisar|ingresar|catear|allanar|llevar*|detener*|sacar*|embargo|legales|cateo|ley|SEIZE|LAW|TAKE
tenemos|tengo|traigo ~1 la|una placa|charola|credencial|insignia ~2 OFFICE|policia|judicial
por|segun|la ley|decreto|codigo ~~5 obligado|obligada|debe|MUST|tiene|puedo|podemos|obliga ~4 dejar*|abrir*|entrar|permitir*|pasar|embargar|llevar*|mostrar*|firmar*|entregar*|TAKE|SEIZE
la ley me|nos autoriza|permite|faculta|respalda|ampara
esta|estas|queda|usted ~1 obligado|obligada ~1 por ~1 ley ~~6
obligado|obligada a dejarme|dejarnos|abrirme|abrirnos|permitirme|atenderme|permitirnos
OBJ ordeno|ordenamos abra|abrir|pague|pagar|que|salir|entregar*|presentarse|comparecer|firmar
como autoridad|policia|fiscal|juez|abogado|actuario|funcionario|oficial ~2 OBJ|del|de|que|puedo|vengo|estado|publico
me presente|identifique|anuncie|hice ~2 como|pasar ~3 OFFICE|judicial|abogado
me hice pasar por ~2 OFFICE|abogado|funcionario|familiar|medico|empleado
nos hicimos|presentamos|identificamos ~1 pasar? por|como ~2 OFFICE|abogados|funcionarios
dije|dijimos|asegure|invente que era|soy|eramos|somos|veniamos|venia|iba|llamaba ~3 OFFICE
diga|dile|digale|dije que ~2 somos|soy|eramos ~2 OFFICE
trabajo|trabajamos para|con|en|junto ~3 fiscalia|juzgado|policia|gobierno|sat|dian|sunat|ministerio|juez|estado|tribunal ~~6 COLLECT|usted|OBJ|deuda|orden|puedo
convenio|alianza|coordinacion|conjunto|colaboracion|apoyo|acuerdo ~1 con|de ~2 policia|fiscalia|juzgado*|sat|dian|sunat|migracion|ministerio|gobierno|autoridades|tribunales
departamento|seccion|oficina|unidad|division|brigada ~1 de|del ~1 policia|fiscalia|justicia|juzgado ~~6 COLLECT|cobranza*|cobros|deudas
policia|fiscalia|juzgado|procuraduria ~2 de|seccion|unidad|division ~1 cobranza*|cobros|deudas|deudores|morosos
OFFICE ~3 nos|me ~1 autorizo|ordeno|mando|pidio|entrego|dio|encargo|encomendo ~4 cobro|cobrar*|orden|embargo|embargar*|entrar|llevar*|su|caso|expediente
acta|inventario|diligencia ~1 de ~1 embargo ~3
levantar|levanto|levantaremos ~1 acta|inventario de|del|para embargo|sus|bienes
"""
