"""What must be refused: cross-site requests, scripts in names, planted sessions, roles and states that are not one's own, guessing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from linker.config.review import Proxy, ReviewSettings
from linker.registry.database import changing, reading
from linker.registry.review_tables import ITEM, OPINION
from linker.review.evidence.names import NameText
from linker.review.items import Tray
from linker.review.office import Office
from linker.web.doors import COOKIE
from linker.web.pages import TEMPLATES
from linker.web.words import words
from tests.web.site import BASE, Browser, office


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("site"))


def signed(opened: Office, name: str) -> Browser:
    browser = Browser(opened)
    assert browser.sign_in(name) == 303
    return browser


PAGES = (
    "/",
    "/next",
    "/mine",
    "/search?q=ram",
    "/effects",
    "/overview",
    "/audit",
    "/accounts",
    "/workbook",
    "/identities/x",
    "/items/1",
)
ALLOWED = {
    "asha": {"/", "/next", "/mine", "/search?q=ram", "/effects", "/workbook", "/identities/x", "/items/1"},
    "vikram": {
        "/",
        "/next",
        "/mine",
        "/search?q=ram",
        "/effects",
        "/workbook",
        "/identities/x",
        "/items/1",
        "/overview",
    },
    "udit": {"/", "/search?q=ram", "/effects", "/overview", "/audit", "/identities/x"},
    "admin": {"/", "/effects", "/overview", "/audit", "/accounts"},
}


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_shown_to_strangers(opened: Office, page: str) -> None:
    answer = Browser(opened).get(page)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("name", ALLOWED)
def test_roles_bound_what_is_shown(opened: Office, name: str) -> None:
    browser = signed(opened, name)
    shown = {page for page in PAGES if browser.get(page).status_code != 403}
    assert shown == ALLOWED[name]


CHANGES = (
    ("/items/1/verdict", {"answer": "same", "reason_same": "document", "lease": "x"}),
    ("/items/1/unmask", {"field": "pan", "record": "both", "reason": "to see it"}),
    ("/undo", {"opinion": "1"}),
    ("/accounts", {"what": "add", "name": "mallory", "role": "admin"}),
    ("/accounts", {"what": "role", "name": "asha", "role": "admin"}),
    ("/accounts", {"what": "reset", "name": "admin"}),
    ("/workbook/export", {"count": "5"}),
    ("/look", {"language": "hi"}),
    ("/sign-out", {}),
)


@pytest.mark.parametrize(("to", "data"), CHANGES)
def test_forms_without_their_token_are_refused(opened: Office, to: str, data: dict[str, str]) -> None:
    browser = signed(opened, "vikram")
    for token in ({}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": signed(opened, "asha").csrf()}):
        assert browser.post(to, data={**data, **token}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_forms_from_other_sites_are_refused(opened: Office, headers: dict[str, str]) -> None:
    browser = signed(opened, "asha")
    assert browser.post("/look", data={"csrf": browser.csrf(), "language": "hi"}, headers=headers).status_code == 403
    before = browser.hidden(Browser(opened).get("/sign-in").text, "before")
    data = {"name": "asha", "password": "x", "before": before}
    assert Browser(opened).post("/sign-in", data=data, headers=headers).status_code == 403


def test_nothing_is_changed_by_reading(opened: Office) -> None:
    browser = signed(opened, "vikram")
    for to, _ in CHANGES:
        assert browser.get(to).status_code in {404, 405} or to in {"/accounts"}


@pytest.mark.parametrize(
    "data",
    [
        {"what": "add", "name": "mallory", "role": "admin"},
        {"what": "role", "name": "asha", "role": "admin"},
        {"what": "reset", "name": "admin"},
        {"what": "unlock", "name": "asha"},
    ],
)
@pytest.mark.parametrize("name", ["asha", "vikram", "udit"])
def test_nobody_but_an_admin_keeps_accounts(opened: Office, name: str, data: dict[str, str]) -> None:
    browser = signed(opened, name)
    assert browser.post("/accounts", data={**data, "csrf": browser.csrf()}).status_code == 403
    assert opened.accounts.find("mallory") is None


def test_an_admin_does_not_raise_the_own_role(opened: Office) -> None:
    browser = signed(opened, "admin")
    data = {"what": "role", "name": "admin", "role": "approver", "csrf": browser.csrf()}
    assert browser.post("/accounts", data=data).status_code == 400


@pytest.mark.parametrize("name", ["udit", "admin"])
def test_who_may_not_judge_cannot_send_a_verdict(opened: Office, name: str) -> None:
    browser = signed(opened, name)
    data = {"answer": "same", "reason_same": "document", "lease": "x", "csrf": browser.csrf()}
    assert browser.post("/items/1/verdict", data=data).status_code == 403


def test_a_planted_session_is_worth_nothing(opened: Office) -> None:
    browser = Browser(opened)
    browser.cookies.set(COOKIE, "planted-by-someone-else", domain="linker.test")
    assert browser.sign_in("asha") == 303
    assert (
        browser.cookies.get(COOKIE, domain="linker.test") != "planted-by-someone-else"
        or len(list(browser.cookies.jar)) > 1
    )
    thief = Browser(opened)
    thief.cookies.set(COOKIE, "planted-by-someone-else")
    assert thief.get("/").headers["location"] == "/sign-in"


def test_an_earlier_session_ends_at_the_next_sign_in(opened: Office) -> None:
    browser = signed(opened, "asha")
    old = browser.cookies[COOKIE]
    before = browser.hidden(Browser(opened).get("/sign-in").text, "before")
    browser.cookies.set("linker_before", before)
    answer = browser.post("/sign-in", data={"name": "asha", "password": "four dull horses 8", "before": before})
    assert answer.status_code == 303
    thief = Browser(opened)
    thief.cookies.set(COOKIE, old)
    assert thief.get("/").headers["location"] == "/sign-in"


def test_signing_out_ends_the_session(opened: Office) -> None:
    browser = signed(opened, "asha")
    old = browser.cookies[COOKIE]
    browser.post("/sign-out", data={"csrf": browser.csrf()})
    thief = Browser(opened)
    thief.cookies.set(COOKIE, old)
    assert thief.get("/").headers["location"] == "/sign-in"


def test_cookies_and_headers(opened: Office) -> None:
    browser = Browser(opened)
    before = browser.hidden(browser.get("/sign-in").text, "before")
    answer = browser.post("/sign-in", data={"name": "asha", "password": "four dull horses 8", "before": before})
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(COOKIE))
    assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower()
    for page in ("/", "/next", "/sign-in", "/nothing"):
        policy = browser.get(page).headers["content-security-policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert browser.get("/").headers["cache-control"] == "no-store"


def test_no_page_holds_a_script_or_a_style_of_its_own(opened: Office) -> None:
    for name in ("asha", "admin"):
        browser = signed(opened, name)
        for page in PAGES:
            text = browser.get(page, follow_redirects=True).text
            assert not re.search(
                r"<script(?![^>]*\ssrc=\"/static/)|\son[a-z]+=|\sstyle=|<style|https?://(?!www\.w3\.org)", text
            ), page


def test_a_script_in_a_name_stays_a_text() -> None:
    bad = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    parts = TEMPLATES.get_template("parts.html").module
    text = str(parts.name_block(NameText(bad, bad, bad, 5), lambda key, **_: key))  # type: ignore[attr-defined]
    assert "<script>" not in text and "<img" not in text and "&lt;script&gt;" in text


def test_a_script_in_a_search_stays_a_text(opened: Office) -> None:
    text = signed(opened, "asha").get("/search", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in text


def test_other_states_do_not_exist(opened: Office) -> None:
    delhi, asha = signed(opened, "delhi"), signed(opened, "asha")
    golden = opened.book.snapshot.table("identity").to_pylist()
    foreign = next(g for g in golden if "Delhi" not in g["states"])
    mixed = next(g for g in golden if "Delhi" in g["states"] and len(g["states"]) > 1)
    own = next(g for g in golden if g["states"] == ["Delhi"])
    for there in (foreign, mixed):
        assert delhi.get(f"/identities/{there['identity_id']}").status_code == 404
        assert (
            there["identity_id"]
            not in delhi.get("/search", params={"q": there["identity_id"]}).text.split("<main")[1].split("value=")[0]
        )
        assert asha.get(f"/identities/{there['identity_id']}").status_code == 200
    assert delhi.get(f"/identities/{own['identity_id']}").status_code == 200
    with reading(opened.engine) as connection:
        number = connection.scalar(select(ITEM.c.number).where(ITEM.c.states == '["Haryana"]', ITEM.c.status == "open"))
    assert delhi.get(f"/items/{number}").status_code == 404
    data = {"csrf": delhi.csrf(), "field": "phones", "record": "both", "reason": "to see it"}
    assert delhi.post(f"/items/{number}/unmask", data=data).status_code == 404
    lease = opened.queue.take_this(opened.accounts.find("asha"), number)  # type: ignore[arg-type]
    assert lease is not None
    data = {"csrf": delhi.csrf(), "lease": lease.lease or "", "answer": "unsure", "reason_unsure": "too_little"}
    assert delhi.post(f"/items/{number}/verdict", data=data).status_code == 409
    with reading(opened.engine) as connection:
        assert connection.scalar(select(OPINION.c.number).where(OPINION.c.item == number)) is None


def test_guessing_a_password_locks_the_account(tmp_path: Path) -> None:
    opened = office(tmp_path)
    browser = Browser(opened)
    for _ in range(opened.settings.failures):
        assert browser.sign_in("bina", "guess") == 401
    assert browser.sign_in("bina") == 401
    assert browser.sign_in("asha") == 303
    kinds = [e["kind"] for e in opened.audit.entries()]
    assert "account locked" in kinds


def test_unknown_and_wrong_look_the_same(opened: Office) -> None:
    texts = []
    for name in ("asha", "nobody"):
        browser = Browser(opened)
        before = browser.hidden(browser.get("/sign-in").text, "before")
        answer = browser.post("/sign-in", data={"name": name, "password": "guess", "before": before})
        texts.append(re.sub(r'value="[^"]*"', "", answer.text))
    assert texts[0] == texts[1]


def test_a_one_time_password_must_be_changed_first(opened: Office) -> None:
    password = opened.accounts.reset("bina", "admin")
    browser = Browser(opened)
    assert browser.sign_in("bina", password) == 303
    assert browser.get("/next").headers["location"] == "/password"
    csrf = browser.hidden(browser.get("/password").text, "csrf")
    for new, again in (("short", "short"), ("long enough words", "other long words"), (password, password)):
        data = {"csrf": csrf, "old": password, "new": new, "again": again}
        assert browser.post("/password", data=data).status_code == 400
    data = {"csrf": csrf, "old": password, "new": "quite another sentence", "again": "quite another sentence"}
    assert browser.post("/password", data=data).status_code == 303
    assert browser.get("/next").status_code == 200


def test_a_proxy_is_believed_only_where_it_was_named(tmp_path: Path) -> None:
    named = ReviewSettings(proxy=Proxy(header="X-Remote-User", addresses=("10.0.0.5",)))
    opened = office(tmp_path, named)
    stranger = Browser(opened, client=("10.0.0.6", 1))
    assert stranger.get("/", headers={"X-Remote-User": "vikram"}).headers["location"] == "/sign-in"
    proxy = Browser(opened, client=("10.0.0.5", 1))
    assert proxy.get("/", headers={"X-Remote-User": "vikram"}).headers["location"] == "/proxy?to=/"
    assert proxy.get("/proxy?to=//evil.example", headers={"X-Remote-User": "vikram"}).headers["location"] == "/"
    assert proxy.get("/overview").status_code == 200
    other = Browser(opened, client=("10.0.0.5", 1))
    assert other.get("/", headers={"X-Remote-User": "nobody"}).headers["location"] == "/sign-in"
    off = Browser(office(tmp_path / "off"), client=("10.0.0.5", 1))
    assert off.get("/", headers={"X-Remote-User": "vikram"}).headers["location"] == "/sign-in"


def test_identifiers_are_shown_step_by_step_and_written_down(opened: Office) -> None:
    browser = signed(opened, "asha")
    person = {p["record_id"]: p for p in opened.book.snapshot.table("person").to_pylist()}
    with changing(opened.engine) as connection:
        connection.execute(update(ITEM).values(leased_by=None, lease=None, leased_until=None))
    with reading(opened.engine) as connection:
        rows = connection.execute(
            select(ITEM.c.number, ITEM.c.records).where(ITEM.c.kind == "pair", ITEM.c.status == "open")
        )
        number, record, phone = next(
            (n, r, person[r]["phones"][0])
            for n, text in rows
            for r in re.findall(r'"([^"]+)"', text)
            if person[r]["phones"]
        )
    csrf = browser.csrf()
    page = browser.get(f"/items/{number}").text
    assert phone not in page and phone[-2:] in page
    for reason, status in (("", 409), ("x", 409), ("compare the digits", 303), ("compare the digits", 303)):
        data = {"csrf": csrf, "field": "phones", "record": record, "reason": reason}
        assert browser.post(f"/items/{number}/unmask", data=data).status_code == status
    assert phone in browser.get(f"/items/{number}").text
    logged = [e for e in opened.audit.entries() if e["kind"] == "unmask" and e["subject"] == record]
    assert [e["who"] for e in logged] == ["asha", "asha"] and "compare the digits" in logged[0]["detail"]
    assert phone not in "".join(e["detail"] for e in logged)
    opened.queue.give_back(opened.accounts.find("asha"), number, opened.queue.item(number).lease)  # type: ignore[arg-type, union-attr]
    assert phone not in signed(opened, "meena").get(f"/items/{number}").text, "shown to one is not shown to all"


def test_the_score_is_hidden_until_the_verdict(opened: Office) -> None:
    browser = signed(opened, "vikram")
    page = browser.get("/next?tray=pairs").text
    main = page.split("<main")[1]
    item = next(i for n in range(1, 2000) if (i := opened.queue.item(n)) and i.leased_by == "vikram")
    assert item.weight is not None and item.probability is not None
    for number in (f"{item.weight:.1f}", f"{item.probability:.2f}", f"{item.probability:.3f}"):
        assert not re.search(rf"(?<![\d.]){re.escape(number)}(?!\d)", main)  # 0.3 also stands in a drawing's 50.3
    for shown in ("engine", words("en")[f"rule.{item.rule}"]):
        assert shown not in main
    data = {
        "csrf": browser.csrf(),
        "lease": item.lease or "",
        "answer": "unsure",
        "reason_unsure": "too_little",
        "tray": str(Tray.PAIRS),
    }
    answer = browser.post(f"/items/{item.number}/verdict", data=data)
    assert f"{item.weight:+.1f} bits" in browser.get(answer.headers["location"]).text


def test_too_much_is_refused(opened: Office) -> None:
    assert Browser(opened).post("/sign-in", content=b"x", headers={"content-length": "99999999"}).status_code == 413


def test_too_much_is_refused_though_it_does_not_say_how_much(opened: Office) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"name=asha"
        for k in range(40):  # each small enough to be read
            yield f"&f{k}=".encode() + b"x" * 500_000

    browser = signed(opened, "asha")
    for path in ("/sign-in", "/look"):
        answer = browser.post(path, content=pieces(), headers={"content-type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 413, path


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "-1", "0", "१२३", "abc"])
def test_a_number_that_is_no_questions_is_no_page(opened: Office, number: str) -> None:
    browser = Browser(opened, raise_server_exceptions=True)
    assert browser.sign_in("asha") == 303
    csrf = browser.csrf()
    answer = browser.get(f"/items/{number}")
    assert answer.status_code == 404
    assert "<main" in answer.text
    for step in ("verdict", "renew", "give-back", "unmask"):
        assert browser.post(f"/items/{number}/{step}", data={"csrf": csrf}).status_code == 404, step
    assert browser.post("/undo", data={"csrf": csrf, "opinion": number}).status_code == 409
    assert browser.get("/next", params={"done": number}).status_code in {200, 422}
    assert browser.post("/workbook/export", data={"csrf": csrf, "count": number}).status_code == 200


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "1e9", "99999999999", "", "x"])
def test_time_that_makes_no_sense_is_none(opened: Office, seconds: str) -> None:
    browser = signed(opened, "asha")
    item = opened.queue.take(opened.accounts.find("asha"), Tray.PAIRS)  # type: ignore[arg-type]
    assert item is not None
    data = {"csrf": browser.csrf(), "lease": item.lease or "", "answer": "unsure", "reason_unsure": "too_little"}
    answer = browser.post(f"/items/{item.number}/verdict", data=data | {"seconds": seconds, "note": "a\0b"})
    assert answer.status_code == 303
    with reading(opened.engine) as connection:
        kept = connection.execute(select(OPINION.c.seconds, OPINION.c.note).where(OPINION.c.item == item.number)).one()
    assert tuple(kept) == (0.0, "ab")


def test_a_redirect_never_leaves_the_site(opened: Office) -> None:
    browser = signed(opened, "asha")
    for to in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = browser.post("/look", data={"csrf": browser.csrf(), "theme": "dark", "to": to})
        assert answer.headers["location"] == "/"
    assert BASE not in browser.get("/").text
