#!/usr/bin/env python3
"""Makes the pictures of the status page: screenshots.py BROKER FOLDER [MINUTES]. BROKER is the script that starts a Kafka.

Both scenes run so many minutes first, so that the charts have something to show; LEADRELAY_BINARY and LEADRELAY_SCENE name the programs.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from PIL import Image

from browser import Browser
from processes import scene

# File, scene, width, height, scheme; without a height it is the whole page.
PICTURES = (
    ("status-healthy-light", "healthy", 1280, None, "light"),
    ("status-healthy-dark", "healthy", 1280, None, "dark"),
    ("status-troubled-light", "troubled", 1280, None, "light"),
    ("status-troubled-dark", "troubled", 1280, None, "dark"),
    ("status-healthy-narrow", "healthy", 390, 1400, "light"),
    ("status-troubled-narrow", "troubled", 390, 1400, "dark"),
)


# The account whose counts are opened.
OPENED = {"healthy": "acme-leadpro", "troubled": "acme-leadping"}


def shrink(path):
    """Few colours are enough for text and lines. The method keeps those of which there is little, the rounds after it the grounds as they are."""
    quantized = Image.open(path).convert("RGB").quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
    quantized.save(path, optimize=True)


def take(browser, scenes, folder):
    for name, of, width, height, scheme in PICTURES:
        browser.look(width, height or 900, scheme)
        browser.open(scenes[of].url + "/")
        browser.until("return past.last > 0")
        browser.ask("[...document.querySelectorAll('.opener')].find((each) => each.textContent === arguments[0]).click()", OPENED[of])
        path = folder / f"{name}.png"
        browser.picture(path, whole=height is None)
        shrink(path)
        print(f"{path}: {path.stat().st_size // 1024} KB")


def main(broker, folder, minutes):
    with tempfile.TemporaryDirectory() as place:
        kafka = pathlib.Path(place) / "kafka"
        subprocess.run([broker, "start", str(kafka)], check=True)
        os.environ["LEADRELAY_KAFKA"] = str(kafka / "broker.env")
        scenes = {}
        browser = None
        try:
            for name in ("healthy", "troubled"):
                scenes[name] = scene(name)
            time.sleep(minutes * 60)
            browser = Browser()
            take(browser, scenes, folder)
        finally:
            if browser:
                browser.quit()
            for each in scenes.values():
                each.end()
            subprocess.run([broker, "stop", str(kafka)], check=True)


if __name__ == "__main__":
    main(sys.argv[1], pathlib.Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 15)
