"""Payments. A client that does not know whether its payment arrived sends it again, same key.

The key is stored with the payment, and the database allows each customer one payment per key and
each order one payment. So of several equal requests, at the same time or after a crash, one row is
written, and all of them get the same answer. Keys do not expire.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Response
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.auth import CurrentCustomer
from app.errors import Problem
from app.models import Order, Payment
from app.routes.orders import DatabaseSession, find_order
from app.schemas import NewPayment, PaymentOut

router = APIRouter(prefix="/orders/{order_id}/payments", tags=["payments"])

IdempotencyKey = Annotated[
    str, Header(min_length=1, max_length=64, description="Chosen by the client, new per payment.")
]


@router.post("", status_code=HTTPStatus.CREATED)
def pay_order(
    order_id: str,
    new: NewPayment,
    idempotency_key: IdempotencyKey,
    customer: CurrentCustomer,
    session: DatabaseSession,
    response: Response,
) -> PaymentOut:
    """Pay an order. Sent again with the same key, it answers the same and pays nothing more."""
    order = find_order(session, customer, order_id)
    wanted = Payment(
        order_id=order.id,
        customer=customer,
        idempotency_key=idempotency_key,
        amount_cents=new.amount_cents,
    )
    payment = _earlier(session, wanted) or _record(session, order, wanted)
    response.headers["Idempotent-Replayed"] = "false" if payment is wanted else "true"
    return PaymentOut.model_validate(payment)


def _earlier(session: Session, wanted: Payment) -> Payment | None:
    """The payment that was recorded with this key, if it is the same payment."""
    with_key = select(Payment).where(
        Payment.customer == wanted.customer,
        Payment.idempotency_key == wanted.idempotency_key,
    )
    earlier = session.scalar(with_key)
    if earlier and _meaning(earlier) != _meaning(wanted):
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "idempotency-key-reused",
            "this Idempotency-Key was used for another payment",
            "a new key for a new payment, or the same payment again",
        )
    return earlier


def _meaning(payment: Payment) -> tuple[str, int]:
    """What makes two requests the same payment."""
    return (payment.order_id, payment.amount_cents)


def _record(session: Session, order: Order, wanted: Payment) -> Payment:
    """Write the payment, or find the one that an equal request has written in the meantime."""
    if wanted.amount_cents != order.total_cents:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "wrong-amount",
            "body.amount_cents is not the total of the order",
            "amount_cents equal to total_cents of GET /orders/{order_id}",
        )
    session.add(wanted)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        return _earlier(session, wanted) or _refuse_second_payment()
    return wanted


def _refuse_second_payment() -> Payment:
    raise Problem(
        HTTPStatus.CONFLICT,
        "already-paid",
        "this order is already paid",
        "an order whose member paid is false",
    )
