"""The page that is different for every customer. No cache may keep it."""

from fastapi import APIRouter, Response
from sqlalchemy import func, select

from app.auth import CurrentCustomer
from app.models import Order
from app.routes.orders import DatabaseSession
from app.schemas import AccountOut

router = APIRouter(tags=["account"])


@router.get("/account")
def read_account(
    customer: CurrentCustomer, session: DatabaseSession, response: Response
) -> AccountOut:
    """The customer, the number of their orders and what these cost together."""
    totals = select(func.count(), func.coalesce(func.sum(Order.total_cents), 0)).where(
        Order.customer == customer, Order.deleted_at.is_(None)
    )
    orders, total_cents = session.execute(totals).one()
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Vary"] = "Authorization"
    return AccountOut(customer=customer, orders=orders, total_cents=total_cents)
