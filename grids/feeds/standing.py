"""In whose name a feed reads: nobody's account, but the whole district of the feed."""

from governance.core.models import User
from grids.models import Feed, Post


def clerk(feed: Feed) -> User:
    """A viewer whose scope is the feed's district; never saved, so it can sign in nowhere."""
    viewer = User(username=feed.source, is_active=True)
    post = Post(role=Post.Role.DISTRICT, district=feed.district)
    viewer.__dict__["_posts"] = (post,)
    return viewer
