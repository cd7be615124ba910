"""Every setting, read from the environment. `.env.example` lists them all.

A bad value stops the start with a sentence. With `DATABASE_URL` or `REDIS_URL` unset, the
embedded servers in `STATE_DIR` are used (see `governance/core/embedded.py`).
"""

from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from governance.core import embedded
from governance.rest import REST_FRAMEWORK as REST_FRAMEWORK
from governance.rest import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    env.read_env(BASE_DIR / ".env")

# --- Where things run -----------------------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
STATE_DIR = Path(
    env.str("STATE_DIR", default="") or embedded.default_state_dir(BASE_DIR)
)
SECRET_KEY = env.str("SECRET_KEY", default="") or embedded.local_secret(STATE_DIR)
FIELD_KEYS = env.list("FIELD_KEYS", default=[]) or [
    embedded.local_secret(STATE_DIR, "field_key")
]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=False)
PROXY_COUNT = env.int("PROXY_COUNT", default=0)

# --- The district -----------------------------------------------------------------------
DISTRICT_CODE = env.str("DISTRICT_CODE", default="445302")
REQUEST_PREFIX = env.str("REQUEST_PREFIX", default="YC")

INSTALLED_APPS = [
    "governance.core.apps.CoreConfig",
    "grids.apps.GridsConfig",
    "volunteers.apps.VolunteersConfig",
    "points.apps.PointsConfig",
    "requests_hub.apps.RequestsHubConfig",
    "governance.dashboards.apps.DashboardsConfig",
    "governance.core.admin_site.OneGridAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django.contrib.humanize",
    "mptt",
    "pgactivity",
    "pglock",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "template_partials",
    "django_celery_beat",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_prometheus",
    "django_structlog",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "governance.core.http.AddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "governance.core.http.IdleTimeoutMiddleware",
    "governance.core.accounts.FirstPasswordMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "governance.core.http.LogMiddleware",
    "governance.core.http.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "governance.urls"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
WSGI_APPLICATION = "governance.wsgi.application"
ASGI_APPLICATION = "governance.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "governance.core.http.shell",
            ],
        },
    }
]

# --- Data ---------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **(
            env.db_url("DATABASE_URL")
            if env.str("DATABASE_URL", default="")
            else embedded.database_settings(STATE_DIR)
        ),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"].setdefault("OPTIONS", {})
