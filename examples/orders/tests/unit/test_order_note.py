"""Input of release 1.1.0: the note of an order."""

import pytest
from pydantic import ValidationError

from app.schemas import NewOrder


@pytest.mark.parametrize("note", [None, "", "n" * 200])
def test_a_note_is_optional_and_may_have_200_characters(note: str | None) -> None:
    assert NewOrder(sku="TEA-1", quantity=1, note=note).note == note


def test_a_longer_note_is_refused() -> None:
    with pytest.raises(ValidationError, match="note"):
        NewOrder(sku="TEA-1", quantity=1, note="n" * 201)
