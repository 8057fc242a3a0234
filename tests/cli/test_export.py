"""data export: the pages in a browser, as people open them, from the disk and without a network."""
import json
import re
import shutil
import stat
import sys

import pytest
from browser import Browser
from conftest import SOURCE

pytest.importorskip("cryptography", reason="python3-cryptography is not installed")
sys.path.insert(0, str(SOURCE / "tests/archives"))
import pictures  # noqa: E402
from archive import Archive, one_salt  # noqa: E402
from columns import Era, messages  # noqa: E402
from miniature import miniature  # noqa: E402
from table import UNASSIGNED, table  # noqa: E402

PASSWORD = "backup-demo-1"
START = 1_735_689_600_000  # 2025-01-01
EVIL = "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\">"
GROUP = "1681692777"


def message(number, body, **more):
    uid = f"6f1d2a3b-1111-4000-8000-{number:012}"
    at = START + number * 3_600_000
    return {"apiid": f"{number:016x}", "uid": uid, "isoutbox": 0, "isread": 1, "issaved": 1, "posted_at": at, "created_at": at,
            "type": "TEXT", "body": body, "isstatusmessage": 0, "g_msg_states": UNASSIGNED, "display_tags": 0} | more


def file_body(name, media_type, size, rendering=1, caption=None):
    return json.dumps([None, None, media_type, size, name, rendering, True, caption, None, {"w": 80, "h": 60}])


def made(tool, name="a.zip"):
    """The miniature with a group in which people write what they should not."""
    files = miniature()
    key = "4" * 64
    files["contacts.csv"] += "".join(
        f'"{identity}","{key}","UNVERIFIED","","{first}","","","","0","0","{number}"\n'
        for identity, first, number in [("EVIL0001", EVIL.replace('"', '""'), "0000000777")]).encode()
    rows = [message(1, "Hello *you*", identity="ABCD1234"),
            message(2, EVIL, identity="EVIL0001"),
            message(3, "\u202e]]> --> </article></main> \0 https://example.org/'onclick=alert(1)", identity="EVIL0001"),
            message(4, "w" * 10_000, identity="GRPONLY9"),
            message(5, "answer", identity="ABCD1234", quoted_message_apiid=f"{1:016x}"),
            message(6, file_body("photo.png", "image/png", 900, caption="the lake"), identity="ABCD1234", type="FILE"),
            message(7, file_body("second.png", "image/png", 900), identity="ABCD1234", type="FILE"),
            message(8, file_body("page.html", "text/html", 900, 0), identity="EVIL0001", type="FILE"),
            message(9, file_body("drawing.svg", "image/svg+xml", 900, 0), identity="EVIL0001", type="FILE"),
            message(10, file_body("lost.pdf", "application/pdf", 900, 0), identity="ABCD1234", type="FILE"),
            message(11, "Größe hello", identity="ABCD1234", edited_at=START)]
    files[f"group_message_{GROUP}.csv"] = table(messages(Era(27), "group_message"), rows)
    for number, content in [(6, pictures.png(1, 80, 60)), (7, pictures.png(2, 80, 60)), (8, EVIL.encode()),
                            (9, b'<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="ran"</script></svg>')]:
        files[f"group_message_media_{rows[number - 1]['uid']}"] = content
    tool.write(name, Archive(PASSWORD, one_salt()).add_all(files).bytes())
    tool.write("pw", PASSWORD + "\n")


def export(tool, *arguments, folder="out", code=0):
    result = tool("data", "export", "a.zip", folder, *arguments, "--json", "--password-file", "pw", password=False)
    assert result.code == code, result.err
    return result.json


@pytest.fixture
def exported(tool):
    made(tool)
    tool.told = export(tool, "--format", "html")
    tool.group = next(tool.path("out/chats").glob("Hiking*.html"))
    return tool


@pytest.fixture
def browser(tmp_path_factory):
    if shutil.which("chromium") is None:
        pytest.skip("chromium is not installed")
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


# ---- what is written ----

def test_the_answer_counts_what_was_written(exported):
    told = exported.told
    assert (told["chats"], told["messages"], told["media"]) == (6, 18, 5) and told["warnings"] == []


