#include "domain/error_codes.h"
#include "drivers/sql/facts_json.h"
#include "drivers/sql/migrate.h"
#include "drivers/sql/sql_queries.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace docquarry {
namespace {

std::vector<embedded::File> file(std::string_view content, std::string_view path = "sql/queries/x.sql") {
  return {{path, content}};
}

TEST(SqlQueries, reads_statements_with_fragments_and_comments) {
  auto files = file(R"(-- for people
-- fragment: view
-- why
 a, b
FROM t

-- name: one
-- why
SELECT {view}
WHERE id = $1;

-- name: two
DELETE FROM t;
)");
  SqlQueries queries("sqlite", files);

  EXPECT_EQ(queries.find(Statement("one")).text, "SELECT  a, b\nFROM t\nWHERE id = $1");
  EXPECT_EQ(queries.find(Statement("two")).text, "DELETE FROM t");
}

TEST(SqlQueries, lets_a_fragment_be_empty) {
  auto files = file("-- fragment: nothing\n-- why\n\n-- name: one\nSELECT 1 FROM t {nothing}\nWHERE {nothing}x = 1;");
  SqlQueries queries("sqlite", files);

  EXPECT_EQ(queries.find(Statement("one")).text, "SELECT 1 FROM t\nWHERE x = 1");
}

TEST(SqlQueries, keeps_optional_lines_only_when_asked_and_numbers_parameters_without_gaps) {
  auto files = file(R"(-- name: list
SELECT 1 FROM t WHERE id < $1
  AND owner = $2 OR owner = $2  --? owner
  AND state = $3                --? state
LIMIT $4;
)");
  SqlQueries queries("sqlite", files);
  Statement plain("list"), with_state("list");
  with_state.include("state");

  EXPECT_EQ(queries.find(plain).text, "SELECT 1 FROM t WHERE id < $1\nLIMIT $2");
  EXPECT_EQ(queries.find(plain).parameters, std::vector<int>({0, 3}));
  EXPECT_EQ(queries.find(with_state).text, "SELECT 1 FROM t WHERE id < $1\nAND state = $2\nLIMIT $3");
  EXPECT_EQ(queries.find(with_state).parameters, std::vector<int>({0, 2, 3}));
  EXPECT_EQ(queries.find(with_state).name, "list+state");
  EXPECT_EQ(queries.all().size(), 4u);
}

TEST(SqlQueries, takes_the_files_of_its_engine) {
  std::vector<embedded::File> files{{"sql/queries/a.sql", "-- name: shared\nSELECT 1"},
                                    {"sql/queries/a.sqlite.sql", "-- name: own\nSELECT 2"},
                                    {"sql/queries/a.postgres.sql", "-- name: own\nSELECT 3"},
                                    {"sql/migrations/sqlite/0001_x.sql", "CREATE TABLE x (y)"}};

  EXPECT_EQ(SqlQueries("sqlite", files).find(Statement("own")).text, "SELECT 2");
  EXPECT_EQ(SqlQueries("postgres", files).find(Statement("own")).text, "SELECT 3");
  EXPECT_EQ(SqlQueries("postgres", files).all().size(), 2u);
}

TEST(SqlQueries, refuses_mistakes_in_the_files) {
  EXPECT_THROW(SqlQueries("sqlite", file("SELECT 1")), std::logic_error);
  EXPECT_THROW(SqlQueries("sqlite", file("-- name: a\nSELECT 1\n-- name: a\nSELECT 2")), std::logic_error);
  EXPECT_THROW(SqlQueries("sqlite", file("-- name: a\nSELECT {none}")), std::logic_error);
  EXPECT_THROW(SqlQueries("sqlite", file("-- fragment: a\n{a}\n-- name: b\n{a}")), std::logic_error);
  auto files = file("-- name: a\nSELECT 1");
  SqlQueries queries("sqlite", files);
  EXPECT_THROW(queries.find(Statement("b")), std::logic_error);
  Statement with_part("a");
  with_part.include("x");
  EXPECT_THROW(queries.find(with_part), std::logic_error);
}

class RecordingTarget : public MigrationTarget {
 public:
  Result<int> lock_and_read_version() override { return version; }
  Result<void> apply(const Migration& migration, Timestamp) override {
    if (migration.number == broken) return fail(database_unavailable, "no");
    version = migration.number;
    return {};
  }
  int version = 0, broken = 0;
};

std::vector<Migration> three() { return {{1, "0001_a", ""}, {2, "0002_b", ""}, {3, "0003_c", ""}}; }

TEST(Migrate, applies_what_is_missing_in_order) {
  RecordingTarget target;
  target.version = 1;

  auto applied = migrate(target, three(), Timestamp());

  ASSERT_TRUE(applied.has_value());
  EXPECT_EQ(*applied, std::vector<std::string>({"0002_b", "0003_c"}));
  EXPECT_EQ(target.version, 3);
}

TEST(Migrate, stops_at_the_first_that_fails) {
  RecordingTarget target;
  target.broken = 2;

  EXPECT_FALSE(migrate(target, three(), Timestamp()).has_value());
  EXPECT_EQ(target.version, 1);
}

TEST(Migrate, refuses_a_newer_schema) {
  RecordingTarget target;
  target.version = 4;

  auto applied = migrate(target, three(), Timestamp());

  ASSERT_FALSE(applied.has_value());
  EXPECT_TRUE(applied.error().is(schema_too_new));
}

TEST(Migrate, knows_numbered_files_without_gaps) {
  int expected = 0;
  for (const auto& migration : migrations_for("sqlite")) {
    EXPECT_EQ(migration.number, ++expected);
    EXPECT_FALSE(migration.sql.empty());
  }
  EXPECT_GT(expected, 0);
  EXPECT_FALSE(migrations_for("postgres").empty());
}

TEST(StoredFacts, says_when_they_are_damaged) {
  EXPECT_FALSE(read_stored_facts("").has_value());
  EXPECT_FALSE(read_stored_facts("[]").has_value());
  EXPECT_FALSE(read_stored_facts(R"({"outline":[[1]]})").has_value());
  EXPECT_FALSE(read_stored_facts(R"({"other_info":[1]})").has_value());
  EXPECT_TRUE(read_stored_facts(R"({"page_count":2,"from_the_future":{}})").has_value());
}

TEST(StoredOptions, leave_the_password_out) {
  ExtractionOptions options;
  options.password = "secret";
  EXPECT_EQ(write_stored_options(options), "");
  options.pages = {{1, 5}, {9, 0}};

  auto text = write_stored_options(options);

  EXPECT_EQ(text.find("secret"), text.npos);
  EXPECT_EQ(read_stored_options(text).pages, options.pages);
  EXPECT_TRUE(read_stored_options("damaged").pages.empty());
}

}  // namespace
}  // namespace docquarry
