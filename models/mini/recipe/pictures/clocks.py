"""Clocks, mostly with hands, that show a time in steps of five minutes; some digital ones."""

import random

from .canvas import Canvas, ground_apart_from
from .clock_faces import ARABIC, NONE, Face, draw_face, some_face
from .colours import COLOURS
from .common_questions import background, unanswerable
from .grammar import Both
from .phrases import DESCRIBE, NOT_TOLD
from .scene import Question, Scene
from .seven_segments import draw_display
from .size import Size
from .sources import Sources

SMALLEST_RADIUS = 28
# Of digital displays: the colours of the glass and of the digits.
DISPLAYS = (
    ("black", "red"),
    ("black", "green"),
    ("black", "cyan"),
    ("black", "orange"),
    ("black", "white"),
    ("gray", "black"),
    ("white", "black"),
    ("blue", "white"),
)


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    if rng.random() < 0.15:
        return _digital(rng, size)
    return _with_hands(rng, size, sources)


def _with_hands(rng: random.Random, size: Size, sources: Sources) -> Scene:
    canvas = Canvas(rng, size)
    canvas.hand_drawn = False
    hour, minute = rng.randint(1, 12), rng.randrange(0, 60, 5)
    largest = min(size) / 2 - 2
    radius = rng.uniform(min(SMALLEST_RADIUS, largest), largest)
    face = some_face(rng, canvas.ground, radius)
    cx, cy = (rng.uniform(radius + 1, length - radius - 1) for length in size)
    draw_face(canvas, sources, face, cx, cy, radius, hour, minute)
    questions = [_time(hour, minute), *_looks(face, canvas.ground), _half_of_the_day(), background("clock", canvas.ground), unanswerable()]
    return Scene(canvas.finish(), _description(hour, minute), questions, {"kind": "clock", "time": (hour, minute)})


def _digital(rng: random.Random, size: Size) -> Scene:
    glass, digits = rng.choice(DISPLAYS)
    canvas = Canvas(rng, size, ground_apart_from(rng, glass))
    canvas.hand_drawn = False
    hour, minute = rng.randint(0, 23), rng.randrange(60)
    text = (f"{hour:02}" if hour == 0 or rng.random() < 0.5 else str(hour)) + f":{minute:02}"
    draw_display(canvas, text, glass, digits)
    questions = [_time(hour, minute), _digital_or_not(True), _digit_colour(digits), background("clock", canvas.ground), unanswerable()]
    return Scene(canvas.finish(), _description(hour, minute), questions, {"kind": "clock", "time": (hour, minute)})


def _spoken(hour: int, minute: int) -> Both:
    """ "3:25" and "3 h 25"; "3 o'clock" and "3 heures"."""
    if minute:
        return {"en": f"{hour}:{minute:02}", "fr": f"{hour} h {minute:02}"}
    return {"en": f"{hour} o'clock" if 1 <= hour <= 12 else f"{hour}:00", "fr": f"{hour} heure{'s' * (hour > 1)}"}


def _description(hour: int, minute: int) -> Question:
    spoken = _spoken(hour, minute)
    return Question(
        "clock: describe", DESCRIBE, {"en": f"A clock that shows {spoken['en']}.", "fr": f"Une horloge qui indique {spoken['fr']}."}
    )


def _time(hour: int, minute: int) -> Question:
    spoken = _spoken(hour, minute)
    return Question(
        "clock: time",
        {
            "en": [
                "What time is it?", "What time does the clock show?", "Read the clock.", "Which time is shown?", "What's the time?",
                "Tell me the time.", "What time is it on this clock?",
            ],
            "fr": [
                "Quelle heure est-il ?", "Quelle heure indique l'horloge ?", "Il est quelle heure ?", "Lis l'heure.",
                "Quelle heure indique cette horloge ?", "Peux-tu lire l'heure ?", "Quelle heure vois-tu ?",
            ],
        },
        {"en": f"It is {spoken['en']}.", "fr": f"Il est {spoken['fr']}."},
    )  # fmt: skip


