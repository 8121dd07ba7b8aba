"""Flags of Cloud SQL for PostgreSQL and their values.

Which there are: https://cloud.google.com/sql/docs/postgres/flags. Bounds are those of PostgreSQL 15 (`postgres
--describe-config`), and Cloud SQL's own where it has others; what depends on an instance's memory is not looked at.
Parameters of extensions (`pgaudit.log`) pass as they stand.
"""

from __future__ import annotations

from difflib import get_close_matches

_EXTENSIONS = ("anon.", "auto_explain.", "cron.", "pg_hint_plan.", "pg_stat_statements.", "pgaudit.", "pglogical.")

_NAMES = """
autovacuum cloudsql.allow_passwordless_local_connections cloudsql.enable_anon cloudsql.enable_auto_explain
cloudsql.enable_index_advisor cloudsql.enable_pg_bigm cloudsql.enable_pg_cron cloudsql.enable_pg_hint_plan
cloudsql.enable_pg_wait_sampling cloudsql.enable_pgaudit cloudsql.enable_pglogical cloudsql.iam_authentication
cloudsql.logical_decoding default_transaction_deferrable default_transaction_read_only enable_async_append
enable_bitmapscan enable_gathermerge enable_hashagg enable_hashjoin enable_incremental_sort enable_indexonlyscan
enable_indexscan enable_material enable_memoize enable_mergejoin enable_nestloop enable_parallel_append
enable_parallel_hash enable_partition_pruning enable_partitionwise_aggregate enable_partitionwise_join
enable_seqscan enable_sort enable_tidscan geqo hot_standby_feedback jit log_checkpoints log_connections
log_disconnections log_duration log_executor_stats log_hostname log_lock_waits log_parser_stats log_planner_stats
log_recovery_conflict_waits log_replication_commands log_statement_stats parallel_leader_participation
standard_conforming_strings synchronize_seqscans track_commit_timestamp track_io_timing
"""
_SWITCHES = set(_NAMES.split())

_LEVELS = "debug5 debug4 debug3 debug2 debug1 info notice warning error log fatal panic"
_CHOICES = {
    name: values.split()
    for name, values in {
        "constraint_exclusion": "partition on off",
        "huge_pages": "on off try",
        "log_error_verbosity": "terse default verbose",
        "log_min_error_statement": _LEVELS,
        "log_min_messages": _LEVELS,
        "log_statement": "none ddl mod all",
        "password_encryption": "md5 scram-sha-256",
        "plan_cache_mode": "auto force_generic_plan force_custom_plan",
        "session_replication_role": "origin replica local",
        "ssl_max_protocol_version": "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3",
        "ssl_min_protocol_version": "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3",
        "synchronous_commit": "local remote_write remote_apply on off",
        "track_functions": "none pl all",
        "wal_compression": "pglz lz4 zstd on off",
    }.items()
}
_CHOICES["default_transaction_isolation"] = ["serializable", "repeatable read", "read committed", "read uncommitted"]

