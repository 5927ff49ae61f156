"""Spanish: its cues, in the notation of models.requests.cues."""

CUES = """
more    sentence  quiero/quisiera/busco/necesito/prefiero
more    sentence  me gusta/gustan/interesa/interesan/encanta/encantan/gustaría
more    sentence  muéstrame/enséñame/dame/recomiéndame | estoy buscando/[interesado en/interesada en]
more    anywhere  más | no sólo/solamente
more    after     me muestres/enseñes/recomiendes
less    anywhere  menos/sin/excepto/salvo | en lugar/vez de/del | (estoy) harto/harta/cansado/cansada de/del
less    anywhere  basta de
less    head      odio/demasiado/demasiada/demasiados/demasiadas
forget  sentence  ya tengo/compré/[he comprado] | he terminado/acabado (de comprar/con) | terminé/acabé con
forget  sentence  ya no necesito
forget  head      olvida
mute    sentence  no me muestres/enseñes/recomiendes más/nunca/[nunca más] | nunca me muestres/enseñes/recomiendes
mute    sentence  deja de mostrarme/enseñarme/recomendarme
mute    head      oculta/silencia/bloquea
unmute  sentence  vuelve a mostrarme/enseñarme | muéstrame/enséñame otra vez | muéstrame/enséñame de nuevo
again   tail      otra vez | de nuevo
not     anywhere  nada de | ningún/ninguna/ninguno
never   anywhere  nunca/jamás | nunca/jamás más
over    anywhere  ya no
join    anywhere  y/o
break   anywhere  pero/sino | pero/sino también
cut     head      por favor | también
cut     after     el/la/los/las/un/una/unos/unas/de/del/sobre/ver/comprar/con | algo de
cut     tail      por favor | también/gracias/ya
"""
ADVERBS = """realmente"""
EMPTY = """eso esto todo nada"""
