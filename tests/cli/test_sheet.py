"""The sheet of an ID export as it is printed: by a browser, on both papers, and read back from the picture and the text."""
import re
import shutil
import subprocess

import pytest
from conftest import ID

WORDS = "three quiet otters"
PAPERS = {"A4": (595, 842), "Letter": (612, 792)}


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


def browser(tool, *arguments):
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-software-rasterizer",
               "--no-first-run", "--disable-background-networking", f"--user-data-dir={tool.path('profile')}", *arguments]
    subprocess.run(command, cwd=tool.folder, env=tool.env(), check=True, capture_output=True, timeout=120)


@pytest.fixture(params=[("classic", "en"), ("classic", "de"), ("argon2id", "en"), ("argon2id", "de")], ids="-".join)
def sheet(tool, request):
    scheme, language = request.param
    tool.write("words", WORDS + "\n")
    tool.write("key", bytes(range(32)))
    command = ["id", "export", "--id", ID, "--key-file", "key", "--scheme", scheme, "--lang", language, "--password-file", "words",
               "--at", "2026-11-24T06:05:00Z", "--json"]
    tool.code = tool.good(*command, "--sheet", "sheet.html", password=False).json["code"]
    tool.language = language
    return tool


def test_the_qr_code_is_read_from_the_picture(sheet):
    need("chromium", "zbarimg")
    browser(sheet, "--screenshot=sheet.png", "--window-size=900,1200", "--force-device-scale-factor=2", f"file://{sheet.path('sheet.html')}")
    result = subprocess.run(["zbarimg", "--raw", "-q", "sheet.png"], cwd=sheet.folder, capture_output=True, text=True)
    assert result.stdout == sheet.code + "\n"


@pytest.mark.parametrize("paper", PAPERS)
def test_it_prints_on_one_page_and_its_text_can_be_copied(sheet, paper):
    need("chromium", "pdftotext", "pdfinfo", "pdftoppm", "zbarimg")
    page = sheet.path("sheet.html").read_text().replace("@page { margin: 0 }", f"@page {{ margin: 0; size: {paper} }}")
    assert paper in page
    sheet.write("paper.html", page)
    browser(sheet, "--print-to-pdf=sheet.pdf", "--no-pdf-header-footer", f"file://{sheet.path('paper.html')}")
    info = subprocess.run(["pdfinfo", "sheet.pdf"], cwd=sheet.folder, capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Pages: +1$", info, re.M), info
    width, height = (round(float(one)) for one in re.search(r"Page size: +([\d.]+) x ([\d.]+)", info).groups())
    assert abs(width - PAPERS[paper][0]) <= 1 and abs(height - PAPERS[paper][1]) <= 1
    text = subprocess.run(["pdftotext", "-layout", "sheet.pdf", "-"], cwd=sheet.folder, capture_output=True, text=True, check=True).stdout
    assert ID in text and ("24 November 2026" if sheet.language == "en" else "24. November 2026") in text
    boxes = subprocess.run(["pdftotext", "-bbox", "sheet.pdf", "-"], cwd=sheet.folder, capture_output=True, text=True, check=True).stdout
    points = 72 / 25.4
    assert max(float(one) for one in re.findall(r'xMax="([\d.]+)"', boxes)) < width - 15 * points, "a line is too long"
    assert max(float(one) for one in re.findall(r'yMax="([\d.]+)"', boxes)) < 270 * points
    # The whole page, as a person would copy it, still leads to the code.
    imported = sheet("id", "import", "--password-file", "words", "--json", password=False, stdin=text.encode())
    assert imported.code == 0, imported.err + text
    assert imported.json["identity"] == ID and WORDS not in text
    subprocess.run(["pdftoppm", "-r", "150", "-png", "-singlefile", "sheet.pdf", "printed"], cwd=sheet.folder, check=True)
    scanned = subprocess.run(["zbarimg", "--raw", "-q", "printed.png"], cwd=sheet.folder, capture_output=True, text=True).stdout
    assert scanned == sheet.code + "\n"


def test_the_drawing_alone_is_the_same(sheet):
    need("chromium", "zbarimg")
    command = ["id", "export", "--id", ID, "--key-file", "key", "--password-file", "words", "--json"]
    code = sheet.good(*command, "--sheet", "sheet.svg", password=False).json["code"]
    browser(sheet, "--screenshot=drawing.png", "--window-size=900,1200", "--force-device-scale-factor=2",
            f"file://{sheet.path('sheet.svg')}")
    result = subprocess.run(["zbarimg", "--raw", "-q", "drawing.png"], cwd=sheet.folder, capture_output=True, text=True)
    assert result.stdout == code + "\n"


def test_the_drawing_alone_prints_on_one_page(sheet):
    need("chromium", "pdfinfo")
    command = ["id", "export", "--id", ID, "--key-file", "key", "--password-file", "words"]
    sheet.good(*command, "--sheet", "SHEET.SVG", password=False)
    browser(sheet, "--print-to-pdf=drawing.pdf", "--no-pdf-header-footer", f"file://{sheet.path('SHEET.SVG')}")
    info = subprocess.run(["pdfinfo", "drawing.pdf"], cwd=sheet.folder, capture_output=True, text=True, check=True).stdout
    assert re.search(r"^Pages: +1$", info, re.M), info


def test_a_sheet_can_be_imported(sheet):
    imported = sheet.good("id", "import", "sheet.html", "--password-file", "words", "--json", password=False).json
    assert imported["identity"] == ID


def test_a_sheet_is_a_secret_file_and_not_written_over_another(sheet):
    assert sheet.path("sheet.html").stat().st_mode & 0o777 == 0o600
    before = sheet.path("sheet.html").read_bytes()
    command = ["id", "export", "--id", ID, "--key-file", "key", "--password-file", "words", "--sheet", "sheet.html"]
    assert sheet(*command, password=False).code == 12 and sheet.path("sheet.html").read_bytes() == before
    assert sheet(*command, "--force", password=False).code == 0 and sheet.path("sheet.html").read_bytes() != before
