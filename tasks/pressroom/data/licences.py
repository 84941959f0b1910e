"""Which licences let anyone pass a whole release on, unchanged and at no charge; and whose mark says that someone sells it.

Sources: the texts of the licences, as SPDX lists them (spdx.org/licenses). Licences that forbid only changes (ND) or only
commerce (NC) are among them: people who share a torrent do neither. Creative Commons' sampling licences are not in SPDX.
"""

from __future__ import annotations

import re

CREATIVE_COMMONS = re.compile(r"CC-(BY|NC|ND|SA)(-(NC|ND|SA))*-[1-4]\.[0-9](-[A-Z]+)?|CC0-1\.0|CC-PDDC|CC-PDM-1\.0")
CREATIVE_COMMONS_URL = re.compile(
    r"https?://(www\.)?creativecommons\.org/(licenses/(by|nc|nd|sa)(-(nc|nd|sa))*/[1-4]\.[0-9]|publicdomain/(zero|mark)/1\.0)(/.*)?"
)
OTHERS = frozenset(
    {
        # The public domain, and what comes close to it.
        *("Unlicense", "PDDL-1.0", "0BSD", "MIT-0", "WTFPL"),
        # Made for art, music and texts.
        *("LAL-1.2", "LAL-1.3", "OGL-UK-1.0", "OGL-UK-2.0", "OGL-UK-3.0", "DL-DE-BY-2.0", "DL-DE-ZERO-2.0"),
        *("GFDL-1.1-only", "GFDL-1.1-or-later", "GFDL-1.2-only", "GFDL-1.2-or-later", "GFDL-1.3-only", "GFDL-1.3-or-later"),
        # Made for databases, fonts and hardware.
        *("ODbL-1.0", "ODC-By-1.0", "OFL-1.0", "OFL-1.1", "CERN-OHL-P-2.0", "CERN-OHL-S-2.0", "CERN-OHL-W-2.0"),
        # Made for programs; music is put under these too.
        *("GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later", "AGPL-3.0-only", "AGPL-3.0-or-later"),
        *("LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MPL-2.0", "EUPL-1.2", "CECILL-2.1"),
        *("MIT", "ISC", "Zlib", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "Artistic-2.0"),
    }
)
DISTRIBUTORS = {
    "DistroKid": re.compile(r"\bDistroKid\b|\bRecords DK\b", re.IGNORECASE),
    "TuneCore": re.compile(r"\bTuneCore\b", re.IGNORECASE),
    "CD Baby": re.compile(r"\bCD ?Baby\b", re.IGNORECASE),
    "The Orchard": re.compile(r"\bThe Orchard\b", re.IGNORECASE),
    "Believe": re.compile(r"\bBelieve (Music|Digital)\b", re.IGNORECASE),
    "Amuse": re.compile(r"\bAmuse(io| AB)\b", re.IGNORECASE),
    "Audible": re.compile(r"\bAudible\b|\bACX\b|\bBrilliance Audio\b"),
}
"""Companies that sell recordings, with the marks that stand in what they sell; DistroKid's label is `<number> Records DK`."""