def test_files_are_for_their_owner_only(exported):
    for path in exported.path("out").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_what_would_act_when_it_is_opened_is_text(exported):
    names = {path.name for path in exported.path("out/media").rglob("*") if path.is_file()}
    assert {"page.html.txt", "drawing.svg.txt", "photo.png"} <= names
    assert not [name for name in names if name.endswith((".html", ".svg"))]


def test_a_folder_that_is_not_empty_is_a_conflict(exported):
    before = sorted(exported.path("out").rglob("*"))
    assert export(exported, code=12)["error"]["name"] == "conflict"
    assert sorted(exported.path("out").rglob("*")) == before


def test_a_chat_that_is_not_there_is_not_found(tool):
    made(tool)
    assert export(tool, "--chat", "NOBODY00", code=7)["error"]["name"] == "not_found"
    assert not tool.path("out").exists()


def test_one_chat_of_one_time_can_be_chosen(tool):
    made(tool)
    told = export(tool, "--chat", "a1b2c3d4e5f60718-ABCD1234", "--since", "2025-01-01T02:00:00Z", "--until", "2025-01-01T05:00:00Z")
    assert (told["chats"], told["messages"], told["media"]) == (1, 3, 0)


@pytest.mark.parametrize("jobs", ["1", "4"])
def test_threads_come_to_the_same(tool, jobs):
    made(tool)
    export(tool, "--jobs", jobs)
    export(tool, folder="other")
    files = {path.relative_to(tool.path("out")): path.read_bytes() for path in tool.path("out").rglob("*") if path.is_file()}
    assert files == {path.relative_to(tool.path("other")): path.read_bytes()
                     for path in tool.path("other").rglob("*") if path.is_file()}


def test_german_pages_are_german_and_in_the_time_zone_asked_for(tool):
    made(tool)
    export(tool, "--lang", "de", "--tz", "+09:30")
    page = next(tool.path("out/chats").glob("Hiking*.html")).read_text()
    assert '<html lang="de">' in page and "Mittwoch, 1. Januar 2025" in page
    assert 'datetime="2025-01-01T01:00:00Z"' in page and ">10:30</time>" in page


# ---- the pages, in a browser ----

def pages(tool):
    return sorted(tool.path("out").rglob("*.html"))


def test_no_page_runs_what_people_wrote_or_asks_for_anything_elsewhere(exported, browser):
    inside = exported.path("out").as_uri()
    for page in pages(exported):
        browser.open(page)
        assert browser.run("document.title") != "ran"
        assert browser.run("document.scripts.length") == 1
        assert browser.complaints() == []
        assert [url for url in browser.requests() if not url.startswith(inside)] == []


def test_every_link_and_picture_of_a_page_is_there(exported, browser):
    for page in pages(exported):
        browser.open(page)
        for address in browser.run("[...document.querySelectorAll('[src], a[href]')].map(e => e.src || e.href)"):
            if not address.startswith(("https:", "geo:")):
                path = re.sub("#.*", "", address)
                assert browser.run(f"decodeURIComponent(new URL({json.dumps(path)}).pathname)").startswith(str(exported.path("out")))
        assert browser.run("[...document.querySelectorAll('a[href^=\"#\"]')].every(a => document.getElementById(a.hash.slice(1)))")
        assert browser.run("Promise.all([...document.images].filter(i => i.getAttribute('src')).map(i => { i.loading = 'eager'; "
                           "return i.decode().then(() => true, () => i.src) })).then(all => all.every(one => one === true))")


def test_the_policy_stops_what_would_get_onto_a_page(exported, browser):
    browser.open(exported.group)
    browser.run("""{
        const evil = document.createElement("div");
        evil.innerHTML = '<img src=x onerror="document.title = 1"><b style="position: fixed">x</b>';
        document.body.append(evil);
        const script = document.createElement("script");
        script.textContent = "document.title = 2";
        document.body.append(script);
        new Image().src = "http://127.0.0.1:9/picture";
    }""")
    assert browser.run("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')") == "refused"
    assert browser.run("document.title").startswith("Hiking")
    said = "\n".join(browser.complaints())
    for what in ("inline event handler", "inline style", "inline script", "Loading the image", "onnect"):
        assert what in said


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(exported, browser, width):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500)
    for page in pages(exported):
        browser.open(page)
        assert browser.run("document.documentElement.scrollWidth <= innerWidth")


