/* tresor in C: the backups of the Threema messenger, for C and for every language that can call C.
 *
 * Conventions, the same everywhere:
 *
 * - A function is called tresor_noun_verb. Its first arguments are what comes out, then what goes
 *   in. It returns TRESOR_OK (0) or a negative tresor_status; then nothing has come out: handles
 *   are NULL, buffers empty, numbers 0 or what stands for none; what arrays hold means nothing.
 *   Functions that cannot fail return what they say.
 * - Why the last call of this thread failed is told by tresor_error_*() until the next one fails.
 *   No function throws, aborts, prints or exits. NULL where something is needed is
 *   TRESOR_INVALID_ARGUMENT; where an argument may be NULL, its line says so. NULL with a size of 0
 *   is the empty text.
 * - A handle (tresor_keys, tresor_storage, ...) is made by a function and belongs to the caller,
 *   who gives it to tresor_noun_free() once; NULL is fine there. What a handle was made from must
 *   live as long as it is used, if its line says "keeps"; freeing may go in any order. Secrets are
 *   wiped when they are freed.
 * - Bytes come out in a tresor_buf, which the caller disposes of; its bytes are wiped then. A NUL
 *   follows them, so that text can be read as a C string. What an out argument held before is not
 *   looked at: dispose of it first.
 * - What may hold any byte (passwords, documents) comes with its size. Plain strings are UTF-8 with
 *   a NUL at the end. Times are seconds since 1970-01-01T00:00:00Z; TRESOR_NEVER is none.
 * - Option structs begin with `version` and are filled with their _INIT first: members may be added
 *   behind the last one, with a new version. A NULL of options means all defaults. They and their
 *   strings are copied; functions and payloads in them must live as long as what was made of them.
 *   For those who cannot see macros: the _INIT of a struct with a version is a version of 1 and
 *   zeros, except those of tresor_source and tresor_cycle_state. Structs without a version never
 *   grow.
 * - The account, what is in a chat archive, findings and statuses are JSON text (UTF-8). Findings
 *   are [{"pointer": "/contacts/3", "reason": "..."}, ...]; where a function has an out argument
 *   `findings`, NULL means that nobody wants them.
 * - A callback ends in `void *payload`, which is yours, and returns 0 or a negative tresor_status:
 *   then what it was asked for has failed, and most often the call that led to it (Retrying asks
 *   again, a mirror goes on). tresor_error_set() gives it words. It must not throw or jump. It
 *   comes in the thread of the call that led to it (its line says if not), and before that ends. It
 *   may call this library; callbacks of one store may be called within each other.
 * - Threads: functions share nothing but what they are given. One handle is used by one thread at a
 *   time, unless its block says otherwise; different handles by as many as you like.
 *
 * The numbers of statuses, flags and kinds never change. What a function does in depth is told by
 * the C++ header that its block names (include/tresor/...).
 */
#ifndef TRESOR_H
#define TRESOR_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define TRESOR_API
#else
#define TRESOR_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define TRESOR_ABI_VERSION 1
#define TRESOR_NEVER INT64_MIN
#define TRESOR_UNKNOWN_SIZE UINT64_MAX

/* ---- the library ---- */

TRESOR_API const char *tresor_version(void);  /* "0.1.0" */
TRESOR_API unsigned tresor_abi_version(void); /* TRESOR_ABI_VERSION of the library in memory */

/* ---- errors (error.hpp) ---- */

typedef enum tresor_status {
    TRESOR_OK = 0,
    TRESOR_INTERNAL = -1,         /* a bug of this library, or of a callback */
    TRESOR_INVALID_ARGUMENT = -2, /* wrong use: bad ID, empty password, bad location */
    TRESOR_MALFORMED = -3,        /* the bytes are damaged or not of this format */
    TRESOR_UNSUPPORTED = -4,      /* a newer version or scheme; something this store cannot do */
    TRESOR_AUTH_FAILED = -5,      /* a tag or hash does not match: wrong password, tampered */
    TRESOR_TOO_LARGE = -6,        /* over a limit */
    TRESOR_NOT_FOUND = -7,        /* no such object, no state, no configuration */
    TRESOR_DENIED = -8,           /* credentials, certificate, permissions of a secret file */
    TRESOR_UNAVAILABLE = -9,      /* no connection, time limit, server trouble: try again */
    TRESOR_IO = -10,              /* local files, full disk */
    TRESOR_OUT_OF_MEMORY = -11,   /* a key derivation or a buffer could not be had */
    TRESOR_CONFLICT = -12,        /* exists already, changed meanwhile, locked by another */
    TRESOR_CANCELLED = -13        /* by the caller */
} tresor_status;

/* One lowercase word, such as "auth_failed"; "ok" for 0, "unknown" for no status. Never freed. */
TRESOR_API const char *tresor_status_name(int status);

/* Of the last call in this thread that failed: its status (0 if none has), a sentence for people
 * without secrets, for how many seconds a server asked to be left alone (-1: it did not), and the
 * HTTP status behind it (0: none). The text is good until the next failure in this thread. */
TRESOR_API int tresor_error_status(void);
TRESOR_API const char *tresor_error_text(void);
TRESOR_API int64_t tresor_error_retry_after(void);
TRESOR_API int tresor_error_http_status(void);

/* For callbacks: notes why it fails, and returns `status` (TRESOR_INTERNAL for what is no status).
 * `text` may be NULL. */
TRESOR_API int tresor_error_set(int status, const char *text);
/* And what a server has said, behind tresor_error_set(): seconds or -1, HTTP status or 0. */
TRESOR_API void tresor_error_set_answer(int64_t retry_after, int http_status);

/* The size of a struct of this header by its name, such as "tresor_object"; 0 for none. For those
 * who write their layouts by hand. */
TRESOR_API size_t tresor_struct_size(const char *name);

/* ---- bytes that come out ---- */

typedef struct tresor_buf {
    unsigned char *data;
    size_t size; /* without the NUL behind */
} tresor_buf;

#define TRESOR_BUF_INIT {NULL, 0}

/* Wipes and frees the bytes, and makes it empty. NULL and an empty one are fine. */
TRESOR_API void tresor_buf_dispose(tresor_buf *buf);

/* ---- time (time.hpp) ---- */

#define TRESOR_TIME_SIZE 21 /* "2026-11-24T06:05:00Z" and a NUL */

TRESOR_API size_t tresor_time_size(void);
TRESOR_API int64_t tresor_time_now(void);
TRESOR_API int tresor_time_format(char out[TRESOR_TIME_SIZE], int64_t time);
TRESOR_API int tresor_time_parse(int64_t *out, const char *text);

/* ---- identities (identity.hpp, backup_id.hpp) ---- */

#define TRESOR_IDENTITY_SIZE 9 /* 8 characters and a NUL */
#define TRESOR_KEY_SIZE 32
#define TRESOR_KEY_TEXT_SIZE 45 /* 44 characters of base64 and a NUL */
#define TRESOR_BACKUP_ID_SIZE 32
#define TRESOR_BACKUP_ID_HEX_SIZE 65 /* 64 digits and a NUL */

TRESOR_API size_t tresor_identity_size(void);
TRESOR_API size_t tresor_key_size(void);
TRESOR_API size_t tresor_key_text_size(void);
TRESOR_API size_t tresor_backup_id_size(void);
TRESOR_API size_t tresor_backup_id_hex_size(void);

