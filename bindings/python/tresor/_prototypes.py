"""tresor.h as ctypes sees it: every struct, every function. A test compares it with the header.

Pointers to handles and structs have their own types. Bytes of any kind go as addresses (c_void_p), with their size or
of a size that the function says; plain strings as c_char_p.
"""
from __future__ import annotations

import ctypes
from ctypes import (CFUNCTYPE, POINTER, Structure, c_char, c_char_p, c_double, c_int, c_int64, c_size_t, c_ubyte, c_uint,
                    c_uint64, c_void_p)
from typing import Any, Dict, List, Tuple

ABI_VERSION = 1
NEVER = -2**63
UNKNOWN_SIZE = 2**64 - 1
TIME_SIZE = 21
IDENTITY_SIZE = 9
KEY_SIZE = 32
KEY_TEXT_SIZE = 45
BACKUP_ID_SIZE = 32
BACKUP_ID_HEX_SIZE = 65
MASTER_KEY_SIZE = 64
DIGEST_SIZE = 32
OBJECT_TEXT_SIZE = 256
SHA256_SIZE = 32


class tresor_keys(Structure):
    pass


class tresor_storage(Structure):
    pass


class tresor_reader(Structure):
    pass


class tresor_writer(Structure):
    pass


class tresor_visitor(Structure):
    pass


class tresor_states(Structure):
    pass


class tresor_client(Structure):
    pass


class tresor_file(Structure):
    pass


class tresor_data_backup(Structure):
    pass


class tresor_message_reader(Structure):
    pass


class tresor_archive_writer(Structure):
    pass


class tresor_throttle(Structure):
    pass


class tresor_buf(Structure):
    _fields_ = [("data", c_void_p), ("size", c_size_t)]


class tresor_account_counts(Structure):
    _fields_ = [("contacts", c_uint64), ("groups", c_uint64), ("distribution_lists", c_uint64)]


tresor_entropy = CFUNCTYPE(c_int, POINTER(c_double), c_void_p, c_size_t, c_void_p)


class tresor_password_options(Structure):
    _fields_ = [("version", c_uint), ("policy", c_int), ("words", c_void_p), ("words_size", c_size_t), ("pattern", c_char_p),
                ("confirmation", c_void_p), ("confirmation_size", c_size_t), ("min_entropy_bits", c_double),
                ("entropy", tresor_entropy), ("payload", c_void_p)]


class tresor_cycle_state(Structure):
    _fields_ = [("version", c_uint), ("enabled", c_int), ("enabled_at", c_int64), ("last_attempt", c_int64),
                ("last_upload", c_int64), ("has_digest", c_int), ("digest", c_ubyte * DIGEST_SIZE), ("last_error", c_int),
                ("failures", c_uint), ("failing_since", c_int64), ("not_before", c_int64), ("retention_days", c_int64)]


class tresor_cycle_policy(Structure):
    _fields_ = [("version", c_uint), ("period", c_int64), ("grace", c_int64), ("refresh_after", c_int64)]


class tresor_decision(Structure):
    _fields_ = [("upload", c_int), ("reason", c_int), ("next_due", c_int64)]


tresor_progress = CFUNCTYPE(c_int, c_uint64, c_uint64, c_void_p)


class tresor_source(Structure):
    _fields_ = [("version", c_uint), ("size", c_uint64),
                ("read", CFUNCTYPE(c_int, POINTER(c_size_t), c_void_p, c_size_t, c_void_p)),
                ("rewind", CFUNCTYPE(c_int, c_void_p)), ("payload", c_void_p)]


class tresor_sink(Structure):
    _fields_ = [("version", c_uint), ("write", CFUNCTYPE(c_int, c_void_p, c_size_t, c_void_p)),
                ("restart", CFUNCTYPE(c_int, c_void_p)), ("payload", c_void_p)]


class tresor_object(Structure):
    _fields_ = [("name", c_char * OBJECT_TEXT_SIZE), ("size", c_uint64), ("modified", c_int64),
                ("version", c_char * OBJECT_TEXT_SIZE)]


class tresor_condition(Structure):
    _fields_ = [("kind", c_int), ("version", c_char_p)]


