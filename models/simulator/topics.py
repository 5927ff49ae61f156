"""Topics: what interests are planted in, each with words of its own, so that any encoder can tell them apart."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One topic. A title is a brand of these, a quality and a noun; a search names some of them."""

    name: str
    brands: tuple[str, ...]
    qualities: tuple[str, ...]
    nouns: tuple[str, ...]


def _topic(name: str, brands: str, qualities: str, nouns: str) -> Topic:
    return Topic(name, *(tuple(words.split(", ")) for words in (brands, qualities, nouns)))


TOPICS: tuple[Topic, ...] = (
    _topic(
        "camping",
        "Northfell, Tarnside, Basewood",
        "ultralight, two-person, waterproof, four-season, compact, folding, insulated, windproof",
        "tent, sleeping bag, camping stove, tarp, sleeping mat, headlamp, mess kit, hammock",
    ),
    _topic(
        "coffee",
        "Morrow, Caldera, Slowpour",
        "Ethiopian, dark roast, single origin, decaf, espresso, cold brew, hand-cranked, ceramic",
        "coffee beans, coffee grinder, French press, pour-over dripper, espresso machine, milk frother, coffee filters,"
        " moka pot",
    ),
    _topic(
        "gardening",
        "Greenmarch, Thistle & Loam, Rootwell",
        "heirloom, organic, rust-proof, terracotta, drip, evergreen, perennial, raised",
        "tomato seeds, pruning shears, watering can, potting soil, plant pots, garden hose, rose bush, compost bin",
    ),
    _topic(
        "running",
        "Stridewell, Fleetline, Paceup",
        "cushioned, marathon, trail, lightweight, breathable, reflective, carbon-plated, compression",
        "running shoes, running shorts, running vest, running socks, hydration belt, jogging tights, pace watch,"
        " energy gels",
    ),
    _topic(
        "baking",
        "Crumb & Co, Proofhouse, Floury",
        "non-stick, sourdough, gluten-free, silicone, whole wheat, vanilla, fluted, Danish",
        "cake tin, bread flour, rolling pin, muffin tray, pastry brush, dough whisk, banneton basket, icing nozzles",
    ),
    _topic(
        "photography",
        "Lumera, Aperta, Stillframe",
        "mirrorless, wide-angle, telephoto, full-frame, carbon fiber, macro, polarizing, instant",
        "camera, zoom lens, tripod, lens filter, camera bag, flash unit, film roll, memory card",
    ),
    _topic(
        "cycling",
        "Velora, Spokeworks, Derail",
        "gravel, tubeless, hydraulic, aerodynamic, clipless, puncture-proof, commuter, steel-framed",
        "road bike, bicycle helmet, bike pedals, inner tube, bike lock, saddle, handlebar tape, bicycle pump",
    ),
    _topic(
        "yoga",
        "Asanaya, Stillpoint, Lotusmere",
        "extra thick, cork, restorative, hot yoga, natural rubber, meditation, stretchy, pranayama",
        "yoga mat, yoga block, bolster, yoga strap, yoga leggings, zafu cushion, yoga towel, incense",
    ),
    _topic(
        "fishing",
        "Heron & Reed, Castaway, Deepwater",
        "fly, saltwater, spinning, barbless, braided, carp, trout, telescopic",
        "fishing rod, fishing reel, lure set, tackle box, landing net, fish hooks, waders, fishing line",
    ),
    _topic(
        "board games",
        "Meeple Hall, Tabletop Guild, Rook & Die",
        "cooperative, strategy, two-player, family, fantasy, deck-building, dungeon, party",
        "board game, dice set, card game, playing mat, expansion pack, miniature figures, chess set, puzzle",
    ),
    _topic(
        "knitting",
        "Woolwright, Purl & Plait, Skein",
        "merino, chunky, hand-dyed, bamboo, circular, mohair, cable-stitch, alpaca",
        "yarn, knitting needles, crochet hook, knitting pattern, stitch markers, row counter, wool winder, darning kit",
    ),
    _topic(
        "audio",
        "Resona, Basswell, Hifidel",
        "wireless, noise-canceling, over-ear, hi-fi, bookshelf, portable, studio, vinyl",
        "headphones, loudspeaker, amplifier, turntable, earbuds, microphone, soundbar, record cleaner",
    ),
    _topic(
        "baby care",
        "Littlefoot, Cradlewood, Snugly",
        "newborn, hypoallergenic, muslin, convertible, anti-colic, organic cotton, toddler, washable",
        "stroller, diapers, baby bottle, swaddle blanket, baby monitor, crib sheet, teething ring, bib set",
    ),
    _topic(
        "dogs",
        "Wagtail, Barkley, Goodboy",
        "grain-free, chew-proof, retractable, orthopedic, puppy, no-pull, dental, squeaky",
        "dog food, dog leash, dog bed, dog harness, chew toy, dog treats, flea collar, dog crate",
    ),
    _topic(
        "skin care",
        "Dewlight, Clarea, Veloute",
        "hydrating, vitamin C, fragrance-free, anti-aging, mineral, overnight, exfoliating, soothing",
        "face cream, sunscreen, facial serum, cleanser, lip balm, eye cream, clay mask, toner",
    ),
    _topic(
        "woodworking",
        "Dovetail & Sons, Oakhand, Planewell",
        "cordless, Japanese, hardened, oscillating, walnut, precision, bench-top, brass-backed",
        "hand plane, chisel set, table saw, wood glue, clamp, router bits, sandpaper, tenon saw",
    ),
    _topic(
        "painting",
        "Atelier Vey, Pigmenta, Canvasso",
        "oil, watercolor, acrylic, hog-bristle, stretched, fine-tip, gouache, pastel",
        "paint set, paintbrush, canvas, easel, sketchbook, palette knife, varnish, color pencils",
    ),
    _topic(
        "aquariums",
        "Reefline, Aquaria Nord, Finn & Fern",
        "tropical, freshwater, submersible, coral, planted, silent, nano, quarantine",
        "fish tank, aquarium filter, aquarium heater, gravel substrate, fish flakes, air pump, algae scraper, plants",
    ),
    _topic(
        "skiing",
        "Alpenriss, Powderhorn, Schuss",
        "all-mountain, freeride, heated, cross-country, anti-fog, backcountry, downhill, thermal",
        "skis, ski boots, ski goggles, ski poles, ski jacket, ski gloves, ski wax, avalanche beacon",
    ),
    _topic(
        "tea",
        "Leaf & Kettle, Camellia Row, Highgarden",
        "jasmine, Darjeeling, smoked, ceremonial, loose-leaf, herbal, cast iron, oolong",
        "green tea, black tea, teapot, matcha powder, tea strainer, tea sampler, tea cups, chai blend",
    ),
)
