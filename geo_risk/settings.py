"""Settings: read once, at a door, into one frozen value.

Takes the environment (`GEO_RISK_*`), gives `Settings`. Nothing below a door reads the environment.
Secrets have no defaults.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

if TYPE_CHECKING:
    from geo_risk.park import ParkFile


class Settings(BaseSettings):
    """What the environment says; the field's description is in the docs' table."""

    model_config = SettingsConfigDict(env_prefix="GEO_RISK_", frozen=True, extra="ignore")

    state: Path | None = Field(
        default=None, description="folder of all state; default `.geo-risk` beside the park file"
    )
    shared_data: Path | None = Field(
        default=None, description="folder that source files are relative to; as `--data`"
    )
    store_url: str = Field(
        default="", description="overrides `[store] url`: postgresql+psycopg://user:secret@host/db"
    )
    host: str = Field(default="127.0.0.1", description="address that `serve` listens on")
    port: int = Field(default=8000, description="port that `serve` listens on")
    public_url: str = Field(
        default="", description="address by which others reach the service; default: as asked for"
    )
    base_key: str = Field(default="", description="key of the map service that `[map] base` names")
    log_level: str = Field(default="info", description="debug, info, warning or error")

    def state_dir(self, park: ParkFile) -> Path:
        """Give the folder of one park's state: `<state>/<park id>`, absolute."""
        root = self.state if self.state is not None else park.path.parent / ".geo-risk"
        return root.expanduser().resolve() / park.park.id

    def url_of_store(self, park: ParkFile) -> str:
        """Give the store's URL.

        The environment's, the park file's, else SQLite in the state folder.
        """
        chosen = self.store_url or park.store.url
        return chosen or f"sqlite:///{self.state_dir(park) / 'store.sqlite'}"
