"""The everyday things that icons show (icons.tsv), with the words for them."""

from dataclasses import dataclass

from .grammar import Both, Noun, a
from .vocabulary import icon_rows

FLAG = "flag"

# Groups that people ask for; a thing of any other group is not asked to be put into one.
GROUPS = {
    "animal": Noun("animal", "animal", "m", fr_plural="animaux"),
    "food": Noun("food", "aliment", "m"),
    "drink": Noun("drink", "boisson", "f"),
    "vehicle": Noun("vehicle", "véhicule", "m"),
    "building": Noun("building", "bâtiment", "m"),
    "plant": Noun("plant", "plante", "f"),
    "clothes": Noun("piece of clothing", "vêtement", "m", "pieces of clothing"),
    "instrument": Noun("musical instrument", "instrument de musique", "m", fr_plural="instruments de musique"),
    "face": Noun("face", "visage", "m"),
    FLAG: Noun("flag", "drapeau", "m"),
}

# By its name, what else goes by it, in one of the languages at least, or looks it: whether a duck is a bird is not asked.
ALSO_CALLED: dict[str, tuple[str, ...]] = {
    "bird": ("hen", "chick", "penguin", "dove", "duck", "eagle", "owl", "turkey"),
    "monkey": ("gorilla",),
    "fish": ("pufferfish", "shark"),
    "melon": ("watermelon",),
    "loaf of bread": ("baguette",),
    "egg": ("fried egg",),
    "candy": ("lollipop", "chocolate bar"),
    "car": ("taxi", "racing car", "police car"),
    "truck": ("fire truck",),
    "scooter": ("kick scooter",),
    "train": ("steam locomotive",),
    "ship": ("sailboat",),
    "tent": ("circus tent",),
    "mountain": ("volcano",),
    "tree": ("fir tree", "palm tree", "Christmas tree"),
    "fir tree": ("Christmas tree",),
    "palm tree": ("desert island",),
    "tulip": ("bouquet",),
    "flame": ("candle",),
    "cloud": ("rain cloud",),
    "smiling face": (
        "laughing face", "face with heart eyes", "face with sunglasses", "winking face", "face with a halo", "face sticking out its tongue",
    ),
    "hand": ("thumbs up",),
    "shoe": ("sneaker", "high-heeled shoe", "boot", "ice skate"),
    "pair of glasses": ("pair of sunglasses", "face with sunglasses"),
    "pair of sunglasses": ("face with sunglasses",),
    "mouse": ("computer mouse",),
    "telephone": ("mobile phone",),
    "camera": ("movie camera",),
    "keyboard": ("piano",),
    "key": ("wrench",),
    "bolt": ("lightning bolt",),
    "soccer ball": ("American football",),
    # "Une pile" is both.
    "battery": ("stack of pancakes",),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Thing:
    """There is one of each: THINGS."""

    noun: Noun
    group: str

    def label(self) -> str:
        """What a patch holds that shows it: vocabulary.py."""
        return "icon: " + self.noun.en

    def may_be(self, other: "Thing") -> bool:
        """Whether one of the two could be called the other."""
        return other.noun.en in ALSO_CALLED.get(self.noun.en, ()) or self.noun.en in ALSO_CALLED.get(other.noun.en, ())

    def named(self) -> Both:
        """ "a cat", "un chat"; but a country has one flag: "the flag of France"."""
        if self.group == FLAG:
            return self.definite()
        return {"en": a(self.noun.en), "fr": self.noun.a_fr()}

    def definite(self) -> Both:
        return {"en": "the " + self.noun.en, "fr": self.noun.the_fr()}

    def of_it_fr(self) -> str:
        """What follows "à gauche": "d'un chat", "du drapeau de la France"."""
        return "du " + self.noun.fr if self.group == FLAG else "d'" + self.noun.a_fr()

    def counted(self, count: int) -> Both:
        """ "a cat", "3 cats"."""
        return self.named() if count == 1 else {"en": f"{count} {self.noun.plural_en()}", "fr": f"{count} {self.noun.plural_fr()}"}

    def it_is(self) -> Both:
        named = self.named()
        return {"en": f"It is {named['en']}.", "fr": f"C'est {named['fr']}."}


def _thing(row: dict[str, str]) -> Thing:
    return Thing(Noun(row["en"], row["fr"], row["gender"], row["en_plural"], row["fr_plural"]), row["group"])


# By the number of their row: see sources.IconStyle.rows.
THINGS = tuple(_thing(row) for row in icon_rows())
