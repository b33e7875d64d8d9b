"""Words that are nobody's own: those of shut doors and everyday visits, and the months. Judges nothing."""

from __future__ import annotations

from ..wording.words import words_of

# What a note of a fruitless or an everyday visit is made of: made of nothing else, it is nobody's own text.
STOCK = words_of(
    """a al algo alli antes aqui ausente aviso bajo barrio buenas busca casa cerrada cerrado cerro cita
    cliente con contacto contesta contesto correcto cuando da dan de debajo deja dejado dejamos dejan dejando
    dejar dejaron dejo del deudor dia dias direccion domicilio domingo e el ella en encontraba encontrado
    encontro encuentra ese esposa esposo esta estaba estan este familia familiar familiares fue ha habita
    habia hacer hay hermana hermano hija hijo hizo hora horas hoy hubo igual intentara intento jueves la las
    le les lo local los luego lunes madre manana manana martes mas mensaje mes miercoles momento mudo nadie
    negocio ni ninguna ninguno no noche nota notificacion nueva nuevamente nuevo o otra otro padre pago pagar
    pagara para parte pasar pasara pendiente pero persona personas por porque porton presente programa
    proxima proximo puede puerta que queda quedo quien recado regresa regresar regresara reprograma respondio
    responde respuesta retorna retornar sabado salio salir se sea semana senor senora seguimiento si sin solo
    su tampoco tarde telefono tiempo tiene titular toca tocan tocar toco todo trabaja trabajando trabajo tras
    un una unas uno varias vario varios veces vecina vecino vecinos ver vez viernes visita visitado visitar
    visitara visito vive vivienda volver volvera volvere y ya timbre llama llamar llamo atendio atiende abrio
    abre abren abrieron abrir acompanante localizado localizada localizo ubico ubicado ubicada compromiso
    promete promesa acuerda acordo firma firmo recibe recibio mama papa no nada mismo misma horario laboral
    escrita escrito hoja ruta papel deje toque visite llame encontre hable regrese regresare volvi pase
    not home nobody no one was at the door left
    notice will return come back tomorrow closed"""
)
MONTHS = words_of(
    """enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre
    january february march april may june july august september october november december"""
)