class tresor_place(Structure):
    _fields_ = [("version", c_uint), ("location", c_char_p), ("user", c_char_p), ("password", c_void_p),
                ("password_size", c_size_t), ("password_file", c_char_p), ("ca_file", c_char_p), ("pin", c_char_p),
                ("proxy", c_char_p), ("user_agent", c_char_p), ("timeout", c_int64), ("allow_insecure", c_int),
                ("token", c_void_p), ("token_size", c_size_t)]


class tresor_storage_options(Structure):
    _fields_ = [("version", c_uint), ("create", c_int), ("progress", tresor_progress), ("payload", c_void_p)]


class tresor_storage_callbacks(Structure):
    _fields_ = [
        ("version", c_uint), ("abilities", c_uint), ("description", c_char_p),
        ("put", CFUNCTYPE(c_int, POINTER(tresor_object), c_char_p, POINTER(tresor_reader), POINTER(tresor_condition),
                          c_void_p)),
        ("stat", CFUNCTYPE(c_int, POINTER(c_int), POINTER(tresor_object), c_char_p, c_void_p)),
        ("get", CFUNCTYPE(c_int, POINTER(c_int), POINTER(tresor_object), c_char_p, POINTER(tresor_writer), c_void_p)),
        ("remove", CFUNCTYPE(c_int, POINTER(c_int), c_char_p, POINTER(tresor_condition), c_void_p)),
        ("list", CFUNCTYPE(c_int, c_char_p, POINTER(tresor_visitor), c_void_p)),
        ("clock", CFUNCTYPE(c_int, POINTER(c_int64), c_void_p)), ("release", CFUNCTYPE(None, c_void_p)),
        ("payload", c_void_p)]


tresor_wait = CFUNCTYPE(c_int, c_int64, c_void_p)
tresor_visit = CFUNCTYPE(c_int, POINTER(c_int), POINTER(tresor_object), c_void_p)


class tresor_limits(Structure):
    _fields_ = [("max_backup_bytes", c_uint64), ("retention_days", c_int64)]


class tresor_sweep_options(Structure):
    _fields_ = [("version", c_uint), ("dry_run", c_int), ("progress", tresor_progress),
                ("before_removal", CFUNCTYPE(c_int, POINTER(tresor_object), c_void_p)), ("payload", c_void_p),
                ("jobs", c_uint)]


class tresor_swept(Structure):
    _fields_ = [("examined", c_uint64), ("expired", c_uint64), ("removed", c_uint64), ("bytes_freed", c_uint64),
                ("kept_changed", c_uint64), ("failed", c_uint64), ("first_failure", c_int)]


class tresor_transferred(Structure):
    _fields_ = [("bytes", c_uint64), ("sha256", c_ubyte * SHA256_SIZE)]


class tresor_header(Structure):
    _fields_ = [("name", c_void_p), ("name_size", c_size_t), ("value", c_void_p), ("value_size", c_size_t)]


class tresor_request(Structure):
    _fields_ = [("version", c_uint), ("method", c_void_p), ("method_size", c_size_t), ("target", c_void_p),
                ("target_size", c_size_t), ("headers", POINTER(tresor_header)), ("headers_count", c_size_t),
                ("peer", c_char_p), ("body", c_void_p), ("body_size", c_size_t), ("source", POINTER(tresor_source))]


class tresor_states_callbacks(Structure):
    _fields_ = [("version", c_uint), ("lock", CFUNCTYPE(c_int, c_void_p)), ("unlock", CFUNCTYPE(None, c_void_p)),
                ("load", CFUNCTYPE(c_int, POINTER(c_int), POINTER(tresor_writer), c_void_p)),
                ("save", CFUNCTYPE(c_int, c_void_p, c_size_t, c_void_p)), ("release", CFUNCTYPE(None, c_void_p)),
                ("payload", c_void_p)]


class tresor_outcome(Structure):
    _fields_ = [("kind", c_int), ("reason", c_int), ("next_due", c_int64)]


class tresor_client_options(Structure):
    _fields_ = [("version", c_uint), ("cycle", POINTER(tresor_cycle_policy)), ("progress", tresor_progress),
                ("log", CFUNCTYPE(None, c_int, c_char_p, c_char_p, c_void_p)), ("payload", c_void_p)]