/* Checks a Threema ID and writes it in capitals. */
TRESOR_API int tresor_identity_parse(char out[TRESOR_IDENTITY_SIZE], const char *text);
/* The X25519 public key of a private one. */
TRESOR_API int tresor_identity_public_key(unsigned char out[TRESOR_KEY_SIZE],
                                          const unsigned char private_key[TRESOR_KEY_SIZE]);

/* A private key from a file: 32 bytes or, one line end aside, 64 hex digits or 44 characters of
 * base64; else TRESOR_MALFORMED. */
TRESOR_API int tresor_identity_parse_key(unsigned char out[TRESOR_KEY_SIZE], const void *content,
                                         size_t content_size);
/* In base64, for private and public ones. */
TRESOR_API int tresor_identity_format_key(char out[TRESOR_KEY_TEXT_SIZE],
                                          const unsigned char key[TRESOR_KEY_SIZE]);

TRESOR_API int tresor_backup_id_format(char out[TRESOR_BACKUP_ID_HEX_SIZE],
                                       const unsigned char id[TRESOR_BACKUP_ID_SIZE]);
TRESOR_API int tresor_backup_id_parse(unsigned char out[TRESOR_BACKUP_ID_SIZE], const char *hex);

/* ---- ID exports (id_export.hpp, id_export/sheet.hpp) ---- */

typedef enum tresor_id_scheme {
    TRESOR_ID_CLASSIC = 0, /* every app reads and writes it */
    TRESOR_ID_ARGON2ID = 1 /* Threema for Android reads it; a second and 128 MiB */
} tresor_id_scheme;

typedef enum tresor_sheet_format {
    TRESOR_SHEET_SVG = 0,
    TRESOR_SHEET_HTML = 1
} tresor_sheet_format;

/* "classic"; "unknown" for no scheme. Never freed. */
TRESOR_API const char *tresor_id_scheme_name(int scheme);
/* 1 if this build has it, else 0. */
TRESOR_API int tresor_id_scheme_supported(int scheme);

/* Makes a code: 99 or 129 characters. The password has 8 characters to 4096 bytes. */
TRESOR_API int tresor_id_export_encode(tresor_buf *code, const char *identity,
                                       const unsigned char private_key[TRESOR_KEY_SIZE],
                                       const char *password, size_t password_size, int scheme);
/* Opens one. `strict`: as the apps' own decoder; 0: as people type it, also from among other text.
 * Both keys and the scheme may be NULL: then it is only checked. */
TRESOR_API int tresor_id_export_decode(char identity[TRESOR_IDENTITY_SIZE],
                                       unsigned char private_key[TRESOR_KEY_SIZE],
                                       unsigned char public_key[TRESOR_KEY_SIZE], int *scheme,
                                       const char *text, size_t text_size, int strict,
                                       const char *password, size_t password_size);
/* The code in a text, as the apps write it, without opening it. `scheme` may be NULL. */
TRESOR_API int tresor_id_export_find(tresor_buf *code, int *scheme, const char *text,
                                     size_t text_size, int strict);
/* [{"position": 3, "character": "0", "suggestions": "O"}, ...]: what no code has, in lenient
 * reading; the first 256. Positions are in code points, from 0. */
TRESOR_API int tresor_id_export_bad_characters(tresor_buf *json, const char *text,
                                               size_t text_size);
/* A page to print. `language`: "en", "de". */
TRESOR_API int tresor_id_export_sheet(tresor_buf *out, const char *identity, const char *code,
                                      int64_t made_at, int format, const char *language);
/* The QR code of the apps: *width rows of *width bytes, 1 is dark. It wants a margin of 4. */
TRESOR_API int tresor_id_export_qr(tresor_buf *modules, size_t *width, const char *code);

/* ---- keys (safe/keys.hpp) ----
 * Never changes once it is made: many threads may use one. */

#define TRESOR_MASTER_KEY_SIZE 64

typedef struct tresor_keys tresor_keys;

TRESOR_API size_t tresor_master_key_size(void);

/* Derives the backup id and key. Slow on purpose: an eighth of a second and 64 MiB. */
TRESOR_API int tresor_keys_derive(tresor_keys **out, const char *password, size_t password_size,
                                  const char *identity);
/* From a master key that was kept. */
TRESOR_API int tresor_keys_from_master(tresor_keys **out,
                                       const unsigned char master_key[TRESOR_MASTER_KEY_SIZE]);
TRESOR_API void tresor_keys_free(tresor_keys *keys);

TRESOR_API int tresor_keys_backup_id(unsigned char out[TRESOR_BACKUP_ID_SIZE],
                                     const tresor_keys *keys);
/* Secrets: wipe what you copy. */
TRESOR_API int tresor_keys_master_key(unsigned char out[TRESOR_MASTER_KEY_SIZE],
                                      const tresor_keys *keys);
TRESOR_API int tresor_keys_encryption_key(unsigned char out[TRESOR_KEY_SIZE],
                                          const tresor_keys *keys);

/* ---- the container (safe/container.hpp) ---- */

/* The bytes that sealing `json_size` bytes gives; 0 for more than can be sealed (16 MiB). */
TRESOR_API size_t tresor_container_size(size_t json_size);
/* Seals JSON text as it is, under a fresh random nonce. */
TRESOR_API int tresor_container_seal(tresor_buf *out, const void *json, size_t json_size,
                                     const tresor_keys *keys);
/* The same into memory of yours, of exactly tresor_container_size(json_size) bytes. */
TRESOR_API int tresor_container_seal_into(unsigned char *out, size_t out_size, const void *json,
                                          size_t json_size, const tresor_keys *keys);
TRESOR_API int tresor_container_open(tresor_buf *json, tresor_buf *findings, const void *container,
                                     size_t container_size, const tresor_keys *keys);

/* ---- the account (safe/model.hpp) ---- */

typedef struct tresor_account_counts {
    uint64_t contacts, groups, distribution_lists;
} tresor_account_counts;

/* Reads an account leniently, and writes it as it is uploaded: equal accounts give equal bytes.
 * `canonical` and `counts` may be NULL: then it is only checked. `identity` is the owner's, NULL if
 * it is not known. */
TRESOR_API int tresor_account_check(tresor_buf *canonical, tresor_account_counts *counts,
                                    tresor_buf *findings, const void *json, size_t json_size,
                                    const char *identity);

/* ---- passwords (safe/password.hpp) ---- */

typedef enum tresor_password_issue {
    TRESOR_PASSWORD_INVALID_TEXT = 1 << 0, /* not UTF-8, or holds U+0000 */
    TRESOR_PASSWORD_TOO_SHORT = 1 << 1,
    TRESOR_PASSWORD_TOO_LONG = 1 << 2,
    TRESOR_PASSWORD_REPEATED = 1 << 3, /* one character over and over */
    TRESOR_PASSWORD_DIGITS_ONLY = 1 << 4,
    TRESOR_PASSWORD_LISTED = 1 << 5,
    TRESOR_PASSWORD_WEAK = 1 << 6, /* under min_entropy_bits */
    TRESOR_PASSWORD_MISMATCH = 1 << 7,
    TRESOR_PASSWORD_PATTERN_MISMATCH = 1 << 8,
    TRESOR_PASSWORD_INVALID_PATTERN = 1 << 9
} tresor_password_issue;

typedef enum tresor_password_policy {
    TRESOR_POLICY_LIBRARY = 0, /* the stricter of the two */
    TRESOR_POLICY_ANDROID = 1,
    TRESOR_POLICY_IOS = 2
} tresor_password_policy;

