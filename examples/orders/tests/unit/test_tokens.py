"""Tokens: each belongs to one customer, and no message shows one."""

from pathlib import Path

import pytest

from app.settings import Settings, load_settings
from app.tokens import TokenError, Tokens, load_tokens

ALICE = "alice-0123456789abcdef"
BOB = "bob-0123456789abcdef"


@pytest.fixture
def production() -> Settings:
    return load_settings("production", {})


def test_a_token_belongs_to_its_customer() -> None:
    tokens = Tokens({"alice": ALICE, "bob": BOB})
    assert [tokens.customer(ALICE), tokens.customer(BOB)] == ["alice", "bob"]


@pytest.mark.parametrize("token", ["", "alice", ALICE + "x", ALICE[:-1], ALICE.upper()])
def test_any_other_token_belongs_to_nobody(token: str) -> None:
    assert Tokens({"alice": ALICE}).customer(token) is None


def test_a_short_token_is_refused_without_showing_it() -> None:
    with pytest.raises(TokenError, match="token of alice is too short") as caught:
        Tokens({"alice": "hunter2"})
    assert "hunter2" not in str(caught.value)


def test_two_customers_cannot_share_a_token() -> None:
    with pytest.raises(TokenError, match="same token"):
        Tokens({"alice": ALICE, "bob": ALICE})


def test_tokens_are_read_from_the_environment(production: Settings) -> None:
    tokens = load_tokens(production, {"APP_TOKEN_ALICE": ALICE, "APP_TOKEN_BOB": BOB})
    assert tokens.customer(BOB) == "bob"


def test_a_missing_variable_is_named(production: Settings) -> None:
    with pytest.raises(TokenError, match="bob is missing, expected in env:APP_TOKEN_BOB"):
        load_tokens(production, {"APP_TOKEN_ALICE": ALICE})


def test_tokens_are_read_from_files_without_the_line_end(tmp_path: Path) -> None:
    folder = tmp_path / "settings" / "local-tokens"
    folder.mkdir(parents=True)
    (folder / "alice").write_text(f"{ALICE}\n", encoding="utf-8")
    (folder / "bob").write_text(BOB, encoding="utf-8")
    tokens = load_tokens(load_settings("local", {}), {}, tmp_path)
    assert tokens.customer(ALICE) == "alice"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TokenError, match="expected in file:settings/local-tokens/alice"):
        load_tokens(load_settings("local", {}), {}, tmp_path)
