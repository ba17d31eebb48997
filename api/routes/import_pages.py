"""/imports: a file is handed in from a browser, its rejects shown, mended and handed in again.

A plain form; what a file is taken for is `handed_in`'s, as for programs. A file about which nothing
was said is kept, and its page asks, with what its name suggests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse

from api import audience, handed_in, schemas
from api.deps import FROM_OUR_PAGE
from api.forms import refusal_of, tried
from api.import_views import LATEST, form_of, import_view, said_of
from api.jobs import ASKED
from api.languages import Lang, remember_lang
from api.page_deps import ThePages
from api.problems import responses, status_of
from geo_risk.errors import FileFormatError, GeoRiskError, InputError
from maps.keeper import ImportsView, import_page, imports_page
from maps.views import Refusal

if TYPE_CHECKING:
    from api.pages import Pages

router = APIRouter(tags=["console"], default_response_class=HTMLResponse)

_REFUSALS = (401, 403, 404, 503)
JobId = Annotated[str, Path(description="Id of a job.", max_length=64)]
Short = Annotated[str, Form(max_length=200)]


@dataclass(frozen=True)
class Chosen:
    """What the form says of a file."""

    belongs: str
    datum: str
    channel: str
    name: str


def chosen_in(
    belongs: Short = "", datum: Short = "", channel: Short = "", name: Short = ""
) -> Chosen:
    """Take the form's choices."""
    return Chosen(belongs, datum, channel, name)


TheChoice = Annotated[Chosen, Depends(chosen_in)]


@router.get("/imports", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_imports(
    request: Request,
    pages: ThePages,
    lang: Lang,
    belongs: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Show the form, what was handed in last, and what the last build read."""
    audience.check_desk(pages.sight)
    view = _view(pages, {"belongs": belongs})
    return remember_lang(HTMLResponse(imports_page(pages.frame(), lang, view)), request)


@router.post(
    "/imports",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Taken: the file's page says how far it is."},
        **responses(*_REFUSALS),
        422: schemas.REFUSED,
    },
)
def take_file(
    request: Request,
    pages: ThePages,
    lang: Lang,
    choice: TheChoice,
    file: Annotated[
        UploadFile | None, File(description="CSV, XLSX, GeoJSON, GPKG or Parquet.")
    ] = None,
) -> Response:
    """Take a file; what cannot be read is refused with the reason, and what was chosen stays."""
    actor = audience.check_desk(pages.sight)
    said = said_of(choice.belongs, choice.datum, choice.channel, choice.name)
    if file is None or not file.filename:
        return _refused(request, pages, lang, choice, Refusal("no_file"))
    given, name = file.file, file.filename
    taken = tried(
        lambda: handed_in.take(pages.service, name, given, said, actor, pages.now, may_ask=True)
    )
    if isinstance(taken, GeoRiskError):
        return _refused(request, pages, lang, choice, _why(taken))
    return RedirectResponse(f"/imports/{taken.id}?lang={lang}", 303)


@router.get("/imports/{job_id}", responses={200: schemas.PAGE, **responses(*_REFUSALS, 422)})
def show_import(request: Request, job_id: JobId, pages: ThePages, lang: Lang) -> Response:
    """Show how far a file is, what came of it, and the first rows that were set aside."""
    audience.check_desk(pages.sight)
    return remember_lang(HTMLResponse(_one(pages, lang, job_id)), request)


@router.post(
    "/imports/{job_id}",
    status_code=303,
    dependencies=[FROM_OUR_PAGE],
    responses={
        303: {"description": "Said: the file is being read."},
        **responses(*_REFUSALS, 409),
        422: schemas.REFUSED,
    },
)
def say_what_it_is(
    request: Request, job_id: JobId, pages: ThePages, lang: Lang, choice: TheChoice
) -> Response:
    """Say what a file is that was kept with the question open."""
    actor = audience.check_desk(pages.sight)
    job = pages.service.jobs.find(job_id)
    said = said_of(choice.belongs, choice.datum, choice.channel, choice.name)
    done = tried(lambda: handed_in.answer(pages.service, job, said, actor, pages.now))
    if isinstance(done, GeoRiskError):
        refusal = refusal_of(done) if job.state != ASKED else _why(done)
        html = _one(pages, lang, job_id, choice, refusal)
        return HTMLResponse(html, status_of(done, request.url.path))
    return RedirectResponse(f"/imports/{job_id}?lang={lang}", 303)


def _view(pages: Pages, chosen: dict[str, str], refusal: Refusal | None = None) -> ImportsView:
    names = {one.id: one.name for one in pages.service.store.users()}
    return ImportsView(
        form=form_of(pages, chosen, refusal),
        latest=tuple(import_view(pages, one, names) for one in pages.service.jobs.latest(LATEST)),
        sources=pages.source_rows(),
    )


def _one(
    pages: Pages,
    lang: str,
    job_id: str,
    choice: Chosen | None = None,
    refusal: Refusal | None = None,
) -> str:
    job = pages.service.jobs.find(job_id)
    chosen = vars(choice) if choice else {}
    if not chosen:
        guessed = handed_in.guess(pages.service.park, job.file)
        chosen = {"belongs": f"source:{guessed}" if guessed else ""}
    form = form_of(pages, chosen, refusal)
    return import_page(pages.frame(), lang, import_view(pages, job), form)


def _refused(
    request: Request, pages: Pages, lang: str, choice: Chosen, refusal: Refusal
) -> Response:
    html = imports_page(pages.frame(), lang, _view(pages, vars(choice), refusal))
    return HTMLResponse(html, status_of(InputError(""), request.url.path))


def _why(error: GeoRiskError) -> Refusal:
    """Give the words of what refused a file, and the field to mend."""
    if isinstance(error, FileFormatError):
        return Refusal("ending", detail=str(error))
    return Refusal("what", "belongs", str(error))
