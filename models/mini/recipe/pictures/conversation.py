"""From a picture and what can be asked of it to a conversation as people have it: typed in their own way, one question after
another, short follow-ups, thanks, the same again in the other language."""

import random
import unicodedata
from dataclasses import dataclass, field

from .grammar import LANGUAGES
from .phrases import ANOTHER_LANGUAGE, SMALL_TALK
from .scene import Picture, Question, Scene


@dataclass
class Turn:
    question: str
    answer: str
    skill: str
    pictures: list[Picture] = field(default_factory=list)
    """Shown with this question."""


@dataclass
class Conversation:
    turns: list[Turn]
    system: str = ""
    """An assistant's instructions, which stand before the last question (as Mistral's template has it)."""


SYSTEMS = (
    "You are a helpful assistant.", "Answer briefly.", "You are Chaton.", "Tu es un assistant utile.", "Réponds brièvement.",
    "You help people with their pictures.", "Be short and precise.",
)  # fmt: skip

# Known after a few thousand steps, and in every picture: asked as often as the others they were a third of all questions.
# So they are asked about a share of the pictures only.
SOON_LEARNT = {
    "bars: background", "bars: color", "bars: compare", "bars: count", "cards: background", "cards: card", "cards: color", "cards: count",
    "cards: rank", "cards: suit", "chart: kind", "chart: title", "clock: background", "clock: digital or not", "clock: shape",
    "dice: background", "dice: color", "dice: count", "dice: highest", "dice: is there", "dice: lowest", "dice: one of several",
    "dice: value", "dice: values", "drawing: background", "drawing: color", "drawing: empty", "drawing: outline", "drawing: place",
    "drawing: shape", "icons: background", "line: background", "line: color", "line: highest point", "line: lowest point", "line: trend",
    "pie: background", "pie: compare", "pie: count", "pie: most", "print: background", "print: color of the label",
    "print: color of the text", "print: how many lines", "several: count", "signs: background", "signs: colors", "signs: meaning",
    "signs: name", "signs: shape", "unanswerable",
}  # fmt: skip
SELDOM = 0.25


def as_typed(rng: random.Random, question: str) -> str:
    """The same question as people type it."""
    text = question
    if rng.random() < 0.25:
        text = text.rstrip(" ?.!")
    if rng.random() < 0.2:
        text = text[:1].lower() + text[1:]
    if rng.random() < 0.15:
        text = text.replace("'", "’")
    if rng.random() < 0.2:
        # Before a French question mark: nothing, or one of the spaces that do not break.
        text = text.replace(" ?", rng.choice(("?", "\u202f?", "\u202f?", "\u00a0?")))
    if rng.random() < 0.08:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    if rng.random() < 0.04:
        text = text.upper()
    if rng.random() < 0.04:
        text += rng.choice((" ", "\n", " please", " s'il te plaît", " stp", "!"))
    return text


def asked(rng: random.Random, question: Question, language: str, follows: str = "") -> str:
    """One way to ask it; in few words if it follows a question of the same topic."""
    shortly = question.asked_shortly.get(language, [])
    if shortly and follows and follows == question.topic and rng.random() < 0.5:
        return as_typed(rng, rng.choice(shortly))
    return as_typed(rng, rng.choice(question.asked[language]))


def by_skill(questions: list[Question]) -> dict[str, list[Question]]:
    skills: dict[str, list[Question]] = {}
    for question in questions:
        skills.setdefault(question.skill, []).append(question)
    return skills


def one_question(rng: random.Random, scene: Scene) -> Question:
    """Each skill as often as the others, however many questions it has."""
    skills = by_skill([scene.description, *scene.questions])
    return rng.choice(skills[rng.choice(list(skills))])


def converse(rng: random.Random, scene: Scene, most_turns: int) -> Conversation:
    """About one picture."""
    return Conversation(_turns(rng, scene.questions, scene.description, [scene.picture], most_turns), _system(rng))


def converse_about(rng: random.Random, questions: list[Question], pictures: list[Picture], most_turns: int) -> Conversation:
    """About several pictures that are shown at once."""
    return Conversation(_turns(rng, questions, None, pictures, most_turns), _system(rng))


def _system(rng: random.Random) -> str:
    return rng.choice(SYSTEMS) if rng.random() < 0.1 else ""


def _turns(
    rng: random.Random, questions: list[Question], description: Question | None, pictures: list[Picture], most_turns: int
) -> list[Turn]:
    language = rng.choice(LANGUAGES)
    chosen = _chosen(rng, questions, description, most_turns)
    turns: list[Turn] = []
    topic = ""
    for question in chosen:
        text = asked(rng, question, language, topic)
        turns.append(Turn(text, question.answer[language], question.skill))
        topic = question.topic
        if rng.random() < 0.03:
            language = LANGUAGES[1 - LANGUAGES.index(language)]
            turns.append(Turn(as_typed(rng, rng.choice(ANOTHER_LANGUAGE[language])), question.answer[language], "follow-up: language"))
        elif rng.random() < 0.03:
            said, answer = rng.choice(SMALL_TALK[language])
            turns.append(Turn(as_typed(rng, rng.choice(said)), answer, "follow-up: thanks"))
        elif rng.random() < 0.05:
            language = rng.choice(LANGUAGES)
    turns[0].pictures = pictures
    return turns


def _chosen(rng: random.Random, questions: list[Question], description: Question | None, most_turns: int) -> list[Question]:
    skills = by_skill(questions)
    skills = {skill: of_skill for skill, of_skill in skills.items() if skill not in SOON_LEARNT or rng.random() < SELDOM} or skills
    count = rng.randint(min(2, most_turns), most_turns)
    chosen: list[Question] = []
    while skills and len(chosen) < count:
        skill = rng.choice(list(skills))
        question = skills[skill].pop(rng.randrange(len(skills[skill])))
        chosen.append(question)
        # A follow-up in few words comes right after.
        of_topic = [other for other in skills[skill] if other.topic and other.topic == question.topic and other.asked_shortly]
        if of_topic and len(chosen) < count and rng.random() < 0.4:
            follow_up = rng.choice(of_topic)
            skills[skill].remove(follow_up)
            chosen.append(follow_up)
        if not skills[skill] or rng.random() < 0.5:
            del skills[skill]
    if description is not None and (not chosen or rng.random() < 0.5):
        chosen.insert(0 if rng.random() < 0.7 else len(chosen), description)
    return chosen[:most_turns]