typedef struct tresor_password_options {
    unsigned version;
    int policy;        /* a tresor_password_policy */
    const char *words; /* words nobody should use, one a line; NULL: the library's */
    size_t words_size;
    const char *pattern; /* what an administrator demands; NULL: nothing */
    const char *confirmation; /* what was typed the second time; NULL: not asked */
    size_t confirmation_size;
    double min_entropy_bits; /* 0: `entropy` is not asked */
    int (*entropy)(double *bits, const char *password, size_t password_size, void *payload);
    void *payload;
} tresor_password_options;

#define TRESOR_PASSWORD_OPTIONS_INIT \
    {1, TRESOR_POLICY_LIBRARY, NULL, 0, NULL, NULL, 0, 0.0, NULL, NULL}

/* Sets of tresor_password_issue: errors must not be overridden, warnings a person may override.
 * `options` may be NULL. */
TRESOR_API int tresor_password_check(unsigned *errors, unsigned *warnings, const char *password,
                                     size_t password_size, const tresor_password_options *options);
/* A sentence for one issue: "it is too short". NULL for none. Never freed. */
TRESOR_API const char *tresor_password_issue_text(unsigned issue);

/* ---- the cycle (safe/cycle.hpp) ---- */

#define TRESOR_DIGEST_SIZE 32

typedef enum tresor_reason {
    TRESOR_REASON_NEVER_UPLOADED = 0,
    TRESOR_REASON_FORCED = 1,
    TRESOR_REASON_CHANGED = 2,
    TRESOR_REASON_REFRESH = 3,
    TRESOR_REASON_AFTER_FAILURE = 4,
    TRESOR_REASON_UNCHANGED = 5,
    TRESOR_REASON_GRACE = 6,
    TRESOR_REASON_DISABLED = 7
} tresor_reason;

typedef struct tresor_cycle_state {
    unsigned version;
    int enabled;
    int64_t enabled_at;
    int64_t last_attempt; /* every tick, also one that skipped */
    int64_t last_upload;
    int has_digest;
    unsigned char digest[TRESOR_DIGEST_SIZE]; /* of the last upload */
    int last_error;                           /* a tresor_status, of the last attempt */
    unsigned failures;                        /* in a row */
    int64_t failing_since;
    int64_t not_before;     /* after a failure */
    int64_t retention_days; /* of the store */
} tresor_cycle_state;

#define TRESOR_CYCLE_STATE_INIT                                                               \
    {                                                                                         \
        1, 0, TRESOR_NEVER, TRESOR_NEVER, TRESOR_NEVER, 0, {0}, 0, 0, TRESOR_NEVER, TRESOR_NEVER, \
            180                                                                               \
    }

typedef struct tresor_cycle_policy {
    unsigned version;
    int64_t period;        /* seconds; 0: 24 h */
    int64_t grace;         /* seconds; 0: 23 h */
    int64_t refresh_after; /* seconds; 0: half the retention */
} tresor_cycle_policy;

#define TRESOR_CYCLE_POLICY_INIT {1, 0, 0, 0}

typedef struct tresor_decision {
    int upload; /* 1 or 0 */
    int reason; /* a tresor_reason */
    int64_t next_due;
} tresor_decision;

TRESOR_API size_t tresor_digest_size(void);
/* What content is recognised by; `canonical` as tresor_account_check() writes it. */
TRESOR_API int tresor_cycle_digest(unsigned char out[TRESOR_DIGEST_SIZE], const void *canonical,
                                   size_t canonical_size, const tresor_keys *keys);
/* Upload now, or not, and why? `policy` may be NULL here and below. */
TRESOR_API int tresor_cycle_decide(tresor_decision *out, const tresor_cycle_state *state,
                                   const unsigned char digest[TRESOR_DIGEST_SIZE], int force,
                                   const tresor_cycle_policy *policy, int64_t now);
/* Bring the state up to date after a tick. */
TRESOR_API int tresor_cycle_after_upload(tresor_cycle_state *state,
                                         const unsigned char digest[TRESOR_DIGEST_SIZE],
                                         int64_t now);
TRESOR_API int tresor_cycle_after_skip(tresor_cycle_state *state, int reason, int64_t now);
/* `status` negative; `retry_after` in seconds, -1 if no server said so. */
TRESOR_API int tresor_cycle_after_failure(tresor_cycle_state *state, int status,
                                          int64_t retry_after, int64_t now);
/* TRESOR_NEVER where there is no such time. */
TRESOR_API int tresor_cycle_next_due(int64_t *out, const tresor_cycle_state *state,
                                     const tresor_cycle_policy *policy, int64_t now);
TRESOR_API int tresor_cycle_refresh_due(int64_t *out, const tresor_cycle_state *state,
                                        const tresor_cycle_policy *policy);
TRESOR_API int tresor_cycle_expires_at(int64_t *out, const tresor_cycle_state *state);
/* What to tell a person: [{"kind": "failing", "days": 8, "text": "..."}, ...] */
TRESOR_API int tresor_cycle_warnings(tresor_buf *json, const tresor_cycle_state *state,
                                     int64_t now);
/* "never_uploaded"; "unknown" for no reason. Never freed. */
TRESOR_API const char *tresor_reason_name(int reason);

/* ---- callbacks that many functions take ---- */

/* Told now and then how much is done; `total` may be TRESOR_UNKNOWN_SIZE. Return TRESOR_CANCELLED
 * to end the work. */
typedef int (*tresor_progress)(uint64_t done, uint64_t total, void *payload);

/* Bytes to send. `read` fills the front of `into` and says how many bytes it were; 0 only at the
 * end. `rewind` begins anew. `size` may be TRESOR_UNKNOWN_SIZE. */
typedef struct tresor_source {
    unsigned version;
    uint64_t size;
    int (*read)(size_t *got, unsigned char *into, size_t size, void *payload);
    int (*rewind)(void *payload);
    void *payload;
} tresor_source;

#define TRESOR_SOURCE_INIT {1, TRESOR_UNKNOWN_SIZE, NULL, NULL, NULL}

/* Where bytes go. `restart`: what came so far is void. */
typedef struct tresor_sink {
    unsigned version;
    int (*write)(const unsigned char *bytes, size_t size, void *payload);
    int (*restart)(void *payload);
    void *payload;
} tresor_sink;

#define TRESOR_SINK_INIT {1, NULL, NULL, NULL}

/* ---- storage (storage.hpp) ---- */

#define TRESOR_OBJECT_TEXT_SIZE 256

typedef struct tresor_object {
    char name[TRESOR_OBJECT_TEXT_SIZE];
    uint64_t size;
    int64_t modified;                      /* by the store's clock */
    char version[TRESOR_OBJECT_TEXT_SIZE]; /* opaque; equal means not written since; "" is none */
} tresor_object;

TRESOR_API size_t tresor_object_text_size(void);
/* Fills one: for stores of your own. A version that does not fit is TRESOR_INVALID_ARGUMENT; NULL
 * is "". */
TRESOR_API int tresor_object_set(tresor_object *object, const char *name, uint64_t size,
                                 int64_t modified, const char *version);

typedef enum tresor_ability {
    TRESOR_CAN_LIST = 1 << 0,
    TRESOR_CAN_PUT_IF_ABSENT = 1 << 1,
    TRESOR_CAN_PUT_CONDITIONALLY = 1 << 2,
    TRESOR_CAN_REMOVE_CONDITIONALLY = 1 << 3,
    TRESOR_CAN_ANY_NAME = 1 << 4
} tresor_ability;

