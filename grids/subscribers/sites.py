"""Who may see the pictures of sites: residents the public ones, staff those of their area."""

from django.db.models import Q
from django.http import HttpRequest

from governance.core import attachments
from grids.models import Site, SitePhoto


def sees(request: HttpRequest, pk: int) -> bool:
    public = Q(is_public=True, site__in=Site.objects.public())
    inside = Q(site__in=Site.objects.visible_to(request.user))
    return SitePhoto.objects.filter(Q(pk=pk) & (public | inside)).exists()


attachments.register("sitephoto", sees)
