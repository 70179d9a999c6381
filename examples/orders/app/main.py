"""What uvicorn starts: `uvicorn app.main:app`. Settings, tokens and release are read here, once."""

from app.factory import create_app
from app.logs import configure_logging
from app.release import read_release
from app.settings import load_settings
from app.tokens import load_tokens

settings = load_settings()
configure_logging(settings.log_level)
app = create_app(settings, load_tokens(settings), read_release())
