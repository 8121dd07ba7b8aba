"""Which way files go together: what one has made the next one may change, and what code in use may still write is not refused."""

from __future__ import annotations

import pytest

from migrations.direction import direction_of


@pytest.mark.parametrize(
    ("direction", "files"),
    [
        ("none", {}),
        ("none", {"1_a.sql": "-- nothing\n"}),
        ("none", {"1_a.down.sql": "DROP TABLE a"}),
        ("expand", {"1_a.sql": "CREATE TABLE a (b int)", "2_b.sql": "CREATE INDEX CONCURRENTLY ON x (y)"}),
        ("expand", {"1_a.sql": "ALTER TABLE a ADD b int"}),
        ("expand", {"1_a.sql": "ALTER TABLE a VALIDATE CONSTRAINT b"}),
        (
            "expand",
            {"1_a.sql": "DROP TRIGGER IF EXISTS a ON b; CREATE TRIGGER a AFTER INSERT ON b EXECUTE FUNCTION f()"},
        ),
        ("contract", {"1_a.sql": "ALTER TABLE a DROP COLUMN b", "2_b.sql": "DROP TABLE c"}),
        ("contract", {"1_a.sql": "ALTER TABLE a ALTER b SET NOT NULL"}),
        ("contract", {"1_a.sql": "DO $$ BEGIN EXECUTE 'DROP TABLE a'; END $$"}),
        ("contract", {"1_a.sql": "DROP INDEX CONCURRENTLY a"}),
        ("coordinated", {"1_a.sql": "ALTER TABLE a RENAME b TO c"}),
        ("coordinated", {"1_a.sql": "ALTER TABLE a ALTER b TYPE bigint"}),
        ("coordinated", {"1_a.sql": "ALTER TABLE a ADD b int, DROP COLUMN c"}),
        ("coordinated", {"1_a.sql": "CREATE TABLE a (b int)", "2_b.sql": "DROP TABLE c"}),
        ("expand", {"1_a.sql": "CREATE TABLE a (b int)", "2_b.sql": "ALTER TABLE a ADD c int NOT NULL"}),
    ],
)
def test_directions(direction: str, files: dict[str, str]) -> None:
    assert direction_of(files) == direction


NEW = "ALTER TABLE a ADD b int;"
FILLED = "ALTER TABLE a ADD b int NOT NULL DEFAULT 0;"


@pytest.mark.parametrize(
    "text",
    [
        "ALTER TABLE a ADD CHECK (b > 0)",
        "ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0) NOT VALID",
        "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c NOT VALID",
        "ALTER TABLE a ADD UNIQUE (b)",
        "ALTER TABLE a ADD PRIMARY KEY USING INDEX b",
        "ALTER TABLE a ADD EXCLUDE USING gist (b WITH &&)",
        "CREATE UNIQUE INDEX CONCURRENTLY c ON a (b)",
        "CREATE UNIQUE INDEX CONCURRENTLY ON ONLY a (lower(b))",
        "ALTER DOMAIN a ADD CHECK (VALUE > 0) NOT VALID",
        "ALTER DOMAIN a SET NOT NULL",
        "ALTER TABLE a ADD CONSTRAINT c CHECK (b IS NOT NULL) NOT VALID; ALTER TABLE a ALTER b SET NOT NULL; ALTER TABLE a DROP CONSTRAINT c",
        "ALTER TABLE a ALTER b SET GENERATED ALWAYS",
        "ALTER TABLE a ALTER COLUMN b DROP IDENTITY IF EXISTS",
        "ALTER TABLE a ALTER b DROP EXPRESSION",
        "ALTER TABLE a ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY c ON a USING (true); ALTER TABLE a ENABLE ROW LEVEL SECURITY",
    ],
)
def test_what_refuses_rows_of_the_code_in_use_comes_after_it(text: str) -> None:
    assert direction_of({"1_a.sql": text}) == "contract"


@pytest.mark.parametrize(
    "text",
    [
        f"{NEW} ALTER TABLE a ADD CHECK (b > 0 AND abs(b) BETWEEN 1 AND 9::int)",
        f"{NEW} ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c NOT VALID",
        f"{NEW} ALTER TABLE a ADD FOREIGN KEY (b, old) REFERENCES c NOT VALID",
        f"{NEW} ALTER TABLE a ADD UNIQUE (b, old)",
        f"{NEW} CREATE UNIQUE INDEX CONCURRENTLY c ON a (old, b)",
        f"{NEW} ALTER TABLE a ADD CONSTRAINT c UNIQUE (b); ALTER TABLE a DROP CONSTRAINT c; ALTER TABLE a DROP b",
        "ALTER TABLE a ADD b int UNIQUE REFERENCES c CHECK (b > 0)",
        "ALTER TABLE a ADD b int, ADD CONSTRAINT c CHECK (b > 0)",
        "ALTER TABLE a ADD b uuid DEFAULT gen_random_uuid(); CREATE UNIQUE INDEX CONCURRENTLY c ON a (b)",
        f"{FILLED} ALTER TABLE a ADD CHECK (b IS NOT NULL); ALTER TABLE a ALTER b SET NOT NULL",
        "ALTER TABLE a ADD CONSTRAINT c UNIQUE USING INDEX b",
        "CREATE TABLE a (b int); ALTER TABLE a ADD CHECK (b IS NOT NULL); CREATE UNIQUE INDEX ON a (b)",
        "CREATE TABLE a (b int REFERENCES old)",
        "CREATE DOMAIN a AS int; ALTER DOMAIN a ADD CHECK (VALUE > 0)",
        "CREATE TABLE a (b int); ALTER TABLE a ENABLE ROW LEVEL SECURITY",
        "CREATE INDEX CONCURRENTLY c ON a (b)",
    ],
)
def test_what_the_code_in_use_cannot_break_comes_before_it(text: str) -> None:
    assert direction_of({"1_a.sql": text}) == "expand"
    first, _, rest = text.partition("; ")
    assert not rest or direction_of({"1_a.sql": first, "2_b.sql": rest}) == "expand"


