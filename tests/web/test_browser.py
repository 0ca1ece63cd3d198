"""The queue is worked through with keys alone, in both languages, in a real browser; nothing on the pages shuts anyone out.

With LINKER_SCREENSHOTS=DIR the pages are kept as pictures, which is how docs/images/review-*.png are made.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select, update

from linker.batch.applying import apply
from linker.config.review import ReviewSettings
from linker.registry.database import changing, reading
from linker.registry.ledger import Ledger
from linker.registry.review_tables import ITEM
from linker.review.evidence.case import pair_case
from linker.review.items import Answer, Kind, Status
from linker.review.office import Office
from linker.review.verdicts import Said
from linker.web.words import words
from tests.web.site import PASSWORD, office, served

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed on this machine")
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
EXPECTED = re.compile("404|403|ERR_FAILED")
"""What the browser says of pages that are refused, and of the script that one test keeps away."""
PICTURES = os.environ.get("LINKER_SCREENSHOTS")
CALM = ReviewSettings(blind_doubles=0, known_pairs=0)
HEIGHTS = {"pair": 1500, "pair-hindi": 1500, "pair-dark": 1500, "split": 1100, "overview": 1500, "identity": 900}


@dataclass
class Site:
    office: Office
    base: str
    new_page: Callable[[], object]

    def page(self, name: str | None = None, language: str = "en"):  # type: ignore[no-untyped-def]
        """A fresh browser window, signed in as `name` by typing."""
        page = self.new_page()
        page.goto(f"{self.base}/sign-in")  # type: ignore[attr-defined]
        if name is None:
            return page
        page.wait_for_selector("input:focus")  # type: ignore[attr-defined]  # a function would be evaluated, which the pages' policy forbids
        page.keyboard.type(name)  # type: ignore[attr-defined]
        page.keyboard.press("Tab")  # type: ignore[attr-defined]
        page.keyboard.type(PASSWORD)  # type: ignore[attr-defined]
        page.keyboard.press("Enter")  # type: ignore[attr-defined]
        page.wait_for_selector(".who")  # type: ignore[attr-defined]
        if language == "hi":
            press(page, "l")
        return page

    def only(self, *numbers: int) -> None:
        """Leave nothing in the queue but these questions."""
        with changing(self.office.engine) as connection:
            connection.execute(update(ITEM).values(leased_by=None, lease=None, leased_until=None))
            others = update(ITEM).where(ITEM.c.number.not_in(numbers), ITEM.c.status != "decided")
            connection.execute(others.values(status="gone"))
            connection.execute(update(ITEM).where(ITEM.c.number.in_(numbers)).values(status="open", outcome=None))

    def questions(self, kind: Kind = Kind.PAIR, needs: int | None = 1) -> list[int]:
        """Questions of the queue that nobody has answered for good, the most urgent first; `needs` people each, None for any."""
        with reading(self.office.engine) as connection:
            query = select(ITEM.c.number).where(ITEM.c.kind == kind, ITEM.c.status.in_(["open", "gone"]))
            query = query.where(ITEM.c.stratum.in_(["review", "attention"]))
            query = query if needs is None else query.where(ITEM.c.needs == needs)
            return list(connection.scalars(query.order_by(ITEM.c.priority.desc())))

    def find(self, count: int = 1, kind: Kind = Kind.PAIR, needs: int | None = 1) -> list[int]:
        """So many of them."""
        found = self.questions(kind, needs)[:count]
        assert len(found) == count
        return found

    def status(self, number: int) -> str:
        item = self.office.queue.item(number)
        assert item is not None
        return str(item.status)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    opened = office(tmp_path_factory.mktemp("browser"), CALM, people=(500, 13))
    with served(opened) as base, playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)

        def new_page() -> object:
            context = browser.new_context(viewport={"width": 1366, "height": 768}, reduced_motion="reduce")
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
            page.on(
                "console",
                lambda m: trouble.append(m.text) if m.type == "error" and not EXPECTED.search(m.text) else None,
            )
            return page

        trouble: list[str] = []
        yield Site(opened, base, new_page)
        browser.close()
        assert not trouble


def press(page, *keys: str) -> None:  # type: ignore[no-untyped-def]
    """Press keys that lead to another page, and wait for it."""
    for key in keys[:-1]:
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press(keys[-1])


def asked(site: Site) -> str:
    """Somebody of the data, as one would type them."""
    golden = max(
        site.office.book.snapshot.table("identity").to_pylist(), key=lambda g: (g["records"], g["identity_id"])
    )
    return f"{golden['name_latin']} s/o {golden['father']}, {golden['district']}"


def picture(page, name: str) -> None:  # type: ignore[no-untyped-def]
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.set_viewport_size({"width": 1366, "height": HEIGHTS.get(name, 768)})
        page.screenshot(path=Path(PICTURES) / f"review-{name}.png")
        page.set_viewport_size({"width": 1366, "height": 768})


def accessible(page, name: str) -> None:  # type: ignore[no-untyped-def]
    """Nothing that axe-core finds at all: WCAG 2.2 AA and its best practices."""
    found = axe.Axe().run(page)
    told = [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found.response["violations"]]
    assert not told, f"{name}: {told}"


def fits(page, name: str) -> None:  # type: ignore[no-untyped-def]
    """The page itself needs no scrolling to the side; a wide table in it may."""
    wide, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= room, f"{name}: {wide} > {room}"


@pytest.mark.parametrize("language", ["en", "hi"])
def test_verdict_and_undo(site: Site, language: str) -> None:
    one, two = site.find(2)
    site.only(one, two)
    page = site.page("asha", language)
    assert page.locator("html").get_attribute("lang") == language
    press(page, "q")
    assert words(language)["ask.pair"] in page.inner_text("h1")
    press(page, "s", "2", "Enter")
    told = page.inner_text(".done")
    assert words(language)["done.saved"].format(answer=words(language)["answer.same"]) in told
    assert "bits" in told or "बिट" in told
    assert site.status(one) == Status.DECIDED
    entries = Ledger("", site.office.engine).entries()
    assert entries[-1].verdict == "same" and f"(review item {one})" in entries[-1].why
    press(page, "u")
    assert site.status(one) == Status.OPEN
    assert page.url.startswith(f"{site.base}/items/{one}")
    press(page, "d", "6", "Enter")
    press(page, "n", "1", "Enter")
    assert words(language)["nothing.title"] in page.inner_text("h1")
    assert [site.office.queue.item(n).outcome for n in (one, two)] == ["different", "unsure"]  # type: ignore[union-attr]
    press(page, "v")
    assert page.locator("table.list tbody tr").count() >= 3
    if language == "hi":
        press(page, "l")


def test_a_reason_is_needed_and_other_needs_a_note(site: Site) -> None:
    [number] = site.find()
    site.only(number)
    page = site.page("asha")
    press(page, "q")
    page.keyboard.press("s")
    page.keyboard.press("Enter")
    assert site.status(number) == Status.OPEN
    assert page.evaluate("document.activeElement.name") == "reason_same"
    page.keyboard.press("7")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "note"
    page.keyboard.type("seen in the file of 2019; same tattoo")
    press(page, "Enter")
    opinion = site.office.verdicts.on(number)[0]
    assert (opinion.reason, opinion.note) == ("other", "seen in the file of 2019; same tattoo")
    assert opinion.seconds > 0


def test_escape_takes_the_choice_back(site: Site) -> None:
    [number] = site.find()
    site.only(number)
    page = site.page("asha")
    press(page, "q")
    page.keyboard.press("s")
    assert page.locator(".for-same").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".for-same").is_visible()
    assert page.locator("[name=answer]:checked").count() == 0
    press(page, "g")
    assert page.url == f"{site.base}/"
    assert site.office.queue.item(number).leased_by is None  # type: ignore[union-attr]


@pytest.mark.parametrize("language", ["en", "hi"])
def test_four_eyes_and_disagreement(site: Site, language: str) -> None:
    [number] = site.find(needs=2)
    site.only(number)
    first = site.page("asha", language)
    press(first, "q")
    assert words(language)["ask.two_needed"] in first.inner_text(".chips")
    press(first, "s", "2", "Enter")
    assert words(language)["done.second"] in first.inner_text(".done")
    assert words(language)["nothing.title"] in first.inner_text("h1"), "the first is not asked again"
    bina = site.page("bina", language)
    press(bina, "q")
    assert words(language)["nothing.title"] in bina.inner_text("h1"), "the second is an approver"
    second = site.page("vikram", language)
    press(second, "q")
    assert "asha" not in second.inner_text("main").lower()
    press(second, "d", "4", "Enter")
    assert words(language)["done.third"] in second.inner_text(".done")
    third = site.page("meena", language)
    press(third, "q")
    said = third.inner_text(".said")
    assert words(language)["answer.same"] in said and words(language)["answer.different"] in said
    if language == "en":
        picture(third, "disagreement")
    press(third, "d", "6", "Enter")
    assert site.office.queue.item(number).outcome == "different"  # type: ignore[union-attr]
    for page in (first, bina, second, third):
        if language == "hi":
            press(page, "l")


@pytest.mark.parametrize("language", ["en", "hi"])
def test_split_with_keys(site: Site, language: str) -> None:
    [number] = site.find(kind=Kind.SPLIT, needs=None)
    site.only(number)
    records = site.office.queue.item(number).records  # type: ignore[union-attr]
    page = site.page("asha", language)
    press(page, "q")
    assert words(language)["ask.split"] in page.inner_text("h1")
    for k in range(len(records)):
        page.keyboard.press("2" if k == len(records) - 1 else "1")
    if language == "en":
        picture(page, "split")
    press(page, "d", "6", "Enter")
    [opinion] = site.office.verdicts.on(number)
    assert opinion.answer is Answer.SPLIT
    assert opinion.groups is not None and opinion.groups.count("[") == 3
    assert site.status(number) == Status.SECOND, "undoing what the engine linked needs two"
    press(page, "u")
    if language == "hi":
        press(page, "l")


@pytest.mark.parametrize("language", ["en", "hi"])
def test_unmask_with_keys(site: Site, language: str) -> None:
    person = {p["record_id"]: p for p in site.office.book.snapshot.table("person").to_pylist()}
    shown = {e["subject"] for e in site.office.audit.entries() if e["kind"] == "unmask"}
    number, record = next(
        (n, r) for n in site.questions() for r in site.office.queue.item(n).records  # type: ignore[union-attr]
        if person[r]["phones"] and not shown & set(site.office.queue.item(n).records)  # type: ignore[union-attr]
    )  # fmt: skip
    phone = person[record]["phones"][0]
    site.only(number)
    page = site.page("bina", language)
    press(page, "q")
    assert phone not in page.content()
    page.keyboard.press("m")
    assert page.locator("#unmask").is_visible()
    if language == "en":
        picture(page, "unmask")
    press(page, "1", "Enter")
    assert phone[-4:] in page.inner_text("#identifiers")
    assert phone not in page.content()
    page.keyboard.press("m")
    press(page, "1", "Enter")
    assert phone in page.inner_text("#identifiers")
    logged = [e for e in site.office.audit.latest(20) if e["kind"] == "unmask"]
    assert logged[0]["who"] == "bina" and words(language)["unmask.compare"] in logged[0]["detail"]
    press(page, "g")
    if language == "hi":
        press(page, "l")


def test_unmask_one_record_of_a_split(site: Site) -> None:
    person = {p["record_id"]: p for p in site.office.book.snapshot.table("person").to_pylist()}
    [number] = site.find(kind=Kind.SPLIT, needs=None)
    records = site.office.queue.item(number).records  # type: ignore[union-attr]
    at = next(k for k, r in enumerate(records) if person[r]["phones"])
    site.only(number)
    page = site.page("vikram")
    press(page, "q")
    for _ in range(at + 1):
        page.keyboard.press("ArrowDown")
    page.locator("tr.chosen select").wait_for()
    page.keyboard.press("m")
    assert page.locator("#unmask [name=record]").input_value() == records[at]
    before = len([e for e in site.office.audit.entries() if e["kind"] == "unmask"])
    press(page, "2", "Enter")
    logged = [e for e in site.office.audit.entries() if e["kind"] == "unmask"][before:]
    assert [(e["who"], e["subject"]) for e in logged] == [("vikram", records[at])]
    press(page, "g")


def test_before_same_stands_what_speaks_against(site: Site) -> None:
    for number in site.questions():
        item = site.office.queue.item(number)
        assert item is not None
        case = pair_case(site.office.book, item, site.office.comparisons, site.office.unmasking.steps("asha"))
        strong = [a for a in case.arguments if a.side == "against" and a.strength >= 2] if case else []
        if strong:
            break
    assert strong, "no question with strong evidence against"
    site.only(number)
    page = site.page("asha")
    press(page, "q")
    assert not page.locator(".counter").is_visible()
    page.keyboard.press("s")
    assert strong[0].english in page.inner_text(".counter")
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    assert not page.locator(".counter").is_visible()
    press(page, "Escape", "g")


def test_help_search_theme_and_language_by_key(site: Site) -> None:
    page = site.page("asha")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    picture(page, "keys")
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    page.keyboard.press("/")
    page.keyboard.type(asked(site))
    press(page, "Enter")
    assert page.locator("table.list tbody tr").count() > 0
    picture(page, "search")
    press(page, "c")
    assert page.locator("html").get_attribute("data-theme") == "light"
    press(page, "c")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    press(page, "l")
    assert page.locator("html").get_attribute("lang") == "hi"
    press(page, "l")
    press(page, "h")
    assert page.url == f"{site.base}/"


def test_keys_work_with_a_hindi_keyboard(site: Site) -> None:
    [number] = site.find()
    site.only(number)
    page = site.page("asha")
    press(page, "q")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'े', code: 'KeyS', bubbles: true}))")
    assert page.locator("[name=answer]:checked").get_attribute("value") == "same"
    press(page, "Escape", "g")


def test_without_script_the_page_can_be_used(site: Site) -> None:
    [number] = site.find()
    site.only(number)
    page = site.page("asha")
    page.route("**/keys.js", lambda route: route.abort())
    page.goto(f"{site.base}/next")
    page.locator(".answer.unsure").click()
    page.locator(".for-unsure label").first.click()
    with page.expect_navigation():
        page.locator(".finish button").click()
    assert site.status(number) == Status.DECIDED


def test_every_page_is_accessible_in_both_colours(site: Site) -> None:
    opened = site.office
    pairs, splits = site.find(3), site.find(kind=Kind.SPLIT, needs=None)
    site.only(*pairs, *splits)
    page = site.page()
    accessible(page, "sign-in")
    picture(page, "sign-in")
    asha, vikram = (opened.accounts.find(n) for n in ("asha", "vikram"))
    assert asha is not None and vikram is not None
    for account in (asha, vikram):
        item = opened.queue.take_this(account, pairs[2])
        if item is not None:
            opened.verdicts.say(account, Said(item.number, item.lease or "", Answer.UNSURE, "too_little", seconds=14))
    golden = max(opened.book.snapshot.table("identity").to_pylist(), key=lambda g: g["records"])
    reviewer = [
        ("home", "/"), ("pair", f"/items/{pairs[0]}"), ("split", f"/items/{splits[0]}"), ("mine", "/mine"),
        ("search", f"/search?q={asked(site)}"),
        ("identity", f"/identities/{golden['identity_id']}"), ("effects", "/effects"), ("workbook", "/workbook"), ("trouble", "/nothing"),
    ]  # fmt: skip
    others = [("overview", "/overview"), ("audit", "/audit"), ("accounts", "/accounts")]
    for name, paths in (("asha", reviewer), ("admin", others)):
        page = site.page(name)
        for theme in ("light", "dark"):
            page.context.add_cookies([{"name": "linker_theme", "value": theme, "url": site.base}])
            for label, path in paths:
                page.goto(site.base + path)
                accessible(page, f"{label}, {theme}")
                if theme == "light" and label not in {"split", "search", "effects"}:
                    picture(page, label)
                if label == "pair":
                    if theme == "dark":
                        picture(page, "pair-dark")
                    page.keyboard.press("s")
                    accessible(page, f"deciding, {theme}")
                    if theme == "light":
                        page.keyboard.press("2")
                        picture(page, "deciding")
                    page.keyboard.press("Escape")
                    page.keyboard.press("?")
                    accessible(page, f"help, {theme}")
                    page.keyboard.press("Escape")
        page.context.add_cookies([{"name": "linker_language", "value": "hi", "url": site.base}])
        page.context.add_cookies([{"name": "linker_theme", "value": "light", "url": site.base}])
        for label, path in paths:
            page.set_viewport_size({"width": 1366, "height": 768})
            page.goto(site.base + path)
            accessible(page, f"{label}, Hindi")
            fits(page, f"{label}, Hindi")
            if label in {"home", "pair"}:
                picture(page, f"{label}-hindi")
            page.set_viewport_size({"width": 390, "height": 844})
            page.goto(site.base + path)
            accessible(page, f"{label}, Hindi on a phone")
            fits(page, f"{label}, Hindi on a phone")


def test_someone_who_reads_hindi_only_can_sign_in(site: Site) -> None:
    page = site.page()
    page.get_by_text("हिन्दी", exact=True).click()
    assert page.locator("html").get_attribute("lang") == "hi"
    assert words("hi")["sign_in.title"] in page.inner_text("h1")
    accessible(page, "sign-in, Hindi")
    page.fill("[name=name]", "bina")
    page.fill("[name=password]", PASSWORD)
    press(page, "Enter")
    assert words("hi")["home.title"] in page.inner_text("h1")


def test_the_report_of_a_run_is_accessible(site: Site) -> None:
    page = site.new_page()
    for width in (1366, 390):
        page.set_viewport_size({"width": width, "height": 844})  # type: ignore[attr-defined]
        page.goto((site.office.book.snapshot.path / "report.html").as_uri())  # type: ignore[attr-defined]
        accessible(page, f"report, {width} wide")
        fits(page, f"report, {width} wide")


def test_pages_fit_a_narrow_window(site: Site) -> None:
    [number] = site.find()
    site.only(number)
    page = site.page("asha")
    for width in (1366, 1024, 640, 360):
        page.set_viewport_size({"width": width, "height": 768})
        for path in ("/", f"/items/{number}", "/mine", "/search?q=ram"):
            page.goto(site.base + path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1"), f"{path} at {width}"


def test_effects_show_what_a_verdict_has_changed(site: Site) -> None:
    [number] = site.find()
    site.only(number)
    page = site.page("asha")
    press(page, "q")
    press(page, "s", "1", "Enter")
    assert site.status(number) == Status.DECIDED
    assert apply(site.office.workspace).effects["joined"] >= 1
    page.goto(f"{site.base}/effects")
    row = page.locator("table.list tbody tr", has=page.locator(".effect.joined")).first
    assert words("en")["effects.kind.joined"] in row.inner_text() and "asha" in row.inner_text()
    picture(page, "effects")
    row.locator("a").first.click()
    page.wait_for_url("**/identities/*")
    assert page.locator("table.records tbody tr").count() >= 2