/* What must hold for a put or a removal to happen; else it is TRESOR_CONFLICT. `version` of the
 * kind TRESOR_IF_VERSION. A NULL pointer to a condition is none. */
typedef enum tresor_condition_kind {
    TRESOR_IF_ANY = 0,
    TRESOR_IF_ABSENT = 1,
    TRESOR_IF_VERSION = 2
} tresor_condition_kind;

typedef struct tresor_condition {
    int kind;
    const char *version;
} tresor_condition;

/* Where a store is and how it is reached (storage/location.hpp); all but the location matters to
 * servers only. */
typedef struct tresor_place {
    unsigned version;
    const char *location;
    const char *user;     /* NULL: the one in the location; of s3:// the id of an access key */
    const char *password; /* of s3:// the secret of that key */
    size_t password_size;
    const char *password_file; /* or its first line, read each time; for clients */
    const char *ca_file;       /* NULL here and below: none */
    const char *pin;
    const char *proxy;
    const char *user_agent; /* NULL: "Threema" */
    int64_t timeout;        /* seconds without progress, at most 86400; 0: 30 */
    int allow_insecure;     /* http:// to other machines */
    const char *token;      /* of s3:// the session token of a temporary key; not for clients */
    size_t token_size;
} tresor_place;

#define TRESOR_PLACE_INIT {1, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL, 0}

typedef struct tresor_storage tresor_storage;

typedef struct tresor_storage_options {
    unsigned version;
    int create; /* make the place itself where the store can, and `backups/` in it */
    tresor_progress progress;
    void *payload;
} tresor_storage_options;

#define TRESOR_STORAGE_OPTIONS_INIT {1, 0, NULL, NULL}

/* Opens a store by its location: a folder, "memory:", "webdav+https://...", "https://...",
 * "s3://bucket/prefix?endpoint=URL&region=R" (storage/location.hpp). `options` may be NULL. */
TRESOR_API int tresor_storage_open(tresor_storage **out, const tresor_place *place,
                                   const tresor_storage_options *options);

/* A store of your own. What its functions are given holds for the length of the call only:
 * `object` is empty and has its name already, `condition` is never NULL, nor is its version. An
 * object that is not there is an answer: `*found = 0` and TRESOR_OK, of `remove` whatever the
 * condition. What a reader, writer or visitor fails with is the failure of the call. `list` and
 * `clock` may be NULL; the others are needed. `release` is called once when the store is freed, not
 * if it could not be made; it may be NULL. */
typedef struct tresor_reader tresor_reader;   /* what is to be stored */
typedef struct tresor_writer tresor_writer;   /* where an object goes */
typedef struct tresor_visitor tresor_visitor; /* who looks at a listing */

typedef struct tresor_storage_callbacks {
    unsigned version;
    unsigned abilities;      /* a set of tresor_ability */
    const char *description; /* for people, without credentials; copied */
    int (*put)(tresor_object *object, const char *name, tresor_reader *content,
               const tresor_condition *condition, void *payload);
    int (*stat)(int *found, tresor_object *object, const char *name, void *payload);
    int (*get)(int *found, tresor_object *object, const char *name, tresor_writer *into,
               void *payload);
    int (*remove)(int *found, const char *name, const tresor_condition *condition, void *payload);
    int (*list)(const char *prefix, tresor_visitor *visitor, void *payload);
    int (*clock)(int64_t *now, void *payload);
    void (*release)(void *payload);
    void *payload;
} tresor_storage_callbacks;

#define TRESOR_STORAGE_CALLBACKS_INIT \
    {1, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL}

TRESOR_API int tresor_storage_from_callbacks(tresor_storage **out,
                                             const tresor_storage_callbacks *callbacks);
TRESOR_API uint64_t tresor_reader_size(const tresor_reader *reader);
TRESOR_API int tresor_reader_read(size_t *got, tresor_reader *reader, unsigned char *into,
                                  size_t size);
/* All that is left, at most `most` bytes, else TRESOR_TOO_LARGE. */
TRESOR_API int tresor_reader_read_all(tresor_buf *out, tresor_reader *reader, size_t most);
TRESOR_API int tresor_reader_rewind(tresor_reader *reader);
TRESOR_API int tresor_writer_write(tresor_writer *writer, const void *bytes, size_t size);
/* `*more` is 0 when the visitor has seen enough: return TRESOR_OK then. */
TRESOR_API int tresor_visitor_show(int *more, tresor_visitor *visitor, const tresor_object *object);

/* The same objects in several stores (storage/mirror.hpp). Keeps them. */
TRESOR_API int tresor_storage_mirror(tresor_storage **out, tresor_storage *const *stores,
                                     size_t count);
/* Tries again what is unavailable, at most three times in 30 s (storage/retrying.hpp). Keeps the
 * store. `wait` is told how many seconds to wait. */
TRESOR_API int tresor_storage_retrying(tresor_storage **out, tresor_storage *store,
                                       int (*wait)(int64_t seconds, void *payload), void *payload);
TRESOR_API void tresor_storage_free(tresor_storage *storage);

/* For people, without credentials. */
TRESOR_API int tresor_storage_describe(tresor_buf *text, tresor_storage *storage);
TRESOR_API int tresor_storage_abilities(unsigned *out, tresor_storage *storage);
/* `object` may be NULL here and below. `condition` may be NULL. */
TRESOR_API int tresor_storage_put(tresor_object *object, tresor_storage *storage, const char *name,
                                  const tresor_source *content, const tresor_condition *condition);
TRESOR_API int tresor_storage_put_bytes(tresor_object *object, tresor_storage *storage,
                                        const char *name, const void *bytes, size_t size,
                                        const tresor_condition *condition);
TRESOR_API int tresor_storage_stat(int *found, tresor_object *object, tresor_storage *storage,
                                   const char *name);
TRESOR_API int tresor_storage_get(int *found, tresor_object *object, tresor_storage *storage,
                                  const char *name, const tresor_sink *into);
/* At most `most` bytes, else TRESOR_TOO_LARGE. */
TRESOR_API int tresor_storage_get_bytes(int *found, tresor_object *object, tresor_buf *bytes,
                                        tresor_storage *storage, const char *name, size_t most);
/* `found` may be NULL. */
TRESOR_API int tresor_storage_remove(int *found, tresor_storage *storage, const char *name,
                                     const tresor_condition *condition);
/* Each object whose name begins with `prefix` is shown; `*enough = 1` ends the listing. */
typedef int (*tresor_visit)(int *enough, const tresor_object *object, void *payload);
TRESOR_API int tresor_storage_list(tresor_storage *storage, const char *prefix, tresor_visit visit,
                                   void *payload);
/* TRESOR_NEVER if the store tells no time. */
TRESOR_API int tresor_storage_clock(int64_t *out, tresor_storage *storage);

/* The contract put to a store as questions (storage/check.hpp):
 * [{"name": "a put replaces the whole object", "ok": true, "detail": ""}, ...]. `again` is the same
 * place opened a second time, or NULL. `ok` may be NULL: whether every answer is. */
TRESOR_API int tresor_storage_check(tresor_buf *answers, int *ok, tresor_storage *storage,
                                    tresor_storage *again);

/* ---- limits and retention (storage/retention.hpp) ---- */

typedef struct tresor_limits {
    uint64_t max_backup_bytes; /* of a sealed Safe */
    int64_t retention_days;    /* since its last upload */
} tresor_limits;

#define TRESOR_LIMITS_INIT {524288, 180}

TRESOR_API int tresor_limits_parse(tresor_limits *out, tresor_buf *findings, const void *config,
                                   size_t config_size);
