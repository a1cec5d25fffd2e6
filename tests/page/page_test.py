"""The status page in a real browser: the worker's own page, told of states that a test chooses."""

import tempfile
import time
import unittest
import urllib.parse

from selenium.webdriver.common.keys import Keys

from browser import Browser
from processes import worker_without_broker
from stand_in import StandIn, account, history, partition

MARKUP = "<img src=x onerror=\"document.title='hit'\"><b>acme</b>"
EVERY_STATE = {
    "flowing": "Flowing", "busy": "Busy", "limited": "Limited", "retry_budget": "Retries held back", "waiting": "Waiting",
    "breaker_open": "Breaker open", "credential_refused": "Credential refused"}


def troubled_accounts():
    out = [account(f"acme-{state}", state=state, breaker="open" if state == "breaker_open" else "closed") for state in EVERY_STATE]
    out[-1] |= {"reason": "refused with HTTP 401", "since": "2027-01-15T09:00:00.000Z"}
    out.append(account("acme-half-open", breaker="half_open"))
    out.append(account("acme-parked", waiting=1003, parked=1200, parked_unread=200, parked_partitions=4, oldest="2027-01-15T08:00:03.000Z"))
    out.append(account("a" * 100, dead_letters={"rejected": 3, "not_found": 1}))
    return out


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.worker = worker_without_broker(cls.folder.name)
        cls.addClassCleanup(cls.worker.end)
        cls.stand_in = StandIn(cls.worker.url)
        cls.addClassCleanup(cls.stand_in.stop)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.quit)

    def setUp(self):
        self.browser.look()
        self.stand_in.show([account()])
        self.stand_in.asked.clear()

    def open(self, accounts=None, **more):
        if accounts:
            self.stand_in.show(accounts, **more)
        self.browser.open(self.stand_in.url)

    def tearDown(self):
        expected = ("ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")
        complaints = [each for each in self.browser.complaints() if not any(word in each for word in expected)]
        self.assertEqual(complaints, [])
        own = (self.stand_in.port, urllib.parse.urlsplit(self.worker.url).port)
        for url in self.browser.requested():
            parts = urllib.parse.urlsplit(url)
            self.assertTrue(parts.scheme == "data" or (parts.hostname == "127.0.0.1" and parts.port in own), url)

    def test_worker_without_its_broker_is_alive_and_not_ready(self):
        self.browser.open(self.worker.url + "/")
        self.assertIn("Not ready", self.browser.ask("return document.querySelector('#ready').textContent"))
        self.assertIn("not yet a member of the group", self.browser.text())
        self.assertIn("orwel", self.browser.row("acme"))

    def test_every_state_has_its_word_and_a_shape(self):
        self.open(troubled_accounts())
        for state, word in EVERY_STATE.items():
            self.assertIn(word, self.browser.row(f"acme-{state}"))
        self.assertIn("refused with HTTP 401, for 2 min 3 s", self.browser.row("acme-credential_refused"))
        self.assertIn("Breaker half open", self.browser.row("acme-half-open"))
        self.assertIn("Parked", self.browser.row("acme-parked"))
        self.assertIn("1,200 parked", self.browser.row("acme-parked"))
        self.assertIn("1,203", self.browser.row("acme-parked"), "what is parked and read back waits once")
        self.assertIn("1 h 2 min", self.browser.row("acme-parked"))
        tags = self.browser.ask("return [...document.querySelectorAll('.tag')].filter((tag) => !tag.hidden)"
                                ".map((tag) => [tag.textContent, tag.querySelector('path').getAttribute('d')])")
        self.assertTrue(all(word and shape for word, shape in tags), tags)

    def test_accounts_that_need_attention_come_first_and_keep_the_focus(self):
        named = "return [...document.querySelectorAll('.opener')].map((each) => each.textContent)"
        self.open([account("one"), account("two"), account("three")])
        self.assertEqual(self.browser.ask(named), ["one", "two", "three"])
        self.browser.ask("document.querySelectorAll('.opener')[2].click(); document.querySelectorAll('.opener')[2].focus()")
        self.stand_in.show([account("one"), account("two", reason="its file is gone"), account("three", breaker="open")])
        self.browser.until(f"{named}.join() === 'two,three,one'")
        self.assertEqual(self.browser.ask("return document.activeElement.textContent"), "three")
        self.assertTrue(self.browser.ask("return document.activeElement.closest('tr').nextSibling.matches('.details:not([hidden])')"))
        self.stand_in.show([account("one"), account("two"), account("three")])
        self.browser.until(f"{named}.join() === 'one,two,three'")

    def test_accounts_that_come_and_go_open_their_own_counts(self):
        self.open([account("one"), account("two")])
        self.stand_in.show([account("two", removed=True)])
        self.browser.until("return document.querySelectorAll('.opener').length === 1")
        self.assertIn("removed from the configuration", self.browser.row("two"))
        self.stand_in.show([account("two"), account("three", verdicts={"outcome_unknown": 9})])
        self.browser.until("return document.querySelectorAll('.opener').length === 2")
        self.browser.ask("document.querySelectorAll('.opener')[1].click()")
        shown = "return document.getElementById(document.querySelectorAll('.opener')[1].getAttribute('aria-controls')).innerText"
        self.assertIn("outcome unknown", self.browser.ask(shown))

    def test_dead_letters_of_no_account_are_told_below_the_accounts(self):
        self.open([account()], stray={"undecodable": 1204, "unknown_account": 2})
        self.assertIn("Dead letters of no account here, since the start: undecodable 1,204, unknown account 2.", self.browser.text())
        self.stand_in.show([account()])
        self.browser.until("return document.getElementById('stray').hidden")

    def test_worker_without_partitions_says_so(self):
        self.open([account()], partitions=[])
        self.assertIn("This worker has no partition now", self.browser.text())
        self.assertTrue(self.browser.ask("return document.getElementById('partitions').hidden"))
        self.stand_in.show([account()])
        self.browser.until("return !document.getElementById('partitions').hidden && document.getElementById('no-partitions').hidden")

    def test_what_the_broker_says_is_said_once(self):
        self.open([account()], troubles=["kafka: _TRANSPORT: refused", "commits fail"], not_ready="not yet a member of the group: _TRANSPORT: refused")
        said = self.browser.ask("return [...document.querySelectorAll('#troubles li')].map((each) => each.textContent)")
        self.assertEqual(said, ["commits fail", "not yet a member of the group: _TRANSPORT: refused"])

    def test_numbers_are_of_the_last_minute_and_details_of_all_time(self):
        self.open([account(verdicts={"delivered": 1196, "retry": 1234}, dead_letters={"not_found": 2})])
        row = self.browser.row("acme")
        for text in ("10.2/s", "10.3/s requests", "2 of 16", "10 ms · 250 ms"):
            self.assertIn(text, row)
        self.browser.ask("document.querySelector('.opener').click()")
        details = self.browser.ask("return document.querySelector('.details').innerText")
        for text in ("retry", "1,234", "not found", "2"):
            self.assertIn(text, details)

    def test_partitions_tell_lag_and_state(self):
        self.open([account()], partitions=[partition(0, lag=12345), partition(1, stalled=True), partition(2, paused=True, lag=None)])
        rows = self.browser.ask("return [...document.querySelectorAll('#partitions tbody tr')].map((row) => row.innerText)")
        self.assertIn("1 partition makes no progress", self.browser.text())
        self.assertIn("12,345", rows[0])
        self.assertIn("Stalled", rows[1])
        self.assertIn("Paused", rows[2])

    def test_configuration_that_is_refused_is_a_trouble(self):
        self.open([account()], refusal="leadrelay.yaml:7:3: " + MARKUP)
        self.assertIn("leadrelay.yaml:7:3: " + MARKUP, self.browser.ask("return document.getElementById('troubles').textContent"))
        self.open([account()])
        self.assertTrue(self.browser.ask("return document.getElementById('troubles').hidden"))

    def test_names_that_would_be_markup_are_text(self):
        self.open([account(MARKUP, state="credential_refused", reason=MARKUP, provider=MARKUP, verdicts={MARKUP: 1})],
                  partitions=[partition(topic=MARKUP)], troubles=[MARKUP])
        self.browser.ask("document.querySelector('.opener').click()")
        self.assertIn("<b>acme</b>", self.browser.row(MARKUP))
        self.assertEqual(self.browser.ask("return document.querySelectorAll('img, b').length"), 0)
        self.assertNotEqual(self.browser.ask("return document.title"), "hit")

    def test_policy_stops_markup_that_came_in_all_the_same(self):
        self.open()
        self.browser.ask("document.body.insertAdjacentHTML('beforeend', arguments[0])", MARKUP)
        self.browser.ask("const s = document.createElement('script'); s.textContent = 'window.hit = 1'; document.body.append(s)")
        self.assertFalse(self.browser.ask("return window.hit === 1 || document.title === 'hit'"))
        self.assertTrue(any("Content Security Policy" in each for each in self.browser.complaints()))

    def test_narrow_window_needs_no_sideways_scrolling(self):
        for width in (320, 360, 600, 1040, 1041, 1180, 1181):
            self.browser.look(width, 800)
            self.open(troubled_accounts(), partitions=[partition(topic="a-topic-with-a-long-name-" * 4)], troubles=["x" * 200])
            self.browser.ask("document.querySelectorAll('.opener').forEach((each) => each.click())")
            self.assertLessEqual(self.browser.overflow(), 0, f"at {width}")

    def test_names_stay_in_one_line_at_every_width(self):
        told = {"p50": 2.5, "p99": 30.0}
        recent = {"seconds": 60.0, "requests": 81900, "delivered": 78100, "request_seconds": told, "delivery_seconds": told}
        troubled = account("acme-leadping", waiting=123456, oldest="2027-01-15T08:00:03.000Z", state="credential_refused", parked_partitions=4, parked=1200,
                           reason="the provider refuses the credential with HTTP 401", concurrency=1000, dead_letters={"missing_required": 1234}, recent=recent)
        for width in (320, 600, 1040, 1041, 1100, 1180, 1181, 1280, 1920):
            self.browser.look(width, 800)
            self.open([troubled])
            self.assertLess(self.browser.ask("return document.querySelector('.opener').clientHeight"), 30, f"at {width}")
            self.assertLessEqual(self.browser.overflow(), 0, f"at {width}")

    def test_narrow_window_says_what_each_number_is(self):
        self.browser.look(360, 800)
        self.open()
        labels = self.browser.ask("return [...document.querySelectorAll('#accounts tbody tr:first-child td')]"
                                  ".map((cell) => getComputedStyle(cell, '::before').content)")
        self.assertEqual(labels[:2], ['"State"', '"Delivered"'])
        self.assertEqual(len(labels), 8)
        self.assertGreater(self.browser.ask("return document.querySelector('.opener').parentElement.clientWidth"), 300)

    def test_text_is_readable_in_light_and_dark(self):
        grounds = {}
        for scheme in ("light", "dark"):
            self.browser.look(scheme=scheme)
            self.open(troubled_accounts(), partitions=[partition(stalled=True)], troubles=["commits fail"])
            self.browser.ask("document.querySelector('.opener').click()")
            worst = self.browser.contrasts()
            self.assertGreater(len(worst), 50)
            self.assertGreaterEqual(worst[0][0], 4.5, f"{scheme}: {worst[:3]}")
            grounds[scheme] = self.browser.ask("return getComputedStyle(document.body).backgroundColor")
        self.assertNotEqual(grounds["light"], grounds["dark"])
        self.assertTrue(all(int(part) < 60 for part in grounds["dark"][4:-1].split(",")), grounds)

    def test_keyboard_reaches_and_works_everything(self):
        self.open(troubled_accounts())
        wanted = self.browser.ask("return [...document.querySelectorAll('a, button, input')].map((each, i) => { each.dataset.at = i; return i; })")
        reached = []
        for _ in wanted:
            self.browser.press(Keys.TAB)
            at, outline = self.browser.ask("return [document.activeElement.dataset.at, getComputedStyle(document.activeElement).outlineStyle]")
            reached.append(int(at))
            self.assertEqual(outline, "solid")
        self.assertEqual(sorted(reached), wanted)
        self.browser.ask("document.querySelector('.opener').focus()")
        self.browser.press(Keys.ENTER)
        self.assertEqual(self.browser.ask("return document.activeElement.getAttribute('aria-expanded')"), "true")
        self.assertTrue(self.browser.ask("return !document.getElementById(document.activeElement.getAttribute('aria-controls')).hidden"))

    def test_focus_stays_where_it_is_when_numbers_change(self):
        self.open([account(waiting=1), account("other")])
        self.browser.ask("document.querySelectorAll('.opener')[1].focus()")
        self.stand_in.show([account(waiting=4321), account("other", state="busy")])
        self.browser.until("return document.body.innerText.includes('4,321')")
        self.assertEqual(self.browser.ask("return document.activeElement.textContent"), "other")

    def test_tables_charts_and_the_summary_tell_screen_readers(self):
        self.open(troubled_accounts())
        self.assertEqual(self.browser.ask("return document.querySelectorAll('[aria-live]').length"), 1)
        self.assertIn("10 accounts, 4 need attention: acme-breaker_open (breaker open), acme-credential_refused (credential refused), "
                      "acme-half-open (breaker half open) and 1 more.", self.browser.ask("return document.querySelector('[aria-live=polite]').textContent"))
        self.assertEqual(self.browser.ask("return document.querySelectorAll('table > caption').length"), 2)
        self.assertEqual(self.browser.ask("return document.querySelectorAll('th:not([scope])').length"), 0)
        charts = self.browser.ask("return [...document.querySelectorAll('svg')].filter((svg) => svg.getAttribute('aria-hidden') !== 'true')"
                                  ".map((svg) => [svg.getAttribute('role'), svg.getAttribute('aria-label')])")
        self.assertGreaterEqual(len(charts), 4 + 2 * 10)
        self.assertTrue(all(role == "img" and "now" in label for role, label in charts), charts)

    def test_worker_that_goes_away_is_said_to_and_comes_back(self):
        self.open()
        self.stand_in.stop()
        try:
            self.browser.until("return document.body.innerText.includes('The worker cannot be reached since')")
            self.assertIn("Not reached", self.browser.text())
        finally:
            self.stand_in.start()
        self.browser.until("return document.querySelector('#unreachable').hidden")
        self.assertIn("Ready", self.browser.text())

    def test_worker_that_began_anew_has_a_history_of_its_own(self):
        self.open([account()], samples=180)
        for last in (3, 400):
            self.stand_in.status["started"] = f"2027-01-15T08:00:00.{last:03}Z"
            self.stand_in.history = history(["acme"], 3, last)
            self.browser.until("return past.last === arguments[0] && past.waiting.length === 3", last)

    def test_page_that_is_not_seen_asks_nothing_until_it_is(self):
        self.open()
        page = self.browser.driver.current_window_handle
        self.browser.driver.switch_to.new_window("tab")
        time.sleep(0.5)  # for what was under way
        asked = len(self.stand_in.asked)
        time.sleep(5)  # two rounds and a half
        self.assertEqual(self.stand_in.asked[asked:], [])
        self.browser.driver.close()
        self.browser.driver.switch_to.window(page)
        self.browser.until("return !document.hidden")
        deadline = time.monotonic() + 5
        while len(self.stand_in.asked) == asked and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertGreater(len(self.stand_in.asked), asked)

    def test_many_accounts_can_be_searched(self):
        self.open([account(f"account-{number}", breaker="open" if number == 77 else "closed") for number in range(150)])
        shown = "return [...document.querySelectorAll('.opener')].filter((each) => each.offsetParent).map((each) => each.textContent)"
        self.assertEqual(len(self.browser.ask(shown)), 150)
        self.browser.ask("document.querySelector('#attention').click()")
        self.assertEqual(self.browser.ask(shown), ["account-77"])
        self.browser.ask("document.querySelector('#attention').click()")
        self.browser.driver.find_element("id", "find").send_keys("t-14")
        self.assertEqual(len(self.browser.ask(shown)), 11)


if __name__ == "__main__":
    unittest.main(verbosity=2)