REDIS_URL = env.str("REDIS_URL", default="") or embedded.redis_url(STATE_DIR)
CACHES = {
    "default": {
        "BACKEND": "governance.core.cache.SurvivingRedisCache",
        "LOCATION": embedded.cache_url(REDIS_URL),
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MPTT_ALLOW_TESTING_GENERATORS = False

# --- Queue --------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_max": 0.2,
}
CELERY_TASK_TIME_LIMIT = 600
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_RESULT_EXPIRES = 0  # there are no results, so beat need not clean them up
CELERY_BEAT_SCHEDULER = "governance.core.beat:ProvenScheduler"
# Beat writes these into its table at every start. Messages expire, so that a worker that was
# away does not find a heap of old ones.
CELERY_BEAT_SCHEDULE = {
    "fold-statistics": {
        "task": "requests_hub.fold_statistics",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    "recount-statistics": {
        "task": "requests_hub.recount_statistics",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "sweep-holds": {
        "task": "requests_hub.sweep_holds",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "sweep-flags": {
        "task": "requests_hub.sweep_flags",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "worker-heartbeat": {
        "task": "core.worker_heartbeat",
        "schedule": 15.0,
        "options": {"expires": 30},
    },
    "sweep-feeds": {
        "task": "grids.sweep_feeds",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "fetch-letters": {
        "task": "requests_hub.fetch_letters",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "sweep-routing": {
        "task": "requests_hub.sweep_routing",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "learn-categories": {
        "task": "requests_hub.learn_categories",
        "schedule": 86400.0,
        "options": {"expires": 3600},
    },
    "sweep-sendings": {
        "task": "requests_hub.sweep_sendings",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "audit-engine": {
        "task": "core.audit_engine",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "sweep-deadlines": {
        "task": "requests_hub.sweep_deadlines",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "audit-loop": {
        "task": "requests_hub.audit_loop",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "carry-out-grid-plans": {
        "task": "grids.carry_out_plans",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "sweep-register-files": {
        "task": "core.sweep_register_files",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "sweep-circles": {
        "task": "grids.sweep_circles",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "sweep-loose-files": {
        "task": "core.sweep_loose_files",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "remind-agreements": {
        "task": "grids.remind_agreements",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "sweep-visits-due": {
        "task": "grids.sweep_visits_due",
        "schedule": 6 * 3600.0,
        "options": {"expires": 3600},
    },
    "remind-decisions": {
        "task": "grids.remind_decisions",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "look-alike": {
        "task": "requests_hub.look_alike",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "regroup-issues": {
        "task": "requests_hub.regroup_issues",
        "schedule": crontab(hour="2", minute="40"),
        "options": {"expires": 3600},
    },
    "begin-due-posts": {
        "task": "grids.begin_due_posts",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
OUTBOX_BATCH = env.int("OUTBOX_BATCH", default=200)
OUTBOX_LEASE_SECONDS = env.int("OUTBOX_LEASE_SECONDS", default=15)
OUTBOX_MAX_ATTEMPTS = env.int("OUTBOX_MAX_ATTEMPTS", default=8)
ENGINE_SILENCE_SECONDS = env.int("ENGINE_SILENCE_SECONDS", default=60)
ENGINE_WAITING_SECONDS = env.int("ENGINE_WAITING_SECONDS", default=120)

# --- People -------------------------------------------------------------------------------
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "governance.core.passwords.ThreeKindsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "governance.core.accounts.ClosedSignupAdapter"
ACCOUNT_FORMS = {"change_password": "governance.core.account_forms.ChangePasswordForm"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = False  # axes locks out; see AXES_*
ACCOUNT_SESSION_REMEMBER = False
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURE_LIMIT", default=5)
AXES_COOLOFF_TIME = env.int("LOGIN_LOCK_MINUTES", default=5) / 60
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "governance.core.accounts.locked_out"
AXES_IPWARE_PROXY_COUNT = PROXY_COUNT
AXES_VERBOSE = False
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=1800)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_SECURE = HTTPS_ONLY
CSRF_COOKIE_HTTPONLY = False  # scripts send the token from the cookie at send time
CSRF_FAILURE_VIEW = "governance.core.views.errors.csrf_failure"

# --- Doors --------------------------------------------------------------------------------
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS_ONLY else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
X_FRAME_OPTIONS = "SAMEORIGIN"
MAP_TILE_URL = env.str("MAP_TILE_URL", default="")
MAP_TILE_ATTRIBUTION = env.str("MAP_TILE_ATTRIBUTION", default="")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *embedded.origin_of(MAP_TILE_URL)],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
    }
}
METRICS_ALLOWED = env.list("METRICS_ALLOWED", default=["127.0.0.1", "::1"])

# --- Files --------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(STATE_DIR / "media")))
S3_BUCKET = env.str("S3_BUCKET", default="")
STORAGES = {
    "default": (
        {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": S3_BUCKET,
                "endpoint_url": env.str("S3_ENDPOINT", default="") or None,
                "access_key": env.str("S3_ACCESS_KEY", default="") or None,
                "secret_key": env.str("S3_SECRET_KEY", default="") or None,
                "file_overwrite": True,
            },
        }
        if S3_BUCKET
        else {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": MEDIA_ROOT},
        }
    ),
    "staticfiles": {"BACKEND": "governance.core.http.StaticStorage"},
}
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_MB", default=20) * 1024 * 1024
UPLOAD_MAX_PIXELS = env.int("UPLOAD_MAX_MEGAPIXELS", default=50) * 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 12

# --- Words --------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_AGE = 31536000
FORMAT_MODULE_PATH = ["governance.core.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_THOUSAND_SEPARATOR = False

# --- Working time (see governance/core/worktime.py) ----------------------------------------
OFFICE_HOURS = env.str("OFFICE_HOURS", default="08:30-12:00,14:30-17:30")
DUE_SOON_SHARE = env.float("DUE_SOON_SHARE", default=0.25)
REOPEN_WORKING_DAYS = env.int("REOPEN_WORKING_DAYS", default=10)
# Where people reach this site, without a slash at the end; it stands in messages to residents.
SITE_ADDRESS = env.str("SITE_ADDRESS", default="http://127.0.0.1:8000").rstrip("/")
REVISIT_ATTEMPTS = env.int("REVISIT_ATTEMPTS", default=3)
# Fewest and most characters of a reply before its writer reads a hint.
REPLY_CHARACTERS = tuple(env.list("REPLY_CHARACTERS", cast=int, default=[20, 600]))[:2]
# An agreement is reminded of this many days before its term ends, its review from this month on.
AGREEMENT_REMIND_DAYS = env.int("AGREEMENT_REMIND_DAYS", default=30)
AGREEMENT_REVIEW_MONTH = min(max(env.int("AGREEMENT_REVIEW_MONTH", default=12), 1), 12)

# --- The 15-minute circle (what a district starts with; its page changes them) ---------------
CIRCLE_MINUTES = env.int("CIRCLE_MINUTES", default=15)
CIRCLE_SPEED_M_PER_MIN = env.float("CIRCLE_SPEED_M_PER_MIN", default=70.0)
CIRCLE_DETOUR = env.float("CIRCLE_DETOUR", default=1.3)

# --- Intake -------------------------------------------------------------------------------
INTAKE_LIMIT_PER_ADDRESS = env.str("INTAKE_LIMIT_PER_ADDRESS", default="60/h")
INTAKE_LIMIT_PER_PHONE = env.str("INTAKE_LIMIT_PER_PHONE", default="10/h")
FOLLOW_LIMIT_PER_ADDRESS = env.str("FOLLOW_LIMIT_PER_ADDRESS", default="30/h")

# --- Messages (see requests_hub/gateways/) --------------------------------------------------
MAIL_URL = env.str("MAIL_URL", default="")
vars().update(env.email_url_config(MAIL_URL or "dummymail://"))
EMAIL_TIMEOUT = GATEWAY_SECONDS = env.int("GATEWAY_SECONDS", default=10)
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="onegrid@localhost")
SMS_URL = env.str("SMS_URL", default="")
SMS_BODY = env.str("SMS_BODY", default='{"phone": "{phone}", "text": "{text}"}')
SMS_HEADERS = env.dict("SMS_HEADERS", default={})
SMS_TAKEN = env.str("SMS_TAKEN", default="")
SMS_IN_FIELDS = env.dict("SMS_IN_FIELDS", default={})
MAIL_IMAP_URL = env.str("MAIL_IMAP_URL", default="")

# --- The 12345 hotline (see requests_hub/gateways/hotline.py) --------------------------------
HOTLINE_URL = env.str("HOTLINE_URL", default="")
HOTLINE_TOKEN = env.str("HOTLINE_TOKEN", default="")

# --- Webhooks (see requests_hub/gateways/webhook.py) ----------------------------------------
WEBHOOK_PRIVATE_NETWORKS = env.list("WEBHOOK_PRIVATE_NETWORKS", default=[])
WEBHOOK_PATIENCE_DAYS = env.int("WEBHOOK_PATIENCE_DAYS", default=5)

# --- Teams of grids -----------------------------------------------------------------------
TEAM_MOST_POSTS = env.int("TEAM_MOST_POSTS", default=3)
DECISION_REMIND_DAYS = env.int("DECISION_REMIND_DAYS", default=3)

# --- Feeds of departments (see grids/feeds/transport.py) -----------------------------------
FEED_FOLDER = env.str("FEED_FOLDER", default="")
FEED_HOSTS = env.list("FEED_HOSTS", default=[])
FEED_PRIVATE_NETWORKS = env.list("FEED_PRIVATE_NETWORKS", default=[])
FEED_SECRETS = env.dict("FEED_SECRETS", default={})
FEED_SECONDS = env.int("FEED_SECONDS", default=60)
FEED_MAX_BYTES = env.int("FEED_MAX_MB", default=20) * 1024 * 1024

# --- Programs -----------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Logs ---------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING_CONFIG = "governance.core.logs.configure"
LOGGING: dict[str, object] = {"level": LOG_LEVEL}
DJANGO_STRUCTLOG_CELERY_ENABLED = False

SILENCED_SYSTEM_CHECKS = ["axes.W003"]
PROJECT_NAME = _("OneGrid")
