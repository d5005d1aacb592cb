"""Road signs: their names, what they mean, their shapes and colours, in both languages."""

from dataclasses import dataclass

SPEED_LIMIT = "speed limit"


@dataclass(frozen=True)
class Sign:
    en: str
    """ "stop sign"."""
    fr: str
    """ "panneau stop"."""
    meaning_en: str
    meaning_fr: str
    shape: str
    colours: tuple[str, ...]
    """The first is what is seen most."""


# By the names of vocabulary.SIGNS.
SIGNS = {
    "stop": Sign("stop sign", "panneau stop", "You must stop.", "Il faut s'arrêter.", "octagonal", ("red", "white")),
    "give way": Sign(
        "give way sign", "panneau cédez-le-passage", "You must give way.", "Il faut céder le passage.", "triangular", ("red", "white")
    ),
    "no entry": Sign(
        "no entry sign", "panneau sens interdit", "You must not enter.", "Il est interdit d'entrer.", "round", ("red", "white")
    ),
    "no vehicles": Sign(
        "no vehicles sign",
        "panneau de circulation interdite",
        "No vehicles are allowed.",
        "La circulation est interdite.",
        "round",
        ("red", "white"),
    ),
    "no parking": Sign(
        "no parking sign",
        "panneau de stationnement interdit",
        "You must not park.",
        "Il est interdit de stationner.",
        "round",
        ("red", "blue"),
    ),
    "no overtaking": Sign(
        "no overtaking sign",
        "panneau d'interdiction de dépasser",
        "You must not overtake.",
        "Il est interdit de dépasser.",
        "round",
        ("red", "white", "black"),
    ),
    SPEED_LIMIT: Sign("speed limit sign", "panneau de limitation de vitesse", "", "", "round", ("red", "white", "black")),
    "parking": Sign("parking sign", "panneau de parking", "You may park here.", "On peut se garer ici.", "square", ("blue", "white")),
    "one way": Sign(
        "one-way sign", "panneau de sens unique", "The street is one-way.", "La rue est à sens unique.", "square", ("blue", "white")
    ),
    "roundabout": Sign(
        "roundabout sign", "panneau de rond-point", "There is a roundabout.", "Il y a un rond-point.", "round", ("blue", "white")
    ),
    "priority road": Sign(
        "priority road sign",
        "panneau de route prioritaire",
        "You have priority.",
        "On a la priorité.",
        "diamond-shaped",
        ("yellow", "white", "black"),
    ),
    "pedestrian crossing": Sign(
        "pedestrian crossing sign",
        "panneau de passage piéton",
        "Pedestrians cross here.",
        "Des piétons traversent ici.",
        "square",
        ("blue", "white", "black"),
    ),
    "danger": Sign(
        "danger sign",
        "panneau de danger",
        "Be careful: there is a danger.",
        "Attention, il y a un danger.",
        "triangular",
        ("red", "white", "black"),
    ),
    "crossroads": Sign(
        "crossroads sign",
        "panneau d'intersection",
        "There is a crossroads.",
        "Il y a une intersection.",
        "triangular",
        ("red", "white", "black"),
    ),
    "bend to the left": Sign(
        "left bend sign",
        "panneau de virage à gauche",
        "The road bends to the left.",
        "La route tourne à gauche.",
        "triangular",
        ("red", "white", "black"),
    ),
    "bend to the right": Sign(
        "right bend sign",
        "panneau de virage à droite",
        "The road bends to the right.",
        "La route tourne à droite.",
        "triangular",
        ("red", "white", "black"),
    ),
    "turn left": Sign(
        "turn left sign",
        "panneau d'obligation de tourner à gauche",
        "You must turn left.",
        "Il faut tourner à gauche.",
        "round",
        ("blue", "white"),
    ),
    "turn right": Sign(
        "turn right sign",
        "panneau d'obligation de tourner à droite",
        "You must turn right.",
        "Il faut tourner à droite.",
        "round",
        ("blue", "white"),
    ),
    "straight ahead": Sign(
        "straight ahead sign",
        "panneau d'obligation d'aller tout droit",
        "You must go straight ahead.",
        "Il faut aller tout droit.",
        "round",
        ("blue", "white"),
    ),
    "dead end": Sign(
        "dead end sign", "panneau d'impasse", "The street is a dead end.", "La rue est une impasse.", "square", ("blue", "white", "red")
    ),
    "traffic lights": Sign(
        "traffic lights sign",
        "panneau de feux tricolores",
        "There are traffic lights.",
        "Il y a des feux tricolores.",
        "triangular",
        ("red", "white", "yellow", "green"),
    ),
}
