"""What every installation shares. Demo, test and production add to it, never loosen it."""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent.parent

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guardian",
    "simple_history",
    "django_otp",
    "django_otp_webauthn",
    "axes",
    "csp",
    "django_structlog",
    # For its static files: htmx itself.
    "django_htmx",
    "audit",
    "ethics.secrecy",
    "ethics.secrecy.erasure",
    "ethics.charter",
    "ethics.sharing",
    "concertation",
    "concertation.accounts",
    "concertation.situations",
    "concertation.meetings",
    "concertation.reports",
    "concertation.dpo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "concertation.middleware.RequestNumberMiddleware",
    "concertation.middleware.PageStaysMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "ethics.secrecy.session.KeySessionMiddleware",
    "concertation.middleware.PersonLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "concertation.middleware.DoorMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "concertation.urls"
WSGI_APPLICATION = "concertation.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "concertation.navigation.navigation",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# Accounts and second factor
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "concertation.accounts.backends.PepperedBackend",
]
PASSWORD_HASHERS = ["ethics.secrecy.passwords.PepperedArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "start"
GUARDIAN_MONKEY_PATCH_USER = False
# guardian would otherwise create an account nobody signed the charter for.
ANONYMOUS_USER_NAME = None
GUARDIAN_RAISE_403 = False
# guardian's grants are facts for ethics.policy, never a decision: its backend stays out.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

# Passkeys: a second factor only (design 3), checked at start. The RP id is the site's host name.
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
OTP_WEBAUTHN_HELPER_CLASS = "concertation.accounts.passkeys.Helper"
OTP_WEBAUTHN_RP_NAME = "concertation"
OTP_WEBAUTHN_RP_ID = "localhost"
OTP_WEBAUTHN_ALLOWED_ORIGINS = ["http://localhost"]

AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
# authenticate() is called with "username"; the default would look for "email" and find nobody.
AXES_USERNAME_FORM_FIELD = "username"
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "concertation.accounts.views.locked_out"
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "concertation.accounts.network.client_address"
# Exactly one reverse proxy of ours, which adds the client's address to X-Forwarded-For.
BEHIND_PROXY = False
AXES_DISABLE_ACCESS_LOG = True
AXES_SENSITIVE_PARAMETERS = ["password", "email", "username", "token"]
AXES_VERBOSE = False

# Argon2id, RFC 9106 section 4, second recommended option but one lane: memory in KiB.
ARGON2_MEMORY = 65536
ARGON2_ITERATIONS = 3
ARGON2_LANES = 1
# How many derivations may run at once on this host, and how long one waits for its turn.
ARGON2_SLOTS = os.cpu_count() or 1
ARGON2_WAIT_SECONDS = 10

# Sessions (design 3): absolute and idle lifetime in seconds, five minutes between the two factors.
SESSION_ENGINE = "ethics.secrecy.session"
SESSION_COOKIE_NAME = "session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Both cookies end with the browser; the server ends the session after ten hours.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 10 * 3600
SESSION_IDLE_SECONDS = 30 * 60
PRE_SESSION_SECONDS = 5 * 60
KEY_COOKIE_NAME = "keys"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "concertation.views.csrf_failure"
# A cookie would keep a message in the browser; the session keeps it on the server.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Databases: nothing refers across them (design 4, rule 17).
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE_ROUTERS = ["ethics.secrecy.erasure.router.ErasureRouter"]
SIMPLE_HISTORY_DATE_INDEX = False
# Where `manage.py daily` copies the erasure store; none: something else copies it.
ERASURE_BACKUP_FOLDER: Path | None = None

# Languages: French first; Dutch and English complete.
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("Français")), ("nl", _("Nederlands")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "concertation" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Europe/Brussels"
USE_TZ = True

# Static files, with names that change with their content.
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "concertation.rules_file.RulesFinder",
]
# Uploads stay in memory: a temporary file would hold clear text.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
# The largest spreadsheet and the form around it; a larger upload doesn't arrive at all.
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024 + 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# Headers
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
# Not no-referrer: browsers would then send "Origin: null" with forms, and the CSRF check refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

# The server's own log: ids only, through an allow-list of keys (concertation.operator_log).
LOGGING_CONFIG = "concertation.operator_log.configure"
# Django calls LOGGING_CONFIG only when it has something to hand over.
LOGGING = {"version": 1}
DJANGO_STRUCTLOG_COMMAND_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
# The number is our own: RequestNumberMiddleware puts it over whatever the client sent.
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True

# The ledger
LEDGER_SERVING_ROLE = ""
DEMO = False
DEFAULT_FROM_EMAIL = "concertation@localhost"
# With it, reminders by e-mail end with a link; a command has no request to take it from.
SITE_ADDRESS = ""
# Seconds: a mail server that says nothing must not keep somebody before an empty page.
EMAIL_TIMEOUT = 10
