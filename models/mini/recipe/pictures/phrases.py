"""Questions that can be asked of any picture."""

DESCRIBE = {
    "en": [
        "Describe this picture.",
        "What is in this picture?",
        "What do you see?",
        "Describe the image.",
        "What is this?",
        "What's in the image?",
        "Describe",
        "Can you describe this picture?",
        "What does this picture show?",
        "Tell me about this image.",
        "What's this?",
        "What can you see here?",
        "Please describe the picture.",
    ],
    "fr": [
        "Décris cette image.",
        "Que vois-tu ?",
        "Que vois-tu sur cette image ?",
        "Qu'est-ce que c'est ?",
        "Décris l'image.",
        "Que montre cette image ?",
        "Qu'y a-t-il sur cette image ?",
        "C'est quoi ?",
        "Que voyez-vous ?",
        "Décris",
        "Qu'est-ce qu'on voit ici ?",
        "Peux-tu décrire cette image ?",
        "Qu'est-ce que tu vois ?",
    ],
}

READ = {
    "en": [
        "What does it say?",
        "Read the text.",
        "What is written here?",
        "What does the text say?",
        "Read this.",
        "What's written?",
        "Can you read it?",
    ],
    "fr": ["Qu'est-ce qui est écrit ?", "Lis le texte.", "Que dit le texte ?", "Qu'est-il écrit ici ?", "Lis ce texte.", "Peux-tu lire ?"],
}

GROUND = {
    "en": [
        "What color is the background?",
        "What is the background color?",
        "What colour is the background?",
        "Which color is the background?",
    ],
    "fr": ["De quelle couleur est le fond ?", "Quelle est la couleur du fond ?", "Le fond est de quelle couleur ?"],
}

# Said after an answer: the same again in the language of the key.
ANOTHER_LANGUAGE = {
    "en": ["In English, please.", "And in English?", "Say it in English.", "En anglais ?", "English please"],
    "fr": ["En français, s'il te plaît.", "Et en français ?", "Dis-le en français.", "In French, please.", "And in French?"],
}

# What people say between two questions, with what is answered.
SMALL_TALK = {
    "en": [
        (["Thanks", "Thank you", "Thanks!", "Thank you!", "Great, thanks", "Thx"], "You're welcome!"),
        (["Well done!", "Good job!", "Correct!", "That's right", "Nice!", "Perfect"], "Thank you!"),
        (["Hello", "Hi!", "Hey"], "Hello! Ask me about the picture."),
    ],
    "fr": [
        (["Merci", "Merci !", "Merci beaucoup", "Super, merci", "Je te remercie"], "Avec plaisir !"),
        (["Bravo !", "Bien joué !", "Exact !", "C'est juste", "Très bien !", "Parfait"], "Merci !"),
        (["Bonjour", "Salut !", "Coucou"], "Bonjour ! Posez-moi une question sur l'image."),
    ],
}

# What no picture tells, and what is answered.
UNANSWERABLE = {
    "en": [
        "Who drew this?",
        "Who made this picture?",
        "When was this made?",
        "Where was this picture made?",
        "Whose picture is this?",
        "How long did it take to make this?",
        "Why was this made?",
        "What is the artist's name?",
        "How old is this picture?",
        "Who sent this picture?",
        "Which program was it made with?",
        "Who does this belong to?",
        "What happened before?",
        "What happens next?",
        "How many people have seen this?",
        "Where is the artist from?",
    ],
    "fr": [
        "Qui a dessiné cela ?",
        "Qui a fait cette image ?",
        "Quand cette image a-t-elle été faite ?",
        "Où cette image a-t-elle été faite ?",
        "À qui est cette image ?",
        "Combien de temps a-t-il fallu pour faire cette image ?",
        "Pourquoi cette image a-t-elle été faite ?",
        "Comment s'appelle l'artiste ?",
        "De quand date cette image ?",
        "Qui a envoyé cette image ?",
        "Avec quel logiciel cette image a-t-elle été faite ?",
        "À qui cela appartient-il ?",
        "Que s'est-il passé avant ?",
        "Que se passe-t-il ensuite ?",
        "Combien de gens ont vu cette image ?",
        "D'où vient l'artiste ?",
    ],
}
NOT_TOLD = {"en": "I can't tell from the picture.", "fr": "L'image ne le dit pas."}
