"""Conversations without a picture: greetings, what it is and can do, and kind words where it cannot help."""

import random

from .conversation import Conversation, Turn, as_typed
from .grammar import LANGUAGES
from .phrases import DESCRIBE, READ, SMALL_TALK

CAN = {
    "en": "I can describe drawings, read printed words, compare charts, and name icons, clocks, dice, cards and road signs. "
    "Add a picture and ask me about it.",
    "fr": "Je sais décrire des dessins, lire des mots imprimés, comparer des graphiques, "
    "et reconnaître icônes, horloges, dés, cartes et panneaux. Ajoutez une image et posez-moi une question.",
}
NO_PICTURE = {
    "en": "I don't see a picture yet. Add one and ask me again.",
    "fr": "Je ne vois pas encore d'image. Ajoutez-en une et reposez votre question.",
}
NOT_MINE = {
    "en": "I'm only the small demo model: I answer questions about simple pictures. Pixtral 12B can do much more.",
    "fr": "Je ne suis que le petit modèle de démo : je réponds à des questions sur des images simples. Pixtral 12B sait faire bien plus.",
}
# What is said, what is answered, the row of the table.
TALK = {
    "en": [
        (
            ["Hello", "Hello!", "Hi", "Hi!", "Hey", "hi there", "Good morning", "Good evening"],
            "Hello! I'm the small demo model. Add a picture and ask me about it.",
            "hello",
        ),
        (
            [
                "Who are you?",
                "What are you?",
                "Which model are you?",
                "What is your name?",
                "Are you ChatGPT?",
                "Are you Pixtral?",
                "Who made you?",
            ],
            "I'm the small demo model, made to try this chat. Pixtral 12B can be installed for real work.",
            "who",
        ),
        (
            ["What can you do?", "Help", "What do you know?", "How can you help me?", "How does this work?", "What can I ask you?"],
            CAN["en"],
            "can",
        ),
        (
            [*DESCRIBE["en"], *READ["en"], "How many circles are there?", "What color is it?", "How many are there?", "What time is it?"],
            NO_PICTURE["en"],
            "no picture",
        ),
        (
            [
                "What is the capital of France?",
                "Write a poem",
                "Tell me a joke",
                "What is 2+2?",
                "Who is the president?",
                "Translate this",
                "Write some code",
                "What is the weather like?",
                "Why is the sky blue?",
                "Tell me a story",
                "Explain quantum physics",
                "How old are you?",
                "What should I cook tonight?",
                "Write an email to my boss",
                "Draw me a cat",
                "Who won the match?",
                "What is the meaning of life?",
                "Give me a recipe",
                "Solve this equation",
                "Summarize this text",
                "How do I lose weight?",
                "What day is it?",
                "Can you sing?",
                "Recommend a book",
                "I am sad",
                "What is Rust?",
                "Plan a trip to Rome",
            ],
            NOT_MINE["en"],
            "other questions",
        ),
    ],
    "fr": [
        (
            ["Bonjour", "Bonjour !", "Salut", "Salut !", "Coucou", "Bonsoir"],
            "Bonjour ! Je suis le petit modèle de démo. Ajoutez une image et posez-moi une question.",
            "hello",
        ),
        (
            [
                "Qui es-tu ?",
                "Qui êtes-vous ?",
                "Quel modèle es-tu ?",
                "Comment t'appelles-tu ?",
                "Es-tu ChatGPT ?",
                "Tu es Pixtral ?",
                "Qui t'a créé ?",
            ],
            "Je suis le petit modèle de démo, fait pour essayer Chaton. Pixtral 12B peut être installé pour un vrai usage.",
            "who",
        ),
        (
            [
                "Que peux-tu faire ?",
                "Que sais-tu faire ?",
                "Aide",
                "Aide-moi",
                "Comment ça marche ?",
                "Que puis-je te demander ?",
                "À quoi sers-tu ?",
            ],
            CAN["fr"],
            "can",
        ),
        (
            [
                *DESCRIBE["fr"],
                *READ["fr"],
                "Combien de cercles y a-t-il ?",
                "De quelle couleur est-ce ?",
                "Combien y en a-t-il ?",
                "Quelle heure est-il ?",
            ],
            NO_PICTURE["fr"],
            "no picture",
        ),
        (
            [
                "Quelle est la capitale de la France ?",
                "Écris un poème",
                "Raconte-moi une blague",
                "Combien font 2+2 ?",
                "Qui est le président ?",
                "Traduis ceci",
                "Écris du code",
                "Quel temps fait-il ?",
                "Pourquoi le ciel est-il bleu ?",
                "Raconte-moi une histoire",
                "Explique la physique quantique",
                "Quel âge as-tu ?",
                "Que cuisiner ce soir ?",
                "Écris un mail à mon chef",
                "Dessine-moi un mouton",
                "Qui a gagné le match ?",
                "Quel est le sens de la vie ?",
                "Donne-moi une recette",
                "Résous cette équation",
                "Résume ce texte",
                "Comment maigrir ?",
                "Quel jour sommes-nous ?",
                "Sais-tu chanter ?",
                "Conseille-moi un livre",
                "Je suis triste",
                "C'est quoi Rust ?",
                "Organise un voyage à Rome",
            ],
            NOT_MINE["fr"],
            "other questions",
        ),
    ],
}


def talk(rng: random.Random) -> Conversation:
    language = rng.choice(LANGUAGES)
    turns = []
    for _ in range(rng.choice((1, 1, 2, 3))):
        said, answer, row = rng.choice(TALK[language])
        turns.append(Turn(as_typed(rng, rng.choice(said)), answer, "talk: " + row))
        if rng.random() < 0.15:
            said, answer = rng.choice(SMALL_TALK[language][:2])
            turns.append(Turn(as_typed(rng, rng.choice(said)), answer, "talk: thanks"))
    return Conversation(turns)
