"""How the API is read, answered and described; nothing here comes from the environment."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "governance.core.api.schema.Described",
    "DEFAULT_PAGINATION_CLASS": "governance.core.api.paging.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "governance.core.api.parsers.JSONParser",
        "governance.core.api.parsers.FormParser",
        "governance.core.api.parsers.MultiPartParser",
    ],
    "EXCEPTION_HANDLER": "governance.core.api.errors.handle",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OneGrid 多网合一",
    "DESCRIPTION": "The API of a district's grass-roots governance.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "requests_hub.api.step_bodies.each_step",
    ],
    "ENUM_NAME_OVERRIDES": {
        "DepartmentKind": "grids.models.Department.Kind",
        "TaskKind": "requests_hub.models.Task.Kind",
        "RequestState": "requests_hub.workflow.REQUEST_STATES",
        "TaskState": "requests_hub.workflow.TASK_STATES",
    },
}
