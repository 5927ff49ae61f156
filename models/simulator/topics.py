"""Topics: what interests are planted in, each with words of its own, so that any encoder can tell them apart."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One topic. A title is a brand of these, a quality and a noun; a search names some of them.

    department: the level above, shared with other topics. nouns, shelves: the things of the topic and, for each, the
    level below that it belongs to. peak_day: the day of the year around which it is wanted most, from 0. day_part: the
    four hours of the day in which it is wanted most, from 0 (midnight) to 5.
    """

    name: str
    department: str
    brands: tuple[str, ...]
    qualities: tuple[str, ...]
    nouns: tuple[str, ...]
    shelves: tuple[str, ...]
    peak_day: int
    day_part: int

    @property
    def path(self) -> tuple[str, str]:
        """Department and name: the upper two levels of its items' categories."""
        return self.department, self.name


def _topic(names: str, brands: str, qualities: str, shelves: str, peak_day: int, day_part: int) -> Topic:
    """A topic. Args: names: the topic and its department. shelves: written as shelf: noun, noun; shelf: noun."""
    name, department = names.split(", ")
    on_shelf = [shelf.split(": ") for shelf in shelves.split("; ")]
    pairs = [(shelf, noun) for shelf, nouns in on_shelf for noun in nouns.split(", ")]
    return Topic(
        name=name,
        department=department,
        brands=tuple(brands.split(", ")),
        qualities=tuple(qualities.split(", ")),
        nouns=tuple(noun for _, noun in pairs),
        shelves=tuple(shelf for shelf, _ in pairs),
        peak_day=peak_day,
        day_part=day_part,
    )