class tresor_file_callbacks(Structure):
    _fields_ = [("version", c_uint), ("size", c_uint64),
                ("read_at", CFUNCTYPE(c_int, c_uint64, c_void_p, c_size_t, c_void_p)),
                ("release", CFUNCTYPE(None, c_void_p)), ("payload", c_void_p)]


class tresor_data_backup_options(Structure):
    _fields_ = [("version", c_uint), ("max_content_bytes", c_uint64), ("max_index_bytes", c_uint64),
                ("max_directory_bytes", c_uint64), ("max_entries", c_uint64), ("allow_unencrypted", c_int),
                ("assume_version", c_int), ("unix_line_ends", c_int), ("jobs", c_uint), ("progress", tresor_progress),
                ("payload", c_void_p)]


class tresor_verified(Structure):
    _fields_ = [("entries", c_uint64), ("bytes", c_uint64), ("bad", c_uint64)]


class tresor_extracted(Structure):
    _fields_ = [("files", c_uint64), ("bytes", c_uint64), ("bad", c_uint64)]


class tresor_salvaged(Structure):
    _fields_ = [("recovered", c_uint64), ("lost", c_uint64)]


tresor_utc_offset = CFUNCTYPE(c_int, POINTER(c_int64), c_int64, c_void_p)


class tresor_export_options(Structure):
    _fields_ = [("version", c_uint), ("format", c_int), ("chats", POINTER(c_void_p)), ("chats_count", c_size_t),
                ("since", POINTER(c_int64)), ("until", POINTER(c_int64)), ("language", c_char_p),
                ("without_media", c_int), ("utc_offset", tresor_utc_offset), ("payload", c_void_p)]


class tresor_exported(Structure):
    _fields_ = [("chats", c_uint64), ("messages", c_uint64), ("media", c_uint64), ("bad", c_uint64)]


class tresor_statistics_options(Structure):
    _fields_ = [("version", c_uint), ("language", c_char_p), ("utc_offset", tresor_utc_offset), ("payload", c_void_p)]


class tresor_write_options(Structure):
    _fields_ = [("version", c_uint), ("made_at", c_int64), ("jobs", c_uint), ("replace", c_int),
                ("utc_offset", tresor_utc_offset), ("progress", tresor_progress), ("payload", c_void_p)]


class tresor_written(Structure):
    _fields_ = [("entries", c_uint64), ("bytes", c_uint64), ("messages", c_uint64)]


class tresor_cut(Structure):
    _fields_ = [("version", c_uint), ("chats", POINTER(c_void_p)), ("chats_count", c_size_t),
                ("since", POINTER(c_int64)), ("until", POINTER(c_int64)), ("without_media", c_int)]


class tresor_rewritten(Structure):
    _fields_ = [("entries", c_uint64), ("bytes", c_uint64), ("messages", c_uint64), ("bad", c_uint64)]


class tresor_put_archive_options(Structure):
    _fields_ = [("version", c_uint), ("owner", c_char_p), ("keep", c_char_p), ("deep", c_char_p), ("replace", c_int),
                ("dry_run", c_int), ("utc_offset", tresor_utc_offset), ("payload", c_void_p), ("now", c_int64)]


# What the _INIT of a struct sets besides zeros.
INITS: Dict[Any, Dict[str, Any]] = {
    tresor_buf: {}, tresor_password_options: {"version": 1}, tresor_cycle_policy: {"version": 1}, tresor_source: {
        "version": 1, "size": UNKNOWN_SIZE}, tresor_sink: {"version": 1}, tresor_place: {"version": 1},
    tresor_storage_options: {"version": 1}, tresor_storage_callbacks: {"version": 1},
    tresor_limits: {"max_backup_bytes": 524288, "retention_days": 180}, tresor_sweep_options: {"version": 1},
    tresor_request: {"version": 1}, tresor_states_callbacks: {"version": 1}, tresor_client_options: {"version": 1},
    tresor_file_callbacks: {"version": 1}, tresor_data_backup_options: {"version": 1},
    tresor_export_options: {"version": 1}, tresor_statistics_options: {"version": 1},
    tresor_put_archive_options: {"version": 1, "now": NEVER}, tresor_write_options: {"version": 1}, tresor_cut: {"version": 1},
    tresor_cycle_state: {"version": 1, "enabled_at": NEVER, "last_attempt": NEVER, "last_upload": NEVER,
                         "failing_since": NEVER, "not_before": NEVER, "retention_days": 180},
}