TRESOR_API int tresor_limits_format(tresor_buf *out, const tresor_limits *limits);
TRESOR_API int tresor_limits_get(tresor_limits *out, tresor_buf *findings, tresor_storage *storage);
/* The config of a new store; NULL: the usual limits. */
TRESOR_API int tresor_limits_put(tresor_storage *storage, const tresor_limits *limits);
TRESOR_API int tresor_object_expired(int *out, const tresor_object *object, int64_t retention_days,
                                     int64_t now);

typedef struct tresor_sweep_options {
    unsigned version;
    int dry_run;              /* only count */
    tresor_progress progress; /* told how many backups were looked at */
    /* A status ends the sweep; none can be left out. */
    int (*before_removal)(const tresor_object *object, void *payload);
    void *payload;
    unsigned jobs; /* threads that look through a folder, at most 1024; 0: one. Those above are
                    * called by the caller's thread only. */
} tresor_sweep_options;

#define TRESOR_SWEEP_OPTIONS_INIT {1, 0, NULL, NULL, NULL, 0}

typedef struct tresor_swept {
    uint64_t examined, expired, removed, bytes_freed, kept_changed, failed;
    int first_failure; /* a tresor_status */
} tresor_swept;

/* Removes Safe backups that were not written for so many days. `now` is best the store's clock.
 * `options` may be NULL. */
TRESOR_API int tresor_storage_sweep(tresor_swept *out, tresor_storage *storage,
                                    int64_t retention_days, int64_t now,
                                    const tresor_sweep_options *options);
/* Has the engine of an s3:// store remove them by itself, and uploads that nobody finished
 * (storage/s3.hpp). TRESOR_UNSUPPORTED where it does not do that, and of all other stores, also
 * those around one. TRESOR_CONFLICT if something else lies in `backups/`. */
TRESOR_API int tresor_storage_lifecycle(tresor_storage *storage, int64_t retention_days);

/* ---- files into a store and back, verified by hash (client/transfer.hpp) ---- */

#define TRESOR_SHA256_SIZE 32

typedef struct tresor_transferred {
    uint64_t bytes;
    unsigned char sha256[TRESOR_SHA256_SIZE];
} tresor_transferred;

TRESOR_API size_t tresor_sha256_size(void);
/* `out` may be NULL here and below. */
TRESOR_API int tresor_transfer_put(tresor_transferred *out, tresor_storage *storage,
                                   const char *name, const tresor_source *content, int replace);
TRESOR_API int tresor_transfer_get(int *found, tresor_transferred *out, tresor_storage *storage,
                                   const char *name, const tresor_sink *into);
/* Where a file is kept unless said otherwise. The name may hold any byte. */
TRESOR_API int tresor_transfer_name(char out[TRESOR_OBJECT_TEXT_SIZE], const char *file_name,
                                    size_t file_name_size);

/* Where an ID export is kept: "id-exports/ECHOECHO-20261124T060500Z.txt". */
TRESOR_API int tresor_id_export_name(char out[TRESOR_OBJECT_TEXT_SIZE], const char *identity,
                                     int64_t made_at);

/* ---- a Safe server without its sockets (server.hpp) ----
 * For a program that speaks HTTP already: it reads a request, asks what to answer, and sends that.
 * TLS, accounts and base paths are its own affair. */

typedef struct tresor_header {
    const char *name;
    size_t name_size;
    const char *value;
    size_t value_size;
} tresor_header;

typedef struct tresor_request {
    unsigned version;
    const char *method;
    size_t method_size;
    const char *target; /* the path from "/" on, with or without a query */
    size_t target_size;
    const tresor_header *headers; /* as they came; accounts are not looked at */
    size_t headers_count;
    const char *peer; /* the address that asks, "192.0.2.1"; NULL: one for all */
    const void *body; /* of the size that Content-Length says, else the answer is 400 */
    size_t body_size;
    const tresor_source *source; /* instead of `body`; NULL: `body` */
} tresor_request;

#define TRESOR_REQUEST_INIT {1, NULL, 0, NULL, 0, NULL, 0, NULL, NULL, 0, NULL}

/* Counts who asks for ids that are not there. Many threads may use one. */
typedef struct tresor_throttle tresor_throttle;

/* `at_once` of them at once, then one in `apiece` seconds; 0 and 0: 60, and one a second. */
TRESOR_API int tresor_throttle_create(tresor_throttle **out, int64_t at_once, int64_t apiece);
TRESOR_API void tresor_throttle_free(tresor_throttle *throttle);

/* What can be said before the body is read: *status is 0, or that of a refusal; then close the
 * connection if a body was announced. `headers` are lines, "Name: value\r\n" each, Content-Length
 * among them; `body` is empty for a HEAD. */
TRESOR_API int tresor_server_admit(int *status, tresor_buf *headers, tresor_buf *body,
                                   const tresor_request *head, const tresor_limits *limits);
/* The answer to a whole request. What the store or the source fails with is an answer, too; it is
 * told in `failure` (a tresor_status) and `failure_text`, for a log: both may be NULL. A source
 * that loses its client fails with TRESOR_UNAVAILABLE. `limits` NULL: those in the store's
 * `config`. The throttle is shared by the threads of a server; each has its own storage. */
TRESOR_API int tresor_server_handle(int *status, tresor_buf *headers, tresor_buf *body,
                                    int *failure, tresor_buf *failure_text,
                                    tresor_storage *storage, tresor_throttle *throttle,
                                    const tresor_request *request, const tresor_limits *limits,
                                    int64_t now);

/* ---- what a client remembers (client/state.hpp) ----
 * It holds the master key: guard it like the account. */

typedef struct tresor_states tresor_states;

/* In a file of mode 0600, locked and replaced as a whole. */
TRESOR_API int tresor_states_open(tresor_states **out, const char *path);

/* In a place of your own. `load` writes the text that was saved last and sets `*found`, 0 before
 * the first. `lock` waits for others; `unlock` follows every lock that went well. `release` as that
 * of a store. */
typedef struct tresor_states_callbacks {
    unsigned version;
    int (*lock)(void *payload);
    void (*unlock)(void *payload);
    int (*load)(int *found, tresor_writer *into, void *payload);
    int (*save)(const unsigned char *json, size_t size, void *payload);
    void (*release)(void *payload); /* may be NULL */
    void *payload;
} tresor_states_callbacks;

#define TRESOR_STATES_CALLBACKS_INIT {1, NULL, NULL, NULL, NULL, NULL, NULL}

TRESOR_API int tresor_states_from_callbacks(tresor_states **out,
                                            const tresor_states_callbacks *callbacks);
TRESOR_API void tresor_states_free(tresor_states *states);

/* ---- the Safe of one account (client.hpp) ---- */

typedef struct tresor_client tresor_client;

typedef enum tresor_outcome_kind {
    TRESOR_UPLOADED = 0,
    TRESOR_UNCHANGED = 1,
    TRESOR_GRACE = 2,
    TRESOR_DISABLED = 3
} tresor_outcome_kind;

typedef struct tresor_outcome {
    int kind;   /* a tresor_outcome_kind */
    int reason; /* a tresor_reason */
    int64_t next_due;
} tresor_outcome;

typedef enum tresor_log_level {
    TRESOR_LOG_DEBUG = 0,
    TRESOR_LOG_INFO = 1,
    TRESOR_LOG_WARNING = 2
} tresor_log_level;