_BOUNDS = {
    name: (float(low), float(high))
    for name, low, high in (
        line.split()
        for line in """
autovacuum_analyze_scale_factor 0 100
autovacuum_analyze_threshold 0 2147483647
autovacuum_freeze_max_age 100000 2000000000
autovacuum_max_workers 1 262143
autovacuum_multixact_freeze_max_age 10000 2000000000
autovacuum_naptime 1 2147483
autovacuum_vacuum_cost_delay -1 100
autovacuum_vacuum_cost_limit -1 10000
autovacuum_vacuum_insert_scale_factor 0 100
autovacuum_vacuum_insert_threshold -1 2147483647
autovacuum_vacuum_scale_factor 0 100
autovacuum_vacuum_threshold 0 2147483647
autovacuum_work_mem -1 2147483647
bgwriter_delay 10 10000
bgwriter_lru_maxpages 0 1073741823
bgwriter_lru_multiplier 0 10
checkpoint_completion_target 0 1
checkpoint_timeout 30 86400
checkpoint_warning 0 2147483647
client_connection_check_interval 0 2147483647
commit_delay 0 100000
commit_siblings 0 1000
cpu_index_tuple_cost 0 inf
cpu_operator_cost 0 inf
cpu_tuple_cost 0 inf
cursor_tuple_fraction 0 1
deadlock_timeout 1 2147483647
default_statistics_target 1 10000
effective_cache_size 1 2147483647
effective_io_concurrency 0 1000
from_collapse_limit 1 2147483647
geqo_effort 1 10
geqo_generations 0 2147483647
geqo_pool_size 0 2147483647
geqo_seed 0 1
geqo_selection_bias 1.5 2
geqo_threshold 2 2147483647
gin_fuzzy_search_limit 0 2147483647
gin_pending_list_limit 64 2147483647
hash_mem_multiplier 1 1000
idle_in_transaction_session_timeout 0 2147483647
idle_session_timeout 0 2147483647
join_collapse_limit 1 2147483647
lock_timeout 0 2147483647
log_autovacuum_min_duration -1 2147483647
log_min_duration_sample -1 2147483647
log_min_duration_statement -1 2147483647
log_statement_sample_rate 0 1
log_temp_files -1 2147483647
log_transaction_sample_rate 0 1
logical_decoding_work_mem 64 2147483647
maintenance_io_concurrency 0 1000
maintenance_work_mem 1024 2147483647
max_connections 14 262143
max_files_per_process 64 2147483647
max_locks_per_transaction 10 2147483647
max_logical_replication_workers 0 262143
max_parallel_maintenance_workers 0 1024
max_parallel_workers 0 1024
max_parallel_workers_per_gather 0 1024
max_pred_locks_per_page 0 2147483647
max_pred_locks_per_relation -2147483648 2147483647
max_pred_locks_per_transaction 10 2147483647
max_prepared_transactions 0 262143
max_replication_slots 0 262143
max_slot_wal_keep_size -1 2147483647
max_standby_archive_delay -1 2147483647
max_standby_streaming_delay -1 2147483647
max_sync_workers_per_subscription 0 262143
max_wal_senders 0 262143
max_wal_size 2 2147483647
max_worker_processes 0 262143
min_parallel_index_scan_size 0 715827882
min_parallel_table_scan_size 0 715827882
old_snapshot_threshold -1 86400
parallel_setup_cost 0 inf
parallel_tuple_cost 0 inf
random_page_cost 0 inf
shared_buffers 16 1073741823
statement_timeout 0 2147483647
tcp_keepalives_count 0 2147483647
tcp_keepalives_idle 0 2147483647
tcp_keepalives_interval 0 2147483647
temp_buffers 100 1073741823
temp_file_limit -1 2147483647
track_activity_query_size 100 1048576
vacuum_cost_delay 0 100
vacuum_cost_limit 1 10000
vacuum_cost_page_dirty 0 10000
vacuum_cost_page_hit 0 10000
vacuum_cost_page_miss 0 10000
vacuum_defer_cleanup_age 0 1000000
vacuum_failsafe_age 0 2100000000
vacuum_freeze_min_age 0 1000000000
vacuum_freeze_table_age 0 2000000000
vacuum_multixact_failsafe_age 0 2100000000
vacuum_multixact_freeze_min_age 0 1000000000
vacuum_multixact_freeze_table_age 0 2000000000
wal_buffers -1 262143
wal_receiver_timeout 0 2147483647
wal_sender_timeout 0 2147483647
work_mem 64 2147483647
""".strip().splitlines()
    )
}


def problem(name: str, value: str) -> str | None:
    """What is wrong with a flag of PostgreSQL, or None."""
    if name in _SWITCHES:
        return None if value in ("on", "off") else f"{name} is on or off, not '{value}'"
    if name in _CHOICES:
        return None if value in _CHOICES[name] else f"{name} is one of {', '.join(_CHOICES[name])}, not '{value}'"
    if name in _BOUNDS:
        low, high = _BOUNDS[name]
        try:
            fits = low <= float(value) <= high
        except ValueError:
            fits = False
        return None if fits else f"{name} is a number from {low:g} to {high:g}, not '{value}'"
    if name.startswith(_EXTENSIONS):
        return None
    near = get_close_matches(name, [*_SWITCHES, *_CHOICES, *_BOUNDS], n=1)
    return f"there is no flag {name}" + (f"; did you mean {near[0]}?" if near else "")