PROTOTYPES: Dict[str, Tuple[Any, List[Any]]] = {}


def _declare(name: str, arguments: List[Any], restype: Any = c_int) -> None:
    PROTOTYPES[name] = (restype, arguments)


def _pointers(*types: Any) -> List[Any]:
    return [POINTER(type_) for type_ in types]


# Mostly so: out arguments, and the handle.
_keys, _storage, _states, _client, _buf, _object = _pointers(
    tresor_keys, tresor_storage, tresor_states, tresor_client, tresor_buf, tresor_object)
_file, _archive, _messages, _archive_options = _pointers(
    tresor_file, tresor_data_backup, tresor_message_reader, tresor_data_backup_options)
_outcome, _place, _condition, _cycle_state, _cycle_policy = _pointers(
    tresor_outcome, tresor_place, tresor_condition, tresor_cycle_state, tresor_cycle_policy)
_int, _unsigned, _int64, _size = _pointers(c_int, c_uint, c_int64, c_size_t)

_declare("tresor_version", [], c_char_p)
_declare("tresor_abi_version", [], c_uint)

_declare("tresor_status_name", [c_int], c_char_p)
_declare("tresor_error_status", [])
_declare("tresor_error_text", [], c_char_p)
_declare("tresor_error_retry_after", [], c_int64)
_declare("tresor_error_http_status", [])
_declare("tresor_error_set", [c_int, c_char_p])
_declare("tresor_error_set_answer", [c_int64, c_int], None)
_declare("tresor_struct_size", [c_char_p], c_size_t)
_declare("tresor_buf_dispose", [_buf], None)

_declare("tresor_time_size", [], c_size_t)
_declare("tresor_time_now", [], c_int64)
_declare("tresor_time_format", [c_void_p, c_int64])
_declare("tresor_time_parse", [_int64, c_char_p])

_declare("tresor_identity_size", [], c_size_t)
_declare("tresor_key_size", [], c_size_t)
_declare("tresor_backup_id_size", [], c_size_t)
_declare("tresor_backup_id_hex_size", [], c_size_t)
_declare("tresor_identity_parse", [c_void_p, c_char_p])
_declare("tresor_identity_public_key", [c_void_p, c_void_p])
_declare("tresor_key_text_size", [], c_size_t)
_declare("tresor_identity_parse_key", [c_void_p, c_void_p, c_size_t])
_declare("tresor_identity_format_key", [c_void_p, c_void_p])
_declare("tresor_backup_id_format", [c_void_p, c_void_p])
_declare("tresor_backup_id_parse", [c_void_p, c_char_p])

_declare("tresor_id_scheme_name", [c_int], c_char_p)
_declare("tresor_id_scheme_supported", [c_int])
_declare("tresor_id_export_encode", [_buf, c_char_p, c_void_p, c_void_p, c_size_t, c_int])
_declare("tresor_id_export_decode", [c_void_p, c_void_p, c_void_p, _int, c_void_p, c_size_t, c_int, c_void_p, c_size_t])
_declare("tresor_id_export_find", [_buf, _int, c_void_p, c_size_t, c_int])
_declare("tresor_id_export_bad_characters", [_buf, c_void_p, c_size_t])
_declare("tresor_id_export_sheet", [_buf, c_char_p, c_char_p, c_int64, c_int, c_char_p])
_declare("tresor_id_export_qr", [_buf, _size, c_char_p])
_declare("tresor_id_export_name", [c_void_p, c_char_p, c_int64])

_declare("tresor_master_key_size", [], c_size_t)
_declare("tresor_keys_derive", [POINTER(_keys), c_void_p, c_size_t, c_char_p])
_declare("tresor_keys_from_master", [POINTER(_keys), c_void_p])
_declare("tresor_keys_free", [_keys], None)
_declare("tresor_keys_backup_id", [c_void_p, _keys])
_declare("tresor_keys_master_key", [c_void_p, _keys])
_declare("tresor_keys_encryption_key", [c_void_p, _keys])

