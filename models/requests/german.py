"""German: its cues, in the notation of models.requests.cues."""

CUES = """
more    sentence  ich will/möchte/mag/brauche/suche/liebe | ich hätte gern/gerne | ich interessiere mich für
more    sentence  ich stehe auf | zeig/zeige/zeigt/gib/empfiehl/empfehle/finde mir/uns
more    sentence  wir wollen/möchten/suchen/brauchen
more    anywhere  mehr (von/vom/über/zu/zum) | noch mehr (von/vom) | nicht nur/bloß/bloss | auf der suche nach
more    anywhere  lust auf
more    head      suche/brauche/möchte/lieber/gerne/gern/nur/jetzt
more    after     will/möchte/mag/brauche/suche/lieber/gerne/gern
less    sentence  ich hasse | ich habe/hab genug von
less    anywhere  weniger (von/vom) | ohne/statt/anstatt/außer | anstelle von | zu viel/viele | schluss mit
less    head      genug (von)
forget  sentence  ich bin fertig/durch mit | ich habe/hab schon/bereits | habe/hab (ich) schon/bereits
forget  sentence  ich habe/hab genug (von)
forget  tail      fertig/durch
forget  head      fertig mit | vergiss
mute    sentence  hör/höre auf mit
mute    head      blende/verstecke/verbirg/blockiere/stumm
unmute  sentence  zeig/zeige/zeigt mir/uns wieder | blende wieder
again   tail      wieder (an/ein)
not     anywhere  kein/keine/keinen/keinem/keiner/nicht/weder | nichts (mehr) über/von/zu/mit
never   anywhere  nie/niemals | nie wieder/mehr
over    anywhere  nicht länger
join    anywhere  und/oder/sowie/noch
break   anywhere  aber/sondern/jedoch | sondern/aber auch
cut     head      bitte/ich/auch | ich bin (mit)
cut     after     der/die/das/den/dem/ein/eine/einen/einem/einer/eines/etwas/alle/alles/mir/auch/viel/viele
cut     after     sachen/dinge über/zu
cut     tail      bitte/schon/sehen/haben/kaufen/an/aus/ein/danke
"""
ADVERBS = """wirklich einfach"""
EMPTY = """es das alles nichts"""
