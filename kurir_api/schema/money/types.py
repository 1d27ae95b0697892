"""A member's own money."""

import strawberry

from kurir_api.schema.costs.types import Cost
from kurir_api.schema.scalars import Rupiah
from kurir_api.services.money.my_money import MyMoney as Figures


@strawberry.type(description="How the caller stands with the money spent on tasks.")
class MyMoney:
    """See services.money.my_money."""

    advanced: Rupiah = strawberry.field(
        description="Money laid out, whatever became of it; without rejected and void costs, and without gifts."
    )
    returned: Rupiah = strawberry.field(description="Of that, what was sent back to be mended.")
    approved: Rupiah = strawberry.field(description="Of that, what is approved and has yet to be paid.")
    paid: Rupiah = strawberry.field(description="Of that, what is paid.")
    given_in_kind: Rupiah = strawberry.field(description="The value of gifts, as recorded.")
    rejected: Rupiah = strawberry.field(description="What was laid out and will not be paid.")
    missing: list[Cost] = strawberry.field(
        description="The costs that wait for the caller: sent back, or without a receipt and not approved yet; "
        "newest first, at most 50."
    )
    next_step: str | None = strawberry.field(
        description="What the caller had best do, in words; null when nothing waits for them."
    )

    @classmethod
    def of(cls, figures: Figures, locale: str) -> "MyMoney":
        """The figures of a service, in words of the locale."""
        step = figures.next_step
        return cls(
            advanced=Rupiah(figures.advanced),
            returned=Rupiah(figures.returned),
            approved=Rupiah(figures.approved),
            paid=Rupiah(figures.paid),
            given_in_kind=Rupiah(figures.given_in_kind),
            rejected=Rupiah(figures.rejected),
            missing=[Cost.of(cost) for cost in figures.missing],
            next_step=None if step is None else step.say(locale),
        )