TOPICS: tuple[Topic, ...] = (
    _topic(
        "camping, outdoors",
        "Northfell, Tarnside, Basewood",
        "ultralight, two-person, waterproof, four-season, compact, folding, insulated, windproof",
        "shelters: tent, tarp, hammock; sleeping: sleeping bag, sleeping mat; camp kitchen: camping stove, mess"
        " kit, headlamp",
        190,
        4,
    ),
    _topic(
        "coffee, kitchen",
        "Morrow, Caldera, Slowpour",
        "Ethiopian, dark roast, single origin, decaf, espresso, cold brew, hand-cranked, ceramic",
        "beans: coffee beans, coffee filters; brewers: French press, pour-over dripper, moka pot; coffee"
        " machines: coffee grinder, espresso machine, milk frother",
        20,
        1,
    ),
    _topic(
        "gardening, home",
        "Greenmarch, Thistle & Loam, Rootwell",
        "heirloom, organic, rust-proof, terracotta, drip, evergreen, perennial, raised",
        "seeds and plants: tomato seeds, rose bush, potting soil; garden tools: pruning shears, watering can,"
        " garden hose; planters: plant pots, compost bin",
        110,
        2,
    ),
    _topic(
        "running, sports",
        "Stridewell, Fleetline, Paceup",
        "cushioned, marathon, trail, lightweight, breathable, reflective, carbon-plated, compression",
        "running footwear: running shoes, running socks; running wear: running shorts, running vest, jogging"
        " tights; race day: hydration belt, pace watch, energy gels",
        130,
        1,
    ),
    _topic(
        "baking, kitchen",
        "Crumb & Co, Proofhouse, Floury",
        "non-stick, sourdough, gluten-free, silicone, whole wheat, vanilla, fluted, Danish",
        "tins and trays: cake tin, muffin tray, banneton basket; baking tools: rolling pin, pastry brush, dough"
        " whisk, icing nozzles; flours: bread flour",
        345,
        3,
    ),
    _topic(
        "photography, electronics",
        "Lumera, Aperta, Stillframe",
        "mirrorless, wide-angle, telephoto, full-frame, carbon fiber, macro, polarizing, instant",
        "cameras: camera, flash unit; lenses: zoom lens, lens filter; camera accessories: tripod, camera bag,"
        " film roll, memory card",
        200,
        3,
    ),
    _topic(
        "cycling, sports",
        "Velora, Spokeworks, Derail",
        "gravel, tubeless, hydraulic, aerodynamic, clipless, puncture-proof, commuter, steel-framed",
        "bikes: road bike, saddle, handlebar tape, bike pedals; bike safety: bicycle helmet, bike lock; bike"
        " repair: inner tube, bicycle pump",
        160,
        4,
    ),
    _topic(
        "yoga, wellness",
        "Asanaya, Stillpoint, Lotusmere",
        "extra thick, cork, restorative, hot yoga, natural rubber, meditation, stretchy, pranayama",
        "mats: yoga mat, yoga towel; yoga props: yoga block, bolster, yoga strap, zafu cushion; yoga studio:"
        " yoga leggings, incense",
        10,
        1,
    ),
    _topic(
        "fishing, outdoors",
        "Heron & Reed, Castaway, Deepwater",
        "fly, saltwater, spinning, barbless, braided, carp, trout, telescopic",
        "rods and reels: fishing rod, fishing reel, fishing line; tackle: lure set, tackle box, fish hooks; on"
        " the bank: landing net, waders",
        150,
        0,
    ),
    _topic(
        "board games, hobbies",
        "Meeple Hall, Tabletop Guild, Rook & Die",
        "cooperative, strategy, two-player, family, fantasy, deck-building, dungeon, party",
        "games: board game, card game, puzzle, chess set; game pieces: dice set, miniature figures; game extras:"
        " playing mat, expansion pack",
        350,
        5,
    ),
    _topic(
        "knitting, hobbies",
        "Woolwright, Purl & Plait, Skein",
        "merino, chunky, hand-dyed, bamboo, circular, mohair, cable-stitch, alpaca",
        "yarns: yarn; needles: knitting needles, crochet hook, darning kit; knitting aids: knitting pattern,"
        " stitch markers, row counter, wool winder",
        300,
        5,
    ),
    _topic(
        "audio, electronics",
        "Resona, Basswell, Hifidel",
        "wireless, noise-canceling, over-ear, hi-fi, bookshelf, portable, studio, vinyl",
        "personal audio: headphones, earbuds; speakers: loudspeaker, soundbar, amplifier; turntables and"
        " recording: turntable, microphone, record cleaner",
        330,
        5,
    ),
    _topic(
        "baby care, family and pets",
        "Littlefoot, Cradlewood, Snugly",
        "newborn, hypoallergenic, muslin, convertible, anti-colic, organic cotton, toddler, washable",
        "nursery: crib sheet, baby monitor, swaddle blanket; feeding: baby bottle, bib set, teething ring; on"
        " the go: stroller, diapers",
        80,
        2,
    ),
    _topic(
        "dogs, family and pets",
        "Wagtail, Barkley, Goodboy",
        "grain-free, chew-proof, retractable, orthopedic, puppy, no-pull, dental, squeaky",
        "dog meals: dog food, dog treats, chew toy; walks: dog leash, dog harness; dog comfort: dog bed, flea"
        " collar, dog crate",
        100,
        4,
    ),
    _topic(
        "skin care, wellness",
        "Dewlight, Clarea, Veloute",
        "hydrating, vitamin C, fragrance-free, anti-aging, mineral, overnight, exfoliating, soothing",
        "creams: face cream, eye cream, lip balm; sun care: sunscreen; cleansing: facial serum, cleanser, clay"
        " mask, toner",
        60,
        5,
    ),
    _topic(
        "woodworking, home",
        "Dovetail & Sons, Oakhand, Planewell",
        "cordless, Japanese, hardened, oscillating, walnut, precision, bench-top, brass-backed",
        "hand tools: hand plane, chisel set, tenon saw, clamp; machines: table saw, router bits; finishing: wood"
        " glue, sandpaper",
        290,
        3,
    ),
    _topic(
        "painting, hobbies",
        "Atelier Vey, Pigmenta, Canvasso",
        "oil, watercolor, acrylic, hog-bristle, stretched, fine-tip, gouache, pastel",
        "paints: paint set, color pencils, varnish; brushes: paintbrush, palette knife; supports: canvas, easel,"
        " sketchbook",
        270,
        3,
    ),
    _topic(
        "aquariums, family and pets",
        "Reefline, Aquaria Nord, Finn & Fern",
        "tropical, freshwater, submersible, coral, planted, silent, nano, quarantine",
        "tanks: fish tank, gravel substrate, plants; aquarium equipment: aquarium filter, aquarium heater, air"
        " pump; aquarium upkeep: fish flakes, algae scraper",
        40,
        2,
    ),
    _topic(
        "skiing, sports",
        "Alpenriss, Powderhorn, Schuss",
        "all-mountain, freeride, heated, cross-country, anti-fog, backcountry, downhill, thermal",
        "skis and poles: skis, ski poles, ski wax; ski boots: ski boots; ski clothing: ski goggles, ski jacket,"
        " ski gloves; ski safety: avalanche beacon",
        15,
        4,
    ),
    _topic(
        "tea, kitchen",
        "Leaf & Kettle, Camellia Row, Highgarden",
        "jasmine, Darjeeling, smoked, ceremonial, loose-leaf, herbal, cast iron, oolong",
        "teas: green tea, black tea, matcha powder, chai blend, tea sampler; tea ware: teapot, tea strainer, tea cups",
        320,
        2,
    ),
)

PLACES: dict[str, int] = {topic.name: place for place, topic in enumerate(TOPICS)}
