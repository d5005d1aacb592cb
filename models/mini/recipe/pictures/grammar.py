"""English and French for the names of things: articles, plurals, agreement, lists."""

from dataclasses import dataclass

LANGUAGES = ("en", "fr")

# Both languages of one sentence: {"en": "...", "fr": "..."}.
Both = dict[str, str]

EN_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
FR_ORDINALS = ("premier", "deuxième", "troisième", "quatrième", "cinquième", "sixième", "septième")
FR_VOWELS = tuple("aeiouyàâéèêëîïôöœùûAEIOUYÉÈÊÎÔŒ")
# How words in h begin before which French elides: l'hélicoptère, d'hôpitaux, but le hibou.
FR_MUTE_H = ("hélicoptère", "hôpita", "hôtel", "horloge", "huître", "homme", "herbe", "hippopotame", "hexagone", "hortensia")


@dataclass(frozen=True)
class Noun:
    """A thing that can be drawn. `gender` is "m" or "f"; the plurals are regular unless given."""

    en: str
    fr: str
    gender: str
    en_plural: str = ""
    fr_plural: str = ""

    def plural_en(self) -> str:
        if self.en_plural:
            return self.en_plural
        if self.en.endswith(("s", "x", "ch", "sh")):
            return self.en + "es"
        if self.en.endswith("y") and self.en[-2] not in "aeiou":
            return self.en[:-1] + "ies"
        return self.en + "s"

    def plural_fr(self) -> str:
        if self.fr_plural:
            return self.fr_plural
        if self.fr.endswith(("s", "x", "z")):
            return self.fr
        if self.fr.endswith(("eau", "eu")):
            return self.fr + "x"
        return self.fr + "s"

    def the_fr(self) -> str:
        return the_fr(self.fr, self.gender)

    def of_the_fr(self) -> str:
        """ "du cercle", "de la croix", "de l'étoile"."""
        return "du " + self.fr if self.the_fr().startswith("le ") else "de " + self.the_fr()

    def a_fr(self) -> str:
        return ("une " if self.gender == "f" else "un ") + self.fr

    def there_are(self, count: int) -> Both:
        """ "There are 3 circles.": the answer to "How many circles are there?"."""
        en = f"There is 1 {self.en}." if count == 1 else f"There are {count or 'no'} {self.plural_en()}."
        if count == 0:
            fr = f"Il n'y a pas {of_fr(self.fr)}."
        else:
            fr = f"Il y a 1 {self.fr}." if count == 1 else f"Il y a {count} {self.plural_fr()}."
        return {"en": en, "fr": fr}

    def how_many(self) -> dict[str, list[str]]:
        """Ways to ask how many there are."""
        many, plusieurs = self.plural_en(), self.plural_fr()
        return {
            "en": [f"How many {many} are there?", f"How many {many} do you see?", f"Count the {many}.", f"How many {many}?"],
            "fr": [
                f"Combien {of_fr(plusieurs)} y a-t-il ?",
                f"Combien {of_fr(plusieurs)} vois-tu ?",
                f"Compte les {plusieurs}.",
                f"Combien {of_fr(plusieurs)} ?",
            ],
        }


def a(noun: str) -> str:
    """ "a circle", "an orange circle", "a one-way sign"."""
    vowel = noun[0] in "aeioAEIO" or noun.startswith(("umbrella", "hour"))
    return ("an " if vowel and not noun.startswith("one") else "a ") + noun


def elides_fr(word: str) -> bool:
    return word.startswith(FR_VOWELS) or word.startswith(FR_MUTE_H)


def the_fr(noun: str, gender: str) -> str:
    """ "le cercle", "la croix", "l'étoile"."""
    return "l'" + noun if elides_fr(noun) else ("la " if gender == "f" else "le ") + noun


def of_fr(noun: str) -> str:
    """ "de cercles", "d'étoiles"."""
    return "d'" + noun if elides_fr(noun) else "de " + noun


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def listed(things: list[str], language: str) -> str:
    """ "a cat, a dog and a car", "un chat, un chien et une voiture"."""
    if len(things) == 1:
        return things[0]
    return ", ".join(things[:-1]) + (" and " if language == "en" else " et ") + things[-1]


def bullets(things: list[str]) -> str:
    """A Markdown list, one thing a line."""
    return "\n".join("- " + thing for thing in things)


def ordinal_fr(index: int, gender: str) -> str:
    """ "premier", "première", "deuxième": 0 is the first."""
    return "première" if index == 0 and gender == "f" else FR_ORDINALS[index]
