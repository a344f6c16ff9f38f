"""Whether a feed is told any more, its tail of withdrawals at the least.

Once it is not, a webhook of it says how it goes, and nothing of the feed that the feed itself would
not say: neither whom it was about, nor by which events, nor how far it has come since.
"""

from api.dependencies import Services
from application.feeds import Unready
from application.sharing import NoSuchScope
from application.webhooks import Subscription


def is_told(services: Services, one: Subscription) -> bool:
    """Say whether the feed of a webhook is still told. Nothing of it leaves by this."""
    try:
        services.feeds.after(one.audience, one.head, 1)
    except NoSuchScope:
        return False
    except Unready:
        return True  # it is told again in a moment
    return True
