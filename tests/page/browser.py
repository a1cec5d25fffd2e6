"""A headless Chromium, and what the tests ask of a page in it."""

import json
import time

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys

# The contrast of each text with what is behind it (WCAG 2.2, 1.4.3), the worst first: [ratio, text, colour, ground].
CONTRASTS = """
const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((all, c, i) => all + c * [0.2126, 0.7152, 0.0722][i], 0);
const groundOf = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const ground = channels(getComputedStyle(at).backgroundColor);
    if (ground.length === 3 || ground[3] === 1) return ground;
  }
  return [255, 255, 255];
};
const out = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.data.trim() || element.closest('script, style, noscript') || !element.getClientRects().length) continue;
  const colour = channels(getComputedStyle(element).color);
  const [high, low] = [light(colour), light(groundOf(element))].sort((a, b) => b - a);
  out.push([(high + 0.05) / (low + 0.05), walker.currentNode.data.trim().slice(0, 40), colour.join(), groundOf(element).join()]);
}
return out.sort((a, b) => a[0] - b[0]);
"""


class Browser:
    def __init__(self):
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.look()

    def quit(self):
        self.driver.quit()

    def look(self, width=1280, height=900, scheme="light"):
        """The viewport and the colour scheme from now on."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})

    def open(self, url):
        """The page, once it has shown an answer or that there is none."""
        self.complaints()
        self.requested()
        self.driver.get(url)
        self.until("return document.querySelector('#ready').textContent !== ''")

    def ask(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, script, *arguments, within=20):
        """What the script returns once that is true."""
        deadline = time.monotonic() + within
        while True:
            found = self.ask(script, *arguments)
            if found:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"not within {within} s: {script} {arguments}; the page says: {self.text()}")
            time.sleep(0.05)

    def text(self):
        return self.ask("return document.body.innerText").replace("\xa0", " ")

    def row(self, account):
        """What the row of the account says."""
        found = self.ask(
            "return [...document.querySelectorAll('#accounts tbody tr')]"
            ".find((row) => row.querySelector('.opener')?.textContent === arguments[0])?.innerText", account)
        return found and found.replace("\xa0", " ")

    def press(self, key, shift=False):
        chain = webdriver.ActionChains(self.driver)
        if shift:
            chain.key_down(Keys.SHIFT).send_keys(key).key_up(Keys.SHIFT)
        else:
            chain.send_keys(key)
        chain.perform()

    def overflow(self):
        """By how many pixels the page is wider than its window."""
        return self.ask("return document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def contrasts(self):
        return self.ask(CONTRASTS)

    def complaints(self):
        """What the console has told since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requested(self):
        """The addresses asked for since it was asked last."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]

    def picture(self, path, whole=True):
        """A PNG of the whole page, or of the window."""
        if whole:
            size = self.ask("return [innerWidth, document.documentElement.scrollHeight]")
            self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                        {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": False})
        self.driver.save_screenshot(str(path))
