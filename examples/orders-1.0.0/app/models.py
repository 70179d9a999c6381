"""The tables, as Python classes. Every change here comes with a migration."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    String,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones: this takes them off and puts them on again."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    """The parent of all tables."""


class Order(Base):
    """What a customer ordered, at the price of that moment."""

    __tablename__ = "orders"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid4()))
    customer: Mapped[str] = mapped_column(String(64))
    sku: Mapped[str] = mapped_column(String(32))
    quantity: Mapped[int]
    total_cents: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=lambda: datetime.now(UTC))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    payment: Mapped["Payment | None"] = relationship(back_populates="order")

    @property
    def paid(self) -> bool:
        """Whether a payment was recorded."""
        return self.payment is not None


class Payment(Base):
    """The payment of one order. The two unique constraints are what makes a retry safe."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("order_id", name="one_payment_per_order"),
        UniqueConstraint("customer", "idempotency_key", name="one_payment_per_key"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=lambda: str(uuid4()))
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id"))
    customer: Mapped[str] = mapped_column(String(64))
    idempotency_key: Mapped[str] = mapped_column(String(64))
    amount_cents: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=lambda: datetime.now(UTC))
    order: Mapped[Order] = relationship(back_populates="payment")
