"""Production: everything that must not be guessed is asked for, and a bad value stops the start."""

from pathlib import Path

from concertation.settings.base import *  # noqa: F403
from concertation.settings.environment import database, env, required, secret_bytes

DEBUG = False
SECRET_KEY = required("SECRET_KEY")
ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS").split(",") if host.strip()]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

DATABASES = {
    "default": database(required("DATABASE_URL"), "DATABASE_URL"),
    "erasure": database(required("ERASURE_DATABASE_URL"), "ERASURE_DATABASE_URL"),
}
_copies = env.str("ERASURE_BACKUP_FOLDER", "")
ERASURE_BACKUP_FOLDER = Path(_copies) if _copies else None
# Migrations and pruning use the owner; the serving role may not change the ledger (design 3).
_owner = env.str("DATABASE_OWNER_URL", "")
if _owner:
    DATABASES["owner"] = database(_owner, "DATABASE_OWNER_URL")
    LEDGER_SERVING_ROLE = DATABASES["default"].get("USER", "")

# One file for each pepper in use; records name the one they were made with.
PEPPER_ID = required("PEPPER_ID")
PEPPERS = {PEPPER_ID: secret_bytes(required("PEPPER_FILE"), "PEPPER_FILE")}
if env.str("OLD_PEPPER_ID", ""):
    PEPPERS[env.str("OLD_PEPPER_ID")] = secret_bytes(required("OLD_PEPPER_FILE"), "OLD_PEPPER_FILE")
LEDGER_CHECKPOINT_SEED = secret_bytes(
    required("LEDGER_CHECKPOINT_KEY_FILE"), "LEDGER_CHECKPOINT_KEY_FILE"
)
LEDGER_ORIGIN = required("LEDGER_ORIGIN")

# What reminders link to. The first host is the board's own, as for passkeys.
SITE_ADDRESS = env.str("SITE_ADDRESS", "").rstrip("/") or f"https://{ALLOWED_HOSTS[0]}"

# Passkeys are bound to this host name for good: with another one, none of them works any more.
OTP_WEBAUTHN_RP_ID = env.str("WEBAUTHN_RP_ID", "") or ALLOWED_HOSTS[0]
OTP_WEBAUTHN_ALLOWED_ORIGINS = [
    f"https://{host}"
    for host in ALLOWED_HOSTS
    if host == OTP_WEBAUTHN_RP_ID or host.endswith(f".{OTP_WEBAUTHN_RP_ID}")
]

SESSION_COOKIE_NAME = "__Host-session"
KEY_COOKIE_NAME = "__Host-keys"
CSRF_COOKIE_NAME = "__Host-csrf"
LANGUAGE_COOKIE_NAME = "__Host-language"
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = required("EMAIL_HOST")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True)
DEFAULT_FROM_EMAIL = required("DEFAULT_FROM_EMAIL")