_declare("tresor_container_size", [c_size_t], c_size_t)
_declare("tresor_container_seal", [_buf, c_void_p, c_size_t, _keys])
_declare("tresor_container_seal_into", [c_void_p, c_size_t, c_void_p, c_size_t, _keys])
_declare("tresor_container_open", [_buf, _buf, c_void_p, c_size_t, _keys])
_declare("tresor_account_check", [_buf, POINTER(tresor_account_counts), _buf, c_void_p, c_size_t, c_char_p])

_declare("tresor_password_check", [_unsigned, _unsigned, c_void_p, c_size_t, POINTER(tresor_password_options)])
_declare("tresor_password_issue_text", [c_uint], c_char_p)

_declare("tresor_digest_size", [], c_size_t)
_declare("tresor_cycle_digest", [c_void_p, c_void_p, c_size_t, _keys])
_declare("tresor_cycle_decide", [POINTER(tresor_decision), _cycle_state, c_void_p, c_int, _cycle_policy, c_int64])
_declare("tresor_cycle_after_upload", [_cycle_state, c_void_p, c_int64])
_declare("tresor_cycle_after_skip", [_cycle_state, c_int, c_int64])
_declare("tresor_cycle_after_failure", [_cycle_state, c_int, c_int64, c_int64])
_declare("tresor_cycle_next_due", [_int64, _cycle_state, _cycle_policy, c_int64])
_declare("tresor_cycle_refresh_due", [_int64, _cycle_state, _cycle_policy])
_declare("tresor_cycle_expires_at", [_int64, _cycle_state])
_declare("tresor_cycle_warnings", [_buf, _cycle_state, c_int64])
_declare("tresor_reason_name", [c_int], c_char_p)

_declare("tresor_object_text_size", [], c_size_t)
_declare("tresor_object_set", [_object, c_char_p, c_uint64, c_int64, c_char_p])
_declare("tresor_storage_open", [POINTER(_storage), _place, POINTER(tresor_storage_options)])
_declare("tresor_storage_from_callbacks", [POINTER(_storage), POINTER(tresor_storage_callbacks)])
_declare("tresor_reader_size", [POINTER(tresor_reader)], c_uint64)
_declare("tresor_reader_read", [_size, POINTER(tresor_reader), c_void_p, c_size_t])
_declare("tresor_reader_read_all", [_buf, POINTER(tresor_reader), c_size_t])
_declare("tresor_reader_rewind", [POINTER(tresor_reader)])
_declare("tresor_writer_write", [POINTER(tresor_writer), c_void_p, c_size_t])
_declare("tresor_visitor_show", [_int, POINTER(tresor_visitor), _object])
_declare("tresor_storage_mirror", [POINTER(_storage), POINTER(_storage), c_size_t])
_declare("tresor_storage_retrying", [POINTER(_storage), _storage, tresor_wait, c_void_p])
_declare("tresor_storage_free", [_storage], None)
_declare("tresor_storage_describe", [_buf, _storage])
_declare("tresor_storage_abilities", [_unsigned, _storage])
_declare("tresor_storage_put", [_object, _storage, c_char_p, POINTER(tresor_source), _condition])
_declare("tresor_storage_put_bytes", [_object, _storage, c_char_p, c_void_p, c_size_t, _condition])
_declare("tresor_storage_stat", [_int, _object, _storage, c_char_p])
_declare("tresor_storage_get", [_int, _object, _storage, c_char_p, POINTER(tresor_sink)])
_declare("tresor_storage_get_bytes", [_int, _object, _buf, _storage, c_char_p, c_size_t])
_declare("tresor_storage_remove", [_int, _storage, c_char_p, _condition])
_declare("tresor_storage_list", [_storage, c_char_p, tresor_visit, c_void_p])
_declare("tresor_storage_clock", [_int64, _storage])
_declare("tresor_storage_check", [_buf, _int, _storage, _storage])

_declare("tresor_limits_parse", [POINTER(tresor_limits), _buf, c_void_p, c_size_t])
_declare("tresor_limits_format", [_buf, POINTER(tresor_limits)])
_declare("tresor_limits_get", [POINTER(tresor_limits), _buf, _storage])
_declare("tresor_limits_put", [_storage, POINTER(tresor_limits)])
_declare("tresor_object_expired", [_int, _object, c_int64, c_int64])
_declare("tresor_storage_sweep", [POINTER(tresor_swept), _storage, c_int64, c_int64, POINTER(tresor_sweep_options)])
_declare("tresor_storage_lifecycle", [_storage, c_int64])

