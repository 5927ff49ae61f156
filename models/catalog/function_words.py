"""Function words: words of the main European languages that name nothing, so that no label begins or ends with one."""

from typing import Final

_LANGUAGES = (
    "the and for with from of in on at to by or an as is are it its this that your our my you we no not be",
    "der die das den dem des ein eine einer eines einem einen und oder mit von für im am zum zur aus bei auf zu nach"
    " über unter ohne nicht ist sind ihr dein mein",
    "le la les un une des du de et ou avec pour dans sur au aux sans par en ce cette votre mon ma est",
    "el los las una unos unas del al con para por sin su sus mi tu es son que se lo",
    "il lo gli uno di da del della dei delle dal nel nella con per tra fra senza che sono alla ai",
    "os um uma do dos da das no na nos nas com para sem seu sua ao que",
    "het een van met voor op aan uit bij naar te zonder niet zijn je uw",
    "och av med för till den det ett som inte från",
)
FUNCTION_WORDS: Final = frozenset(" ".join(_LANGUAGES).split())
