"""What can be ordered. The catalog is part of a release: a price changes with a deployment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """One thing that can be ordered. The price is in euro cents."""

    sku: str
    name: str
    price_cents: int


PRODUCTS = {
    product.sku: product
    for product in (
        Product("CUP-1", "Cup, white", 900),
        Product("POT-1", "Teapot, one litre", 3400),
        Product("TEA-1", "Green tea, 100 g", 650),
    )
}
