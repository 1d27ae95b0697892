"""What is counted, and how often it may come from one."""

from collections.abc import Mapping

from limits import RateLimitItem, RateLimitItemPerMinute, parse

from kurir_api.settings import Settings

FIXED: Mapping[str, str] = {
    "form": "30/minute",
    "form_in_all": "300/minute",
    "family": "60/minute",
    "verify": "30/minute",
    "sign_in": "10/10minute",
    "sign_in_code": "5/hour",
    "sign_in_code_day": "10/day",
    "sign_in_address": "60/minute",
}
"""Behind one address may be a village office, or thousands of a mobile network's telephones. `sign_in` and the codes
count what one network does with one number: by the number alone, anybody could keep its owner out.
"""


def rates(settings: Settings) -> Mapping[str, RateLimitItem]:
    """By kind. Of an address requests and operations are counted; of a member points: see schema/counting.py."""
    return {
        "address": RateLimitItemPerMinute(settings.rate_address),
        "member": RateLimitItemPerMinute(settings.rate_member),
        **{kind: parse(rate) for kind, rate in FIXED.items()},
    }