_declare("tresor_sha256_size", [], c_size_t)
_declare("tresor_transfer_put", [POINTER(tresor_transferred), _storage, c_char_p, POINTER(tresor_source), c_int])
_declare("tresor_transfer_get", [_int, POINTER(tresor_transferred), _storage, c_char_p, POINTER(tresor_sink)])
_declare("tresor_transfer_name", [c_void_p, c_void_p, c_size_t])

_declare("tresor_throttle_create", [POINTER(POINTER(tresor_throttle)), c_int64, c_int64])
_declare("tresor_throttle_free", [POINTER(tresor_throttle)], None)
_declare("tresor_server_admit", [_int, _buf, _buf, POINTER(tresor_request), POINTER(tresor_limits)])
_declare("tresor_server_handle", [_int, _buf, _buf, _int, _buf, _storage, POINTER(tresor_throttle), POINTER(tresor_request),
                                  POINTER(tresor_limits), c_int64])

_declare("tresor_states_open", [POINTER(_states), c_char_p])
_declare("tresor_states_from_callbacks", [POINTER(_states), POINTER(tresor_states_callbacks)])
_declare("tresor_states_free", [_states], None)

_declare("tresor_client_create", [POINTER(_client), _states, _storage, POINTER(tresor_client_options)])
_declare("tresor_client_free", [_client], None)
_declare("tresor_outcome_name", [c_int], c_char_p)
_declare("tresor_client_enable", [_outcome, _buf, _client, c_void_p, c_size_t, c_char_p, c_void_p, c_size_t, _place,
                                  c_char_p, c_int, c_int64])
_declare("tresor_client_tick", [_outcome, _buf, _client, c_void_p, c_size_t, c_int, c_int64])
_declare("tresor_client_change_password", [_outcome, _buf, _client, c_void_p, c_size_t, c_void_p, c_size_t, c_int64])
_declare("tresor_client_verify", [_int, _int64, _int64, _buf, _client])
_declare("tresor_client_restore", [_buf, _int64, _buf, _client, c_void_p, c_size_t, c_char_p, _place, c_char_p, c_int64])
_declare("tresor_client_disable", [_int, _client, c_int])
_declare("tresor_client_status", [_buf, _client, c_int64])
_declare("tresor_client_next_due", [_int64, _client, c_int64])
_declare("tresor_safe_restore", [_buf, _int64, _buf, _place, _storage, c_void_p, c_size_t, c_char_p])

_declare("tresor_file_open", [POINTER(_file), c_char_p])
_declare("tresor_file_from_callbacks", [POINTER(_file), POINTER(tresor_file_callbacks)])
_declare("tresor_file_free", [_file], None)
_declare("tresor_data_backup_open", [POINTER(_archive), _file, c_void_p, c_size_t, _archive_options])
_declare("tresor_data_backup_free", [_archive], None)
_declare("tresor_data_backup_info", [_buf, _archive])
_declare("tresor_data_backup_id_export", [_buf, _archive])
_declare("tresor_data_backup_contacts", [_buf, _archive])
_declare("tresor_data_backup_groups", [_buf, _archive])
_declare("tresor_data_backup_distribution_lists", [_buf, _archive])
_declare("tresor_data_backup_polls", [_buf, _archive])
_declare("tresor_data_backup_chats", [_buf, _archive])
_declare("tresor_data_backup_summary", [_buf, _archive, c_char_p])
_declare("tresor_data_backup_entries", [_buf, _archive])
_declare("tresor_data_backup_read", [_int, _archive, c_char_p, POINTER(tresor_sink)])
_declare("tresor_data_backup_read_bytes", [_int, _buf, _archive, c_char_p, c_size_t])
_declare("tresor_data_backup_findings", [_buf, _archive])
_declare("tresor_data_backup_messages", [POINTER(_messages), _archive, c_char_p, c_int])
_declare("tresor_message_reader_free", [_messages], None)
_declare("tresor_message_reader_next", [_size, _buf, _messages, c_size_t])
_declare("tresor_data_backup_verify", [POINTER(tresor_verified), _buf, _buf, _file, c_void_p, c_size_t, _archive_options])
_declare("tresor_data_backup_extract", [POINTER(tresor_extracted), _buf, _file, c_void_p, c_size_t, c_char_p, c_int,
                                        _archive_options])
