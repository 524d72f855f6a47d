"""Django settings. Everything an installation may differ in comes from the environment (docs/operating.md)."""

import os
import sys
from pathlib import Path

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from supportsite import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var")).resolve()
DEBUG = os.environ.get("DEBUG", "") == "1"
SECRET_KEY = os.environ.get("SECRET_KEY") or env.secret(VAR_DIR / "secret")

# --- Addresses. A site is served at exactly one origin: PUBLIC_SCHEME://<site host>[:PUBLIC_PORT].
PUBLIC_SCHEME = os.environ.get("PUBLIC_SCHEME", "https")
PUBLIC_PORT = int(os.environ.get("PUBLIC_PORT", "443"))
SECURE = PUBLIC_SCHEME == "https"
ALLOWED_HOSTS = ["*"]  # SiteMiddleware admits exactly the hosts of sites and answers 404 to all others.
TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "0"))
SITE_MODEL = "accounts.Site"
SITELESS_MODELS = {  # every other table of ours has a site
    "accounts.Site": "the site itself",
    "accounts.User": "a person may belong to several sites; Membership says to which",
}

ROOT_URLCONF = "supportsite.urls"
ASGI_APPLICATION = "supportsite.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "accounts.admin_config.SupportAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "django_vite",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "supportsite.core",
    "accounts",
    "sessions.apps.SessionsConfig",
    "media",
    "acd",
]

MIDDLEWARE = [
    "supportsite.core.observe.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "supportsite.core.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "supportsite.core.input.CleanInputMiddleware",
    "supportsite.core.tenancy.SiteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "supportsite.core.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.TenantInTemplatesMiddleware",
]

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
                "csp.context_processors.nonce",
                "supportsite.core.tenancy.site_context",
            ]
        },
    }
]

# --- Database: the run uses role `app`, which row-level security binds; only what changes tables uses the owner.
_OWNER_COMMANDS = {"migrate", "showmigrations", "sqlmigrate", "makemigrations", "sqlflush", "flush"}
_as_owner = Path(sys.argv[0]).name == "manage.py" and len(sys.argv) > 1 and sys.argv[1] in _OWNER_COMMANDS
DATABASE_APP_URL = os.environ.get("DATABASE_URL", "postgres://app@/supportsite?host=/run/postgresql")
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or DATABASE_APP_URL
DATABASE_APP_ROLE = env.database(DATABASE_APP_URL)["USER"]
DATABASES = {"default": env.database(DATABASE_OWNER_URL if _as_owner else DATABASE_APP_URL)}
# The router's functions are run thousands of times a minute, and planning them costs more than running them.
DATABASES["default"]["OPTIONS"].setdefault("options", "-c plan_cache_mode=force_generic_plan")
DATABASE_POOL = int(os.environ.get("DATABASE_POOL", "0"))  # per process; 0: one per thread, closed after use
if DATABASE_POOL and not _as_owner:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 10}
# Of one web process: answered at once (sockets read beside them), and waiting for it before others get 503.
REQUESTS_AT_ONCE = int(os.environ.get("REQUESTS_AT_ONCE", str(max(2, DATABASE_POOL - 2) if DATABASE_POOL else 16)))
REQUESTS_WAITING = int(os.environ.get("REQUESTS_WAITING", "100"))

# --- Valkey: cache, rate limits, wake-ups and the broker. `unix:///path?db=0` or `redis://host:port/0`.
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
REDIS_PREFIX = os.environ.get("REDIS_PREFIX", "supportsite")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # redis-py 8 gives sockets 5 s by default, which kills every idle WebSocket; None waits as pub/sub must.
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": None, "health_check_interval": 15}],
            "prefix": f"{REDIS_PREFIX}.layer",
        },
    }
}
CELERY_BROKER_URL = os.environ.get("BROKER_URL") or env.broker(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900, "global_keyprefix": f"{REDIS_PREFIX}.celery."}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 270
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    "heartbeat": {"task": "supportsite.core.tasks.beat", "schedule": 5.0, "options": {"expires": 5}},
    "forget": {"task": "supportsite.core.tasks.delete_old_idempotency_records", "schedule": 3600.0},
    "sessions": {"task": "sessions.tasks.sweep", "schedule": 2.0, "options": {"expires": 2}},
    "waiting": {"task": "acd.tasks.lose_customers", "schedule": 2.0, "options": {"expires": 2}},
}

# --- Sockets in one process: of an address before they say who they are, of one person or device afterwards.
SOCKETS_PER_ADDRESS = int(os.environ.get("SOCKETS_PER_ADDRESS", "20"))
SOCKETS_PER_PERSON = int(os.environ.get("SOCKETS_PER_PERSON", "60"))

