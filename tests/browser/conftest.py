"""A real browser without a network. What leaves the page, or is said on the console as an error, fails the test that did it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>figures</title><link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark }
body { margin: 0 auto; padding: 16px; max-width: 700px; font: 16px sans-serif; color: #333; background: #fff }
body > div { margin-block: 24px !important }
html body div.facelib-figure img { padding: 8px; border-radius: 4px } /* as the book's theme in dark mode */
@media (prefers-color-scheme: dark) { body { color: #ced6dd; background: #14181e } }
</style>"""
ADDRESS = "http://figures.invalid/"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}

LAB_SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension/themes": {"adaptive-theme": True},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none", "kernelShutdown": True},
}


@pytest.fixture(scope="module")
def chromium():
    """Not for the whole session: while it is open, its event loop runs, and notebooks want theirs."""
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright: make test-browser installs it")
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if name and (found := shutil.which(name))), None)
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium, or CHROMIUM=/path/to/it")
    with api.sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
        quiet += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]  # a camera where there is none
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        yield browser
        browser.close()


@pytest.fixture
def trouble():
    """What went wrong on the test's pages, one line each."""
    lines = []
    yield lines
    assert lines == []


@pytest.fixture
def visit(chromium, trouble):
    """Opens a whole page of HTML."""
    contexts = []

    def visit(html, size="desktop", scheme="light", scripts=True):
        width, height = SIZES[size]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts, has_touch=size == "phone"
        )
        contexts.append(context)
        page = context.new_page()

        def answer(route):
            if route.request.url == ADDRESS:
                route.fulfill(body=html, content_type="text/html; charset=utf-8")
            else:
                trouble.append(f"request: {route.request.url[:120]}")
                route.abort()

        context.route("**/*", answer)
        page.on("console", lambda message: message.type == "error" and trouble.append(f"console: {message.text[:160]}"))
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.goto(ADDRESS)
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab of its own on an empty folder: (address, folder). No token, nothing of the user's, nothing fetched."""
    pytest.importorskip("jupyterlab", reason="needs JupyterLab: pip install jupyterlab")
    root = tmp_path_factory.mktemp("lab")
    notebooks = root / "notebooks"
    notebooks.mkdir()
    for plugin, settings in LAB_SETTINGS.items():
        file = root / "settings" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{kind}_DIR": str(root / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(root / "settings"), "JUPYTERLAB_WORKSPACES_DIR": str(root / "workspaces")}
    own |= {"IPYTHONDIR": str(root / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    options += ["--IdentityProvider.token=", "--ServerApp.password=", f"--notebook-dir={notebooks}"]
    address = f"http://127.0.0.1:{port}"
    with open(root / "log.txt", "wb") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
    try:
        _await(server, f"{address}/api/status", root / "log.txt")
        yield address, notebooks
    finally:
        server.terminate()  # its kernels end with it
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def _await(server, url, log, seconds=40):
    for _ in range(10 * seconds):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab does not answer: {log.read_text()[-2000:]}")


@pytest.fixture
def show(visit):
    """Opens a page that holds figures, one below the other."""
    return lambda *figures, **how: visit(PAGE + "".join(figure.data for figure in figures), **how)


@pytest.fixture
def keep():
    """Saves a screenshot into the folder FACELIB_SHOTS, where that is set."""
    folder = os.environ.get("FACELIB_SHOTS")

    def keep(page, name):
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return keep
