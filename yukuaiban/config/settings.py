"""Every setting, read from top to bottom. What a city changes comes from the environment; nothing secret has a default."""

from __future__ import annotations

from pathlib import Path

from yukuaiban.config import env, languages

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "yukuaiban"
PACKS_DIR = env.folder("YUKUAIBAN_PACKS", ROOT / "packs")
CITY = env.text("YUKUAIBAN_CITY", "chongqing")

# --- the data folder: all that this instance keeps outside its database --------------------------------------------
DATA_DIR = env.folder("YUKUAIBAN_DATA", ROOT / "var")
KEYS_DIR = env.folder("YUKUAIBAN_KEYS", DATA_DIR / "keys")
FILES_DIR = env.folder("YUKUAIBAN_FILES", DATA_DIR / "files")
OUTBOX_DIR = env.folder("YUKUAIBAN_MESSAGES", DATA_DIR / "messages")
SEALS_DIR = env.folder("YUKUAIBAN_SEALS", DATA_DIR / "seals")

PRODUCTION = env.flag("YUKUAIBAN_PRODUCTION", False)
DEBUG = False
SECRET_KEY = env.secret("YUKUAIBAN_SECRET_KEY", KEYS_DIR / "django.key", generate=not PRODUCTION)
ALLOWED_HOSTS = env.listing("YUKUAIBAN_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
# whose X-Forwarded-For is believed: brakes and look-ups count by the address of who asks, not by the proxy's
PROXIES = env.listing("YUKUAIBAN_PROXIES", ["127.0.0.1", "::1"] if PRODUCTION else [])
SITE_URL = env.text("YUKUAIBAN_URL", "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("http") else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_prometheus",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "axes",
    # the ground
    "yukuaiban.config",
    "yukuaiban.vault",
    "yukuaiban.calendars",
    "yukuaiban.chain",
    "yukuaiban.outbox",
    "yukuaiban.storage",
    "yukuaiban.design",
    # the catalogue
    "yukuaiban.places",
    "yukuaiban.items",
    "yukuaiban.people",
    # the engine
    "yukuaiban.cases",
    "yukuaiban.materials",
    "yukuaiban.licences",
    "yukuaiban.messages.apps.MessagingConfig",
    "yukuaiban.messages.letters.apps.LettersConfig",
    "yukuaiban.ratings",
    # the faces
    "yukuaiban.portal",
    "yukuaiban.desk",
    "django.forms",  # last: its widgets' templates, after ours
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yukuaiban.design.middleware.SecurityHeaders",
    "yukuaiban.people.passes.SignedPass",  # before the session: who holds a valid pass costs no session read
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yukuaiban.config.errors.DomainErrorMiddleware",
    "yukuaiban.portal.middleware.MaintenanceMode",
    "yukuaiban.people.lockout.TooManyRequests",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "yukuaiban.config.urls"
WSGI_APPLICATION = "yukuaiban.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "APP_DIRS": True,
        "OPTIONS": {
            "environment": "yukuaiban.design.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "yukuaiban.design.context.page",
            ],
        },
    },
    {
        # Only because two dependencies insist on finding it; no page of ours is rendered by it (tests hold that).
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "NAME": "django",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]
FORM_RENDERER = "yukuaiban.design.jinja.FormRenderer"

