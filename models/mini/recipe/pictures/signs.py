"""Road signs: one on each picture, sometimes on a pole."""

import random

from .canvas import Canvas, ground_apart_from
from .colours import COLOURS
from .common_questions import background, unanswerable
from .grammar import Both, a, capital, listed
from .outlines import inside
from .phrases import DESCRIBE
from .scene import Question, Scene
from .sign_drawings import DRAWINGS, Plate
from .sign_names import SIGNS, SPEED_LIMIT, Sign
from .size import Size
from .sources import Sources

SPEEDS = (20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130)
SHAPES_FR = {"round": "rond", "octagonal": "octogonal", "triangular": "triangulaire", "square": "carré", "diamond-shaped": "en losange"}


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    # Speed limits are many signs in one.
    name = SPEED_LIMIT if rng.random() < 0.15 else rng.choice(list(SIGNS))
    sign, speed = SIGNS[name], rng.choice(SPEEDS)
    # The yellow one has a black edge.
    canvas = Canvas(rng, size, ground_apart_from(rng, "black" if sign.colours[0] == "yellow" else sign.colours[0]))
    canvas.hand_drawn = False
    outline, draw_sign = DRAWINGS[name]
    largest = min(size) / 2 - 2
    radius = rng.uniform(min(28, largest), largest)
    cx, cy = (rng.uniform(radius + 1, length - radius - 1) for length in size)
    if rng.random() < 0.35:
        _draw_pole(canvas, cx, cy, radius)
    plate = Plate(canvas, sources, cx, cy, radius, speed)
    canvas.labels.mark_thing(inside(plate.place(outline), canvas.labels.x, canvas.labels.y), f"sign: {name}", sign.colours[0])
    draw_sign(plate)
    speed_shown = speed if name == SPEED_LIMIT else None
    questions = [*_questions(rng, sign, speed_shown), background("signs", canvas.ground), unanswerable()]
    return Scene(canvas.finish(), _description(sign, speed_shown), questions, {"kind": "signs", "sign": name, "speed": speed_shown})


def _draw_pole(canvas: Canvas, cx: float, cy: float, radius: float) -> None:
    half = radius * canvas.rng.uniform(0.05, 0.09)
    rgb = COLOURS["black" if canvas.ground == "gray" else "gray"].rgb
    canvas.box(cx - half, cy, cx + half, canvas.size.height, rgb)


def _description(sign: Sign, speed: int | None) -> Question:
    en, fr = capital(a(sign.en)), f"Un {sign.fr}"
    if speed is None:
        return Question("signs: describe", DESCRIBE, {"en": f"{en}.", "fr": f"{fr}."})
    return Question("signs: describe", DESCRIBE, {"en": f"{en} that shows {speed}.", "fr": f"{fr} à {speed}."})


def _questions(rng: random.Random, sign: Sign, speed: int | None) -> list[Question]:
    questions = [_name(sign), _shape(sign), _colours(sign), _is_it(rng, sign)]
    if speed is None:
        return [*questions, _meaning({"en": sign.meaning_en, "fr": sign.meaning_fr})]
    limit = {"en": f"The speed limit is {speed}.", "fr": f"La vitesse est limitée à {speed}."}
    return [*questions, _meaning(limit), _speed(limit)]


def _name(sign: Sign) -> Question:
    return Question(
        "signs: name",
        {
            "en": [
                "Which sign is this?",
                "What sign is it?",
                "Name the sign.",
                "Which road sign do you see?",
                "What is the name of this sign?",
            ],
            "fr": [
                "Quel est ce panneau ?",
                "C'est quel panneau ?",
                "Nomme ce panneau.",
                "Quel panneau vois-tu ?",
                "Comment s'appelle ce panneau ?",
            ],
        },
        {"en": f"It is {a(sign.en)}.", "fr": f"C'est un {sign.fr}."},
    )


def _meaning(meaning: Both) -> Question:
    return Question(
        "signs: meaning",
        {
            "en": [
                "What does this sign mean?",
                "What does the sign say?",
                "What is the meaning of this sign?",
                "What does the sign tell drivers?",
                "Explain this sign.",
            ],
            "fr": [
                "Que signifie ce panneau ?",
                "Que veut dire ce panneau ?",
                "Que dit le panneau ?",
                "Quel est le sens de ce panneau ?",
                "Explique ce panneau.",
            ],
        },
        meaning,
    )


def _speed(limit: Both) -> Question:
    return Question(
        "signs: speed",
        {
            "en": ["What is the speed limit?", "How fast may I drive?", "What is the maximum speed?", "How fast can one go here?"],
            "fr": [
                "Quelle est la limite de vitesse ?",
                "À quelle vitesse puis-je rouler ?",
                "Quelle est la vitesse maximale ?",
                "À combien la vitesse est-elle limitée ?",
            ],
        },
        limit,
    )


def _shape(sign: Sign) -> Question:
    return Question(
        "signs: shape",
        {
            "en": ["What shape is the sign?", "Which shape does the sign have?", "What is the shape of the sign?"],
            "fr": ["Quelle est la forme du panneau ?", "Quelle forme a le panneau ?", "De quelle forme est le panneau ?"],
        },
        {"en": f"The sign is {sign.shape}.", "fr": f"Le panneau est {SHAPES_FR[sign.shape]}."},
    )


def _colours(sign: Sign) -> Question:
    en, fr = list(sign.colours), [COLOURS[colour].fr("m") for colour in sign.colours]
    return Question(
        "signs: colors",
        {
            "en": [
                "What color is the sign?",
                "What colors are on the sign?",
                "Which colors does the sign have?",
                "What colour is the sign?",
            ],
            "fr": ["De quelle couleur est le panneau ?", "Quelles sont les couleurs du panneau ?", "De quelles couleurs est le panneau ?"],
        },
        {"en": f"The sign is {listed(en, 'en')}.", "fr": f"Le panneau est {listed(fr, 'fr')}."},
    )


def _is_it(rng: random.Random, sign: Sign) -> Question:
    # All triangles warn of a danger.
    other = sign if rng.random() < 0.5 else rng.choice([other for name, other in SIGNS.items() if name != "danger"])
    yes = other is sign
    return Question(
        "signs: is it",
        {
            "en": [f"Is it {a(other.en)}?", f"Is this {a(other.en)}?", f"Do you see {a(other.en)}?"],
            "fr": [f"Est-ce un {other.fr} ?", f"Est-ce que c'est un {other.fr} ?", f"C'est un {other.fr} ?"],
        },
        {"en": f"{'Yes' if yes else 'No'}, it is {a(sign.en)}.", "fr": f"{'Oui' if yes else 'Non'}, c'est un {sign.fr}."},
    )