typedef struct tresor_client_options {
    unsigned version;
    const tresor_cycle_policy *cycle; /* NULL: the usual one */
    tresor_progress progress; /* of uploads and downloads; a storage has its own */
    /* `fields` is JSON; no secrets, of a backup id only the first byte. */
    void (*log)(int level, const char *event, const char *fields, void *payload);
    void *payload;
} tresor_client_options;

#define TRESOR_CLIENT_OPTIONS_INIT {1, NULL, NULL, NULL, NULL}

/* Keeps the states, and the storage if there is one: then every Safe of this client is there, and
 * places are notes only. With NULL it opens the place that was given to enable. `options` may be
 * NULL. */
TRESOR_API int tresor_client_create(tresor_client **out, tresor_states *states,
                                    tresor_storage *storage, const tresor_client_options *options);
TRESOR_API void tresor_client_free(tresor_client *client);

/* "uploaded"; "unknown" for no kind. Never freed. */
TRESOR_API const char *tresor_outcome_name(int kind);

/* `out` may be NULL here and below. `account` is JSON text, read leniently: what is odd in it is
 * among the findings. `place` may be NULL for a client with a storage. `data` is the program's own
 * note, NULL for none. Any password is taken: hold one that a person chooses against
 * tresor_password_check() first. */
TRESOR_API int tresor_client_enable(tresor_outcome *out, tresor_buf *findings,
                                    tresor_client *client, const char *password,
                                    size_t password_size, const char *identity, const void *account,
                                    size_t account_size, const tresor_place *place,
                                    const char *data, int replace, int64_t now);
TRESOR_API int tresor_client_tick(tresor_outcome *out, tresor_buf *findings, tresor_client *client,
                                  const void *account, size_t account_size, int force, int64_t now);
/* `account` may be NULL: that of the last backup. */
TRESOR_API int tresor_client_change_password(tresor_outcome *out, tresor_buf *findings,
                                             tresor_client *client, const char *password,
                                             size_t password_size, const void *account,
                                             size_t account_size, int64_t now);
/* A restore drill. `*differs`: from what was uploaded last. `last_upload` and `modified` may be
 * NULL. */
TRESOR_API int tresor_client_verify(int *differs, int64_t *last_upload, int64_t *modified,
                                    tresor_buf *findings, tresor_client *client);
/* Restores and goes on: Safe is on afterwards. `modified` may be NULL. */
TRESOR_API int tresor_client_restore(tresor_buf *account, int64_t *modified, tresor_buf *findings,
                                     tresor_client *client, const char *password,
                                     size_t password_size, const char *identity,
                                     const tresor_place *place, const char *data, int64_t now);
/* `*removed`: whether the backup is gone; may be NULL. */
TRESOR_API int tresor_client_disable(int *removed, tresor_client *client, int keep_backup);
/* {"enabled": true, "identity": "ECHOECHO", "store": ..., ...}, the keys of `tresor safe status
 * --json`. */
TRESOR_API int tresor_client_status(tresor_buf *json, tresor_client *client, int64_t now);
/* When to tick next, for event loops; TRESOR_NEVER when Safe is off, TRESOR_NOT_FOUND before it was
 * ever on. */
TRESOR_API int tresor_client_next_due(int64_t *out, tresor_client *client, int64_t now);

/* Gets an account back with nothing but place (or storage: one of the two is NULL), password and
 * identity. `modified` may be NULL. */
TRESOR_API int tresor_safe_restore(tresor_buf *account, int64_t *modified, tresor_buf *findings,
                              const tresor_place *place, tresor_storage *storage,
                              const char *password, size_t password_size, const char *identity);

/* ---- files that are read at any place (io.hpp) ----
 * Many threads may use one that was opened by its path. */

typedef struct tresor_file tresor_file;

TRESOR_API int tresor_file_open(tresor_file **out, const char *path);

/* A file of your own. `read_at` fills all of `into`, and is not asked for what lies beyond `size`;
 * where a work has several jobs it comes in several threads at the same time. `release` as that of
 * a store. */
typedef struct tresor_file_callbacks {
    unsigned version;
    uint64_t size;
    int (*read_at)(uint64_t offset, unsigned char *into, size_t size, void *payload);
    void (*release)(void *payload); /* may be NULL */
    void *payload;
} tresor_file_callbacks;

#define TRESOR_FILE_CALLBACKS_INIT {1, 0, NULL, NULL, NULL}

TRESOR_API int tresor_file_from_callbacks(tresor_file **out,
                                          const tresor_file_callbacks *callbacks);
TRESOR_API void tresor_file_free(tresor_file *file);

/* ---- chat archives, also called data backups (data_backup/reader.hpp, model.hpp) ----
 * In their JSON text times are "2025-01-31T10:00:00.123Z", and what is empty or unknown is left
 * out. What other people wrote is in it: names are no paths, texts no markup. */

typedef struct tresor_data_backup tresor_data_backup;
typedef struct tresor_message_reader tresor_message_reader;

typedef struct tresor_data_backup_options {
    unsigned version;
    uint64_t max_content_bytes;   /* of one entry, unpacked; 0 here and below: the usual limit */
    uint64_t max_index_bytes;     /* of each table but those of messages, unpacked */
    uint64_t max_directory_bytes; /* of the zip */
    uint64_t max_entries;
    int allow_unencrypted; /* entries without encryption, which anybody may have written */
    int assume_version;    /* 1, of an archive that says none */
    int unix_line_ends;    /* in texts, as when the app restores */
    unsigned jobs;         /* threads of verify, extract and export; 0: one */
    tresor_progress progress; /* of long work, in bytes of the file; may come in another thread */
    void *payload;
} tresor_data_backup_options;

#define TRESOR_DATA_BACKUP_OPTIONS_INIT {1, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL}

/* Opens one: TRESOR_AUTH_FAILED for a wrong password, TRESOR_MALFORMED for what is none or was cut
 * off (see salvage), TRESOR_UNSUPPORTED, TRESOR_TOO_LARGE. Keeps the file. `options` may be NULL
 * here and below. */
TRESOR_API int tresor_data_backup_open(tresor_data_backup **out, tresor_file *file,
                                       const char *password, size_t password_size,
                                       const tresor_data_backup_options *options);
TRESOR_API void tresor_data_backup_free(tresor_data_backup *archive);

/* {"version": 27, "identity": "ECHOECHO", "owner_picture": "contact_avatar_me"}; both texts may be
 * null. */
TRESOR_API int tresor_data_backup_info(tresor_buf *json, tresor_data_backup *archive);
/* The ID export in it, a secret; empty if there is none. */
TRESOR_API int tresor_data_backup_id_export(tresor_buf *code, tresor_data_backup *archive);
/* Lists of objects, whose members are those of the structs in C++. */
TRESOR_API int tresor_data_backup_contacts(tresor_buf *json, tresor_data_backup *archive);
TRESOR_API int tresor_data_backup_groups(tresor_buf *json, tresor_data_backup *archive);
TRESOR_API int tresor_data_backup_distribution_lists(tresor_buf *json, tresor_data_backup *archive);
TRESOR_API int tresor_data_backup_polls(tresor_buf *json, tresor_data_backup *archive);
TRESOR_API int tresor_data_backup_chats(tresor_buf *json, tresor_data_backup *archive);
/* {"messages": 6, "media": 1, "media_bytes": 20480, "first": ..., "last": ...}. `chat` is the id of
 * one, here and below; TRESOR_NOT_FOUND if there is none. */
TRESOR_API int tresor_data_backup_summary(tresor_buf *json, tresor_data_backup *archive,
                                          const char *chat);