# --- database: the one of the embedded cluster, or DATABASE_URL ------------------------------------------------------
DATABASES = {"default": env.database("DATABASE_URL", DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# --- people -----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "yukuaiban.people.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "yukuaiban.people.passwords.NotCommon"},
    {"NAME": "yukuaiban.people.passwords.NotPersonal"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "portal:home"

# log-in by phone or e-mail, each proved by a code; people/adapters.py says what we do differently
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_ADAPTER = "yukuaiban.people.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "signup": "yukuaiban.people.forms.SignupForm",
    "login": "yukuaiban.people.forms.LoginForm",
    "request_login_code": "yukuaiban.people.forms.RequestLoginCodeForm",
    "confirm_email_verification_code": "yukuaiban.people.forms.ConfirmEmailForm",
    "confirm_login_code": "yukuaiban.people.forms.ConfirmLoginForm",
    "confirm_password_reset_code": "yukuaiban.people.forms.ConfirmPasswordResetForm",
    "verify_phone": "yukuaiban.people.forms.VerifyPhoneForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "yukuaiban.people.adapters.display_name"
ACCOUNT_LOGIN_METHODS = {"phone", "email"}
ACCOUNT_SIGNUP_FIELDS = ["phone", "email*", "password1*", "password2*"]  # the form asks for one of the two
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = 3
ACCOUNT_LOGIN_BY_CODE_ENABLED = ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = 3
CODE_SECONDS = 300  # what the message with a code says
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = (
    CODE_SECONDS
)
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"verify_phone": "1/30s/key,20/m/ip"}  # in a hall many people share an address
MFA_ADAPTER = "yukuaiban.people.adapters.MfaAdapter"
MFA_FORMS = {
    "authenticate": "yukuaiban.people.factor_forms.AuthenticateForm",
    "reauthenticate": "yukuaiban.people.factor_forms.ReauthenticateForm",
    "activate_totp": "yukuaiban.people.factor_forms.ActivateTOTPForm",
    "add_webauthn": "yukuaiban.people.factor_forms.AddWebAuthnForm",
    "edit_webauthn": "yukuaiban.people.factor_forms.EditWebAuthnForm",
}
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost

# demonstration: this machine only, sample people, officers may work without a second factor (and the desk says so)
DEMO = env.flag("YUKUAIBAN_DEMO", not PRODUCTION and set(ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "[::1]"})
env.refuse(DEMO and PRODUCTION, "YUKUAIBAN_DEMO and YUKUAIBAN_PRODUCTION are both set: they exclude each other.")
OFFICER_MFA_REQUIRED = env.flag("YUKUAIBAN_OFFICER_MFA", not DEMO)
env.refuse(not (DEMO or OFFICER_MFA_REQUIRED), "YUKUAIBAN_OFFICER_MFA is 0: only a demonstration may go without.")
PERSON_VERIFIER = env.text("YUKUAIBAN_PERSON_VERIFIER", "yukuaiban.people.verifiers.Sandbox")
PASS_SECONDS = 60  # how long a signed pass counts without asking the database

SESSION_COOKIE_NAME = "ykb_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "yukuaiban.design.pages.csrf_failure"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"

AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "yukuaiban.people.lockout.name"
AXES_LOCKOUT_CALLABLE = "yukuaiban.people.lockout.answer"
AXES_SENSITIVE_PARAMETERS = ["login", "phone", "email", "password", "username", "ip_address"]

# counters of codes and attempts are one for all processes; a table without a log, emptied by a crash
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_row"}}

# --- language and time ------------------------------------------------------------------------------------------------
languages.register()  # the address says /zh/; Django alone knows only zh-hans
LANGUAGE_CODE = "zh"
LANGUAGES = [("zh", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- files ------------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
_PLACES = {"folder": "yukuaiban.storage.folder.Folder", "s3": "yukuaiban.storage.s3.Bucket"}
_PLACE = env.text("YUKUAIBAN_STORAGE", "folder")  # for what people hand in; or a class of one's own
STORAGE_BACKEND = _PLACES.get(_PLACE, _PLACE)
S3 = env.bucket(KEYS_DIR) if _PLACE == "s3" else None
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- messages leave through one gateway; the sandbox writes files -----------------------------------------------------
EMAIL_BACKEND = "yukuaiban.messages.gateway.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("YUKUAIBAN_MAIL_FROM", "no-reply@yukuaiban.example")
MESSAGE_GATEWAY = env.text("YUKUAIBAN_MESSAGE_GATEWAY", "yukuaiban.messages.gateway.FileSandbox")
SMS_GATEWAY = env.text("YUKUAIBAN_SMS_GATEWAY", "")
EMAIL_HOST = env.text("YUKUAIBAN_SMTP_HOST", "localhost")
EMAIL_PORT = int(env.text("YUKUAIBAN_SMTP_PORT", "25"))
EMAIL_HOST_USER = env.text("YUKUAIBAN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("YUKUAIBAN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("YUKUAIBAN_SMTP_TLS", False)
EMAIL_TIMEOUT = 10
CLAMD_SOCKET = env.text("YUKUAIBAN_CLAMD", "")

# --- who counts its dates again after a holiday notice: functions taking a calendars.hooks.CalendarChange ------------
ON_CALENDAR_CHANGED = ["yukuaiban.cases.recount.start", "yukuaiban.ratings.recount.start"]

PROMETHEUS_EXPORT_MIGRATIONS = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("YUKUAIBAN_LOG", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
    },
}