# --- Customers who may enter queues per minute: of one network address, and of a site as a whole.
ENTRIES_PER_ADDRESS = int(os.environ.get("ENTRIES_PER_ADDRESS", "20"))
ENTRIES_PER_SITE = int(os.environ.get("ENTRIES_PER_SITE", "12000"))

# --- Media paths: TURN credentials are made per session from TURN_SECRET.
TURN_URL = os.environ.get("TURN_URL", "")
TURN_SECRET = os.environ.get("TURN_SECRET", "")
# A certificate that a program of this computer has to trust for `turns:`; the embedded coturn's is self-signed.
TURN_CERTIFICATE = os.environ.get("TURN_CERTIFICATE", "")
# Pictures through this server at the same time, where neither a direct way nor TURN works; 0 offers none.
RELAYS_PER_SITE = int(os.environ.get("RELAYS_PER_SITE", "20"))

# --- People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/console/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/auth/login/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an administrator, who vouches for the address
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # a mail to an address that nobody has would be a way to send mail to anybody
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm", "reset_password": "accounts.forms.ResetForm"}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

SESSION_COOKIE_NAME = "__Host-sessionid" if SECURE else "sessionid"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "supportsite.core.pages.csrf_failure"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_HTTPONLY = True

# --- Headers
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
API_MAX_BODY_BYTES = 256 * 1024
SCREENSHOT_MAX_BYTES = 8 * 1024 * 1024

# --- Words and time
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ja", _("Japanese"))]
LOCALE_PATHS = [
    BASE_DIR / "supportsite" / "locale",
    BASE_DIR / "accounts" / "locale",
    BASE_DIR / "sessions" / "locale",
    BASE_DIR / "media" / "locale",
    BASE_DIR / "acd" / "locale",
    BASE_DIR / "templates" / "locale",
]

# --- Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [path for path in [BASE_DIR / "frontend" / "dist"] if path.is_dir()]
WHITENOISE_USE_FINDERS = os.environ.get("STATIC_FROM_SOURCE", "") == "1"
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = VAR_DIR / "uploads"
STORAGES = {
    "default": env.storage(os.environ.get("STORAGE_URL", ""), MEDIA_ROOT),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
DJANGO_VITE = {
    "default": {
        "dev_mode": False,
        "manifest_path": BASE_DIR / "frontend" / "dist" / "manifest.json",
        "static_url_prefix": "",
    }
}

# --- E-mail
_mail = env.email(os.environ.get("EMAIL_URL", "console:"))
globals().update(_mail)
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "support@localhost")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],  # ApiView has its own, declared
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["supportsite.core.input.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "supportsite.core.schema.ApiSchema",
    "EXCEPTION_HANDLER": "supportsite.core.errors.handle_api_exception",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_SECURITY_SCHEMES: dict[str, tuple[str, dict[str, str]]] = {
    "accounts.authentication.CsrAuthentication": (
        "csr",
        {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "A signed-in CSR; X-CSRFToken."},
    ),
    "sessions.authentication.CustomerAuthentication": (
        "customer",
        {"type": "apiKey", "in": "cookie", "name": "participant", "description": "A customer who joined; X-CSRFToken."},
    ),
    "sessions.authentication.SupportManagerAuthentication": (
        "supportManager",
        {"type": "http", "scheme": "bearer", "description": "A Support Manager's token, sm_…"},
    ),
    "accounts.authentication.TokenAuthentication": (
        "token",
        {"type": "http", "scheme": "bearer", "description": "An API token, st_…"},
    ),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Remote support API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "POSTPROCESSING_HOOKS": ["supportsite.core.schema.add_shared_parts"],
}

# --- Logs: JSON lines on standard output, made in core.observe.
LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")
LOGGING_CONFIG = "supportsite.core.observe.configure_logging"
LOGGING = {"level": LOG_LEVEL, "pretty": os.environ.get("LOG_PRETTY", "") == "1"}

# The admin's skin in the product's petrol; names come from the site (accounts.admin_site).
UNFOLD = {
    "SITE_SYMBOL": "support_agent",
    "SITE_URL": "/console/",
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "COLORS": {
        "primary": {
            "50": "oklch(97.5% .012 215)",
            "100": "oklch(94% .025 215)",
            "200": "oklch(88% .045 215)",
            "300": "oklch(80% .065 215)",
            "400": "oklch(72% .085 215)",
            "500": "oklch(70% .09 217)",
            "600": "oklch(45% .078 219)",
            "700": "oklch(39% .068 219)",
            "800": "oklch(34% .058 220)",
            "900": "oklch(29% .048 220)",
            "950": "oklch(21% .035 220)",
        }
    },
}