/* [{"name": ..., "packed_size": ..., "size": ...}, ...] in the order of the archive; the last is
 * what the archive says. */
TRESOR_API int tresor_data_backup_entries(tresor_buf *json, tresor_data_backup *archive);
/* The content of one entry, which has been authenticated before the first byte comes. */
TRESOR_API int tresor_data_backup_read(int *found, tresor_data_backup *archive, const char *entry,
                                       const tresor_sink *into);
/* At most `most` bytes, else TRESOR_TOO_LARGE. */
TRESOR_API int tresor_data_backup_read_bytes(int *found, tresor_buf *content,
                                             tresor_data_backup *archive, const char *entry,
                                             size_t most);
/* What was odd so far; a pointer is "<entry>" or "<entry>:<line>". */
TRESOR_API int tresor_data_backup_findings(tresor_buf *findings, tresor_data_backup *archive);

/* The messages of a chat in the order of the archive. `quotes`: what they answer is looked up,
 * which costs to read the chat once or twice more before; 0: it is not. Keeps the archive. */
TRESOR_API int tresor_data_backup_messages(tresor_message_reader **out, tresor_data_backup *archive,
                                           const char *chat, int quotes);
TRESOR_API void tresor_message_reader_free(tresor_message_reader *reader);
/* The next ones, at most `most` and fewer where they are long: a JSON object and a line end for
 * each. `*count` is 0 at the end. */
TRESOR_API int tresor_message_reader_next(size_t *count, tresor_buf *lines,
                                          tresor_message_reader *reader, size_t most);

/* Damaged entries are [{"name": ..., "status": -5, "reason": ...}, ...], the first thousand; NULL
 * here and below means that nobody wants them. */
typedef struct tresor_verified {
    uint64_t entries, bytes; /* bytes: unpacked */
    uint64_t bad;            /* damaged entries */
} tresor_verified;

/* Reads all of an archive, and follows every reference in it. */
TRESOR_API int tresor_data_backup_verify(tresor_verified *out, tresor_buf *bad_entries,
                                         tresor_buf *findings, tresor_file *file,
                                         const char *password, size_t password_size,
                                         const tresor_data_backup_options *options);

typedef struct tresor_extracted {
    uint64_t files, bytes;
    uint64_t bad; /* damaged entries, which were not written */
} tresor_extracted;

/* Writes what is in the entries into a folder that is new or empty (else TRESOR_CONFLICT). */
TRESOR_API int tresor_data_backup_extract(tresor_extracted *out, tresor_buf *bad_entries,
                                          tresor_file *file, const char *password,
                                          size_t password_size, const char *folder, int media_only,
                                          const tresor_data_backup_options *options);

typedef struct tresor_salvaged {
    uint64_t recovered, lost; /* entries */
} tresor_salvaged;

/* Writes an archive of what is whole in one that was cut off or is damaged. */
TRESOR_API int tresor_data_backup_salvage(tresor_salvaged *out, tresor_file *file,
                                          const char *password, size_t password_size,
                                          const tresor_sink *into,
                                          const tresor_data_backup_options *options);

/* How many seconds a clock on the wall is ahead of UTC at a time: a time zone. NULL is UTC. */
typedef int (*tresor_utc_offset)(int64_t *seconds, int64_t time, void *payload);

/* ---- chats for people (data_backup/export.hpp, data_backup/stats.hpp) ---- */

typedef enum tresor_chat_format {
    TRESOR_CHATS_HTML = 0, /* pages for a browser, with pictures, videos and files beside them */
    TRESOR_CHATS_JSON = 1, /* an object a line and a message */
    TRESOR_CHATS_TEXT = 2
} tresor_chat_format;

typedef struct tresor_export_options {
    unsigned version;
    int format;               /* a tresor_chat_format */
    const char *const *chats; /* ids; NULL: all */
    size_t chats_count;
    const int64_t *since; /* NULL: from the first message on */
    const int64_t *until; /* messages before that; NULL: to the last one */
    const char *language; /* "en", "de"; NULL: "en" */
    int without_media;
    tresor_utc_offset utc_offset; /* of the times that people read */
    void *payload;
} tresor_export_options;

#define TRESOR_EXPORT_OPTIONS_INIT \
    {1, TRESOR_CHATS_HTML, NULL, 0, NULL, NULL, NULL, 0, NULL, NULL}

typedef struct tresor_exported {
    uint64_t chats, messages, media;
    uint64_t bad; /* entries that are damaged, and not in it, or not all of them */
} tresor_exported;

/* Writes into a folder that is new or empty (else TRESOR_CONFLICT). `options` may be NULL here and
 * below. */
TRESOR_API int tresor_data_backup_export(tresor_exported *out, tresor_buf *bad_entries,
                                         tresor_buf *findings, tresor_data_backup *archive,
                                         const char *folder,
                                         const tresor_export_options *options);

typedef struct tresor_statistics_options {
    unsigned version;
    const char *language;         /* of the page: "en", "de"; NULL: "en" */
    tresor_utc_offset utc_offset; /* of days and hours */
    void *payload;
} tresor_statistics_options;

#define TRESOR_STATISTICS_OPTIONS_INIT {1, NULL, NULL, NULL}

/* Who wrote how much, when, and what: {"messages": 11, "chats": [...], "per_day": {...}, ...}, and
 * a page of HTML with charts. Both may be NULL. */
TRESOR_API int tresor_data_backup_statistics(tresor_buf *json, tresor_buf *page,
                                             tresor_buf *findings, tresor_data_backup *archive,
                                             const tresor_statistics_options *options);

/* ---- chat archives that are made (data_backup/writer.hpp, data_backup/filter.hpp) ----
 * JSON text is as the functions above and exports write it; a member that is not known is
 * TRESOR_INVALID_ARGUMENT, and so is whatever the app would drop, or not restore. What only a
 * reader knows in it (indices, names of entries, what a quote says) does not matter. */

typedef struct tresor_archive_writer tresor_archive_writer;

typedef struct tresor_write_options {
    unsigned version;
    int64_t made_at; /* of all entries; a zip begins in 1980 */
    unsigned jobs;   /* threads that pack and encrypt, at most 1024; 0: one */
    int replace;     /* what has the name of the file already; else it is TRESOR_CONFLICT */
    tresor_utc_offset utc_offset; /* a zip tells the time by the clock on the wall */
    tresor_progress progress;     /* of bytes written */
    void *payload;                /* of both */
} tresor_write_options;

#define TRESOR_WRITE_OPTIONS_INIT {1, 0, 0, 0, NULL, NULL, NULL}

/* Begins one at a path, where it appears whole or not at all. The password has 8 to 256 characters.
 * `options` may be NULL here and below. */
TRESOR_API int tresor_archive_writer_open(tresor_archive_writer **out, const char *path,
                                          const char *password, size_t password_size,
                                          const tresor_write_options *options);
/* Or into a sink of your own, whose functions must live as long. */
TRESOR_API int tresor_archive_writer_into(tresor_archive_writer **out, const tresor_sink *into,
                                          const char *password, size_t password_size,
                                          const tresor_write_options *options);
/* Without tresor_archive_writer_finish() there is no file. */
TRESOR_API void tresor_archive_writer_free(tresor_archive_writer *writer);

/* In this order: the owner, contacts, groups, distribution lists; each begins its chat, to which
 * media, thumbnails and then messages are added. The JSON is what the readers above give; a group
 * has a `user_state` ("member", "kicked" or "left"), which the app must know. A writer that failed
 * in any of them can only be freed; JSON text that cannot be read does it no harm. */
