"""What an officer does with the form of a visit, touch by touch."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

from PIL import Image
from playwright.sync_api import Page

SECRET_PLACE = b"sample-gps-30.5312N"
"""Stands in the metadata of a photo that is picked."""


def open_form(page: Page, stop: dict[str, Any]) -> None:
    """Open the form of a stop, and wait until it keeps what is typed."""
    page.goto(f"/visit/{quote(stop['premises_id'], safe='')}")
    wait_for_form(page)


def wait_for_form(page: Page) -> None:
    """Wait until the form keeps what is typed."""
    page.wait_for_selector("[data-draft=ready]")


def choose(page: Page, name: str, value: str) -> None:
    """Touch the tile of an answer."""
    page.locator(f"label:has([name='{name}'][value='{value}'])").click()


def begin_hazard(page: Page, stop: dict[str, Any]) -> None:
    """Say that a hazard was found, of which kind, how grave."""
    open_form(page, stop)
    choose(page, "found", "some")
    choose(page, "category-0", "fire_exit")
    choose(page, "severity-0", "general")


def take_photo(page: Page, photo: bytes) -> None:
    """Pick a photo, and wait until the form has it."""
    picked = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo}
    page.set_input_files("[name=photo-0]", picked)
    page.locator("[data-photo-said='0']").get_by_text("kB").wait_for()


def next_question(page: Page) -> None:
    """Go on to the next question."""
    page.locator(".step.now [data-go=next]").click()


def save(page: Page) -> None:
    """Save the visit; wait until it is on the phone."""
    page.locator("#visit-form [type=submit]").click()
    page.get_by_role("heading", name="已存本机").wait_for()


def visit(page: Page, stop: dict[str, Any], photo: bytes = b"") -> None:
    """Record a visit: with a photo a hazard, else nothing found; until it is on the phone."""
    if photo:
        begin_hazard(page, stop)
        take_photo(page, photo)
        next_question(page)
    else:
        open_form(page, stop)
        choose(page, "found", "none")
    save(page)


def picture_with_place() -> bytes:
    """Give a photo as a phone's camera writes it: with place, device and time."""
    exif = Image.Exif()
    exif[0x010E] = SECRET_PLACE.decode()
    exif[0x010F] = "Sample Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 31.0, 52.3), 3: "E", 4: (119.0, 58.0, 12.5)})
    picture = io.BytesIO()
    noise = Image.effect_noise((2400, 1800), 60).convert("RGB")
    noise.save(picture, "JPEG", quality=90, exif=exif)
    return picture.getvalue()
