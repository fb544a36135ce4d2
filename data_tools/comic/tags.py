"""Names of what makes a panel hard or special, as written in the JSON file beside each strip.

The first five are the paper's kinds of failure (figure 3).
"""

TEXTURE = "texture"  # screentone, grain or hatching lies over colour
OCCLUSION = "occlusion"  # a bubble or lettering covers part of a figure
MULTIMODALITY = "multimodality"  # shows one of the two characters that only colour tells apart
LIGHT = "light"  # glow, rays, sparkles or light-toned gradients
BACKGROUND = "background"  # pattern or scenery
GRAY = "gray"  # naturally gray: bubbles on white or gray, nothing else
SCREENTONE = "screentone"  # gray picture with screentone only
SPARSE_COLOR = "sparse_color"  # gray picture with one coloured accent
TITLE = "title"
END = "end"
SOUND_EFFECT = "sound_effect"
COLORED_BUBBLE = "colored_bubble"

UNUSABLE = frozenset({GRAY, SCREENTONE, TITLE, END})  # repeated in every episode, or without colour
ALL = UNUSABLE | {TEXTURE, OCCLUSION, MULTIMODALITY, LIGHT, BACKGROUND, SPARSE_COLOR, SOUND_EFFECT, COLORED_BUBBLE}