def test_a_quote_leads_to_its_message(exported, browser):
    browser.open(exported.group)
    browser.run("document.querySelector('a.quote').click()")
    assert browser.until("location.hash === '#m0'")
    assert browser.until("document.querySelector(':target').getBoundingClientRect().top >= document.querySelector('.bar').offsetHeight")


def test_messages_are_found_by_keyboard(exported, browser):
    browser.open(exported.group)
    told = "document.querySelector('form.search output').textContent"
    browser.press("/", 191)
    assert browser.run("document.activeElement.type") == "search"
    browser.type("HELLO")
    assert browser.until(f"{told} === '1 / 3'")
    assert browser.run("document.querySelector('mark').textContent") == "Hello"
    browser.press("Enter", 13)
    assert browser.until(f"{told} === '2 / 3'")
    assert browser.run("document.querySelector('article.current').id") == "m4"  # which quotes it
    browser.press("Enter", 13, modifiers=8)
    assert browser.until(f"{told} === '1 / 3'")
    browser.press("Enter", 13, modifiers=8)
    assert browser.until(f"{told} === '3 / 3'")
    browser.press("Escape", 27)
    assert browser.until(f"{told} === '' && !document.querySelector('mark, .hit, .current')")
    browser.type("grosse")  # letters with marks are found without them; others are not
    assert browser.until(f"{told} === 'No hits'")
    browser.run("document.querySelector('form.search input').value = ''")
    browser.type("größe")
    assert browser.until(f"{told} === '1 / 1'")


def test_pictures_open_large_and_close_again(exported, browser):
    browser.open(exported.group)
    browser.run("document.querySelector('a[data-show]').click()")
    assert browser.until("document.querySelector('dialog').open && document.querySelector('dialog img').naturalWidth === 80")
    assert browser.run("document.querySelector('dialog p').textContent") == "the lake"
    browser.press("ArrowRight", 39)
    assert browser.until("document.querySelector('dialog img').src.endsWith('second.png')")
    browser.press("Escape", 27)
    assert browser.until("!document.querySelector('dialog').open")
    assert browser.until("document.activeElement.href?.endsWith('second.png')")


def test_chats_are_found_by_name(exported, browser):
    browser.open(exported.path("out/index.html"))
    browser.run("document.querySelector('form.search input').focus()")
    browser.type("hik")
    assert browser.until("[...document.querySelectorAll('.chats > li')].filter(chat => !chat.hidden).length === 1")


def test_without_scripts_everything_can_be_read(exported, browser):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(exported.group)
    html = browser.call("DOM.getOuterHTML", nodeId=browser.call("DOM.getDocument")["root"]["nodeId"])["outerHTML"]
    assert "hidden" in re.search(r"<form[^>]*>", html)[0]
    assert html.count("<article ") == 11


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_can_be_read_on_what_they_stand_on(exported, browser, theme):
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
    browser.open(exported.group)
    worst = browser.run("""(() => {
        const parts = color => color.match(/[\\d.]+/g).map(Number);
        const over = (top, below) => { const a = top[3] ?? 1; return [0, 1, 2].map(i => top[i] * a + below[i] * (1 - a)); };
        const light = color => color.slice(0, 3).map(x => x / 255).map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4)
            .reduce((sum, x, i) => sum + x * [.2126, .7152, .0722][i], 0);
        const ground = element => element === null ? [255, 255, 255]
            : over(parts(getComputedStyle(element).backgroundColor), ground(element.parentElement));
        let worst = [21, ""];
        for (const element of document.querySelectorAll("main *, .bar *")) {
            const text = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
            if (!text || element.closest("[disabled], [hidden], .face, option")) continue;
            const [a, b] = [light(parts(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
            const contrast = (a + .05) / (b + .05);
            if (contrast < worst[0]) worst = [contrast, element.outerHTML.slice(0, 200)];
        }
        return worst;
    })()""")
    assert worst[0] >= 4.5, worst[1]