@pytest.mark.parametrize(
    "text",
    [
        f"{NEW} ALTER TABLE a ADD CHECK (b IS NOT NULL) NOT VALID",
        f"{NEW} ALTER TABLE a ADD CHECK (coalesce(b, 0) > 0)",
        f"{NEW} ALTER TABLE a ADD CHECK (num_nonnulls(b, old) = 1)",
        f"{NEW} ALTER TABLE a ADD CHECK (b > old)",
        f"{NEW} ALTER TABLE a ALTER b SET NOT NULL",
        f"{NEW} ALTER TABLE a ADD UNIQUE NULLS NOT DISTINCT (b)",
        f"{NEW} ALTER TABLE a ADD UNIQUE (old)",
        f"{FILLED} ALTER TABLE a ADD UNIQUE (b, old)",
        f"{FILLED} ALTER TABLE a ADD PRIMARY KEY (b)",
        f"{FILLED} ALTER TABLE a ALTER b DROP DEFAULT; ALTER TABLE a ALTER b SET NOT NULL",
        "ALTER TABLE a ADD COLUMN IF NOT EXISTS b int; ALTER TABLE a ADD CHECK (b > 0)",
        "ALTER TABLE a ADD b int CHECK (old > 0)",
        "CREATE TABLE IF NOT EXISTS a (b int); ALTER TABLE a ADD CHECK (b > 0)",
        "DO $$ BEGIN ALTER TABLE a ADD b int; END $$; ALTER TABLE a ADD CHECK (b > 0)",
        f"BEGIN; {NEW} ROLLBACK; ALTER TABLE x ADD y int; ALTER TABLE a ADD CHECK (b > 0)",
        f"{NEW} SET search_path = other; ALTER TABLE a ADD CHECK (b > 0)",
        "CREATE TABLE x (y int); ALTER TABLE a ADD CONSTRAINT c FOREIGN KEY (b) REFERENCES x NOT VALID",
    ],
)
def test_what_comes_with_something_new_and_still_refuses_needs_two_releases(text: str) -> None:
    assert direction_of({"1_a.sql": text}) == "coordinated"


@pytest.mark.parametrize(
    ("direction", "files"),
    [
        ("coordinated", ["CREATE TABLE IF NOT EXISTS a (b int)", "DROP TABLE a"]),
        ("coordinated", ["BEGIN; CREATE TABLE a (b int); ROLLBACK", "DROP TABLE a"]),
        ("coordinated", ["DO $$ BEGIN CREATE TABLE a (b int); END $$", "DROP TABLE a"]),
        ("coordinated", ["CREATE TEMP TABLE a (b int)", "DROP TABLE a"]),
        ("coordinated", ["CREATE TABLE a (b int)", "DROP TABLE a, c"]),
        ("coordinated", ["CREATE TABLE a (b int)", "TRUNCATE TABLE a, c"]),
        ("coordinated", ["CREATE TABLE a (b int)", "SET search_path = c; DROP TABLE a"]),
        ("coordinated", ["CREATE TABLE a (b int)", "DROP FUNCTION a"]),
        ("coordinated", ["CREATE TABLE a (b int)", "DROP SCHEMA a"]),
        ("coordinated", ["CREATE TABLE a (b int)", "DROP TABLE a", "DROP TABLE a"]),
        ("coordinated", ["CREATE TABLE a (b int)", "DROP TRIGGER a ON c"]),
        ("expand", ["CREATE TABLE a (b int)", "DROP TABLE a"]),
        ("expand", ["CREATE TABLE a (b int)", "ALTER TABLE a RENAME b TO c", "TRUNCATE a"]),
    ],
)
def test_only_what_an_earlier_file_surely_made_is_new(direction: str, files: list[str]) -> None:
    assert direction_of({f"{number}_a.sql": text for number, text in enumerate(files, 1)}) == direction


@pytest.mark.parametrize(
    ("direction", "text"),
    [
        ("expand", "DROP FUNCTION a; CREATE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
        (
            "expand",
            "DROP FUNCTION a(int, text); CREATE FUNCTION a(x int, INOUT y text DEFAULT 'b') LANGUAGE sql AS 'SELECT 1'",
        ),
        ("coordinated", "DROP FUNCTION a(int); CREATE FUNCTION a(text) RETURNS int LANGUAGE sql AS 'SELECT 1'"),
        ("coordinated", "CREATE OR REPLACE FUNCTION a() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION a()"),
        ("coordinated", "DROP TRIGGER a ON b; CREATE TRIGGER a AFTER INSERT ON c EXECUTE FUNCTION f()"),
        (
            "coordinated",
            "DROP TRIGGER a ON b; DO $$ BEGIN CREATE TRIGGER a AFTER INSERT ON b EXECUTE FUNCTION f(); END $$",
        ),
        ("expand", "DROP RULE a ON b; CREATE RULE a AS ON INSERT TO b DO ALSO NOTIFY c"),
        ("expand", "DROP POLICY a ON b; CREATE POLICY a ON b USING (c)"),
    ],
)
def test_what_is_dropped_and_made_again_is_changed(direction: str, text: str) -> None:
    assert direction_of({"1_a.sql": text}) == direction


@pytest.mark.parametrize("text", ["\\i a.sql", "DO $$ BEGIN EXECUTE a; END $$", "SELECT 'DROP TABLE a' \\gexec"])
def test_what_nobody_can_read_goes_no_way_alone(text: str) -> None:
    assert direction_of({"1_a.sql": text}) == "coordinated"
