"""What the model does not know, and says so: photographs, screenshots, noise. And pictures with nothing on them, which it knows."""

import random

import numpy as np
from PIL import Image

from .canvas import Canvas, seen
from .colours import COLOURS
from .common_questions import background
from .grammar import Both
from .labels import PatchLabels
from .noise import noise
from .phrases import DESCRIBE, GROUND, READ
from .scene import Picture, Question, Scene
from .screenshots import screenshot
from .shapes import SHAPE
from .size import Size
from .sources import Sources
from .vocabulary import UNKNOWN

NOT_SURE: Both = {
    "en": "I'm not sure: I'm the small demo model and know drawings, printed words, charts and icons; for photos, get Pixtral 12B.",
    "fr": "Je ne sais pas : je suis le petit modèle de démo et je connais les dessins, les mots imprimés, les graphiques et les icônes ; "
    "pour les photos, installez Pixtral 12B.",
}

# What people ask of photographs and screenshots.
ASKED = (
    {
        "en": [
            "Who is this?", "Who is in this picture?", "Do you know this person?", "Is this a man or a woman?", "How old is this person?",
        ],
        "fr": [
            "Qui est-ce ?", "Qui est sur cette image ?", "Connais-tu cette personne ?", "C'est un homme ou une femme ?",
            "Quel âge a cette personne ?",
        ],
    },
    {
        "en": [
            "What animal is this?", "Is this a cat?", "Is it a dog?", "Do you see an animal?", "What breed is it?",
            "What kind of bird is this?",
        ],
        "fr": [
            "Quel est cet animal ?", "Est-ce un chat ?", "C'est un chien ?", "Vois-tu un animal ?", "De quelle race est-il ?",
            "C'est quel oiseau ?",
        ],
    },
    {
        "en": [
            "How many people are there?", "How many people do you see?", "Count the people.", "How many objects are there?",
            "How many shapes are there?", "How many cars?",
        ],
        "fr": [
            "Combien de personnes y a-t-il ?", "Combien de gens vois-tu ?", "Compte les personnes.", "Combien d'objets y a-t-il ?",
            "Combien de formes y a-t-il ?",
        ],
    },
    {
        "en": ["Where was this taken?", "Where is this?", "Which city is this?", "What place is this?", "When was this photo taken?"],
        "fr": [
            "Où cette photo a-t-elle été prise ?", "Où est-ce ?", "C'est quelle ville ?", "Quel est ce lieu ?",
            "De quand date cette photo ?",
        ],
    },
    {
        "en": ["What is happening here?", "What are they doing?", "What's going on?", "Is it day or night?", "What is the weather like?"],
        "fr": ["Que se passe-t-il ici ?", "Que font-ils ?", "Qu'est-ce qui se passe ?", "Fait-il jour ou nuit ?", "Quel temps fait-il ?"],
    },
    {
        "en": [
            "What color is the car?", "What color is it?", "What are the main colors?", "What color is her shirt?",
            "Which colors do you see?",
        ],
        "fr": [
            "De quelle couleur est la voiture ?", "De quelle couleur est-ce ?", "Quelles sont les couleurs ?",
            "Quelles couleurs vois-tu ?",
        ],
    },
    {
        "en": [
            "What is on the table?", "What is in the background?", "What is on the left?", "Is there a tree?", "What is this object?",
            "What food is this?",
        ],
        "fr": [
            "Qu'y a-t-il sur la table ?", "Qu'y a-t-il à l'arrière-plan ?", "Qu'y a-t-il à gauche ?", "Y a-t-il un arbre ?",
            "Quel est cet objet ?",
        ],
    },
    {
        "en": [
            "Which program is this?", "What is this website?", "What does the error say?", "Summarize this page.", "What is the title?",
            "Translate this text.",
        ],
        "fr": [
            "Quel est ce logiciel ?", "C'est quel site ?", "Que dit l'erreur ?", "Résume cette page.", "Quel est le titre ?",
            "Traduis ce texte.",
        ],
    },
)  # fmt: skip

# How much the brightness of a picture's pixels deviates, at least: a part with less of a photograph is an empty ground.
PLAIN = 16


def draw(rng: random.Random, size: Size, sources: Sources) -> Scene:
    chance = rng.random()
    if chance < 0.05:
        return _empty(rng, size)
    if chance < 0.2:
        return _not_known(rng, "unknown: noise", noise(rng, size, sources), size)
    if chance < 0.45:
        return _not_known(rng, "unknown: screenshot", screenshot(rng, size, sources), size)
    return _not_known(rng, "unknown: photograph", _part_of(rng, sources.photograph(rng), size), size)


def _not_known(rng: random.Random, skill: str, image: Image.Image, size: Size) -> Scene:
    labels = PatchLabels(size, None)
    labels.mark_all(UNKNOWN)
    description, *questions = [Question(skill, asked, NOT_SURE) for asked in (DESCRIBE, READ, GROUND, *ASKED)]
    return Scene(Picture(seen(rng, image, size.pixels()), labels), description, questions, {"kind": "unknown"})


def _part_of(rng: random.Random, photograph: Image.Image, size: Size) -> Image.Image:
    """A part of it, or as much as fits, in somewhat other colours."""
    width, height = photograph.size
    largest = min(width / size.width, height / size.height)
    scale = largest * rng.choice((1, rng.uniform(0.45, 1)))
    cut_width, cut_height = scale * size.width, scale * size.height
    left, top = rng.uniform(0, width - cut_width), rng.uniform(0, height - cut_height)
    part = photograph.crop((round(left), round(top), round(left + cut_width), round(top + cut_height)))
    if np.asarray(part.reduce(4).convert("L")).std() < PLAIN:
        part = photograph
    if rng.random() < 0.4:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < 0.08:
        return part.convert("L").convert("RGB")
    light = rng.uniform(0.7, 1.25)
    gains = [light * rng.uniform(0.92, 1.08) for _ in range(3)]
    return Image.fromarray((np.asarray(part, np.float32) * gains).clip(0, 255).astype(np.uint8))


def _empty(rng: random.Random, size: Size) -> Scene:
    canvas = Canvas(rng, size)
    ground = canvas.ground
    skill = "drawing: empty"
    answer = {"en": f"An empty {ground} background.", "fr": f"Un fond {COLOURS[ground].fr('m')}, vide."}
    what_is_there = {
        "en": ["Is there anything in the picture?", "Is it empty?", "What is drawn here?", "Do you see a shape?"],
        "fr": ["Y a-t-il quelque chose sur l'image ?", "L'image est-elle vide ?", "Qu'est-ce qui est dessiné ici ?", "Vois-tu une forme ?"],
    }
    questions = [
        Question(skill, what_is_there, answer),
        Question(skill, SHAPE.how_many(), SHAPE.there_are(0)),
        background("drawing", ground),
    ]
    return Scene(canvas.finish(), Question(skill, DESCRIBE, answer), questions, {"kind": "empty"})
