"""French: its cues, in the notation of models.requests.cues."""

CUES = """
more    sentence  je veux/voudrais/cherche/recherche/préfère
more    sentence  j' aime/adore/aimerais/[ai besoin de/ai besoin d'] (bien)
more    sentence  montre/montrez/donne/propose/recommande moi
more    sentence  montre-moi/montrez-moi/donne-moi/propose-moi/recommande-moi | je m' intéresse à/au/aux
more    anywhere  plus/davantage de/d'/du/des | pas/non seulement/uniquement | encore plus de/d'/du
more    head      cherche
less    sentence  je déteste | je n' aime pas/plus | je ne veux pas/plus/[plus voir/pas voir] | j' en ai marre/assez
less    sentence  ne me montre/montrez/propose/proposez pas
less    anywhere  moins/marre/trop/assez de/d'/du/des | sans/sauf | au lieu de/d'/du/des | plutôt que (de/d')
forget  sentence  j' ai fini/terminé (avec/de/les achats pour) | j' ai déjà | je n' ai plus besoin de/d'
forget  sentence  j' en ai fini avec | je ne cherche plus
forget  head      oublie/oubliez/terminé | fini avec/de
mute    sentence  ne me montre/montrez/propose/proposez plus/jamais/[plus jamais]
mute    sentence  arrête/arrêtez de (me) montrer/proposer/recommander
mute    head      masque/masquez/bloque/bloquez
unmute  sentence  remontre-moi/remontrez-moi | [montre-moi/montrez-moi/montre moi] [à nouveau/de nouveau/encore]
again   tail      à/de nouveau
not     anywhere  pas de/d'/du/des/le/la/les/l' | aucun/aucune
never   anywhere  jamais/[plus jamais] (de/d'/du)
join    anywhere  et/ou/ni | ainsi que
break   anywhere  mais/cependant | mais aussi | par contre
cut     head      l' | s' il te/vous plaît | aussi
cut     after     le/la/les/l'/de/d'/du/des/un/une/au/aux/à/pour/sur/voir
cut     tail      s' il te/vous plaît | merci/aussi/déjà
"""
ADVERBS = """vraiment"""
EMPTY = """ca cela tout rien"""