TRESOR_API int tresor_archive_writer_set_owner(tresor_archive_writer *writer, const char *identity,
                                               const unsigned char private_key[TRESOR_KEY_SIZE]);
TRESOR_API int tresor_archive_writer_set_owner_picture(tresor_archive_writer *writer,
                                                       const tresor_source *image);
/* Pictures may be NULL: the one that was assigned to a contact, the one of their own. */
TRESOR_API int tresor_archive_writer_add_contact(tresor_archive_writer *writer, const void *json,
                                                 size_t json_size, const tresor_source *assigned,
                                                 const tresor_source *own);
TRESOR_API int tresor_archive_writer_add_group(tresor_archive_writer *writer, const void *json,
                                               size_t json_size, const tresor_source *picture);
TRESOR_API int tresor_archive_writer_add_distribution_list(tresor_archive_writer *writer,
                                                           const void *json, size_t json_size);
TRESOR_API int tresor_archive_writer_add_media(tresor_archive_writer *writer, const char *uid,
                                               const tresor_source *content);
TRESOR_API int tresor_archive_writer_add_thumbnail(tresor_archive_writer *writer, const char *uid,
                                                   const tresor_source *image);
TRESOR_API int tresor_archive_writer_add_message(tresor_archive_writer *writer, const void *json,
                                                 size_t json_size);
/* Any time. */
TRESOR_API int tresor_archive_writer_add_poll(tresor_archive_writer *writer, const void *json,
                                              size_t json_size);

typedef enum tresor_nonce_scope {
    TRESOR_NONCE_CHAT = 0,
    TRESOR_NONCE_MULTI_DEVICE = 1
} tresor_nonce_scope;

/* HMAC-SHA256 of a nonce, with the owner's identity as key. */
TRESOR_API int tresor_archive_writer_add_nonce(tresor_archive_writer *writer, int scope,
                                               const unsigned char hash[TRESOR_SHA256_SIZE]);

typedef struct tresor_written {
    uint64_t entries, bytes, messages;
} tresor_written;

/* Writes what is left, and gives the file its name. `out` may be NULL. */
TRESOR_API int tresor_archive_writer_finish(tresor_written *out, tresor_archive_writer *writer);

/* What of an archive is kept. */
typedef struct tresor_cut {
    unsigned version;
    const char *const *chats; /* ids; NULL: all */
    size_t chats_count;
    const int64_t *since; /* NULL: from the first message on */
    const int64_t *until; /* messages before that; NULL: to the last one */
    int without_media;
} tresor_cut;

#define TRESOR_CUT_INIT {1, NULL, 0, NULL, NULL, 0}

typedef struct tresor_rewritten {
    uint64_t entries, bytes, messages;
    uint64_t bad; /* damaged entries, which are not in it */
} tresor_rewritten;

/* The same archive with another password, or less of it. `cut` may be NULL: all. `reading` may be
 * NULL here and below; jobs and progress are those of `options`. */
TRESOR_API int tresor_data_backup_filter(
    tresor_rewritten *out, tresor_buf *bad_entries, tresor_buf *findings, tresor_file *file,
    const char *password, size_t password_size, const tresor_sink *into, const char *new_password,
    size_t new_password_size, const tresor_cut *cut, const tresor_write_options *options,
    const tresor_data_backup_options *reading);
/* All that is in one of two archives of the same owner. `conflicts` are like findings: what both
 * have, differently, and none is newer; it may be NULL. */
TRESOR_API int tresor_data_backup_merge(
    tresor_rewritten *out, tresor_buf *conflicts, tresor_buf *bad_entries, tresor_buf *findings,
    tresor_file *first, const char *first_password, size_t first_password_size, tresor_file *second,
    const char *second_password, size_t second_password_size, const tresor_sink *into,
    const char *new_password, size_t new_password_size, const tresor_write_options *options,
    const tresor_data_backup_options *reading);
/* An archive of a folder as tresor_data_backup_extract() leaves it. */
TRESOR_API int tresor_data_backup_create(tresor_rewritten *out, tresor_buf *findings,
                                         const char *folder, const char *identity_password,
                                         size_t identity_password_size, const tresor_sink *into,
                                         const char *password, size_t password_size,
                                         const tresor_write_options *options);

/* ---- chat archives in a safe place (storage/schedule.hpp, client/archives.hpp) ---- */

typedef enum tresor_every {
    TRESOR_EVERY_DAILY = 0,
    TRESOR_EVERY_WEEKLY = 1,
    TRESOR_EVERY_MONTHLY = 2,
    TRESOR_EVERY_QUARTERLY = 3,
    TRESOR_EVERY_YEARLY = 4
} tresor_every;
TRESOR_API const char *tresor_every_name(int every); /* "daily", or "unknown" */

/* When the next one is due: the same time on the wall a day, a week, ... after the last one. */
TRESOR_API int tresor_schedule_next_due(int64_t *out, int every, int64_t last,
                                        tresor_utc_offset utc_offset, void *payload);
/* Which copies of these times stay by a policy "daily:7,weekly:4,monthly:12,yearly:10", and why:
 * [{"time": 1795500000, "kept": true, "reasons": ["newest", ...]}, ...], the newest first. */
TRESOR_API int tresor_schedule_thin(tresor_buf *json, const int64_t *times, size_t times_count,
                                    const char *keep, tresor_utc_offset utc_offset, void *payload);

typedef struct tresor_put_archive_options {
    unsigned version;
    const char *owner; /* the ID, of an archive that does not tell it; else NULL */
    const char *keep;  /* a policy by which old copies are removed; NULL: none is */
    const char *deep;  /* path of a file to be: the copy is downloaded there and verified; NULL */
    int replace;       /* another archive of that name; else it is TRESOR_CONFLICT */
    int dry_run;       /* only tell what would be done */
    tresor_utc_offset utc_offset; /* of days and months */
    void *payload;
    int64_t now; /* a copy from more than a day later does not count when old ones are removed */
} tresor_put_archive_options;

#define TRESOR_PUT_ARCHIVE_OPTIONS_INIT {1, NULL, NULL, NULL, 0, 0, NULL, NULL, TRESOR_NEVER}

/* Verifies an archive, uploads it as data-backups/<ID>-<time>.zip, reads it back and compares, and
 * thins the owner's copies: {"name": ..., "bytes": ..., "sha256": ..., "uploaded": true,
 * "copies": [{"name", "time", "bytes", "fate": "kept" | "removed" | "failed", "reasons"}, ...],
 * "first_failure": 0}, the last a tresor_status of a removal. The name that the app gave the file
 * tells the time, and may hold any byte. `reading` and `options` may be NULL. */
TRESOR_API int tresor_archive_put(tresor_buf *json, tresor_storage *storage, tresor_file *file,
                                  const char *file_name, size_t file_name_size,
                                  const char *password, size_t password_size,
                                  const tresor_data_backup_options *reading,
                                  const tresor_put_archive_options *options);
/* Of each owner who has a copy, or of one (`owner` may be NULL): [{"identity": ..., "last_good":
 * 1795500000 or null, "name", "bytes", "generations", "total_bytes", "next_due", "overdue"}, ...].
 */
TRESOR_API int tresor_archive_status(tresor_buf *json, tresor_storage *storage, const char *owner,
                                     int every, int64_t now, tresor_utc_offset utc_offset,
                                     void *payload);

#ifdef __cplusplus
}
#endif

#endif