_declare("tresor_data_backup_salvage", [POINTER(tresor_salvaged), _file, c_void_p, c_size_t, POINTER(tresor_sink),
                                        _archive_options])
_declare("tresor_data_backup_export", [POINTER(tresor_exported), _buf, _buf, _archive, c_char_p, POINTER(tresor_export_options)])
_declare("tresor_data_backup_statistics", [_buf, _buf, _buf, _archive, POINTER(tresor_statistics_options)])

_writing, _source, _sink, _rewritten, _write_options = _pointers(
    tresor_archive_writer, tresor_source, tresor_sink, tresor_rewritten, tresor_write_options)
_declare("tresor_archive_writer_open", [POINTER(_writing), c_char_p, c_void_p, c_size_t, _write_options])
_declare("tresor_archive_writer_into", [POINTER(_writing), _sink, c_void_p, c_size_t, _write_options])
_declare("tresor_archive_writer_free", [_writing], None)
_declare("tresor_archive_writer_set_owner", [_writing, c_char_p, c_void_p])
_declare("tresor_archive_writer_set_owner_picture", [_writing, _source])
_declare("tresor_archive_writer_add_contact", [_writing, c_void_p, c_size_t, _source, _source])
_declare("tresor_archive_writer_add_group", [_writing, c_void_p, c_size_t, _source])
_declare("tresor_archive_writer_add_distribution_list", [_writing, c_void_p, c_size_t])
_declare("tresor_archive_writer_add_media", [_writing, c_char_p, _source])
_declare("tresor_archive_writer_add_thumbnail", [_writing, c_char_p, _source])
_declare("tresor_archive_writer_add_message", [_writing, c_void_p, c_size_t])
_declare("tresor_archive_writer_add_poll", [_writing, c_void_p, c_size_t])
_declare("tresor_archive_writer_add_nonce", [_writing, c_int, c_void_p])
_declare("tresor_archive_writer_finish", [POINTER(tresor_written), _writing])
_declare("tresor_data_backup_filter", [_rewritten, _buf, _buf, _file, c_void_p, c_size_t, _sink, c_void_p, c_size_t,
                                       POINTER(tresor_cut), _write_options, _archive_options])
_declare("tresor_data_backup_merge", [_rewritten, _buf, _buf, _buf, _file, c_void_p, c_size_t, _file, c_void_p, c_size_t,
                                      _sink, c_void_p, c_size_t, _write_options, _archive_options])
_declare("tresor_data_backup_create", [_rewritten, _buf, c_char_p, c_void_p, c_size_t, _sink, c_void_p, c_size_t,
                                       _write_options])


def new(struct: Any) -> Any:
    """A struct as its _INIT makes it."""
    return struct(**INITS[struct])


def member(struct: Any, name: str) -> Any:
    """The type of a member."""
    return dict(struct._fields_)[name]

_declare("tresor_every_name", [c_int], c_char_p)
_declare("tresor_schedule_next_due", [_int64, c_int, c_int64, tresor_utc_offset, c_void_p])
_declare("tresor_schedule_thin", [_buf, _int64, c_size_t, c_char_p, tresor_utc_offset, c_void_p])
_declare("tresor_archive_put", [_buf, _storage, _file, c_void_p, c_size_t, c_void_p, c_size_t, _archive_options,
                                POINTER(tresor_put_archive_options)])
_declare("tresor_archive_status", [_buf, _storage, c_char_p, c_int, c_int64, tresor_utc_offset, c_void_p])


def struct_sizes() -> List[Tuple[bytes, int, bool]]:
    """Name, size, and whether it has a version."""
    return [(name.encode(), ctypes.sizeof(value), value._fields_[0][0] == "version") for name, value in globals().items()
            if isinstance(value, type(Structure)) and getattr(value, "_fields_", None)]


def declare_all(library: ctypes.CDLL) -> None:
    """Gives each function its types. Raises AttributeError for one that the library has not."""
    for name, (restype, arguments) in PROTOTYPES.items():
        function = getattr(library, name)
        function.restype = restype
        function.argtypes = arguments
