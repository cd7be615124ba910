"""The API's description, and the pages to read it by.

Swagger UI writes style elements of its own, so its page alone allows them; scripts stay files.
"""

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

schema = SpectacularAPIView.as_view(permission_classes=[AllowAny])
docs = csp_update({"style-src": [UNSAFE_INLINE]})(
    SpectacularSwaggerSplitView.as_view(
        permission_classes=[AllowAny], url_name="api_schema"
    )
)

urlpatterns = [
    path("api/schema/", schema, name="api_schema"),
    path("api/docs/", docs, name="api_docs"),
]
