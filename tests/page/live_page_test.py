"""The status page of a worker on a real broker whose providers fail in every way."""

import unittest
import urllib.request

from browser import Browser
from processes import scene

ACCOUNTS = ("acme-perch", "acme-leadpro", "acme-octanist", "acme-leadping", "acme-orwel", "globex-leadping")
# Words of the events that are written, and of the credentials.
NOBODYS_BUSINESS = ("secret-credential", "@example.com", "first_name")


class LivePage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.quit)
        cls.scene = scene("troubled")
        cls.addClassCleanup(cls.end_scene)
        cls.browser.open(cls.scene.url + "/")

    @classmethod
    def end_scene(cls):
        """The worker drains with the page open, and all ends well."""
        code = cls.scene.end()
        if code != 0:
            raise AssertionError(f"the scene ended with {code}: {cls.scene.said()}")

    def wait_for(self, account, word):
        """The row of the account tells that word in the end."""
        row = "return [...document.querySelectorAll('#accounts tbody tr')].some((row) =>" \
              " row.querySelector('.opener')?.textContent === arguments[0] && row.innerText.includes(arguments[1]))"
        self.browser.until(row, account, word, within=60)

    def test_accounts_are_listed_with_how_they_stand(self):
        shown = self.browser.until("return [...document.querySelectorAll('.opener')].map((each) => each.textContent)")
        self.assertEqual(sorted(shown), sorted(ACCOUNTS))
        self.wait_for("acme-leadpro", "Credential refused")
        self.wait_for("acme-leadpro", "HTTP 401")
        self.wait_for("acme-leadping", "Breaker open")
        self.wait_for("acme-orwel", "Waiting")
        self.wait_for("acme-octanist", "Limited")
        self.wait_for("acme-perch", "/s")
        self.wait_for("globex-leadping", "Parked")
        self.browser.until("return document.querySelector('.opener').textContent === 'acme-leadpro'", within=60)
        self.browser.until("return document.querySelector('#summary').textContent.includes('acme-leadpro (credential refused')", within=60)

    def test_partitions_have_their_lag(self):
        lags = "return [...document.querySelectorAll('#partitions tbody tr')].map((row) => row.cells[2].textContent)"
        self.browser.until(f"{lags.replace('return', 'const lags =')}; return lags.length >= 6 && lags.some((lag) => /^[1-9]/.test(lag))", within=60)

    def test_history_grows_while_the_page_is_open(self):
        self.browser.until("return past.last >= 2 && document.querySelector('#totals path.solid').getAttribute('d')", within=60)

    def test_nothing_that_is_nobodys_business_is_told(self):
        self.wait_for("acme-leadpro", "Credential refused")
        told = self.browser.ask("return document.documentElement.outerHTML")
        for path in ("/status.json", "/history.json", "/metrics"):
            with urllib.request.urlopen(self.scene.url + path) as answer:
                told += answer.read().decode()
        for word in NOBODYS_BUSINESS:
            self.assertNotIn(word, told)

    def test_console_is_silent_and_only_the_worker_is_asked(self):
        self.browser.until("return past.last >= 1", within=60)
        self.assertEqual(self.browser.complaints(), [])
        for url in self.browser.requested():
            self.assertTrue(url.startswith(("data:", self.scene.url + "/")), url)


if __name__ == "__main__":
    unittest.main(verbosity=2)
