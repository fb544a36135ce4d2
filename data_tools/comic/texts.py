"""Speech and sound effects of each genre."""

from typing import NamedTuple


class Texts(NamedTuple):
    """Lines of speech, and sound effects."""

    lines: tuple[str, ...]
    noises: tuple[str, ...]


ROMANCE = Texts(
    lines=(
        "I wrote you a letter...",
        "Don't look at me like that!",
        "Was it always this warm?",
        "Wait for me!",
        "You remembered?",
        "My heart...",
        "Only today.",
        "Let's share the umbrella.",
        "It's nothing!",
        "Really?",
        "Are you free tomorrow?",
        "I practised this line.",
        "Hold my hand.",
        "Happy birthday!",
        "Then I'll wait.",
        "Say it again.",
    ),
    noises=("BA-DUM", "SWISH", "TWIRL", "FLUTTER"),
)

FANTASY = Texts(
    lines=(
        "The gate is open.",
        "Draw your blade!",
        "I swore an oath.",
        "Who goes there?",
        "The embers still burn.",
        "You are too late.",
        "Run!",
        "So it begins...",
        "Behind you!",
        "Hmph.",
        "The crown chose you.",
        "Silence!",
        "By dawn, all of it.",
        "We ride north.",
        "I feel its heat...",
        "Kneel.",
    ),
    noises=("CLANG", "FWOOSH", "KRAKK", "RUMBLE"),
)

COMEDY = Texts(
    lines=(
        "WHO ATE MY NOODLES?!",
        "It's Monday AGAIN.",
        "I can explain!",
        "No. Just no.",
        "That's MY chair!",
        "Boss is coming!",
        "Ta-daaa!",
        "Are you serious?",
        "Ha ha ha!",
        "...oops.",
        "I have a plan!",
        "Who hired you?!",
        "Deadline? What deadline?",
        "It was like this before.",
        "My salary!",
        "Nooo!",
    ),
    noises=("BOING", "SLAM", "TA-DA", "CRASH", "POW"),
)

SLICE = Texts(
    lines=(
        "The soup is ready.",
        "Autumn came early.",
        "Did you sleep well?",
        "Smells so good!",
        "Let's walk home.",
        "Take your time.",
        "Thank you.",
        "Look, a heron!",
        "Again tomorrow?",
        "Mm.",
        "The bus is late.",
        "You've grown so tall.",
        "Have some more.",
        "It might rain.",
        "I'm home!",
        "Listen...",
    ),
    noises=("SIZZLE", "CHIRP", "DRIP", "CLINK"),
)

THRILLER = Texts(
    lines=(
        "Someone was here.",
        "Check the tape.",
        "Don't answer it.",
        "He lied to us.",
        "Which floor?",
        "I heard a voice.",
        "Turn off the light.",
        "...nobody.",
        "Get down!",
        "It was you.",
        "The line is dead.",
        "Stay where you are.",
        "It's still warm.",
        "Count to ten.",
        "Who are you?",
        "Locked.",
    ),
    noises=("CREAK", "BEEP", "THUD", "DRRRRR"),
)
