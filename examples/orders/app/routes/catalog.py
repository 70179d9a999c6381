"""Public pages. They are the same for everybody, so every cache on the way may keep them."""

import hashlib
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from app.catalog import PRODUCTS
from app.errors import Problem
from app.schemas import Catalog, ProductOut

router = APIRouter(tags=["catalog"])

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.NOT_MODIFIED: {"description": "The client's copy is still good."}
}


@router.get("/catalog", response_model=Catalog, responses=NOT_MODIFIED)
def read_catalog(request: Request) -> Response:
    """Everything that can be ordered."""
    products = [ProductOut.model_validate(product) for product in PRODUCTS.values()]
    return _cacheable(request, Catalog(products=products))


@router.get("/products/{sku}", response_model=ProductOut, responses=NOT_MODIFIED)
def read_product(request: Request, sku: str) -> Response:
    """One product."""
    if sku not in PRODUCTS:
        raise Problem(
            HTTPStatus.NOT_FOUND, "no-such-product", "no such product", "a sku of GET /catalog"
        )
    return _cacheable(request, ProductOut.model_validate(PRODUCTS[sku]))


def _cacheable(request: Request, page: BaseModel) -> Response:
    """Answer with a page that caches may keep, or 304 to a client that already has it."""
    body = page.model_dump(mode="json")
    etag = f'"{hashlib.sha256(page.model_dump_json().encode()).hexdigest()[:32]}"'
    max_age = request.app.state.settings.catalog_max_age_seconds
    headers = {"Cache-Control": f"public, max-age={max_age}", "ETag": etag}
    if _matches(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return JSONResponse(body, headers=headers)


def _matches(if_none_match: str, etag: str) -> bool:
    """Weak comparison, as RFC 9110 section 13.1.2 asks: a proxy may have put W/ before the tag."""
    candidates = {candidate.strip().removeprefix("W/") for candidate in if_none_match.split(",")}
    return etag in candidates or "*" in candidates