def _looks(face: Face, ground: str) -> list[Question]:
    questions = [_digital_or_not(False), _shape(face)]
    # A second hand is of another colour than the other two.
    if not face.second_hand:
        questions.append(_hand_colour(face))
    if face.colour != ground:
        questions.append(_face_colour(face))
    if face.numerals in (NONE, ARABIC):
        questions.append(_has_numbers(face.numerals == ARABIC))
    return questions


def _digital_or_not(digital: bool) -> Question:
    return Question(
        "clock: digital or not",
        {
            "en": [
                "Is this clock digital or analog?",
                "What kind of clock is this?",
                "Is it a digital clock?",
                "Does the clock have hands?",
            ],
            "fr": [
                "Est-ce une horloge numérique ou à aiguilles ?",
                "Quel type d'horloge est-ce ?",
                "L'horloge a-t-elle des aiguilles ?",
                "C'est quel genre d'horloge ?",
            ],
        },
        {
            "en": "It is a digital clock." if digital else "It is a clock with hands.",
            "fr": "C'est une horloge numérique." if digital else "C'est une horloge à aiguilles.",
        },
    )


def _digit_colour(colour: str) -> Question:
    return Question(
        "clock: colors",
        {
            "en": ["What color are the digits?", "What colour are the numbers?", "Which color do the digits have?"],
            "fr": [
                "De quelle couleur sont les chiffres ?",
                "Quelle est la couleur des chiffres ?",
                "Les chiffres sont de quelle couleur ?",
            ],
        },
        {"en": f"The digits are {colour}.", "fr": f"Les chiffres sont {COLOURS[colour].fr('m', plural=True)}."},
    )


def _hand_colour(face: Face) -> Question:
    return Question(
        "clock: colors",
        {
            "en": ["What color are the hands?", "What colour are the clock's hands?", "Which color do the hands have?"],
            "fr": [
                "De quelle couleur sont les aiguilles ?",
                "Quelle est la couleur des aiguilles ?",
                "Les aiguilles sont de quelle couleur ?",
            ],
        },
        {"en": f"The hands are {face.hands}.", "fr": f"Les aiguilles sont {COLOURS[face.hands].fr('f', plural=True)}."},
    )


def _face_colour(face: Face) -> Question:
    return Question(
        "clock: colors",
        {
            "en": [
                "What color is the clock face?",
                "What color is the clock?",
                "What color is the dial?",
                "Which color does the clock have?",
            ],
            "fr": [
                "De quelle couleur est le cadran ?",
                "De quelle couleur est l'horloge ?",
                "Quelle est la couleur du cadran ?",
                "L'horloge est de quelle couleur ?",
            ],
        },
        {"en": f"The clock face is {face.colour}.", "fr": f"Le cadran est {COLOURS[face.colour].fr('m')}."},
    )


def _shape(face: Face) -> Question:
    return Question(
        "clock: shape",
        {
            "en": ["Is the clock round or square?", "What shape is the clock?", "Which shape does the clock have?"],
            "fr": ["L'horloge est-elle ronde ou carrée ?", "Quelle est la forme de l'horloge ?", "Quelle forme a l'horloge ?"],
        },
        {"en": f"The clock is {'round' if face.round else 'square'}.", "fr": f"L'horloge est {'ronde' if face.round else 'carrée'}."},
    )


def _has_numbers(has: bool) -> Question:
    return Question(
        "clock: numbers",
        {
            "en": ["Does the clock have numbers?", "Are there numbers on the clock?", "Are there any digits on the clock face?"],
            "fr": [
                "L'horloge a-t-elle des chiffres ?",
                "Y a-t-il des chiffres sur l'horloge ?",
                "Est-ce qu'il y a des chiffres sur le cadran ?",
            ],
        },
        {
            "en": "Yes, it has numbers." if has else "No, it has no numbers.",
            "fr": "Oui, elle a des chiffres." if has else "Non, elle n'a pas de chiffres.",
        },
    )


def _half_of_the_day() -> Question:
    """Two hands don't tell."""
    return Question(
        "unanswerable",
        {
            "en": ["Is it morning or evening?", "Is it AM or PM?", "Which day is it?", "Is it day or night?"],
            "fr": ["Est-ce le matin ou le soir ?", "Quel jour est-ce ?", "Fait-il jour ou nuit ?", "Est-on le matin ou l'après-midi ?"],
        },
        NOT_TOLD,
    )
