"""Files to records: read, recognise, check, and set aside with a reason what cannot be used."""

from geo_risk.ingest.addresses import Proposal, propose_places
from geo_risk.ingest.batch import Batch, Known, Reject, RejectedRow
from geo_risk.ingest.codes import CODES
from geo_risk.ingest.datum_guess import DatumChoice, Sample
from geo_risk.ingest.fields import FieldRow, field_table
from geo_risk.ingest.guess import ParkGuess, guess_park
from geo_risk.ingest.park_files import missing_files, read_boundary, source_digest
from geo_risk.ingest.pictures import clean_picture, read_pixels
from geo_risk.ingest.read import missing_text
from geo_risk.ingest.rejects import write_rejects
from geo_risk.ingest.sources import ingest_source

__all__ = [
    "CODES",
    "Batch",
    "DatumChoice",
    "FieldRow",
    "Known",
    "ParkGuess",
    "Proposal",
    "Reject",
    "RejectedRow",
    "Sample",
    "clean_picture",
    "field_table",
    "guess_park",
    "ingest_source",
    "missing_files",
    "missing_text",
    "propose_places",
    "read_boundary",
    "read_pixels",
    "source_digest",
    "write_rejects",
]
